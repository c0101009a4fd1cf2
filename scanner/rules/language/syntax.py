"""A policy as checked and typed: what the loader makes and the compiler, the tests of policies and the reports read."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from scanner.model import Mode, OnUnknown, Severity
from scanner.record import record

Scalar = str | bool | int | float | timedelta | datetime
"""A typed constant: text, boolean, integer, share (60% is 0.6), duration, instant (aware, UTC)."""


@record
class Mark:
    """Where a node was written."""

    path: str
    line: int
    column: int


@record
class Literal:
    """A constant, already of the field's type."""

    value: Scalar
    text: str = ""
    """As written, for messages: `398d`."""


@record
class FieldOperand:
    """`{ field: NAME }`: another field of the same row."""

    name: str


@record
class Steps:
    """`{ by: CLOCK, steps: […] }`: half-open, ascending; the first value is the past."""

    clock: str
    """A field of type instant, or `as_of`."""
    first: "Operand"
    later: tuple[tuple[datetime, "Operand"], ...]


Operand = Literal | FieldOperand | Steps


@record
class Entry:
    """One entry of a list: keys that must equal the sub-fields; `""` is the scalar itself."""

    keys: Mapping[str, Scalar]
    label: str | None = None
    until: datetime | None = None
    """First instant at which it no longer counts, on as_of (the day after the one written, 00:00 UTC)."""
    issued_until: datetime | None = None
    """The same, on not_before."""
    mark: Mark | None = field(default=None, compare=False)


@record
class Test:
    """A comparison of one field.

    op and operands: `is`, `is_not`, `at_least`, `at_most`, `more_than`, `less_than`, `from`, `before`: one operand;
    `one_of`, `none_of`: one or more; `present`: a Literal boolean; `matches` (a regular expression for the whole text),
    `glob`, `under_domain`: a Literal text.
    """

    subject: str
    """Dotted field; inside `Elements`, the sub-field of the element, or `""` for the element itself."""
    op: str
    operands: tuple[Operand, ...]
    mark: Mark | None = field(default=None, compare=False)


@record
class InList:
    """`in_list: NAME`; on a shape the subject is `""` and the entries' keys are sub-fields (or fields of the row)."""

    subject: str
    name: str
    entries: tuple[Entry, ...]
    mark: Mark | None = field(default=None, compare=False)


@record
class Elements:
    """`any`, `all` or `none` of a list field, with a predicate on the element."""

    subject: str
    quantifier: str
    predicate: "Predicate"
    mark: Mark | None = field(default=None, compare=False)


@record
class Size:
    """`count` of a list's elements: op is a number's operator (or `one_of`…) with integer operands; `empty` is Size(is, 0)."""

    subject: str
    op: str
    operands: tuple[Operand, ...]
    mark: Mark | None = field(default=None, compare=False)


@record
class AllOf:
    """All parts hold; also what a shape and a mapping of several fields mean."""

    parts: tuple["Predicate", ...]


@record
class AnyOf:
    """At least one part holds; also `one_of` with a list of shapes."""

    parts: tuple["Predicate", ...]


@record
class Not:
    """The part does not hold (Kleene: unknown stays unknown)."""

    part: "Predicate"


Predicate = Test | InList | Elements | Size | AllOf | AnyOf | Not
"""NOTE: `empty: false` is Not(Size(subject, "is", 0)), a shape that says nothing cannot be written."""


@record
class Distinct:
    """`distinct: { of: FIELD, at_most: N }`: how many values a field has among the members of a group."""

    of: str
    at_most: Operand


@record
class Members:
    """`count: { … }`: how many members a group has; a predicate of sizes whose subject is `""`."""

    predicate: Predicate


@record
class Share:
    """`share: { at_most: 60%, when_total: { at_least: 50 } }`: the members of a group among all rows that `when` selects."""

    at_most: Operand
    when_total: Operand | None = None
    """Below so many rows the rule says nothing."""


Demand = Distinct | Members | Share


@record
class Group:
    """`group_by: FIELD` and `require: { group: … }`: what is asked of all rows with the same value."""

    by: str
    demand: Demand
    """Operands are constants, or steps by `as_of`: a group has no fields of its own."""


ABSENT = "absent"
UNKNOWN = "unknown"


@record
class Row:
    """A row of a test: typed values by dotted field; facts said to be absent or unknown by name."""

    kind: str
    facts: Mapping[str, object]
    absent: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


@record
class RuleTest:
    """One test of a rule: the healthy row with the deviations already put in."""

    expect: str
    """pass, fail, unknown or skip."""
    row: Row
    as_of: datetime
    mark: Mark
    rows: tuple[Row, ...] = ()
    """Of a group rule: all rows of the test."""


@record
class Source:
    """What a rule or policy was written against."""

    id: str
    doc: str
    edition: str = ""
    checked: datetime | None = None
    clause: str = ""
    binding: str = ""
    url: str = ""
    confidence: str = ""
    """`secondary`: known from summaries, not read in the document; empty or `primary` otherwise."""


@record
class Disabled:
    """Why an inherited rule is taken out, and when it is back."""

    reason: str
    until: datetime | None = None
    """First instant at which the rule is back (the day after the one written, 00:00 UTC)."""


@record
class Loosened:
    """An inherited rule that a policy makes weaker, on its word."""

    rule: str
    what: str
    """What is weaker, in words."""
    reason: str


@record
class Rule:
    """One rule; its id never changes."""

    id: str
    """`<policy that first wrote it>/<key>`."""
    policy: str
    """The policy that wrote its `require`: there its tests run."""
    policy_version: str
    title: str
    kinds: tuple[str, ...]
    severity: Severity
    enforce: tuple[tuple[datetime | None, Mode], ...]
    """Ascending; the first has no date. Runs on as_of."""
    if_unknown: OnUnknown
    waivable: bool
    when: Predicate | None
    require: Predicate
    because: str
    fix: str
    source: Source | None
    controls: tuple[str, ...]
    tests: Sequence[RuleTest] = field(compare=False)
    """They show what it asks, and are no part of it."""
    mark: Mark
    group: Group | None = None
    """Of a group rule: its key and what it asks; `require` is then empty."""
    disabled: Disabled | None = None
    override: str = field(default="", compare=False)
    """Why it may be weaker than what it restates."""
    written: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Key to `header.Written`: its node and what that was read with. Empty for rules that no file holds."""

    def off(self, as_of: datetime) -> bool:
        """It is taken out at as_of."""
        return self.disabled is not None and (self.disabled.until is None or as_of < self.disabled.until)

    def mode(self, as_of: datetime) -> Mode:
        """How it is enforced at as_of."""
        return next(mode for start, mode in reversed(self.enforce) if start is None or start <= as_of)


@record
class Policy:
    """One policy, with the rules it brings in (its own and those it extends)."""

    id: str
    version: str
    title: str
    owner: str
    path: str
    sha256: str
    """Over the bytes of the file."""
    text: str
    named: bool
    """Asked for by the user, not only extended."""
    advisory: str | None
    extends: tuple[str, ...]
    sources: tuple[Source, ...]
    params: Mapping[str, Scalar]
    lists: Mapping[str, tuple[Entry, ...]]
    healthy: Mapping[str, Row]
    rules: tuple[Rule, ...]
    """All rules in order: extended ones first."""
    certificates: tuple[str, ...] = ()
    """Paths of the certificate files its lists name; they join chain building."""
    parents: "tuple[Policy, ...]" = ()
    """The policies it extends, as they were loaded for it."""
    loosened: tuple[Loosened, ...] = ()
    """What it makes weaker than what it extends."""
    longest_exception: Mapping[Severity, timedelta] = field(default_factory=dict)
    """The longest term of exceptions, by severity."""

    def all(self) -> "tuple[Policy, ...]":
        """Return it with everything it extends, itself first."""
        return (self, *(one for parent in self.parents for one in parent.all()))

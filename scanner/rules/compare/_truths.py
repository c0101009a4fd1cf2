"""Where a predicate is true, or where it is false, as forms of classical logic over sets of values.

A form is built at one `as_of` and for one polarity, so that absent, unknown and open lists are all said in it: a cell that
is unknown belongs to no set, and «not» is gone. Where one form implies another, no row tells them apart the wrong way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from scanner import tables
from scanner.record import record
from scanner.rules.compare._bounds import ABSENT, PRESENT, SIZES, Region, compared, points, spans
from scanner.rules.engine.lower import ISSUED, NAME, VERIFIED
from scanner.rules.language import limits, scalars
from scanner.rules.language.limits import AS_OF
from scanner.rules.language.operators import OPERATORS, Takes
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Elements,
    Entry,
    FieldOperand,
    InList,
    Literal,
    Not,
    Operand,
    Predicate,
    Scalar,
    Size,
    Steps,
    Test,
)
from scanner.rules.language.tree import Scalar as Written
from scanner.tables import Type

CERTIFICATES = "certificates"
"""The key of an entry that names a file of certificates."""
ROW = ""
"""The scope of the row's own fields; that of an element is the name of its list."""


@record
class Cell:
    """A value, or its absence, lies in a set."""

    scope: str
    name: str
    region: Region


@record
class Said:
    """What is known only as it was said: a pattern, or a comparison with another field; true, or false."""

    scope: str
    name: str
    op: str
    operand: str
    holds: bool


@record
class Count:
    """Every size that the list may have lies in a set."""

    subject: str
    region: Region


@record
class Some:
    """An element of the list fulfils the form."""

    subject: str
    part: "Form"


@record
class Every:
    """The list is known to its end, and every element fulfils the form."""

    subject: str
    part: "Form"


@record
class Both:
    """All parts hold; none: always."""

    parts: tuple["Form", ...] = ()


@record
class Either:
    """A part holds; none: never."""

    parts: tuple["Form", ...] = ()


Form = Cell | Said | Count | Some | Every | Both | Either


def both(parts: Iterable[Form]) -> Form:
    """Join with «and»."""
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else Both(kept)


def either(parts: Iterable[Form]) -> Form:
    """Join with «or»."""
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else Either(kept)


def joined(parts: Iterable[Form], *, holds: bool) -> Form:
    """Join with «or» what is to be true, and with «and» what is to be false."""
    return either(parts) if holds else both(parts)


@record
class Reading:
    """Where a predicate stands."""

    kind: str
    as_of: datetime
    scope: str = ROW

    def form(self, predicate: Predicate, *, holds: bool = True) -> Form:
        """Say where a predicate is true, or false."""
        match predicate:
            case AllOf(parts):
                return joined((self.form(part, holds=holds) for part in parts), holds=not holds)
            case AnyOf(parts):
                return joined((self.form(part, holds=holds) for part in parts), holds=holds)
            case Not(part):
                return self.form(part, holds=not holds)
            case Elements(subject, quantifier, part):
                inner = replace(self, scope=subject).form(part, holds=holds is not (quantifier == "none"))
                return Every(subject, inner) if (quantifier == "any") is not holds else Some(subject, inner)
            case InList(subject, _, entries):
                return self._in_list(subject, entries, holds=holds)
            case Test() | Size():
                return self._comparison(predicate, holds=holds)

    # comparisons -----------------------------------------------------------------------------------------------------

    def _comparison(self, said: Test | Size, *, holds: bool) -> Form:
        opposite = OPERATORS[said.op].opposite_of
        if opposite:
            return self._comparison(replace(said, op=opposite), holds=not holds)
        if isinstance(said, Test) and said.op == "present":
            there = said.operands == (Literal(value=True),) or (
                isinstance(said.operands[0], Literal) and said.operands[0].value is True
            )
            return Cell(self.scope, said.subject, PRESENT if there is holds else ABSENT)
        return joined((self._compared(said, one, holds=holds) for one in self._merged(said)), holds=holds)

    def _merged(self, said: Test | Size) -> Sequence[Operand | Region]:
        """Make one set of the constants of `one_of`; a size is compared with each, for an open list fulfils none of several."""
        if not isinstance(said, Test) or said.op != "one_of":
            return said.operands
        values = [one.value for one in said.operands if isinstance(one, Literal)]
        return [*([points(values)] if values else []), *(one for one in said.operands if not isinstance(one, Literal))]

    def _compared(self, said: Test | Size, operand: Operand | Region, *, holds: bool) -> Form:
        match operand:
            case Steps():
                return self._stepped(said, operand, holds=holds)
            case FieldOperand(name):
                return self._said(said, f"field {name}", holds=holds)
            case Literal(value) if OPERATORS[said.op].takes is Takes.TEXT:
                return self._said(said, str(value), holds=holds)
            case Literal(value):
                return self._within(said, compared(said.op, value), holds=holds)
        return self._within(said, operand, holds=holds)

    def _said(self, said: Test | Size, operand: str, *, holds: bool) -> Form:
        scope = self.scope if isinstance(said, Test) else f"count of {said.subject}"
        return Said(scope, said.subject, "is" if said.op == "one_of" else said.op, operand, holds)

    def _within(self, said: Test | Size, region: Region, *, holds: bool) -> Form:
        asked = region if holds else ~region
        return Cell(self.scope, said.subject, asked) if isinstance(said, Test) else Count(said.subject, asked & SIZES)

    def _stepped(self, said: Test | Size, steps: Steps, *, holds: bool) -> Form:
        """Say the limit of every interval; without a clock, or without a subject, a comparison is false."""
        if steps.clock == AS_OF:
            return self._compared(said, limits.at(steps, self.as_of).operand, holds=holds)
        operands = (steps.first, *(operand for _, operand in steps.later))
        each = [
            both((Cell(ROW, steps.clock, span), self._compared(said, operand, holds=holds)))
            for span, operand in zip(spans(start for start, _ in steps.later), operands, strict=True)
        ]
        if not holds:
            each.append(Cell(ROW, steps.clock, ABSENT))
            if isinstance(said, Test):
                each.append(Cell(self.scope, said.subject, ABSENT))
        return either(each)

    # lists -----------------------------------------------------------------------------------------------------------

    def _in_list(self, subject: str, entries: Sequence[Entry], *, holds: bool) -> Form:
        """Match an entry in force; values of the same single key and last day make one set."""
        single: dict[tuple[str, datetime | None], list[Scalar]] = {}
        parts = []
        for entry in entries:
            if entry.until is not None and self.as_of >= entry.until:
                continue
            values = {key: self._typed(subject, key, value) for key, value in entry.keys.items()}
            if len(values) == 1:
                [(key, value)] = values.items()
                single.setdefault((key, entry.issued_until), []).append(value)
            else:
                parts.append(self._entry(subject, {key: [one] for key, one in values.items()}, entry.issued_until, holds=holds))
        parts += [self._entry(subject, {key: values}, issued, holds=holds) for (key, issued), values in single.items()]
        return joined(parts, holds=holds)

    def _entry(self, subject: str, keys: dict[str, list[Scalar]], issued: datetime | None, *, holds: bool) -> Form:
        parts: list[Form] = [self._key(subject, key, values, holds=holds) for key, values in keys.items()]
        if issued is not None:
            region = compared("before", issued)
            parts.append(Cell(ROW, ISSUED, region if holds else ~region))
        if set(keys) == {NAME} and VERIFIED in self._members():
            region = points([True])
            parts.append(Cell(self.scope, VERIFIED, region if holds else ~region))
        return joined(parts, holds=not holds)

    def _key(self, subject: str, key: str, values: Sequence[Scalar], *, holds: bool) -> Form:
        if key == CERTIFICATES:
            # What the files hold is not known here, so two of them may name the same certificate.
            return joined((Said(self.scope, subject, key, str(one), holds) for one in values), holds=holds)
        region = points(values)
        return Cell(self.scope, ".".join(filter(None, (subject, key))), region if holds else ~region)

    def _members(self) -> dict[str, Type]:
        fact = tables.fact(self.kind, self.scope) if self.scope else None
        element = fact.type.element if fact else None
        return dict(element.members or {"": element}) if element else {}

    def _typed(self, subject: str, key: str, value: Scalar) -> Scalar:
        """Entries are kept as they were written; read one by the type of what it is compared with."""
        name = ".".join(filter(None, (subject, key)))
        fact = tables.fact(self.kind, name)
        type_ = self._members().get(name) if self.scope else fact.type if fact else None
        if type_ is None or not isinstance(value, str) or type_.name == "text":
            return value
        return scalars.typed(Written(value, 0, 0, plain=False), type_, name)

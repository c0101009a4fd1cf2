"""The tests that a rule must bring: rows that pass, fail, are unknown or skipped, each with its date."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import overload

from scanner.errors import PolicyError
from scanner.model import Outcome
from scanner.rules.language import scalars
from scanner.rules.language.syntax import Row, RuleTest
from scanner.rules.language.tree import Mapping, Node, Scalar
from scanner.rules.language.tree import Sequence as Items
from scanner.rules.language.words import nearest
from scanner.rules.reader import groups_reader, rows
from scanner.rules.reader.header import Header

OUTCOMES = tuple(str(one) for one in Outcome)
KEYS = (*OUTCOMES, "as_of")


class Later(Sequence[RuleTest]):
    """Tests that are typed when somebody asks: a check does not, and typing them is a third of reading a rule."""

    def __init__(self, read: Callable[[Header], tuple[RuleTest, ...]], header: Header) -> None:
        self.read, self.header = read, header

    @overload
    def __getitem__(self, index: int) -> RuleTest: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RuleTest]: ...

    def __getitem__(self, index: int | slice) -> RuleTest | Sequence[RuleTest]:
        return self.typed[index]

    def __len__(self) -> int:
        return len(self.typed)

    @cached_property
    def typed(self) -> tuple[RuleTest, ...]:
        """Type them; raise PolicyError where they are wrong."""
        header = self.header.aside()
        tests = self.read(header)
        if header.faults.found:
            raise PolicyError(header.faults.found)
        return tests


def read(key: Scalar, node: Node | None, kinds: tuple[str, ...], by: str | None, header: Header) -> Sequence[RuleTest]:
    """Read the tests of a rule; `by` is the key of a group rule, None of any other."""
    typed = partial(_typed, key, node, kinds, by)
    return Later(typed, header) if header.proven else typed(header)


def _typed(key: Scalar, node: Node | None, kinds: tuple[str, ...], by: str | None, header: Header) -> tuple[RuleTest, ...]:
    items = node.items if isinstance(node, Items) else ()
    found = [_test(item, kinds, by, header) for item in items]
    tests = tuple(test for test in found if test is not None)
    wanted = [word for word in ("pass", "fail") if word not in {test.expect for test in tests}]
    if wanted and len(tests) == len(found):
        header.faults.add(node or key, f"rule {key.text} needs a test that gives {' and one that gives '.join(wanted)}")
    return tests


def _test(item: Node, kinds: tuple[str, ...], by: str | None, header: Header) -> RuleTest | None:
    faults = header.faults
    if not isinstance(item, Mapping):
        faults.add(item, "a test is { pass: { … } }, { fail: { … } }, { unknown: { … } } or { skip: { … } }")
        return None
    expected = [(key, value) for key, value in item if key.text in OUTCOMES]
    for key, _ in item:
        if key.text not in KEYS:
            faults.add(key, f"unknown key {key.text!r} of a test{nearest(key.text, KEYS)}")
    if len(expected) != 1:
        faults.add(item, "a test expects one of pass, fail, unknown, skip")
        return None
    word, row = expected[0]
    if by is not None and not (isinstance(row, Items) and row.items):
        faults.add(row, "a test of a group rule is a list of rows: [ { … }, { … } ]")
        return None
    items = row.items if by is not None and isinstance(row, Items) else (row,)
    complete = [_row(one, kinds, by, header) for one in items]
    as_of = _as_of(item, complete, header)
    return RuleTest(word.text, complete[0], as_of, header.mark(word), () if by is None else tuple(complete)) if as_of else None


def _row(row: Node, kinds: tuple[str, ...], by: str | None, header: Header) -> Row:
    kind, row = _kind(row, kinds, header)
    deviation = rows.stated(row, kind, header.faults)
    complete = rows.test_row(kind, header.healthy.get(kind), deviation, row, header.faults)
    return groups_reader.sharing(complete, by, deviation) if by else complete


def _kind(row: Node, kinds: tuple[str, ...], header: Header) -> tuple[str, Node]:
    """Take `kind:` out of a row; without it a test is of the rule's first kind."""
    named = row.get("kind") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or named is None:
        return kinds[0], row
    word = named.text if isinstance(named, Scalar) else ""
    if word not in kinds:
        header.faults.add(named, f"{word!r} is no kind of this rule{nearest(word, kinds)}")
        word = kinds[0]
    return word, Mapping(tuple((key, value) for key, value in row if key.text != "kind"), row.line, row.column)


def _as_of(item: Mapping, complete: Iterable[Row], header: Header) -> datetime | None:
    """A test's own date, else its rows' (latest) notBefore, else the policy's, else the latest check of a source."""
    own = item.get("as_of")
    if own is not None:
        try:
            return scalars.instant(own.text if isinstance(own, Scalar) else "", None, "as_of")
        except scalars.NotTypedError as error:
            header.faults.add(own, str(error))
            return None
    starts = [start for row in complete if isinstance(start := row.facts.get("not_before"), datetime)]
    if starts:
        return max(starts)
    checked = [source.checked for source in header.sources.values() if source.checked is not None]
    found = header.tests_as_of or max(checked, default=None)
    if found is None:
        header.faults.add(item, "this test has no date: give it as_of, or the policy tests_as_of")
    return found

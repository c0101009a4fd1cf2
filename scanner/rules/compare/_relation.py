"""Which of two predicates is the stricter, at every date: their clocks and last days cut time into spans, each is compared."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from scanner.record import record
from scanner.rules.compare._bounds import PRESENT, Region
from scanner.rules.compare._implies import implies
from scanner.rules.compare._truths import ROW, Both, Cell, Reading
from scanner.rules.engine.lower import ISSUED
from scanner.rules.language.limits import AS_OF
from scanner.rules.language.scalars import NotTypedError
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, InList, Not, Operand, Predicate, Size, Steps, Test

PAST = datetime(1, 1, 2, tzinfo=UTC)
FUTURE = datetime(9999, 12, 30, tzinfo=UTC)
"""When the last step of everything holds."""
ALWAYS = frozenset({"not_before", "not_after"})
"""Clocks that every object with them has."""
NOWHERE = Region()
MOST_DATES = 400
"""More are not compared, for time grows with their square."""


@record
class Relation:
    """What could be proven of a new predicate beside an old one."""

    not_looser: bool
    """At every date, whatever fulfils the new one fulfils the old one."""
    not_tighter: bool
    """At every date, whatever fulfils the old one fulfils the new one."""

    @property
    def same(self) -> bool:
        """They mean the same."""
        return self.not_looser and self.not_tighter


SAME = Relation(not_looser=True, not_tighter=True)


def relation(old: Predicate, new: Predicate, kinds: Sequence[str], scope: str = ROW) -> Relation:
    """Compare two predicates on rows of these kinds, or on elements of a list of theirs.

    Of rows that lack a clock: while it is unknown the old limit is too, so it is enough that the new one is right whatever
    the clock may say; that a certificate has none cannot be (RFC 5280 4.1.2.5).
    """
    if old == new:
        return SAME
    moments = sorted({PAST, *dates(old), *dates(new)})
    if len(moments) > MOST_DATES:
        return Relation(not_looser=False, not_tighter=False)
    known = [Cell(ROW, one, PRESENT if one in ALWAYS else ~NOWHERE) for one in sorted({*clocks(old), *clocks(new)})]
    at = [Reading(kind, moment, scope) for kind in kinds for moment in moments]
    return Relation(
        not_looser=all(_implies(new, old, reading, known) for reading in at),
        not_tighter=all(_implies(old, new, reading, known) for reading in at),
    )


def _implies(left: Predicate, right: Predicate, reading: Reading, known: Iterable[Cell]) -> bool:
    try:
        return implies(Both((reading.form(left), *known)), reading.form(right))
    except (NotTypedError, TypeError, RecursionError):
        return False


def clocks(predicate: Predicate) -> Iterator[str]:
    """Name the fields by which limits and entries of lists are dated."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from clocks(part)
        case Not(part) | Elements(predicate=part):
            yield from clocks(part)
        case InList(entries=entries) if any(entry.issued_until is not None for entry in entries):
            yield ISSUED
        case Test(operands=operands) | Size(operands=operands):
            yield from (steps.clock for operand in operands for steps in _steps(operand) if steps.clock != AS_OF)


def dates(predicate: Predicate) -> Iterator[datetime]:
    """Name the dates of `as_of` at which the meaning of a predicate changes."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from dates(part)
        case Not(part) | Elements(predicate=part):
            yield from dates(part)
        case InList(entries=entries):
            yield from (entry.until for entry in entries if entry.until is not None)
        case Test(operands=operands) | Size(operands=operands):
            for operand in operands:
                yield from (start for steps in _steps(operand) if steps.clock == AS_OF for start, _ in steps.later)


def _steps(operand: Operand) -> Iterator[Steps]:
    if isinstance(operand, Steps):
        yield operand
        for inner in (operand.first, *(later for _, later in operand.later)):
            yield from _steps(inner)

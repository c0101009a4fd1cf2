"""Sets of values along their order, so that two limits, or two lists of words, can be told apart exactly."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from scanner.record import record

Cut = tuple[Any, int]
"""A place between values: just before a value (0) or just after it (1)."""


def before(value: Any) -> Cut:
    """Cut just before a value."""
    return value, 0


def after(value: Any) -> Cut:
    """Cut just after a value; nothing lies between two whole numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1, 0
    return value, 1


@record
class Region:
    """A set of values, and whether an absent one belongs to it."""

    cuts: tuple[Cut, ...] = ()
    """Strictly ascending; at each the set begins or ends."""
    low: bool = False
    """What lies below the first cut belongs to it."""
    absent: bool = False

    def __invert__(self) -> "Region":
        return Region(self.cuts, not self.low, not self.absent)

    def __and__(self, other: "Region") -> "Region":
        return _joined(self, other, lambda one, two: one and two)

    def __or__(self, other: "Region") -> "Region":
        return _joined(self, other, lambda one, two: one or two)

    def __le__(self, other: "Region") -> bool:
        return (self & ~other).empty

    def __contains__(self, value: Any) -> bool:
        return self.low is not (bisect_right(self.cuts, before(value)) % 2 == 1)

    @property
    def empty(self) -> bool:
        """Nothing belongs to it."""
        if self.absent:
            return False
        if self.cuts and isinstance(self.cuts[0][0], bool):
            return True not in self and False not in self
        return not self.low and not self.cuts

    def points(self) -> tuple[Any, ...] | None:
        """List the values, where there are only single ones."""
        if self.low or len(self.cuts) % 2:
            return None
        ends = list(zip(self.cuts[::2], self.cuts[1::2], strict=True))
        return tuple(start[0] for start, _ in ends) if all(end == after(start[0]) for start, end in ends) else None


def _joined(one: Region, two: Region, join: Callable[[bool, bool], bool]) -> Region:
    left, right = one.low, two.low
    low = state = join(left, right)
    here, there = set(one.cuts), set(two.cuts)
    cuts = []
    for cut in sorted(here | there):
        left, right = left is not (cut in here), right is not (cut in there)
        if join(left, right) is not state:
            state = not state
            cuts.append(cut)
    return Region(tuple(cuts), low, join(one.absent, two.absent))


PRESENT = Region(low=True)
ABSENT = Region(absent=True)
SIZES = Region((before(0),))
"""What the number of elements may be."""


def points(values: Iterable[Any]) -> Region:
    """Make the set of some values."""
    toggled: dict[Cut, None] = {}
    for value in sorted(set(values)):
        for cut in (before(value), after(value)):
            if toggled.pop(cut, cut) is not None:
                toggled[cut] = None
    return Region(tuple(toggled))


def compared(op: str, value: Any) -> Region:
    """Make the set of the values that fulfil a comparison."""
    match op:
        case "at_least" | "from":
            return Region((before(value),))
        case "more_than":
            return Region((after(value),))
        case "at_most":
            return Region((after(value),), low=True)
        case "less_than" | "before":
            return Region((before(value),), low=True)
    return points([value])


def spans(starts: Iterable[Any]) -> list[Region]:
    """Cut the line at some ascending values: one set before the first, one from each on."""
    edges = [None, *starts, None]
    return [_span(start, end) for start, end in pairwise(edges)]


def _span(start: Any, end: Any) -> Region:
    cuts = [before(edge) for edge in (start, end) if edge is not None]
    return Region(tuple(cuts), low=start is None)

"""What changed between two predicates, in words, each with its direction; what has no words of its own is told whole."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from scanner.record import record
from scanner.rules.compare import _limit_changes
from scanner.rules.compare._relation import FUTURE, Relation, relation
from scanner.rules.compare._truths import ROW
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, InList, Literal, Not, Predicate, Size, Test
from scanner.rules.language.values import bounded, in_words, listed
from scanner.rules.said.asked import ORDER, element, sentence

_SETS = {"is": "accepts", "one_of": "accepts", "is_not": "refuses", "none_of": "refuses"}


class Direction(StrEnum):
    """Which way a change goes."""

    TIGHTER = "tighter"
    LOOSER = "looser"
    UNSURE = "unsure"

    def turned(self, turn: bool) -> "Direction":  # noqa: FBT001 - reads as «turned if»
        """Turn it round, under «not»."""
        if not turn or self is Direction.UNSURE:
            return self
        return Direction.LOOSER if self is Direction.TIGHTER else Direction.TIGHTER


TIGHTER, LOOSER, UNSURE = Direction
_MORE_AND_LESS = {
    (False, False): ("asks also:", "no longer asks:"),
    (False, True): ("refuses only where also", "refuses even where not"),
    (True, False): ("applies only where", "applies no longer only where"),
    (True, True): ("applies also where not", "no longer applies where not"),
}
"""What one more part, or one less, of `all_of` says: of `require` or `when`, and inside `not`."""
_ALSO_AND_NO_LONGER = {
    (False, False): ("also accepts:", "no longer accepts:"),
    (False, True): ("also refuses:", "no longer refuses:"),
    (True, False): ("applies also where", "no longer applies where"),
    (True, True): ("no longer applies where", "applies also where"),
}
"""The same of `any_of`."""
_WHOLE = {
    (False, False): "asks",
    (False, True): "refuses",
    (True, False): "applies where",
    (True, True): "applies not where",
}


@record
class Change:
    """One difference."""

    direction: Direction
    words: str


NOTHING = AllOf(())
"""The `when` of a rule that has none."""


@record
class Where:
    """Where two predicates stand: of which kinds, in which list, under «not», and what is said before."""

    kinds: tuple[str, ...]
    scope: str = ROW
    negated: bool = False
    before: str = ""
    after: str = ""
    inside_not: bool = False
    """What they say is refused."""
    when: bool = False
    """They choose the assets, so that to ask more is to judge less."""

    def changes(self, old: Predicate, new: Predicate) -> list[Change]:
        """List the changes that matter: those that go the way the whole was proven to go."""
        found = self.relation(old, new)
        if found.same:
            return []
        told = self._parts(old, new)
        if found.not_looser:
            return [one for one in told if one.direction is TIGHTER] or [self._whole(old, new, TIGHTER)]
        if found.not_tighter:
            return [replace(one, direction=LOOSER) for one in told if one.direction is not TIGHTER] or [
                self._whole(old, new, LOOSER)
            ]
        return told if any(one.direction is not TIGHTER for one in told) else [*told, self._whole(old, new, UNSURE)]

    def relation(self, old: Predicate, new: Predicate) -> Relation:
        """Prove what can be proven."""
        if self.negated:
            return relation(Not(old), Not(new), self.kinds, self.scope)
        return relation(old, new, self.kinds, self.scope)

    def _parts(self, old: Predicate, new: Predicate) -> list[Change]:
        match old, new:
            case Not(one), Not(other):
                return self._turned().changes(one, other)
            case Elements(), Elements() if (old.subject, old.quantifier) == (new.subject, new.quantifier):
                return self._within(old, new)
            case (AllOf(), _) | (_, AllOf()):
                return self._conjuncts(_parts(old), _parts(new))
            case (AnyOf(), _) | (_, AnyOf()):
                return self._alternatives(_choices(old), _choices(new))
            case InList(), InList() if old.subject == new.subject:
                return self._entries(old, new)
            case (Test(), Test()) | (Size(), Size()) if old.subject == new.subject:  # type: ignore[union-attr]
                return self._leaf(old, new)  # type: ignore[arg-type]
        return [self._whole(old, new, UNSURE)]

    def _turned(self) -> "Where":
        return replace(self, negated=not self.negated, inside_not=not self.inside_not)

    def _within(self, old: Elements, new: Elements) -> list[Change]:
        here = self._turned() if old.quantifier == "none" else self
        inner = replace(here, scope=old.subject, before=f"{self.before}{old.subject} ({old.quantifier}): ")
        return inner.changes(old.predicate, new.predicate)

    # compositions ----------------------------------------------------------------------------------------------------

    def _conjuncts(self, old: Sequence[Predicate], new: Sequence[Predicate]) -> list[Change]:
        pairs, gone, come = _paired(old, new, _subject)
        added, lost = _MORE_AND_LESS[self.when, self.inside_not]
        return [
            *(change for pair in pairs for change in self.changes(*pair)),
            *(self._told(LOOSER, f"{lost} {self.say(one)}") for one in gone),
            *(self._told(TIGHTER, f"{added} {self.say(one)}") for one in come),
        ]

    def _alternatives(self, old: Sequence[Predicate], new: Sequence[Predicate]) -> list[Change]:
        pairs, gone, come = _paired(old, new, _first_test)
        if not pairs and not any(one in new for one in old):
            return []
        added, lost = _ALSO_AND_NO_LONGER[self.when, self.inside_not]
        return [
            *(change for pair in pairs for change in self._alternative(*pair)),
            *(self._told(TIGHTER, f"{lost} {self.say(one)}") for one in gone),
            *(self._told(LOOSER, f"{added} {self.say(one)}") for one in come),
        ]

    def _alternative(self, old: Predicate, new: Predicate) -> list[Change]:
        kept = [one for one in _parts(old) if one in _parts(new)]
        after = f" (where {' and '.join(map(self.say, kept))})" if kept else ""
        return replace(self, after=f"{after}{self.after}").changes(old, new)

    # leaves ----------------------------------------------------------------------------------------------------------

    def _leaf(self, old: Test | Size, new: Test | Size) -> list[Change]:
        if old.op == new.op and old.op in ORDER:
            steps = _limit_changes.steps(old.operands[0], new.operands[0], old.op, self.kinds)
            if steps:
                subject = f"number of {old.subject or 'members'}" if isinstance(old, Size) else old.subject
                label = f"{_led(subject)}{'not ' if self.inside_not else ''}{ORDER[old.op]}"
                return [self._told(_way(step.looser), f"{label} {step.words}") for step in steps]
        verb = _SETS.get(old.op)
        constant = all(isinstance(one, Literal) for one in (*old.operands, *new.operands))
        if verb is not None and verb == _SETS.get(new.op) and constant:
            return self._sets(old, new, verb)
        return [self._whole(old, new, UNSURE)]

    def _sets(self, old: Test | Size, new: Test | Size, verb: str) -> list[Change]:
        before, after = (tuple(one.value for one in test.operands if isinstance(one, Literal)) for test in (old, new))
        gone, come = ([one for one in some if one not in others] for some, others in ((before, after), (after, before)))
        accepts = verb == "accepts"
        said = "accepts" if accepts is not self.inside_not else "refuses"
        subject = _led(old.subject)
        if len(before) == len(after) == 1:
            words = f"{subject}{said} {in_words(after[0])} instead of {in_words(before[0])}"
            return [self._told(LOOSER, words), self._told(TIGHTER, words)]
        told = []
        if come:
            told.append(self._told(_way(accepts), f"{subject}also {said} {listed(come)}"))
        if gone:
            told.append(self._told(_way(not accepts), f"{subject}no longer {said} {listed(gone)}"))
        return told

    def _entries(self, old: InList, new: InList) -> list[Change]:
        return [self._told(_way(step.looser), step.words) for step in _limit_changes.entries(old, new)]

    # words -----------------------------------------------------------------------------------------------------------

    def say(self, predicate: Predicate) -> str:
        """Say a predicate, of a row or of an element."""
        if predicate == NOTHING:
            return "nothing"
        said = (sentence if self.scope == ROW else element)(predicate, FUTURE, self.kinds)
        return bounded(said if self.scope == ROW else f"one {said}")

    def _whole(self, old: Predicate, new: Predicate, direction: Direction) -> Change:
        label = _WHOLE[self.when, self.inside_not]
        return Change(direction, f"{self.before}{label} {self.say(new)}, instead of {self.say(old)}{self.after}")

    def _told(self, direction: Direction, words: str) -> Change:
        return Change(direction.turned(self.negated), f"{self.before}{words}{self.after}")


def _way(looser: bool | None) -> Direction:  # noqa: FBT001 - its only argument
    return UNSURE if looser is None else LOOSER if looser else TIGHTER


def _parts(predicate: Predicate) -> tuple[Predicate, ...]:
    return tuple(inner for part in predicate.parts for inner in _parts(part)) if isinstance(predicate, AllOf) else (predicate,)


def _choices(predicate: Predicate) -> tuple[Predicate, ...]:
    return tuple(inner for part in predicate.parts for inner in _choices(part)) if isinstance(predicate, AnyOf) else (predicate,)


def _paired(
    old: Sequence[Predicate], new: Sequence[Predicate], sign: "Sign"
) -> tuple[list[tuple[Predicate, Predicate]], list[Predicate], list[Predicate]]:
    """Pair what asks of the same; first by operator too, then by the subject alone."""
    gone, come = ([one for one in some if one not in others] for some, others in ((old, new), (new, old)))
    pairs = []
    for exact in (True, False):
        for one in list(gone):
            other = next((found for found in come if sign(found, exact=exact) == sign(one, exact=exact) is not None), None)
            if other is not None:
                pairs.append((one, other))
                gone.remove(one)
                come.remove(other)
    return pairs, gone, come


class Sign(Protocol):
    """What two predicates must have in common to be told as one that changed; None: nothing will do."""

    def __call__(self, predicate: Predicate, *, exact: bool) -> Hashable: ...


def _subject(predicate: Predicate, *, exact: bool) -> Hashable:
    match predicate:
        case Test(subject, op) | Size(subject, op):
            return type(predicate), subject, _SETS.get(op, op) if exact else None
        case InList(subject, name):
            return InList, subject, name if exact else None
        case Elements(subject, quantifier):
            return Elements, subject, quantifier
        case Not(part):
            return Not, _subject(part, exact=exact)
        case AnyOf(parts):
            return AnyOf, frozenset(_subject(part, exact=False) for part in parts) if exact else None
        case AllOf(parts):
            return AllOf, _subject(parts[0], exact=True) if parts else None


def _first_test(predicate: Predicate, *, exact: bool) -> Hashable:
    """Shapes are of one sort where their first part is the same: `algorithm: RSA`."""
    if isinstance(predicate, AllOf):
        return (AllOf, *predicate.parts[:1]) if exact else None
    return _subject(predicate, exact=True) if exact else None


def _led(subject: str) -> str:
    """Lead in with a name; an element of a list has none."""
    return f"{subject}: " if subject else ""

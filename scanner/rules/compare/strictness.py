"""Whether a rule became stricter or looser: what is compared, and how each difference is said.

Sound, not complete: where nothing is looser or unsure, no row exists, at no date, that failed the old rule and passes the new.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from scanner.model import Mode, OnUnknown, Severity
from scanner.record import record
from scanner.rules.compare._changes import LOOSER, NOTHING, TIGHTER, UNSURE, Change, Direction, Where
from scanner.rules.compare._group_changes import group_changes
from scanner.rules.compare._limit_changes import dated
from scanner.rules.compare._relation import PAST, relation
from scanner.rules.language.syntax import AnyOf, Not, Rule
from scanner.rules.language.values import listed


@record
class Verdict:
    """What changed between two states of a rule, in words that name place and date."""

    tighter: tuple[str, ...] = ()
    looser: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """What could not be compared; it is treated as looser."""

    @property
    def loosens(self) -> tuple[str, ...]:
        """What needs a reason: all that is looser, or might be."""
        return self.looser + self.unsure

    @property
    def same(self) -> bool:
        """Neither judges anything the other does not."""
        return not (self.tighter or self.looser or self.unsure)


def compare(old: Rule, new: Rule) -> Verdict:
    """Compare a rule with what it was: what it judges, what it asks, and what a finding of it does."""
    changes = [*_kinds(old, new), *_judgement(old, new), *_handling(old, new)]
    return Verdict(*(tuple(dict.fromkeys(one.words for one in changes if one.direction is way)) for way in Direction))


def _kinds(old: Rule, new: Rule) -> Iterator[Change]:
    gone = [kind for kind in old.kinds if kind not in new.kinds]
    come = [kind for kind in new.kinds if kind not in old.kinds]
    if gone:
        yield Change(LOOSER, f"for: no longer judges {listed([f'{kind}s' for kind in gone])}")
    if come:
        yield Change(TIGHTER, f"for: also judges {listed([f'{kind}s' for kind in come])}")


def _judgement(old: Rule, new: Rule) -> list[Change]:
    """Compare what is chosen and what is asked; parts that make up for each other are proven together."""
    if old.group or new.group:
        return group_changes(old, new)
    kinds = tuple(kind for kind in old.kinds if kind in new.kinds)
    if not kinds:
        return [Change(UNSURE, "the rule is for other kinds; what it asks of them cannot be compared")]
    old_when, new_when = old.when or NOTHING, new.when or NOTHING
    told = [
        *Where(kinds, negated=True, before="when: ", when=True).changes(old_when, new_when),
        *Where(kinds).changes(old.require, new.require),
    ]
    if len({one.direction for one in told}) > 1 or any(one.direction is UNSURE for one in told):
        whole = relation(AnyOf((Not(old_when), old.require)), AnyOf((Not(new_when), new.require)), kinds)
        if whole.same:
            return []
        if whole.not_looser:
            # Where no part is tighter by itself, those that could not be compared are: the whole was.
            told = [one for one in told if one.direction is TIGHTER] or [replace(one, direction=TIGHTER) for one in told]
        elif whole.not_tighter:
            told = [replace(one, direction=LOOSER) for one in told if one.direction is not TIGHTER]
    return told


# what a finding does -------------------------------------------------------------------------------------------------


def _handling(old: Rule, new: Rule) -> Iterator[Change]:
    if old.severity is not new.severity:
        way = _way(list(Severity), old.severity, new.severity)
        yield Change(way, f"severity: {new.severity} instead of {old.severity}")
    yield from _enforcement(old, new)
    if old.if_unknown is not new.if_unknown:
        way = _way(list(OnUnknown), old.if_unknown, new.if_unknown)
        yield Change(way, f"if_unknown: {new.if_unknown} instead of {old.if_unknown}")
    if old.waivable is not new.waivable:
        said = "may be waived" if new.waivable else "may no longer be waived"
        yield Change(LOOSER if new.waivable else TIGHTER, f"waivable: {said}")


@record
class _Span:
    start: datetime | None
    end: datetime | None
    old: Mode
    new: Mode


def _enforcement(old: Rule, new: Rule) -> Iterator[Change]:
    """Compare how a finding is enforced at every date."""
    starts = sorted({start for rule in (old, new) for start, _ in rule.enforce if start is not None})
    spans: list[_Span] = []
    for start, end in pairwise([None, *starts, None]):
        before, after = old.mode(start or PAST), new.mode(start or PAST)
        if spans and (spans[-1].old, spans[-1].new) == (before, after):
            spans[-1] = replace(spans[-1], end=end)
        else:
            spans.append(_Span(start, end, before, after))
    for span in spans:
        if span.old is not span.new:
            when = dated(span.start, span.end)
            yield Change(_way(list(Mode), span.old, span.new), f"enforce: {span.new} instead of {span.old} {when}".rstrip())


def _way(strictest_first: Sequence[object], before: object, after: object) -> Direction:
    return LOOSER if strictest_first.index(after) > strictest_first.index(before) else TIGHTER

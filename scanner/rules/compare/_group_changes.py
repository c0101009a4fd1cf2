"""What changed between two group rules: their key, their members and what is asked of a group."""

from collections.abc import Sequence
from dataclasses import replace

from scanner.rules.compare import _limit_changes
from scanner.rules.compare._changes import LOOSER, NOTHING, TIGHTER, UNSURE, Change, Where
from scanner.rules.language.syntax import Distinct, Literal, Members, Operand, Rule, Share

NO_TOTAL = Literal(0, "0")
"""What `when_total` is where none is written."""


def group_changes(old: Rule, new: Rule) -> list[Change]:
    """Compare two group rules; one that is about groups and one that is not cannot be compared."""
    if old.group is None or new.group is None:
        asks = "groups" if new.group else "single assets"
        return [Change(UNSURE, f"group_by: the rule now asks about {asks}, which cannot be compared")]
    if old.group.by != new.group.by:
        return [Change(UNSURE, f"group_by: {new.group.by} instead of {old.group.by}")]
    if old.kinds != new.kinds:
        return [Change(UNSURE, "for: groups of other kinds cannot be compared")]
    return [*_members(old, new), *_demand(old.group.demand, new.group.demand, old.kinds)]


def _members(old: Rule, new: Rule) -> list[Change]:
    """To judge fewer rows lets more pass only where what is asked can but grow with each member."""
    told = Where(old.kinds, negated=True, before="when: ", when=True).changes(old.when or NOTHING, new.when or NOTHING)
    grows = new.group is not None and isinstance(new.group.demand, Distinct)
    return told if grows else [replace(one, direction=UNSURE) for one in told]


def _demand(old: Distinct | Members | Share, new: Distinct | Members | Share, kinds: Sequence[str]) -> list[Change]:
    match old, new:
        case Distinct(), Distinct() if old.of == new.of:
            return _limits(f"group, distinct {old.of}: at most", old.at_most, new.at_most, "at_most")
        case Share(), Share():
            total = "group, share: only where the total is at least"
            return [
                *_limits("group, share: at most", old.at_most, new.at_most, "at_most"),
                *_limits(total, old.when_total or NO_TOTAL, new.when_total or NO_TOTAL, "at_most"),
            ]
        case Members(), Members():
            return Where(tuple(kinds), before="group: ").changes(old.predicate, new.predicate)
    return [Change(UNSURE, "group: something else is asked, which cannot be compared")]


def _limits(label: str, old: Operand, new: Operand, op: str) -> list[Change]:
    steps = _limit_changes.steps(old, new, op, ())
    if not steps and old != new:
        return [Change(UNSURE, f"{label} other steps than before")]
    way = {True: LOOSER, False: TIGHTER, None: UNSURE}
    return [Change(way[step.looser], f"{label} {step.words}") for step in steps]

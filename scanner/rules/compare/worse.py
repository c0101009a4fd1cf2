"""Whether a finding got worse than it was: severity, mode, outcome, or a worse observed value where the two compare."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from scanner import tables
from scanner.errors import UsageError
from scanner.model import Mode, Outcome, Severity
from scanner.rules.engine.reads import reads
from scanner.rules.engine.single import Item, judge
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, Not, Predicate, Rule, Size, Test
from scanner.rules.language.values import bounded, in_words
from scanner.when import parse_instant

MORE, LESS = 1, -1
_DIRECTIONS = {"at_most": MORE, "less_than": MORE, "before": MORE, "at_least": LESS, "more_than": LESS, "from": LESS}
"""Which way a value that fails the operator gets worse."""
_MODES = (Mode.REPORT, Mode.WARN, Mode.BLOCK)
GROUP = {"count": MORE, "count.most": MORE, "distinct": MORE, "distinct.most": MORE, "share": MORE, "share.most": MORE}
"""Figures of a group finding."""


def worse(old: Mapping[str, Any], new: Mapping[str, Any], rule: Rule | None, as_of: datetime) -> str:
    """Say in what a finding is worse than it was; empty where it is not.

    Both have severity, mode, outcome, kind and observed (a mapping). Without the rule, observed values do not compare.
    """
    if Severity(new["severity"]).rank < Severity(old["severity"]).rank:
        return f"severity {new['severity']}, was {old['severity']}"
    if _MODES.index(Mode(new["mode"])) > _MODES.index(Mode(old["mode"])):
        return f"mode {new['mode']}, was {old['mode']}"
    if (old["outcome"], new["outcome"]) == (Outcome.UNKNOWN, Outcome.FAIL):
        return "fails, could not be judged before"
    if rule is None or not old["outcome"] == new["outcome"] == Outcome.FAIL or old["kind"] != new["kind"]:
        return ""
    return _observed(old["observed"], new["observed"], rule, new["kind"], as_of)


def _observed(old: Mapping[str, Any], new: Mapping[str, Any], rule: Rule, kind: str, as_of: datetime) -> str:
    if rule.group is not None:
        return next(_grown(old, new, kind, GROUP), "")
    directions = _ordered(rule.require, kind)
    asked = [name for name in reads(rule.require, kind) if _is_word(kind, name)]
    # NOTE: 1024 bits of RSA and 256 of EC do not compare: what is no size must be as it was.
    if any(old.get(name) != new.get(name) for name in asked):
        return ""
    sizes = _grown(old, new, kind, {name: way for name, way in directions.items() if way})
    return next(sizes, "") or next(_joined(old, new, rule.require, kind, as_of), "")


def _is_word(kind: str, name: str) -> bool:
    fact = tables.fact(kind, name)
    return fact is not None and fact.type.name in {"text", "boolean"} and not fact.time


def _ordered(predicate: Predicate, kind: str, sign: int = 1) -> dict[str, int]:
    """Say of each field which way it gets worse; 0 where both ways are asked.

    What follows from the date of evaluation is left out: it grows worse by itself every day.
    """
    found: dict[str, int] = {}
    for name, way in _ways(predicate, sign):
        fact = tables.fact(kind, name)
        if fact is not None and not fact.time:
            found[name] = way if found.get(name, way) == way else 0
    return found


def _ways(predicate: Predicate, sign: int) -> Iterator[tuple[str, int]]:
    if isinstance(predicate, AllOf | AnyOf):
        for part in predicate.parts:
            yield from _ways(part, sign)
    elif isinstance(predicate, Not):
        yield from _ways(predicate.part, -sign)
    elif isinstance(predicate, Test | Size) and predicate.op in _DIRECTIONS:
        yield predicate.subject, sign * _DIRECTIONS[predicate.op]


def _grown(old: Mapping[str, Any], new: Mapping[str, Any], kind: str, ways: Mapping[str, int]) -> Iterator[str]:
    for name, way in ways.items():
        before, after = _size(old.get(name)), _size(new.get(name))
        if before is None or after is None or type(before) is not type(after):
            continue
        if after > before if way == MORE else after < before:
            yield bounded(f"{name} is {_shown(kind, name, new[name])}, was {_shown(kind, name, old[name])}")


def _shown(kind: str, name: str, value: Any) -> str:
    return f"{len(value):,} long" if isinstance(value, list) else in_words(_typed({name: value}, kind)[name])


def _size(value: Any) -> Any:
    """Take lists by their length, so that what was asked of their count compares; a whole number is a number."""
    if isinstance(value, list):
        return float(len(value))
    if isinstance(value, bool):
        return None
    return float(value) if isinstance(value, int | float) else _instant(value)


def _instant(value: Any) -> Any:
    try:
        return parse_instant(value) if isinstance(value, str) else value
    except UsageError:
        return None


def _typed(observed: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Read observed facts back from the plain values in which findings keep them."""
    found = dict(observed)
    for name, value in observed.items():
        fact = tables.fact(kind, name)
        if fact is not None and fact.type.name == "instant":
            found[name] = _instant(value)
        elif fact is not None and fact.type.name == "duration" and isinstance(value, int):
            found[name] = _duration(value)
    return found


def _duration(seconds: int) -> Any:
    """NOTE: a baseline may be edited by hand; what no duration can hold stays a number."""
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        return seconds


def _joined(old: Mapping[str, Any], new: Mapping[str, Any], predicate: Predicate, kind: str, as_of: datetime) -> Iterator[str]:
    """Find elements of a list that break the rule and were not there before."""
    for elements in _lists(predicate):
        before, after = old.get(elements.subject), new.get(elements.subject)
        if not isinstance(before, list) or not isinstance(after, list):
            continue
        row, broken = Item(kind, _typed(new, kind), as_of), elements.quantifier == "none"
        for one in after:
            if one is None or one in before:
                continue
            if judge(elements.predicate, row.inside(elements.subject, one)) is broken:
                yield bounded(f"{elements.subject} has {one}, which it had not before")


def _lists(predicate: Predicate) -> Iterator[Elements]:
    """Name the demands on every element; inside «not» they ask something else."""
    if isinstance(predicate, AllOf):
        for part in predicate.parts:
            yield from _lists(part)
    elif isinstance(predicate, Elements) and predicate.quantifier in {"all", "none"}:
        yield predicate

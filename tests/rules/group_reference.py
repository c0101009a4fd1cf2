"""Group rules, row by row in plain Python: written from the language page, slow, and knowing nothing of columns.

A world says of every row whether it is in, and which value it has; a group is judged in all worlds that its rows allow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from scanner import tables
from scanner.rules.language.syntax import AllOf, AnyOf, Distinct, Members, Not, Operand, Predicate, Rule, Share, Size
from tests.rules.reference import ABSENT, COMPARE, UNKNOWN, Asset, missing, resolve, truth, unknown_sources


@dataclass(frozen=True)
class Said:
    """What a group rule says: outcome by key, the rows whose key is unknown, and how often nothing was said."""

    groups: dict[Any, str]
    unknown: list[int]
    skipped: int


@dataclass(frozen=True)
class Member:
    """One row as a group rule sees it."""

    number: int
    inside: bool | None
    key: Any
    value: Any


def members(rule: Rule, assets: Sequence[Asset]) -> list[Member]:
    """Look at every row: whether `when` selects it, its key, its value."""
    assert rule.group is not None
    of = rule.group.demand.of if isinstance(rule.group.demand, Distinct) else None
    return [
        Member(number, truth(rule.when, asset), asset.cell(rule.group.by), asset.cell(of) if of else ABSENT)
        for number, asset in enumerate(assets)
    ]


def outcomes(rule: Rule, assets: Sequence[Asset]) -> Said:
    """Judge all groups by ranges: members surely in, members that might be, values that might be anything."""
    assert rule.group is not None
    every = members(rule, assets)
    selected = [one for one in every if one.inside is not False]
    keys = {one.key for one in every if one.key not in {ABSENT, UNKNOWN}}
    judged = {}
    for key in keys:
        here = [one for one in selected if one.key == key]
        said = judge(rule, here, selected, assets[0]) if here else None
        if said is not None:
            judged[key] = said
    lost = [one.number for one in selected if one.key is UNKNOWN]
    alone = sum(one.key is ABSENT or (one.key is UNKNOWN and one.inside is False) for one in every)
    return Said(judged, lost, len(keys) - len(judged) + alone)


def judge(rule: Rule, here: list[Member], selected: list[Member], any_asset: Asset) -> str | None:
    """Judge one group with at least one possible member; None where the rule says nothing."""
    assert rule.group is not None
    demand, sure = rule.group.demand, [one for one in here if one.inside]
    truths: set[bool]
    if isinstance(demand, Distinct):
        limit = number(demand.at_most, any_asset)
        truths = {count <= limit for count in values_of(here, sure, rule.kinds[0], demand.of)}
    elif isinstance(demand, Members):
        truths = {holds(demand.predicate, size, any_asset) for size in range(max(1, len(sure)), len(here) + 1)}
    else:
        found = share(demand, here, selected, any_asset)
        if found is None:
            return None
        truths = found
    if truths == {True}:
        return "pass"
    return "fail" if truths == {False} and sure else "unknown"


def values_of(here: list[Member], sure: list[Member], kind: str, of: str) -> Iterable[int]:
    """Count the values there can be: from those surely there to those possible, an unknown one being new or none."""
    least = {one.value for one in sure if one.value not in {ABSENT, UNKNOWN}}
    most = {one.value for one in here if one.value not in {ABSENT, UNKNOWN}}
    fact = tables.fact(kind, of)
    assert fact is not None
    ceiling = 2 if fact.type.name == "boolean" else len(here)
    return range(len(least), min(len(most) + sum(one.value is UNKNOWN for one in here), ceiling) + 1)


def share(demand: Share, here: list[Member], selected: list[Member], any_asset: Asset) -> set[bool] | None:
    """Compare the least and the greatest share; where the total is unsure the rule may also say nothing, so it never fails."""
    sure, every = sum(one.inside is True for one in here), sum(one.inside is True for one in selected)
    others = len(selected) - len(here)
    limit = number(demand.at_most, any_asset)
    truths = {size / (size + rest) <= limit for size in range(max(1, sure), len(here) + 1) for rest in (every - sure, others)}
    if demand.when_total is not None:
        wanted = number(demand.when_total, any_asset)
        if len(selected) < wanted:
            return None
        if every < wanted and truths == {False}:
            return {True, False}
    return truths


def number(operand: Operand, asset: Asset) -> float:
    """Read a limit; it depends on as_of at most."""
    found = resolve(operand, asset)
    assert isinstance(found, int | float)
    return found


def holds(predicate: Predicate, size: int, asset: Asset) -> bool:
    """Ask a predicate of a number."""
    if isinstance(predicate, AllOf):
        return all(holds(part, size, asset) for part in predicate.parts)
    if isinstance(predicate, AnyOf):
        return any(holds(part, size, asset) for part in predicate.parts)
    if isinstance(predicate, Not):
        return not holds(predicate.part, size, asset)
    assert isinstance(predicate, Size)
    op = {"is_not": "is", "none_of": "is", "one_of": "is"}.get(predicate.op, predicate.op)
    found = any(COMPARE[op](size, number(operand, asset)) for operand in predicate.operands)
    return not found if predicate.op in {"is_not", "none_of"} else found


def lost(rule: Rule, key: Any, assets: Sequence[Asset]) -> set[str]:
    """Name what is missing of an undecided group: why rows might be members, and their unknown values."""
    assert rule.group is not None
    every = members(rule, assets)
    demand = rule.group.demand
    concerned = [one for one in every if one.key == key or isinstance(demand, Share)]
    named = {
        name for one in concerned if one.inside is None and rule.when for name in missing(None, rule.when, assets[one.number])
    }
    values = {
        name
        for one in concerned
        if isinstance(demand, Distinct) and one.inside is not False and one.value is UNKNOWN
        for name in unknown_sources(demand.of, assets[one.number])
    }
    return named | values


def unkeyed(rule: Rule, asset: Asset) -> list[str]:
    """Name what is missing of a row whose key is unknown."""
    assert rule.group is not None
    return sorted(unknown_sources(rule.group.by, asset) | (missing(None, rule.when, asset) if rule.when else set()))


# --- all worlds --------------------------------------------------------------------------------------------------------


def worlds(rule: Rule, assets: Sequence[Asset], values: Sequence[Any]) -> Iterator[dict[Any, str]]:
    """Judge in every world: each row in or out, each unknown value any of these, fresh ones, or absent; unknown keys stay alone."""
    every = [one for one in members(rule, assets) if one.inside is not False]
    fresh = [("new", one.number) for one in every]
    choices = [
        [
            Member(one.number, inside, one.key, value)
            for inside in ([True, False] if one.inside is None else [True])
            for value in ([*values, fresh[place], ABSENT] if one.value is UNKNOWN else [one.value])
        ]
        for place, one in enumerate(every)
    ]
    for world in product(*choices):
        yield _in_world(rule, [one for one in world if one.inside], assets[0])


def _in_world(rule: Rule, inside: list[Member], any_asset: Asset) -> dict[Any, str]:
    """Judge where everything is known."""
    assert rule.group is not None
    demand = rule.group.demand
    said = {}
    for key in {one.key for one in inside} - {ABSENT, UNKNOWN}:
        here = [one for one in inside if one.key == key]
        if isinstance(demand, Distinct):
            met = len({one.value for one in here} - {ABSENT}) <= number(demand.at_most, any_asset)
        elif isinstance(demand, Members):
            met = holds(demand.predicate, len(here), any_asset)
        else:
            if demand.when_total is not None and len(inside) < number(demand.when_total, any_asset):
                continue
            met = len(here) / len(inside) <= number(demand.at_most, any_asset)
        said[key] = "pass" if met else "fail"
    return said

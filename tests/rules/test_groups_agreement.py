"""Group rules against the reference evaluator and all possible worlds, on random tables.

CERTGATE_AGREEMENT=20 in the environment makes the run twenty times as long.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inventory.clock import with_time
from scanner.rules.engine import groups_found
from scanner.rules.engine.evaluate import Evaluation, evaluate
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Demand,
    Distinct,
    Group,
    Literal,
    Members,
    Not,
    Operand,
    Predicate,
    Rule,
    Share,
    Size,
    Steps,
)
from tests.rules import group_reference, worlds
from tests.rules.reference import Asset
from tests.rules.rules import compared, rule
from tests.rules.worlds import AS_OF, KIND

TIMES = int(os.environ.get("CERTGATE_AGREEMENT", "1"))
KEYS = ("read.text", "seen.number", "said.text", "made.flag", "read.span", "looked.text", "labels.zone", "read.at", "seen.share")
VALUES = (*KEYS, "expired", "age")
IN = True
SIZES = ("is", "is_not", "one_of", "none_of", "at_least", "at_most", "more_than", "less_than")


@pytest.fixture(autouse=True)
def made_up() -> Iterator[None]:
    """Add the made-up kind to the registry."""
    with worlds.made_up():
        yield


def figure(random: Random, pool: tuple[float, ...]) -> Operand:
    """Make a limit: a constant, or steps by as_of."""
    first, second = (Literal(random.choice(pool)) for _ in range(2))
    return first if random.random() < 0.8 else Steps("as_of", first, ((random.choice(worlds.DAYS), second),))


def sizes(random: Random, depth: int = 2) -> Predicate:
    """Make a predicate on a number of members."""
    if depth and random.random() < 0.4:
        parts = tuple(sizes(random, depth - 1) for _ in range(2))
        return random.choice((AllOf(parts), AnyOf(parts), Not(parts[0])))
    op = random.choice(SIZES)
    many = 2 if op in {"one_of", "none_of"} else 1
    return Size("", op, tuple(figure(random, (0, 1, 2, 3, 5)) for _ in range(many)))


def demand(random: Random, by: str) -> Demand:
    """Make what is asked of groups."""
    roll = random.random()
    if roll < 0.4:
        return Distinct(random.choice([name for name in VALUES if name != by]), figure(random, (0, 1, 1, 2, 3)))
    if roll < 0.7:
        return Members(sizes(random))
    total = figure(random, (0, 2, 5, 10)) if random.random() < 0.5 else None
    return Share(figure(random, (0.0, 0.25, 0.4, 0.6, 1.0)), total)


def made(random: Random, keys: tuple[str, ...] = KEYS) -> Rule:
    """Make a group rule."""
    by = random.choice(keys)
    when = None if random.random() < 0.2 else worlds.predicate(random, random.choice((0, 1, 2)))
    return replace(rule(when, AllOf(()), KIND, id_="made/groups"), group=Group(by, demand(random, by)))


def agree(one: Rule, table: pl.DataFrame) -> int:
    """Compare outcomes, rows without key, counts and missing fields; return how many groups there were."""
    evaluation = evaluate([one], {KIND: table}, AS_OF)
    assets = [Asset(KIND, row, AS_OF) for row in table.iter_rows(named=True)]
    said = group_reference.outcomes(one, assets)
    assert told(evaluation, one) == said.groups, one.group
    alone = evaluation.findings(one.id, KIND)
    assert dict(alone.select("row", "missing").iter_rows()) == {
        row: group_reference.unkeyed(one, assets[row]) for row in said.unknown
    }
    counts = evaluation.counts(one.id)
    every = list(said.groups.values())
    assert (counts.passed, counts.failed) == (every.count("pass"), every.count("fail"))
    assert (counts.unknown, counts.skipped) == (every.count("unknown") + len(said.unknown), said.skipped)
    for found in groups_found.groups(evaluation.grouped[one.id]):
        wanted = group_reference.lost(one, found.key, assets) if found.outcome == "unknown" else set()
        assert set(found.missing) == wanted, one
        here = [member for member in group_reference.members(one, assets) if member.key == found.key]
        possible = {True, None} if found.outcome == "unknown" else {True}
        assert sorted(row for _, row in found.members) == [member.number for member in here if member.inside in possible]
    return len(every)


def told(evaluation: Evaluation, one: Rule) -> dict[Any, str]:
    """Say what came out for each key."""
    words = {True: "pass", False: "fail", None: "unknown"}
    return {key: words[met] for key, met in evaluation.grouped[one.id].judged.select("key", "met").iter_rows()}


@pytest.mark.parametrize("seed", range(60 * TIMES))
def test_groups_agree_with_the_reference(seed: int) -> None:
    """Every group rule means in columns what the language page says it means, group by group."""
    random = Random(f"groups {seed}")
    table = worlds.table(random, random.choice((1, 8, 25)))
    judged = sum(agree(made(random), table) for _ in range(25))
    assert judged or table.height == 1


@given(st.integers(0, 2**32))
@settings(max_examples=100 * TIMES, deadline=None)
def test_any_seed_agrees_with_the_reference(seed: int) -> None:
    """Hypothesis chooses the table and the rule."""
    random = Random(seed)
    agree(made(random), worlds.table(random, 6))


@pytest.mark.parametrize("seed", range(60 * TIMES))
def test_groups_hold_in_all_possible_worlds(seed: int) -> None:
    """A pass or fail is one whatever is in, and whatever unknown values turn out to be; unknown says that worlds differ."""
    random = Random(f"worlds {seed}")
    for _ in range(20):
        table = small(random)
        one = made(random, ("said.text",))
        if one.group is not None and isinstance(one.group.demand, Distinct):
            one = replace(one, group=Group("said.text", replace(one.group.demand, of="seen.text")))
        one = replace(one, when=compared("seen.flag", "is", IN) if random.random() < 0.8 else None)
        assets = [Asset(KIND, row, AS_OF) for row in table.iter_rows(named=True)]
        seen: dict[Any, set[str]] = {}
        for world in group_reference.worlds(one, assets, ("a", "b")):
            for key in {row["said.text"] for row in table.iter_rows(named=True)} - {None}:
                seen.setdefault(key, set()).add(world.get(key, "nothing"))
        for key, outcome in told(evaluate([one], {KIND: table}, AS_OF), one).items():
            possible = seen[key] - {"nothing"}
            if outcome != "unknown":
                assert possible == {outcome}, one.group
                assert outcome == "pass" or "nothing" not in seen[key], one.group
            elif one.group is not None and not (isinstance(one.group.demand, Share) and one.group.demand.when_total):
                assert possible == {"pass", "fail"} or seen[key] == {"fail", "nothing"}, one.group


def small(random: Random) -> pl.DataFrame:
    """Make a few rows with two keys, of which little is unknown, so that all worlds can be visited."""
    rows = [
        {
            "_decoded": True,
            "said.text": random.choice(("k", "k", "l", None)),
            "seen.flag": random.choice((True, True, False, None)),
            "seen.text": random.choice(("a", "b", "c", None)),
        }
        for _ in range(random.choice((1, 3, 4)))
    ]
    return with_time(
        pl.DataFrame([{name: row.get(name) for name in worlds.SCHEMA} for row in rows], schema=worlds.SCHEMA), KIND, AS_OF
    )

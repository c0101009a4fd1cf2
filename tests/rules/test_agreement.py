"""The compiler against the reference evaluator, on random policies over random tables.

CERTGATE_AGREEMENT=20 in the environment makes the run twenty times as long.
"""

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.rules.engine import whens
from scanner.rules.engine.compile import column
from scanner.rules.engine.evaluate import Counts, evaluate
from scanner.rules.language.syntax import Predicate
from scanner.tables import Origin
from tests.rules import worlds
from tests.rules.reference import ABSENT, Asset, missing, outcome, truth
from tests.rules.rules import rule
from tests.rules.worlds import AS_OF, KIND

TIMES = int(os.environ.get("CERTGATE_AGREEMENT", "1"))
ROWS, PREDICATES, WORLDS = 25, 40, 3


@pytest.fixture(autouse=True)
def made_up() -> Iterator[None]:
    """Add the made-up kind to the registry."""
    with worlds.made_up():
        yield


@pytest.mark.parametrize("seed", range(100 * TIMES))
def test_the_compiler_agrees_with_the_reference(seed: int) -> None:
    """Every predicate means in columns what the language page says it means row by row."""
    random = Random(seed)
    table = worlds.table(random, ROWS)
    predicates = [worlds.predicate(random) for _ in range(PREDICATES)]
    found = table.select(column(one, KIND, table, AS_OF).alias(str(number)) for number, one in enumerate(predicates))
    assets = [Asset(KIND, row, AS_OF) for row in table.iter_rows(named=True)]
    for number, predicate in enumerate(predicates):
        expected = [truth(predicate, asset) for asset in assets]
        assert found[str(number)].to_list() == expected, predicate


@settings(max_examples=1000 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(0, 1000))
def test_the_compiler_agrees_where_hypothesis_looks(random: Random, seed: int) -> None:
    """The same, with choices made by hypothesis, which makes a disagreement small before it tells of it."""
    table, predicate = worlds.table(Random(seed), ROWS), worlds.predicate(random)
    found = table.select(column(predicate, KIND, table, AS_OF).alias("met"))["met"]
    assert found.to_list() == [truth(predicate, Asset(KIND, row, AS_OF)) for row in table.iter_rows(named=True)], predicate


@pytest.mark.parametrize("seed", range(60 * TIMES))
def test_outcomes_and_missing_fields_agree_with_the_reference(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`when` and `require` give the outcome, its count and, where it is unknown, the missing fields of the page."""
    random = Random(f"rules {seed}")
    monkeypatch.setattr(whens, "FEW", (0, whens.FEW, 1)[seed % 3])
    table = worlds.table(random, ROWS)
    rules = [rule(worlds.predicate(random, 2), worlds.predicate(random, 2), KIND, id_=str(one)) for one in range(10)]
    evaluation = evaluate(rules, {KIND: table}, AS_OF)
    assets = [Asset(KIND, row, AS_OF) for row in table.iter_rows(named=True)]
    for one in rules:
        expected = [outcome(one.when, one.require, asset) for asset in assets]
        lost = {
            number: sorted(missing(one.when, one.require, assets[number])) if said == "unknown" else []
            for number, said in enumerate(expected)
            if said in {"fail", "unknown"}
        }
        found = evaluation.findings(one.id, KIND)
        assert dict(found.select("row", "outcome").iter_rows()) == {number: expected[number] for number in lost}
        assert dict(found.select("row", "missing").iter_rows()) == lost, one
        passed, failed, unsure, skipped = map(expected.count, ("pass", "fail", "unknown", "skip"))
        counts = Counts(passed, failed, unsure, skipped, len(_undeclared(one.when, assets)))
        assert evaluation.counts(one.id) == counts


@pytest.mark.parametrize("seed", range(30 * TIMES))
def test_fields_that_nobody_declared_agree_with_the_reference(seed: int) -> None:
    """What a `when` skipped only because a declared field is absent is told with the assets and the rules it skipped."""
    random = Random(f"undeclared {seed}")
    table = worlds.table(random, ROWS)
    rules = [rule(worlds.predicate(random, 2), worlds.predicate(random, 0), KIND, id_=str(one)) for one in range(10)]
    assets = [Asset(KIND, row, AS_OF) for row in table.iter_rows(named=True)]
    expected: dict[str, tuple[set[int], set[str]]] = {}
    for one in rules:
        for number, names in _undeclared(one.when, assets).items():
            for name in names:
                skipped, ids = expected.setdefault(name, (set(), set()))
                skipped.add(number)
                ids.add(one.id)
    assert evaluate(rules, {KIND: table}, AS_OF).undeclared() == tuple(
        {"field": name, "assets": len(skipped), "rules": sorted(ids)} for name, (skipped, ids) in sorted(expected.items())
    )


def _undeclared(when: Predicate | None, assets: list[Asset]) -> dict[int, set[str]]:
    """Name the absent declared fields of each row without which a `when` would not surely have skipped it."""
    found = {}
    for number, asset in enumerate(assets):
        blank = {name for name in worlds.DECLARED if _blank(asset, name)}
        doubtful = {
            **asset.values,
            **dict.fromkeys(blank),
            "_unknown": [*(asset.values["_unknown"] or ()), *blank],
            "_absent": [name for name in asset.values["_absent"] or () if name not in blank],
        }
        doubted = Asset(KIND, doubtful, AS_OF)
        if when is not None and truth(when, asset) is False and truth(when, doubted) is None:
            found[number] = missing(None, when, doubted) & blank
    return found


def _blank(asset: Asset, name: str) -> bool:
    fact = tables.fact(KIND, name)
    assert fact is not None
    if fact.type.name == "list":
        return asset.elements(name) == ([], False)
    return fact.origin is Origin.DECLARED and asset.cell(name) is ABSENT


@pytest.mark.parametrize("seed", range(60 * TIMES))
def test_knowing_the_missing_fields_decides_the_rule(seed: int) -> None:
    """Whatever the missing fields turn out to be, the rule is then decided, though other fields stay unknown."""
    random = Random(f"known {seed}")
    table = worlds.table(random, 15)
    rules = [rule(worlds.predicate(random, 2), worlds.predicate(random, 2), KIND, id_=str(one)) for one in range(10)]
    evaluation = evaluate(rules, {KIND: table}, AS_OF)
    rows = table.rows(named=True)
    for one in rules:
        unknown = evaluation.findings(one.id, KIND).filter(outcome="unknown").select("row", "missing").rows()
        told = [rows[row] | _told(random, names) for row, names in unknown for _ in range(WORLDS)]
        if told:
            known = with_time(pl.DataFrame(told, schema=worlds.SCHEMA), KIND, AS_OF)
            assert evaluate([one], {KIND: known}, AS_OF).counts(one.id).unknown == 0, one


def _told(random: Random, names: list[str]) -> dict[str, Any]:
    """Give the missing fields values, any."""
    assert names
    return {name: worlds.certain(random, worlds.ALL[name]) for name in names}

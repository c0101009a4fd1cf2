"""The rules written by hand, against which evaluation is measured, and the table that both are asked of."""

from collections.abc import Sequence

import polars as pl
import pytest

from benchmarks import by_hand, estate, evaluate
from scanner.rules.language.syntax import Rule

ROWS = 20_000


@pytest.fixture(scope="module")
def rules() -> Sequence[Rule]:
    """Every shipped certificate rule but those on groups; refused where one is not written by hand."""
    return evaluate.shipped()


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """A small estate."""
    return estate.make(ROWS)


def test_every_rule_by_hand_finds_the_fails_of_the_shipped_one(rules: Sequence[Rule]) -> None:
    """Where no fact is unknown."""
    evaluate.agree(rules)


def test_a_rule_that_says_something_else_is_told(rules: Sequence[Rule], monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is no ornament."""
    when, _ = by_hand.RULES["public-tls/version"]
    monkeypatch.setitem(by_hand.RULES, "public-tls/version", (when, lambda: pl.col("version") == 1))
    with pytest.raises(SystemExit, match=r"^public-tls/version: \d+ fails, \d+ by hand, 0 unknown$"):
        evaluate.agree(rules)


def test_a_rule_that_is_not_written_by_hand_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured without it."""
    monkeypatch.delitem(by_hand.RULES, "smime/key")
    with pytest.raises(SystemExit, match="write these by hand too, or no longer: smime/key"):
        evaluate.shipped()


def test_every_rule_judges_the_estate(rules: Sequence[Rule], table: pl.DataFrame) -> None:
    """A rule that finds no certificate of its sort, or none wrong, would be measured as free."""
    evaluation = evaluate.judged(rules, table)
    counts = {rule.id: evaluation.counts(rule.id) for rule in rules}
    assert not [rule for rule, one in counts.items() if not one.failed]
    # What was issued in 2016 for 39 months has expired.
    assert [rule for rule, one in counts.items() if not one.passed] == ["public-tls/validity-in-months"]


def test_a_condition_of_several_rules_is_asked_once() -> None:
    """By hand nobody would compute it for each."""
    whens = {id(when) for when, _ in by_hand.RULES.values()}
    assert len(whens) < len(by_hand.RULES) * 2 / 3

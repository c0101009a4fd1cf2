"""Findings written by columns say of each row what would be said of it alone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import polars as pl
import pytest

from scanner import alike, finding_rows, judge, tables
from scanner.inventory.clock import with_time
from scanner.model import FINDINGS, Outcome
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load
from scanner.rules.said import message
from scanner.when import plain
from tests.requests import AS_OF, asked

RULES = list(
    {rule.id: rule for policy in load.load(find.find("default")) for rule in policy.rules if rule.group is None}.values()
)
TEXTS = ("a", 'b"\\', "\x00\n\x1f\x7f", "ü\u202e\u2028</script>", "", None)
MOMENTS = (
    AS_OF,
    AS_OF + timedelta(microseconds=7),
    datetime(1950, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    None,
)


def row(number: int) -> dict[str, Any]:
    """Make a certificate of which some facts are odd, some unknown and some lists open; few of them differ."""
    text = TEXTS[number % len(TEXTS)]
    return {
        "asset_id": f"{number:064x}", "place": f"place {number} {text}", "name": f"name {number}", "_decoded": number % 4 != 0,
        "subject.cn": text, "san.dns": [None, [], ["a.example"], ["a.example", None], [text]][number % 5],
        "not_before": MOMENTS[number % 3], "not_after": MOMENTS[(number + 1) % 5], "key.bits": [1024, 2048, None, 3072][number % 4],
        "key.algorithm": ["RSA", "EC", None][number % 3], "lifetime": [timedelta(days=500), None, timedelta(seconds=-1, microseconds=5)][number % 3],
        "usage": ["tls-server", None][number % 2], "is_ca": [False, None, True][number % 3], "trust": ["public", None][number % 2],
        "chain": [None, [], [{"subject.dn": text, "ca_owner": None, "verified": True}], [None]][number % 4],
        "_unknown": [None, ["key.bits"], ["san.dns"]][number % 3],
    }  # fmt: skip


def alone(rule: Rule, known: Mapping[str, Any], outcome: str, missing: list[str]) -> tuple[str, str, str]:
    """Say the message, limit and observed facts of one row."""
    words = message.message(rule, "certificate", known, Outcome(outcome), missing, AS_OF)
    seen = {name: plain(value) for name, value in message.observed(rule, "certificate", known).items()}
    return words.text, words.limit, orjson.dumps(seen).decode()


@pytest.mark.parametrize("count", [alike.FEW // 2, 240])
def test_a_row_among_many_is_told_as_it_would_be_alone(count: int) -> None:
    """Message, limit and observed facts of every finding of every rule."""
    table = with_time(tables.frame("certificate", [row(number) for number in range(count)]), "certificate", AS_OF)
    where = [pl.lit(None, FINDINGS[name]).alias(name) for name in finding_rows.WHERE]
    known = {"certificate": table.with_columns(where), "endpoint": tables.empty("endpoint")}
    evaluation = evaluate(RULES, known, AS_OF)
    by_asset = {one["asset_id"]: one for one in table.iter_rows(named=True)}
    found = [
        (rule, one)
        for rule in RULES
        for part in finding_rows.of_rule(evaluation, rule, known, asked())
        for one in part.iter_rows(named=True)
    ]
    assert {one["outcome"] for _, one in found} == {"fail", "unknown"}
    assert len(found) > count
    for rule, one in found:
        expected = alone(rule, by_asset[one["asset_id"]], one["outcome"], one["missing"])
        assert (one["message"], one["limit"], one["observed"]) == expected


def test_a_label_may_be_called_anything() -> None:
    """Its name is a key of the observed facts."""
    name = 'labels.a"b\\'
    read = pl.DataFrame({name: ["x", None]})
    said = read.select(finding_rows._observed(read, [name])).to_series()
    assert [json.loads(one) for one in said] == [{name: "x"}, {name: None}]


def test_no_rule_finds_nothing() -> None:
    """The columns are there."""
    where = pl.DataFrame(
        schema={
            "kind": pl.String,
            "asset_id": pl.String,
            "uri": pl.String,
            "line": pl.Int64,
            "column": pl.Int64,
            "pointer": pl.String,
        }
    )
    known = {kind: tables.empty(kind) for kind in tables.KINDS}
    assert judge.findings(evaluate(RULES, known, AS_OF), RULES, known, where, asked()).is_empty()

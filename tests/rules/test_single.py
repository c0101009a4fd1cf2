"""Judging one row in Python, as messages do, agrees with the columns that decide outcomes."""

from datetime import UTC, datetime

import pytest

from scanner.inventory.clock import with_time
from scanner.rules import proof
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.engine.single import Item, judge
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load

RULES: list[Rule] = [rule for name in ("default", "approved-cas") for rule in load.load(find.find(name))[0].rules]
DATES = [datetime(year, month, 1, tzinfo=UTC) for year, month in ((2020, 10), (2026, 3), (2026, 11), (2027, 7), (2031, 2))]


@pytest.mark.parametrize("kind", ["certificate", "endpoint"])
@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_every_rule_on_every_row_of_every_test(kind: str, as_of: datetime) -> None:
    """All rules over the rows of all tests of all shipped policies: fail, unknown or neither, the same both ways."""
    rows = [test.row for rule in RULES for test in rule.tests if test.row.kind == kind]
    rules = [rule for rule in RULES if kind in rule.kinds]
    table = with_time(proof.table_of(kind, rows), kind, as_of)
    evaluation = evaluate(rules, {kind: table}, as_of)
    different = []
    for rule in rules:
        found = dict(evaluation.findings(rule.id, kind).select("row", "outcome").iter_rows())
        for number, row in enumerate(table.iter_rows(named=True)):
            item = Item(kind, row, as_of)
            required = judge(rule.require, item)
            applies = True if rule.when is None else judge(rule.when, item)
            met = True if required is True or applies is False else None if None in {required, applies} else False
            if {True: None, False: "fail", None: "unknown"}[met] != found.get(number):
                different.append((rule.id, number, met, found.get(number)))
    assert different == []
    assert len(rows) * len(rules) > 1000

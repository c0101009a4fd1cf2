"""The JSON output: one document, of which findings, gaps and problems are lines."""

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from reports import json as whole
from scanner.model import Report
from tests.reports import oddities
from tests.reports.factory import report

LISTS = {"findings": "findings", "evidence_gaps": "gaps", "problems": "problems"}
"""Key of the document to table of the report."""


def rows(made: Report, key: str) -> list[dict[str, Any]]:
    """Give what a list of the document is to hold, row by row."""
    said = getattr(made, LISTS[key]).to_dicts()
    return [row | {"observed": json.loads(row["observed"] or "{}")} for row in said] if key == "findings" else said


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("make", [oddities.small, oddities.hostile, oddities.cjk, oddities.empty, oddities.only_unknown])
def test_rows_are_said_whole(make: Any, key: str) -> None:
    """Every column of every row, in the order of the table, whatever its texts are."""
    made = make()
    said = json.loads(whole.render.render(made, {}))[key]
    assert said == rows(made, key)
    assert [list(one) for one in said] == [getattr(made, LISTS[key]).columns] * len(said)


@pytest.mark.parametrize("key", LISTS)
def test_a_row_is_one_line(key: str) -> None:
    """So that a change of one finding is a change of one line."""
    made = oddities.small()
    lines = whole.render.render(made, {}).decode().split("\n")
    first = lines.index(f'  "{key}": [') + 1
    read = [json.loads(line.removesuffix(",")) for line in lines[first : first + len(rows(made, key))]]
    assert read == rows(made, key)
    assert lines[first + len(read)] in {"  ],", "  ]"}


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_parts_join_to_the_same_document(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows are written together; no part holds all of many."""
    made = oddities.small()
    assert made.findings.height > 7
    expected = whole.render.render(made, {})
    monkeypatch.setattr(whole, "ROWS", at_once)
    parts = list(whole.render.parts(made, {}))
    assert b"".join(parts) == expected
    assert max(part.count(b'"finding_id"') for part in parts) <= at_once


def test_names_that_need_care_in_json() -> None:
    """A label may be called anything; observed facts come back as they were."""
    observed = {'labels.a"b\\': "ü\u202e\u2028</script>\x7f\x1b", "lifetime": None}
    first = report().findings.head(1).with_columns(observed=pl.lit(json.dumps(observed)))
    (said,) = json.loads(whole.render.render(replace(report(), findings=first), {}))["findings"]
    assert said["observed"] == observed

"""The inventory as CSV: one row per asset, its worst outcome and exceptions; no cell is a formula."""

import csv as reader
import io

import polars as pl

from reports import csv
from tests.reports import oddities
from tests.reports.factory import report
from tests.reports.governed import governed


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(reader.DictReader(io.StringIO(data.decode(), newline="")))


def test_each_asset_has_a_row() -> None:
    """All kinds stand in one table, with the worst outcome of each."""
    made = report()
    rows = _rows(csv.render.render(made, {}))
    assert len(rows) == sum(table.height for table in made.tables.values())
    assert {row["worst"] for row in rows} >= {"critical", "high", "unknown", "pass"}


def test_exceptions_stand_beside_the_assets_they_cover() -> None:
    """An asset with a waived finding names the exception; the others name none."""
    made = governed()
    waived = dict(made.findings.filter(pl.col("waived_by").is_not_null()).select("asset_id", "waived_by").iter_rows())
    rows = _rows(csv.render.render(made, {}))
    assert {row["asset_id"]: row["exceptions"] for row in rows if row["exceptions"]} == waived


def test_no_cell_is_a_formula_and_none_has_controls() -> None:
    """Names that a spreadsheet would run, or that turn the direction, are text."""
    data = csv.render.render(oddities.hostile(), {}).decode()
    names = [row["name"] for row in _rows(data.encode())]
    assert any(name.startswith("'=cmd") for name in names)
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)
    assert "\u202e" not in data


def test_the_same_report_gives_the_same_bytes() -> None:
    """Nothing comes from the clock or from chance."""
    assert csv.render.render(governed(), {}) == csv.render.render(governed(), {})

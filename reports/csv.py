"""The inventory as CSV for spreadsheets: one row per asset, its worst outcome beside it; formulas are defused."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from reports import renderer
from reports._safe import visible
from scanner import tables
from scanner.model import Report
from scanner.when import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@renderer(name="csv", description="The inventory as CSV, one row per asset.")
def render(report: Report, _options: Mapping[str, str]) -> bytes:
    """Render every asset of every kind with its worst outcome, exceptions and facts; lists are joined with a space."""
    names = list(dict.fromkeys(name for table in report.tables.values() for name in table.columns if name not in tables.MARKS))
    worst, waived = report.worst(), _waived(report)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["kind", "worst", "exceptions", *names])
    for kind, table in report.tables.items():
        for row in table.iter_rows(named=True):
            cells = [cell(row.get(name)) for name in names]
            writer.writerow([kind, worst[kind, row["asset_id"]], cell(waived.get((kind, row["asset_id"]), [])), *cells])
    return out.getvalue().encode()


def _waived(report: Report) -> dict[tuple[str, str], list[str]]:
    """Name the exceptions that cover findings of each asset."""
    found: dict[tuple[str, str], list[str]] = {}
    covered = report.findings.select("kind", "asset_id", "waived_by").drop_nulls("waived_by")
    for kind, asset, name in covered.unique(maintain_order=True).iter_rows():
        found.setdefault((kind, asset), []).append(name)
    return found


def cell(value: Any) -> str:
    """Write one fact as a cell that no spreadsheet takes for a formula."""
    flat = plain(value)
    if isinstance(flat, list):
        text = " ".join("…" if one is None else _one(one) for one in flat)
    else:
        text = "" if flat is None else _one(flat)
    shown = visible(text)
    return f"'{shown}" if shown.startswith(FORMULA) and not _number(shown) else shown


def _one(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.get("name") or value.get("subject.dn") or "") if isinstance(value, dict) else str(value)


def _number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit()

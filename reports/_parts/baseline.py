"""The baseline: findings that were known when it was made, and what changed since."""

from datetime import UTC, datetime

import polars as pl

from reports import _words
from scanner.model import Report


def apart(report: Report) -> bool:
    """Tell whether known findings stand apart (`--new-only`); else they are open like any other."""
    return report.baseline is not None and report.baseline.new_only


def opened(report: Report, failed: pl.DataFrame) -> pl.DataFrame:
    """Keep failures that are open: under no exception, and not set apart as known."""
    waived = pl.col("waived_by").is_not_null()
    return failed.filter(~waived & ~pl.col("in_baseline") if apart(report) else ~waived)


def known(report: Report, failed: pl.DataFrame) -> int:
    """Count the failures that are set apart as known."""
    return failed.filter(pl.col("waived_by").is_null() & pl.col("in_baseline")).height if apart(report) else 0


def lines(report: Report) -> str:
    """Say what the run was compared with, and what came of it; nothing without a baseline."""
    found = report.baseline
    if found is None:
        return ""
    owner = f", owned by {found.owner}" if found.owner else ""
    made = f"Compared with the baseline {found.path}, made {_date(found.created)}{owner}."
    what = _words.verb(found.known, "finding is", "findings are")
    effect = "set apart and does not count" if found.known == 1 else "set apart and do not count"
    parts = [
        f"{_words.number(found.known)} {what} known{f', {effect}' if found.new_only else ''}",
        f"{_words.number(found.worse)} became worse since and {_words.verb(found.worse, 'is', 'are')} new" if found.worse else "",
        f"{_words.number(found.gone)} of its entries {_words.verb(found.gone, 'was', 'were')} not found again"
        if found.gone
        else "",
    ]
    return f"{made} {_words.sentence('; '.join(filter(None, parts)))}"


def _date(created: str) -> str:
    try:
        made = datetime.fromisoformat(created)
    except ValueError:
        return created
    return _words.date(made if made.tzinfo else made.replace(tzinfo=UTC))

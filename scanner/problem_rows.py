"""Problems as rows of problems.parquet, and back: what a stored result tells of its evidence holds where it is evidence."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from scanner import run_findings
from scanner.model import PROBLEMS, Problem, Severity, Spot

OF_EVIDENCE = {
    one.id
    for one in (
        run_findings.UNREADABLE_INPUT,
        run_findings.UNREACHABLE,
        run_findings.NO_TLS,
        run_findings.SOURCE_MISSING,
        run_findings.CONFLICTING_FACTS,
    )
}
JUDGED_ANEW = frozenset({*run_findings.ALL, "rules-left-out", "where-unknown"} - OF_EVIDENCE)
"""Codes that tell of how evidence was judged; each run says them itself."""
MARK = "in the result "


def rows(problems: Sequence[Problem]) -> pl.DataFrame:
    """Write problems as rows, those first that make the run incomplete."""
    ordered = sorted(problems, key=lambda one: (not one.incomplete, one.severity.rank))
    return pl.DataFrame(
        [
            (str(one.severity), one.code, one.spot.uri, one.spot.line, one.spot.column, one.spot.pointer, one.message)
            for one in ordered
        ],
        schema=PROBLEMS,
        orient="row",
    )


def carried(stored: pl.DataFrame, folder: str) -> Iterator[Problem]:
    """Read what a stored result tells of its evidence, marked as told by it; the folder may come from anywhere."""
    for row in stored.iter_rows(named=True):
        if row["code"] not in JUDGED_ANEW:
            yield _problem(row, folder)


def _problem(row: Mapping[str, Any], folder: str) -> Problem:
    """NOTE: rows do not say what makes a run incomplete, but that is always high, and nothing else is."""
    severity = Severity(row["severity"]) if row["severity"] in set(Severity) else Severity.HIGH
    said = row["message"] or "a problem without words"
    message = said if said.startswith(MARK) else f"{MARK}{folder}: {said}"
    line, column = (number if number and number > 0 else None for number in (row["line"], row["column"]))
    spot = Spot(row["uri"] or folder, line, column, row["pointer"])
    return Problem(severity, row["code"] or run_findings.UNREADABLE_INPUT.id, message, spot, severity in run_findings.INCOMPLETE)

"""What a run says of itself, as SARIF wants it: a row per input or host that was not judged, and the invocation (3.20)."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from reports import _words
from reports._safe import cut, visible
from reports._sarif_rules import MOST_MESSAGE
from scanner import run_findings
from scanner.model import Report

HOSTS = (run_findings.UNREACHABLE.id, run_findings.NO_TLS.id)
"""Said once per host, wherever it was named; the others once per input."""
NOWHERE = frozenset({"evidence", "live scan"})
"""What problems of a whole run are said of: no file is called like that."""
MOST_SAID = 3
"""Messages of one input that are told; the others are counted."""
_SPOT = ["uri", "line", "column", "pointer"]
Row = dict[str, Any]


def rows(report: Report) -> list[Row]:
    """Give the problems that are findings, one row per input or host; notes on evidence that was read are none.

    NOTE: a stored result may have codes of another version; what is bad among them was not read, whatever they mean.
    """
    known = pl.when(pl.col("code").is_in(list(run_findings.ALL))).then("code")
    unknown = pl.when(pl.col("severity").is_in(run_findings.INCOMPLETE)).then(pl.lit(run_findings.UNREADABLE_INPUT.id))
    found = report.problems.with_columns(code=pl.coalesce(known, unknown)).drop_nulls("code")
    seen = report.sightings.filter(kind="endpoint").unique(_SPOT, keep="first", maintain_order=True)
    named = found.join(seen.select(*_SPOT, host="asset_id"), on=_SPOT, how="left", nulls_equal=True, maintain_order="left")
    hosts = named.with_columns(host=pl.when(pl.col("code").is_in(HOSTS)).then("host"))
    grouped = hosts.group_by("code", pl.coalesce("host", "uri").alias("place"), maintain_order=True).agg(
        pl.col("message").unique(maintain_order=True), pl.exclude("message", "code").first()
    )
    return [_row(one) for one in grouped.iter_rows(named=True)]


def _row(one: Mapping[str, Any]) -> Row:
    """NOTE: problems come worst first, so that the first of an input says how bad it is."""
    return {
        "rule_id": one["code"],
        "severity": one["severity"],
        "counts": one["severity"] in run_findings.INCOMPLETE,
        "place": one["place"],
        "message": _said(one),
        "uri": None if one["uri"] in NOWHERE or one["code"] == run_findings.SOURCE_MISSING.id else one["uri"],
        "line": one["line"],
        "column": one["column"],
    }


def _said(one: Mapping[str, Any]) -> str:
    """Tell the first messages and count the others; only those of a known host name what they are about."""
    told, rest = one["message"][:MOST_SAID], len(one["message"]) - MOST_SAID
    text = "; ".join([*told, *([f"and {rest:,} more"] if rest > 0 else [])])
    return text if one["host"] or one["uri"] in NOWHERE else f"{one['uri']}: {text}"


def invocation(report: Report, about: Iterable[Row]) -> dict[str, Any]:
    """Describe how the run ended: it came to its end, or there would be no log; an error says that it judged not everything.

    NOTE: code scanning may refuse a log whose execution was not successful, and with it all that was found.
    """
    rules = {row["rule_id"] for row in about if row["counts"]}
    rules |= {run_findings.EVIDENCE_GAP.id} if report.gaps["counts"].any() else set()
    text = f"Not everything was judged. What was not, and why, is said by the results of {_words.listed(sorted(rules))}."
    return {
        "executionSuccessful": True,
        "exitCode": int(report.exit.code),
        "exitCodeDescription": cut(visible("; ".join(report.exit.reasons)), MOST_MESSAGE),
        "toolExecutionNotifications": [{"level": "error", "message": {"text": text}}] if rules else [],
    }

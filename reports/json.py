"""The JSON output, also `result.json` of a RESULT folder: all a machine may want of a run (schemas/result.schema.json)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from reports import renderer
from reports._parts import baseline
from scanner.model import Outcome, Report, Severity
from scanner.when import instant

SCHEMA_VERSION = 1
OBSERVED = "observed"
ROWS = 20_000
"""Rows that are written together: enough to be quick, few enough for any memory."""


@renderer(name="json", description="The whole result as one JSON document.")
def render(report: Report, _options: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the result as JSON with two-space indents and a final newline; a finding, gap or problem is one line."""
    mark = b"{"
    for name, value in document(report).items():
        yield b'%b\n  "%b": ' % (mark, name.encode())
        yield from _lines(value) if isinstance(value, pl.DataFrame) else [_indented(value)]
        mark = b","
    yield b"\n}\n"


def _indented(value: object) -> bytes:
    # NOTE: no text in JSON has a line end of its own.
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).replace(b"\n", b"\n  ")


def _lines(table: pl.DataFrame) -> Iterator[bytes]:
    """Write the rows of a table as a list, each on its line."""
    for start in range(0, table.height, ROWS):
        yield b"[\n    " if start == 0 else b",\n    "
        yield table.slice(start, ROWS).select(_row(table.columns).str.join(",\n    ")).item().encode()
    yield b"\n  ]" if table.height else b"[]"


def _row(names: Sequence[str]) -> pl.Expr:
    """Write a row as JSON; the observed facts of a finding, which the table keeps as JSON text, are put in as they are."""
    if OBSERVED not in names:
        return pl.struct(names).struct.json_encode()
    at = names.index(OBSERVED)
    before, after = (pl.struct(some).struct.json_encode() for some in (names[:at], names[at + 1 :]))
    observed = pl.when(pl.col(OBSERVED) != "").then(OBSERVED).otherwise(pl.lit("{}"))
    return pl.concat_str(
        before.str.strip_suffix("}"), pl.lit(f',"{OBSERVED}":'), observed, pl.lit(","), after.str.strip_prefix("{")
    )


def document(report: Report) -> dict[str, Any]:
    """Build the JSON document: plain values, and tables."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": dict(report.tool),
        "as_of": instant(report.as_of),
        "as_of_given": report.as_of_given,
        "exit": {"code": int(report.exit.code), "reasons": list(report.exit.reasons)},
        "settings": _settings(report),
        "policies": [_policy(policy) for policy in report.policies],
        "sources": [_plain(source) for source in report.sources],
        "summary": summary(report),
        "rules": [_plain(rule) for rule in report.rules],
        "findings": report.findings,
        "contradictions": [_plain(one) for one in report.contradictions],
        "frameworks": [{**_plain(one), "controls": list(map(_plain, one.controls))} for one in report.frameworks],
        "exceptions": [_plain(one) for one in report.exceptions],
        "files": [_plain(one) for one in report.files],
        "baseline": None if report.baseline is None else _plain(report.baseline),
        "evidence_gaps": report.gaps,
        "problems": report.problems,
    }


def summary(report: Report) -> dict[str, Any]:
    """Count assets, outcomes and open findings."""
    failed = report.findings.filter(pl.col("outcome") == Outcome.FAIL)
    by_severity = dict(baseline.opened(report, failed).group_by("severity").len().iter_rows())
    return {
        "assets": {kind: table.height for kind, table in report.tables.items()},
        "pass": sum(rule.passed for rule in report.rules),
        "fail": sum(rule.failed for rule in report.rules),
        "unknown": sum(rule.unknown for rule in report.rules),
        "skip": sum(rule.skipped for rule in report.rules),
        "waived": sum(rule.waived for rule in report.rules),
        "open": {str(severity): by_severity.get(severity, 0) for severity in Severity},
        "known": baseline.known(report, failed),
        "counting": int(report.findings.filter(pl.col("counts") & (pl.col("outcome") == Outcome.FAIL)).height),
        "undeclared": [dict(one) for one in report.undeclared],
    }


def _settings(report: Report) -> dict[str, Any]:
    return {
        "fail_on": report.fail_on,
        "on_unknown": report.on_unknown,
        "show_from": report.show_from,
        "assumed": dict(report.assumed),
        "where": report.where,
        "config": report.config,
        "anchor": report.anchor,
    }


def _policy(policy: Any) -> dict[str, Any]:
    return {name: value for name, value in _plain(policy).items() if name != "text"}


def _plain(thing: Any) -> dict[str, Any]:
    return dict(_fields(thing))


def _fields(thing: Any) -> Iterator[tuple[str, Any]]:
    for name in thing.__dataclass_fields__:
        value = getattr(thing, name)
        if isinstance(value, tuple):
            value = [dict(one) if isinstance(one, Mapping) else one for one in value]
        yield name, dict(value) if isinstance(value, Mapping) else value

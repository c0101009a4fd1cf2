"""Reports made by hand for the tests of renderers: a believable run, and the odd ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import polars as pl

from scanner import tables
from scanner.model import (
    FINDINGS,
    GAPS,
    PROBLEMS,
    Exit,
    ExitReport,
    Mode,
    OnUnknown,
    PolicyReport,
    Report,
    RuleReport,
    Severity,
    SourceReport,
)
from tests.reports.estate import AS_OF, Row, certificates, endpoints, sightings, spot
from tests.reports.trials import BR, Trial, trials

POLICIES = {
    "public-tls": "Publicly trusted TLS server certificates",
    "tls-endpoints": "TLS endpoints",
    "pqc-readiness": "Post-quantum readiness",
    "approved-cas": "Approved CAs",
}
SOURCES = (
    SourceReport("targets.txt", "sslyze", "network", None, None, read=60, kept=57, dropped=3),
    SourceReport(
        "inventory/tls.csv",
        "csv",
        "inventory",
        sha256(b"csv").hexdigest(),
        48211,
        read=182,
        kept=180,
        partial=4,
        dropped=2,
        why="2 rows have neither a name nor a serial number",
    ),
    SourceReport("certs/", "der, pem", "file", sha256(b"folder").hexdigest(), 310442, read=151, kept=151, files=151, ignored=2),
)
FOLDER = replace(SOURCES[2], read=39, kept=39, files=39, ignored=0)
BROKEN = {"certgate/unreadable-input", "certgate/unreachable"}


def report(rows: Mapping[str, list[Row]] | None = None, **more: Any) -> Report:
    """Judge rows and make a Report; the believable one where no rows are given."""
    rows = rows if rows is not None else {"certificate": certificates(180), "endpoint": endpoints(60)}
    judged = [_judged(trial, rows.get(trial.rule.kinds[0], [])) for trial in trials()]
    found = sorted((row for _, of_rule in judged for row in of_rule), key=_worst_first)
    said = more.pop("problems", None)
    problems_ = problems() if said is None else said
    given: dict[str, Any] = {
        "exit": _exit(found, problems_),
        "rules": tuple(rule for rule, _ in judged),
        "findings": pl.DataFrame(found, schema=FINDINGS),
        "gaps": gaps(found),
        "problems": problems_,
        "tables": {kind: tables.frame(kind, rows[kind]) if rows.get(kind) else tables.empty(kind) for kind in tables.KINDS},
        "sightings": sightings(rows),
    }
    return Report(**_about() | given | more)


def _worst_first(row: Row) -> tuple[Any, ...]:
    return (not row["counts"], row["outcome"] != "fail", Severity(row["severity"]).rank, row["rule_id"], row["place"])


def _exit(found: list[Row], said: pl.DataFrame) -> ExitReport:
    blocking = sum(row["counts"] and row["outcome"] == "fail" for row in found)
    unknown = sum(row["counts"] and row["outcome"] == "unknown" for row in found)
    broken = said.filter(pl.col("code").is_in(BROKEN)).height
    reasons = [
        f"{blocking:,} finding{'' if blocking == 1 else 's'} at or above high {'is' if blocking == 1 else 'are'} open"
    ] * bool(blocking)
    reasons += [f"{unknown:,} checks could not be judged, because facts are missing"] * bool(unknown)
    reasons += [f"{broken} of the inputs could not be read or reached"] * bool(broken)
    code = Exit.VIOLATIONS if blocking else Exit.INCOMPLETE if reasons else Exit.OK
    return ExitReport(code, tuple(reasons or ["no finding at or above high is open"]))


def _about() -> dict[str, Any]:
    return {
        "tool": {"name": "certgate", "version": "0.1.0", "python": "3.11.9", "polars": "2.1.0", "cryptography": "46.0.7"},
        "as_of": AS_OF,
        "as_of_given": True,
        "fail_on": "high",
        "on_unknown": None,
        "show_from": "info",
        "assumed": {},
        "where": None,
        "config": None,
        "policies": tuple(_policy(name, title) for name, title in POLICIES.items()),
        "sources": SOURCES,
        "undeclared": ({"field": "environment", "assets": 12, "rules": ["approved-cas/owner"]},),
    }


def _policy(name: str, title: str) -> PolicyReport:
    digest, path = sha256(name.encode()).hexdigest(), f"certgate:policies/{name}.yaml"
    return PolicyReport(name, "1.4.0", title, "pki@example.com", digest, path, named=name == "public-tls", sources=(BR,))


def _judged(trial: Trial, rows: list[Row]) -> tuple[RuleReport, list[Row]]:
    """Judge every row by a rule, as the engine would."""
    counts = {"pass": 0, "fail": 0, "unknown": 0, "skip": 0}
    found = []
    for row in rows:
        full = {name: row.get(name) for name in tables.schema(trial.rule.kinds[0])}
        said = trial.judge(full)
        outcome, message = said if isinstance(said, tuple) else (said, "")
        counts[outcome] += 1
        if outcome in {"fail", "unknown"}:
            found.append(_finding(trial, full, outcome, message))
    totals = {"passed": counts["pass"], "failed": counts["fail"], "unknown": counts["unknown"], "skipped": counts["skip"]}
    return replace(trial.rule, **totals), found


def _finding(trial: Trial, row: Row, outcome: str, message: str) -> Row:
    rule = trial.rule
    missing = [name for name in trial.reads if row.get(name) is None] if outcome == "unknown" else []
    blocks = rule.mode is Mode.BLOCK and rule.severity.rank <= Severity.HIGH.rank
    return {
        "finding_id": sha256(f"{rule.id}\0{row['place']}".encode()).hexdigest()[:32],
        "rule_id": rule.id,
        "policy_version": "1.4.0",
        "kind": rule.kinds[0],
        "asset_id": row["asset_id"],
        "place": row["place"],
        "name": row["name"],
        "outcome": outcome,
        "severity": str(rule.severity),
        "mode": str(rule.mode),
        "counts": blocks and (outcome == "fail" or rule.if_unknown is OnUnknown.FAIL),
        "waived_by": None,
        "in_baseline": False,
        "members": [],
        "missing": missing,
        "observed": orjson.dumps({name: _plain(row[name]) for name in trial.reads if name in row}).decode(),
        "limit": rule.limit,
        "message": message or f"not known: {', '.join(missing)}",
        **spot(row),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def gaps(found: list[Row]) -> pl.DataFrame:
    """Gather unknown findings by asset."""
    assets: dict[tuple[str, str], list[Row]] = {}
    for row in found:
        if row["outcome"] == "unknown":
            assets.setdefault((row["kind"], row["asset_id"]), []).append(row)
    return pl.DataFrame([_gap(rows) for rows in assets.values()], schema=GAPS)


def _gap(rows: list[Row]) -> Row:
    missing = sorted({name for row in rows for name in row["missing"]})
    told = (
        ["TLS group probe"] if "tls.pq_groups" in missing else ["der", "pem"] if rows[0]["kind"] == "certificate" else ["sslyze"]
    )
    return {name: rows[0].get(name) for name in GAPS} | {
        "missing": missing,
        "would_tell": told,
        "rules": sorted(row["rule_id"] for row in rows),
        "severity": min((row["severity"] for row in rows), key=lambda one: Severity(one).rank),
        "counts": any(row["counts"] for row in rows),
    }


def problems(*more: tuple[Any, ...]) -> pl.DataFrame:
    """Three silent hosts, a disagreement, and what else is given."""
    silent = [f"tls://silent-{index}.example.com:443" for index in range(3)]
    rows: list[tuple[Any, ...]] = [
        ("high", "certgate/unreachable", uri, None, None, None, "no answer within 10 s") for uri in silent
    ]
    rows.append(
        (
            "low",
            "certgate/conflicting-facts",
            "inventory/tls.csv",
            17,
            None,
            None,
            "sources disagree about owner: 'build', 'platform'",
        )
    )
    return pl.DataFrame([*rows, *more], schema=PROBLEMS, orient="row")


def unreadable(uri: str, message: str) -> tuple[Any, ...]:
    """An input that could not be read."""
    return ("high", "certgate/unreadable-input", uri, None, None, None, message)

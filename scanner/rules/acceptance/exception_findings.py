"""Findings about exceptions themselves: lapsed, unused, refused (interfaces.md, Findings about the run itself)."""

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from scanner import run_findings
from scanner.model import FINDINGS, ExceptionReport, ExceptionState, Mode, OnUnknown, Outcome, RuleReport, finding_id
from scanner.request import Request
from scanner.rules.acceptance.waiving import Became
from scanner.rules.reader.exceptions import Waiver
from scanner.run_findings import RunFinding
from scanner.spelling import spelled

KIND = "exception"


RULES = {
    ExceptionState.LAPSED: run_findings.EXCEPTION_LAPSED,
    ExceptionState.UNUSED: run_findings.EXCEPTION_UNUSED,
    ExceptionState.REFUSED: run_findings.EXCEPTION_REFUSED,
}
"""By the state that is a finding."""


def exception_report(became: Became, request: Request) -> ExceptionReport:
    """Describe an exception for reports."""
    waiver = became.fitted.waiver
    return ExceptionReport(
        id=waiver.id, rule=waiver.rule, assets=waiver.assets, reason=waiver.reason, owner=waiver.owner,
        approved_by=waiver.approved_by, ticket=waiver.ticket, created=waiver.created.date().isoformat(), expires=waiver.expires,
        state=became.state, why=became.why, waives=became.waives, days_left=days_left(waiver, request),
        path=inside(waiver.mark.path, request.root), line=waiver.mark.line,
    )  # fmt: skip


def days_left(waiver: Waiver, request: Request) -> int:
    """Count whole days from as_of to the end; negative when lapsed."""
    left = waiver.ends - request.as_of
    return left // timedelta(days=1) if left > timedelta() else -(-left // timedelta(days=1)) - 1


def inside(path: str, root: Path) -> str:
    """Write a path relative to the root where it lies inside, else as it was given."""
    full = Path(path).resolve()
    return spelled(full.relative_to(root) if full.is_relative_to(root) else os.path.normpath(path))


def findings(became: Sequence[Became], request: Request) -> pl.DataFrame:
    """Write a row for each exception that is itself a finding."""
    return pl.DataFrame([_finding(one, request) for one in became if one.state in RULES], schema=FINDINGS)


def _finding(became: Became, request: Request) -> dict[str, Any]:
    waiver, own = became.fitted.waiver, RULES[became.state]
    place = f"exception:{waiver.id}"
    counts = own.mode is Mode.BLOCK and request.fail_on is not None and own.severity.rank <= request.fail_on.rank
    return {
        "finding_id": finding_id(own.id, place),
        "rule_id": own.id,
        "policy_version": "",
        "kind": KIND,
        "asset_id": "",
        "place": place,
        "name": waiver.id,
        "outcome": str(Outcome.FAIL),
        "severity": str(own.severity),
        "mode": str(own.mode),
        "counts": counts,
        "waived_by": None,
        "in_baseline": False,
        "members": [],
        "missing": [],
        "observed": json.dumps({"rule": waiver.rule, "assets": waiver.assets, **_dates(waiver)}, ensure_ascii=False),
        "limit": own.asks,
        "message": _message(became, request),
        "uri": inside(waiver.mark.path, request.root),
        "line": waiver.mark.line,
        "column": waiver.mark.column,
        "pointer": None,
    }


def _dates(waiver: Waiver) -> dict[str, str]:
    return {"created": waiver.created.date().isoformat(), "expires": waiver.expires}


def _message(became: Became, request: Request) -> str:
    waiver = became.fitted.waiver
    whose = f"the exception for {waiver.rule}, owned by {waiver.owner},"
    if became.state is ExceptionState.REFUSED:
        return f"{whose} is refused: {became.why}"
    if became.state is ExceptionState.UNUSED:
        return f"{whose} is unused: {became.why}"
    ago, opened = -days_left(waiver, request), len(became.waives)
    verb = "finding that it covered is" if opened == 1 else "findings that it covered are"
    again = f"; {opened:,} {verb} open again" if opened else "; no finding that it covered is open"
    return f"{whose} lapsed after {waiver.expires}, {ago:,} {'day' if ago == 1 else 'days'} ago{again}"


def reasons(became: Sequence[Became]) -> list[str]:
    """Say how many exceptions are findings themselves, for the verdict."""
    words = {
        ExceptionState.LAPSED: ("exception has lapsed", "exceptions have lapsed"),
        ExceptionState.REFUSED: ("exception is refused", "exceptions are refused"),
        ExceptionState.UNUSED: ("exception is unused", "exceptions are unused"),
    }
    counts = {state: sum(one.state is state for one in became) for state in words}
    return [f"{count:,} {words[state][count > 1]}" for state, count in counts.items() if count]


def rule_reports(found: pl.DataFrame, version: str) -> tuple[RuleReport, ...]:
    """Describe the rules that these rows are findings of."""
    counts = dict(found.group_by("rule_id").len().iter_rows())
    return tuple(_rule(own, counts[own.id], version) for own in RULES.values() if own.id in counts)


def _rule(own: RunFinding, failed: int, version: str) -> RuleReport:
    return RuleReport(
        id=own.id, policy=run_findings.PREFIX.rstrip("/"), policy_version=version, policies=(), title=own.title, kinds=(KIND,),
        severity=own.severity, mode=own.mode, if_unknown=OnUnknown.FAIL, because=own.because, fix=own.fix, source={},
        controls=(), limit=own.asks, path="certgate:exceptions", line=1, failed=failed,
    )  # fmt: skip


def waived(found: pl.DataFrame) -> dict[str, int]:
    """Count waived findings by rule."""
    return dict(found.drop_nulls("waived_by").group_by("rule_id").len().iter_rows())

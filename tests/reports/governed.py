"""A run with everything that governs findings: exceptions of every state, a baseline, groups, loosened rules, contradictions."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import polars as pl

from scanner.model import FINDINGS, BaselineReport, ExceptionReport, ExceptionState, PolicyReport, Report, Severity
from tests.reports import quarrel
from tests.reports.estate import Row, certificates, endpoints
from tests.reports.factory import report
from tests.reports.trials import rule

WAIVED, LAPSED = "EX-2026-014", "EX-2026-003"
GROUP = "public-tls/shared-key"
MEMBERS = [f"tls://shop-{index}.example.com:443" for index in range(45)]
LOOSENED: tuple[Mapping[str, str], ...] = (
    {"rule": "public-tls/lifetime", "what": "at most 398 d instead of 200 d", "reason": "terminals renew by hand until March"},
)
DISABLED: tuple[Mapping[str, str], ...] = (
    {"rule": "public-tls/serial", "reason": "the private CA counts upwards", "until": "2027-03-31"},
    {"rule": "approved-cas/owner", "reason": "the list of CAs is being written", "until": ""},
)


def exceptions(waived: list[str], opened: list[str]) -> tuple[ExceptionReport, ...]:
    """Make an exception of every state."""
    return (
        _exception(WAIVED, ExceptionState.IN_FORCE, "2026-12-31", 92, waives=tuple(waived[1:])),
        _exception("EX-2026-022", ExceptionState.IN_FORCE, "2026-10-31", 31, waives=tuple(waived[:1])),
        _exception(LAPSED, ExceptionState.LAPSED, "2026-08-31", -30, waives=tuple(opened)),
        _exception("EX-2026-009", ExceptionState.UNUSED, "2026-12-31", 92),
        _exception("EX-2026-031", ExceptionState.PENDING, "2027-01-31", 123, created="2026-11-01"),
        _exception("EX-2026-040", ExceptionState.REFUSED, "2026-12-31", 92, why="public-tls/expired may not be waived"),
    )


def _exception(name: str, state: ExceptionState, expires: str, days: int, **more: Any) -> ExceptionReport:
    given: dict[str, Any] = {
        "rule": "public-tls/lifetime",
        "assets": "san.dns: { any: '*.pos.example.com' }",
        "reason": "Terminal firmware cannot renew before the March rollout; the segment is isolated.",
        "owner": "retail@example.com",
        "approved_by": "ciso@example.com",
        "ticket": "RISK-2231",
        "created": "2026-06-01",
        "path": "exceptions.yaml",
        "line": 12,
    }
    return ExceptionReport(id=name, state=state, expires=expires, days_left=days, **given | more)


def governed(*, new_only: bool = False, count: int = 40) -> Report:
    """Make the run; half of its findings of medium severity and below stand in the baseline."""
    made = report({"certificate": certificates(count), "endpoint": endpoints(count // 3)})
    of_lifetime = made.findings.filter(rule_id="public-tls/lifetime")["finding_id"].to_list()
    waived, opened = of_lifetime[:3], of_lifetime[3:5]
    low = made.findings.filter(pl.col("outcome") == "fail", pl.col("severity").is_in(["medium", "low"]))["finding_id"]
    known = low.to_list()[::2]
    rows = [_marked(row, waived, known, new_only=new_only) for row in made.findings.iter_rows(named=True)]
    group = replace(rule(GROUP, "No key serves many places", Severity.HIGH, "certificate", {"doc": "Company policy 7"}), failed=2)
    return replace(
        made,
        findings=pl.DataFrame([*own(), *groups(), *rows], schema=FINDINGS),
        rules=(*(_counted(one, waived) for one in made.rules), group, *quarrel.rules()),
        contradictions=quarrel.QUARRELS,
        exceptions=exceptions(waived, opened),
        baseline=BaselineReport(
            "baseline.json", "2026-08-01T00:00:00Z", "pki@example.com", ({"id": "public-tls", "version": "1.3.0"},),
            len(known), 2, 5, new_only,
        ),
        policies=(company(), *made.policies[:2], replace(made.policies[2], advisory="the deadlines are years away")),
    )  # fmt: skip


def company() -> PolicyReport:
    """Make a company's policy that loosens one rule and takes out two."""
    return PolicyReport(
        "company", "2.1.0", "What the company asks", "pki@example.com", sha256(b"company").hexdigest(), "policies/company.yaml",
        named=True, loosened=LOOSENED, disabled=DISABLED,
    )  # fmt: skip


def _counted(one: Any, waived: list[str]) -> Any:
    return replace(one, waived=len(waived)) if one.id == "public-tls/lifetime" else one


def _marked(row: Row, waived: list[str], known: list[str], *, new_only: bool) -> Row:
    if row["finding_id"] in waived:
        by = "EX-2026-022" if row["finding_id"] == waived[0] else WAIVED
        return row | {"waived_by": by, "counts": False}
    if row["finding_id"] in known:
        return row | {"in_baseline": True, "counts": row["counts"] and not new_only}
    return row


def groups() -> list[Row]:
    """Make two groups: one of many members, one of hostile ones."""
    hostile = ["\u202egnp.exe", "<script>alert(1)</script>"]
    return [
        _finding(
            GROUP,
            f"group:spki_sha256={'ab' * 32}",
            f"spki_sha256 {'ab' * 8}…",
            "45 places have this key; at most 1",
            members=MEMBERS,
        ),
        _finding(
            GROUP,
            f"group:spki_sha256={'cd' * 32}",
            f"spki_sha256 {'cd' * 8}…",
            "2 places have this key; at most 1",
            members=hostile,
        ),
    ]


def own() -> list[Row]:
    """Make the findings about exceptions themselves."""
    lapsed = "EX-2026-003 lapsed on 2026-08-31; 2 findings are open again"
    refused = "EX-2026-040 is refused: public-tls/expired may not be waived"
    return [
        _finding("certgate/exception-lapsed", f"exception:{LAPSED}", LAPSED, lapsed, kind="exception"),
        _finding("certgate/exception-refused", "exception:EX-2026-040", "EX-2026-040", refused, kind="exception"),
        _finding(
            "certgate/exception-unused", "exception:EX-2026-009", "EX-2026-009", "EX-2026-009 matches no finding",
            kind="exception", severity="low", mode="warn", counts=False,
        ),
    ]  # fmt: skip


def _finding(rule_id: str, place: str, name: str, message: str, **more: Any) -> Row:
    base: Row = {
        "finding_id": sha256(f"{rule_id}\0{place}".encode()).hexdigest()[:32],
        "rule_id": rule_id,
        "policy_version": "1.4.0",
        "kind": "certificate",
        "asset_id": "",
        "place": place,
        "name": name,
        "outcome": "fail",
        "severity": "high",
        "mode": "block",
        "counts": True,
        "waived_by": None,
        "in_baseline": False,
        "members": [],
        "missing": [],
        "observed": "{}",
        "limit": "",
        "message": message,
        "uri": "exceptions.yaml",
        "line": 12,
        "column": 5,
        "pointer": None,
    }
    return base | more

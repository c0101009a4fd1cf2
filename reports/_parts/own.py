"""Rules of certgate itself (`certgate/…`): they have no policy, so reports say here why they matter and what to do."""

from scanner import run_findings
from scanner.model import Mode, OnUnknown, Report, RuleReport, Severity

GAP, LEFT_OUT = run_findings.EVIDENCE_GAP.id, run_findings.LEFT_OUT.id
WORDS = {one.id: (one.title, one.because, one.fix) for one in run_findings.ALL.values()}
"""Title, why it matters, what to do."""
_OTHER = ("A finding about the run itself", "The run is not as it should be.", "Read the message and mend its cause.")


def rules(report: Report) -> tuple[RuleReport, ...]:
    """Give the rules of the policies, and those of certgate itself that have findings."""
    known = {rule.id for rule in report.rules}
    found = report.findings.unique("rule_id", keep="first", maintain_order=True)
    rows = [row for row in found.iter_rows(named=True) if row["rule_id"] not in known]
    return (*report.rules, *(_rule(report, row) for row in rows))


def _rule(report: Report, row: dict[str, str]) -> RuleReport:
    title, because, fix = WORDS.get(row["rule_id"], _OTHER)
    failed = report.findings.filter(rule_id=row["rule_id"]).height
    return RuleReport(
        id=row["rule_id"],
        policy="certgate",
        policy_version=report.tool.get("version", ""),
        policies=(),
        title=title,
        kinds=(row["kind"],),
        severity=Severity(row["severity"]),
        mode=Mode(row["mode"]),
        if_unknown=OnUnknown.FAIL,
        because=because,
        fix=fix,
        source={},
        controls=(),
        limit=row["limit"] or "",
        path=row["uri"] or "",
        line=1,
        failed=failed,
    )

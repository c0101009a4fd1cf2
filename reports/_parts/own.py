"""Rules of certgate itself (`certgate/…`): they have no policy, so reports say here why they matter and what to do."""

from scanner.model import Mode, OnUnknown, Report, RuleReport, Severity

GAP = "certgate/evidence-gap"
LEFT_OUT = "certgate/left-out"
WORDS = {
    GAP: (
        "Evidence is missing",
        "Missing evidence is never taken for a pass: what could not be judged may hold a failure.",
        "Give a source that shows the missing facts.",
    ),
    LEFT_OUT: (
        "Results are left out",
        "Code scanning takes a bounded number of results; the rest is in the other reports.",
        "Open the HTML or JSON report for all findings.",
    ),
    "certgate/exception-lapsed": (
        "An exception has lapsed",
        "The risk was accepted up to a day that has passed; what it covered is open again.",
        "Mend what it covered and remove the entry, or have it approved again with a new end.",
    ),
    "certgate/exception-unused": (
        "An exception matches nothing",
        "An entry without effect hides the next failure that happens to match it.",
        "Remove the entry, or mend its rule and assets.",
    ),
    "certgate/exception-refused": (
        "An exception is refused",
        "The policy forbids it, so it is not applied and what it names stays open.",
        "Mend the finding; or change the policy that forbids the exception, with its owner.",
    ),
}
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

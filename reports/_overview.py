"""What the terminal says between verdict and exit: counts, worst findings with where and what to do, gaps, what governs."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports import _words
from reports._page import Page
from reports._parts import baseline, contradictions, exceptions, method, own, scope
from reports._parts import findings as listing
from reports._parts import rules as by_rule
from reports._parts.gaps import undeclared
from reports._safe import cut, visible
from scanner.model import Exit, Outcome, Report, RuleReport, Severity
from scanner.when import instant

MARKS = {"critical": "■", "high": "▲", "medium": "◆", "low": "●", "info": "○"}
COLOURS = {"critical": "35", "high": "31", "medium": "33", "low": "34", "info": "90"}
MOST_FINDINGS, MOST_GAPS, MOST_PROBLEMS, MOST_CHANGES, MOST_CONTRADICTIONS = 10, 5, 8, 5, 3


def put(page: Page, report: Report) -> None:
    """Put all of it on the page."""
    _reasons(page, report)
    _counts(page, report)
    _findings(page, report)
    _gaps(page, report)
    _undeclared(page, report)
    _problems(page, report)
    _contradictions(page, report)
    _governed(page, report)
    page.put("")


def _reasons(page: Page, report: Report) -> None:
    if report.exit.code is not Exit.OK:
        page.say("; ".join(report.exit.reasons) + ".", 2)


def _counts(page: Page, report: Report) -> None:
    assets = [_words.many(table.height, _words.kind(kind)) for kind, table in report.tables.items() if table.height]
    policies = ", ".join(f"{policy.id} {policy.version}" for policy in report.policies if policy.named)
    given = ", given with --as-of" if report.as_of_given else ""
    page.put("")
    page.say(f"{' and '.join(assets) or 'No assets'} judged by {policies}, as of {instant(report.as_of)}{given}.", 2)
    if report.assumed:
        page.say("Assumed: " + ", ".join(f"{name}={value}" for name, value in report.assumed.items()) + ".", 2)
    failed = _opened(report)
    tally = dict(failed.group_by("severity").len().iter_rows())
    parts = [page.paint(f"{MARKS[one]} {tally[one]:,} {one}", COLOURS[one]) for one in map(str, Severity) if one in tally]
    page.put("  Open findings: " + ("   ".join(parts) if parts else "none"))
    _apart(page, report)
    rules = report.rules
    totals = [(sum(rule.passed for rule in rules), "pass"), (sum(rule.failed for rule in rules), "fail")]
    totals += [
        (sum(rule.unknown for rule in rules), "could not be judged"),
        (sum(rule.skipped for rule in rules), "not applicable"),
    ]
    page.say("Checks: " + ", ".join(f"{count:,} {word}" for count, word in totals), 2)
    if unasked := scope.unasked(report):
        page.say(unasked, 2)
    passed_over = [(source.ignored, source.name) for source in report.sources if source.ignored]
    if passed_over:
        folders = ", ".join(f"{_words.many(count, 'file')} of {name}" for count, name in passed_over)
        page.say(f"Not recognised, and not judged: {folders}.", 2)


def _apart(page: Page, report: Report) -> None:
    """Count what is not shown as open: nothing is hidden without a word."""
    failed = report.findings.filter(pl.col("outcome") == Outcome.FAIL)
    waived, known = failed["waived_by"].count(), baseline.known(report, failed)
    said = [f"{_words.many(waived, 'finding')} under an exception"] * bool(waived)
    said += [f"{_words.many(known, 'known finding')} in the baseline"] * bool(known)
    if said:
        page.say(f"Apart: {', '.join(said)}.", 2)


def _opened(report: Report) -> pl.DataFrame:
    return baseline.opened(report, report.findings.filter(pl.col("outcome") == Outcome.FAIL))


def _shown(report: Report, opened: pl.DataFrame) -> pl.DataFrame:
    least = Severity(report.show_from).rank
    ranks = {str(one): one.rank for one in Severity}
    return opened.filter(pl.col("severity").replace_strict(ranks, return_dtype=pl.Int8) <= least)


def _findings(page: Page, report: Report) -> None:
    opened = _opened(report)
    shown = _shown(report, opened)
    below = opened.height - shown.height
    if shown.height:
        page.head(f"Worst findings ({min(shown.height, MOST_FINDINGS)} of {shown.height:,})")
    rules = {rule.id: rule for rule in own.rules(report)}
    rows = list(shown.head(MOST_FINDINGS).iter_rows(named=True))
    for row in rows:
        _finding(page, row, rules[row["rule_id"]], alike=_alike(row, rows))
    if shown.height > MOST_FINDINGS:
        page.say(f"… and {shown.height - MOST_FINDINGS:,} more; `-o html=report.html` shows all of them.", 2)
    if below:
        page.say(f"{_words.many(below, 'open finding')} below {report.show_from} {_words.verb(below)} not shown here.", 2)


def _said(row: Mapping[str, Any]) -> str:
    """Name the asset and what was seen; a message that begins with the name need not say it twice."""
    name = row["name"]
    return row["message"] if row["message"].startswith(f"{name} ") else f"{cut(name, 120)}: {row['message']}"


def _alike(row: Mapping[str, Any], rows: list[dict[str, Any]]) -> bool:
    """Tell whether another asset shown has the same name at the same spot."""
    return any(
        (one["name"], _words.place(one)) == (row["name"], _words.place(row)) and one["place"] != row["place"] for one in rows
    )


def _finding(page: Page, row: Mapping[str, Any], rule: RuleReport, *, alike: bool) -> None:
    severity = row["severity"]
    mark = page.paint(f"{MARKS[severity]} {severity:<8}", COLOURS[severity])
    mode = "" if row["mode"] == "block" else f"  ({row['mode']}s, does not block)"
    page.put(f"  {mark}  {visible(row['rule_id'])}{mode}")
    page.say(_said(row), 14)
    if row["members"]:
        page.say(f"members: {_some(row['members'])}", 14)
    place = f"   place {cut(row['place'], 120)}" if alike else ""
    page.say(f"at {_words.place(row)}{place}   F-{row['finding_id'][:8]}", 14)
    seen = "; ".join(value for _, value in listing.observed(row["kind"], row["observed"])) or "what was observed"
    limit = row["limit"] or rule.limit or "the limit"
    page.say(f"→ {by_rule.filled(rule.fix, name=cut(row['name'], 120), observed=seen, limit=limit)}", 14)


def _gaps(page: Page, report: Report) -> None:
    gaps = report.gaps.sort(~pl.col("counts"), maintain_order=True)
    if gaps.is_empty():
        return
    page.head(f"Could not be judged ({_words.many(gaps.height, 'asset')})")
    for row in gaps.head(MOST_GAPS).iter_rows(named=True):
        page.say("".join(_gap(row)), 2)
    if gaps.height > MOST_GAPS:
        page.say(f"… and {_words.many(gaps.height - MOST_GAPS, 'more asset')}.", 2)


def _gap(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"{cut(row['name'], 120)} at {_words.place(row)}: {_words.many(len(row['rules']), 'rule')} undecided; "
    yield f"missing {_some(row['missing'])}."
    if row["would_tell"]:
        yield f" Would tell: {_some(row['would_tell'])}."
    if not row["counts"]:
        yield " Does not block."


def _some(words: list[str], most: int = 5) -> str:
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"


def _undeclared(page: Page, report: Report) -> None:
    for line in undeclared(report):
        page.say(line, 2)


def _problems(page: Page, report: Report) -> None:
    problems = report.problems.filter(pl.col("severity") != Severity.INFO)
    if problems.is_empty():
        return
    page.head(f"Problems ({problems.height:,})")
    for row in problems.head(MOST_PROBLEMS).iter_rows(named=True):
        page.say(f"{_words.place(row)}: {row['message']}", 2)
    if problems.height > MOST_PROBLEMS:
        page.say(f"… and {problems.height - MOST_PROBLEMS:,} more; the JSON output has all of them.", 2)


def _contradictions(page: Page, report: Report) -> None:
    """Say where policies contradict each other: both sides stand among the findings, or among what passed."""
    rows = contradictions.rows(report)
    if not rows:
        return
    page.head(f"Policies contradict each other ({len(rows):,})")
    for row in rows[:MOST_CONTRADICTIONS]:
        page.say(" ".join(filter(None, (row.line, row.common))), 2)
    more = f"… and {len(rows) - MOST_CONTRADICTIONS:,} more. " if len(rows) > MOST_CONTRADICTIONS else ""
    page.say(
        f"{more}Choose with --skip RULE or in a policy of your own; `-o html=report.html` sets both sides beside each other.", 2
    )


def _governed(page: Page, report: Report) -> None:
    """Say what governs the result beside the rules: exceptions, baseline, loosened rules, advisory policies."""
    changes = method.changes(report)
    advisory = [policy for policy in report.policies if policy.advisory]
    excepting = report.exceptions or any(one.role == "exceptions" for one in report.files)
    if not (excepting or report.baseline or changes or advisory):
        return
    page.head("What governs this result")
    if excepting:
        page.say(exceptions.lead(exceptions.rows(report), report.findings["waived_by"].count()), 2)
    if report.baseline:
        page.say(baseline.lines(report), 2)
    for policy in advisory:
        page.say(f"{policy.id} is advisory and never blocks: {policy.advisory}", 2)
    for one in changes[:MOST_CHANGES]:
        page.say(f"{one.policy}: {one.rule} {one.what}. {_words.sentence(one.reason)}", 2)
    if len(changes) > MOST_CHANGES:
        page.say(f"… and {_words.many(len(changes) - MOST_CHANGES, 'more rule')} loosened or taken out.", 2)

"""The terminal summary: verdict and why, counts, worst findings with where and what to do, gaps; ten seconds to read."""

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports._safe import visible
from scanner.model import Exit, Outcome, Report, Severity
from scanner.when import instant

VERDICTS = {
    Exit.OK: ("Policy met", "32"),
    Exit.VIOLATIONS: ("Policy not met", "31"),
    Exit.INCOMPLETE: ("Could not be fully judged", "33"),
}
MARKS = {"critical": "■", "high": "▲", "medium": "◆", "low": "●", "info": "○"}
COLOURS = {"critical": "35", "high": "31", "medium": "33", "low": "34", "info": "90"}
MOST_FINDINGS, MOST_GAPS, MOST_PROBLEMS = 10, 5, 8
WIDEST = 110


class Page:
    """Lines of text with or without colour, wrapped to the terminal."""

    def __init__(self, *, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = min(width, WIDEST)
        self.lines: list[str] = []

    def paint(self, text: str, code: str) -> str:
        """Colour a text that is already safe."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def say(self, text: str = "", indent: int = 0) -> None:
        """Add a paragraph."""
        pad = " " * indent
        self.lines += textwrap.wrap(visible(text), self.width, initial_indent=pad, subsequent_indent=pad) or [""]

    def put(self, text: str) -> None:
        """Add a line as it stands."""
        self.lines.append(text)

    def head(self, text: str) -> None:
        """Add a heading after an empty line."""
        self.lines += ["", self.paint(text, "1")]


def summary(report: Report, *, colour: bool = False, width: int | None = None, quiet: bool = False) -> str:
    """Write the summary; `quiet` leaves only the verdict."""
    page = Page(colour=colour, width=width or shutil.get_terminal_size((100, 24)).columns)
    _verdict(page, report)
    if not quiet:
        _counts(page, report)
        _findings(page, report)
        _gaps(page, report)
        _undeclared(page, report)
        _problems(page, report)
        page.put("")
    page.put(f"exit {int(report.exit.code)}: {visible('; '.join(report.exit.reasons))}")
    return "\n".join(page.lines) + "\n"


def _verdict(page: Page, report: Report) -> None:
    words, code = VERDICTS.get(report.exit.code, ("Could not be fully judged", "33"))
    page.put(page.paint(words, f"1;{code}"))
    if report.exit.code is not Exit.OK:
        page.say("; ".join(report.exit.reasons) + ".", 2)


def _counts(page: Page, report: Report) -> None:
    assets = [many(table.height, kind) for kind, table in report.tables.items() if table.height]
    policies = ", ".join(f"{policy.id} {policy.version}" for policy in report.policies if policy.named)
    given = ", given with --as-of" if report.as_of_given else ""
    page.put("")
    page.say(f"{' and '.join(assets) or 'No assets'} judged by {policies}, as of {instant(report.as_of)}{given}.", 2)
    if report.assumed:
        page.say("Assumed: " + ", ".join(f"{name}={value}" for name, value in report.assumed.items()) + ".", 2)
    failed = report.findings.filter((pl.col("outcome") == Outcome.FAIL) & pl.col("waived_by").is_null())
    tally = dict(failed.group_by("severity").len().iter_rows())
    parts = [page.paint(f"{MARKS[one]} {tally[one]:,} {one}", COLOURS[one]) for one in map(str, Severity) if one in tally]
    page.put("  Open findings: " + ("   ".join(parts) if parts else "none"))
    rules = report.rules
    totals = [(sum(rule.passed for rule in rules), "pass"), (sum(rule.failed for rule in rules), "fail")]
    totals += [
        (sum(rule.unknown for rule in rules), "could not be judged"),
        (sum(rule.skipped for rule in rules), "not applicable"),
    ]
    page.say("Checks: " + ", ".join(f"{count:,} {word}" for count, word in totals), 2)


def many(count: int, noun: str) -> str:
    """Count a noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _shown(report: Report) -> pl.DataFrame:
    least = Severity(report.show_from).rank
    ranks = {str(one): one.rank for one in Severity}
    severe = pl.col("severity").replace_strict(ranks, return_dtype=pl.Int8) <= least
    return report.findings.filter((pl.col("outcome") == Outcome.FAIL) & pl.col("waived_by").is_null() & severe)


def _findings(page: Page, report: Report) -> None:
    shown = _shown(report)
    if shown.is_empty():
        return
    fixes = {rule.id: rule.fix for rule in report.rules}
    page.head(f"Worst findings ({min(shown.height, MOST_FINDINGS)} of {shown.height:,})")
    for row in shown.head(MOST_FINDINGS).iter_rows(named=True):
        severity = row["severity"]
        mark = page.paint(f"{MARKS[severity]} {severity:<8}", COLOURS[severity])
        mode = "" if row["mode"] == "block" else f"  ({row['mode']}s, does not block)"
        page.put(f"  {mark}  {visible(row['rule_id'])}{mode}")
        page.say(f"{row['name']}: {row['message']}", 14)
        page.say(f"at {where(row)}   F-{row['finding_id'][:8]}", 14)
        fix = fixes.get(row["rule_id"], "").replace("{name}", row["name"]).replace("{observed}", "what it is")
        page.say(f"→ {fix}", 14)
    if shown.height > MOST_FINDINGS:
        page.say(f"… and {shown.height - MOST_FINDINGS:,} more; `-o html=report.html` shows all of them.", 2)


def where(row: Mapping[str, Any]) -> str:
    """Write a place as file:line:column, or with its pointer."""
    line = f":{row['line']}" if row["line"] else ""
    column = f":{row['column']}" if row["line"] and row["column"] else ""
    pointer = f" {row['pointer']}" if row["pointer"] and not row["line"] else ""
    return f"{row['uri'] or 'no source'}{line}{column}{pointer}"


def _gaps(page: Page, report: Report) -> None:
    gaps = report.gaps.sort(~pl.col("counts"), maintain_order=True)
    if gaps.is_empty():
        return
    page.head(f"Could not be judged ({many(gaps.height, 'asset')})")
    for row in gaps.head(MOST_GAPS).iter_rows(named=True):
        page.say("".join(_gap(row)), 2)
    if gaps.height > MOST_GAPS:
        page.say(f"… and {many(gaps.height - MOST_GAPS, 'more asset')}.", 2)


def _gap(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"{row['name']}: {many(len(row['rules']), 'rule')} undecided; missing {_some(row['missing'])}."
    if row["would_tell"]:
        yield f" Would tell: {_some(row['would_tell'])}."
    if not row["counts"]:
        yield " Does not block."


def _some(words: list[str], most: int = 5) -> str:
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"


def _undeclared(page: Page, report: Report) -> None:
    for one in report.undeclared:
        declare = "declares" if one["assets"] == 1 else "declare"
        page.say(
            f"{many(one['assets'], 'asset')} {declare} no {one['field']}; {many(len(one['rules']), 'rule')} did not apply there.",
            2,
        )


def _problems(page: Page, report: Report) -> None:
    problems = report.problems.filter(pl.col("severity") != Severity.INFO)
    if problems.is_empty():
        return
    page.head(f"Problems ({problems.height:,})")
    for row in problems.head(MOST_PROBLEMS).iter_rows(named=True):
        page.say(f"{where(row)}: {row['message']}", 2)
    if problems.height > MOST_PROBLEMS:
        page.say(f"… and {problems.height - MOST_PROBLEMS:,} more; the JSON output has all of them.", 2)

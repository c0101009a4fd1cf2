"""SARIF 2.1.0 for code scanning: stable fingerprints, relative locations, worst first (interfaces.md, SARIF)."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import orjson
import polars as pl

from reports import renderer
from reports._safe import visible
from scanner import HOME
from scanner.model import Outcome, Report, RuleReport

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5000
"""Code scanning shows 5,000 results of a run and refuses above 25,000."""
MOST_TAGS = 10
MOST_TITLE = 1024
GAP = "certgate/evidence-gap"
LEFT_OUT = "certgate/left-out"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
_OWN = {
    GAP: (
        "Evidence is missing",
        "An asset has rules that could not be decided, because facts are missing.",
        "Give a source that shows the missing facts.",
    ),
    LEFT_OUT: (
        "Results are left out",
        "Code scanning takes a bounded number of results; the rest is in the other reports.",
        "Open the HTML or JSON report for all findings.",
    ),
}


@renderer(
    name="sarif",
    description="SARIF 2.1.0 for code scanning.",
    options={
        "suppressed": "true: also waived and baseline findings, marked as suppressed",
        "category": "tells several uploads of one commit apart",
    },
)
def render(report: Report, options: Mapping[str, str]) -> bytes:
    """Render one run; findings under an exception or in the baseline are left out unless `suppressed=true`."""
    return orjson.dumps(log(report, options), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def log(report: Report, options: Mapping[str, str]) -> dict[str, Any]:
    """Build the SARIF log."""
    shown = report.findings.filter(pl.col("outcome") == Outcome.FAIL)
    if options.get("suppressed") != "true":
        shown = shown.filter(pl.col("waived_by").is_null() & ~pl.col("in_baseline"))
    rows = [*_failures(report, shown), *_gaps(report)]
    kept, left_out = rows[:MOST_RESULTS], rows[MOST_RESULTS:]
    results = [*kept, *_summaries(report, left_out)]
    used = list(dict.fromkeys(result["ruleId"] for result in results))
    index = {rule_id: position for position, rule_id in enumerate(used)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    rules = {rule.id: rule for rule in report.rules}
    driver = {
        "name": "certgate",
        "version": report.tool["version"],
        "semanticVersion": report.tool["version"],
        "informationUri": HOME,
        "rules": [_rule(rules[rule_id]) if rule_id in rules else _own_rule(rule_id) for rule_id in used],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"certgate/{quote(options.get('category', 'default'), safe='')}/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _failures(report: Report, shown: pl.DataFrame) -> Iterator[dict[str, Any]]:
    policies = {rule.id: {"uri": rule.path, "line": rule.line} for rule in report.rules if inside(rule.path)}
    for row in shown.iter_rows(named=True):
        result = {
            "ruleId": row["rule_id"],
            "level": LEVELS[row["severity"]],
            "message": {"text": _text(f"{row['name']}: {row['message']}")},
            "locations": [_location(report, row, policies.get(row["rule_id"]))],
            "partialFingerprints": _fingerprints(row["finding_id"]),
        }
        if row["waived_by"] or row["in_baseline"]:
            why = f"exception {row['waived_by']}" if row["waived_by"] else "in the baseline"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
        yield result


def _gaps(report: Report) -> Iterator[dict[str, Any]]:
    for row in report.gaps.iter_rows(named=True):
        missing = ", ".join(row["missing"])
        count = len(row["rules"])
        text = f"{row['name']}: {count} {'rule' if count == 1 else 'rules'} could not be judged. Missing: {missing}."
        yield {
            "ruleId": GAP,
            "level": LEVELS[row["severity"]] if row["counts"] else "note",
            "message": {"text": _text(text)},
            "locations": [_location(report, row)],
            "partialFingerprints": _fingerprints(_gap_id(row["place"])),
        }


def _gap_id(place: str) -> str:
    return sha256(f"{GAP}\0{place}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _summaries(report: Report, left_out: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Say per rule how many results did not fit."""
    counts: dict[str, int] = {}
    for result in left_out:
        counts[result["ruleId"]] = counts.get(result["ruleId"], 0) + 1
    return [
        {
            "ruleId": LEFT_OUT,
            "level": "warning",
            "message": {
                "text": f"{count} more results of {rule_id} are left out here. The HTML and JSON reports have all of them."
            },
            "locations": [_location(report, {"uri": None})],
            "partialFingerprints": _fingerprints(_gap_id(f"left-out {rule_id}")),
        }
        for rule_id, count in counts.items()
    ]


def _fingerprints(finding_id: str) -> dict[str, str]:
    return {"primaryLocationLineHash": f"{finding_id[:16]}:1", "certgate/v1": finding_id}


def _location(report: Report, row: Mapping[str, Any], policy: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Point at the evidence or targets file inside the root, else the company's own policy, else the anchor."""
    places = (place for place in (row, policy or {}) if place.get("uri") and inside(place["uri"]))
    place = next(places, {"uri": report.anchor})
    uri = str(place["uri"])
    line, column = int(place.get("line") or 1), int(place.get("column") or 1)
    region = {"startLine": line, "startColumn": column, "endLine": line, "endColumn": column + 1}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(uri, safe="/~")}, "region": region}}


def inside(uri: str) -> bool:
    """Tell a path inside the root from an address, an absolute path and one that climbs out."""
    first, *_ = parts = uri.split("/")
    return not (uri.startswith(("/", "-", "~")) or ":" in first or ".." in parts or "\\" in uri)


def _rule(rule: RuleReport) -> dict[str, Any]:
    source = " ".join(filter(None, (rule.source.get("doc"), rule.source.get("edition"), rule.source.get("clause"))))
    lines = [rule.because, f"What to do: {rule.fix}", f"Asked: {rule.limit}"]
    lines += [f"Source: {source}"] if source else []
    lines += [f"Controls: {', '.join(rule.controls)}"] if rule.controls else []
    properties: dict[str, Any] = {"tags": ["security", *rule.controls][:MOST_TAGS], "precision": "high"}
    if rule.severity in SCORES:
        properties["security-severity"] = SCORES[rule.severity]
    return {
        "id": rule.id,
        "name": _pascal(rule.id),
        "shortDescription": {"text": _sentence(rule.title)},
        "fullDescription": {"text": _sentence(rule.because)},
        "help": {"text": "\n\n".join(map(visible, lines)), "markdown": "\n\n".join(_markdown(line) for line in lines)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": properties,
    }


def _own_rule(rule_id: str) -> dict[str, Any]:
    title, why, fix = _OWN[rule_id]
    return {
        "id": rule_id,
        "name": _pascal(rule_id),
        "shortDescription": {"text": _sentence(title)},
        "fullDescription": {"text": why},
        "help": {"text": f"{why}\n\nWhat to do: {fix}", "markdown": f"{why}\n\nWhat to do: {fix}"},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["security"], "problem.severity": "warning"},
    }


def _pascal(rule_id: str) -> str:
    return "".join(part.capitalize() for part in rule_id.replace("/", "-").replace(".", "-").split("-"))


def _sentence(text: str) -> str:
    shown = visible(text)[: MOST_TITLE - 1]
    return shown if shown.endswith(".") else f"{shown}."


def _text(text: str) -> str:
    """Escape what SARIF viewers take for links, and end the sentence."""
    escaped = visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped if escaped.endswith((".", "!", "?")) else f"{escaped}."


def _markdown(text: str) -> str:
    shown = visible(text)
    for sign in "\\`*_{}[]<>#|~":
        shown = shown.replace(sign, f"\\{sign}")
    return shown.replace("@", "&#64;")

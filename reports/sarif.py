"""SARIF 2.1.0 for code scanning: stable fingerprints, relative locations, worst first (interfaces.md, SARIF)."""

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
import polars as pl

from reports import _sarif_run, _words, renderer
from reports._parts import exceptions, method, own
from reports._parts.findings import gap_id, members
from reports._sarif_rules import LEVELS, message, own_rule, rule
from scanner import HOME
from scanner.model import Outcome, Report, Severity, finding_id

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5000
"""Code scanning shows 5,000 results of a run and refuses above 25,000."""
MOST_BYTES = 9_500_000
"""Code scanning refuses a file above 10 MB when packed."""
GAP, LEFT_OUT = own.GAP, own.LEFT_OUT
_LEAST = 50
Result = dict[str, Any]


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
    most = MOST_RESULTS
    data = _bytes(report, options, most)
    while len(data) > MOST_BYTES and len(gzip.compress(data, mtime=0)) > MOST_BYTES and most > _LEAST:
        most //= 2
        data = _bytes(report, options, most)
    return data


def _bytes(report: Report, options: Mapping[str, str], most: int) -> bytes:
    return orjson.dumps(log(report, options, most), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def log(report: Report, options: Mapping[str, str], most: int = MOST_RESULTS) -> dict[str, Any]:
    """Build the SARIF log of at most so many results."""
    suppressed = options.get("suppressed") == "true"
    about = _sarif_run.rows(report)
    results = _bounded(report, _ranked(report, about, suppressed=suppressed), most)
    used = list(dict.fromkeys(result["ruleId"] for result in results))
    index = {rule_id: position for position, rule_id in enumerate(used)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
        if suppressed:
            result.setdefault("suppressions", [])
    rules = {rule.id: rule for rule in own.rules(report)}
    driver = {
        "name": "certgate",
        "version": report.tool["version"],
        "semanticVersion": report.tool["version"],
        "informationUri": HOME,
        "rules": [rule(rules[rule_id]) if rule_id in rules else own_rule(rule_id) for rule_id in used],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"certgate/{quote(options.get('category', 'default'), safe='')}/"},
        "invocations": [_sarif_run.invocation(report, about)],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": _about(report),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _about(report: Report) -> dict[str, Any]:
    """Say what decided the results: policies, and what they loosened, took out or never block."""
    changes = [f"{one.policy}: {one.rule} {one.what}. {_words.sentence(one.reason)}" for one in method.changes(report)]
    return {
        "policies": [f"{policy.id} {policy.version}" for policy in report.policies],
        "advisory": [f"{policy.id}: {policy.advisory}" for policy in report.policies if policy.advisory],
        "changedRules": changes,
    }


def _ranked(report: Report, about: Iterable[Mapping[str, Any]], *, suppressed: bool) -> list[Result]:
    """List findings about the run, failures and gaps together, worst first, suppressed ones last."""
    shown = report.findings.filter(pl.col("outcome") == Outcome.FAIL)
    if not suppressed:
        shown = shown.filter(pl.col("waived_by").is_null() & ~pl.col("in_baseline"))
    ranked = [*_about_the_run(report, about), *_failures(report, shown), *_gaps(report)]
    return [result for _, result in sorted(ranked, key=lambda one: one[0])]


Rank = tuple[bool, bool, int]


def _rank(row: Mapping[str, Any], *, suppressed: bool = False) -> Rank:
    return suppressed, not row["counts"], Severity(row["severity"]).rank


def _about_the_run(report: Report, about: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Rank, Result]]:
    for row in about:
        result = {
            "ruleId": row["rule_id"],
            "level": LEVELS[row["severity"]],
            "message": {"text": message(row["message"])},
            "locations": [_location(report, row)],
            "partialFingerprints": _fingerprints(finding_id(row["rule_id"], row["place"])),
        }
        yield _rank(row), result


def _failures(report: Report, shown: pl.DataFrame) -> Iterator[tuple[Rank, Result]]:
    policies = {rule.id: {"uri": rule.path, "line": rule.line} for rule in report.rules if inside(rule.path)}
    reasons = exceptions.words(report)
    for row in shown.iter_rows(named=True):
        found = ", ".join(members(row["members"]))
        named = row["message"].startswith(f"{row['name']} ")
        said = (row["message"] if named else f"{row['name']}: {row['message']}") + (f". Members: {found}" if found else "")
        result = {
            "ruleId": row["rule_id"],
            "level": LEVELS[row["severity"]],
            "message": {"text": message(said)},
            "locations": [_location(report, row, policies.get(row["rule_id"]))],
            "partialFingerprints": _fingerprints(row["finding_id"]),
        }
        suppressed = bool(row["waived_by"] or row["in_baseline"])
        if suppressed:
            why = reasons.get(row["waived_by"], f"exception {row['waived_by']}") if row["waived_by"] else "known: in the baseline"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": message(why)}]
        yield _rank(row, suppressed=suppressed), result


def _gaps(report: Report) -> Iterator[tuple[Rank, Result]]:
    for row in report.gaps.iter_rows(named=True):
        missing = ", ".join(row["missing"])
        text = f"{row['name']}: {_words.many(len(row['rules']), 'rule')} could not be judged. Missing: {missing}."
        result = {
            "ruleId": GAP,
            "level": LEVELS[row["severity"]] if row["counts"] else "note",
            "message": {"text": message(text)},
            "locations": [_location(report, row)],
            "partialFingerprints": _fingerprints(gap_id(row["place"])),
        }
        yield _rank(row), result


def _bounded(report: Report, results: list[Result], most: int) -> list[Result]:
    """Keep the worst, and tell per rule how many are left out; together no more than `most`."""
    if len(results) <= most:
        return results
    room = most
    while (rules := len({result["ruleId"] for result in results[room:]})) + room > most:
        room = most - rules
        if room < most // 2:
            rest = results[most - 1 :]
            return [*results[: most - 1], _left_out(report, "", rest, _words.many(len({one["ruleId"] for one in rest}), "rule"))]
    left: dict[str, list[Result]] = {}
    for result in results[room:]:
        left.setdefault(result["ruleId"], []).append(result)
    return [*results[:room], *(_left_out(report, rule_id, some) for rule_id, some in left.items())]


def _left_out(report: Report, rule_id: str, left: Sequence[Result], said: str = "") -> Result:
    """Say how many results of a rule, or of many, did not fit; as bad as the worst of them."""
    told = f"{_words.many(len(left), 'more result')} of {rule_id or said} {_words.verb(len(left))} left out here"
    return {
        "ruleId": LEFT_OUT,
        "level": min((result["level"] for result in left), key=["error", "warning", "note"].index),
        "message": {"text": message(f"{told}. The HTML and JSON reports have all of them")},
        "locations": [_location(report, {"uri": None})],
        "partialFingerprints": _fingerprints(gap_id(f"left-out {rule_id}")),
    }


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

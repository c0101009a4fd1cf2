"""One finding explained: outcome, what was seen and asked, clock and clause, the command that shows it, why and what to do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.model import Outcome, Report, RuleReport
from scanner.rules.language.syntax import Rule

COMMAND, ADDRESS = "see it by", "read it at"
WHOLE = (COMMAND, ADDRESS)
"""Labels of what is copied, and stands on one line therefore."""
MOST_MEMBERS = 10


def lines(subject: str, folder: Path) -> Iterator[Any]:
    """Say a title, then what to know of one finding: label and text."""
    from scanner.inventory import store

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    report = store.load(folder)
    rows = report.called(subject)
    if rows.height != 1:
        advice = "give more of the id" if rows.height else "see its reports"
        raise UsageError(f"{subject}: {rows.height or 'no'} findings of {folder} begin like this; {advice}")
    row = rows.row(0, named=True)
    rule = next(one for one in report.rules if one.id == row["rule_id"])
    yield f"F-{row['finding_id'][:8]} — {rule.title}"
    yield from (
        ("rule", rule.id),
        ("outcome", f"{row['outcome']}, {row['severity']}, {row['mode']}{', moves the exit code' if row['counts'] else ''}"),
        ("waived by", _waived(report, row)),
        ("baseline", "known, and not worse" if row["in_baseline"] else ""),
        ("what", f"{'group' if row['members'] else row['kind']} {row['name']}"),
        *(_group(report, row, rule) if row["members"] else _explained(report, row, rule)),
        ("missing", ", ".join(row["missing"])),
        *_several("seen at", _seen(report, row)),
        ("why", rule.because),
        ("what to do", _advice(row, rule)),
        ("contradicts", " ".join(_contradictions(report, row))),
        ("controls", ", ".join(rule.controls)),
    )


def _waived(report: Report, row: dict[str, Any]) -> str:
    """Name the exception that covers a finding, with those who answer for it."""
    one = next((one for one in report.exceptions if one.id == row["waived_by"]), None)
    if one is None:
        return row["waived_by"] or ""
    return f"{one.id}, to the end of {one.expires}: {one.reason} ({one.owner}, approved by {one.approved_by}, {one.ticket})"


def _advice(row: dict[str, Any], rule: RuleReport) -> str:
    """Say how to repair it; first how to learn whether there is anything to repair, where that could not be judged."""
    from scanner import judge

    fix = rule.fix.replace("{name}", row["name"])
    if Outcome(row["outcome"]) is not Outcome.UNKNOWN:
        return fix
    tells = sorted({source for name in row["missing"] for source in judge.sources(row["kind"], name)})
    return f"Give evidence that tells what is missing: {' or '.join(tells) or 'another source'}. Should it fail then: {fix}"


def _group(report: Report, row: dict[str, Any], rule: RuleReport) -> list[tuple[str, str]]:
    """Say the figures of a group, its members, and the limits of its rule by date."""
    from scanner.rules.language.values import listed
    from scanner.rules.said import explanation

    written = _rule_of(report, rule)
    figures = json.loads(row["observed"])
    return [
        ("says", row["message"]),
        ("asks", row["limit"]),
        *(limits(written) if written else ()),
        *_facts(figures),
        ("members", listed(row["members"], most=MOST_MEMBERS)),
        ("source", explanation.clause(written.source) if written else ""),
        (ADDRESS, rule.source.get("url", "")),
    ]


def _explained(report: Report, row: dict[str, Any], rule: RuleReport) -> list[tuple[str, str]]:
    """Say clock, limits, evidence and clause, from the policy as it was evaluated."""
    from scanner import pipeline
    from scanner.rules.said import explanation

    written = _rule_of(report, rule)
    known = pipeline.timed(report.tables, report.as_of)
    table = known[row["kind"]].filter(asset_id=row["asset_id"]) if row["kind"] in known else None
    if written is None or table is None or table.is_empty():
        return [("says", row["message"]), ("asks", row["limit"]), *_facts(json.loads(row["observed"]))]
    asset = table.row(0, named=True)
    outcome, uri = Outcome(row["outcome"]), row["uri"] or ""
    seen = (uri, row["line"], row["pointer"])
    told = explanation.explain(written, row["kind"], asset, outcome, row["missing"], report.as_of, *seen)
    return [
        ("says", row["message"]),
        ("asks", row["limit"]),
        ("clock", told.clock),
        *limits(written),
        *_facts(told.evidence),
        ("source", told.clause),
        (ADDRESS, rule.source.get("url", "")),
        (COMMAND, told.command),
    ]


def _facts(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say the facts of a finding, one a line, the first with the label."""
    from scanner.rules.language.values import in_words

    texts = [f"{name}: {value if isinstance(value, str) else in_words(value)}" for name, value in known.items()]
    return [("" if number else "evidence", text) for number, text in enumerate(texts)]


def _rule_of(report: Report, rule: RuleReport) -> Rule | None:
    """Read the rule back from the policies stored beside the result."""
    from scanner.errors import PolicyError
    from scanner.rules.reader import load
    from scanner.rules.reader.find import PolicyFile

    for policy in report.policies:
        try:
            (loaded,) = load.load([PolicyFile(f"{policy.id}.yaml", policy.text.encode())])
        except PolicyError:
            continue
        found = next((one for one in loaded.rules if one.id == rule.id), None)
        if found is not None:
            return found
    return None


def _seen(report: Report, row: dict[str, Any]) -> list[str]:
    """Say where the asset was seen, by what sort of source and when."""
    from reports._parts.findings import sightings

    # NOTE: a group and an exception were seen by no source; a finding has their place.
    key = (row["kind"], row["asset_id"])
    found = sightings(report, {key}).get(key, [])
    at = f"{row['uri']}{':' + str(row['line']) if row['line'] else ''}" if row["uri"] else ""
    return found or [at] * bool(at)


def _several(label: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    """Say texts one a line, the first with the label."""
    return [("" if number else label, text) for number, text in enumerate(texts)]


def limits(rule: Rule) -> list[tuple[str, str]]:
    """Say the limits of a rule by date."""
    from scanner.rules.said import asked

    return _several("limits", [f"{since}: {limit}" for since, limit in asked.schedule(rule)])


def _contradictions(report: Report, row: dict[str, Any]) -> list[str]:
    """Say which rule of another body accepts what this one rejects."""
    from reports._parts import contradictions

    told = zip(report.contradictions, contradictions.rows(report), strict=True)
    return [said.line for one, said in told if one.kind == row["kind"] and row["rule_id"] in one.rejects]

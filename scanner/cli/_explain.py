"""`certgate explain RULE`, `FIELD`, `OPERATOR` or `FINDING RESULT`: why, which clock and limit, evidence, source, fix."""

import argparse
import json
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.model import Exit, Outcome, Report, RuleReport
from scanner.rules.syntax import Rule

EPILOG = """\
examples:
  certgate explain public-tls/lifetime
  certgate explain F-27922b71 result/
  certgate explain key.bits
  certgate explain at_most
"""
MOST_MEMBERS = 10


def add(commands: Any) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser(
        "explain",
        help="why a rule asks, why a finding is one, what a field or operator means",
        description="Explain a rule, a finding of a stored result, a field, or an operator of the policy language.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("subject", metavar="SUBJECT", help="rule id, finding id as F-… (any unique prefix), field or operator")
    parser.add_argument("result", nargs="?", type=Path, metavar="RESULT", help="the RESULT folder of the finding")
    parser.add_argument(
        "-p",
        "--policy",
        action="append",
        default=[],
        metavar="P",
        help="where to look for the rule (default: all shipped)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Exit:
    """Explain the subject."""
    if options.result is not None:
        _finding(options.subject, options.result)
    elif options.subject.startswith("F-"):
        raise UsageError(f"{options.subject}: name the RESULT folder that has this finding (`certgate check … --save RESULT`)")
    elif not _of_the_run(options.subject) and not _word(options.subject):
        _rule(options.subject, options.policy)
    return Exit.OK


def _of_the_run(subject: str) -> bool:
    """Explain a finding about the run itself, if it is the id of one."""
    from scanner import run_findings

    found = run_findings.ALL.get(subject)
    if found is not None:
        _print(
            f"{found.id} — {found.title}",
            ("when", found.when),
            ("severity", found.graded or str(found.severity)),
            ("exit code", found.effects()),
            ("why", found.because),
            ("what to do", found.fix),
        )
    return found is not None


def _word(subject: str) -> bool:
    """Explain a word of the policy language, if it is one: a field of every kind that has it, or an operator."""
    from scanner import fields, tables
    from scanner.rules import operator_pages
    from scanner.rules.operators import OPERATORS

    if subject in OPERATORS:
        operator = OPERATORS[subject]
        _print(f"{subject} — {operator.doc}", *operator_pages.facts(operator))
    kinds = [(kind, fact) for kind in tables.KINDS if (fact := tables.fact(kind, subject)) is not None]
    for kind, fact in kinds:
        _print(f"{subject} of {kind} — {fact.doc}", *fields.facts(kind, fact))
    return bool(kinds) or subject in OPERATORS


def _rule(rule_id: str, names: list[str]) -> None:
    from scanner.rules import explanation, find, load, message

    # Each alone: a child may say a rule of another shipped policy differently. The one that wrote the rule is believed.
    policies = [policy for name in names or find.shipped() for policy in load.load(find.find(name))]
    found = [(rule.policy == policy.id, rule) for policy in policies for rule in policy.rules]
    known = {rule.id: rule for _, rule in sorted(found, key=lambda one: one[0])}
    if rule_id not in known:
        near = get_close_matches(rule_id, known, 1)
        raise UsageError(
            f"{rule_id}: no rule has this id, and no field or operator this name{f'; nearest: {near[0]!r}' if near else ''}"
        )
    rule, as_of = known[rule_id], datetime.now(UTC)
    _print(
        f"{rule.id} — {message.settled(rule, rule.title, as_of)}",
        ("severity", f"{rule.severity}, {rule.mode(as_of)} as of {as_of.date()}"),
        ("asks", message.limit(rule, as_of)),
        ("why", message.settled(rule, rule.because, as_of)),
        ("what to do", message.settled(rule, rule.fix, as_of)),
        ("source", explanation.clause(rule.source)),
        ("controls", ", ".join(rule.controls)),
        ("undecided", f"counts as {rule.if_unknown}"),
        ("written at", f"{rule.mark.path}:{rule.mark.line}"),
    )


def _finding(subject: str, folder: Path) -> None:
    from scanner.inventory import store

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    report = store.load(folder)
    prefix = subject.removeprefix("F-")
    rows = [row for row in report.findings.iter_rows(named=True) if row["finding_id"].startswith(prefix)]
    if len(rows) != 1:
        advice = "give more of the id" if rows else "see its reports"
        raise UsageError(f"{subject}: {len(rows) or 'no'} findings of {folder} begin like this; {advice}")
    row = rows[0]
    rule = next(one for one in report.rules if one.id == row["rule_id"])
    _print(
        f"F-{row['finding_id'][:8]} — {rule.title}",
        ("outcome", f"{row['outcome']}, {row['severity']}, {row['mode']}{', moves the exit code' if row['counts'] else ''}"),
        ("waived by", _waived(report, row)),
        ("baseline", "known, and not worse" if row["in_baseline"] else ""),
        ("what", f"{'group' if row['members'] else row['kind']} {row['name']}"),
        *(_group(report, row, rule) if row["members"] else _explained(report, row, rule)),
        ("missing", ", ".join(row["missing"])),
        ("seen at", "; ".join(_seen(report, row))),
        ("why", rule.because),
        ("what to do", _advice(row, rule)),
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
    from scanner.rules import asked, explanation
    from scanner.rules.values import listed

    written = _rule_of(report, rule)
    figures = json.loads(row["observed"])
    limits = asked.schedule(written) if written else []
    return [
        ("says", row["message"]),
        ("asks", row["limit"]),
        *((f"{'limits' if not number else ''}", f"{since}: {limit}") for number, (since, limit) in enumerate(limits)),
        *_facts(figures),
        ("members", listed(row["members"], most=MOST_MEMBERS)),
        ("source", explanation.clause(written.source) if written else ""),
    ]


def _explained(report: Report, row: dict[str, Any], rule: RuleReport) -> list[tuple[str, str]]:
    """Say clock, limits, evidence and clause, from the policy as it was evaluated."""
    from scanner import pipeline
    from scanner.rules import explanation

    written = _rule_of(report, rule)
    known = pipeline.timed(report.tables, report.as_of)
    table = known[row["kind"]].filter(asset_id=row["asset_id"]) if row["kind"] in known else None
    if written is None or table is None or table.is_empty():
        return [("says", row["message"]), ("asks", row["limit"]), *_facts(json.loads(row["observed"]))]
    asset = table.row(0, named=True)
    told = explanation.explain(
        written, row["kind"], asset, Outcome(row["outcome"]), row["missing"], report.as_of, row["uri"] or ""
    )
    return [
        ("says", row["message"]),
        ("asks", row["limit"]),
        ("clock", told.clock),
        *((f"{'limits' if not number else ''}", f"{since}: {limit}") for number, (since, limit) in enumerate(told.schedule)),
        *_facts(told.evidence),
        ("source", told.clause),
        ("see it by", told.command),
    ]


def _facts(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say the facts of a finding, one a line, the first with the label."""
    from scanner.rules.values import in_words

    texts = [f"{name}: {value if isinstance(value, str) else in_words(value)}" for name, value in known.items()]
    return [("" if number else "evidence", text) for number, text in enumerate(texts)]


def _rule_of(report: Report, rule: RuleReport) -> Rule | None:
    """Read the rule back from the policies stored beside the result."""
    from scanner.errors import PolicyError
    from scanner.rules import load
    from scanner.rules.find import PolicyFile

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
    found = [
        one for one in report.sightings.iter_rows(named=True) if (one["kind"], one["asset_id"]) == (row["kind"], row["asset_id"])
    ]
    # NOTE: a group and an exception were seen by no source; a finding has their place.
    return [f"{one['uri']}{':' + str(one['line']) if one['line'] else ''}" for one in found[:10] or [row] if one["uri"]]


def _print(title: str, *pairs: tuple[str, str]) -> None:
    from reports._safe import visible

    # NOTE: paths, ids and flags are broken at no hyphen, so that they can be copied.
    fill = textwrap.TextWrapper(100, subsequent_indent=" " * 15, break_on_hyphens=False)
    print(visible(title))
    for label, text in pairs:
        if text:
            fill.initial_indent = f"  {label:<12} "
            print(fill.fill(visible(text)))

"""`certgate explain RULE`, `FIELD`, `OPERATOR` or `FINDING RESULT`: why, which clock and limit, evidence, source, fix."""

import argparse
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scanner.cli import _explain_finding, _terminal
from scanner.cli._explain_finding import ADDRESS, WHOLE
from scanner.errors import UsageError
from scanner.model import Exit

EPILOG = """\
examples:
  certgate explain public-tls/lifetime
  certgate explain F-27922b71 result/
  certgate explain key.bits
  certgate explain at_most
"""


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
        title, *pairs = _explain_finding.lines(options.subject, options.result)
        _print(title, *pairs)
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
    from scanner.rules.language.operators import OPERATORS
    from scanner.rules.said import operator_pages

    if subject in OPERATORS:
        operator = OPERATORS[subject]
        _print(f"{subject} — {operator.doc}", *operator_pages.facts(operator))
    kinds = [(kind, fact) for kind in tables.KINDS if (fact := tables.fact(kind, subject)) is not None]
    for kind, fact in kinds:
        _print(f"{subject} of {kind} — {fact.doc}", *fields.facts(kind, fact))
    return bool(kinds) or subject in OPERATORS


def _rule(rule_id: str, names: list[str]) -> None:
    from scanner.rules.reader import find, load
    from scanner.rules.said import explanation, message, page_rules

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
        ("enforced", page_rules.enforced(rule) if len(rule.enforce) > 1 else ""),
        ("asks", message.limit(rule, as_of)),
        *_explain_finding.limits(rule),
        ("why", message.settled(rule, rule.because, as_of)),
        ("what to do", message.settled(rule, rule.fix, as_of)),
        ("source", explanation.clause(rule.source)),
        (ADDRESS, rule.source.url if rule.source else ""),
        ("controls", ", ".join(rule.controls)),
        ("undecided", f"counts as {rule.if_unknown}"),
        ("written at", f"{rule.mark.path}:{rule.mark.line}"),
    )


def _print(title: str, *pairs: tuple[str, str]) -> None:
    from reports._safe import visible

    page = _terminal.Page()
    print(page.paint(visible(title), "1"))
    for label, text in pairs:
        for line in page.pair(label, text, whole=label in WHOLE):
            print(line)

"""`certgate baseline create · diff`: what is known at a date, so that a gate can ask for new findings only."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scanner.errors import PolicyError, UsageError
from scanner.model import Exit, Report

EPILOG = """\
examples:
  certgate check certs/ --save result/
  certgate baseline create result/ -o baseline.json --owner pki@example.com
  certgate check certs/ --baseline baseline.json --new-only
  certgate baseline diff baseline.json result/
"""
MOST = 20
"""Findings that the text names of each sort; the others are counted."""


def add(commands: Any) -> None:
    """Add the command group."""
    group = commands.add_parser(
        "baseline",
        help="write down known findings, compare with them",
        description="Work with baselines: findings known at a date.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group.set_defaults(run=lambda _: (group.print_help(), Exit.USAGE)[1])
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    create = verbs.add_parser("create", help="write the baseline of a result", description="Write the baseline of a result.")
    create.add_argument("result", type=Path, metavar="RESULT", help="the folder that `certgate check --save` wrote")
    create.add_argument("-o", "--output", required=True, metavar="FILE", help="the baseline; - is standard output")
    create.add_argument("--owner", required=True, metavar="OWNER", help="who answers for what it hides")
    create.add_argument("--replace", action="store_true", help="write over a baseline that is there")
    create.set_defaults(run=create_baseline)
    diff = verbs.add_parser("diff", help="what is new, worse and gone", description="Compare a result with a baseline.")
    diff.add_argument("baseline", metavar="FILE", help="the baseline")
    diff.add_argument("result", type=Path, metavar="RESULT", help="the folder that `certgate check --save` wrote")
    diff.set_defaults(run=diff_baseline)


def _report(folder: Path) -> Report:
    from scanner.inventory import store

    if not folder.is_dir():
        raise UsageError(f"{folder}: no such RESULT folder")
    return store.load(folder)


def create_baseline(options: argparse.Namespace) -> Exit:
    """Write all open findings of a result; say what is left out."""
    from reports._safe import visible
    from scanner.cli import _outputs
    from scanner.rules.acceptance import baseline

    if not options.owner.strip():
        raise UsageError("--owner: say who answers for the baseline")
    target = Path(options.output)
    if options.output != "-" and target.exists() and not options.replace:
        raise UsageError(f"{target} exists; --replace writes over it, and then all that is open in {options.result} is known")
    report = _report(options.result)
    written = baseline.text(report, options.owner.strip())
    if len(written) > baseline.MOST_BYTES:
        many = f"{len(written):,} bytes, and of a baseline {baseline.MOST_BYTES:,} are read"
        raise UsageError(f"{options.result}: its open findings are too many ({many}); judge by fewer rules, or fewer assets")
    _outputs.put(options.output, [written])
    held = baseline.kept(report.findings)
    waived = report.findings["waived_by"].count()
    left = f"; {waived:,} waived {'one is' if waived == 1 else 'ones are'} left to their exceptions" if waived else ""
    count = f"{held.height:,} {'finding' if held.height == 1 else 'findings'}"
    told = f"{options.output}: {count} as of {report.as_of.date()}, owned by {options.owner.strip()}{left}"
    print(visible(told), file=sys.stderr if options.output == "-" else sys.stdout)
    return Exit.OK


def diff_baseline(options: argparse.Namespace) -> Exit:
    """Print what a result has beyond a baseline, and what it lacks."""
    from reports._safe import visible
    from scanner.rules.acceptance import baseline

    held = baseline.load(options.baseline)
    report = _report(options.result)
    compared = baseline.compare(held, report.findings, _rules(report), (), report.as_of)
    rows = {row["finding_id"]: row for row in baseline.kept(report.findings).iter_rows(named=True)}
    new = [one for one in rows if one not in compared.known and one not in compared.worse]
    print(visible(f"baseline of {held.created}, owned by {held.owner}, beside {options.result} as of {report.as_of.date()}"))
    _section("new", (_line(rows[one]) for one in new), len(new))
    worse = [(one, why) for one, why in compared.worse.items() if one in rows]
    _section("worse", (f"{_line(rows[one])} ({why})" for one, why in worse), len(worse))
    _section("gone", (_line(_entry(held.findings[one])) for one in compared.gone), len(compared.gone))
    print(f"known: {len(compared.known):,}")
    return Exit.OK


def _rules(report: Report) -> dict[str, Any]:
    """Read the rules back from the policies stored beside the result; without one, observed values do not compare."""
    from scanner.rules.reader import load
    from scanner.rules.reader.find import PolicyFile

    found: dict[str, Any] = {}
    for policy in report.policies:
        try:
            (loaded,) = load.load([PolicyFile(f"{policy.id}.yaml", policy.text.encode())])
        except PolicyError:
            continue
        found |= {rule.id: rule for rule in loaded.rules}
    return found


def _entry(one: Any) -> dict[str, Any]:
    return {**one, "rule_id": one["rule"], "name": one["place"], "message": ""}


def _line(row: Any) -> str:
    said = f": {row['message']}" if row["message"] else ""
    return f"F-{row['finding_id'][:8]}  {row['severity']:<8}  {row['rule_id']}  {row['name']}{said}"


def _section(word: str, lines: Iterable[str], count: int) -> None:
    from reports._safe import visible

    print(f"{word}: {count:,}")
    for number, line in enumerate(lines):
        if number == MOST:
            print(f"  … and {count - MOST:,} more")
            break
        print(f"  {visible(line)}")

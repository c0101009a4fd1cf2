"""`certgate policy list · show · lint · test · fields · schema`: the author's loop."""

import argparse
import sys
from pathlib import Path
from typing import Any

from scanner.cli import _policy_diff
from scanner.model import Exit

EPILOG = """\
examples:
  certgate policy list
  certgate policy show public-tls
  certgate policy lint my-policy.yaml
  certgate policy test my-policy.yaml
  certgate policy fields certificate
  certgate policy schema > policy.schema.json
"""


def add(commands: Any) -> None:
    """Add the command group."""
    group = commands.add_parser(
        "policy",
        help="list, show, check and test policies",
        description="Work with policies.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group.set_defaults(run=lambda _: (group.print_help(), Exit.USAGE)[1])
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    _verb(verbs, "list", "list the shipped policies", listing)
    show = _verb(verbs, "show", "print a policy as it is evaluated", show_policy)
    show.add_argument("policy", metavar="POLICY")
    lint = _verb(verbs, "lint", "check policies: every fault with its place, then tests and healthy rows", lint_policies)
    lint.add_argument("policy", nargs="*", metavar="POLICY", help="shipped name, file or folder (default: all shipped)")
    test = _verb(verbs, "test", "run the tests of policies", test_policies)
    test.add_argument("policy", nargs="*", metavar="POLICY", help="shipped name, file or folder (default: all shipped)")
    test.add_argument("-v", "--verbose", action="store_true", help="also list tests that pass")
    _policy_diff.add(verbs)
    fields = _verb(verbs, "fields", "list the fields that rules may use", list_fields)
    fields.add_argument("kind", nargs="?", metavar="KIND", help="only this kind")
    fields.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    _verb(verbs, "schema", "print the JSON Schema of the policy language, for editors", print_schema)


def _verb(verbs: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _loaded(names: list[str], certificates: Any = None) -> Any:
    from scanner.rules import find, load

    return load.load([file for name in names or find.shipped() for file in find.find(name)], certificates)


def _proven(names: list[str]) -> Any:
    """Load policies with the certificates that their lists name, for their tests look these up."""
    from scanner import scope

    return [policy for policy in _loaded(names, scope.listed(Path.cwd())) if policy.named]


def listing(_options: argparse.Namespace) -> Exit:
    """Print id, version, number of rules and title of every shipped policy."""
    from scanner.rules import find

    policies = _loaded(list(find.shipped()))
    width = max(len(policy.id) for policy in policies)
    for policy in sorted(policies, key=lambda one: one.id):
        if policy.named:
            note = " (advisory)" if policy.advisory else ""
            print(f"{policy.id:{width}}  {policy.version:8} {len(policy.rules):3} rules  {policy.title}{note}")
    return Exit.OK


def show_policy(options: argparse.Namespace) -> Exit:
    """Print the policy as it is evaluated, extended rules included."""
    from scanner.rules import merged

    for policy in _loaded([options.policy]):
        if policy.named:
            print(merged.text(policy), end="")
    return Exit.OK


def lint_policies(options: argparse.Namespace) -> Exit:
    """Load, then run healthy rows and tests; exit 2 with all faults together."""
    from scanner.rules import proof

    policies = _proven(options.policy)
    results = [result for policy in policies for result in proof.run(policy)]
    failed = [result for result in results if not result.ok]
    for result in failed:
        print(result, file=sys.stderr)
    rules = sum(len(policy.rules) for policy in policies)
    print(f"{_many(len(policies), 'policy')}, {_many(rules, 'rule')}: {_many(len(failed), 'fault') if failed else 'no fault'}")
    return Exit.USAGE if failed else Exit.OK


def test_policies(options: argparse.Namespace) -> Exit:
    """Run tests and healthy rows; exit 1 when one fails."""
    from scanner.rules import proof

    policies = _proven(options.policy)
    results = [result for policy in policies for result in proof.run(policy)]
    failed = [result for result in results if not result.ok]
    for result in results:
        if options.verbose or not result.ok:
            print(result)
    for policy in policies:
        for rule_id, outcomes in proof.unexercised(policy).items():
            if options.verbose:
                print(f"{rule_id}: its tests do not exercise {', '.join(outcomes)}")
    told = _many(len(failed), "failure") if failed else "all pass"
    print(f"{_many(len(results), 'test')} of {_many(len(policies), 'policy')}: {told}")
    return Exit.VIOLATIONS if failed else Exit.OK


def list_fields(options: argparse.Namespace) -> Exit:
    """Print every field with type, unit, values, origin and meaning."""
    from scanner import fields

    print(fields.render(options.kind, options.format), end="")
    return Exit.OK


def print_schema(_options: argparse.Namespace) -> Exit:
    """Print the JSON Schema of the policy language."""
    from scanner.rules import schema

    print(schema.text(), end="")
    return Exit.OK


def _many(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"

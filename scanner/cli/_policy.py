"""`certgate policy list · show · init · lint · test · diff · fields · frameworks · schema`: the author's loop."""

import argparse
from typing import Any

from scanner.cli import _policy_diff, _policy_frameworks, _policy_init, _policy_proof, _policy_show
from scanner.model import Exit

EPILOG = """\
examples:
  certgate policy list
  certgate policy show public-tls
  certgate policy init acme-tls --extends public-tls
  certgate policy lint acme-tls.yaml
  certgate policy test acme-tls.yaml
  certgate policy diff public-tls acme-tls.yaml
  certgate policy fields certificate
  certgate policy frameworks pci-dss-4.0.1
  certgate policy schema > policy.schema.json
"""


def add(commands: Any) -> None:
    """Add the command group."""
    group = commands.add_parser(
        "policy",
        help="list, show, write, check, test and compare policies",
        description="Work with policies.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group.set_defaults(run=lambda _: (group.print_help(), Exit.USAGE)[1])
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    _policy_show.add(verbs)
    _policy_init.add(verbs)
    _policy_proof.add(verbs)
    _policy_diff.add(verbs)
    fields = _verb(verbs, "fields", "list the fields that rules may use", list_fields)
    fields.add_argument("kind", nargs="?", metavar="KIND", help="only this kind")
    fields.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    _policy_frameworks.add(verbs)
    _verb(verbs, "schema", "print the JSON Schema of the policy language, for editors", print_schema)


def _verb(verbs: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def list_fields(options: argparse.Namespace) -> Exit:
    """Print every field with type, unit, values, origin and meaning."""
    from scanner import fields

    print(fields.render(options.kind, options.format), end="")
    return Exit.OK


def print_schema(_options: argparse.Namespace) -> Exit:
    """Print the JSON Schema of the policy language."""
    from scanner.rules.reader import schema

    print(schema.text(), end="")
    return Exit.OK

"""`certgate policy diff A B`: what changed, as an approver reads it; with evidence, what that does to findings."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.model import Exit
from scanner.rules.language.syntax import Policy

FORMATS = ("text", "markdown", "json")
EPILOG = """\
examples:
  certgate policy diff public-tls my-policy.yaml              what a company made of a shipped policy
  certgate policy diff old/ new/ --format markdown            for the comment on a pull request
  certgate policy diff old/ new/ --evidence certs/ --as-of 2029-03-15

exit codes:
  0  nothing is judged or said otherwise     1  something is     2  bad usage or policy
"""


def add(verbs: Any) -> None:
    """Add the command and its flags."""
    parser = verbs.add_parser(
        "diff",
        help="what changed between two policies: loosened and removed first",
        description="Say what changed between two policies (shipped names, files or folders): what judges less comes first.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", metavar="A", help="the policy, or folder of policies, as it was")
    parser.add_argument("new", metavar="B", help="as it is now")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (default), markdown or json")
    parser.add_argument(
        "--evidence",
        action="append",
        nargs="+",
        default=[],
        metavar="PATH",
        help="judge this by both, and say which findings each change adds or clears",
    )
    parser.add_argument("--as-of", metavar="DATE", help="judge the evidence as of this date or instant (default: now)")
    parser.add_argument("--roots", action="append", default=[], metavar="FILE", help="certificates of your own root CAs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Exit:
    """Compare, and print; exit 1 where anything differs."""
    from scanner.cli import _policy_diff_words as words
    from scanner.cli import _policy_impact
    from scanner.probes.progress import Silent
    from scanner.rules.compare.diff import diff

    evidence = [path for paths in options.evidence for path in paths]
    for flag, given in (("--as-of", options.as_of), ("--roots", options.roots)):
        if given and not evidence:
            raise UsageError(f"{flag} says how evidence is judged; give --evidence PATH too")
    request = _request(options, evidence)
    old, new = (_loaded(name, request.root) for name in (options.old, options.new))
    found = diff(old, new)
    effect = _policy_impact.impact(request, old, new, found, Silent()) if evidence else None
    print({"text": words.text, "markdown": words.markdown, "json": words.json}[options.format](found, old, new, effect), end="")
    return Exit.OK if found.same else Exit.VIOLATIONS


def _loaded(name: str, root: Path) -> tuple[Policy, ...]:
    from scanner import scope
    from scanner.rules.reader import find, load

    return load.load(find.find(name), scope.listed(root))


def _request(options: argparse.Namespace, evidence: list[str]) -> Any:
    """Say what is judged; hosts are not scanned, for a diff shall not depend on who answers."""
    from scanner.cli._check import default_root
    from scanner.request import Request
    from scanner.when import parse_instant

    for path in evidence:
        if path != "-" and not Path(path).exists():
            raise UsageError(
                f"--evidence {path}: no such file or folder (to judge hosts, keep a scan: certgate check HOST --save RESULT)"
            )
    return Request(
        evidence=tuple(evidence),
        targets=(),
        policies=(options.old, options.new),
        as_of=parse_instant(options.as_of) if options.as_of else datetime.now(UTC).replace(microsecond=0),
        as_of_given=options.as_of is not None,
        root=default_root().resolve(),
        anchor="README.md",
        roots=tuple(options.roots),
    )

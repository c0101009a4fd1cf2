"""`certgate report`: render a stored result; nothing is evaluated again."""

import argparse
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.model import Exit


def add(commands: Any) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser(
        "report",
        help="render a stored result",
        description="Render a RESULT folder that `certgate check --save` wrote. Nothing is evaluated again.",
        epilog="examples:\n  certgate report result/ -o html=out.html -o pdf=out.pdf\n  certgate report result/ -o sarif=-\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="the folder")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FORMAT=PATH",
        help="json, sarif, html, pdf, … (- is standard output)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="only the verdict")
    parser.add_argument("--no-color", action="store_true", help="no colour (also: NO_COLOR)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Exit:
    """Render; exit 0 when everything was written (the stored verdict is shown, not returned)."""
    import sys

    from scanner.cli import _outputs, _terminal
    from scanner.inventory import store

    outputs = _outputs.parse(options.output)
    if not options.result.is_dir():
        raise UsageError(f"{options.result}: no such folder")
    _outputs.spare(outputs, [str(options.result)])
    report = store.load(options.result)
    _outputs.write(report, outputs)
    to_error = any(output.path == "-" for output in outputs)
    _terminal.show(report, sys.stderr if to_error else sys.stdout, quiet=options.quiet, plain=options.no_color)
    return Exit.OK

"""`certgate demo`: the main job on sample evidence made now and on a live scan of a throw-away local TLS server."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.model import Exit


def add(commands: Any) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser(
        "demo",
        help="the main job on sample evidence and a live scan of a local server",
        description="Make sample evidence, start a throw-away TLS server on this machine, judge both, and write the reports.",
        epilog="examples:\n  certgate demo\n  certgate demo --folder /tmp/demo\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("certgate-demo"),
        metavar="FOLDER",
        help="where to write (default: certgate-demo)",
    )
    parser.add_argument("--sslyze", type=Path, metavar="PATH", help="the sslyze to run (default: the one beside certgate)")
    parser.add_argument("-q", "--quiet", action="store_true", help="only the verdict")
    parser.add_argument("--no-color", action="store_true", help="no colour (also: NO_COLOR)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Exit:
    """Run the demo; exit 0 when it ran, and print the code that `check` would have given."""
    from scanner import pipeline
    from scanner.cli import _check, _outputs, _terminal
    from scanner.cli._version import tool
    from scanner.demo import evidence, server
    from scanner.request import Request

    folder: Path = options.folder
    (folder / "evidence").mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).replace(microsecond=0)
    made = evidence.make(folder / "evidence", now)
    names = {"html": "report.html", "pdf": "report.pdf", "sarif": "results.sarif"}
    outputs = _outputs.parse([f"{form}={folder / name}" for form, name in names.items()])
    with server.running(made):
        request = Request(
            evidence=tuple(map(str, made.evidence)),
            targets=(str(made.targets),),
            policies=("default",),
            as_of=now,
            as_of_given=False,
            root=folder.resolve(),
            anchor="README.md",
            roots=tuple(map(str, made.roots)),
            sslyze=options.sslyze,
        )
        report = pipeline.check(request, tool(), _terminal.progress(options))
    _check.deliver(report, outputs, folder / "result")
    _terminal.show(report, sys.stdout, quiet=options.quiet, plain=options.no_color)
    print(f"\nDemo written to {folder}/: {', '.join(names.values())}, result/")
    print(f"`certgate check` would have exited {int(report.exit.code)}; the demo exits 0 because it ran.")
    return Exit.OK

"""What a person sees: the summary, with colour only on terminals, and a progress bar on long work."""

import argparse
import os
import sys
from typing import Any, TextIO

from scanner.model import Report


def show(report: Report, stream: TextIO, *, quiet: bool, plain: bool) -> None:
    """Print the summary."""
    from reports.terminal import summary

    colour = stream.isatty() and not plain and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    text = summary(report, colour=colour, quiet=quiet)
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))


def progress(options: argparse.Namespace) -> Any:
    """Choose a progress bar for terminals, or silence."""
    from scanner.probes import progress as shown

    if options.quiet or not sys.stderr.isatty():
        return shown.Silent()
    return shown.Bar(colour=not options.no_color)

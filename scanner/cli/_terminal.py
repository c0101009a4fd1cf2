"""What a person sees: the summary, with colour only on terminals, and a progress bar on long work."""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from typing import Any, TextIO

from scanner.model import Report

WIDEST, NARROWEST = 110, 60
LABEL = 12


def coloured(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that wants colour."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Page:
    """Lines on standard output: wrapped to the terminal, texts of others escaped, with colour only there."""

    def __init__(self) -> None:
        self.colour = coloured(sys.stdout)
        self.width = max(NARROWEST, min(shutil.get_terminal_size((100, 24)).columns, WIDEST))

    def paint(self, text: str, code: str) -> str:
        """Colour a text that is already safe."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def wrapped(self, text: str, indent: int) -> list[str]:
        """Wrap to lines without their indent; paths, ids and flags are broken at no hyphen, so that they can be copied."""
        from reports._safe import visible

        return textwrap.wrap(visible(text), max(20, self.width - indent), break_on_hyphens=False) or [""]

    def pair(self, label: str, text: str, *, whole: bool = False) -> Iterator[str]:
        """Write a label and its text beside it; one that is whole stands on one line, however long."""
        from reports._safe import visible

        if text:
            first, *rest = [visible(text)] if whole else self.wrapped(text, LABEL + 3)
            yield f"  {self.paint(f'{label:<{LABEL}}', '2')} {first}"
            yield from (f"{'':{LABEL + 3}}{line}" for line in rest)


def show(report: Report, stream: TextIO, *, quiet: bool, plain: bool) -> None:
    """Print the summary."""
    from reports.terminal import summary

    colour = coloured(stream) and not plain
    text = summary(report, colour=colour, quiet=quiet)
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))


def progress(options: argparse.Namespace) -> Any:
    """Choose a progress bar for terminals, or silence."""
    from scanner.probes import progress as shown

    if options.quiet or not sys.stderr.isatty():
        return shown.Silent()
    return shown.Bar(colour=not options.no_color)

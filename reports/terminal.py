"""The terminal summary: verdict and why, counts, worst findings with where and what to do, gaps; ten seconds to read."""

import shutil

from reports._page import Page
from reports._safe import visible
from scanner.model import Exit, Report

VERDICTS = {
    Exit.OK: ("Policy met", "32"),
    Exit.VIOLATIONS: ("Policy not met", "31"),
    Exit.INCOMPLETE: ("Could not be fully judged", "33"),
}


def summary(report: Report, *, colour: bool = False, width: int | None = None, quiet: bool = False) -> str:
    """Write the summary; `quiet` leaves only the verdict."""
    page = Page(colour=colour, width=width or shutil.get_terminal_size((100, 24)).columns)
    _verdict(page, report)
    if not quiet:
        from reports import _overview

        _overview.put(page, report)
    page.put(f"exit {int(report.exit.code)}: {visible('; '.join(report.exit.reasons))}")
    return "\n".join(page.lines) + "\n"


def _verdict(page: Page, report: Report) -> None:
    words, code = VERDICTS.get(report.exit.code, ("Could not be fully judged", "33"))
    page.put(page.paint(words, f"1;{code}"))

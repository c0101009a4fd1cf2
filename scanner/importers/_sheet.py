"""Rows of an inventory as text columns with their places, and what is said of cells that could not be understood."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from scanner import run_findings
from scanner.importers import Document, _text
from scanner.importers._binding import Binding
from scanner.model import Problem, Severity, Spot
from scanner.record import record

_SAID = 10
"""Cells of one column that are named one by one; the rest is counted."""


@record
class Sheet:
    """Rows as texts: a column named after its index for every bound header, and where each row stands."""

    binding: Binding
    frame: pl.DataFrame
    lines: pl.Series
    columns: pl.Series | None = None
    """Columns in which records begin, where several share a line."""
    pointers: pl.Series | None = None

    def filtered(self, mask: pl.Series) -> "Sheet":
        """Keep some of the rows."""
        if mask.all():
            return self
        places = [None if one is None else one.filter(mask) for one in (self.columns, self.pointers)]
        return Sheet(self.binding, self.frame.filter(mask), self.lines.filter(mask), *places)


@dataclass(slots=True)
class Complaints:
    """Problems with single cells and rows: the first of each sort at their places, the others counted."""

    document: Document
    sheet: Sheet
    problems: list[Problem] = field(default_factory=list)

    def cells(self, texts: pl.Series, mask: pl.Series, column: str, message: Callable[[str], str]) -> None:
        """Say what is wrong with some cells of a column."""
        header = self.header(column)
        self.rows(mask, lambda row: f"column «{header}»: {message(quote(texts[row]))}; the fact is unknown")

    def header(self, column: str) -> str:
        """Name a column as the inventory does, fit for a message."""
        return _text.printable(self.sheet.binding.header(column), 60)

    def rows(self, mask: pl.Series, message: Callable[[int], str], *, incomplete: bool = False) -> None:
        """Say what is wrong with some rows."""
        found = mask.fill_null(value=False).arg_true()
        for row in found.head(_SAID):
            self.problems.append(self._problem(message(row), row, incomplete=incomplete))
        if len(found) > _SAID:
            text = f"{message(found[_SAID])} (and {len(found) - _SAID - 1:,} more rows like this)"
            self.problems.append(self._problem(text, found[_SAID], incomplete=incomplete))

    def once(self, mask: pl.Series, message: Callable[[int, int], str], code: str, severity: Severity = Severity.INFO) -> None:
        """Say something once for all rows it is true of, at the first; the message takes the row and the count."""
        found = mask.fill_null(value=False).arg_true()
        if len(found):
            text = message(found[0], len(found))
            self.problems.append(Problem(severity, code, text, self._spot(found[0])))

    def _problem(self, text: str, row: int, *, incomplete: bool) -> Problem:
        if incomplete:
            return run_findings.UNREADABLE_INPUT.problem(text, self._spot(row))
        return Problem(Severity.MEDIUM, "unreadable-value", text, self._spot(row))

    def _spot(self, row: int) -> Spot:
        sheet = self.sheet
        column, pointer = (None if one is None else one[row] for one in (sheet.columns, sheet.pointers))
        return self.document.spot(sheet.lines[row], column, pointer)


def counted(count: int, noun: str) -> str:
    """Say how many: 1 row, 2 rows."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def quote(text: str | None) -> str:
    """Show a cell in a message."""
    return f"«{_text.printable(text or '', 40)}»"

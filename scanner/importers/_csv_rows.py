"""Rows of CSV text as columns, natively where the text is regular, line by line where it is odd (RFC 4180)."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from scanner.errors import InputError
from scanner.importers import _text
from scanner.record import record

_SEPARATORS = ",;\t|"
_QUOTED = r'"(?:[^"]|"")*"'
_MAX_LINES = 1000
"""Physical lines that one record may span."""
_MAX_MALFORMED = 1000
"""Rows with broken quotes; a file with more is not read on."""
_LONGEST = 1_000_000
"""Bytes in which a header must end."""
_WIDEST = 1000
"""Columns; more are no inventory."""


@record
class Header:
    """The first record: names, separator, and on which lines it stands."""

    names: list[str]
    separator: str
    line: int
    lines: int
    """Physical lines before the first row."""


@dataclass(slots=True)
class Rows:
    """Texts of the wanted columns, named after their index; where each row stands; and what could not be read."""

    frame: pl.DataFrame
    lines: pl.Series
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Line and what is wrong with the row there."""
    replaced: bool = False
    """Bytes that are not UTF-8 became U+FFFD."""


def header(text: bytes) -> Header | None:
    """Read the header of CSV text (UTF-8); null where there is none."""
    skipped = 0
    declared: str | None = None
    lines = [line.rstrip("\r") for line in text[:_LONGEST].decode("utf-8", "replace").split("\n")]
    for line in lines:
        hint = re.fullmatch(r"\s*sep=([,;|\t])\s*", line, re.IGNORECASE)
        if hint:
            declared = hint[1]
        elif line.strip() and not line.startswith("#TYPE"):
            break
        skipped += 1
    else:
        return None
    separator = declared or _separator(lines[skipped])
    record, used = _record(lines, skipped, separator)
    if record is None or len(record) > _WIDEST:
        return None
    return Header([name.strip() for name in record], separator, skipped + 1, skipped + used)


def _separator(line: str) -> str:
    bare = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=bare.count)


def _record(lines: Sequence[str], at: int, separator: str) -> tuple[list[str] | None, int]:
    """Parse the record that begins on a line and count the lines it spans; null where it never ends or is malformed."""
    alone = _parsed(lines[at], separator)
    if alone is not None:
        return alone, 1
    quotes = 0
    for used, line in enumerate(lines[at : at + _MAX_LINES], start=1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            record = _parsed("\n".join(lines[at : at + used]), separator)
            return record, used if record is not None else 1
    return None, 1


def _parsed(text: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def rows(text: bytes, head: Header, wanted: Sequence[int]) -> Rows:
    """Read the rows: natively if every line is a record of the right width, else line by line."""
    count = _lines(text) - head.lines
    last = len(head.names) - 1
    frame = _native(text, head, [*dict.fromkeys([*wanted, last])], skip=head.lines) if count > 0 else None
    if frame is None or frame.height != count or _may_be_short(text, head, frame[str(last)]):
        return _LineByLine(text, head, wanted).rows()
    first = head.lines + 1
    return Rows(frame.select(map(str, wanted)), pl.int_range(first, first + count, eager=True))


def _lines(text: bytes) -> int:
    """Count physical lines (several times faster than counting line ends in Python)."""
    if not text:
        return 0
    one = {"line": pl.String()}
    return int(
        pl.scan_csv(io.BytesIO(text), has_header=False, schema=one, separator="\x01", quote_char=None)
        .select(pl.len())
        .collect()
        .item()
    )


def _native(text: bytes, head: Header, wanted: Sequence[int], skip: int = 0) -> pl.DataFrame | None:
    """Let Polars read the text; null where it refuses."""
    schema = {str(index): pl.String() for index in range(len(head.names))}
    try:
        lazy = pl.scan_csv(io.BytesIO(text), has_header=False, skip_lines=skip, separator=head.separator, schema=schema)
        return lazy.select(map(str, wanted)).collect()
    except pl.exceptions.PolarsError:
        return None


def _may_be_short(text: bytes, head: Header, last: pl.Series) -> bool:
    """Tell whether a row ends before its last column (Polars fills it with null, as it does an empty cell)."""
    empty = last.is_null()
    if not empty.any():
        return False
    lines = pl.Series(text.decode("utf-8", "replace").split("\n")).slice(head.lines, len(last)).filter(empty)
    bare = lines.str.replace_all(_QUOTED, "")
    return bool((bare.str.count_matches(re.escape(head.separator)) != len(head.names) - 1).any())


class _LineByLine:
    """Sorts the lines of an irregular text: whole records go to Polars together, the others are parsed one by one."""

    def __init__(self, text: bytes, head: Header, wanted: Sequence[int]) -> None:
        self.head = head
        self.wanted = wanted
        valid = _text.utf8(text)[0]
        self.replaced = valid != text
        self.lines = [line.removesuffix("\r") for line in valid.decode().split("\n")]
        self.faults: list[tuple[int, str]] = []
        self.records: list[tuple[int, list[str]]] = []
        self.taken: set[int] = set()

    def rows(self) -> Rows:
        """Read the rows, in order of their lines."""
        series = pl.Series("text", self.lines, dtype=pl.String)
        bare = series.str.replace_all(_QUOTED, "")
        width = len(self.head.names)
        regular = (bare.str.count_matches(re.escape(self.head.separator)) == width - 1) & ~bare.str.contains('"', literal=True)
        numbers = pl.int_range(0, len(self.lines), eager=True)
        for index in numbers.filter(~regular & (numbers >= self.head.lines)):
            if index not in self.taken:
                self.odd(index)
        whole = numbers.filter(regular & (numbers >= self.head.lines) & ~numbers.is_in(sorted(self.taken)))
        frame = _native("\n".join(series.gather(whole)).encode(), self.head, self.wanted) if len(whole) else self.empty()
        if frame is None or frame.height != len(whole):
            for index in whole:
                self.odd(index)
            frame, whole = self.empty(), whole.clear()
        found = frame.with_columns(_line=whole + 1)
        parsed = pl.DataFrame(
            [[*(record[index] or None for index in self.wanted), line] for line, record in self.records],
            schema={**{str(index): pl.String() for index in self.wanted}, "_line": pl.Int64()},
            orient="row",
        )
        both = pl.concat([found, parsed]).sort("_line")
        return Rows(both.drop("_line"), both["_line"], sorted(self.faults), replaced=self.replaced)

    def empty(self) -> pl.DataFrame:
        """Return no rows."""
        return pl.DataFrame(schema={str(index): pl.String() for index in self.wanted})

    def odd(self, index: int) -> None:
        """Parse the record that begins on a line, or say why it cannot be."""
        if not self.lines[index].strip():
            return
        record, used = _record(self.lines, index, self.head.separator)
        self.taken.update(range(index, index + used))
        width = len(self.head.names)
        if record is None:
            self.faults.append((index + 1, "the row's quotes are broken, or never close"))
        elif len(record) != width:
            self.faults.append(
                (index + 1, f"the row has {len(record)} {'field' if len(record) == 1 else 'fields'}, the header {width}")
            )
        else:
            self.records.append((index + 1, record))
        if record is None and sum("quotes" in fault for _, fault in self.faults[-_MAX_MALFORMED:]) == _MAX_MALFORMED:
            raise InputError(
                f"more than {_MAX_MALFORMED:,} rows with broken quotes; this is no CSV that can be read", line=index + 1
            )


def is_table(text: bytes, head: Header) -> bool:
    """Tell whether the line after the header has as many fields: prose with commas has not."""
    lines = [line.rstrip("\r") for line in text.decode("utf-8", "replace").split("\n")][head.lines :]
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    record = None if first is None else _record(lines, first, head.separator)[0]
    return record is not None and len(record) == len(head.names) and all(name.strip() for name in head.names)

"""Inventories in CSV: exports and spreadsheets whose columns name or date certificates or endpoints (RFC 4180)."""

from collections.abc import Iterator

from scanner.errors import InputError
from scanner.importers import Document, Yield, _binding, _csv_rows, _text, importer
from scanner.importers._synonyms import DER, FEEDS
from scanner.model import Problem, Severity

_SAID = 20
"""Rows that are named one by one; the rest is counted."""


def sniff(head: bytes) -> int:
    """Recognise documented columns in the header; text with another header could be one that a mapping explains."""
    text = _text.head(head)
    text = text if b"\n" in text else text.replace(b"\r", b"\n")
    if b"\0" in text or text.lstrip()[:1] in {b"{", b"["} or b"-----BEGIN " in text.partition(b"\n")[0]:
        return 0
    found = _csv_rows.header(text)
    if found is None or len(found.names) < 2:
        return 0
    binding = _binding.bind(found.names)
    if DER in binding.columns and b"-----BEGIN " in text:
        return 2
    return binding.strength() or int(_csv_rows.is_table(text, found))


@importer(
    name="csv-inventory",
    description="Inventories in CSV",
    suffixes=(".csv", ".tsv"),
    sniff=sniff,
    source_type="inventory",
    feeds=FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield the assets that a CSV file lists."""
    # Sniffing knows the names of columns; what reads cells is imported where there are some.
    from scanner.importers import _inventory
    from scanner.importers._sheet import Sheet

    if not _binding.is_meant(document, sniff(document.data[:65536])):
        return
    text = _text.unmarked(document.data)
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    head = _csv_rows.header(text)
    if head is None:
        raise InputError("the file has no header row")
    binding, notes = _inventory.bound(document, head.names, head.line)
    yield from notes
    found = _csv_rows.rows(text, head, sorted(set(binding.columns.values())))
    yield from _faults(document, found.faults)
    yield from _undecodable(document, binding, found)
    yield from _inventory.read(document, Sheet(binding, found.frame, found.lines))


def _faults(document: Document, faults: list[tuple[int, str]]) -> Iterator[Problem]:
    """Say which rows were left out."""
    for line, message in faults[:_SAID]:
        yield document.broken(f"{message}; it is left out", line)
    if len(faults) > _SAID:
        yield document.broken(f"{len(faults) - _SAID:,} more rows are left out like this", faults[_SAID][0])


def _undecodable(document: Document, binding: _binding.Binding, found: _csv_rows.Rows) -> Iterator[Problem]:
    """Say in which cells the text was not UTF-8."""
    for name, index in binding.columns.items() if found.replaced else ():
        bad = found.frame[str(index)].str.contains("\ufffd", literal=True).fill_null(value=False)
        for row in bad.arg_true().head(_SAID):
            text = f"column «{_text.printable(binding.header(name), 60)}» is not valid UTF-8 here; save the file as UTF-8"
            yield Problem(Severity.LOW, "undecodable-text", text, document.spot(found.lines[row]))

"""Inventories in JSON: an array of objects, or an object that holds one (RFC 8259)."""

from collections.abc import Iterator

from scanner.importers import Document, Yield, _binding, _json, _json_rows, _text, importer
from scanner.importers._synonyms import FEEDS


def sniff(head: bytes) -> int:
    """Recognise documented names; any other JSON could be one that a mapping explains."""
    text = _text.head(head).lstrip()
    if text[:1] not in {b"[", b"{"}:
        return 0
    return 2 if _json_rows.knows(text) else 1


@importer(
    name="json-inventory",
    description="Inventories in JSON",
    suffixes=(".json",),
    sniff=sniff,
    source_type="inventory",
    feeds=FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield the assets that a JSON document lists."""
    if not _binding.is_meant(document, sniff(document.data[:65536])):
        return
    text, told = _json.text(document)
    yield from told
    if text.lstrip()[:1] == "[":
        yield from _json_rows.read(document, _json_rows.array(text))
    elif _json_rows.is_lines(text):
        yield from _json_rows.read(document, _json_rows.lines(text))
    else:
        yield from _json_rows.read(document, _json_rows.members(text, document.mapping))

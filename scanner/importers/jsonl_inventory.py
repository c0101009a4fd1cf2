"""Inventories in JSON Lines: one object a line (jsonlines.org, RFC 8259)."""

import json
from collections.abc import Iterator

from scanner.importers import Document, Yield, _binding, _json, _json_rows, _text, importer
from scanner.importers._synonyms import FEEDS


def sniff(head: bytes) -> int:
    """Recognise a whole object on the first line, with more after it."""
    first, _, rest = _text.head(head).lstrip().partition(b"\n")
    if not (first.startswith(b"{") and rest.lstrip().startswith(b"{")):
        return 0
    try:
        whole = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return 0
    # One more than a JSON document that looks the same, which this cannot be.
    return (3 if _json_rows.knows(head, lines=True) else 2) if whole else 0


@importer(
    name="jsonl-inventory",
    description="Inventories in JSON Lines",
    suffixes=(".jsonl", ".ndjson"),
    sniff=sniff,
    source_type="inventory",
    feeds=FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield the assets that a JSON Lines file lists."""
    if not _binding.is_meant(document, sniff(document.data[:65536])):
        return
    text, told = _json.text(document)
    yield from told
    yield from _json_rows.read(document, _json_rows.lines(text))

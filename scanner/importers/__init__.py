"""Importers: bytes of one file to records, one module per format; found by folder, chosen by content.

An importer module has one function marked with `@importer`. The reader takes a Document and yields Records, Tables,
Problems; it raises InputError when the whole file is unusable. What it yielded before an error is kept.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import registry, run_findings
from scanner.model import Problem, Record, Severity, Sighting, Spot, Table
from scanner.record import record

if TYPE_CHECKING:
    from scanner.importers._mapping import InventoryMapping

Yield = Record | Table | Problem


@record
class Document:
    """One file, or standard input, read into memory."""

    uri: str
    """Relative to the root with `/` where it lies inside, else as given; `-` for standard input."""
    data: bytes
    source: str
    """The evidence argument it came from."""
    relative: str = ""
    """Path relative to the evidence argument (or the root), for `place`."""
    named: bool = True
    """Named by the user, not found in a folder."""
    mapping: "InventoryMapping | None" = None
    """The inventory mapping that applies to it, if any (already checked)."""
    path: Path | None = None

    def spot(self, line: int | None = None, column: int | None = None, pointer: str | None = None) -> Spot:
        """A place in this document."""
        return Spot(self.uri, line, column, pointer)

    def sighting(
        self, source_type: str, line: int | None = None, column: int | None = None, pointer: str | None = None
    ) -> Sighting:
        """A sighting in this document."""
        return Sighting(self.source, source_type, self.spot(line, column, pointer))

    def broken(self, message: str, line: int | None = None, column: int | None = None, pointer: str | None = None) -> Problem:
        """Say that a part of this document cannot be read, so that the run is incomplete."""
        return run_findings.UNREADABLE_INPUT.problem(message, self.spot(line, column, pointer))

    def note(
        self, code: str, message: str, line: int | None = None, column: int | None = None, pointer: str | None = None
    ) -> Problem:
        """Say what a reader should know of this document, though nothing is missing because of it."""
        return Problem(Severity.INFO, code, message, self.spot(line, column, pointer))


@record
class Importer:
    """One input format."""

    name: str
    description: str
    suffixes: tuple[str, ...]
    """Hints for `docs`; content decides."""
    sniff: Callable[[bytes], int]
    """How sure the format is, from the first 64 KiB: 0 not mine, 1 could be, 2 likely, 3 certain."""
    read: Callable[[Document], Iterator[Yield]]
    source_type: str = "file"
    feeds: tuple[str, ...] = ()
    """Facts it can give, as globs `kind:field`, for `policy fields` and evidence gaps."""


def importer(
    *,
    name: str,
    description: str,
    suffixes: tuple[str, ...],
    sniff: Callable[[bytes], int],
    source_type: str = "file",
    feeds: tuple[str, ...] = (),
) -> Callable[[Callable[[Document], Iterator[Yield]]], Importer]:
    """Mark the reader of a format."""
    return lambda read: Importer(name, description, suffixes, sniff, read, source_type, feeds)


@cache
def all_importers() -> tuple[Importer, ...]:
    """Find every importer of this folder."""
    package = __import__("scanner.importers", fromlist=["importers"])
    return tuple(thing for module in registry.modules(package) for thing in vars(module).values() if isinstance(thing, Importer))


def choose(data: bytes, least: int = 1) -> Importer | None:
    """Choose the importer that is surest about these bytes; None where nothing recognises them."""
    head = re.sub(rb"\A\xef\xbb\xbf", b"", data[:65536])
    sure = [(one.sniff(head), one) for one in all_importers()]
    most = max((sureness for sureness, _ in sure), default=0)
    return next((one for sureness, one in sure if sureness == most), None) if most >= least else None


def recognise(document: Document) -> Importer | None:
    """Choose the importer of a document; what merely could be something is read only if the user or a mapping names it."""
    return choose(document.data, least=1 if document.named or document.mapping is not None else 2)

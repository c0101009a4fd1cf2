"""The registry of facts: every field of every kind, once; schema, completion, docs and tables are made from it.

A kind is a class of `scanner.kinds`: `Certificate.key.bits` is `key.bits` of `certificate`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from scanner.fact import (
    BOOLEAN,
    DURATION,
    INSTANT,
    INTEGER,
    SHARE,
    TEXT,
    Fact,
    Origin,
    Type,
    declared,
    decoded,
    derived,
    enum,
    many,
    observed,
    struct,
)
from scanner.kinds.asset import Asset
from scanner.kinds.certificate import CHAIN_ELEMENT, SERVER, Certificate
from scanner.kinds.endpoint import Endpoint

__all__ = [
    "ABSENT",
    "BOOLEAN",
    "CHAIN_ELEMENT",
    "DECODED",
    "DER",
    "DURATION",
    "FACTS",
    "INSTANT",
    "INTEGER",
    "KINDS",
    "LEAF",
    "MARKS",
    "SERVER",
    "SHARE",
    "TEXT",
    "UNKNOWN",
    "Fact",
    "Origin",
    "Type",
    "declared",
    "decoded",
    "derived",
    "empty",
    "enum",
    "fact",
    "frame",
    "many",
    "observed",
    "schema",
    "struct",
    "utc",
]

KINDS: dict[str, type[Asset]] = {"certificate": Certificate, "endpoint": Endpoint}

UNKNOWN = "_unknown"
"""Column: names of facts of this row that are unknown though their null would mean absent (bytes that could not be read)."""
ABSENT = "_absent"
"""Column: names of facts of this row that are absent though their null would mean unknown."""
DECODED = "_decoded"
"""Column: the row was read from the object's own bytes."""
DER = "_der"
"""Column: the object's own bytes, null where no source carried them; never rendered."""
MARKS: dict[str, pl.DataType] = {
    DECODED: pl.Boolean(),
    UNKNOWN: pl.List(pl.String()),
    ABSENT: pl.List(pl.String()),
    DER: pl.Binary(),
}


def _walk(owner: type, prefix: str = "") -> Iterator[tuple[str, Fact]]:
    seen: dict[str, Any] = {}
    for layer in reversed(owner.__mro__[:-1]):
        seen.update(vars(layer))
    for name, value in seen.items():
        if isinstance(value, Fact):
            yield prefix + name, replace(value, name=prefix + name)
        elif isinstance(value, type) and not name.startswith("_"):
            yield from _walk(value, f"{prefix}{name}.")


FACTS: dict[str, dict[str, Fact]] = {kind: dict(_walk(owner)) for kind, owner in KINDS.items()}
"""Kind, then dotted name, to fact."""

LEAF = "certificate."
"""Before the facts of its leaf, as an endpoint has them."""


def _of_leaf(one: Fact) -> Fact:
    """Make an endpoint's fact of a certificate's; its null is absent where the leaf's own would be."""
    known_by = {Origin.DECODED: "decoded", Origin.DECLARED: "name"}.get(one.origin, one.known_by)
    return replace(
        one,
        origin=Origin.DERIVED,
        doc=f"Of the leaf: {one.doc}",
        known_by=LEAF + known_by if known_by else None,
        time=tuple(LEAF + source for source in one.time),
        joined="certificate",
        name=LEAF + one.name,
    )


_OWN_OF_CERTIFICATE = frozenset({"asset_id", "place", "sources", "deployed_at", "endpoints"})
FACTS["endpoint"] |= {
    LEAF + name: _of_leaf(one)
    for name, one in FACTS["certificate"].items()
    if name not in _OWN_OF_CERTIFICATE and LEAF + name not in FACTS["endpoint"]
}


def fact(kind: str, name: str) -> Fact | None:
    """Find a fact; `labels.NAME` is one for any name."""
    if name.startswith("labels.") and len(name) > len("labels."):
        return declared(TEXT, "A label of the inventory.", name=name)
    return FACTS[kind].get(name)


def schema(kind: str) -> dict[str, pl.DataType]:
    """Columns of a kind's table as stored, then the marks."""
    return {name: known.type.dtype for name, known in FACTS[kind].items() if known.stored} | MARKS


def empty(kind: str) -> pl.DataFrame:
    """Return the table without rows."""
    return pl.DataFrame(schema=schema(kind))


def frame(kind: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Build a table with every declared column from a few rows of field names; a fact left out is null."""
    names = schema(kind) | {name: pl.String() for row in rows for name in row if name.startswith("labels.")}
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=names)


def utc(year: int, month: int = 1, day: int = 1) -> datetime:
    """A date as the instant it begins (BR 1.6.4: a bare date is 00:00:00 UTC)."""
    return datetime(year, month, day, tzinfo=UTC)

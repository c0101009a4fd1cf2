"""Records and tables of many sources, gathered per kind as columns: the step from objects to the hall."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from scanner import tables
from scanner.model import Record, Table

PROVENANCE: dict[str, pl.DataType] = {
    "_source": pl.String(),
    "_source_type": pl.String(),
    "_uri": pl.String(),
    "_line": pl.Int64(),
    "_column": pl.Int64(),
    "_pointer": pl.String(),
    "_seen_at": pl.Datetime("us", "UTC"),
    "_key": pl.String(),
    "_place": pl.String(),
    "_leaf_of": pl.String(),
}
"""Columns that travel with each sighting until merging; `_place` is the path of the record, for `place`."""
CARRIED = PROVENANCE | {tables.DER: pl.Binary(), tables.UNKNOWN: pl.List(pl.String())}


@dataclass(slots=True)
class Intake:
    """Collects what importers and probes yield; `frames` hands it on, one frame of sightings per kind."""

    records: dict[str, list[tuple[Record, str]]] = field(default_factory=lambda: defaultdict(list))
    parts: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Record, relative: str) -> None:
        """Take one record; `relative` is the path of its file as `place` spells it, or empty."""
        place = f"{relative}{record.position or ''}" if relative else ""
        self.records[record.kind].append((record, place))

    def add_table(self, table: Table, relative: str) -> None:
        """Take a table of records; those with a key need no other place."""
        names = table.frame.columns
        line = pl.col("_line").cast(pl.String) if "_line" in names else pl.lit("")
        place = pl.concat_str(pl.lit(relative + "#"), line)
        if not relative or ("_key" in names and not table.frame["_key"].null_count()):
            place = pl.lit(None, pl.String)
        self.parts[table.kind].append(
            table.frame.with_columns(_source=pl.lit(table.source), _source_type=pl.lit(table.source_type), _place=place)
        )

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return per kind all sightings in the order they came, with the facts that were given as columns."""
        for kind, held in self.records.items():
            self.parts[kind].append(_columns(kind, held))
        self.records.clear()
        return {kind: _aligned(kind, parts) for kind, parts in self.parts.items()}


def _columns(kind: str, held: Sequence[tuple[Record, str]]) -> pl.DataFrame:
    """Turn records into columns (a frame from dicts costs more than reading the certificates)."""
    names = dict.fromkeys(name for record, _ in held for name in record.facts)
    data: dict[str, list[object]] = {name: [record.facts.get(name) for record, _ in held] for name in names}
    spots = [record.sighting.spot for record, _ in held]
    data |= {
        "_source": [record.sighting.source for record, _ in held],
        "_source_type": [record.sighting.source_type for record, _ in held],
        "_uri": [spot.uri for spot in spots],
        "_line": [spot.line for spot in spots],
        "_column": [spot.column for spot in spots],
        "_pointer": [spot.pointer for spot in spots],
        "_seen_at": [record.sighting.seen_at for record, _ in held],
        "_key": [record.key for record, _ in held],
        "_place": [place or None for _, place in held],
        "_leaf_of": [record.leaf_of for record, _ in held],
        tables.DER: [record.der for record, _ in held],
        tables.UNKNOWN: [list(record.unknown) or None for record, _ in held],
    }
    return pl.DataFrame(data, schema=_dtypes(kind, data))


def _dtypes(kind: str, names: Mapping[str, object] | Sequence[str]) -> dict[str, pl.DataType]:
    declared = tables.schema(kind) | CARRIED
    return {name: declared.get(name, pl.String()) for name in names}


def _aligned(kind: str, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Put frames with different columns below each other, every column of its declared dtype."""
    names = list(dict.fromkeys([*(name for part in parts for name in part.columns), *CARRIED]))
    dtypes = _dtypes(kind, names)
    aligned = [
        part.select(
            (pl.col(name) if name in part.columns else pl.lit(None)).cast(dtype).alias(name) for name, dtype in dtypes.items()
        )
        for part in parts
    ]
    whole = pl.concat(aligned) if len(aligned) > 1 else aligned[0]
    # A column in pieces is put together anew by every step that also reads one in a piece.
    return whole.rechunk()

"""Sightings of one object become one row: bytes beat fields, closed lists beat open ones, every sighting is kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import polars as pl

from scanner import run_findings, tables
from scanner.inventory import identity
from scanner.inventory.intake import CARRIED, PROVENANCE
from scanner.model import SIGHTINGS, Problem, Severity, Spot
from scanner.record import record
from scanner.tables import Fact, Origin

UNIONS = frozenset({"tags", "deployed_at"})
"""Lists of which each source sees a part."""
ANY = frozenset({"private_key_beside"})
"""Booleans that are true as soon as one source says so."""
LEAF_OF = "_leaf_of"


@record
class Merged:
    """The inventory as seen: tables without what is derived, sightings, and what went wrong."""

    tables: dict[str, pl.DataFrame]
    sightings: pl.DataFrame
    problems: list[Problem]


class Decoded(Protocol):
    """What the facts room makes of certificates: one row each, and what could not be read."""

    @property
    def frame(self) -> pl.DataFrame:
        """One row per certificate, in order."""

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Index and sentence."""


Decode = Callable[[Sequence[bytes]], Decoded]


def merge(frames: Mapping[str, pl.DataFrame], decode: Decode) -> Merged:
    """Merge all sightings of every kind; `decode` reads certificates, each distinct one once."""
    merged: dict[str, pl.DataFrame] = {}
    sightings: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for kind in tables.KINDS:
        seen = frames.get(kind)
        if seen is None or seen.is_empty():
            merged[kind] = tables.empty(kind)
            continue
        seen, decoded, found = _identified(kind, seen, decode)
        problems += found
        rows, disagreements = _rows(kind, seen)
        problems += disagreements
        merged[kind] = _complete(kind, rows, decoded)
        sightings.append(
            seen.select(pl.lit(kind).alias("kind"), *(_sighting_column(name) for name in list(SIGHTINGS)[1:]), *_HIDDEN)
        )
    schema = SIGHTINGS | {name: CARRIED[name] for name in _HIDDEN}
    return Merged(merged, pl.concat(sightings) if sightings else pl.DataFrame(schema=schema), problems)


_HIDDEN = ("_key", "_place", LEAF_OF)
"""Columns of sightings.parquet that let a snapshot be merged with other evidence again."""


def _sighting_column(name: str) -> pl.Expr:
    return pl.col(name) if name == "asset_id" else pl.col(f"_{name}").alias(name)


def _identified(kind: str, seen: pl.DataFrame, decode: Decode) -> tuple[pl.DataFrame, pl.DataFrame | None, list[Problem]]:
    """Add asset_id; decode the bytes of certificates, each once."""
    if kind == "endpoint":
        return seen.with_columns(asset_id=identity.endpoint_ids()), None, []
    seen = seen.with_columns(asset_id=identity.certificate_ids(seen))
    with_bytes = seen.filter(pl.col(tables.DER).is_not_null()).unique("asset_id", keep="first", maintain_order=True)
    if with_bytes.is_empty():
        return seen, None, []
    result = decode(with_bytes[tables.DER].to_list())
    decoded = result.frame.with_columns(asset_id=with_bytes["asset_id"])
    spots = with_bytes.select("_uri", "_line", "_column", "_pointer").rows()
    problems = [Problem(Severity.LOW, "undecoded-field", text, Spot(*spots[index])) for index, text in result.problems]
    return _joined_by_serial(seen, decoded), decoded, problems


def _joined_by_serial(seen: pl.DataFrame, decoded: pl.DataFrame) -> pl.DataFrame:
    """Let a row that knows only issuer and serial be the certificate whose bytes another source has."""
    if "serial" not in seen.columns or "issuer.dn" not in seen.columns:
        return seen
    keys = decoded.select("issuer.dn", "serial", _same=pl.col("asset_id")).unique(["issuer.dn", "serial"], keep="none")
    joined = seen.join(keys, on=["issuer.dn", "serial"], how="left", maintain_order="left")
    orphan = pl.col(tables.DER).is_null() & identity.column(seen, "fingerprint_sha256").is_null()
    return joined.with_columns(asset_id=pl.when(orphan & pl.col("_same").is_not_null()).then("_same").otherwise("asset_id")).drop(
        "_same"
    )


def _rows(kind: str, seen: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    """Make one row per asset, in the order they came; only what was seen several times is grouped, for that costs."""
    if identity.are_distinct(seen["asset_id"]):
        return _single(seen), []
    numbered, repeated = seen.with_row_index("_order"), seen["asset_id"].is_duplicated()
    often = numbered.filter(repeated)
    grouped = _grouped(kind, often)
    single = _single(numbered.filter(~repeated)).select(pl.col(name).cast(dtype) for name, dtype in grouped.schema.items())
    return pl.concat([single, grouped]).sort("_order").drop("_order"), list(_conflicts(kind, often))


def _single(seen: pl.DataFrame) -> pl.DataFrame:
    """Take sightings as rows, each of another asset."""
    return seen.with_columns(
        sources=pl.concat_list("_source_type"), _least_endpoint=pl.col(LEAF_OF), _seen=pl.concat_list(LEAF_OF).list.drop_nulls()
    ).drop(set(PROVENANCE) - {"_key", "_place"})


def _grouped(kind: str, seen: pl.DataFrame) -> pl.DataFrame:
    """Group sightings to one row per asset; of every fact the first that a source knows."""
    facts = [name for name in seen.columns if name not in CARRIED and name not in {"asset_id", "_order"}]
    first = [*facts, "_key", "_place"]
    sources = pl.col("_source_type")
    return seen.group_by("asset_id", maintain_order=True).agg(
        pl.col("_order").first(),
        *(_best(name, tables.fact(kind, name)) for name in first),
        pl.col(tables.UNKNOWN).list.explode(keep_nulls=False, empty_as_null=False).unique().sort(),
        pl.col(tables.DER).drop_nulls().first(),
        sources=sources.drop_nulls().unique().sort(),
        _least_endpoint=pl.col(LEAF_OF).min(),
        _seen=pl.col(LEAF_OF).drop_nulls().unique().sort(),
    )


def _best(name: str, fact: Fact | None) -> pl.Expr:
    values = pl.col(name)
    if name in ANY:
        return values.max()
    if name in UNIONS:
        return values.list.explode(keep_nulls=False, empty_as_null=False).drop_nulls().unique().sort()
    if fact is not None and fact.type.name == "list":
        is_open = values.list.eval(pl.element().is_null()).list.any()
        return values.sort_by(is_open, nulls_last=True).drop_nulls().first()
    return values.drop_nulls().first()


def _complete(kind: str, rows: pl.DataFrame, decoded: pl.DataFrame | None) -> pl.DataFrame:
    """Give the table every declared column, names and places; decoded facts come from the bytes where there are some."""
    declared = tables.schema(kind)
    labels = {name: pl.String() for name in rows.columns if name.startswith("labels.")}
    if decoded is not None:
        rows = rows.join(decoded, on="asset_id", how="left", suffix="_bytes", maintain_order="left")
    read = pl.col(tables.DECODED).fill_null(value=False) if tables.DECODED in rows.columns else pl.lit(value=False)
    columns = [
        _chosen(kind, name, dtype, rows.columns, read).alias(name)
        for name, dtype in (declared | labels).items()
        if name not in {"name", "place", "sources", "deployed_at", tables.DECODED}
    ]
    kept = rows.select(*columns, "sources", "_least_endpoint", "_key", "_place", "_seen", read.alias(tables.DECODED))
    if kind == "endpoint":
        named = kept.with_columns(name=identity.endpoint_name(), place=pl.col("asset_id"))
    else:
        kept = kept.with_columns(deployed_at=_open_list(pl.col("_seen")))
        named = identity.with_place(kept.with_columns(name=identity.certificate_name(kept)), identity.certificate_place())
    return named.select(*declared, *labels)


def _chosen(kind: str, name: str, dtype: pl.DataType, columns: list[str], read: pl.Expr) -> pl.Expr:
    given = pl.col(name).cast(dtype) if name in columns else pl.lit(None, dtype)
    known = tables.fact(kind, name)
    if name == tables.UNKNOWN and f"{name}_bytes" in columns:
        return pl.concat_list(given.fill_null([]), pl.col(f"{name}_bytes").fill_null([])).list.unique().list.sort()
    if known is None or known.origin is not Origin.DECODED:
        return (
            given.fill_null([]) if known is not None and known.origin is Origin.DECLARED and known.type.name == "list" else given
        )
    if f"{name}_bytes" in columns:
        return pl.when(read).then(pl.col(f"{name}_bytes")).otherwise(given)
    return given


def _open_list(values: pl.Expr) -> pl.Expr:
    """Add the null element: there may be more."""
    return pl.concat_list(values.fill_null([]), pl.lit(None, pl.String))


def _conflicts(kind: str, seen: pl.DataFrame) -> Iterator[Problem]:
    """Say where sources disagree about one object; the first one named is believed."""
    names = [
        name
        for name in seen.columns
        if (fact := tables.fact(kind, name))
        and fact.origin is not Origin.DERIVED
        and fact.type.name in {"text", "integer", "boolean"}
        and name not in ANY
    ]
    if not names:
        return
    counted = seen.group_by("asset_id", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().unique(maintain_order=True) for name in names),
        *(pl.col(f"_{one}").first() for one in ("uri", "line")),
    )
    for name in names:
        for row in counted.filter(pl.col(name).list.len() > 1).iter_rows(named=True):
            told = ", ".join(repr(value) for value in row[name][:3])
            message = f"sources disagree about {name} of {kind} {row['asset_id'][:16]}: {told}; the first is used"
            yield run_findings.CONFLICTING_FACTS.problem(message, Spot(row["_uri"], row["_line"]))

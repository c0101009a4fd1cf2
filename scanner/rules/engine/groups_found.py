"""What a group rule found: groups that fail or cannot be decided, with their members, and rows whose key is unknown."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from scanner.model import Outcome
from scanner.record import record
from scanner.rules.engine import missing
from scanner.rules.engine.groups import Grouped
from scanner.rules.engine.logic import Compare
from scanner.rules.language.syntax import Distinct, Share

MOST_MEMBERS = 1000
"""Members that a finding lists; all are counted."""
MOST_VALUES = 100
NAMES = pl.List(pl.String())


@record
class Found:
    """One group that fails or is unknown."""

    outcome: Outcome
    key: Any
    members: tuple[tuple[str, int], ...]
    """Kind and row: those that surely are in the group; of an unknown one also those that might be."""
    size: tuple[int, int]
    """Members: at least and at most."""
    values: tuple[Any, ...]
    """The values that `distinct` counts, as far as they are known."""
    distinct: tuple[int, int]
    total: tuple[int, int]
    missing: tuple[str, ...]


def groups(grouped: Grouped) -> Iterator[Found]:
    """Find the groups that are not met, in the order of their keys."""
    wrong = grouped.judged.filter(~pl.col("met").fill_null(value=False)).sort("key")
    if wrong.is_empty():
        return
    kinds = list(grouped.rows)
    members = _members(grouped, wrong)
    for row in wrong.join(members, on="key", how="left", maintain_order="left").iter_rows(named=True):
        yield Found(
            outcome=Outcome.UNKNOWN if row["met"] is None else Outcome.FAIL,
            key=row["key"],
            members=tuple((kinds[kind], number) for kind, number in zip(row["kinds"], row["rows"], strict=True)),
            size=(row["sure"], row["most"]),
            values=tuple(row["values"]),
            distinct=(row["low"], row["high"]),
            total=grouped.total,
            missing=tuple(row["missing"] or ()),
        )


def _members(grouped: Grouped, wrong: pl.DataFrame) -> pl.DataFrame:
    """Gather the members of groups, the sure ones first; of one that fails only these."""
    rows = grouped.selected.join(wrong.select("key", "met"), on="key")
    rows = rows.filter(pl.col("in").fill_null(value=False) | pl.col("met").is_null())
    rows = rows.sort("kind", "row").sort(pl.col("in").is_null(), maintain_order=True)
    members = rows.group_by("key").agg(
        pl.col("kind").head(MOST_MEMBERS).alias("kinds"),
        pl.col("row").head(MOST_MEMBERS).alias("rows"),
        pl.col("value").drop_nulls().unique().sort().head(MOST_VALUES).alias("values"),
    )
    return members.join(_missing(grouped, wrong), on="key", how="left")


def _missing(grouped: Grouped, wrong: pl.DataFrame) -> pl.DataFrame:
    """Name what decides the unknown groups: conditions and values of their members; of a share, conditions of all rows."""
    unknown = wrong.filter(pl.col("met").is_null())
    unsure = lost(grouped)
    here = unsure.join(unknown.select("key"), on="key")
    gathered = here.group_by("key").agg(_together())
    if not isinstance(grouped.group.demand, Share) or unknown.is_empty():
        return gathered
    everywhere = unsure.select(_together("doubts"))["missing"].to_list()
    return unknown.select("key").with_columns(pl.Series("missing", [everywhere] * unknown.height, dtype=NAMES))


def _together(column: str = "missing") -> pl.Expr:
    return pl.col(column).list.explode(keep_nulls=False, empty_as_null=False).unique().sort().alias("missing")


def lost(grouped: Grouped) -> pl.DataFrame:
    """List the rows of which something is unknown: kind, row, key, lost, and the missing fields, all and those of `when`."""
    parts = [_lost(grouped, number, kind) for number, kind in enumerate(grouped.rows)]
    empty = grouped.selected.clear().select("kind", "row", "key", "lost")
    return pl.concat([empty.with_columns(missing=pl.lit(None, NAMES), doubts=pl.lit(None, NAMES)), *parts])


def _lost(grouped: Grouped, number: int, kind: str) -> pl.DataFrame:
    row, demand = grouped.rows[kind], grouped.group.demand
    doubted = pl.col("in").is_null()
    here = grouped.selected.filter(pl.col("kind") == number, doubted | pl.col("lost") | pl.col("unsure"))
    here = here.with_columns(doubted=doubted)
    asked = {"doubted": grouped.whens[kind], "lost": Compare(grouped.group.by, "present", ())}
    if isinstance(demand, Distinct):
        asked["unsure"] = Compare(demand.of, "present", ())
    names, doubts = [pl.lit([], NAMES)], pl.lit([], NAMES)
    table = row.survey.table[here["row"].to_list()]
    for column, condition in asked.items():
        flagged = missing.flags((condition,), row) if here[column].any() else {}
        if flagged:
            masked = table.select(pl.int_range(pl.len()).alias("row"), *missing.masks(flagged))
            here = here.with_columns(missing.names(masked, tuple(flagged)).alias(f"_{column}"))
            asks = pl.col(column) & ~pl.col("lost") if column == "unsure" else pl.col(column)
            names.append(pl.when(asks).then(f"_{column}").otherwise(pl.lit([], NAMES)))
            doubts = names[-1] if column == "doubted" else doubts
    joined = pl.concat_list(names).list.unique().list.sort()
    return here.select("kind", "row", "key", "lost", missing=joined, doubts=doubts)


def rows(grouped: Grouped, kind: str) -> pl.DataFrame:
    """Find the rows of a kind whose key is unknown, each an unknown of its own: row, outcome, missing."""
    number = list(grouped.rows).index(kind) if kind in grouped.rows else -1
    if not grouped.selected["lost"].any() or number < 0:
        return pl.DataFrame(schema={"row": pl.UInt32(), "outcome": pl.String(), "missing": NAMES})
    here = lost(grouped).filter(pl.col("kind") == number, "lost").sort("row")
    return here.select("row", pl.lit(str(Outcome.UNKNOWN)).alias("outcome"), "missing")

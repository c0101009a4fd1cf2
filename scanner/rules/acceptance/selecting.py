"""Which findings the selectors of exceptions cover: asset by asset, in the tables that the rules judged."""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from scanner.rules.engine.compile import lengthened, truth
from scanner.rules.engine.lower import lower
from scanner.rules.engine.reads import reads
from scanner.rules.engine.scope import Row
from scanner.rules.engine.survey import Survey
from scanner.rules.language.syntax import Predicate

OF_GROUPS = frozenset({"place", "name"})
"""What a group has: a selector that reads anything else does not cover it."""


def key() -> pl.Expr:
    """Tell findings of a rule and kind apart: by the asset, or the place of a group, which is none."""
    return pl.when(pl.col("asset_id") == "").then("place").otherwise("asset_id")


class Selections:
    """The assets and groups that have findings, and what selectors say of them; each selector is asked once of a kind."""

    def __init__(self, found: pl.DataFrame, tables: Mapping[str, pl.DataFrame], as_of: datetime) -> None:
        self.as_of = as_of
        self.assets = {kind: _concerned(found, kind, table) for kind, table in tables.items()}
        self.groups = {kind: _groups(found, kind) for kind in tables}
        self._held: dict[tuple[Predicate, str], pl.DataFrame] = {}

    def covered(self, predicate: Predicate, kind: str) -> pl.DataFrame:
        """Return `key` and `truth` of the assets and groups of the kind for which the selector is true, or undecided."""
        asked = predicate, kind
        if asked not in self._held:
            tables = [self.assets[kind]]
            tables += [self.groups[kind]] if set(reads(predicate, kind)) <= OF_GROUPS else []
            self._held[asked] = pl.concat(self._asked(predicate, kind, table) for table in tables)
        return self._held[asked]

    def _asked(self, predicate: Predicate, kind: str, table: pl.DataFrame) -> pl.DataFrame:
        column = lengthened(truth(lower(predicate, kind, self.as_of), Row(kind, Survey(table))))
        return table.select("key", column.alias("truth")).filter(pl.col("truth").fill_null(value=True))


def _concerned(found: pl.DataFrame, kind: str, table: pl.DataFrame) -> pl.DataFrame:
    ids = found.filter((pl.col("kind") == kind) & (pl.col("asset_id") != "")).select("asset_id").unique()
    return table.join(ids, on="asset_id", how="semi", maintain_order="left").with_columns(key="asset_id")


def _groups(found: pl.DataFrame, kind: str) -> pl.DataFrame:
    """A group has only a place and a name, and both are known."""
    rows = found.filter((pl.col("kind") == kind) & (pl.col("asset_id") == ""))
    return rows.select("place", "name", key="place").unique(maintain_order=True)

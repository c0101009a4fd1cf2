"""Skips that only a missing declaration caused: a `when` that would be undecided if nobody's silence counted as «absent»."""

from dataclasses import dataclass

import polars as pl

from scanner.rules import missing
from scanner.rules.compile import lengthened, truth
from scanner.rules.logic import Node
from scanner.rules.scope import Row
from scanner.tables import Origin


@dataclass(frozen=True, slots=True)
class Undeclared:
    """The rows a `when` skipped so, and by field those where it is the one that nobody declared."""

    count: int
    rows: dict[str, pl.Series]


def undeclared(when: Node, row: Row, applies: pl.Series) -> Undeclared | None:
    """Find the rows that `when` skips only because a declared field is absent."""
    skipped = ~applies.fill_null(value=True)
    doubting = Row(row.kind, row.survey, undeclared=True)
    flagged = {
        name: flag for name, flag in missing.flags([when], doubting).items() if doubting.fact(name).origin is Origin.DECLARED
    }
    if not flagged or not skipped.any():
        return None
    undecided = lengthened(truth(when, doubting)).is_null().alias("undecided")
    table = row.survey.table.select(undecided, *(lengthened(flag).alias(name) for name, flag in flagged.items()))
    only = skipped & table["undecided"]
    rows = {name: here for name in flagged if (here := (only & table[name].fill_null(value=False))).any()}
    return Undeclared(int(only.sum()), rows) if rows else None

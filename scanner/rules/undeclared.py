"""What a `when` skipped only because a declared field is absent: a gap in the inventory, not in the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from scanner.rules import missing
from scanner.rules.compile import lengthened, truth
from scanner.rules.logic import Node
from scanner.rules.scope import Row
from scanner.tables import Origin


@dataclass(frozen=True, slots=True)
class Undeclared:
    """Rows that would not surely be skipped if somebody declared what they lack."""

    rows: Mapping[str, pl.Series]
    """Declared field to a boolean per row."""
    total: int


def undeclared(when: Node, row: Row, applies: pl.Series) -> Undeclared:
    """Ask a `when` again with absent declared facts taken as unknown: where it was false and no longer is."""
    doubting = Row(row.kind, row.survey, undeclared=True)
    flagged = missing.flags((when,), doubting)
    fields = {name: flag & blank for name, flag in flagged.items() if (blank := _blank(name, row)) is not None}
    if not fields or applies.all():
        return Undeclared({}, 0)
    doubts = [
        lengthened(truth(when, doubting).is_null()).alias("_"),
        *(lengthened(flag).alias(name) for name, flag in fields.items()),
    ]
    asked = row.survey.table.select(doubts)
    only = asked["_"] & ~applies.fill_null(value=True)
    rows = {name: only & asked[name] for name in fields}
    return Undeclared({name: here for name, here in rows.items() if here.any()}, int(only.sum()))


def _blank(name: str, row: Row) -> pl.Expr | None:
    """Say where nobody declared a fact; None: nowhere, or it is not for anybody to declare."""
    if row.fact(name).origin is not Origin.DECLARED:
        return None
    return row.value(name).list.len() == 0 if row.type(name).name == "list" else row.lacking(name)

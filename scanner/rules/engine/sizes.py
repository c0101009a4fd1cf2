"""The size of a list against a number: an open list has so many elements or more, an unknown one any number."""

from functools import reduce
from operator import or_

import polars as pl

from scanner.rules.engine.comparisons import UNKNOWN, build, operand, unless
from scanner.rules.engine.logic import Length
from scanner.rules.engine.scope import Row
from scanner.tables import INTEGER

TRUE, FALSE = pl.lit(value=True), pl.lit(value=False)


def length(node: Length, row: Row) -> pl.Expr:
    """Compare the size of a list that has `low` elements, or `low` and more: a range decides where all of it agrees."""
    low, more = _size(node.subject, row)
    parts = []
    for said in node.operands:
        value, absent = operand(said, INTEGER, row)
        parts.append(unless(absent, _sized(node.op, low, more, value)))
    return reduce(or_, parts)


def _size(name: str, row: Row) -> tuple[pl.Expr, pl.Expr | None]:
    """Count the elements there are, and say where there may be more (None: nowhere)."""
    values = row.value(name)
    size = values.list.len().cast(pl.Int64)
    if row.survey.open(name):
        gaps = values.list.agg(pl.element().null_count()).cast(pl.Int64)
        return (size - gaps).fill_null(0), (gaps > 0).fill_null(value=True)
    if row.nullable(name):
        return size.fill_null(0), values.is_null()
    return size, None


def _sized(op: str, low: pl.Expr, more: pl.Expr | None, value: pl.Expr) -> pl.Expr:
    compared = build("is" if op == "one_of" else op)(low, value)
    if more is None:
        return compared
    if op in {"at_least", "more_than"}:
        return compared | pl.when(~more).then(FALSE)
    if op in {"at_most", "less_than"}:
        return compared & pl.when(~more).then(TRUE)
    return pl.when(more).then((low <= value) & UNKNOWN).otherwise(compared)

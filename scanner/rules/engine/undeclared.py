"""What a `when` skipped only because a declared field is absent: a gap in the inventory, not in the evidence."""

from collections.abc import Mapping
from functools import reduce
from operator import or_

import polars as pl

from scanner.record import record
from scanner.rules.engine import missing
from scanner.rules.engine.compile import lengthened, truth
from scanner.rules.engine.logic import Both, Node, both
from scanner.rules.engine.scope import Row
from scanner.tables import Origin


@record
class Undeclared:
    """Rows that would not surely be skipped if somebody declared what they lack."""

    rows: Mapping[str, pl.Series]
    """Declared field to a boolean per row."""
    total: int


def undeclared(when: Node, row: Row, applies: pl.Series) -> Undeclared:
    """Ask a `when` again with absent declared facts taken as unknown: where it was false and no longer is."""
    if not any(_declared(name, row) for name in missing.fields(when)):
        return Undeclared({}, 0)
    doubting = Row(row.kind, row.survey, undeclared=True)
    flagged = missing.flags((when,), doubting)
    blanks = {name: blank for name in flagged if (blank := _blank(name, row)) is not None}
    if not blanks or applies.all():
        return Undeclared({}, 0)
    firm = both(part for part in _parts(when) if blanks.keys().isdisjoint(missing.flags((part,), doubting)))
    may_be = lengthened(truth(firm, row).fill_null(value=True) & reduce(or_, blanks.values()))
    asked_again = ~applies.fill_null(value=True) & row.survey.table.lazy().select(may_be).collect().to_series()
    doubts = [
        lengthened(truth(when, doubting).is_null()).alias("_"),
        *(lengthened(flagged[name] & blank).alias(name) for name, blank in blanks.items()),
    ]
    asked = row.survey.table.lazy().filter(asked_again).select(doubts).collect()
    rows = {name: _rows(asked_again, asked["_"] & asked[name]) for name in blanks if (asked["_"] & asked[name]).any()}
    return Undeclared(rows, int(asked["_"].sum()))


def _declared(name: str, row: Row) -> bool:
    """Tell whether somebody declares a fact, or what it is computed from."""
    fact = row.fact(name)
    return fact.origin is Origin.DECLARED or any(_declared(source, row) for source in fact.time)


def _parts(when: Node) -> tuple[Node, ...]:
    """Name the conditions of which one that is false decides."""
    return when.parts if isinstance(when, Both) else (when,)


def _rows(asked: pl.Series, answers: pl.Series) -> pl.Series:
    """Put answers back where they were asked; elsewhere nothing is in doubt."""
    return pl.repeat(value=False, n=len(asked), dtype=pl.Boolean(), eager=True).scatter(asked.arg_true(), answers)


def _blank(name: str, row: Row) -> pl.Expr | None:
    """Say where nobody declared a fact; None: nowhere, or it is not for anybody to declare."""
    if row.fact(name).origin is not Origin.DECLARED:
        return None
    return row.value(name).list.len() == 0 if row.type(name).name == "list" else row.lacking(name)

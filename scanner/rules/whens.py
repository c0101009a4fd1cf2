"""Which rows a `when` leaves to judge: each distinct one is asked once, its costly parts only of rows that its others leave."""

from collections.abc import Mapping

import polars as pl

from scanner.rules.compile import lengthened, truth
from scanner.rules.logic import Both, Compare, Node, both, kids
from scanner.rules.operators import OPERATORS, Takes
from scanner.rules.scope import Row

FEW = 1 / 3
"""Share of the rows up to which it pays to copy them, and to ask nothing of the others."""


def ask(whens: Mapping[Node, str], row: Row) -> pl.DataFrame:
    """Make a column of each `when`: true, false, or null for unknown."""
    table = row.survey.table
    first = table.select(full(truth(_without_patterns(when), row)).alias(name) for when, name in whens.items())
    return first.with_columns(
        _of_left(when, row, first[name]) for when, name in whens.items() if _without_patterns(when) is not when
    )


def few(whens: pl.DataFrame) -> tuple[pl.Series, set[str]]:
    """Choose those `when` that nearly every row fails, as long as all together leave but few; say which rows."""
    rare: set[str] = set()
    left = pl.repeat(value=False, n=whens.height, dtype=pl.Boolean(), eager=True)
    may = [when.fill_null(value=True) for when in whens.get_columns()]
    for when in sorted(may, key=lambda one: int(one.sum())):
        more = left | when
        if int(more.sum()) <= FEW * whens.height:
            left, rare = more, rare | {when.name}
    return left, rare


def full(outcome: pl.Expr) -> pl.Expr:
    """Give a column that reads nothing the length of the table."""
    return outcome if any(outcome.meta.root_names()) else lengthened(outcome)


def _without_patterns(when: Node) -> Node:
    """Take out the parts that search texts, if others remain: where these are false, so is the whole."""
    if not isinstance(when, Both):
        return when
    rest = [part for part in when.parts if not _searches(part)]
    return both(rest) if 0 < len(rest) < len(when.parts) else when


def _searches(node: Node) -> bool:
    here = isinstance(node, Compare) and OPERATORS[node.op].takes is Takes.TEXT
    return here or any(map(_searches, kids(node)))


def _of_left(when: Node, row: Row, others: pl.Series) -> pl.Series:
    """Ask a whole `when`; where its other parts leave few rows, only of these."""
    table, asked = row.survey.table, full(truth(when, row)).alias(others.name)
    left = others.fill_null(value=True)
    if int(left.sum()) > FEW * table.height:
        return table.select(asked).to_series()
    answers = table.lazy().filter(left).select(asked).collect().to_series()
    return others.scatter(left.arg_true(), answers)

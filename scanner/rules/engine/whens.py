"""Which rows a `when` leaves to judge: each distinct one is asked once, its costly parts only of rows that its others leave."""

from collections.abc import Mapping

import polars as pl

from scanner.record import record
from scanner.rules.engine import sharing
from scanner.rules.engine.compile import truth
from scanner.rules.engine.logic import Both, Compare, Node, both, kids
from scanner.rules.engine.scope import Row
from scanner.rules.engine.sharing import full
from scanner.rules.language.operators import OPERATORS, Takes

FEW = 1 / 3
"""Share of the rows up to which it pays to copy them, and to ask nothing of the others."""


@record
class Asked:
    """Answers, each in a column of its own: true, false, or null for unknown."""

    whens: pl.DataFrame
    row: Row
    """Knows what of lists several of them asked."""
    table: pl.DataFrame
    """The table with those answers."""


def ask(whens: Mapping[Node, str], row: Row) -> Asked:
    """Make a column of each `when`."""
    row, parts = sharing.shared(whens, row)
    table = row.survey.table.lazy().with_columns(parts).collect()
    plain = {when: _without_patterns(when, row) for when in whens}
    first = table.lazy().select(full(truth(plain[when], row)).alias(name) for when, name in whens.items()).collect()
    answers = first.with_columns(
        _of_left(when, row, table, first[name]) for when, name in whens.items() if plain[when] is not when
    )
    return Asked(answers, row, table)


def few(whens: pl.DataFrame) -> tuple[pl.Series, set[str]]:
    """Choose those `when` that nearly every row fails, as long as all together leave but few; say which rows."""
    rare: set[str] = set()
    left = pl.repeat(value=False, n=whens.height, dtype=pl.Boolean(), eager=True)
    for when in sorted(whens.fill_null(value=True).get_columns(), key=lambda one: int(one.sum())):
        more = left | when
        if int(more.sum()) <= FEW * whens.height:
            left, rare = more, rare | {when.name}
    return left, rare


def _without_patterns(when: Node, row: Row) -> Node:
    """Take out the parts that search texts, if others remain: where these are false, so is the whole."""
    if not isinstance(when, Both):
        return when
    rest = [part for part in when.parts if not _searches(part, row)]
    return both(rest) if 0 < len(rest) < len(when.parts) else when


def _searches(node: Node, row: Row) -> bool:
    if node in row.answered:
        return False
    here = isinstance(node, Compare) and OPERATORS[node.op].takes is Takes.TEXT
    return here or any(_searches(kid, row) for kid in kids(node))


def _of_left(when: Node, row: Row, table: pl.DataFrame, others: pl.Series) -> pl.Series:
    """Ask a whole `when`; where its other parts leave few rows, only of these."""
    asked = full(truth(when, row)).alias(others.name)
    left = others.fill_null(value=True)
    if int(left.sum()) > FEW * table.height:
        return table.select(asked).to_series()
    answers = table.lazy().filter(left).select(asked).collect().to_series()
    return others.scatter(left.arg_true(), answers)

"""Questions to lists that several conditions ask are answered once: Polars finds common parts, but none within a list."""

from collections import Counter
from collections.abc import Iterable, Iterator

import polars as pl

from scanner.rules.engine.compile import lengthened, truth
from scanner.rules.engine.logic import Length, Node, Quantified, kids
from scanner.rules.engine.scope import Row

PART = "_part"


def shared(conditions: Iterable[Node], row: Row) -> tuple[Row, list[pl.Expr]]:
    """Make columns of what is asked more than once; return the row that knows of them, and the columns to add."""
    times = Counter(part for condition in conditions for part in _of_lists(condition))
    parts = [part for part, count in times.items() if count > 1 and part not in row.answered]
    names = {part: f"{PART}{number}" for number, part in enumerate(parts, len(row.answered))}
    return row.knowing(names), [full(truth(part, row)).alias(name) for part, name in names.items()]


def full(outcome: pl.Expr) -> pl.Expr:
    """Give a column that reads nothing the length of the table."""
    return outcome if any(outcome.meta.root_names()) else lengthened(outcome)


def _of_lists(node: Node) -> Iterator[Node]:
    if isinstance(node, Quantified | Length):
        yield node
    else:
        for kid in kids(node):
            yield from _of_lists(kid)

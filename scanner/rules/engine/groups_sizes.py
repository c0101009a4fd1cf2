"""How many members a group has, against what a policy asks: constants, chosen by as_of, for a group has no fields of its own."""

from datetime import datetime
from functools import reduce
from operator import and_, or_

import polars as pl

from scanner.rules.engine.comparisons import build
from scanner.rules.language import limits
from scanner.rules.language.operators import OPERATORS
from scanner.rules.language.syntax import AllOf, AnyOf, Literal, Not, Operand, Predicate, Size, Steps

LARGEST = 2**40
"""More members than any table has."""


def constant(operand: Operand, as_of: datetime) -> float:
    """Choose the number in force at as_of."""
    if isinstance(operand, Steps):
        return constant(limits.at(operand, as_of).operand, as_of)
    if isinstance(operand, Literal) and isinstance(operand.value, int | float):
        return operand.value
    raise TypeError("a group has no fields of its own")


def holds(predicate: Predicate, size: pl.Expr, as_of: datetime) -> pl.Expr:
    """Ask a predicate of a known number."""
    match predicate:
        case AllOf(parts):
            return reduce(and_, (holds(part, size, as_of) for part in parts))
        case AnyOf(parts):
            return reduce(or_, (holds(part, size, as_of) for part in parts))
        case Not(part):
            return ~holds(part, size, as_of)
        case Size(_, op, operands):
            return _compared(op, size, [constant(one, as_of) for one in operands])
    raise TypeError("only numbers can be asked of a count")


def _compared(op: str, size: pl.Expr, values: list[float]) -> pl.Expr:
    opposite = OPERATORS[op].opposite_of
    if opposite:
        return ~_compared(opposite, size, values)
    compare = build("is" if op == "one_of" else op)
    return reduce(or_, (compare(size, pl.lit(value, pl.Int64())) for value in values))


def turns(predicate: Predicate, as_of: datetime) -> tuple[int, ...]:
    """List the numbers beside which the answer of a predicate may change."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            found = {one for part in parts for one in turns(part, as_of)}
        case Not(part):
            found = set(turns(part, as_of))
        case Size(_, _, operands):
            figures = [min(max(int(constant(one, as_of)), 0), LARGEST) for one in operands]
            found = {figure + step for figure in figures for step in (-1, 0, 1)}
        case _:
            found = set()
    return tuple(sorted(found))

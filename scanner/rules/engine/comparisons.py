"""One field against its operands: a nullable column in which absent is false and unknown is null.

Absent needs no branch: it is `comparison & ~absent`, and null & false is false.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import polars as pl

from scanner.rules.engine.logic import Compare, Undecided
from scanner.rules.engine.scope import Scope
from scanner.rules.language.operators import OPERATORS, Takes
from scanner.rules.language.syntax import FieldOperand, Literal, Operand, Scalar, Steps
from scanner.tables import INSTANT, Type

UNKNOWN = pl.lit(None, pl.Boolean())

Read = tuple[pl.Expr, pl.Expr | None]
"""A value, and where it is absent (None: nowhere)."""


def compare(node: Compare, scope: Scope) -> pl.Expr:
    """Compare a field, or a part of an element."""
    subject = scope.value(node.subject)
    if node.op == "present":
        return _present(node.subject, scope)
    if node.op == "is" and isinstance(node.operands[0], Literal) and isinstance(node.operands[0].value, bool):
        compared = subject if node.operands[0].value else ~subject
    elif OPERATORS[node.op].takes is Takes.TEXT:
        compared = build(node.op)(subject, _text(node.operands[0]))
    elif node.op == "one_of":
        compared = _one_of(node.operands, subject, scope.type(node.subject), scope)
    else:
        compared = _compared(node.op, subject, operand(node.operands[0], scope.type(node.subject), scope))
    return unless(scope.lacking(node.subject), compared)


def undecided(node: Undecided, scope: Scope) -> pl.Expr:
    """Compare with something unknown."""
    return unless(scope.lacking(node.subject), UNKNOWN)


def unless(absent: pl.Expr | None, compared: pl.Expr) -> pl.Expr:
    """Make a comparison false where something is absent."""
    return compared if absent is None else compared & ~absent


@lru_cache(maxsize=1024)
def constant(value: Scalar, dtype: pl.DataType) -> pl.Expr:
    """Write a constant with the dtype of the field it is compared with; an instant takes Polars queries, and rules share few."""
    return pl.lit(value, dtype)


def operand(said: Operand, type_: Type, scope: Scope) -> Read:
    """Read an operand for every row."""
    match said:
        case Literal(value):
            return constant(value, type_.dtype), None
        case FieldOperand(name):
            return scope.value(name), scope.lacking(name)
        case Steps():
            return _steps(said, type_, scope)


def _steps(steps: Steps, type_: Type, scope: Scope) -> Read:
    """Choose by the clock of each row; where it has none there is no value, and it is absent where the clock is."""
    starts = [start for start, _ in steps.later]
    reads = [operand(one, type_, scope) for one in (steps.first, *(later for _, later in steps.later))]
    clock = scope.value(steps.clock)
    chosen = choose(clock, starts, [value for value, _ in reads])
    absent = [scope.lacking(steps.clock)]
    if any(one is not None for _, one in reads):
        each = choose(clock, starts, [pl.lit(value=False) if one is None else one for _, one in reads])
        absent.append(each & clock.is_not_null())
    lacks = [one for one in absent if one is not None]
    if scope.nullable(steps.clock):
        chosen = pl.when(clock.is_not_null()).then(chosen)
    return chosen, reduce(or_, lacks) if lacks else None


def choose(clock: pl.Expr, starts: Iterable[datetime], values: list[pl.Expr]) -> pl.Expr:
    """Choose by half-open intervals of a clock: the first value before the first start, the last from the last one on."""
    chain: Any = pl
    for start, value in zip(starts, values, strict=False):
        chain = chain.when(clock < constant(start, INSTANT.dtype)).then(value)
    return values[-1] if chain is pl else chain.otherwise(values[-1])


def _compared(op: str, subject: pl.Expr, read: Read) -> pl.Expr:
    value, absent = read
    return unless(absent, build(op)(subject, value))


def _one_of(operands: Iterable[Operand], subject: pl.Expr, type_: Type, scope: Scope) -> pl.Expr:
    constants = [one.value for one in operands if isinstance(one, Literal)]
    parts = [build("one_of")(subject, constants)] if constants else []
    others = (one for one in operands if not isinstance(one, Literal))
    return reduce(or_, [*parts, *(_compared("is", subject, operand(one, type_, scope)) for one in others)])


def _present(name: str, scope: Scope) -> pl.Expr:
    there = scope.value(name).is_not_null()
    if not scope.nullable(name):
        return there
    absence = scope.absence(name)
    if isinstance(absence, pl.Expr):
        return pl.when(there | absence).then(there)
    return there if absence else pl.when(there).then(there)


def build(op: str) -> Callable[[pl.Expr, Any], pl.Expr]:
    """Find the column function of an operator."""
    found = OPERATORS[op].build
    if found is None:
        raise TypeError(f"{op} is said in other operators")
    return found


def _text(said: Operand) -> str:
    if isinstance(said, Literal) and isinstance(said.value, str):
        return said.value
    raise TypeError("a pattern is a constant text")

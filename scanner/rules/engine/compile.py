"""A predicate becomes one nullable boolean column: true, false, or null for unknown (Kleene logic throughout)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_

import polars as pl

from scanner.rules.engine.comparisons import UNKNOWN, choose, compare, undecided
from scanner.rules.engine.lifting import PAST, Clockless, asks_row, settle, starts
from scanner.rules.engine.logic import (
    FALSE,
    Both,
    Compare,
    Constant,
    Either,
    Inverse,
    Length,
    Node,
    Outside,
    Quantified,
    Undecided,
    both,
    either,
    kids,
)
from scanner.rules.engine.lower import lower
from scanner.rules.engine.reads import fields_read
from scanner.rules.engine.scope import Element, Row, Scope
from scanner.rules.engine.sizes import length
from scanner.rules.engine.survey import Survey
from scanner.rules.language.operators import all_, any_
from scanner.rules.language.syntax import FieldOperand, Predicate

__all__ = ["column", "fields_read", "truth"]


def column(predicate: Predicate, kind: str, table: pl.DataFrame, as_of: datetime) -> pl.Expr:
    """Compile a predicate for a table, to a column of its length."""
    return lengthened(truth(lower(predicate, kind, as_of), Row(kind, Survey(table))))


def lengthened(outcome: pl.Expr) -> pl.Expr:
    """Give a column the length of the table even if it reads nothing of it (a constant has length 1)."""
    return outcome | pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean())


def truth(node: Node, scope: Scope) -> pl.Expr:
    """Compile a form of logic."""
    match node:
        case Constant(value):
            return UNKNOWN if value is None else pl.lit(value)
        case Compare():
            return compare(node, scope)
        case Undecided():
            return undecided(node, scope)
        case Both(parts):
            return balanced(and_, [truth(part, scope) for part in parts])
        case Either(parts):
            return balanced(or_, [truth(part, scope) for part in parts])
        case Inverse(part):
            return ~truth(part, scope)
    if not isinstance(scope, Row):
        raise TypeError("within a list only its elements can be asked")
    if isinstance(node, Outside):
        return compare(node.part, scope)
    if node in scope.answered:
        return pl.col(scope.answered[node])
    return length(node, scope) if isinstance(node, Length) else quantified(node, scope)


def balanced(join: Callable[[pl.Expr, pl.Expr], pl.Expr], parts: list[pl.Expr]) -> pl.Expr:
    """Join pairs, then pairs of pairs: ten thousand parts in a row would nest as deep, and cost their square in memory."""
    while len(parts) > 1:
        parts = [join(*parts[at : at + 2]) if at + 1 < len(parts) else parts[at] for at in range(0, len(parts), 2)]
    return parts[0]


def quantified(node: Quantified, row: Row) -> pl.Expr:
    """Ask every element, or any; what the predicate asks of the row is taken out of the list first."""
    if not asks_row(node.part):
        return _of_elements(node, row)
    if node.every:
        return _by_clock(node, row)
    alternatives = [one for part in _alternatives(node.part) for one in _separate(part)]
    plain = either(one for one in alternatives if not asks_row(one))
    parts = [_any(node, one, row) for one in alternatives if asks_row(one)]
    # NOTE: an open list leaves the question open, even where all that is left to ask is false.
    needed = plain != FALSE or row.survey.open(node.subject) or row.nullable(node.subject)
    return reduce(or_, [_of_elements(Quantified(node.subject, every=False, part=plain), row), *parts] if needed else parts)


def _alternatives(part: Node) -> tuple[Node, ...]:
    return part.parts if isinstance(part, Either) else (part,)


def _separate(part: Node) -> Iterable[Node]:
    """Take `{ field: … }` out of a choice of operands: each is looked for by itself."""
    if not isinstance(part, Compare) or part.op != "one_of":
        return (part,)
    fields = [one for one in part.operands if isinstance(one, FieldOperand)]
    rest = tuple(one for one in part.operands if one not in fields)
    return [*(Compare(part.subject, "is", (one,)) for one in fields), *([Compare(part.subject, "one_of", rest)] if rest else [])]


def _any(node: Quantified, part: Node, row: Row) -> pl.Expr:
    """Ask for one alternative: any(issued in time and listed) = issued in time and any(listed)."""
    match part:
        case Compare("", "is", (FieldOperand(name),)):
            return _contains(node.subject, name, row)
        case Outside(asked):
            return quantified(Quantified(node.subject, every=False, part=Constant(value=True)), row) & compare(asked, row)
        case Both(parts) if any(isinstance(one, Outside) for one in parts):
            rest = both(one for one in parts if not isinstance(one, Outside))
            found = quantified(Quantified(node.subject, every=False, part=rest), row)
            return reduce(and_, (truth(one, row) for one in parts if isinstance(one, Outside)), found)
    return _by_clock(Quantified(node.subject, every=False, part=part), row)


def _by_clock(node: Quantified, row: Row) -> pl.Expr:
    """Branch on a clock of the row: absent, unknown, and every interval."""
    found = starts(node.part)
    if not found:
        raise TypeError("within a list, another field can only be named as any or none: { is: { field: … } }")
    clock, instants = next(iter(found.items()))
    ordered = sorted(instants)

    def settled(moment: datetime | Clockless) -> pl.Expr:
        return quantified(Quantified(node.subject, node.every, settle(node.part, clock, moment)), row)

    chosen = choose(row.value(clock), ordered, [settled(moment) for moment in (PAST, *ordered)])
    lacks, doubted = row.lacking(clock), row.doubtful(clock)
    if lacks is not None:
        chosen = pl.when(lacks).then(settled(Clockless.ABSENT)).otherwise(chosen)
    return chosen if doubted is None else pl.when(doubted).then(settled(Clockless.UNKNOWN)).otherwise(chosen)


def _contains(subject: str, name: str, row: Row) -> pl.Expr:
    """Look for another field's value among the elements."""
    values = row.value(subject)
    hit = values.list.contains(row.value(name), nulls_equal=False)
    unsure = [values.list.agg(pl.element().null_count()) > 0] if row.survey.open(subject) else []
    doubted = row.doubtful(name)
    unsure += [] if doubted is None else [doubted]
    if not unsure and not row.nullable(name):
        return hit
    # NOTE: with a null item, or a null element, Polars says null even where the list is empty.
    none = (values.list.len() == 0) | ~reduce(or_, unsure) if unsure else values.is_not_null()
    return pl.when(hit).then(statement=True).when(values.is_not_null() & none).then(statement=False)


def _of_elements(node: Quantified, row: Row, settled: dict[str, bool] | None = None) -> pl.Expr:
    """Ask elements only what they can answer themselves."""
    element = Element(row, node.subject, settled)
    for name in members(node.part):
        absence = element.absence(name) if element.nullable(name) else False
        if isinstance(absence, pl.Expr):
            branch = (_of_elements(node, row, {**(settled or {}), name: value}) for value in (True, False))
            return pl.when(absence).then(next(branch)).otherwise(next(branch))
    asked = truth(node.part, element)
    if row.survey.open(node.subject) or not _always_asks(node.part):
        # NOTE: a null element decides nothing, and a bare constant would answer true for any([]).
        asked = pl.when(pl.element().is_not_null()).then(asked)
    return (all_ if node.every else any_)(row.value(node.subject), asked)


def members(node: Node) -> Sequence[str]:
    """Name the parts of an element that a predicate reads."""
    if isinstance(node, Compare | Undecided):
        return (node.subject,)
    return tuple(dict.fromkeys(name for kid in kids(node) for name in members(kid)))


def _always_asks(node: Node) -> bool:
    """Tell whether no part of a predicate is a constant, which would not have the length of the list."""
    return not isinstance(node, Constant | Undecided) and all(map(_always_asks, kids(node)))

"""Why a rule is undecided: the unknown fields read by an undecided test all of whose enclosing conditions are undecided too."""

from collections.abc import Iterator

import polars as pl

from scanner.rules.compile import column, reads
from scanner.rules.scope import RowScope
from scanner.rules.syntax import AllOf, AnyOf, Not, Predicate


def flags(when: Predicate | None, require: Predicate, scope: RowScope) -> dict[str, pl.Expr]:
    """Say per field where it is missing, over rows whose outcome is unknown; a time fact is told by its sources."""
    collected: dict[str, pl.Expr] = {}
    for predicate in (when, require):
        if predicate is None:
            continue
        for name, flag in _of(predicate, scope):
            collected[name] = collected[name] | flag if name in collected else flag
    return collected


def _of(predicate: Predicate, scope: RowScope) -> Iterator[tuple[str, pl.Expr]]:
    """Yield fields with where they are missing; a part counts only where it is undecided itself."""
    undecided = column(predicate, scope).is_null()
    if isinstance(predicate, AllOf | AnyOf):
        for part in predicate.parts:
            yield from ((name, flag & undecided) for name, flag in _of(part, scope))
    elif isinstance(predicate, Not):
        yield from _of(predicate.part, scope)
    else:
        for name in reads(predicate):
            for source in scope.fact(name).time or (name,):
                yield source, undecided & _unsure(source, predicate, scope)


def _unsure(name: str, predicate: Predicate, scope: RowScope) -> pl.Expr:
    """Where a field's value is unknown; a list of structures also where a sub-field is."""
    unknown = scope.unknown(name)
    fact = scope.fact(name)
    if fact.type.element is not None and fact.type.element.members:
        others = [other for other in reads(predicate) if other != name]
        decided_else = [scope.unknown(source) for other in others for source in scope.fact(other).time or (other,)]
        # NOTE: with every other field known, an undecided test over a list is undecided by the list.
        nothing_else = pl.lit(value=True)
        for flag in decided_else:
            nothing_else &= ~flag
        return unknown | nothing_else
    return unknown


def names(flagged: dict[str, pl.Expr]) -> pl.Expr:
    """Gather the flags of a row to the list of its missing fields, sorted."""
    if not flagged:
        return pl.lit([], pl.List(pl.String()))
    parts = [pl.when(flag).then(pl.lit(name)) for name, flag in sorted(flagged.items())]
    return pl.concat_list(parts).list.drop_nulls()

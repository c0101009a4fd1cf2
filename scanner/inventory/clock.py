"""Time facts: computed from `as_of` at every evaluation, never stored (validity counts notAfter in, CA/B Forum BR 1.6.1)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl

from scanner import tables
from scanner.tables import Fact

INCLUDED = timedelta(seconds=1)
"""The last second of validity belongs to it."""


def with_time(table: pl.DataFrame, kind: str, as_of: datetime) -> pl.DataFrame:
    """Add the kind's time facts; what a row states already, or states to be absent or unknown, is left alone."""
    if as_of.tzinfo is None:
        raise ValueError("as_of must be an aware instant")
    now = pl.lit(as_of.astimezone(UTC), tables.INSTANT.dtype)
    return table.with_columns(
        _stated_first(table, fact, _computed(table, fact, now)).alias(name)
        for name, fact in tables.FACTS[kind].items()
        if fact.time
    )


def _computed(table: pl.DataFrame, fact: Fact, now: pl.Expr) -> pl.Expr:
    """Compute a time fact from the instants it is made of."""
    sources = [_instant(table, name) for name in fact.time]
    return COMPUTED[fact.name.removeprefix(tables.LEAF)](now, *sources).cast(fact.type.dtype)


def _instant(table: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in table.columns else pl.lit(None, tables.INSTANT.dtype)


def _stated_first(table: pl.DataFrame, fact: Fact, computed: pl.Expr) -> pl.Expr:
    said = [
        pl.col(mark).list.contains(fact.name).fill_null(value=False)
        for mark in (tables.UNKNOWN, tables.ABSENT)
        if mark in table.columns
    ]
    wanted = pl.when(~pl.any_horizontal(said)).then(computed) if said else computed
    return pl.coalesce(pl.col(fact.name), wanted) if fact.name in table.columns else wanted


def _remaining(now: pl.Expr, end: pl.Expr) -> pl.Expr:
    return end - now


def _age(now: pl.Expr, start: pl.Expr) -> pl.Expr:
    return now - start


def _expired(now: pl.Expr, end: pl.Expr) -> pl.Expr:
    return end < now


def _not_yet_valid(now: pl.Expr, start: pl.Expr) -> pl.Expr:
    return start > now


def _elapsed_share(now: pl.Expr, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Divide whole seconds once, so that the result is exact against `60%`; no lifetime, no share."""
    lifetime = (end - start + INCLUDED).dt.total_seconds()
    return pl.when(lifetime > 0).then((now - start).dt.total_seconds() / lifetime)


COMPUTED: dict[str, Callable[..., pl.Expr]] = {
    "remaining": _remaining,
    "age": _age,
    "expired": _expired,
    "not_yet_valid": _not_yet_valid,
    "elapsed_share": _elapsed_share,
}
"""Name of a time fact to what makes it from `as_of` and the facts that its registry entry names, in that order."""

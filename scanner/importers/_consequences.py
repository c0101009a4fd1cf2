"""Facts that follow from those an inventory gives, where a certificate's bytes would have told both."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from scanner.facts.oids import USAGE_OF


def lifetime(not_before: pl.Series, not_after: pl.Series, precise: pl.Series) -> pl.Series:
    """Compute the lifetime as the Baseline Requirements count it, from dates that have seconds.

    Between two bare days their extra second would break a limit of whole days, so there it stays unknown.
    """
    span = not_after - not_before + timedelta(seconds=1)
    return span if precise.all() else pl.select(pl.when(precise).then(span)).to_series()


def expressions(names: frozenset[str]) -> Iterator[pl.Expr]:
    """Yield the facts that the named columns imply and none of them states."""
    for name, needed, expression in _RULES:
        if name not in names and needed in names:
            yield expression.alias(name)


def _usage() -> pl.Expr:
    known = pl.element().replace_strict(USAGE_OF, default=None, return_dtype=pl.String)
    return pl.col("extended_key_usage").list.eval(known.drop_nulls()).list.unique(maintain_order=True)


_RULES = (
    ("wildcard", "san.dns", pl.col("san.dns").list.agg(pl.element().str.starts_with("*.").any())),
    ("usage", "extended_key_usage", _usage()),
)

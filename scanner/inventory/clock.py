"""The facts that depend on the date of evaluation: computed from as_of, never stored (policy language, Time facts)."""

from datetime import datetime

import polars as pl

from scanner.tables import FACTS


def with_time(table: pl.DataFrame, kind: str, as_of: datetime) -> pl.DataFrame:
    """Add every time fact of the kind; what a column already says (a test states it) is kept."""
    now = pl.lit(as_of, pl.Datetime("us", "UTC"))
    computed = {
        "remaining": pl.col("not_after") - now if "not_after" in table.columns else None,
        "elapsed_share": _share(now) if {"not_before", "not_after"} <= set(table.columns) else None,
        "age": now - pl.col("not_before") if "not_before" in table.columns else None,
        "expired": pl.col("not_after") < now if "not_after" in table.columns else None,
        "not_yet_valid": pl.col("not_before") > now if "not_before" in table.columns else None,
    }
    columns = []
    for name, fact in FACTS[kind].items():
        value = computed.get(name)
        if not fact.time or value is None:
            continue
        stated = pl.coalesce(pl.col(name), value) if name in table.columns else value
        columns.append(stated.cast(fact.type.dtype).alias(name))
    return table.with_columns(columns)


def _share(now: pl.Expr) -> pl.Expr:
    """Divide in seconds, so that a whole per cent compares exactly; no share of a lifetime that is not positive."""
    lifetime = (pl.col("not_after") - pl.col("not_before")).dt.total_seconds() + 1
    elapsed = (now - pl.col("not_before")).dt.total_seconds()
    return pl.when(lifetime > 0).then(elapsed / lifetime)

"""Values chosen by the number of a row, as often as their weight says."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl


def pick(seed: int, size: int) -> pl.Expr:
    """Choose a number below a size for each row."""
    return pl.col("i").hash(seed) % size


def one(seed: int, weights: Mapping[Any, int]) -> pl.Expr:
    """Choose one of the values for each row; tuples are lists of texts."""
    values = [value for value, weight in weights.items() for _ in range(weight)]
    lists = isinstance(values[0], tuple)
    series = pl.Series([list(value) for value in values], dtype=pl.List(pl.String())) if lists else pl.Series(values)
    return pl.lit(series).gather(pick(seed, len(values)))


def shape(seed: int, weighted: Sequence[tuple[int, Mapping[str, Any]]], prefix: str | None) -> list[pl.Expr]:
    """Choose one of the shapes for each row, and make a column of each of its members."""
    shapes = pl.DataFrame([shape for weight, shape in weighted for _ in range(weight)], infer_schema_length=None)
    chosen = pick(seed, shapes.height)
    return [
        pl.lit(series).gather(chosen).alias(series.name if prefix is None else f"{prefix}.{series.name}") for series in shapes
    ]

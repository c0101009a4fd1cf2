"""Lists of texts travel as one text each and are split natively: a list a row would cost as much as reading the certificate."""

from collections.abc import Iterable

import polars as pl

SEPARATOR, NOTHING = "\x1f", "\x1d"
"""Between elements; the empty list. A name that holds one of these signs gets its visible picture instead."""
_PICTURES = str.maketrans({SEPARATOR: "\u241f", NOTHING: "\u241d"})


def packed(texts: Iterable[str]) -> str:
    """Write a list of texts as one text."""
    joined = [text.translate(_PICTURES) if SEPARATOR in text or NOTHING in text else text for text in texts]
    return SEPARATOR.join(joined) if joined else NOTHING


def unpacked(values: list[str | None]) -> pl.Series:
    """Split packed texts to lists; null stays null (unknown)."""
    column = pl.col("packed")
    empty = pl.lit([], pl.List(pl.String()))
    split = pl.when(column == NOTHING).then(empty).otherwise(column.str.split(SEPARATOR))
    return pl.DataFrame({"packed": values}, schema={"packed": pl.String()}).select(split).to_series()

"""Rows that are alike: what Python says of a row is asked once for all rows of the same values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

FEW = 32
"""Rows among which to look for equal ones costs more than to ask about each."""
_ROW = "_row"


Make = Callable[[Mapping[str, Any]], Sequence[object]]
"""Finds the values of new columns for one row, given by names of columns."""


def once_each(frame: pl.DataFrame, make: Make, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return for every row, in order, what `make` finds for it; of rows that are alike only the first is asked about."""
    if frame.height <= FEW:
        return _made(frame, make, schema)
    groups = frame.with_row_index(_ROW).group_by(frame.columns, maintain_order=True).agg(_ROW)
    made = _made(groups.drop(_ROW), make, schema).with_columns(groups[_ROW])
    return made.explode(_ROW).sort(_ROW).drop(_ROW)


def _made(frame: pl.DataFrame, make: Make, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([make(row) for row in frame.iter_rows(named=True)], schema=schema, orient="row")

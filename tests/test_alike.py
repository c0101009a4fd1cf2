"""Rows that are alike are asked about once, and every row gets its answer."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from scanner.alike import FEW, once_each

SCHEMA = {"said": pl.String(), "parts": pl.List(pl.String())}
MEMBERS = pl.List(pl.Struct({"name": pl.String(), "known": pl.Boolean()}))


def frame(height: int) -> pl.DataFrame:
    """Make rows of every type that facts have, some of them alike, nulls and lists with a null among them."""
    number = pl.int_range(height, dtype=pl.Int64())
    texts = pl.Series(["a", None, ""] * height).head(height)
    lists = pl.Series([["x", None], [], None, ["x"], [None]] * height, dtype=pl.List(pl.String())).head(height)
    members = pl.Series([[{"name": "n", "known": None}], [], None, [None]] * height, dtype=MEMBERS).head(height)
    return pl.select(
        text=texts,
        list=lists,
        members=members,
        even=number % 2 == 0,
        moment=pl.from_epoch(number % 4, "d"),
        span=pl.duration(hours=number % 3),
    )


@pytest.mark.parametrize("height", [0, 1, FEW, 100, 1000])
def test_every_row_gets_what_was_said_of_its_values(height: int) -> None:
    """In the order of the rows; an absent list, an empty one and one with a null are different."""
    asked: list[str] = []

    def make(row: Mapping[str, Any]) -> tuple[str, list[str]]:
        asked.append(repr(row))
        return repr(row), [str(row["text"]), str(row["list"])]

    given = frame(height)
    made = once_each(given, make, SCHEMA)
    assert made.schema == SCHEMA
    assert made["said"].to_list() == [repr(row) for row in given.iter_rows(named=True)]
    assert made["parts"].to_list() == [[str(row["text"]), str(row["list"])] for row in given.iter_rows(named=True)]
    if height > FEW:
        assert sorted(asked) == sorted(set(made["said"]))
        assert len(asked) < height

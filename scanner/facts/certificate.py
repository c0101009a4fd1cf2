"""X.509 certificates to a table of facts (RFC 5280): a strict walk over the bytes, with the documented library as gate.

What cannot be read is a problem and its facts are unknown; everything else of the same certificate is kept.
"""

import warnings
from collections.abc import Sequence

import polars as pl

from scanner import tables
from scanner.facts import columns, walk
from scanner.memory import uncollected
from scanner.record import record

BATCH = 10_000
"""Rows that are held as Python objects at a time."""


@record
class Decoded:
    """One row per given certificate, in order, and what could not be read: index and sentence."""

    frame: pl.DataFrame
    problems: list[tuple[int, str]]


def read(ders: Sequence[bytes]) -> Decoded:
    """Decode certificates to a table; broken bytes give a row of unknowns and a problem, never an error."""
    problems: list[tuple[int, str]] = []
    frames = []
    with warnings.catch_warnings():
        # NOTE: the library warns of oddities (negative serials, odd parameters) that are facts here.
        warnings.simplefilter("ignore")
        for first in range(0, max(len(ders), 1), BATCH):
            with uncollected():
                frames.append(_batch(ders[first : first + BATCH], first, problems))
    return Decoded(pl.concat(frames), problems)


def _batch(ders: Sequence[bytes], first: int, problems: list[tuple[int, str]]) -> pl.DataFrame:
    rows: list[columns.Row] = []
    decoded = [True] * len(ders)
    unknown: list[list[str] | None] = [None] * len(ders)
    for index, data in enumerate(ders):
        row = walk.straight(data)
        if row is None:
            careful = walk.Careful(data)
            careful.run()
            row, decoded[index], unknown[index] = careful.row, careful.whole, careful.unknown or None
            problems += [(first + index, text) for text in careful.problems]
        rows.append(row)
    return columns.table(rows).with_columns(
        pl.Series(tables.DECODED, decoded, dtype=pl.Boolean()),
        pl.Series(tables.UNKNOWN, unknown, dtype=pl.List(pl.String())),
        pl.Series(tables.DER, list(ders), dtype=pl.Binary()),
    )

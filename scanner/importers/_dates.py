"""Dates as inventories write them, a column at a time: ISO 8601, RFC 2822, OpenSSL text, epochs; day or month first if told."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import polars as pl

from scanner.record import record

INSTANT = pl.Datetime("us", "UTC")
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p")
_ISO_UTC = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%d %H:%M:%S%.fZ")
_ISO_OFFSET = (
    "%Y-%m-%dT%H:%M:%S%#z",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S %#z",
)
_ISO_LOCAL = (
    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", *(f"%Y-%m-%d{time}" for time in _TIMES[1:4]),
    *(f"%Y/%m/%d{time}" for time in _TIMES[:4]), "%Y.%m.%d",
)  # fmt: skip
_COMPACT_UTC = ("%Y%m%d%H%M%SZ", "%Y%m%dT%H%M%SZ")
_COMPACT_LOCAL = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%S")
_ZONES = ("GMT", "UTC", "UT", "Z")
_NAMED_UTC = (
    *(f"%b %d %H:%M:%S %Y {zone}" for zone in _ZONES[:2]), *(f"%a %b %d %H:%M:%S {zone} %Y" for zone in _ZONES[:2]),
    *(f"%Y-%m-%d %H:%M:%S {zone}" for zone in _ZONES[:2]), "%Y-%m-%d %H:%M UTC", "%Y-%m-%d %H:%M:%S%.f UTC",
    *(f"{day}%d %b %Y %H:%M:%S {zone}" for day in ("%a, ", "") for zone in _ZONES),
)  # fmt: skip
_NAMED_OFFSET = ("%a, %d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M %z")
_NAMED_DAYS = ("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%Y-%b-%d")
_NAMED_LOCAL = ("%a %b %d %H:%M:%S %Y", "%b %d %H:%M:%S %Y", *(f"{day}{time}" for day in _NAMED_DAYS for time in _TIMES))
_SLASHED = r"^\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})(\D.*)?$"
"""Day and month in an order that the text itself does not tell."""
_EPOCH_SECONDS = r"^\d{9,11}$"
_EPOCH_MILLISECONDS = r"^\d{13}(\.0+)?$"
_EPOCH_FLOAT = r"^\d+(\.\d+)?[eE]\+?\d+$|^\d{9,11}\.\d+$"
_MICROSOFT = r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$"
"""What Windows PowerShell 5 makes of a date in JSON: milliseconds; the offset is for showing only."""
_FIRST, _LAST = 1950, 9999
"""Years that a certificate can name (RFC 5280 4.1.2.5)."""

Attempt = Callable[[pl.Expr], pl.Expr]


@record
class Reading:
    """How the dates of one inventory are to be read."""

    order: str | None = None
    """day-first, month-first, or a pattern of strptime; null: nothing that needs telling is read."""
    zone: str = "UTC"
    """The zone of times that name none."""


@record
class Dates:
    """A column of dates: the instants, and what is to be known of them, row by row."""

    instants: pl.Series
    unread: pl.Series
    """A text stood there that is no date."""
    untold: pl.Series
    """… or is one whose order of day and month nobody told."""
    precise: pl.Series
    """The text has seconds, so that a difference of two is exact."""


def read(texts: pl.Series, reading: Reading) -> Dates:
    """Read a column of trimmed texts; null stays null."""
    frame = _one_form(texts, reading)
    left = frame["text"].is_not_null() & frame["instant"].is_null()
    if left.any():
        found = _any_form(frame.filter(left)["text"], reading)
        frame = frame.join(found, on="text", how="left", maintain_order="left", suffix="_careful").select(
            "text", *(pl.coalesce(name, f"{name}_careful").alias(name) for name in ("instant", "precise"))
        )
        left = frame["text"].is_not_null() & frame["instant"].is_null()
    untold = left & texts.str.contains(_SLASHED).fill_null(value=False) if left.any() and reading.order is None else left & False
    return Dates(frame["instant"].alias(texts.name), left, untold, frame["precise"].fill_null(value=False))


def _one_form(texts: pl.Series, reading: Reading) -> pl.DataFrame:
    """Read the whole column by the form of its first text, as one program writes one form."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String()})
    first = texts.drop_nulls().head(1)
    for pattern in (*_ISO_UTC, *_ISO_LOCAL[:4]) if len(first) else ():
        attempt = _pattern(pattern, reading.zone if pattern in _ISO_LOCAL else "UTC")
        if pl.select(_sane(attempt(pl.lit(first)))).to_series().null_count() == 0:
            read = frame.with_columns(instant=attempt(pl.col("text")))
            least, most = read["instant"].min(), read["instant"].max()
            if not (isinstance(least, datetime) and isinstance(most, datetime) and least.year >= _FIRST and most.year <= _LAST):
                read = read.with_columns(instant=_sane(pl.col("instant")))
            return read.with_columns(precise=pl.when(pl.col("instant").is_not_null()).then("%S" in pattern))
    return frame.with_columns(instant=pl.lit(None, INSTANT), precise=pl.lit(None, pl.Boolean))


def _any_form(texts: pl.Series, reading: Reading) -> pl.DataFrame:
    """Try one form after the other, each only on what is still unread; equal texts once."""
    todo = pl.DataFrame({"text": texts}).unique().with_columns(spaced=pl.col("text").str.replace_all(r"\s+", " "))
    done = [todo.clear().select("text", instant=pl.lit(None, INSTANT), precise=pl.lit(None, pl.Boolean))]
    for attempt, precise in _attempts(reading):
        tried = todo.with_columns(instant=_sane(attempt(pl.col("spaced"))), precise=pl.lit(precise))
        done.append(tried.filter(pl.col("instant").is_not_null()).select("text", "instant", "precise"))
        todo = tried.filter(pl.col("instant").is_null()).select("text", "spaced")
        if todo.is_empty():
            break
    return pl.concat(done)


def _attempts(reading: Reading) -> Iterator[tuple[Attempt, bool]]:
    for pattern in _told(reading.order):
        yield _pattern(pattern, None if "%z" in pattern or "%#z" in pattern else reading.zone), "%S" in pattern
    yield _epoch(_EPOCH_SECONDS, 1_000_000), True
    yield _epoch(_EPOCH_MILLISECONDS, 1_000), True
    yield _epoch(_EPOCH_FLOAT, 1_000_000), True
    yield (lambda text: text.str.extract(_MICROSOFT).cast(pl.Int64, strict=False).mul(1000).cast(INSTANT)), True
    for patterns, zone in (
        ((*_ISO_UTC, *_COMPACT_UTC, *_NAMED_UTC), "UTC"),
        ((*_ISO_OFFSET, *_NAMED_OFFSET), None),
        ((*_ISO_LOCAL, *_COMPACT_LOCAL, *_NAMED_LOCAL), reading.zone),
    ):
        for pattern in patterns:
            yield _pattern(pattern, zone), "%S" in pattern


def _told(order: str | None) -> Sequence[str]:
    """Patterns of the order that the mapping tells."""
    if order is None:
        return ()
    if order not in {DAY_FIRST, MONTH_FIRST}:
        return (order,)
    first, second = ("%d", "%m") if order == DAY_FIRST else ("%m", "%d")
    return [f"{first}{mark}{second}{mark}{year}{time}" for mark in "/.-" for year in ("%Y", "%y") for time in _TIMES]


def _pattern(pattern: str, zone: str | None) -> Attempt:
    """Read by a pattern; times are in the zone, or carry their offset."""

    def attempt(text: pl.Expr) -> pl.Expr:
        if zone is None:
            return text.str.to_datetime(pattern, strict=False, cache=False, time_unit="us", time_zone="UTC")
        local = text.str.to_datetime(pattern, strict=False, cache=False, time_unit="us")
        if zone == "UTC":
            return local.dt.replace_time_zone("UTC")
        # A time that the clock skips or shows twice is not guessed.
        return local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")

    return attempt


def _epoch(form: str, scale: int) -> Attempt:
    """Read a count since 1970, scaled to microseconds."""

    def attempt(text: pl.Expr) -> pl.Expr:
        number = pl.when(text.str.contains(form)).then(text).cast(pl.Float64, strict=False) * scale
        return pl.when(number.is_between(0, 253_402_300_799e6)).then(number).round().cast(pl.Int64, strict=False).cast(INSTANT)

    return attempt


def _sane(instant: pl.Expr) -> pl.Expr:
    return pl.when(instant.dt.year().is_between(_FIRST, _LAST)).then(instant)

"""Dates in the forms of tools, and those that are not guessed."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.importers import _dates
from scanner.importers._dates import Reading

MOMENT = datetime(2027, 1, 7, 9, 40, 41, tzinfo=UTC)
DAY = datetime(2027, 1, 7, tzinfo=UTC)


def one(text: str, order: str | None = None, zone: str = "UTC") -> datetime | None:
    """Read one date."""
    found: datetime | None = _dates.read(pl.Series("d", [text]), Reading(order, zone)).instants[0]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-07T09:40:41Z",
        "2027-01-07T09:40:41.0000000Z",
        "2027-01-07T09:40:41+00:00",
        "2027-01-07T11:40:41+02:00",
        "2027-01-07T04:40:41-0500",
        "2027-01-07T09:40:41",
        "2027-01-07 09:40:41",
        "2027-01-07 09:40:41 UTC",
        "2027-01-07 09:40:41+00:00",
        "2027-01-07 09:40:41 +0000",
        "2027/01/07 09:40:41",
        "20270107094041",
        "20270107094041Z",
        "20270107T094041Z",
        "Thu, 07 Jan 2027 09:40:41 GMT",
        "Thu, 07 Jan 2027 11:40:41 +0200",
        "7 Jan 2027 09:40:41 +0000",
        "Jan  7 09:40:41 2027 GMT",
        "Jan 7 09:40:41 2027 GMT",
        "Thu Jan 07 09:40:41 UTC 2027",
        "Thu Jan  7 09:40:41 2027",
        "January 7, 2027 9:40:41 AM",
        "7-Jan-2027 09:40:41",
        "1799314841",
        "1799314841.0",
        "1799314841000",
        "1799314841000.0",
        "1.799314841e+09",
        "/Date(1799314841000)/",
        "/Date(1799314841000+0100)/",
    ],
)
def test_a_moment_in_every_form(text: str) -> None:
    """ISO, RFC 2822, OpenSSL, Java, spreadsheets, seconds and milliseconds since 1970, Windows PowerShell."""
    read = _dates.read(pl.Series("d", [text]), Reading())
    assert read.instants.to_list() == [MOMENT]
    assert read.precise.to_list() == [True]


@pytest.mark.parametrize(
    "text", ["2027-01-07", "2027/01/07", "2027.01.07", "20270107", "7 Jan 2027", "07-Jan-2027", "January 7, 2027", "2027-1-7"]
)
def test_a_day_is_the_instant_it_begins(text: str) -> None:
    """A date without time is 00:00 UTC, and is known to be imprecise."""
    read = _dates.read(pl.Series("d", [text]), Reading())
    assert read.instants.to_list() == [DAY]
    assert read.precise.to_list() == [False]


@pytest.mark.parametrize(
    "text", ["03/04/2026", "23/11/2026", "11/23/2026 9:40:41 AM", "03.04.2026", "3-4-26", "23.11.2026 10:00"]
)
def test_day_or_month_first_is_never_guessed(text: str) -> None:
    """Not even where a value proves the order: the next one in the column would not."""
    read = _dates.read(pl.Series("d", [text]), Reading())
    assert read.instants.to_list() == [None]
    assert read.untold.to_list() == [True]


@pytest.mark.parametrize(
    ("text", "order", "when"),
    [
        ("03/04/2026", "day-first", datetime(2026, 4, 3, tzinfo=UTC)),
        ("03/04/2026", "month-first", datetime(2026, 3, 4, tzinfo=UTC)),
        ("3.4.26", "day-first", datetime(2026, 4, 3, tzinfo=UTC)),
        ("11/23/2026 9:40:41 AM", "month-first", datetime(2026, 11, 23, 9, 40, 41, tzinfo=UTC)),
        ("11/23/2026 9:40 PM", "month-first", datetime(2026, 11, 23, 21, 40, tzinfo=UTC)),
        ("11/23/2026 9:40:41\u202fAM", "month-first", datetime(2026, 11, 23, 9, 40, 41, tzinfo=UTC)),
        ("23-11-2026 09:40", "%d-%m-%Y %H:%M", datetime(2026, 11, 23, 9, 40, tzinfo=UTC)),
        ("2026-11-23", "day-first", datetime(2026, 11, 23, tzinfo=UTC)),
        ("13/13/2026", "day-first", None),
        ("11/23/2026", "day-first", None),
    ],
)
def test_the_mapping_tells_the_order(text: str, order: str, when: datetime | None) -> None:
    """Told, the order holds; a date that does not fit it is not turned round; ISO dates stay what they are."""
    assert one(text, order) == when


def test_a_zone_is_for_times_that_name_none() -> None:
    """Offsets in the text go before the mapping's zone."""
    assert one("2027-01-07 10:40:41", zone="Europe/Zurich") == MOMENT
    assert one("2027-01-07T09:40:41Z", zone="Europe/Zurich") == MOMENT


@pytest.mark.parametrize("text", ["2026-10-25 02:30:00", "2026-03-29 02:30:00"])
def test_a_time_that_the_clock_shows_twice_or_never_is_not_guessed(text: str) -> None:
    """When summer time ends or begins."""
    assert one(text, zone="Europe/Zurich") is None


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "inf",
        "-5",
        "soon",
        "2026-02-30",
        "2026-13-01",
        "0001-01-01T00:00:00Z",
        "12026-01-01",
        "99999999999999999999",
        "202601011200",
        "1e400",
    ],
)
def test_what_is_no_date_is_unread(text: str) -> None:
    """Nonsense, years before 1950, counts that fit no century, and twelve digits that could be two things."""
    read = _dates.read(pl.Series("d", [text]), Reading())
    assert read.instants.to_list() == [None]
    assert read.unread.to_list() == [True]
    assert read.untold.to_list() == [False]


def test_the_year_9999_is_a_date() -> None:
    """RFC 5280 uses it for «no well-defined end»."""
    assert one("9999-12-31T23:59:59Z") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_one_column_may_hold_many_forms() -> None:
    """Each form is tried on what is still unread; null stays null and is not unread."""
    texts = ["2027-01-07T09:40:41Z", None, "1799314841", "Jan  7 09:40:41 2027 GMT", "soon"]
    read = _dates.read(pl.Series("d", texts), Reading())
    assert read.instants.to_list() == [MOMENT, None, MOMENT, MOMENT, None]
    assert read.unread.to_list() == [False, False, False, False, True]


def test_empty_columns() -> None:
    """No rows, and no values."""
    assert len(_dates.read(pl.Series("d", [], dtype=pl.String), Reading()).instants) == 0
    assert _dates.read(pl.Series("d", [None], dtype=pl.String), Reading()).unread.to_list() == [False]


@settings(max_examples=100, deadline=None)
@given(moment=st.datetimes(datetime(1950, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - naive on purpose
def test_iso_is_read_exactly(moment: datetime) -> None:
    """Whatever Python writes as ISO comes back, to the microsecond."""
    assert one(moment.isoformat() + "Z") == moment.replace(tzinfo=UTC)
    assert one(moment.isoformat(sep=" ")) == moment.replace(tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.one_of(st.none(), st.text(max_size=30), st.from_regex(r"[0-9:/. TZ+-]{1,25}", fullmatch=True)), max_size=5)
)
def test_no_text_crashes(texts: list[str | None]) -> None:
    """Every text is read, or is said to be unread."""
    read = _dates.read(pl.Series("d", texts, dtype=pl.String), Reading("day-first", "Europe/Zurich"))
    assert [text is not None and when is None for text, when in zip(texts, read.instants, strict=True)] == read.unread.to_list()

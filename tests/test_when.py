"""Instants as text."""

import pytest

from scanner.errors import UsageError
from scanner.when import parse_instant


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-01:00", "2026-02-30", "nan", ""])
def test_what_is_no_instant_in_utc_is_refused_in_words(text: str) -> None:
    """Also where only the zone moves it out of the calendar."""
    with pytest.raises(UsageError, match="is not a date or instant"):
        parse_instant(text)

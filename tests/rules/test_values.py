"""Values in words: durations and dates that a reader can check, bounded lists and texts."""

from datetime import UTC, datetime, timedelta

import pytest

from scanner.rules.language.values import bounded, in_words, listed, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(days=398), "398 d"),
        (timedelta(days=200, seconds=1), "200 d 1 s"),
        (timedelta(hours=12, minutes=30), "12 h 30 min"),
        (timedelta(), "0 s"),
        (-timedelta(days=3), "-3 d"),
        (datetime(2026, 3, 15, tzinfo=UTC), "2026-03-15"),
        (datetime(2026, 3, 15, 23, 59, 59, tzinfo=UTC), "2026-03-15T23:59:59Z"),
        (0.6, "60 %"),
        (0.925, "92 %"),
        (True, "true"),
        (2048, "2048"),
        ("", '""'),
        ({"name": None, "version": "TLS 1.2"}, "TLS 1.2"),
        ({"name": None}, "(nothing known)"),
        (["a", None], "a"),
        ([None], "(not known)"),
        ([], "(none)"),
    ],
)
def test_a_value_is_written_for_people(value: object, text: str) -> None:
    """Every type of the registry has its words."""
    assert in_words(value) == text


def test_two_different_shares_never_read_the_same() -> None:
    """A share is written with as many decimals as tell it from its limit."""
    assert share(0.9000001, 0.9) == "90.00001 %"
    assert share(0.9, 0.9) == "90 %"


def test_of_six_all_are_named_and_of_seven_five() -> None:
    """«and 1 more» would be longer than the one."""
    assert listed(list("abcdef")) == "a, b, c, d, e and f"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_a_cut_text_says_so() -> None:
    """The ellipsis is within the bound."""
    assert bounded("x" * 301) == "x" * 299 + "…"
    assert bounded("x" * 300) == "x" * 300
    words = " ".join(["extension"] * 40)
    assert bounded(f"an {words}") == f"an {words[:289]}…"
    assert bounded(words) == " ".join(["extension"] * 30) + "…"
    assert bounded(f"a {'x' * 400}") == f"a {'x' * 297}…"

"""Numbers, dates, durations, plurals, places and values read the same in every report."""

from datetime import UTC, datetime

import pytest

from reports import _words
from scanner import tables


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (0, "finding", "0 findings"),
        (1, "finding", "1 finding"),
        (4812, "identity", "4,812 identities"),
        (2, "policy", "2 policies"),
        (2, "more policy", "2 more policies"),
        (2, "more rule", "2 more rules"),
    ],
)
def test_a_counted_noun_is_singular_or_plural(count: int, noun: str, said: str) -> None:
    """One of a thing is singular, any other count plural, with commas between thousands."""
    assert _words.many(count, noun) == said


@pytest.mark.parametrize(("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_words_are_joined_as_prose(words: list[str], said: str) -> None:
    """The last word is joined with `and`."""
    assert _words.listed(words) == said


def test_many_words_are_named_in_part() -> None:
    """The first words are named and the others counted."""
    assert _words.some(list("abcde"), 2) == "a, b and 3 more"


def test_a_list_is_named_as_far_as_it_can_be_read() -> None:
    """Twelve elements, or as many as take two lines, then how many more there are; one at least."""
    names = tables.Type("list", tables.TEXT)
    assert _words.value(list("abc"), names) == "a, b, c"
    assert _words.value(list("abcdefghijklmn"), names) == "a, b, c, d, e, f, g, h, i, j, k, l, 2 more"
    assert _words.value(["x" * 70] * 5, names) == f"{'x' * 70}, {'x' * 70}, 3 more"
    assert _words.value(["x" * 400, None], names) == f"{'x' * 400}, perhaps more"


def test_a_sentence_begins_large_and_ends_with_a_stop() -> None:
    """A message of the engine becomes a sentence."""
    assert _words.sentence("lifetime is 397 d") == "Lifetime is 397 d."


def test_the_name_of_a_field_keeps_its_letters() -> None:
    """A sentence that begins with a field name does not change it."""
    assert _words.sentence("san.dns is empty") == "san.dns is empty."


def test_a_date_in_prose_names_its_month() -> None:
    """Dates in prose have one form."""
    assert _words.date(datetime(2026, 9, 30, tzinfo=UTC)) == "30 September 2026"


def test_an_instant_that_is_no_midnight_has_its_time() -> None:
    """The time is said where it matters."""
    assert _words.moment(datetime(2026, 9, 30, 2, 14, 51, tzinfo=UTC)) == "30 September 2026, 02:14:51 UTC"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (34_300_800, "397 d"), (17_280_001, "200 d 1 s"), (5400, "1 h 30 min"), (-86_400, "-1 d")]
)
def test_a_duration_can_be_checked(seconds: int, said: str) -> None:
    """Durations are exact, in days first."""
    assert _words.duration(seconds) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"uri": "certs/a.pem", "line": 3, "column": 7, "pointer": None}, "certs/a.pem:3:7"),
        ({"uri": "scan.json", "line": None, "column": None, "pointer": "/results/0"}, "scan.json /results/0"),
        ({"uri": "tls://a.example:443#a.example", "line": None, "column": None, "pointer": None}, "tls://a.example:443"),
        (
            {"uri": "tls://192.0.2.1:443#a.example", "line": None, "column": None, "pointer": None},
            "tls://192.0.2.1:443#a.example",
        ),
        ({"uri": None, "line": None, "column": None, "pointer": None}, "no source"),
    ],
)
def test_a_place_is_said_as_short_as_it_can_be(row: dict[str, object], said: str) -> None:
    """A place is a file with line, or a pointer, or an address whose server name is said only where it differs."""
    assert _words.place(row) == said


@pytest.mark.parametrize(
    ("found", "type_", "said"),
    [
        (None, tables.TEXT, "absent or not known"),
        (True, tables.BOOLEAN, "yes"),
        (34_300_800, tables.DURATION, "397 d"),
        (0.675, tables.SHARE, "67.5%"),
        (2048, tables.INTEGER, "2048"),
        ([], tables.many(tables.TEXT), "none"),
        (["a", "b"], tables.many(tables.TEXT), "a, b"),
        (["a", None], tables.many(tables.TEXT), "a, perhaps more"),
        ([str(index) for index in range(14)], tables.many(tables.TEXT), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2 more"),
        (
            [{"name": "X", "aead": False, "bits": None}],
            tables.many(tables.struct(name=tables.TEXT, aead=tables.BOOLEAN)),
            "X",
        ),
        (
            [{"name": "X", "version": "TLS 1.2", "bits": 128}],
            tables.many(tables.struct(name=tables.TEXT, version=tables.TEXT, bits=tables.INTEGER)),
            "X (TLS 1.2)",
        ),
        ({"aead": False, "bits": None}, tables.struct(aead=tables.BOOLEAN, bits=tables.INTEGER), "aead no"),
    ],
)
def test_an_observed_value_reads_as_words(found: object, type_: tables.Type, said: str) -> None:
    """Values are written by their type in the registry; an open list says that there may be more."""
    assert _words.value(found, type_) == said

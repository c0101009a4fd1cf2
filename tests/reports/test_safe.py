"""Hostile text is made harmless before any format sees it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import _safe

HIDDEN = {
    "\x00": "<U+0000>",
    "\x1b": "<U+001B>",
    "\r": "<U+000D>",
    "\x85": "<U+0085>",
    "\u00ad": "<U+00AD>",
    "\u061c": "<U+061C>",
    "\u200b": "<U+200B>",
    "\u200d": "<U+200D>",
    "\u202e": "<U+202E>",
    "\u2028": "<U+2028>",
    "\u2066": "<U+2066>",
    "\ufeff": "<U+FEFF>",
    "\ud800": "<U+D800>",
    "\U000e0041": "<U+E0041>",
}


@pytest.mark.parametrize(("character", "spelled"), HIDDEN.items(), ids=HIDDEN.values())
def test_what_cannot_be_seen_is_spelled_out(character: str, spelled: str) -> None:
    """A control, bidirectional, zero-width or surrogate character shows as its code point, where it stood."""
    assert _safe.visible(f"a{character}b") == f"a{spelled}b"


@pytest.mark.parametrize("space", ["\t", "\n", "\u00a0", "\u2003", "\u3000"])
def test_every_other_space_is_a_space(space: str) -> None:
    """A tab, a line feed or a wide space cannot move what follows it."""
    assert _safe.visible(f"a{space}b") == "a b"


def test_none_is_an_empty_text() -> None:
    """What is not there is not called None."""
    assert _safe.visible(None) == ""


@given(st.text(st.characters(codec=None)))
def test_a_visible_text_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    """Once visible, a text has no surrogate, no control and no direction of its own, and a second pass changes nothing."""
    shown = _safe.visible(text)
    shown.encode()
    assert not set(shown) & set(HIDDEN)
    assert _safe.visible(shown) == shown


def test_what_the_fonts_cannot_draw_is_spelled_out() -> None:
    """A character without a glyph shows as its code point; one with a glyph stays."""
    assert _safe.drawable("Łukasz 中", frozenset(map(ord, "Łukasz "))) == "Łukasz <U+4E2D>"


def test_a_long_cell_is_cut_and_says_how_long_it_was() -> None:
    """A name of 10,000 characters does not fill a page."""
    assert _safe.cut("a" * 10_000) == "a" * 300 + "… (10,000 characters)"


def test_a_cell_of_just_the_limit_is_not_cut() -> None:
    """What fits is left alone."""
    assert _safe.cut("a" * 300) == "a" * 300


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_text_to_a_spreadsheet(start: str) -> None:
    """A cell that a spreadsheet would compute begins with an apostrophe."""
    assert _safe.formula(f"{start}1+1") == f"'{start}1+1"


@given(st.text(string.printable + "\u2028\u2029"))
def test_json_in_a_script_element_cannot_end_it(text: str) -> None:
    """Escaped JSON has no character that means something to HTML or to an old script engine."""
    assert not set(_safe.script_json(text)) & set("<>&\u2028\u2029")


def test_a_uri_keeps_its_signs_and_encodes_the_rest() -> None:
    """A space, a quote and a control character in a reference are percent-encoded."""
    assert _safe.uri('https://a.example/x y"<\x00>?q=1#z') == "https://a.example/x%20y%22%3C%00%3E?q=1#z"

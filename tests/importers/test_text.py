"""Encodings, places and quoting of hostile text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.importers import _json, _text


@pytest.mark.parametrize(
    ("data", "text", "valid"),
    [
        (b"plain", b"plain", True),
        (b"\xef\xbb\xbfx", b"x", True),
        ("é".encode(), "é".encode(), True),
        ("é".encode("utf-16"), "é".encode(), True),
        (b"\xfe\xff\x00x", b"x", True),
        (b"\xff\xfex\x00y", b"x\xef\xbf\xbd", False),
        (b"a\xffb", b"a\xef\xbf\xbdb", False),
    ],
)
def test_utf8(data: bytes, text: bytes, valid: bool) -> None:  # noqa: FBT001 - a table
    """UTF-8 with and without BOM, UTF-16 with BOM; what cannot be read becomes U+FFFD and is said."""
    assert _text.utf8(data) == (text, valid)


def test_printable_takes_the_teeth_out_of_hostile_text() -> None:
    """Control and direction characters do not reach a terminal through a message, nor does a novel."""
    assert _text.printable("a\x1b[31m\u202eb\r\nc\u200b") == "a\ufffd[31m\ufffdb\ufffd\ufffdc\ufffd"
    assert len(_text.printable("x" * 1000, 40)) == 40


@given(st.text(st.sampled_from("ab\n"), max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_cursor_agrees_with_counting(text: str, offsets: list[int]) -> None:
    """Line and column of ascending offsets are what counting from the start gives."""
    cursor = _text.Cursor(text, "\n")
    for at in sorted(min(offset, len(text)) for offset in offsets):
        assert cursor.move(at) == (text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1)


def test_places_of_values() -> None:
    """Pointers into objects and arrays, escaped names, values in strings that look like structure."""
    text = '{"a/b": [1, {"c": "}],{"}],\n "~": true, "d": {"e": []}}'
    assert _json.places(text, ["/a~1b", "/a~1b/1", "/a~1b/1/c", "/~0", "/d/e", "/nowhere", ""]) == {
        "": (1, 1),
        "/a~1b": (1, 9),
        "/a~1b/1": (1, 13),
        "/a~1b/1/c": (1, 19),
        "/~0": (2, 7),
        "/d/e": (2, 24),
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.sampled_from([None, 1]))
def test_every_value_is_found_where_it_stands(value: object, indent: int | None) -> None:
    """At the place of a pointer the value itself can be parsed."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    pointers = dict(_pointers(value, ""))
    lines = text.split("\n")
    for pointer, (line, column) in _json.places(text, pointers).items():
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == pointers[pointer]


def _pointers(value: object, pointer: str) -> list[tuple[str, object]]:
    inner: list[tuple[str, object]] = [(pointer, value)]
    if isinstance(value, dict):
        for key, member in value.items():
            inner += _pointers(member, f"{pointer}/{_json.escaped(key)}")
    if isinstance(value, list):
        for index, member in enumerate(value):
            inner += _pointers(member, f"{pointer}/{index}")
    return inner

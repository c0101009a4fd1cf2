"""Distinguished names as text (RFC 4514, most specific first) and the parts that policies ask for."""

import re
from functools import lru_cache

from scanner.facts import der
from scanner.facts.oids import ATTRIBUTES

COMMON_NAME, ORGANIZATION = "2.5.4.3", "2.5.4.10"
_CODECS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1A: "ascii",
    0x1E: "utf-16-be",
    0x1C: "utf-32-be",
}
_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in ',+"\\<>;'} | {"\0": "\\00"})
_SPECIAL = re.compile(r'[,+"\\<>;\0# ]')
"""A value without any of these stands as it is."""
_COMMON_NAME = b"\x06\x03\x55\x04\x03"
MOST_ATTRIBUTES = 1000


Name = tuple[tuple[str | None, str | None, str | None], bool]
"""As RFC 4514 writes it (None where it is empty), common name, organization; whether a value is not in the encoding it claims:
what cannot be read is shown as U+FFFD."""
_Relative = tuple[str, list[tuple[str, str]], bool]
"""As RFC 4514 writes it; attribute types and values; whether one is damaged."""


def read(data: bytes, start: int, end: int) -> Name:
    """Read the content of a Name (RFC 5280 4.1.2.4)."""
    parts: list[str] = []
    found: dict[str, str] = {}
    damaged = False
    for tag, first, last in der.children(data, start, end):
        if tag != der.SET:
            raise der.DerError("a name that is no sequence of sets")
        # NOTE: common names are not remembered: they seldom repeat, and would crowd out the organizations.
        step = _relative if data.startswith(_COMMON_NAME, first + 2) else _known_relative
        text, values, broken = step(data[first:last])
        parts.append(text)
        found.update(values)
        damaged = damaged or broken
        if len(parts) > MOST_ATTRIBUTES:
            raise der.DerError(f"a name of more than {MOST_ATTRIBUTES} parts")
    parts.reverse()
    return (",".join(parts) or None, found.get(COMMON_NAME), found.get(ORGANIZATION)), damaged


@lru_cache(maxsize=16384)
def known(content: bytes) -> Name:
    """Read a Name that many certificates have: an issuer's."""
    return read(content, 0, len(content))


def _relative(content: bytes) -> _Relative:
    texts, values, damaged = [], [], False
    for tag, first, last in der.children(content, 0, len(content)):
        if tag != der.SEQUENCE:
            raise der.DerError("a name with an attribute that is no sequence")
        dotted, text, whole = _attribute(content, first, last)
        damaged = damaged or not whole
        values.append((dotted, text))
        texts.append(f"{ATTRIBUTES.get(dotted, dotted)}={escaped(text)}")
    return "+".join(texts), values, damaged


_known_relative = lru_cache(maxsize=16384)(_relative)


def _attribute(data: bytes, start: int, end: int) -> tuple[str, str, bool]:
    first, last = der.expect(data, start, end, der.OBJECT)
    tag, begin, stop = der.header(data, last, end)
    dotted, content = der.oid(data[first:last]), data[begin:stop]
    codec = _CODECS.get(tag)
    if codec is None:
        return dotted, "#" + data[last:stop].hex(), True
    try:
        return dotted, content.decode(codec), True
    except UnicodeDecodeError:
        return dotted, content.decode(codec, "replace"), False


def escaped(text: str) -> str:
    """Escape a value by RFC 4514 section 2.4."""
    if not _SPECIAL.search(text):
        return text
    result = text.translate(_ESCAPED)
    if result[:1] in {"#", " "}:
        result = f"\\{result}"
    if len(text) > 1 and text.endswith(" "):
        result = f"{result[:-1]}\\ "
    return result

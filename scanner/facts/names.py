"""Distinguished names as text (RFC 4514, most specific first) and the parts that policies ask for."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from scanner.facts import der
from scanner.facts.columns import NOTHING, packed
from scanner.facts.oids import ATTRIBUTE_TYPES, ATTRIBUTES

COMMON_NAME, ORGANIZATION, COUNTRY, EMAIL = "2.5.4.3", "2.5.4.10", "2.5.4.6", "1.2.840.113549.1.9.1"
_ASKED = frozenset({COMMON_NAME, ORGANIZATION, COUNTRY})
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


Name = tuple[tuple[str | None, str | None, str | None, str, str, str | None, str], bool]
"""As RFC 4514 writes it (None where it is empty), common name, organization, packed types of attributes, those that stand more
than once, country, packed email addresses; whether a value is not in the encoding it claims: what cannot be read is shown as
U+FFFD."""
_Relative = tuple[str, Sequence[str], Mapping[str, str], Sequence[str], bool]
"""As RFC 4514 writes it, types of its attributes, what it says of those that are `_ASKED` for, email addresses, whether it is
damaged."""


def read(data: bytes, start: int, end: int) -> Name:
    """Read the content of a Name (RFC 5280 4.1.2.4)."""
    parts: list[str] = []
    types: list[str] = []
    emails: list[str] = []
    said: dict[str, str] = {}
    damaged = False
    for content in der.contents(data, start, end, der.SET):
        # NOTE: common names are not remembered: they seldom repeat, and would crowd out the organizations.
        step = _relative if content.startswith(_COMMON_NAME, 2) else _known_relative
        text, kinds, values, addresses, broken = step(content)
        parts.append(text)
        types += kinds
        said.update(values)
        emails += addresses
        damaged = damaged or broken
        if len(parts) > MOST_ATTRIBUTES:
            raise der.DerError(f"a name of more than {MOST_ATTRIBUTES} parts")
    parts.reverse()
    named = ",".join(parts) or None, said.get(COMMON_NAME), said.get(ORGANIZATION)
    return (*named, *_listed(tuple(types)), said.get(COUNTRY), packed(emails) if emails else NOTHING), damaged


@lru_cache(maxsize=16384)
def known(content: bytes) -> Name:
    """Read a Name that many certificates have: an issuer's."""
    return read(content, 0, len(content))


@lru_cache(maxsize=1024)
def _listed(types: tuple[str, ...]) -> tuple[str, str]:
    """Pack types, and those of them that stand more than once."""
    return packed(types), packed([one for one, count in Counter(types).items() if count > 1])


def _relative(content: bytes) -> _Relative:
    """Read a RelativeDistinguishedName, nearly always of one attribute."""
    texts: list[str] = []
    types: list[str] = []
    emails: list[str] = []
    said: dict[str, str] = {}
    damaged = False
    for attribute in der.contents(content, 0, len(content), der.SEQUENCE):
        dotted, value, whole = _attribute(attribute)
        damaged = damaged or not whole
        texts.append(f"{ATTRIBUTES.get(dotted, dotted)}={escaped(value)}")
        types.append(ATTRIBUTE_TYPES.get(dotted, dotted))
        if dotted in _ASKED:
            said[dotted] = value
        elif dotted == EMAIL:
            emails.append(value)
        if len(texts) > MOST_ATTRIBUTES:
            raise der.DerError(f"a part of a name with more than {MOST_ATTRIBUTES} attributes")
    return "+".join(texts), types, said, emails, damaged


_known_relative = lru_cache(maxsize=16384)(_relative)


def _attribute(data: bytes) -> tuple[str, str, bool]:
    first, last = der.expect(data, 0, len(data), der.OBJECT)
    tag, begin, stop = der.header(data, last, len(data))
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

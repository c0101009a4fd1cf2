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
_Relative = tuple[str, str | None, str | None, bool]
"""As RFC 4514 writes it, common name, organization, whether it is damaged."""


def read(data: bytes, start: int, end: int) -> Name:
    """Read the content of a Name (RFC 5280 4.1.2.4)."""
    parts: list[str] = []
    common_name = organization = None
    damaged = False
    for content in der.contents(data, start, end, der.SET):
        # NOTE: common names are not remembered: they seldom repeat, and would crowd out the organizations.
        step = _relative if content.startswith(_COMMON_NAME, 2) else _known_relative
        text, name, owner, broken = step(content)
        parts.append(text)
        common_name = common_name if name is None else name
        organization = organization if owner is None else owner
        damaged = damaged or broken
        if len(parts) > MOST_ATTRIBUTES:
            raise der.DerError(f"a name of more than {MOST_ATTRIBUTES} parts")
    parts.reverse()
    return (",".join(parts) or None, common_name, organization), damaged


@lru_cache(maxsize=16384)
def known(content: bytes) -> Name:
    """Read a Name that many certificates have: an issuer's."""
    return read(content, 0, len(content))


def _relative(content: bytes) -> _Relative:
    """Read a RelativeDistinguishedName, nearly always of one attribute."""
    texts: list[str] = []
    common_name = organization = None
    damaged = False
    for attribute in der.contents(content, 0, len(content), der.SEQUENCE):
        dotted, value, whole = _attribute(attribute)
        damaged = damaged or not whole
        texts.append(f"{ATTRIBUTES.get(dotted, dotted)}={escaped(value)}")
        if dotted == COMMON_NAME:
            common_name = value
        elif dotted == ORGANIZATION:
            organization = value
    return "+".join(texts), common_name, organization, damaged


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

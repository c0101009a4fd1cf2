"""Distinguished names as text (RFC 4514, most specific first) and the parts that policies ask for."""

from dataclasses import dataclass

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
MOST_ATTRIBUTES = 1000


@dataclass(frozen=True, slots=True)
class Name:
    """What is read of a Name."""

    dn: str | None
    """None where the name is empty."""
    common_name: str | None = None
    organization: str | None = None
    damaged: bool = False
    """A value was not in the encoding it claims; what could not be read is shown as U+FFFD."""


def read(data: bytes, start: int, end: int) -> Name:
    """Read the content of a Name (RFC 5280 4.1.2.4)."""
    parts: list[str] = []
    found: dict[str, str] = {}
    damaged = False
    for tag, first, last in der.children(data, start, end):
        if tag != der.SET:
            raise der.DerError("a name that is no sequence of sets")
        several = []
        for inner, begin, stop in der.children(data, first, last):
            if inner != der.SEQUENCE:
                raise der.DerError("a name with an attribute that is no sequence")
            dotted, text, whole = _attribute(data, begin, stop)
            damaged = damaged or not whole
            found[dotted] = text
            several.append(f"{ATTRIBUTES.get(dotted, dotted)}={escaped(text)}")
        parts.append("+".join(several))
        if len(parts) > MOST_ATTRIBUTES:
            raise der.DerError(f"a name of more than {MOST_ATTRIBUTES} parts")
    return Name(",".join(reversed(parts)) or None, found.get(COMMON_NAME), found.get(ORGANIZATION), damaged)


def _attribute(data: bytes, start: int, end: int) -> tuple[str, str, bool]:
    first, last = der.expect(data, start, end, der.OBJECT)
    tag, begin, stop = der.header(data, last, end)
    content = data[begin:stop]
    codec = _CODECS.get(tag)
    if codec is None:
        return der.oid(data[first:last]), "#" + data[last:stop].hex(), True
    try:
        return der.oid(data[first:last]), content.decode(codec), True
    except UnicodeDecodeError:
        return der.oid(data[first:last]), content.decode(codec, "replace"), False


def escaped(text: str) -> str:
    """Escape a value by RFC 4514 section 2.4."""
    result = text.translate(_ESCAPED)
    if result[:1] in {"#", " "}:
        result = f"\\{result}"
    if len(text) > 1 and text.endswith(" "):
        result = f"{result[:-1]}\\ "
    return result

"""A strict reader of DER (X.690): minimal definite lengths, nothing outside its parent, bounded depth."""

from functools import lru_cache

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

Slice = tuple[int, int, int]
"""Tag, start of the content, end of the content."""


class DerError(ValueError):
    """The bytes are not the DER that is wanted here."""


def header(data: bytes, at: int, end: int) -> Slice:
    """Read tag and length at a position; the content must end within `end`."""
    if at + 2 > end:
        raise DerError("cut off")
    tag = data[at]
    if tag & 0x1F == 0x1F:
        raise DerError("a long tag, which certificates do not have")
    length = data[at + 1]
    start = at + 2
    if length >= 0x80:
        octets = length & 0x7F
        if not 0 < octets <= 4 or start + octets > end:
            raise DerError("an indefinite or overlong length")
        length = int.from_bytes(data[start : start + octets])
        if length < 0x80 or length >> (8 * (octets - 1)) == 0:
            raise DerError("a length that is not minimal")
        start += octets
    stop = start + length
    if stop > end:
        raise DerError("a value that runs beyond its parent")
    return tag, start, stop


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Read a header that must have this tag; return start and end of the content."""
    if at + 2 <= end and data[at] == tag and (stop := at + 2 + data[at + 1]) <= end and data[at + 1] < 0x80:
        return at + 2, stop
    found, start, stop = header(data, at, end)
    if found != tag:
        raise DerError(f"tag {found:#04x} where {tag:#04x} is wanted")
    return start, stop


def children(data: bytes, start: int, end: int) -> list[Slice]:
    """Cut a constructed content into its values."""
    # NOTE: this is `header` written out for the usual lengths: a call for each value would double the time of a certificate.
    # A value that runs beyond the end is always the last one, so the end is looked at once.
    found = []
    at = start
    try:
        while at < end:
            tag, length = data[at], data[at + 1]
            if tag & 0x1F == 0x1F:
                raise DerError("a long tag, which certificates do not have")
            if length < 0x80:
                at += 2
                stop = at + length
            elif length == 0x82 and data[at + 2]:
                stop = at + 4 + (data[at + 2] << 8 | data[at + 3])
                at += 4
            else:
                tag, at, stop = header(data, at, end)
            found.append((tag, at, stop))
            at = stop
    except IndexError:
        raise DerError("cut off") from None
    if at > end:
        raise DerError("a value that runs beyond its parent")
    return found


def contents(data: bytes, start: int, end: int, tag: int) -> list[bytes]:
    """Cut a SEQUENCE OF or SET OF into the contents of its values, which all must have this tag."""
    # NOTE: written out for the same reason as `children`.
    found = []
    at = start
    try:
        while at < end:
            length = data[at + 1]
            if data[at] != tag:
                expect(data, at, end, tag)
            if length < 0x80:
                at += 2
                stop = at + length
            elif length == 0x82 and data[at + 2]:
                stop = at + 4 + (data[at + 2] << 8 | data[at + 3])
                at += 4
            else:
                _, at, stop = header(data, at, end)
            found.append(data[at:stop])
            at = stop
    except IndexError:
        raise DerError("cut off") from None
    if at > end:
        raise DerError("a value that runs beyond its parent")
    return found


def whole(data: bytes, tag: int) -> tuple[int, int]:
    """Read a value that must fill the data exactly."""
    length = len(data) - 2
    if 0 <= length < 0x80 and data[0] == tag and data[1] == length:
        return 2, length + 2
    found, start, stop = header(data, 0, len(data))
    if found != tag:
        raise DerError(f"tag {found:#04x} where {tag:#04x} is wanted")
    if stop != len(data):
        raise DerError("bytes after the value")
    return start, stop


def integer(data: bytes, start: int, end: int) -> int:
    """Read the content of an INTEGER; it must be minimal."""
    if start == end:
        raise DerError("an empty integer")
    if end - start > 1 and data[start] in {0x00, 0xFF} and (data[start] ^ data[start + 1]) < 0x80:
        raise DerError("an integer that is not minimal")
    return int.from_bytes(data[start:end], signed=True)


def boolean(data: bytes, start: int, end: int) -> bool:
    """Read the content of a BOOLEAN."""
    if end - start != 1 or data[start] not in {0x00, 0xFF}:
        raise DerError("a boolean that is neither 00 nor FF")
    return data[start] == 0xFF


def bits(data: bytes, start: int, end: int) -> bytes:
    """Read the content of a BIT STRING that has whole octets."""
    if start == end or data[start] != 0:
        raise DerError("a bit string with unused bits where octets are wanted")
    return data[start + 1 : end]


@lru_cache(maxsize=16384)
def oid(content: bytes) -> str:
    """Write the content of an OBJECT IDENTIFIER in dotted form."""
    if not content or content[-1] & 0x80:
        raise DerError("an object identifier that is cut off")
    arcs: list[int] = []
    value = 0
    for octet in content:
        if value == 0 and octet == 0x80:
            raise DerError("an object identifier that is not minimal")
        value = value << 7 | octet & 0x7F
        if value >> 256:
            raise DerError("an object identifier with a huge arc")
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))

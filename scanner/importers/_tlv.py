"""The outside of DER and BER values (X.690 8.1): where one ends and what it looks like; what is inside is for `facts`."""

from collections.abc import Iterator

from scanner.record import record

MAX_CERTIFICATE = 1_000_000
"""Bytes; the largest certificate that is read. Real ones stay below 20 kB."""
MAX_PARTS = 100_000
"""Values side by side; no bundle has more, and reading more would only cost time."""
_MAX_DEPTH = 64
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_PKCS7 = bytes.fromhex("06092a864886f70d0107")
SEQUENCE, _INTEGER, _OID, _OCTETS, _BITS = 0x30, 0x02, 0x06, 0x04, 0x03
_CERTIFICATES = 0xA0


@record
class Value:
    """One value: its tag, where it begins, where its content starts and ends, and what comes after it."""

    tag: int
    at: int
    start: int
    end: int
    after: int


def header(data: bytes, at: int) -> tuple[int, int, int | None] | None:
    """Read tag, start of the content and length (null: indefinite); null where no header stands."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        return None
    first = data[at + 1]
    if first < 0x80:
        return data[at], at + 2, first
    octets = first & 0x7F
    if octets == 0:
        return data[at], at + 2, None
    if octets > 8 or at + 2 + octets > len(data):
        return None
    return data[at], at + 2 + octets, int.from_bytes(data[at + 2 : at + 2 + octets])


def value(data: bytes, at: int = 0, depth: int = 0) -> Value | None:
    """Read the value that stands at a place; null where none fits into the data."""
    found = header(data, at)
    if found is None or depth > _MAX_DEPTH:
        return None
    tag, start, length = found
    if length is not None:
        end = start + length
        return Value(tag, at, start, end, end) if end <= len(data) else None
    here = start
    for _ in range(MAX_PARTS):
        if data[here : here + 2] == b"\0\0":
            return Value(tag, at, start, here, here + 2)
        child = value(data, here, depth + 1)
        if child is None:
            return None
        here = child.after
    return None


def children(data: bytes, parent: Value) -> Iterator[Value]:
    """Yield the values inside a constructed one, as far as they fit."""
    at = parent.start
    for _ in range(MAX_PARTS):
        child = value(data, at) if at < parent.end else None
        if child is None or child.after > parent.end:
            return
        yield child
        at = child.after


def shape(data: bytes) -> str | None:
    """Guess from the first tags what a DER object is: certificate, pkcs7, request, crl, a key, pkcs12; null for none."""
    outer = header(data, 0)
    if outer is None or outer[0] != SEQUENCE:
        return None
    if data.startswith(_PKCS7, outer[1]):
        return "pkcs7"
    inner = header(data, outer[1])
    if inner is None:
        return None
    if inner[0] == _INTEGER:
        return _versioned(data, inner)
    return _signed(data, inner) if inner[0] == SEQUENCE else None


def _versioned(data: bytes, version: tuple[int, int, int | None]) -> str | None:
    start, length = version[1], version[2] or 0
    following = data[start + length : start + length + 1]
    if data[start : start + length] == b"\3" and following == b"\x30":
        return "pkcs12"
    return "private key" if length == 1 and following in {b"\x02", b"\x04", b"\x30"} else None


def _signed(data: bytes, body: tuple[int, int, int | None]) -> str | None:
    """Tell apart what begins with two sequences, by the tags of the first elements."""
    _, start, length = body
    after = len(data) if length is None else start + length
    tags, first = _leading(data[:after], start)
    if tags[:1] == [0xA0] or tags == [_INTEGER, SEQUENCE, SEQUENCE, SEQUENCE]:
        return "certificate"
    if tags[:3] == [_INTEGER, SEQUENCE, SEQUENCE]:
        return "request" if first == b"\0" else "crl"
    if tags[:2] == [SEQUENCE, SEQUENCE]:
        return "crl"
    if tags[:1] == [_OID]:
        return {_BITS: "public key", _OCTETS: "private key"}.get(data[after] if after < len(data) else 0)
    return None


def _leading(data: bytes, at: int) -> tuple[list[int], bytes]:
    """List the tags of the first four values, and the content of the first."""
    tags: list[int] = []
    first = b""
    while len(tags) < 4 and (found := header(data, at)) is not None:
        tag, start, length = found
        tags.append(tag)
        if length is None:
            break
        if len(tags) == 1:
            first = data[start : start + min(length, 64)]
        at = start + length
    return tags, first


def signed_certificates(data: bytes) -> list[bytes] | None:
    """Take the certificates out of a PKCS#7 or CMS SignedData (RFC 5652 5.1); null where it is none."""
    outer = value(data)
    content = list(children(data, outer)) if outer else []
    if len(content) < 2 or data[content[0].at : content[0].after] != _SIGNED_DATA:
        return None
    signed = next(children(data, content[1]), None)
    if signed is None:
        return None
    bag = next((part for part in children(data, signed) if part.tag == _CERTIFICATES), None)
    return [data[part.at : part.after] for part in children(data, bag) if part.tag == SEQUENCE] if bag else []


def certificate(data: bytes) -> bytes | None:
    """Cut out the certificate at the front of the bytes (TRUSTED CERTIFICATE has more behind it); null where none stands."""
    outer = value(data)
    if outer is None or outer.tag != SEQUENCE or outer.after > MAX_CERTIFICATE or shape(data) != "certificate":
        return None
    return data[: outer.after]

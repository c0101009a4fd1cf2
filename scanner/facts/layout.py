"""Where the parts of a certificate stand: Certificate and TBSCertificate (RFC 5280 4.1)."""

from typing import NamedTuple

from scanner.facts import der

MOST_BYTES = 1_000_000
_VERSION_3 = b"\x02\x01\x02"
_USUAL = (*[der.SEQUENCE] * 3, der.BIT_STRING, 0xA0, der.INTEGER, *[der.SEQUENCE] * 5, 0xA3)
"""Tags of a Certificate, its three parts, and the parts of a TBSCertificate of version 3 without unique identifiers."""
Span = tuple[int, int]
"""Start and end of a content."""


Spans = tuple[int, Span, Span, Span, Span, Span, tuple[int, int, int], Span | None, Span, tuple[str, ...]]
"""`Parts` without the names."""


class Parts(NamedTuple):
    """The contents of the parts."""

    version: int
    serial: Span
    signature: Span
    issuer: Span
    validity: Span
    subject: Span
    key: tuple[int, int, int]
    """Of a SubjectPublicKeyInfo; at last where its header stands."""
    extensions: Span | None
    inside: Span
    """The signature algorithm within what is signed."""
    faults: tuple[str, ...]
    """What is encoded otherwise than RFC 5280 and DER want."""


def parts(data: bytes) -> Parts:
    """Find the parts of a certificate."""
    return Parts(*spans(data))


def spans(data: bytes) -> Spans:
    """Find the parts of a certificate, in the order of `Parts`; where all are read, names would cost a twentieth more."""
    if len(data) > MOST_BYTES:
        raise der.DerError(f"{len(data):,} bytes; at most {MOST_BYTES:,} are read")
    return _usual(data) or _in_turn(data)


def _usual(data: bytes) -> Spans | None:
    """Take a certificate that has exactly the usual parts: cutting all at once costs half of asking for each."""
    try:
        ((outer, start, stop),) = der.children(data, 0, len(data))
        (inner, at, end), (algorithm, first, last), (bits, _, _) = der.children(data, start, stop)
        version, serial, inside, issuer, validity, subject, key, extensions = der.children(data, at, end)
    except ValueError:
        return None
    tags = (
        outer, inner, algorithm, bits,
        version[0], serial[0], inside[0], issuer[0], validity[0], subject[0], key[0], extensions[0],
    )  # fmt: skip
    if tags != _USUAL or data[version[1] : version[2]] != _VERSION_3:
        return None
    listed = der.expect(data, extensions[1], extensions[2], der.SEQUENCE)
    spki = (key[1], key[2], subject[2])
    return 3, serial[1:], (first, last), issuer[1:], validity[1:], subject[1:], spki, listed, inside[1:], ()


def _in_turn(data: bytes) -> Spans:
    start, stop = der.whole(data, der.SEQUENCE)
    at, end = der.expect(data, start, stop, der.SEQUENCE)
    signature = der.expect(data, end, stop, der.SEQUENCE)
    der.expect(data, signature[1], stop, der.BIT_STRING)
    version = 1
    faults: tuple[str, ...] = ()
    tag, first, last = der.header(data, at, end)
    if tag == 0xA0:
        version = der.integer(data, *der.expect(data, first, last, der.INTEGER)) + 1
        faults = ("default-encoded",) if version == 1 else ()
        at = last
    serial = der.expect(data, at, end, der.INTEGER)
    inner = der.expect(data, serial[1], end, der.SEQUENCE)
    issuer = der.expect(data, inner[1], end, der.SEQUENCE)
    validity = der.expect(data, issuer[1], end, der.SEQUENCE)
    subject = der.expect(data, validity[1], end, der.SEQUENCE)
    key = der.expect(data, subject[1], end, der.SEQUENCE)
    extensions, identifiers = _after_key(data, key[1], end)
    spki = (*key, subject[1])
    return version, serial, signature, issuer, validity, subject, spki, extensions, inner, (*faults, *identifiers)


def _after_key(data: bytes, at: int, end: int) -> tuple[Span | None, tuple[str, ...]]:
    """Find the extensions, and say whether unique identifiers stand before them (RFC 5280 4.1.2.8)."""
    faults: tuple[str, ...] = ()
    while at < end:
        tag, first, last = der.header(data, at, end)
        if tag == 0xA3:
            return der.expect(data, first, last, der.SEQUENCE), faults
        if tag & 0x1F in {1, 2}:
            faults = ("unique-identifiers",)
        at = last
    return None, faults

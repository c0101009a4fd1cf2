"""What ties a certificate to its issuer: raw names and key identifiers (RFC 5280 4.2.1.1, 4.2.1.2)."""

from scanner.facts import der, layout, names
from scanner.record import record

_AKI, _SKI = "2.5.29.35", "2.5.29.14"


@record
class Links:
    """Names as they are encoded, so that comparing them is exact."""

    subject: bytes
    issuer: bytes
    key_id: bytes | None
    issuer_key_id: bytes | None


def read(data: bytes) -> Links | None:
    """Read the links of a certificate; None where the bytes are none."""
    try:
        parts = layout.parts(data)
        subject, issuer = data[slice(*parts.subject)], data[slice(*parts.issuer)]
        own = issuers = None
        if parts.extensions is not None:
            for _, first, last in der.children(data, *parts.extensions):
                own = _value(data, first, last, _SKI) or own
                issuers = _value(data, first, last, _AKI) or issuers
    except der.DerError:
        return None
    return Links(subject, issuer, _octets(own), _key_identifier(issuers))


def _value(data: bytes, start: int, end: int, wanted: str) -> bytes | None:
    begin, stop = der.expect(data, start, end, der.OBJECT)
    if der.oid(data[begin:stop]) != wanted:
        return None
    tag, first, last = der.header(data, stop, end)
    if tag == der.BOOLEAN:
        first, last = der.expect(data, last, end, der.OCTET_STRING)
    return data[first:last]


def _octets(value: bytes | None) -> bytes | None:
    try:
        return value[slice(*der.whole(value, der.OCTET_STRING))] if value else None
    except der.DerError:
        return None


def _key_identifier(value: bytes | None) -> bytes | None:
    try:
        if value is None:
            return None
        start, stop = der.whole(value, der.SEQUENCE)
        return next((value[first:last] for tag, first, last in der.children(value, start, stop) if tag == 0x80), None)
    except der.DerError:
        return None


def organization(name: bytes) -> str | None:
    """Read the organizationName of an encoded name."""
    try:
        return names.known(name)[0][2]
    except der.DerError:
        return None


def text(name: bytes) -> str | None:
    """Write an encoded name as RFC 4514 does."""
    try:
        return names.known(name)[0][0]
    except der.DerError:
        return None

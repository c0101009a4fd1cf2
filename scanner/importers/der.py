"""DER files: one certificate, or several one after another (X.690)."""

import re
from collections.abc import Iterator

from scanner.errors import InputError
from scanner.importers import Document, Yield, _tlv, importer
from scanner.importers._certificates import FEEDS, Bundle

_PADDING = re.compile(rb"[\0\r\n \t\x1a]*+")
_ADVICE = {
    "pkcs12": "a PKCS#12 keystore; export its certificates: openssl pkcs12 -in FILE -nokeys",
    "private key": "a private key; nothing of it was kept",
    "request": "a certificate request",
    "crl": "a certificate revocation list",
    "public key": "a public key",
}


def sniff(head: bytes) -> int:
    """Recognise a certificate by its first tags; other known objects so that they can be named."""
    found = _tlv.shape(head)
    return 3 if found == "certificate" else int(found in _ADVICE)


@importer(
    name="der",
    description="DER certificates",
    suffixes=(".der", ".cer", ".crt"),
    sniff=sniff,
    feeds=FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield every certificate of a DER file."""
    data = document.data
    other = _tlv.shape(data)
    if other in _ADVICE:
        if document.named:
            raise InputError(f"the file is {_ADVICE[other]}; certgate reads certificates here")
        yield document.note("ignored-content", f"the file is {_ADVICE[other]}")
        return
    bundle = Bundle(document)
    at = _skip(data, 0)
    while at < len(data):
        part = _tlv.value(data, at)
        if part is None or part.tag != _tlv.SEQUENCE:
            yield from _unfit(bundle, at)
            break
        yield from bundle.certificate(data[at : part.after])
        at = _skip(data, part.after)
    yield from bundle.rest()


def _skip(data: bytes, at: int) -> int:
    """Pass over line ends and zeros that tools leave behind a certificate."""
    found = _PADDING.match(data, at)
    return found.end() if found else at


def _unfit(bundle: Bundle, at: int) -> Iterator[Yield]:
    """Say why no certificate stands at this place of the file."""
    data = bundle.document.data
    found = _tlv.header(data, at)
    if found is not None and found[0] == _tlv.SEQUENCE and found[2] is not None:
        end = found[1] + found[2]
        yield from bundle.broken(f"cut off: the certificate at byte {at:,} should end at {end:,}, the file at {len(data):,}")
    else:
        yield from bundle.broken(f"from byte {at:,} on the file holds {len(data) - at:,} bytes that are no certificate")

"""PKCS#7 files (.p7b, .p7c) in DER or BER: certificates of a SignedData (RFC 5652 5.1)."""

from collections.abc import Iterator

from scanner.importers import Document, Yield, _tlv, importer
from scanner.importers._certificates import FEEDS, Bundle


def sniff(head: bytes) -> int:
    """Recognise the content type at the front."""
    return 3 if _tlv.shape(head) == "pkcs7" else 0


@importer(
    name="pkcs7",
    description="PKCS#7 certificate bundles in DER",
    suffixes=(".p7b", ".p7c", ".p7s", ".spc"),
    sniff=sniff,
    feeds=FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield the certificates of a PKCS#7 file."""
    bundle = Bundle(document)
    yield from bundle.pkcs7(document.data)
    yield from bundle.rest()

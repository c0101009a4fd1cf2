"""PEM files: certificates, alone or in bundles, with comments, keys and other blocks in between (RFC 7468)."""

import re
from collections.abc import Iterator

from scanner.importers import Document, Yield, _text, _tlv, importer
from scanner.importers._certificates import FEEDS, Bundle
from scanner.importers._pem_blocks import CERTIFICATE_LABELS, PKCS7_LABELS, Block, blocks, holds_private_key

_FIRST = re.compile(rb"\s*-----BEGIN [A-Z0-9 #]{3,40}-----")
_LATER = re.compile(
    rb"(?m)^[ \t]*-----BEGIN (?:[A-Z0-9 ]{0,20}(?:CERTIFICATE|PRIVATE KEY|PKCS7|CMS|CERTIFICATE REQUEST|X509 CRL))-----"
)
_PRINTED = re.compile(rb"\s*(?:Certificate:\s+Data:|Bag Attributes|subject ?=|issuer ?=|depth=\d)")
"""What OpenSSL prints above its blocks, sometimes for more than the first 64 KiB."""


def sniff(head: bytes) -> int:
    """Recognise a BEGIN line, at the top or after other text."""
    text = _text.head(head)
    if _FIRST.match(text):
        return 3
    return 2 if _LATER.search(text) else int(_PRINTED.match(text) is not None)


@importer(
    name="pem",
    description="PEM certificates and bundles",
    suffixes=(".pem", ".crt", ".cer", ".cert", ".ca-bundle"),
    sniff=sniff,
    feeds=FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield every certificate of a PEM file."""
    text = _text.unmarked(document.data)
    bundle = Bundle(document, private_key_beside=holds_private_key(text))
    for block in blocks(text):
        yield from _block(bundle, block)
    yield from bundle.rest()


def _block(bundle: Bundle, block: Block) -> Iterator[Yield]:
    if block.private:
        bundle.key_line = bundle.key_line or block.line
        return
    certificate = block.label in CERTIFICATE_LABELS
    if not certificate and block.label not in PKCS7_LABELS:
        bundle.ignored[block.label] += 1
        return
    if block.data is None:
        bundle.count += certificate
        yield from bundle.broken(block.fault or "the block is broken", block.line, block.column)
    elif certificate and _tlv.shape(block.data) != "pkcs7":
        yield from bundle.certificate(block.data, block.line, block.column)
    else:
        yield from bundle.pkcs7(block.data, block.line, block.column)

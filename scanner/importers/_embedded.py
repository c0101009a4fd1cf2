"""Certificates that stand in cells: PEM, or DER in base64 or hex; a private key beside one is recognised and dropped."""

import binascii

import polars as pl

from scanner.importers import _tlv
from scanner.importers._pem_blocks import CERTIFICATE_LABELS, blocks
from scanner.record import record


@record
class Embedded:
    """What a column of certificates holds, row by row."""

    ders: pl.Series
    unread: pl.Series
    private: pl.Series
    """A private key stood there too."""
    more: pl.Series
    """More certificates than the one that is used."""


def read(texts: pl.Series) -> Embedded:
    """Read a column of certificates; of a chain the first one is the record's own."""
    found = [_cell(text) if text is not None else (None, False, False) for text in texts]
    ders = pl.Series(texts.name, [one[0] for one in found], dtype=pl.Binary)
    private = pl.Series([one[1] for one in found], dtype=pl.Boolean)
    return Embedded(
        ders, texts.is_not_null() & ders.is_null() & ~private, private, pl.Series([one[2] for one in found], dtype=pl.Boolean)
    )


def _cell(text: str) -> tuple[bytes | None, bool, bool]:
    """Return the certificate, whether a private key is there, and whether more certificates are."""
    if "-----BEGIN" not in text:
        data = _bytes(text)
        return (_tlv.certificate(data) if data else None), False, False
    found = list(blocks(text.encode("utf-8", "replace")))
    ders = [der for one in found if one.label in CERTIFICATE_LABELS and one.data and (der := _tlv.certificate(one.data))]
    return (ders[0] if ders else None), any(one.private for one in found), len(ders) > 1


def _bytes(text: str) -> bytes | None:
    bare = "".join(text.split()).removeprefix("0x")
    try:
        return bytes.fromhex(bare) if bare[:2] == "30" else binascii.a2b_base64(bare, strict_mode=True)
    except ValueError:
        return None

"""The decoded columns: every part of a certificate fills a block of them with one tuple, and all rows become a table at once.

Lists of texts travel as one text each and are split natively: a list a row would cost as much as reading the certificate.
"""

from collections.abc import Collection, Sequence

import polars as pl

from scanner import tables
from scanner.tables import Origin

SEPARATOR, NOTHING, OPEN = "\x1f", "\x1d", "\x1e"
"""Between elements; the empty list; in a list of our own words, the element that says there may be more. A name that holds one of
the first two gets their visible picture instead."""
_PICTURES = str.maketrans({SEPARATOR: "\u241f", NOTHING: "\u241d"})
Facts = tuple[object, ...]
"""What one part says: the values of one block."""
Row = list[Facts]
"""What a certificate says: one tuple a block."""

BLOCKS: tuple[tuple[str, ...], ...] = (
    ("fingerprint_sha256", "version"),
    ("serial", "serial_bits"),
    ("signature.oid", "signature.algorithm", "signature.hash", "signature.quantum_safe"),
    ("issuer.dn", "issuer.cn", "issuer.organization"),
    ("not_before", "not_after", "lifetime"),
    (
        "subject.dn",
        "subject.cn",
        "subject.organization",
        "subject.attributes",
        "subject.repeated",
        "subject.country",
        "subject.emails",
    ),
    (
        "key.spki_sha256",
        "key.oid",
        "key.algorithm",
        "key.curve",
        "key.quantum_safe",
        "key.bits",
        "key.exponent",
        "key.whole_octets",
        "key.weakness",
    ),
    ("encoding_faults",),
    ("is_ca", "path_length"),
    ("key_usage",),
    ("extended_key_usage", "usage"),
    ("san.dns", "san.ip", "san.email", "san.uri", "san.other", "wildcard"),
    ("policy_oids", "validation", "policy_qualifiers"),
    ("revocation.ocsp_urls", "aia.methods", "aia.ca_issuers_urls"),
    ("revocation.crl_urls",),
    ("revocation.must_staple",),
    ("sct_count", "earliest_sct", "sct_logs"),
    ("authority_key_identifier",),
    ("critical_extensions", "extensions"),
)
(
    OUTSIDE, SERIAL, SIGNATURE, ISSUER, VALIDITY, SUBJECT, KEY, ENCODING, CONSTRAINTS, KEY_USAGE, EXTENDED_USAGE, NAMES, POLICIES,
    INFORMATION, CRLS, FEATURES, SCTS, AUTHORITY, LISTED,
) = range(len(BLOCKS))  # fmt: skip
FIRST_OF_EXTENSIONS = CONSTRAINTS
ABSENT: tuple[Facts, ...] = (
    (False, None),
    (NOTHING,),
    (NOTHING, NOTHING),
    (NOTHING, NOTHING, NOTHING, NOTHING, 0, False),
    (NOTHING, None, NOTHING),
    (NOTHING, NOTHING, NOTHING),
    (NOTHING,),
    (False,),
    (0, None, NOTHING),
    (NOTHING,),
    (NOTHING, NOTHING),
)
"""What a certificate without extensions says, from `FIRST_OF_EXTENSIONS` on."""
WITHOUT_EXTENSIONS: tuple[Facts, ...] = ((NOTHING,), *ABSENT)
"""What follows the key in a row: no fault of encoding, and `ABSENT`."""
UNKNOWN: tuple[Facts, ...] = tuple((None,) * len(names) for names in BLOCKS)


def packed(texts: Collection[str]) -> str:
    """Write a list of texts as one text."""
    if not texts:
        return NOTHING
    joined = SEPARATOR.join(texts)
    if NOTHING in joined or joined.count(SEPARATOR) >= len(texts):
        return SEPARATOR.join([text.translate(_PICTURES) for text in texts])
    return joined


def table(rows: Sequence[Row]) -> pl.DataFrame:
    """Turn rows to the decoded columns, in the order of the registry."""
    values: dict[str, Sequence[object]] = {}
    for names, facts in zip(BLOCKS, zip(*rows, strict=True), strict=False):
        values.update(zip(names, zip(*facts, strict=True), strict=True))
    plain = pl.DataFrame([pl.Series(name, values.get(name, ()), dtype=_CARRIED[name]) for name in DECODED])
    return plain.select(_COLUMNS)


def _column(name: str) -> pl.Expr:
    column, dtype = pl.col(name), _DTYPES[name]
    if not isinstance(dtype, pl.List):
        return column.cast(dtype)
    texts = column.str.split(SEPARATOR)
    if name in _MAY_BE_OPEN:
        texts = texts.list.eval(pl.when(pl.element() != OPEN).then(pl.element()))
    return pl.when(column == NOTHING).then(pl.lit([], dtype)).otherwise(texts).alias(name)


def _carried(dtype: pl.DataType) -> pl.DataType:
    """Tell how a column travels from Python: lists as packed text, times as microseconds."""
    if isinstance(dtype, pl.List):
        return pl.String()
    return pl.Int64() if isinstance(dtype, pl.Datetime | pl.Duration) else dtype


_MAY_BE_OPEN = frozenset({"key.weakness", "encoding_faults"})
_DTYPES = {name: fact.type.dtype for name, fact in tables.FACTS["certificate"].items() if fact.origin is Origin.DECODED}
DECODED = tuple(_DTYPES)
_CARRIED = {name: _carried(dtype) for name, dtype in _DTYPES.items()}
_COLUMNS = [_column(name) for name in DECODED]

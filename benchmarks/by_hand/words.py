"""What hand-written rules share: short words for Polars, and conditions that several policies ask."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import polars as pl

Rules = dict[str, tuple[pl.Expr, Callable[[], pl.Expr]]]
"""Rule to its `when`, and to what makes its `require`; rules of one `when` name one expression."""

SHARED: dict[str, pl.Expr] = {}
"""Conditions that many rules ask, each a column of its own, in the order in which they are made."""

col, el = pl.col, pl.element


def shared(name: str, condition: pl.Expr) -> pl.Expr:
    """Name a condition that many rules ask, so that it is computed once."""
    SHARED[name] = condition
    return col(name)


def day(year: int, month: int, number: int) -> pl.Expr:
    """A date as an instant."""
    return pl.lit(datetime(year, month, number, tzinfo=UTC), pl.Datetime("us", "UTC"))


def days(number: int, seconds: int = 0) -> pl.Expr:
    """A duration."""
    return pl.lit(timedelta(number, seconds))


def since(year: int, month: int, number: int) -> pl.Expr:
    """Issued on this day or later."""
    return col("not_before") >= day(year, month, number)


def some(name: str, asked: pl.Expr) -> pl.Expr:
    """At least one element."""
    return col(name).list.agg(asked.any())


def every(name: str, asked: pl.Expr) -> pl.Expr:
    """All elements."""
    return col(name).list.agg(asked.all())


def holds(name: str, value: str) -> pl.Expr:
    """The list contains the value."""
    return col(name).list.contains(value)


def among(name: str, values: Iterable[str]) -> pl.Expr:
    """At least one element is one of the values."""
    return some(name, el().is_in(list(values)))


def only(name: str, values: Iterable[str]) -> pl.Expr:
    """All elements are among the values."""
    return every(name, el().is_in(list(values)))


def filled(name: str) -> pl.Expr:
    """The list has elements."""
    return col(name).list.len() > 0


def empty(name: str) -> pl.Expr:
    """The list has no element."""
    return col(name).list.len() == 0


def under(*domains: str) -> str:
    """Names at or below these domains."""
    return rf"(?i)^(?:.*\.)?(?:{'|'.join(domains)})\.?$"


def matching(*patterns: str) -> pl.Expr:
    """An element matches one of the patterns."""
    found = el().str.contains(patterns[0])
    for pattern in patterns[1:]:
        found |= el().str.contains(pattern)
    return found


def limit(*steps: tuple[pl.Expr, int], last: int) -> pl.Expr:
    """Days that a certificate may live, by its notBefore."""
    chain: pl.Expr = days(last)
    for before, number in reversed(steps):
        chain = pl.when(col("not_before") < before).then(days(number)).otherwise(chain)
    return chain


VALID, LEAF, CA = ~col("expired"), ~col("is_ca"), col("is_ca")
PUBLIC, PRIVATE = col("trust") == "public", col("trust") == "private"
SERVER = shared("_server", holds("usage", "tls-server"))
VALID_LEAF = shared("_valid_leaf", LEAF & VALID)
ISSUED = shared("_issued", col("issuer.dn").ne_missing(col("subject.dn")))
"""Not issued by itself."""
VALID_ISSUED = VALID & ISSUED
VALID_RSA = shared("_valid_rsa", VALID & col("key.algorithm").is_in(["RSA", "RSASSA-PSS"]))
IN_TIME = (col("elapsed_share") <= 0.9) | (col("remaining") > timedelta(30))
DEVICE = shared("_device", some("tags", el().str.contains("(?i)^(device|iot|idevid|ldevid)$")))
ENDLESS = col("not_after") >= pl.lit(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), pl.Datetime("us", "UTC"))
"""RFC 5280 4.1.2.5: no well-defined expiration date."""
IN_FORCE = VALID & ~col("not_yet_valid")
RSA, EC = col("key.algorithm") == "RSA", col("key.algorithm") == "EC"
NIST_CURVES = ["P-256", "P-384", "P-521"]
SHA_2 = ["SHA-256", "SHA-384", "SHA-512"]
BROKEN = ["MD2", "MD4", "MD5", "SHA-1", "RIPEMD-160"]
FINITE = ["RSA", "RSASSA-PSS", "DSA", "DH"]
"""Keys whose strength is that of RSA of the same length."""
RSA_OR_ECDSA = ["RSASSA-PKCS1-v1_5", "RSASSA-PSS", "ECDSA"]
SUBJECT_ID, KEY_USAGE, SAN, CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19"
NAME_CONSTRAINTS, CRLS, POLICIES, ISSUER_ID, PURPOSES = "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37"
ACCESS, SCTS, POISON = "1.3.6.1.5.5.7.1.1", "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.3"
HTTP = "(?i)^http://"


def sha_2() -> pl.Expr:
    """Signed over SHA-2; an algorithm without a hash of its own is not."""
    return col("signature.hash").is_in(SHA_2).fill_null(value=False)


def classical_signature() -> pl.Expr:
    """Signed with RSA or ECDSA over SHA-2."""
    return col("signature.algorithm").is_in(RSA_OR_ECDSA) & sha_2()


def odd_exponent() -> pl.Expr:
    """An exponent of 3 or more, and odd."""
    return (col("key.exponent") >= 3) & ~holds("key.weakness", "even-exponent")


def issuer_hash() -> pl.Expr:
    """The hash belongs to the issuer's curve."""
    curve, hash_ = col("issuer.key.curve"), col("signature.hash")
    return (
        ((curve == "P-256") & (hash_ == "SHA-256"))
        | ((curve == "P-384") & (hash_ == "SHA-384"))
        | ((curve == "P-521") & (hash_ == "SHA-512"))
    )


def positive_serial() -> pl.Expr:
    """The serial number is positive and shorter than 160 bits."""
    return col("serial_bits").is_between(1, 159)


def acceptable_key() -> pl.Expr:
    """RSA and its like of 2048 bits, named curves of 224, or something newer."""
    return (
        ~col("key.algorithm").is_in([*FINITE, "EC", "other"])
        | (col("key.algorithm").is_in(FINITE) & (col("key.bits") >= 2048))
        | (EC & (col("key.bits") >= 224) & (col("key.curve") != "explicit"))
    )


def ca_extensions() -> pl.Expr:
    """A CA's extensions are critical, and it may sign certificates and CRLs."""
    return (
        holds("critical_extensions", CONSTRAINTS)
        & holds("critical_extensions", KEY_USAGE)
        & holds("key_usage", "keyCertSign")
        & holds("key_usage", "cRLSign")
    )

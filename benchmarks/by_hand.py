"""The shipped certificate rules as somebody would write them in Polars for one table: the measure of the compiler.

Fewer meanings, on purpose: absent and unknown are the same null, an open list is a closed one, and only fails are
counted. Where no row is unknown, the fails are those of the rules.
"""

from collections.abc import Callable, Container, Iterable
from datetime import UTC, datetime, timedelta

import polars as pl

col, el = pl.col, pl.element


def day(year: int, month: int, number: int) -> pl.Expr:
    """A date as an instant."""
    return pl.lit(datetime(year, month, number, tzinfo=UTC), pl.Datetime("us", "UTC"))


def days(number: int) -> pl.Expr:
    """A duration."""
    return pl.lit(timedelta(days=number))


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


def under(*domains: str) -> str:
    """Names at or below these domains."""
    return rf"(?i)^(?:.*\.)?(?:{'|'.join(domains)})\.?$"


SERVER = holds("usage", "tls-server") & ~col("is_ca")
LIVE = SERVER & ~col("expired")
PUBLIC = SERVER & (col("trust") == "public") & ~col("expired")
RSA = col("key.algorithm") == "RSA"
IN_TIME = (col("elapsed_share") <= 0.9) | (col("remaining") > timedelta(days=30))
PRIVATE = ~col("expired") & (col("trust") == "private")

WHENS: dict[str, pl.Expr] = {
    "server": SERVER,
    "live": LIVE,
    "public": PUBLIC,
    "in time": PUBLIC & IN_TIME,
    "rsa": PUBLIC & RSA,
    "rsa, sane": PUBLIC & RSA & (col("key.exponent") >= 3),
    "since 2026": PUBLIC & (col("not_before") >= day(2026, 3, 15)),
    "since 2027": PUBLIC & (col("not_before") >= day(2027, 3, 15)),
    "named": PUBLIC & col("subject.cn").str.contains(r"^(?:[^A-Z]*|.*[^A-Za-z0-9.*:_-].*)$"),
    "any usage": among("usage", ("tls-server", "any")) & ~col("is_ca") & (col("trust") == "public") & ~col("expired"),
    "key usage": PUBLIC & (col("key_usage").list.len() > 0),
    "has names": holds("usage", "tls-server") & (col("san.dns").list.len() > 0) & (col("trust") == "public") & ~col("expired"),
    "dv or ov": PUBLIC & col("validation").is_in(["DV", "OV"]),
    "ev": PUBLIC & (col("validation") == "EV"),
    "valid": ~col("expired"),
    "leaf": ~col("is_ca") & ~col("expired"),
    "leaf, issued": ~col("is_ca") & ~col("expired") & ~col("self_signed"),
    "ml-dsa": ~col("expired")
    & col("key.algorithm").is_in(["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"])
    & (col("key_usage").list.len() > 0),
    "ml-kem": ~col("expired")
    & col("key.algorithm").is_in(["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"])
    & (col("key_usage").list.len() > 0),
    "after 2030": PRIVATE & (col("not_after") >= day(2031, 1, 1)),
    "after 2031": PRIVATE
    & (col("not_after") >= day(2032, 1, 1))
    & (col("not_after") < day(2036, 1, 1))
    & (col("is_ca") | among("usage", ("code-signing", "timestamping", "document-signing"))),
    "after 2035": PRIVATE & (col("not_after") >= day(2036, 1, 1)),
}

LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DNS = rf"^(?:(\*\.)?({LABEL}\.)*{LABEL})$"
ACE = r"^(?:(.*\.)?([a-wyz0-9][a-z0-9]|x[a-mo-z0-9])--.*)$"
INTERNAL = (
    "local",
    "localhost",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "test",
    "example",
    "invalid",
)
RESERVED = (
    r"^(?:(0|10|127)\..*|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\..*|169\.254\..*|172\.(1[6-9]|2[0-9]|3[01])\..*)$",
    r"^(?:192\.(168|0\.0|0\.2|31\.196|52\.193|88\.99|175\.48)\..*|198\.(1[89]|51\.100)\..*|203\.0\.113\..*|2(4[0-9]|5[0-5])\..*)$",
    r"^(?:::1?|::ffff:.*|64:ff9b:.*|100:(0:0:1)?:.*|2001:([0-9a-f]{0,2}|1[0-9a-f]{2}|db8):.*|2002:.*|2620:4f:8000:.*)$",
    r"^(?:3fff:[0-9a-f]{0,3}:.*|5f00:.*|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)$",
)
EXPERIMENTAL = r"^(?:(1\.3\.9999|1\.3\.6\.1\.4\.1\.2\.267|2\.16\.840\.1\.114027\.80|1\.3\.6\.1\.4\.1\.22554\.5)\..*)$"
HASH_ML_DSA = ["HashML-DSA-44", "HashML-DSA-65", "HashML-DSA-87"]
NEVER_CRITICAL = (
    "1.3.6.1.5.5.7.1.1", "2.5.29.35", "2.5.29.14", "2.5.29.32", "2.5.29.37", "2.5.29.31", "1.3.6.1.4.1.11129.2.4.2", "2.5.29.30",
)  # fmt: skip
VALIDATION = {"2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1"}


def limit(*steps: tuple[pl.Expr, int], last: int) -> pl.Expr:
    """Days that a certificate may live, by its notBefore."""
    chain: pl.Expr = days(last)
    for before, number in reversed(steps):
        chain = pl.when(col("not_before") < before).then(days(number)).otherwise(chain)
    return chain


def one_policy() -> pl.Expr:
    """Exactly one reserved policy identifier, and not anyPolicy."""
    found = pl.lit(value=False)
    for oid in sorted(VALIDATION):
        found |= holds("policy_oids", oid) & ~among("policy_oids", [*sorted(VALIDATION - {oid}), "2.5.29.32.0"])
    return found


def matches(*patterns: str) -> pl.Expr:
    """An element matches one of the patterns."""
    found = el().str.contains(patterns[0])
    for pattern in patterns[1:]:
        found |= el().str.contains(pattern)
    return found


NO_NAME = ~col("subject.dn").is_not_null()
SAN_CRITICAL = holds("critical_extensions", "2.5.29.17")
KEY_USAGE = (
    (col("key.algorithm") != "EC") & every("key_usage", el().is_in(["digitalSignature", "keyEncipherment", "dataEncipherment"]))
) | (
    (col("key.algorithm") == "EC")
    & holds("key_usage", "digitalSignature")
    & every("key_usage", el().is_in(["digitalSignature", "keyAgreement"]))
)
APPROVED = (
    some(
        "chain",
        (el().struct.field("spki_sha256") == f"{1:064d}") | (el().struct.field("ca_owner") == "Example Trust Services"),
    )
    | (
        some("chain", el().struct.field("fingerprint_sha256") == f"{2:064d}")
        & (col("not_before") < day(2027, 1, 1))
    )
)  # fmt: skip

RULES: dict[str, tuple[str, Callable[[], pl.Expr]]] = {
    "approved-cas/issuer": ("leaf, issued", lambda: APPROVED),
    "approved-cas/self-signed": ("leaf", lambda: ~col("self_signed")),
    "public-tls/expired": ("server", lambda: ~col("expired")),
    "public-tls/not-yet-valid": ("server", lambda: ~col("not_yet_valid")),
    "public-tls/renewal-overdue": ("live", lambda: IN_TIME),
    "public-tls/renewal-due": ("in time", lambda: col("elapsed_share") <= 0.7),
    "public-tls/lifetime": (
        "public",
        lambda: (
            col("lifetime")
            <= limit((day(2020, 9, 1), 825), (day(2026, 3, 15), 398), (day(2027, 3, 15), 200), (day(2029, 3, 15), 100), last=47)
        ),
    ),
    "public-tls/key": (
        "public",
        lambda: (
            (RSA & (col("key.bits") >= 2048))
            | ((col("key.algorithm") == "EC") & col("key.curve").is_in(["P-256", "P-384", "P-521"]))
        ),
    ),
    "public-tls/rsa-modulus": ("rsa", lambda: col("key.whole_octets")),
    "public-tls/rsa-exponent": ("rsa", lambda: col("key.exponent") >= 3),
    "public-tls/rsa-exponent-size": ("rsa, sane", lambda: col("key.exponent") >= 65537),
    "public-tls/signature": (
        "public",
        lambda: (
            col("signature.algorithm").is_in(["RSASSA-PKCS1-v1_5", "RSASSA-PSS", "ECDSA"])
            & col("signature.hash").is_in(["SHA-256", "SHA-384", "SHA-512"]).fill_null(value=False)
        ),
    ),
    "public-tls/san": ("public", lambda: (col("san.dns").list.len() > 0) | (col("san.ip").list.len() > 0)),
    "public-tls/san-types": (
        "public",
        lambda: (col("san.email").list.len() == 0) & (col("san.uri").list.len() == 0) & (col("san.other") == 0),
    ),
    "public-tls/san-critical": ("public", lambda: NO_NAME == SAN_CRITICAL),
    "public-tls/dns-syntax": (
        "public",
        lambda: every("san.dns", el().str.contains(DNS)) & ~some("san.dns", el().str.contains(ACE)),
    ),
    "public-tls/internal-names": ("public", lambda: ~some("san.dns", matches(r"^(\*\.)?[^.]*$", under(*INTERNAL)))),
    "public-tls/reverse-zones": ("since 2026", lambda: ~some("san.dns", matches(under(r"in-addr\.arpa", r"ip6\.arpa")))),
    "public-tls/reserved-addresses": ("public", lambda: ~some("san.ip", matches(*RESERVED))),
    "public-tls/common-name": (
        "named",
        lambda: col("san.dns").list.contains(col("subject.cn")) | col("san.ip").list.contains(col("subject.cn")),
    ),
    "public-tls/serial": ("public", lambda: col("serial_bits").is_between(1, 159)),
    "public-tls/version": ("public", lambda: col("version") == 3),
    "public-tls/extended-key-usage": (
        "any usage",
        lambda: (
            holds("extended_key_usage", "serverAuth")
            & ~among(
                "extended_key_usage",
                ("codeSigning", "emailProtection", "timeStamping", "OCSPSigning", "anyExtendedKeyUsage", "precertificateSigning"),
            )
        ),
    ),
    "public-tls/server-auth-only": (
        "since 2027",
        lambda: every("extended_key_usage", el() == "serverAuth") & (col("extended_key_usage").list.len() > 0),
    ),
    "public-tls/key-usage": ("key usage", lambda: KEY_USAGE),
    "public-tls/critical-extensions": (
        "public",
        lambda: (
            ((col("key_usage").list.len() == 0) | holds("critical_extensions", "2.5.29.15"))
            & ~among("critical_extensions", NEVER_CRITICAL)
        ),
    ),
    "public-tls/ca-flag": ("has names", lambda: ~col("is_ca")),
    "public-tls/path-length": ("public", lambda: col("path_length").is_null()),
    "public-tls/policy-identifier": ("public", one_policy),
    "public-tls/organization": ("dv or ov", lambda: (col("validation") == "OV") == col("subject.organization").is_not_null()),
    "public-tls/ev-wildcard": (
        "ev",
        lambda: ~some("san.dns", el().str.starts_with("*") & ~el().str.contains(under("onion"))),
    ),
    "public-tls/revocation-source": (
        "public",
        lambda: (
            (col("revocation.crl_urls").list.len() > 0)
            | (col("revocation.ocsp_urls").list.len() > 0)
            | (col("lifetime") <= limit((day(2024, 3, 15), 0), (day(2026, 3, 15), 10), last=7))
        ),
    ),
    "public-tls/revocation-http": (
        "public",
        lambda: (
            every("revocation.crl_urls", el().str.contains("(?i)^http://"))
            & every("revocation.ocsp_urls", el().str.contains("(?i)^http://"))
        ),
    ),
    "public-tls/transparency": (
        "public",
        lambda: col("sct_count") >= pl.when(col("lifetime") <= timedelta(days=180)).then(2).otherwise(3),
    ),
    "pqc-readiness/experimental": (
        "valid",
        lambda: ~col("key.oid").str.contains(EXPERIMENTAL) & ~col("signature.oid").str.contains(EXPERIMENTAL),
    ),
    "pqc-readiness/pre-hash": (
        "valid",
        lambda: ~col("key.algorithm").is_in(HASH_ML_DSA) & ~col("signature.algorithm").is_in(HASH_ML_DSA),
    ),
    "pqc-readiness/ml-dsa-usage": (
        "ml-dsa",
        lambda: every("key_usage", el().is_in(["digitalSignature", "nonRepudiation", "keyCertSign", "cRLSign"])),
    ),
    "pqc-readiness/ml-kem-usage": ("ml-kem", lambda: every("key_usage", el() == "keyEncipherment")),
    "pqc-readiness/strength-after-2030": (
        "after 2030",
        lambda: (
            ~col("key.algorithm").is_in(["RSA", "RSASSA-PSS", "DSA", "DH", "EC"])
            | (col("key.algorithm").is_in(["RSA", "RSASSA-PSS", "DSA", "DH"]) & (col("key.bits") >= 3072))
            | ((col("key.algorithm") == "EC") & (col("key.bits") >= 256))
        ),
    ),
    "pqc-readiness/signing-after-2031": ("after 2031", lambda: col("key.quantum_safe")),
    "pqc-readiness/classical-after-2035": ("after 2035", lambda: col("key.quantum_safe")),
}
"""Rule to the name of its `when` and its `require`."""


def fails(table: pl.DataFrame, only: Container[str] | None = None) -> dict[str, int]:
    """Count the fails of every rule, or of some; each distinct `when` is asked once."""
    rules = {rule: known for rule, known in RULES.items() if only is None or rule in only}
    names = {name: f"_{number}" for number, name in enumerate(WHENS)}
    asked = table.lazy().with_columns(when.alias(names[name]) for name, when in WHENS.items())
    counted = asked.select((col(names[when]) & ~require()).sum().alias(rule) for rule, (when, require) in rules.items())
    return counted.collect().row(0, named=True)

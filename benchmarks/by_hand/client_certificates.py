"""The rules of `client-certificates` by hand."""

import polars as pl

from benchmarks.by_hand.words import (
    BROKEN,
    EC,
    ENDLESS,
    IN_FORCE,
    IN_TIME,
    KEY_USAGE,
    LEAF,
    NIST_CURVES,
    PRIVATE,
    SERVER,
    VALID,
    VALID_LEAF,
    Rules,
    acceptable_key,
    among,
    col,
    day,
    days,
    el,
    every,
    filled,
    holds,
    shared,
    some,
)

ONLY_CLIENT = shared("_only_client", holds("usage", "tls-client") & ~SERVER & LEAF)
CLIENT = shared("_client", ONLY_CLIENT & VALID)
SPIFFE = shared("_spiffe", some("san.uri", el().str.starts_with("spiffe://")) & VALID_LEAF)
SIGNING = ["RSA", "RSASSA-PSS", "Ed25519", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"]
CURVES = [*NIST_CURVES, "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"]

RULES: Rules = {
    "client-certificates/validity": (ONLY_CLIENT, lambda: IN_FORCE),
    "client-certificates/renewal": (CLIENT, lambda: IN_TIME),
    "client-certificates/key": (CLIENT, acceptable_key),
    "client-certificates/signing-key": (
        CLIENT & (col("key.algorithm") != "other"),
        lambda: col("key.algorithm").is_in(SIGNING) | (EC & col("key.curve").is_in(CURVES)),
    ),
    "client-certificates/signature": (CLIENT, lambda: ~col("signature.hash").is_in(BROKEN)),
    "client-certificates/key-usage": (CLIENT & filled("key_usage"), lambda: holds("key_usage", "digitalSignature")),
    "client-certificates/purpose": (
        CLIENT,
        lambda: ~among("extended_key_usage", ["anyExtendedKeyUsage", "codeSigning", "timeStamping", "OCSPSigning"]),
    ),
    "client-certificates/declared": (
        some("tags", el().str.contains("(?i)^(client|mtls|mtls-client)$")) & VALID_LEAF,
        lambda: holds("extended_key_usage", "clientAuth"),
    ),
    "client-certificates/identity": (
        CLIENT & ~col("issuer.cn").str.contains("(?i)^kubernetes").fill_null(value=False),
        lambda: filled("san.email") | filled("san.uri") | filled("san.dns") | filled("san.ip") | (col("san.other") > 0),
    ),
    "client-certificates/spiffe-id": (
        SPIFFE,
        lambda: (col("san.uri").list.len() == 1) & every("san.uri", el().str.contains("^spiffe://[^/]+/.+$")),
    ),
    "client-certificates/spiffe-key-usage": (
        SPIFFE,
        lambda: (
            holds("key_usage", "digitalSignature")
            & ~among("key_usage", ["keyCertSign", "cRLSign"])
            & holds("critical_extensions", KEY_USAGE)
        ),
    ),
    "client-certificates/lifetime": (
        CLIENT & ~ENDLESS,
        lambda: col("lifetime") <= pl.when(col("not_before") < day(2018, 3, 2)).then(days(1096, 1)).otherwise(days(825, 1)),
    ),
    "client-certificates/private-ca": (CLIENT & ~holds("usage", "email"), lambda: PRIVATE),
}

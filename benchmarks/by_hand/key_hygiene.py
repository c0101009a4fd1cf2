"""The rules of `key-hygiene` by hand, but for those on groups."""

from benchmarks.by_hand.words import (
    LEAF,
    PRIVATE,
    PUBLIC,
    SERVER,
    VALID,
    VALID_RSA,
    Rules,
    among,
    col,
    el,
    holds,
    odd_exponent,
    shared,
    some,
)

BOUND = shared("_of_forum", some("policy_oids", el().str.contains(r"^2\.23\.140\.1\.")))
SIGNERS = ["code-signing", "timestamping", "ocsp-signing"]

RULES: Rules = {
    "key-hygiene/factorable": (
        VALID_RSA,
        lambda: ~among("key.weakness", ["even-modulus", "small-factor", "close-primes"]),
    ),
    "key-hygiene/roca": (VALID_RSA, lambda: ~holds("key.weakness", "roca")),
    "key-hygiene/exponent": (
        VALID_RSA
        & ~(
            LEAF
            & (
                (PUBLIC & among("usage", ["tls-server", "code-signing", "timestamping", "email"]))
                | (BOUND & among("usage", ["code-signing", "timestamping", "email"]))
            )
        ),
        odd_exponent,
    ),
    "key-hygiene/exponent-size": (
        VALID_RSA & (col("key.exponent") >= 3) & ~holds("key.weakness", "even-exponent") & ~(SERVER & LEAF & PUBLIC),
        lambda: (col("key.exponent") >= 65537) & ~holds("key.weakness", "exponent-too-large"),
    ),
    "key-hygiene/rsa-modulus": (
        VALID_RSA & ~(LEAF & ((PUBLIC & among("usage", ["tls-server", "email"])) | (BOUND & holds("usage", "email")))),
        lambda: col("key.whole_octets"),
    ),
    "key-hygiene/purposes": (
        VALID & PRIVATE & LEAF & among("usage", SIGNERS) & ~(holds("usage", "tls-client") & ~SERVER),
        lambda: col("usage").list.len() <= 1,
    ),
    "key-hygiene/private-key-beside": (VALID & holds("sources", "file"), lambda: ~col("private_key_beside")),
}

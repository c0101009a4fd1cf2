"""The rules of `internal-pki` by hand."""

from benchmarks.by_hand.words import (
    BROKEN,
    CA,
    CONSTRAINTS,
    DEVICE,
    EC,
    ENDLESS,
    FINITE,
    IN_FORCE,
    IN_TIME,
    ISSUED,
    KEY_USAGE,
    LEAF,
    PRIVATE,
    SAN,
    SERVER,
    SUBJECT_ID,
    VALID,
    Rules,
    acceptable_key,
    among,
    col,
    days,
    filled,
    holds,
    positive_serial,
    shared,
)

INTERNAL = shared("_internal", PRIVATE & VALID)
UNCLAIMED = shared("_unclaimed", ~among("usage", ["tls-server", "tls-client"]) & ~DEVICE)
"""Nobody else's policy judges these."""
NO_CLIENT = shared("_no_client", ~holds("usage", "tls-client") | SERVER)
INTERNAL_SERVER = INTERNAL & SERVER & LEAF
INTERNAL_CA = INTERNAL & CA
LONG = col("key.algorithm").is_in(FINITE)
FAULTS = [
    "time-type", "time-form", "signature-mismatch", "default-encoded", "key-usage-bits", "empty-extension",
    "duplicate-extension", "unique-identifiers",
]  # fmt: skip

RULES: Rules = {
    "internal-pki/validity": (PRIVATE & LEAF & UNCLAIMED, lambda: IN_FORCE),
    "internal-pki/renewal": (INTERNAL & LEAF & UNCLAIMED, lambda: IN_TIME),
    "internal-pki/ca-validity": (PRIVATE & CA, lambda: IN_FORCE),
    "internal-pki/ca-renewal": (
        INTERNAL_CA,
        lambda: (col("elapsed_share") <= 0.9) | (col("remaining") > days(365)),
    ),
    "internal-pki/key": (INTERNAL & NO_CLIENT, acceptable_key),
    "internal-pki/key-strength": (
        INTERNAL & (col("key.bits") >= 224) & (EC | (LONG & (col("key.bits") >= 2048))),
        lambda: (LONG & (col("key.bits") >= 3072)) | (EC & (col("key.bits") >= 256)),
    ),
    "internal-pki/signature": (INTERNAL & ISSUED & NO_CLIENT, lambda: ~col("signature.hash").is_in(BROKEN)),
    "internal-pki/san": (INTERNAL_SERVER, lambda: filled("san.dns") | filled("san.ip") | filled("san.uri")),
    "internal-pki/wildcard": (INTERNAL_SERVER, lambda: ~col("wildcard")),
    "internal-pki/self-signed": (INTERNAL_SERVER, lambda: ~col("self_signed")),
    "internal-pki/server-is-ca": (INTERNAL & (filled("san.dns") | filled("san.ip")), lambda: LEAF),
    "internal-pki/lifetime": (INTERNAL_SERVER, lambda: col("lifetime") <= days(1096, 1)),
    "internal-pki/purpose": (
        INTERNAL & LEAF & NO_CLIENT & ~DEVICE & ~ENDLESS,
        lambda: filled("extended_key_usage") & ~holds("extended_key_usage", "anyExtendedKeyUsage"),
    ),
    "internal-pki/revocation-source": (
        INTERNAL & LEAF & ISSUED & (col("lifetime") > days(7)),
        lambda: filled("revocation.crl_urls") | filled("revocation.ocsp_urls"),
    ),
    "internal-pki/ca-constraints-critical": (INTERNAL_CA, lambda: holds("critical_extensions", CONSTRAINTS)),
    "internal-pki/ca-key-usage": (INTERNAL_CA, lambda: holds("key_usage", "keyCertSign")),
    "internal-pki/leaf-key-usage": (INTERNAL & LEAF, lambda: ~holds("key_usage", "keyCertSign")),
    "internal-pki/key-usage-critical": (
        INTERNAL & filled("key_usage"),
        lambda: holds("critical_extensions", KEY_USAGE),
    ),
    "internal-pki/path-length": (
        INTERNAL & col("path_length").is_not_null(),
        lambda: CA & holds("key_usage", "keyCertSign"),
    ),
    "internal-pki/serial": (INTERNAL, positive_serial),
    "internal-pki/version": (INTERNAL, lambda: col("version") == 3),
    "internal-pki/subject": (
        INTERNAL,
        lambda: col("subject.dn").is_not_null() | (LEAF & holds("critical_extensions", SAN)),
    ),
    "internal-pki/mailbox": (
        INTERNAL & LEAF & holds("subject.attributes", "emailAddress"),
        lambda: filled("san.email") | (col("san.other") > 0),
    ),
    "internal-pki/authority-key-identifier": (
        INTERNAL & ISSUED,
        lambda: holds("authority_key_identifier", "keyIdentifier"),
    ),
    "internal-pki/subject-key-identifier": (INTERNAL_CA, lambda: holds("extensions", SUBJECT_ID)),
    "internal-pki/encoding": (INTERNAL, lambda: ~among("encoding_faults", FAULTS)),
}

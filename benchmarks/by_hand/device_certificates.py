"""The rules of `device-certificates` by hand."""

from benchmarks.by_hand.words import (
    DEVICE,
    EC,
    ENDLESS,
    IN_FORCE,
    LEAF,
    NIST_CURVES,
    PRIVATE,
    SERVER,
    SHA_2,
    VALID,
    VALID_LEAF,
    Rules,
    among,
    col,
    filled,
    holds,
    shared,
)

A_DEVICE = shared("_a_device", VALID_LEAF & ((ENDLESS & ~SERVER) | DEVICE))
SIGNING = ["Ed25519", "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "HSS-LMS", "XMSS", "XMSSMT"]
HARDWARE = ["hardware", "certified-hardware"]

RULES: Rules = {
    "device-certificates/validity": (
        LEAF & ~among("usage", ["tls-server", "tls-client"]) & (ENDLESS | DEVICE),
        lambda: IN_FORCE,
    ),
    "device-certificates/key": (
        A_DEVICE,
        lambda: (
            (col("key.algorithm").is_in(["RSA", "RSASSA-PSS"]) & (col("key.bits") >= 2048))
            | (EC & col("key.curve").is_in(NIST_CURVES))
            | col("key.algorithm").is_in(SIGNING)
        ),
    ),
    "device-certificates/signature": (
        A_DEVICE,
        lambda: col("signature.hash").is_null() | col("signature.hash").is_in([*SHA_2, "SHA3-256", "SHA3-384", "SHA3-512"]),
    ),
    "device-certificates/ca-flag": (DEVICE & VALID, lambda: LEAF),
    "device-certificates/serial-number": (A_DEVICE, lambda: holds("subject.attributes", "serialNumber")),
    "device-certificates/key-usage": (A_DEVICE & filled("key_usage"), lambda: holds("key_usage", "digitalSignature")),
    "device-certificates/key-protection": (A_DEVICE, lambda: col("private_key_protection").is_in(HARDWARE)),
    "device-certificates/private-ca": (A_DEVICE, lambda: PRIVATE),
}

"""The certificate rules of `pqc-readiness` by hand."""

from benchmarks.by_hand.words import CA, LEAF, PRIVATE, VALID, Rules, among, col, day, filled, holds, only, shared

SIGNERS = shared("_signers", among("usage", ["code-signing", "timestamping", "document-signing"]))
ENCRYPTS = shared(
    "_encrypts", holds("usage", "email") & among("key_usage", ["keyEncipherment", "dataEncipherment", "keyAgreement"])
)
EXPERIMENTAL = r"^(?:(1\.3\.9999|1\.3\.6\.1\.4\.1\.2\.267|2\.16\.840\.1\.114027\.80|1\.3\.6\.1\.4\.1\.22554\.5)\..*)$"
HASH_ML_DSA = ["HashML-DSA-44", "HashML-DSA-65", "HashML-DSA-87"]
SIGNING_USAGES = ["digitalSignature", "nonRepudiation", "keyCertSign", "cRLSign"]

RULES: Rules = {
    "pqc-readiness/encryption-after-2030": (
        VALID & ENCRYPTS & (col("not_after") >= day(2031, 1, 1)),
        lambda: col("key.quantum_safe"),
    ),
    "pqc-readiness/signing-after-2031": (
        VALID & PRIVATE & (col("not_after") >= day(2032, 1, 1)) & (CA | SIGNERS),
        lambda: col("key.quantum_safe"),
    ),
    "pqc-readiness/authentication-after-2035": (
        VALID & PRIVATE & (col("not_after") >= day(2036, 1, 1)) & LEAF & ~SIGNERS & ~ENCRYPTS,
        lambda: col("key.quantum_safe"),
    ),
    "pqc-readiness/experimental": (
        VALID,
        lambda: (
            ((col("key.algorithm") != "other") | ~col("key.oid").str.contains(EXPERIMENTAL))
            & ((col("signature.algorithm") != "other") | ~col("signature.oid").str.contains(EXPERIMENTAL))
        ),
    ),
    "pqc-readiness/pre-hash": (
        VALID,
        lambda: ~col("key.algorithm").is_in(HASH_ML_DSA) & ~col("signature.algorithm").is_in(HASH_ML_DSA),
    ),
    "pqc-readiness/ml-dsa-usage": (
        VALID & col("key.algorithm").is_in(["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"]) & filled("key_usage"),
        lambda: only("key_usage", SIGNING_USAGES),
    ),
    "pqc-readiness/ml-kem-usage": (
        VALID & col("key.algorithm").is_in(["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"]) & filled("key_usage"),
        lambda: only("key_usage", ["keyEncipherment"]),
    ),
    "pqc-readiness/slh-dsa-usage": (
        VALID & col("key.algorithm").str.contains("^(Hash)?SLH-DSA-") & filled("key_usage"),
        lambda: only("key_usage", SIGNING_USAGES),
    ),
}

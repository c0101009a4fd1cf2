"""The rules of `nist-keys` by hand."""

from benchmarks.by_hand.words import (
    BROKEN,
    EC,
    ISSUED,
    LEAF,
    NIST_CURVES,
    PRIVATE,
    VALID,
    VALID_ISSUED,
    VALID_RSA,
    Rules,
    col,
    day,
)

ML_DSA = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"]
SLH_DSA = [f"SLH-DSA-{hash_}-{bits}{size}" for hash_ in ("SHA2", "SHAKE") for bits in (128, 192, 256) for size in "sf"]
STATEFUL = ["HSS-LMS", "XMSS", "XMSSMT"]
COMPOSITE = [
    "MLDSA44-RSA2048-PSS-SHA256", "MLDSA44-RSA2048-PKCS15-SHA256", "MLDSA44-Ed25519-SHA512", "MLDSA44-ECDSA-P256-SHA256",
    "MLDSA65-RSA3072-PSS-SHA512", "MLDSA65-RSA3072-PKCS15-SHA512", "MLDSA65-RSA4096-PSS-SHA512",
    "MLDSA65-RSA4096-PKCS15-SHA512", "MLDSA65-ECDSA-P256-SHA512", "MLDSA65-ECDSA-P384-SHA512",
    "MLDSA65-ECDSA-brainpoolP256r1-SHA512", "MLDSA65-Ed25519-SHA512", "MLDSA87-ECDSA-P384-SHA512",
    "MLDSA87-ECDSA-brainpoolP384r1-SHA512", "MLDSA87-Ed448-SHAKE256", "MLDSA87-RSA3072-PSS-SHA512",
    "MLDSA87-RSA4096-PSS-SHA512", "MLDSA87-ECDSA-P521-SHA512", "MLKEM768-RSA2048-SHA3-256", "MLKEM768-RSA3072-SHA3-256",
    "MLKEM768-RSA4096-SHA3-256", "MLKEM768-X25519-SHA3-256", "MLKEM768-ECDH-P256-SHA3-256", "MLKEM768-ECDH-P384-SHA3-256",
    "MLKEM768-ECDH-brainpoolP256r1-SHA3-256", "MLKEM1024-RSA3072-SHA3-256", "MLKEM1024-ECDH-P384-SHA3-256",
    "MLKEM1024-ECDH-brainpoolP384r1-SHA3-256", "MLKEM1024-X448-SHA3-256", "MLKEM1024-ECDH-P521-SHA3-256",
]  # fmt: skip
APPROVED = [
    "RSA", "RSASSA-PSS", "EC", "Ed25519", "Ed448", "X25519", "X448", "DH", *ML_DSA, *(f"Hash{name}" for name in ML_DSA),
    *SLH_DSA, *(f"Hash{name}" for name in SLH_DSA), *STATEFUL, "ML-KEM-512", "ML-KEM-768", "ML-KEM-1024", *COMPOSITE,
]  # fmt: skip
RSA_OR_PSS = col("key.algorithm").is_in(["RSA", "RSASSA-PSS"])
OURS = LEAF | PRIVATE
AFTER_2030 = VALID & (col("not_after") >= day(2031, 1, 1))

RULES: Rules = {
    "nist-keys/key-algorithm": (VALID, lambda: col("key.algorithm").is_in(APPROVED)),
    "nist-keys/rsa-strength": (VALID_RSA, lambda: col("key.bits") >= 2048),
    "nist-keys/curve": (VALID & EC, lambda: col("key.curve").is_in(["P-224", *NIST_CURVES])),
    "nist-keys/signature-algorithm": (VALID_ISSUED, lambda: ~col("signature.algorithm").is_in(["DSA", "other"])),
    "nist-keys/signature-hash": (VALID_ISSUED, lambda: ~col("signature.hash").is_in([*BROKEN, "other"])),
    "nist-keys/stateful-key": (
        VALID & col("key.algorithm").is_in(STATEFUL),
        lambda: col("private_key_protection").is_in(["hardware", "certified-hardware"]),
    ),
    "nist-keys/hash-after-2030": (
        AFTER_2030 & ISSUED,
        lambda: ~col("signature.hash").is_in(["SHA-224", "SHA-512/224", "SHA3-224"]),
    ),
    "nist-keys/deprecated-after-2030": (
        AFTER_2030 & OURS & ((RSA_OR_PSS & (col("key.bits") >= 2048)) | (EC & (col("key.bits") >= 224))),
        lambda: (RSA_OR_PSS & (col("key.bits") >= 3072)) | (EC & (col("key.bits") >= 256)),
    ),
    "nist-keys/disallowed-after-2035": (
        VALID & (col("not_after") >= day(2036, 1, 1)) & OURS,
        lambda: col("key.quantum_safe"),
    ),
}

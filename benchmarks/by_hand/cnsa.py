"""The certificate rules of `cnsa-2.0` by hand."""

from benchmarks.by_hand.words import CA, EC, RSA_OR_ECDSA, VALID, VALID_ISSUED, Rules, among, col, day, holds, shared

CODE = shared("_of_code", holds("usage", "code-signing"))
CNSA_1 = shared(
    "_cnsa_1",
    (col("key.algorithm").is_in(["RSA", "RSASSA-PSS"]) & (col("key.bits") >= 3072)) | (EC & (col("key.curve") == "P-384")),
)
NETWORK = shared("_network", holds("extended_key_usage", "ipsecIKE") | among("tags", ["network-equipment", "vpn", "router"]))
SIGNED_CNSA_1 = col("signature.algorithm").is_in(RSA_OR_ECDSA) & (
    col("signature.hash").is_in(["SHA-384", "SHA-512"]).fill_null(value=False)
)
FIRMWARE = ["HSS-LMS", "XMSS"]

RULES: Rules = {
    "cnsa-2.0/key": (
        VALID,
        lambda: (
            col("key.algorithm").is_in(["ML-DSA-87", "ML-KEM-1024"])
            | CNSA_1
            | (col("key.algorithm").is_in(FIRMWARE) & (CODE | CA))
        ),
    ),
    "cnsa-2.0/signature": (
        VALID_ISSUED,
        lambda: (
            (col("signature.algorithm") == "ML-DSA-87")
            | SIGNED_CNSA_1
            | (col("signature.algorithm").is_in(FIRMWARE) & (CODE | CA))
        ),
    ),
    "cnsa-2.0/code-signing-until-2030": (VALID & CODE & CNSA_1, lambda: col("not_after") < day(2030, 1, 1)),
    "cnsa-2.0/network-until-2030": (VALID & ~CODE & NETWORK & CNSA_1, lambda: col("not_after") < day(2030, 1, 1)),
    "cnsa-2.0/others-until-2033": (VALID & ~CODE & ~NETWORK & CNSA_1, lambda: col("not_after") < day(2033, 1, 1)),
    "cnsa-2.0/signature-until-2033": (
        VALID_ISSUED & col("key.algorithm").is_in(["ML-DSA-87", "ML-KEM-1024"]) & SIGNED_CNSA_1,
        lambda: col("not_after") < day(2033, 1, 1),
    ),
}

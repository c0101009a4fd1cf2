"""The rules of `code-signing` by hand."""

import polars as pl

from benchmarks.by_hand.words import (
    ACCESS,
    CA,
    CRLS,
    EC,
    HTTP,
    ISSUER_ID,
    KEY_USAGE,
    LEAF,
    NIST_CURVES,
    PUBLIC,
    PURPOSES,
    VALID,
    Rules,
    among,
    ca_extensions,
    classical_signature,
    col,
    day,
    days,
    el,
    filled,
    holds,
    odd_exponent,
    only,
    shared,
    since,
    some,
)

RESERVED = ["2.23.140.1.4.1", "2.23.140.1.3", "2.23.140.1.4.2"]
FOR_CODE = shared("_for_code", among("usage", ["code-signing", "timestamping"]))
UNLOGGED = PUBLIC & (col("sct_count") == 0)
CODE_POLICY = shared("_code_policy", among("policy_oids", RESERVED))
BOUND = UNLOGGED | CODE_POLICY
SIGNER = shared("_signer", FOR_CODE & LEAF & since(2019, 8, 13) & VALID & BOUND)
CODE = shared("_code", SIGNER & holds("usage", "code-signing"))
STAMP = shared("_stamp", SIGNER & holds("usage", "timestamping"))
SIGNER_2022 = SIGNER & since(2022, 6, 29)
CODE_2022 = CODE & since(2022, 6, 29)
SIGNER_CA = shared("_signer_ca", FOR_CODE & CA & since(2019, 8, 13) & VALID & BOUND)
RSA_OR_PSS = col("key.algorithm").is_in(["RSA", "RSASSA-PSS"])
CODE_PURPOSES = [
    "codeSigning", "msLifetimeSigning", "emailProtection", "msDocumentSigning", "documentSigning", "1.3.6.1.4.1.311.3.10.3.12",
    "serverAuth", "anyExtendedKeyUsage",
]  # fmt: skip


def bits(*steps: tuple[pl.Expr, int], last: int) -> pl.Expr:
    """Bits that a key must have, by notBefore."""
    chain: pl.Expr = pl.lit(last)
    for before, number in reversed(steps):
        chain = pl.when(col("not_before") < before).then(number).otherwise(chain)
    return chain


def strong(least: pl.Expr) -> pl.Expr:
    """RSA of so many bits, one of three curves, or DSA of 2048."""
    return (
        (RSA_OR_PSS & (col("key.bits") >= least))
        | (EC & col("key.curve").is_in(NIST_CURVES))
        | ((col("key.algorithm") == "DSA") & (col("key.bits") == 2048))
    )


def signature() -> pl.Expr:
    """SHA-2, and what was permitted before."""
    old = col("signature.algorithm").is_in(["RSASSA-PKCS1-v1_5", "DSA"]) & (col("signature.hash") == "SHA-1").fill_null(
        value=False
    )
    return (
        classical_signature()
        | ((col("signature.algorithm") == "DSA") & (col("signature.hash") == "SHA-256").fill_null(value=False))
        | (old & (col("not_before") < day(2021, 6, 1)))
        | (old & (col("not_before") < day(2022, 5, 1)) & holds("usage", "timestamping"))
    )


def other_purposes() -> pl.Expr:
    """Nothing beside what belongs to code, or to time stamps."""
    code, stamp = holds("usage", "code-signing"), holds("usage", "timestamping")
    return (code & ~stamp & only("extended_key_usage", CODE_PURPOSES)) | (
        ~code & only("extended_key_usage", ["timeStamping", "serverAuth", "anyExtendedKeyUsage"])
    )


RULES: Rules = {
    "code-signing/expired": (FOR_CODE & LEAF & BOUND, lambda: VALID),
    "code-signing/lifetime": (
        CODE,
        lambda: col("lifetime") <= pl.when(col("not_before") < day(2026, 3, 1)).then(days(1188, 1)).otherwise(days(460, 1)),
    ),
    "code-signing/timestamp-lifetime": (STAMP, lambda: col("lifetime") <= days(4110, 1)),
    "code-signing/key": (SIGNER, lambda: strong(bits((day(2021, 6, 1), 2048), last=3072))),
    "code-signing/rsa-exponent": (SIGNER & RSA_OR_PSS, odd_exponent),
    "code-signing/signature": (SIGNER, signature),
    "code-signing/key-protection": (
        CODE & since(2023, 6, 1),
        lambda: col("private_key_protection") == "certified-hardware",
    ),
    "code-signing/extended-key-usage": (
        LEAF & since(2019, 8, 13) & VALID & ((UNLOGGED & FOR_CODE) | CODE_POLICY),
        lambda: (
            among("extended_key_usage", ["codeSigning", "timeStamping"])
            & ~among("extended_key_usage", ["anyExtendedKeyUsage", "serverAuth"])
        ),
    ),
    "code-signing/other-purposes": (SIGNER, other_purposes),
    "code-signing/timestamp-purpose-critical": (STAMP, lambda: holds("critical_extensions", PURPOSES)),
    "code-signing/key-usage": (
        SIGNER,
        lambda: (
            holds("key_usage", "digitalSignature")
            & ~among("key_usage", ["keyCertSign", "cRLSign"])
            & holds("critical_extensions", KEY_USAGE)
        ),
    ),
    "code-signing/key-usage-only": (
        SIGNER & holds("key_usage", "digitalSignature") & ~among("key_usage", ["keyCertSign", "cRLSign"]),
        lambda: only("key_usage", ["digitalSignature"]),
    ),
    "code-signing/critical-extensions": (SIGNER, lambda: ~among("critical_extensions", [ACCESS, CRLS, ISSUER_ID])),
    "code-signing/policy-identifier": (SIGNER, lambda: filled("policy_oids")),
    "code-signing/reserved-identifier": (
        SIGNER & filled("policy_oids"),
        lambda: (
            (holds("usage", "code-signing") & among("policy_oids", ["2.23.140.1.4.1", "2.23.140.1.3"]))
            | (holds("usage", "timestamping") & holds("policy_oids", "2.23.140.1.4.2"))
        ),
    ),
    "code-signing/revocation-source": (SIGNER_2022, lambda: some("revocation.crl_urls", el().str.contains(HTTP))),
    "code-signing/issuer-address": (SIGNER_2022, lambda: some("aia.ca_issuers_urls", el().str.contains(HTTP))),
    "code-signing/authority-key-identifier": (SIGNER_2022, lambda: holds("extensions", ISSUER_ID)),
    "code-signing/subject": (
        CODE_2022,
        lambda: (
            holds("subject.attributes", "commonName")
            & holds("subject.attributes", "organizationName")
            & holds("subject.attributes", "countryName")
            & among("subject.attributes", ["localityName", "stateOrProvinceName"])
            & ~holds("subject.attributes", "domainComponent")
        ),
    ),
    "code-signing/ev-subject": (
        CODE_2022 & holds("policy_oids", "2.23.140.1.3"),
        lambda: (
            holds("subject.attributes", "businessCategory")
            & holds("subject.attributes", "jurisdictionCountryName")
            & holds("subject.attributes", "serialNumber")
        ),
    ),
    "code-signing/serial": (SIGNER, lambda: col("serial_bits") >= 1),
    "code-signing/version": (SIGNER, lambda: col("version") == 3),
    "code-signing/ca-key": (
        SIGNER_CA,
        lambda: strong(bits((day(2021, 6, 1), 2048), (day(2022, 6, 29), 3072), last=4096)),
    ),
    "code-signing/ca-purpose": (
        SIGNER_CA & since(2022, 6, 29),
        lambda: (
            ~among("extended_key_usage", ["anyExtendedKeyUsage", "serverAuth", "emailProtection"])
            & ~(holds("extended_key_usage", "codeSigning") & holds("extended_key_usage", "timeStamping"))
        ),
    ),
    "code-signing/ca-extensions": (SIGNER_CA, ca_extensions),
}

"""The rules of `smime` by hand."""

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
    POLICIES,
    PUBLIC,
    RSA,
    SAN,
    SUBJECT_ID,
    VALID,
    Rules,
    among,
    ca_extensions,
    classical_signature,
    col,
    days,
    el,
    empty,
    every,
    filled,
    holds,
    issuer_hash,
    odd_exponent,
    only,
    positive_serial,
    shared,
    since,
    some,
)


def reserved(kinds: str = "1-4", generations: str = "1-3") -> pl.Expr:
    """A policy of the Baseline Requirements for mail, of these kinds and generations."""
    return some("policy_oids", el().str.contains(rf"^2\.23\.140\.1\.5\.[{kinds}]\.[{generations}]$"))


MAIL_POLICY = shared("_mail_policy", reserved())
FOR_MAIL = shared("_for_mail", holds("usage", "email"))
BOUND = MAIL_POLICY | (PUBLIC & filled("san.email"))
MAIL = shared("_mail", FOR_MAIL & LEAF & since(2023, 9, 1) & VALID & BOUND)
MAIL_RSA = MAIL & RSA
MAIL_CA = shared("_mail_ca", FOR_MAIL & CA & since(2023, 9, 1) & VALID & (MAIL_POLICY | PUBLIC))
STRICT = shared("_strict", reserved(generations="3"))
PQC_DAY = (2025, 8, 22)
EDWARDS = ["Ed25519", "Ed448"]
ML_DSA, ML_KEM = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"], ["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"]
FOREIGN = ["serverAuth", "codeSigning", "timeStamping", "anyExtendedKeyUsage"]
SIGNS = ["digitalSignature", "nonRepudiation"]
NAMES = [
    "commonName", "organizationName", "organizationalUnitName", "organizationIdentifier", "givenName", "surname", "pseudonym",
    "serialNumber", "emailAddress", "title", "streetAddress", "localityName", "stateOrProvinceName", "postalCode", "countryName",
]  # fmt: skip
NEVER_CRITICAL = [
    ACCESS, ISSUER_ID, SUBJECT_ID, "1.2.840.113549.1.9.15", "1.3.6.1.5.5.7.1.3", "1.3.6.1.4.1.52266.1",
    "1.2.840.113583.1.1.9.1", "1.2.840.113583.1.1.9.2",
]  # fmt: skip


def key() -> pl.Expr:
    """What the Baseline Requirements permit."""
    algorithm = col("key.algorithm")
    return (
        (RSA & (col("key.bits") >= 2048))
        | (EC & col("key.curve").is_in(NIST_CURVES))
        | algorithm.is_in(EDWARDS)
        | (algorithm.is_in(ML_DSA + ML_KEM) & since(*PQC_DAY))
    )


def one_policy() -> pl.Expr:
    """One kind, and one generation."""
    kinds, generations = pl.lit(value=False), pl.lit(value=False)
    for kind in "1234":
        kinds |= reserved(kind) & ~reserved("1234".replace(kind, ""))
    for generation in "123":
        generations |= reserved(generations=generation) & ~reserved(generations="123".replace(generation, ""))
    return kinds & generations


def usage(key_use: str, *beside: str) -> pl.Expr:
    """For signatures, for this, or for both."""
    signs, other = holds("key_usage", "digitalSignature"), holds("key_usage", key_use)
    return (
        (signs & only("key_usage", SIGNS))
        | (other & only("key_usage", [key_use, *beside]))
        | (signs & other & only("key_usage", [*SIGNS, key_use, *beside]))
    )


def single_usage() -> pl.Expr:
    """Signatures, or keys."""
    return (col("key.algorithm").is_in(EDWARDS + ML_DSA) & holds("key_usage", "digitalSignature") & only("key_usage", SIGNS)) | (
        col("key.algorithm").is_in(ML_KEM) & filled("key_usage") & only("key_usage", ["keyEncipherment"])
    )


def http(name: str) -> pl.Expr:
    """Every address is plain http."""
    return every(name, el().str.contains(HTTP))


RULES: Rules = {
    "smime/expired": (FOR_MAIL & LEAF & BOUND, lambda: VALID),
    "smime/lifetime": (
        MAIL,
        lambda: (col("lifetime") <= days(825)) | ((col("lifetime") <= days(1185)) & reserved(generations="1")),
    ),
    "smime/legacy": (MAIL & since(2025, 7, 15), lambda: ~reserved(generations="1")),
    "smime/key": (MAIL, key),
    "smime/rsa-modulus": (MAIL_RSA & (col("key.bits") >= 2048), lambda: col("key.whole_octets")),
    "smime/rsa-exponent": (MAIL_RSA, odd_exponent),
    "smime/signature": (
        MAIL,
        lambda: (
            classical_signature()
            | col("signature.algorithm").is_in(EDWARDS)
            | (col("signature.algorithm").is_in(ML_DSA) & since(*PQC_DAY))
        ),
    ),
    "smime/signature-hash": (MAIL & (col("signature.algorithm") == "ECDSA"), issuer_hash),
    "smime/algorithm-encoding": (MAIL, lambda: ~among("encoding_faults", ["key-parameters", "signature-parameters"])),
    "smime/policy-identifier": (MAIL, one_policy),
    "smime/extended-key-usage": (
        LEAF & since(2023, 9, 1) & VALID & (MAIL_POLICY | (PUBLIC & FOR_MAIL & filled("san.email"))),
        lambda: holds("extended_key_usage", "emailProtection") & ~among("extended_key_usage", FOREIGN),
    ),
    "smime/strict-extended-key-usage": (
        MAIL & STRICT,
        lambda: only("extended_key_usage", ["emailProtection", *FOREIGN]),
    ),
    "smime/key-usage-rsa": (MAIL_RSA, lambda: usage("keyEncipherment", "dataEncipherment")),
    "smime/strict-key-usage": (MAIL_RSA & STRICT, lambda: ~holds("key_usage", "dataEncipherment")),
    "smime/key-usage-ec": (MAIL & EC, lambda: usage("keyAgreement", "encipherOnly", "decipherOnly")),
    "smime/key-usage-single": (MAIL & col("key.algorithm").is_in(EDWARDS + ML_DSA + ML_KEM), single_usage),
    "smime/san": (MAIL, lambda: filled("san.email") | (col("san.other") > 0)),
    "smime/san-types": (MAIL, lambda: empty("san.dns") & empty("san.ip") & empty("san.uri")),
    "smime/common-name": (
        MAIL & col("subject.cn").str.contains(r"^[^@\s]+@[^@\sA-Z]+$") & (col("san.other") == 0),
        lambda: col("san.email").list.contains(col("subject.cn")),
    ),
    "smime/subject-mailbox": (
        MAIL & reserved("1"),
        lambda: only("subject.attributes", ["commonName", "serialNumber", "emailAddress"]),
    ),
    "smime/subject-organization": (
        MAIL & reserved("23"),
        lambda: holds("subject.attributes", "organizationName") & holds("subject.attributes", "organizationIdentifier"),
    ),
    "smime/subject-no-person": (
        MAIL & reserved("2"),
        lambda: ~among("subject.attributes", ["givenName", "surname", "pseudonym", "title"]),
    ),
    "smime/subject-person": (
        MAIL & reserved("34", "23"),
        lambda: among("subject.attributes", ["givenName", "surname", "pseudonym"]),
    ),
    "smime/subject-no-organization": (
        MAIL & reserved("4"),
        lambda: ~among("subject.attributes", ["organizationName", "organizationalUnitName", "organizationIdentifier"]),
    ),
    "smime/pseudonym": (
        MAIL & holds("subject.attributes", "pseudonym"),
        lambda: ~among("subject.attributes", ["givenName", "surname"]),
    ),
    "smime/subject-address": (
        MAIL & reserved("2-4", "3"),
        lambda: ~among("subject.attributes", ["streetAddress", "postalCode"]),
    ),
    "smime/other-attributes": (MAIL & reserved("2-4", "23"), lambda: only("subject.attributes", NAMES)),
    "smime/revocation-source": (MAIL, lambda: some("revocation.crl_urls", el().str.contains(HTTP))),
    "smime/http-only": (
        MAIL & reserved(generations="23"),
        lambda: http("revocation.crl_urls") & http("revocation.ocsp_urls") & http("aia.ca_issuers_urls"),
    ),
    "smime/issuer-address": (MAIL, lambda: holds("aia.methods", "caIssuers")),
    "smime/authority-key-identifier": (
        MAIL,
        lambda: (
            holds("authority_key_identifier", "keyIdentifier")
            & ~among("authority_key_identifier", ["authorityCertIssuer", "authorityCertSerialNumber"])
        ),
    ),
    "smime/subject-key-identifier": (MAIL, lambda: holds("extensions", SUBJECT_ID)),
    "smime/critical-extensions": (MAIL, lambda: ~among("critical_extensions", NEVER_CRITICAL)),
    "smime/criticality": (
        MAIL,
        lambda: (
            (empty("key_usage") | holds("critical_extensions", KEY_USAGE))
            & ~among("critical_extensions", [POLICIES, CRLS])
            & (~holds("critical_extensions", SAN) | col("subject.dn").is_null())
        ),
    ),
    "smime/serial": (MAIL, positive_serial),
    "smime/version": (MAIL, lambda: col("version") == 3),
    "smime/ca-flag": (
        FOR_MAIL & since(2023, 9, 1) & VALID & filled("san.email") & (MAIL_POLICY | PUBLIC),
        lambda: LEAF,
    ),
    "smime/path-length": (MAIL, lambda: col("path_length").is_null()),
    "smime/ca-purpose": (
        MAIL_CA & (MAIL_POLICY | col("path_length").eq_missing(0)),
        lambda: ~among("extended_key_usage", FOREIGN),
    ),
    "smime/ca-extensions": (MAIL_CA, ca_extensions),
}

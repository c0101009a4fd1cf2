"""What certificates of the estate are for, and what each sort has in its fields: most are right, a few deviate."""

from typing import Any

import polars as pl

from benchmarks.by_hand.words import (
    ACCESS,
    CONSTRAINTS,
    CRLS,
    ISSUER_ID,
    KEY_USAGE,
    NAME_CONSTRAINTS,
    POISON,
    POLICIES,
    SAN,
    SCTS,
    SUBJECT_ID,
)
from benchmarks.by_hand.words import PURPOSES as PURPOSE
from benchmarks.pools import one, pick, shape

PURPOSES = {"server": 50, "server, client": 30, "client": 4, "mail": 5, "code": 4, "stamp": 2, "any": 1, "none": 2, "odd": 2}
USAGES = {
    "server": ["tls-server"],
    "server, client": ["tls-server", "tls-client"],
    "client": ["tls-client"],
    "mail": ["email"],
    "code": ["code-signing"],
    "stamp": ["timestamping"],
    "any": ["any"],
    "none": [],
    "odd": ["code-signing", "timestamping", "tls-server"],
}
EXTENDED = {
    "server": ["serverAuth"],
    "server, client": ["serverAuth", "clientAuth"],
    "client": ["clientAuth"],
    "mail": ["emailProtection"],
    "code": ["codeSigning"],
    "stamp": ["timeStamping"],
    "any": ["anyExtendedKeyUsage"],
    "none": ["ipsecIKE"],
    "odd": ["codeSigning", "timeStamping", "serverAuth"],
}
FAULTS = (
    "time-type", "time-form", "signature-mismatch", "signature-parameters", "key-parameters", "default-encoded",
    "key-usage-bits", "empty-extension", "duplicate-extension", "unique-identifiers",
)  # fmt: skip
WEAKNESSES = ("even-exponent", "exponent-too-large", "even-modulus", "small-factor", "close-primes", "roca")
KEY_IDENTIFIER = ("keyIdentifier", "authorityCertIssuer", "authorityCertSerialNumber")
SPIFFE = ("spiffe://example.com", "spiffe://example.com/ns/api")
REPOSITORY = ("caIssuers", "1.3.6.1.5.5.7.48.3")

_KEYS = [
    (72, "RSA", 2048, None, 65537, True, "1.2.840.113549.1.1.1"),
    (12, "RSA", 4096, None, 65537, True, "1.2.840.113549.1.1.1"),
    (6, "RSA", 3072, None, 65537, True, "1.2.840.113549.1.1.1"),
    (1, "RSA", 2049, None, 65537, False, "1.2.840.113549.1.1.1"),
    (2, "RSA", 1024, None, 3, True, "1.2.840.113549.1.1.1"),
    (1, "RSA", 2048, None, 1, True, "1.2.840.113549.1.1.1"),
    (2, "RSASSA-PSS", 3072, None, 65537, True, "1.2.840.113549.1.1.10"),
    (70, "EC", 256, "P-256", None, None, "1.2.840.10045.2.1"),
    (12, "EC", 384, "P-384", None, None, "1.2.840.10045.2.1"),
    (2, "EC", 256, "secp256k1", None, None, "1.2.840.10045.2.1"),
    (1, "EC", 224, "P-224", None, None, "1.2.840.10045.2.1"),
    (1, "DSA", 2048, None, None, None, "1.2.840.10040.4.1"),
    (2, "Ed25519", 256, None, None, None, "1.3.101.112"),
    (2, "ML-DSA-65", 15616, None, None, None, "2.16.840.1.101.3.4.3.18"),
    (1, "ML-DSA-87", 20736, None, None, None, "2.16.840.1.101.3.4.3.19"),
    (2, "ML-KEM-768", 9472, None, None, None, "2.16.840.1.101.3.4.4.2"),
    (1, "ML-KEM-1024", 12544, None, None, None, "2.16.840.1.101.3.4.4.3"),
    (1, "SLH-DSA-SHA2-128s", 256, None, None, None, "2.16.840.1.101.3.4.3.20"),
    (1, "HashML-DSA-65", 15616, None, None, None, "2.16.840.1.101.3.4.3.33"),
    (1, "HSS-LMS", None, None, None, None, "1.2.840.113549.1.9.16.3.17"),
    (1, "other", None, None, None, None, "1.3.6.1.4.1.2.267.7.6.5"),
]
KEYS = [
    (weight, dict(zip(("algorithm", "bits", "curve", "exponent", "whole_octets", "oid"), key, strict=True)))
    for weight, *key in _KEYS
]
QUANTUM_SAFE = ["ML-DSA-65", "ML-DSA-87", "ML-KEM-768", "ML-KEM-1024", "SLH-DSA-SHA2-128s", "HashML-DSA-65", "HSS-LMS"]
_SIGNATURES = [
    (80, "RSASSA-PKCS1-v1_5", "SHA-256", "1.2.840.113549.1.1.11"),
    (8, "RSASSA-PKCS1-v1_5", "SHA-384", "1.2.840.113549.1.1.12"),
    (4, "RSASSA-PKCS1-v1_5", "SHA-1", "1.2.840.113549.1.1.5"),
    (1, "RSASSA-PKCS1-v1_5", "SHA-224", "1.2.840.113549.1.1.14"),
    (1, "RSASSA-PKCS1-v1_5", "MD5", "1.2.840.113549.1.1.4"),
    (4, "RSASSA-PSS", "SHA-256", "1.2.840.113549.1.1.10"),
    (70, "ECDSA", "SHA-256", "1.2.840.10045.4.3.2"),
    (20, "ECDSA", "SHA-384", "1.2.840.10045.4.3.3"),
    (2, "ECDSA", "SHA-512", "1.2.840.10045.4.3.4"),
    (1, "DSA", "SHA-256", "2.16.840.1.101.3.4.3.2"),
    (1, "Ed25519", None, "1.3.101.112"),
    (2, "ML-DSA-65", None, "2.16.840.1.101.3.4.3.18"),
    (1, "ML-DSA-87", None, "2.16.840.1.101.3.4.3.19"),
    (1, "HashML-DSA-65", "SHA-512", "2.16.840.1.101.3.4.3.33"),
    (1, "HSS-LMS", None, "1.2.840.113549.1.9.16.3.17"),
    (1, "other", None, "1.3.6.1.4.1.2.267.7.6.5"),
]
SIGNATURES = [(weight, dict(zip(("algorithm", "hash", "oid"), signature, strict=True))) for weight, *signature in _SIGNATURES]
_USUAL = (KEY_USAGE, PURPOSE, CONSTRAINTS, ISSUER_ID, ACCESS, SAN, POLICIES, CRLS, SCTS)
_EXTENSIONS = {
    _USUAL: 30,
    (*_USUAL, SUBJECT_ID): 30,
    (SUBJECT_ID, KEY_USAGE, CONSTRAINTS): 2,
    (*_USUAL, POISON): 1,
    (*_USUAL, NAME_CONSTRAINTS): 1,
    (*_USUAL, "1.3.6.1.4.1.311.21.7"): 2,
    (PURPOSE, SAN): 1,
}
_CRITICAL = {
    (KEY_USAGE,): 30, (KEY_USAGE, CONSTRAINTS): 30, (SAN,): 2, (): 2, (KEY_USAGE, CONSTRAINTS, PURPOSE): 2, (ACCESS,): 1,
    (KEY_USAGE, CRLS): 1,
}  # fmt: skip
_KEY_USAGES = {
    ("digitalSignature",): 48, ("digitalSignature", "keyEncipherment"): 36, ("keyEncipherment", "dataEncipherment"): 3,
    ("digitalSignature", "keyAgreement"): 3, ("nonRepudiation",): 1, ("digitalSignature", "keyCertSign", "cRLSign"): 6,
    ("keyEncipherment",): 2, (): 2,
}  # fmt: skip
_CA_KEY_USAGES = {
    ("keyCertSign", "cRLSign"): 10,
    ("digitalSignature", "keyCertSign", "cRLSign"): 8,
    ("keyCertSign",): 1,
    ("cRLSign",): 1,
}
_BESIDE = {
    (): 54, ("emailProtection",): 1, ("codeSigning",): 1, ("anyExtendedKeyUsage",): 1, ("serverAuth",): 2, ("OCSPSigning",): 1,
    ("1.3.6.1.4.1.311.10.3.4",): 1,
}  # fmt: skip
_DV, _OV, _IV, _EV = "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1"
_LEVELS: list[tuple[int, dict[str, Any]]] = [
    (36, {"policy_oids": [_DV], "validation": "DV"}),
    (14, {"policy_oids": [_OV], "validation": "OV"}),
    (3, {"policy_oids": [_IV], "validation": "IV"}),
    (4, {"policy_oids": [_EV], "validation": "EV"}),
    (2, {"policy_oids": [_DV, _OV], "validation": "DV"}),
    (1, {"policy_oids": ["2.5.29.32.0"], "validation": None}),
    (2, {"policy_oids": [], "validation": None}),
]
_MAIL_POLICIES = {(f"2.23.140.1.5.{kind}.{generation}",): 4 for kind in "1234" for generation in "123"} | {
    ("2.23.140.1.5.1.2", "2.23.140.1.5.2.3"): 1,
    (): 4,
}
_CODE_POLICIES = {("2.23.140.1.4.1",): 10, ("2.23.140.1.3",): 4, ("2.23.140.1.4.2",): 4, ("1.2.3.4",): 1, (): 3}
_COMPANY = ("countryName", "stateOrProvinceName", "localityName", "organizationName", "commonName")
_SUBJECTS = {
    ("commonName",): 50,
    _COMPANY: 30,
    (*_COMPANY, "organizationalUnitName"): 3,
    ("countryName", "localityName", "givenName", "surname", "commonName"): 3,
    ("commonName", "serialNumber"): 2,
    ("commonName", "emailAddress"): 2,
    (*_COMPANY, "businessCategory", "jurisdictionCountryName", "serialNumber"): 6,
    (*_COMPANY, "title"): 1,
    (): 2,
}
_MAIL_SUBJECTS = {
    ("commonName", "emailAddress"): 10,
    ("organizationName", "organizationIdentifier", "commonName"): 6,
    ("givenName", "surname", "organizationName", "organizationIdentifier", "emailAddress"): 6,
    ("pseudonym", "surname", "commonName"): 1,
    ("pseudonym", "organizationName", "organizationIdentifier", "commonName"): 1,
    ("organizationName", "streetAddress", "postalCode", "domainComponent"): 1,
}


def facts() -> list[pl.Expr]:
    """Make the fields that depend on what a certificate is for."""
    mail, server = pl.col("for") == "mail", pl.col("for").is_in(["server", "server, client"])
    code = pl.col("for").is_in(["code", "stamp"])
    of_server, level = shape(6, _LEVELS, None)
    of_others = pl.when(mail).then(one(60, _MAIL_POLICIES)).when(code).then(one(61, _CODE_POLICIES)).otherwise([])
    return [
        _of(USAGES).alias("usage"),
        _of(EXTENDED).list.set_union(one(67, _BESIDE)).alias("extended_key_usage"),
        pl.when(server).then(of_server).otherwise(of_others),
        pl.when(server).then(level),
        one(62, _EXTENSIONS).alias("extensions"),
        one(16, _CRITICAL).alias("critical_extensions"),
        pl.when("is_ca").then(one(68, _CA_KEY_USAGES)).otherwise(one(15, _KEY_USAGES)).alias("key_usage"),
        pl.when(mail).then(one(63, _MAIL_SUBJECTS)).otherwise(one(64, _SUBJECTS)).alias("subject.attributes"),
        *_names(mail, server),
    ]


def _of(values: dict[str, list[str]]) -> pl.Expr:
    return pl.col("for").replace_strict(values, return_dtype=pl.List(pl.String()))


def _names(mail: pl.Expr, server: pl.Expr) -> list[pl.Expr]:
    """Name hosts, mailboxes and nobody."""
    host, address = pl.format("host{}.apps.example.com", "i"), pl.format("user{}@example.com", "i")
    sort, nobody = pick(3, 80), pl.lit([], pl.List(pl.String()))
    names = (
        pl.when(sort == 0)
        .then(pl.concat_list(host, pl.format("host{}.corp.internal", "i")))
        .when(sort == 1)
        .then(pl.concat_list(host, pl.lit("ab--c.example.com"), pl.lit("_x.example.com")))
        .when(sort == 2)
        .then(pl.concat_list(pl.format("{}.0.192.in-addr.arpa", "i")))
        .when(sort == 3)
        .then(nobody)
        .when(sort < 26)
        .then(pl.concat_list(host))
        .otherwise(pl.concat_list(host, pl.format("www.host{}.example.com", "i"), pl.format("*.h{}.example.com", "i")))
    )
    hosts = server | (pl.col("for") == "any") | (pick(65, 10) == 0)
    mailbox = mail.xor(pick(66, 60) == 0)
    common = pl.when(mail).then(address).when(sort == 4).then(pl.lit("Old Host")).otherwise(host)
    return [
        pl.when(hosts).then(names).otherwise(nobody).alias("san.dns"),
        pl.when(mailbox).then(pl.concat_list(address)).otherwise(nobody).alias("san.email"),
        pl.when(sort > 6).then(common).alias("subject.cn"),
    ]

"""The rules of `public-tls` by hand."""

import polars as pl

from benchmarks.by_hand.words import (
    ACCESS,
    CA,
    CONSTRAINTS,
    CRLS,
    EC,
    HTTP,
    IN_TIME,
    ISSUED,
    ISSUER_ID,
    KEY_USAGE,
    LEAF,
    NAME_CONSTRAINTS,
    NIST_CURVES,
    POISON,
    POLICIES,
    PUBLIC,
    PURPOSES,
    RSA,
    SAN,
    SCTS,
    SERVER,
    SHA_2,
    SUBJECT_ID,
    VALID,
    Rules,
    among,
    classical_signature,
    col,
    day,
    days,
    el,
    empty,
    every,
    filled,
    holds,
    issuer_hash,
    limit,
    matching,
    odd_exponent,
    only,
    positive_serial,
    shared,
    since,
    some,
    under,
)

OWN = shared("_own", SERVER & LEAF)
LIVE = shared("_live", OWN & VALID)
TLS = shared("_tls", LIVE & PUBLIC)
TLS_RSA = TLS & RSA
TLS_2018 = TLS & since(2018, 3, 2)
TLS_2020 = TLS & since(2020, 8, 20)
TLS_2023 = shared("_tls_2023", TLS & since(2023, 9, 15))
OV, IV, EV = (TLS & (col("validation") == level) for level in ("OV", "IV", "EV"))
ANY_CA = CA & PUBLIC & VALID
CA_2023 = shared("_ca_2023", ANY_CA & since(2023, 9, 15))
SUB_2023 = CA_2023 & col("issuer.dn").ne_missing(col("subject.dn"))
RSA_OR_EC = RSA | EC
ROOT_2023 = CA_2023 & col("self_signed")
BEFORE_2023 = col("not_before") < day(2023, 9, 15)
BOUNDED_LIFE = (
    TLS
    & since(2020, 9, 1)
    & (col("lifetime") <= limit((day(2026, 3, 15), 398), (day(2027, 3, 15), 200), (day(2029, 3, 15), 100), last=47))
)

LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DNS = rf"^(?:(\*\.)?({LABEL}\.)*{LABEL})$"
ACE = r"^(?:(.*\.)?([a-wyz0-9][a-z0-9]|x[a-mo-z0-9])--.*)$"
INTERNAL = (
    "local", "localhost", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "test", "example", "invalid",
)  # fmt: skip
RESERVED = (
    r"^(?:(0|10|127)\..*|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\..*|169\.254\..*|172\.(1[6-9]|2[0-9]|3[01])\..*)$",
    r"^(?:192\.(168|0\.0|0\.2|31\.196|52\.193|88\.99|175\.48)\..*|198\.(1[89]|51\.100)\..*|203\.0\.113\..*|2(4[0-9]|5[0-5])\..*)$",
    r"^(?:::1?|::ffff:.*|64:ff9b:.*|100:(0:0:1)?:.*|2001:([0-9a-f]{0,2}|1[0-9a-f]{2}|db8):.*|2002:.*|2620:4f:8000:.*)$",
    r"^(?:3fff:[0-9a-f]{0,3}:.*|5f00:.*|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)$",
)
LEVELS = ["2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3", "2.23.140.1.1"]
PLACE = ["localityName", "stateOrProvinceName"]
DV_NAMES = ["countryName", "commonName", "organizationalUnitName"]
NO_DV_NAMES = ["organizationName", "localityName", "stateOrProvinceName", "streetAddress", "postalCode"]
EV_NAMES = [
    "organizationName", "commonName", "businessCategory", "jurisdictionCountryName", "jurisdictionStateOrProvinceName",
    "jurisdictionLocalityName", "serialNumber", "streetAddress", "localityName", "stateOrProvinceName", "countryName",
    "postalCode", "organizationIdentifier", "organizationalUnitName",
]  # fmt: skip
OV_NAMES = [
    "domainComponent", "countryName", "stateOrProvinceName", "localityName", "organizationName", "commonName",
    "organizationalUnitName", "surname", "givenName",
]  # fmt: skip
IV_NAMES = [
    "countryName", "stateOrProvinceName", "localityName", "surname", "givenName", "commonName", "organizationalUnitName",
]  # fmt: skip
WRONG_PURPOSES = ["codeSigning", "emailProtection", "timeStamping", "OCSPSigning", "precertificateSigning"]
EXTENSIONS = [
    ACCESS, ISSUER_ID, POLICIES, PURPOSES, SAN, KEY_USAGE, CONSTRAINTS, CRLS, SCTS, "2.23.140.3.1", SUBJECT_ID,
    NAME_CONSTRAINTS, POISON,
]  # fmt: skip
SHAPELESS = ["time-type", "time-form", "default-encoded", "key-usage-bits"]
TORN = ["signature-mismatch", "empty-extension", "duplicate-extension", "unique-identifiers"]
JUDGED = (OWN & PUBLIC & VALID) | CA_2023


def key() -> pl.Expr:
    """RSA from 2048 bits on, or one of three curves."""
    return (RSA & (col("key.bits") >= 2048)) | (EC & col("key.curve").is_in(NIST_CURVES))


def subject(*names: str) -> pl.Expr:
    """The subject has all of these attributes."""
    found = holds("subject.attributes", names[0])
    for name in names[1:]:
        found &= holds("subject.attributes", name)
    return found


def one_policy() -> pl.Expr:
    """Exactly one reserved policy identifier, and not anyPolicy; before the profiles, at least one."""
    found = BEFORE_2023 & among("policy_oids", LEVELS)
    for oid in LEVELS:
        others = [*(other for other in LEVELS if other != oid), "2.5.29.32.0"]
        found |= holds("policy_oids", oid) & ~among("policy_oids", others)
    return found


def critical() -> pl.Expr:
    """What must be critical is, and nothing else."""
    return ~among("critical_extensions", [ACCESS, ISSUER_ID, SUBJECT_ID]) & (
        BEFORE_2023
        | (
            ~among("critical_extensions", [PURPOSES, POLICIES, CRLS, SCTS])
            & (~holds("extensions", KEY_USAGE) | holds("critical_extensions", KEY_USAGE))
            & (~holds("extensions", CONSTRAINTS) | holds("critical_extensions", CONSTRAINTS))
        )
    )


def key_usage() -> pl.Expr:
    """What a key of its kind may be used for; before the profiles, anything but signing certificates."""
    return (
        (~EC & only("key_usage", ["digitalSignature", "keyEncipherment", "dataEncipherment"]))
        | (EC & holds("key_usage", "digitalSignature") & only("key_usage", ["digitalSignature", "keyAgreement"]))
        | (BEFORE_2023 & ~among("key_usage", ["keyCertSign", "cRLSign"]))
    )


def best_key_usage() -> pl.Expr:
    """Signatures alone, or what else belongs to the key."""
    return (
        only("key_usage", ["digitalSignature"])
        | (RSA & only("key_usage", ["keyEncipherment"]))
        | (EC & among("key_usage", ["keyEncipherment", "dataEncipherment"]))
    )


NO_NAME = col("subject.dn").is_null()
SAN_CRITICAL = holds("critical_extensions", SAN)

RULES: Rules = {
    "public-tls/expired": (OWN, lambda: VALID),
    "public-tls/not-yet-valid": (OWN, lambda: ~col("not_yet_valid")),
    "public-tls/renewal-overdue": (LIVE, lambda: IN_TIME),
    "public-tls/renewal-due": (TLS & IN_TIME, lambda: col("elapsed_share") <= 0.7),
    "public-tls/lifetime": (
        TLS_2018,
        lambda: (
            col("lifetime")
            <= limit((day(2020, 9, 1), 825), (day(2026, 3, 15), 398), (day(2027, 3, 15), 200), (day(2029, 3, 15), 100), last=47)
        ),
    ),
    "public-tls/validity-in-months": (
        TLS & since(2016, 7, 2) & (col("not_before") < day(2018, 3, 2)),
        lambda: col("lifetime") <= days(1189),
    ),
    "public-tls/validity-margin": (
        BOUNDED_LIFE,
        lambda: col("lifetime") <= limit((day(2026, 3, 15), 397), (day(2027, 3, 15), 199), (day(2029, 3, 15), 99), last=46),
    ),
    "public-tls/key": (TLS, key),
    "public-tls/rsa-modulus": (TLS_RSA & (col("key.bits") >= 2048), lambda: col("key.whole_octets")),
    "public-tls/rsa-exponent": (TLS_RSA, odd_exponent),
    "public-tls/rsa-exponent-size": (
        TLS_RSA & (col("key.exponent") >= 3) & ~holds("key.weakness", "even-exponent"),
        lambda: (col("key.exponent") >= 65537) & ~holds("key.weakness", "exponent-too-large"),
    ),
    "public-tls/rsa-factors": (TLS_RSA, lambda: ~among("key.weakness", ["even-modulus", "small-factor"])),
    "public-tls/weak-key": (TLS_RSA, lambda: ~among("key.weakness", ["close-primes", "roca"])),
    "public-tls/signature": (TLS, classical_signature),
    "public-tls/ecdsa-hash": (
        TLS_2020 & (col("signature.algorithm") == "ECDSA") & col("signature.hash").is_in(SHA_2),
        issuer_hash,
    ),
    "public-tls/algorithm-identifiers": (
        TLS_2020,
        lambda: ~among("encoding_faults", ["key-parameters", "signature-parameters"]),
    ),
    "public-tls/san": (TLS, lambda: filled("san.dns") | filled("san.ip")),
    "public-tls/san-types": (TLS, lambda: empty("san.email") & empty("san.uri") & (col("san.other") == 0)),
    "public-tls/san-critical": (
        TLS & holds("extensions", SAN),
        lambda: (NO_NAME & SAN_CRITICAL) | (~NO_NAME & (~SAN_CRITICAL | BEFORE_2023)),
    ),
    "public-tls/dns-syntax": (TLS, lambda: every("san.dns", el().str.contains(DNS))),
    "public-tls/reserved-labels": (TLS & since(2021, 10, 1), lambda: ~some("san.dns", el().str.contains(ACE))),
    "public-tls/internal-names": (TLS, lambda: ~some("san.dns", matching(r"^(\*\.)?[^.]*$", under(*INTERNAL)))),
    "public-tls/reverse-zones": (
        TLS & since(2026, 3, 15),
        lambda: ~some("san.dns", matching(under(r"in-addr\.arpa", r"ip6\.arpa"))),
    ),
    "public-tls/reserved-addresses": (TLS, lambda: ~some("san.ip", matching(*RESERVED))),
    "public-tls/common-name": (
        TLS & col("subject.cn").str.contains(r"^(?:[^A-Z]*|.*[^A-Za-z0-9.*:_-].*)$") & (filled("san.dns") | filled("san.ip")),
        lambda: col("san.dns").list.contains(col("subject.cn")) | col("san.ip").list.contains(col("subject.cn")),
    ),
    "public-tls/common-name-absent": (TLS_2023, lambda: col("subject.cn").is_null()),
    "public-tls/subject-dv": (
        TLS & (col("validation") == "DV"),
        lambda: only("subject.attributes", DV_NAMES) | (BEFORE_2023 & ~among("subject.attributes", NO_DV_NAMES)),
    ),
    "public-tls/subject-ov": (
        OV,
        lambda: (
            subject("organizationName", "countryName")
            & among("subject.attributes", PLACE)
            & (BEFORE_2023 | ~among("subject.attributes", ["surname", "givenName"]))
        ),
    ),
    "public-tls/subject-iv": (
        IV,
        lambda: (
            subject("countryName")
            & among("subject.attributes", PLACE)
            & (subject("surname", "givenName") | (BEFORE_2023 & subject("organizationName")))
        ),
    ),
    "public-tls/subject-ev": (
        EV,
        lambda: (
            subject("organizationName", "businessCategory", "jurisdictionCountryName", "serialNumber", "countryName")
            & among("subject.attributes", PLACE)
        ),
    ),
    "public-tls/subject-ev-attributes": (EV & since(2019, 4, 16), lambda: only("subject.attributes", EV_NAMES)),
    "public-tls/organizational-unit": (TLS & since(2022, 9, 1), lambda: ~subject("organizationalUnitName")),
    "public-tls/subject-repeated": (TLS_2023, lambda: only("subject.repeated", ["streetAddress", "domainComponent"])),
    "public-tls/subject-country": (
        TLS & col("subject.country").is_not_null(),
        lambda: col("subject.country").str.contains("^[A-Z]{2}$"),
    ),
    "public-tls/subject-placeholder": (
        TLS & col("subject.organization").is_not_null(),
        lambda: ~col("subject.organization").str.contains("^[-. ]*$"),
    ),
    "public-tls/subject-extras": (
        TLS_2023 & col("validation").is_in(["OV", "IV"]),
        lambda: (
            ((col("validation") == "OV") & only("subject.attributes", OV_NAMES))
            | ((col("validation") == "IV") & only("subject.attributes", IV_NAMES))
        ),
    ),
    "public-tls/ev-wildcard": (
        EV,
        lambda: ~some("san.dns", el().str.starts_with("*") & ~el().str.contains(under("onion"))),
    ),
    "public-tls/serial": (TLS, positive_serial),
    "public-tls/serial-entropy": (
        TLS & since(2016, 9, 30) & (col("serial_bits") >= 1),
        lambda: col("serial_bits") >= 49,
    ),
    "public-tls/version": (TLS, lambda: col("version") == 3),
    "public-tls/der": (JUDGED, lambda: ~among("encoding_faults", SHAPELESS)),
    "public-tls/structure": (JUDGED, lambda: ~among("encoding_faults", TORN)),
    "public-tls/precertificate": (TLS, lambda: ~holds("extensions", POISON)),
    "public-tls/extended-key-usage": (
        among("usage", ["tls-server", "any"]) & LEAF & PUBLIC & VALID,
        lambda: (
            holds("extended_key_usage", "serverAuth")
            & ~holds("extended_key_usage", "anyExtendedKeyUsage")
            & (BEFORE_2023 | ~among("extended_key_usage", WRONG_PURPOSES))
        ),
    ),
    "public-tls/extended-key-usage-others": (
        TLS_2023,
        lambda: only("extended_key_usage", ["serverAuth", "clientAuth", *WRONG_PURPOSES, "anyExtendedKeyUsage"]),
    ),
    "public-tls/key-usage": (TLS & RSA_OR_EC & filled("key_usage"), key_usage),
    "public-tls/key-usage-present": (TLS_2023, lambda: holds("extensions", KEY_USAGE)),
    "public-tls/key-usage-bits": (
        TLS_2023
        & RSA_OR_EC
        & filled("key_usage")
        & only("key_usage", ["digitalSignature", "keyEncipherment", "dataEncipherment", "keyAgreement"]),
        best_key_usage,
    ),
    "public-tls/critical-extensions": (TLS, critical),
    "public-tls/ca-flag": (SERVER & filled("san.dns") & PUBLIC & VALID, lambda: LEAF),
    "public-tls/path-length": (TLS, lambda: col("path_length").is_null()),
    "public-tls/name-constraints": (TLS, lambda: ~holds("extensions", NAME_CONSTRAINTS)),
    "public-tls/authority-key-identifier": (
        TLS,
        lambda: (
            holds("authority_key_identifier", "keyIdentifier")
            & (only("authority_key_identifier", ["keyIdentifier"]) | (col("not_before") < day(2020, 8, 20)))
        ),
    ),
    "public-tls/subject-key-identifier": (TLS_2023, lambda: ~holds("extensions", SUBJECT_ID)),
    "public-tls/other-extensions": (TLS_2023, lambda: only("extensions", EXTENSIONS)),
    "public-tls/certificate-policies": (TLS, lambda: filled("policy_oids")),
    "public-tls/policy-identifier": (TLS & since(2020, 9, 30) & filled("policy_oids"), one_policy),
    "public-tls/policy-qualifiers": (TLS_2023, lambda: only("policy_qualifiers", ["cps"])),
    "public-tls/policy-qualifiers-absent": (
        TLS_2023 & only("policy_qualifiers", ["cps"]) & (col("validation").ne_missing("EV") | since(2024, 5, 6)),
        lambda: empty("policy_qualifiers"),
    ),
    "public-tls/authority-information-access": (TLS, lambda: holds("extensions", ACCESS)),
    "public-tls/access-methods": (TLS_2023, lambda: only("aia.methods", ["ocsp", "caIssuers"])),
    "public-tls/issuer-address": (TLS & holds("extensions", ACCESS), lambda: holds("aia.methods", "caIssuers")),
    "public-tls/revocation-source": (
        TLS,
        lambda: (
            filled("revocation.crl_urls")
            | filled("revocation.ocsp_urls")
            | (col("lifetime") <= limit((day(2024, 3, 15), 0), (day(2026, 3, 15), 10), last=7))
        ),
    ),
    "public-tls/revocation-http": (
        TLS_2023,
        lambda: (
            every("revocation.crl_urls", el().str.contains(HTTP))
            & every("revocation.ocsp_urls", el().str.contains(HTTP))
            & every("aia.ca_issuers_urls", el().str.contains(HTTP))
        ),
    ),
    "public-tls/ca-key": (ANY_CA, key),
    "public-tls/ca-signature": (ANY_CA & ISSUED, classical_signature),
    "public-tls/ca-basic-constraints": (CA_2023, lambda: holds("critical_extensions", CONSTRAINTS)),
    "public-tls/ca-key-usage": (
        CA_2023,
        lambda: (
            holds("critical_extensions", KEY_USAGE)
            & holds("key_usage", "keyCertSign")
            & holds("key_usage", "cRLSign")
            & only("key_usage", ["keyCertSign", "cRLSign", "digitalSignature"])
        ),
    ),
    "public-tls/ca-key-identifiers": (
        CA_2023,
        lambda: (
            holds("extensions", SUBJECT_ID)
            & only("authority_key_identifier", ["keyIdentifier"])
            & (col("self_signed") | filled("authority_key_identifier"))
        ),
    ),
    "public-tls/ca-serial": (CA_2023, positive_serial),
    "public-tls/ca-policies": (
        SUB_2023,
        lambda: (
            (filled("policy_oids") | (filled("extended_key_usage") & ~holds("extended_key_usage", "serverAuth")))
            & (~holds("policy_oids", "2.5.29.32.0") | only("policy_oids", ["2.5.29.32.0"]))
            & only("policy_qualifiers", ["cps"])
        ),
    ),
    "public-tls/ca-revocation-source": (
        SUB_2023,
        lambda: filled("revocation.crl_urls") & every("revocation.crl_urls", el().str.contains(HTTP)),
    ),
    "public-tls/ca-extended-key-usage": (
        SUB_2023 & holds("extended_key_usage", "serverAuth"),
        lambda: ~among("extended_key_usage", [*WRONG_PURPOSES, "anyExtendedKeyUsage"]),
    ),
    "public-tls/root-lifetime": (ROOT_2023, lambda: col("lifetime").is_between(days(2922), days(9133, 1))),
    "public-tls/root-extended-key-usage": (ROOT_2023, lambda: ~holds("extensions", PURPOSES)),
    "public-tls/root-subject": (
        ROOT_2023,
        lambda: subject("countryName", "organizationName", "commonName") & ~subject("organizationalUnitName"),
    ),
    "public-tls/root-extras": (
        ROOT_2023,
        lambda: empty("policy_oids") & col("path_length").is_null() & empty("revocation.crl_urls"),
    ),
}

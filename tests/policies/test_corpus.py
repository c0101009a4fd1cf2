"""Certificates nobody here wrote: what public-tls says of them, other tools say too."""

import json
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import certifi
import polars as pl
import pytest

from scanner.facts import certificate
from scanner.inventory.clock import with_time
from scanner.model import Mode
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.reader import find, load
from scanner.tables import utc
from scanner.trust import chain, roots
from tests.conftest import CORPUS

(PUBLIC,) = load.load(find.find("public-tls"))
FOR_ROOTS = {name: load.load(find.find(name))[0] for name in ("default", "browser-roots")}
SAYS_SO = {
    "lifetime": ("validity_period_exceeds_398", "valid_time_longer_than"),
    "key": (
        "public_key_type_not_allowed",
        "rsa_lt_2048",
        "ec_curve_not_nist3",
        "prohibited_spki",
        "prohibited_subject_public_key",
    ),
    "signature": ("sig_sha1", "sig_md5", "signature_algorithm_not_supported", "prohibited_signature_algorithm"),
    "san": ("san_missing", "subject_altname_extension_absent", "serverauth_leaf_no_san"),
    "san-types": (
        "san_uniform_resource_identifier_present",
        "san_rfc822_name_present",
        "san_other_name_present",
        "prohibited_san_type",
    ),
    "san-critical": ("san_critical", "subject_alternative_name_extension", "subject_altname_extension", "san_not_critical"),
    "internal-names": ("dnsname_not_valid_tld", "internal_domain_name"),
    "common-name": ("common_name_not_from_san", "common_name_not_exactly_from_san", "common_name_unknown_source"),
    "version": ("invalid_certificate_version",),
    "extended-key-usage": ("sub_cert_eku_missing", "extended_key_usage_extension_absent", "eku_"),
    "certificate-policies": ("certificate_policies_missing", "certificate_policies_extension_absent"),
    "authority-information-access": ("sub_cert_aia_missing", "authority_info_access_extension_absent"),
    "authority-key-identifier": ("authority_key_identifier_no_key_identifier", "authority_key_identifier_extension_absent"),
    "der": ("wrong_time_format", "wrong_time_useful_type"),
    "revocation-source": (
        "missing_crl_distrib_point",
        "aia_missing",
        "aia_does_not_contain_ocsp",
        "revocation_information_absent",
    ),
}
"""Rule to parts of the names that zlint, pkilint and the corpus' own verdicts give the same fault."""

ALONE = {
    ("7f7228553417082195fdc80f49ec39d3b31998003a55044c6b64ce6049e7e0ad", "key"): (
        "An Ed25519 key of 2019: zlint faults its Ed25519 signature, and its lint about keys only looks at later certificates."
    ),
    ("1ccc3ce1056d6a78025670ab4e07b500a26341ffacdb1528b020ddbf7e692e08", "lifetime"): (
        "It lives 1825 d. Its issuer has its name, so zlint takes it for self-signed and does not ask how long it lives."
    ),
}
"""Where no other tool says so, and why we side with BR 6.1.5 and 6.3.2."""

EVERY_WILDCARD = "pkix.invalid_domain_name_syntax"
"""pkilint's RFC 5280 lint that refuses `*` in any name; the Baseline Requirements allow wildcards, and CAs of the Web issue them."""


def lines(name: str) -> Iterator[dict[str, object]]:
    """Read a file of one JSON object a line."""
    with (CORPUS / name).open(encoding="utf-8") as text:
        yield from map(json.loads, text)


@cache
def judges() -> dict[str, str]:
    """Say per certificate, by its SHA-256, everything that another tool faults, as one text."""
    said: dict[str, str] = {}
    for row in lines("cert_lint.jsonl"):
        said[str(row["sha256"])] = json.dumps([row["zlint"], row["pkilint_pkix"], row["pkilint_serverauth"]])
    for row in lines("cert_verdicts.jsonl"):
        verdicts: dict[str, str] = row["verdicts"] or {}  # type: ignore[assignment]
        said[str(row["sha256"])] += " ".join(name for name, verdict in verdicts.items() if verdict == "fail")
    return said


def corpus() -> pl.DataFrame:
    """Decode every certificate of the corpus."""
    ders = []
    for row in lines("cert_verdicts.jsonl"):
        data = (CORPUS / str(row["file"])).read_bytes()
        ders += blocks(data) if b"-----BEGIN" in data else [data]
    return certificate.read(ders).frame


def blocks(data: bytes) -> list[bytes]:
    """Read the blocks of a PEM file."""
    return [b64decode(part.split(b"-----")[1]) for part in data.split(b"-----BEGIN")[1:]]


def leaves() -> pl.DataFrame:
    """Choose the leaves for TLS servers, taken as publicly trusted (what --assume trust=public does)."""
    server = pl.col("usage").list.contains("tls-server") | pl.col("usage").list.contains("any")
    return corpus().filter(~pl.col("is_ca") & server & pl.col("not_before").is_not_null()).with_columns(trust=pl.lit("public"))


def findings() -> Iterator[tuple[str, str, Mode]]:
    """Judge every leaf at its own notBefore; yield the certificate, the rule and how it is enforced."""
    for (issued,), table in leaves().group_by(["not_before"], maintain_order=True):
        evaluation = evaluate(PUBLIC.rules, {"certificate": with_time(table, "certificate", issued)}, issued)
        for rule in PUBLIC.rules:
            for number, outcome, missing in evaluation.findings(rule.id, "certificate").iter_rows():
                assert outcome == "fail", f"{rule.id} could not be judged for want of {missing}"
                yield table["fingerprint_sha256"][number], rule.id.partition("/")[2], rule.mode(issued)


def unfaulted() -> set[str]:
    """Find the leaves that no judge of their day faults: zlint, which knows dates, and pkilint's lints of RFC 5280, which has none.

    pkilint's lints of the Baseline Requirements know today's edition only, so they fault every older certificate.
    """
    known = set(leaves()["fingerprint_sha256"])
    return {str(row["sha256"]) for row in lines("cert_lint.jsonl") if row["sha256"] in known and not faults(row)}


def faults(row: dict[str, object]) -> list[str]:
    """List what zlint calls an error or a warning, and what pkilint calls an error."""
    said: dict[str, list[str]] | str = row["zlint"]  # type: ignore[assignment]
    if isinstance(said, str):
        return [said]
    found = [name for level in ("fatal", "error", "warn") for name in said.get(level, ())]
    pairs: list[tuple[str, str]] = row["pkilint_pkix"] or []  # type: ignore[assignment]
    return found + [name for level, name in pairs if level in {"ERROR", "FATAL"} and name != EVERY_WILDCARD]


def test_every_leaf_is_judged() -> None:
    """The corpus has 46 leaves for TLS servers whose dates can be read; none is left out and none undecided."""
    assert leaves().height == 46
    assert len({digest for digest, _, _ in findings()}) == 22


def test_no_blocking_finding_stands_alone() -> None:
    """What blocks a certificate of the corpus, zlint, pkilint or a verdict faults as well, but for two explained cases."""
    alone = {
        (digest, rule)
        for digest, rule, mode in findings()
        if mode is Mode.BLOCK and not any(part in judges()[digest] for part in SAYS_SO.get(rule, ()))
    }
    assert alone == set(ALONE)


def test_certificates_that_are_right_stay_silent() -> None:
    """The 23 leaves that no judge faults give no blocking finding on the day they were issued."""
    right = unfaulted()
    assert len(right) == 23
    assert [(digest, rule) for digest, rule, mode in findings() if digest in right and mode is Mode.BLOCK] == []


@pytest.fixture(scope="module")
def mozilla() -> pl.DataFrame:
    """Decode Mozilla's roots, with chain and trust."""
    ders = blocks(Path(certifi.where()).read_bytes())
    assert len(ders) > 100
    found = certificate.read(ders).frame.with_columns(asset_id="fingerprint_sha256")
    return chain.derive(found, roots.load())


@pytest.mark.parametrize("name", FOR_ROOTS)
def test_mozilla_roots_give_no_finding(name: str, mozilla: pl.DataFrame) -> None:
    """No rule of the policy fails on a root of the Web, or is left undecided, a warning included."""
    as_of, rules = utc(2026, 11, 24), FOR_ROOTS[name].rules
    evaluation = evaluate(rules, {"certificate": with_time(mozilla, "certificate", as_of)}, as_of)
    found = {rule.id: evaluation.findings(rule.id, "certificate").height for rule in rules}
    assert {rule: count for rule, count in found.items() if count} == {}


def test_some_of_mozillas_roots_are_bound_by_the_profile(mozilla: pl.DataFrame) -> None:
    """The rules for CAs are not silent because they judge nothing: roots of 2023-09-15 and later are among them."""
    assert mozilla.filter(pl.col("not_before") >= utc(2023, 9, 15)).height >= 1

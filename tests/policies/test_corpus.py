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
from scanner.rules import find, load
from scanner.rules.evaluate import evaluate
from scanner.tables import utc
from scanner.trust import chain, roots
from tests.conftest import CORPUS

(PUBLIC,) = load.load(find.find("public-tls"))
(DEFAULT,) = load.load(find.find("default"))
SAYS_SO = {
    "lifetime": ("validity_period_exceeds_398", "valid_time_longer_than", "validity_gt_398"),
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
    "key-usage": ("prohibited_ku_present", "key_usage_value_prohibited", "ku_"),
    "critical-extensions": ("key_usage_not_critical", "non_critical_key_usage", "critical_extended_key_usage"),
    "policy-identifier": ("certificate_policies_missing", "certificate_policies_extension_absent", "missing_reserved_policy_oid"),
    "revocation-source": (
        "missing_crl_distrib_point",
        "aia_missing",
        "aia_does_not_contain_ocsp",
        "revocation_information_absent",
    ),
    "revocation-http": ("prohibited_uri_scheme",),
}
"""Rule to parts of the names that zlint, pkilint and the corpus' own verdicts give the same fault."""

ALONE = {
    ("7f7228553417082195fdc80f49ec39d3b31998003a55044c6b64ce6049e7e0ad", "key"): (
        "An Ed25519 key of 2019: zlint faults its Ed25519 signature, and its lint about keys only looks at later certificates."
    ),
}
"""Where no other tool says so, and why we side with BR 6.1.5."""


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


def test_every_leaf_is_judged() -> None:
    """The corpus has 46 leaves for TLS servers whose dates can be read; none is left out and none undecided."""
    assert leaves().height == 46
    assert len({digest for digest, _, _ in findings()}) > 30


def test_no_blocking_finding_stands_alone() -> None:
    """What blocks a certificate of the corpus, zlint, pkilint or a verdict faults as well, but for one explained case."""
    alone = {
        (digest, rule)
        for digest, rule, mode in findings()
        if mode is Mode.BLOCK and not any(part in judges()[digest] for part in SAYS_SO.get(rule, ()))
    }
    assert alone == set(ALONE)


@pytest.fixture(scope="module")
def mozilla() -> pl.DataFrame:
    """Decode Mozilla's roots, with chain and trust."""
    ders = blocks(Path(certifi.where()).read_bytes())
    assert len(ders) > 100
    found = certificate.read(ders).frame.with_columns(asset_id="fingerprint_sha256")
    return chain.derive(found, roots.load())


def test_mozilla_roots_give_no_finding(mozilla: pl.DataFrame) -> None:
    """No rule of the default policy fails on a root of the Web, or is left undecided."""
    as_of = utc(2026, 11, 24)
    evaluation = evaluate(DEFAULT.rules, {"certificate": with_time(mozilla, "certificate", as_of)}, as_of)
    found = {rule.id: evaluation.findings(rule.id, "certificate").height for rule in DEFAULT.rules}
    assert {rule: count for rule, count in found.items() if count} == {}

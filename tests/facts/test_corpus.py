"""Every certificate of the corpus gives the facts that OpenSSL, zcrypto, asn1crypto and Java agree on (tests/corpus/README.md)."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.facts import certificate
from tests.conftest import CORPUS

ROWS = [json.loads(line) for line in (CORPUS / "cert_facts.jsonl").read_text().splitlines()]
UNREADABLE = {
    "certs/go-spiffe/c7791eeaf1260ae1.pem": "cut off: no tool reads it",
    "certs/go-spiffe/b35bf9ae8257bb65.der": "several certificates in one file; the importer takes them apart, this reader wants one",
}
NAMES = {"RSA-PSS": "RSASSA-PSS"}
YEAR_ZERO = "certs/asn1crypto/35392e953f83712a.pem"
"""notBefore lies in the year 0, which neither Python nor any policy can compare with; it is unknown, with a problem."""


def der(path: Path) -> bytes:
    """Read the bytes of a PEM or DER file."""
    data = path.read_bytes()
    block = re.search(rb"-----BEGIN [A-Z ]*CERTIFICATE-----(.*?)-----END", data, re.DOTALL)
    return base64.b64decode(block.group(1)) if block else data


@pytest.fixture(scope="module")
def decoded() -> dict[str, dict[str, Any]]:
    """Decode the whole corpus once."""
    table = certificate.read([der(CORPUS / row["file"]) for row in ROWS]).frame
    return dict(zip([row["file"] for row in ROWS], table.iter_rows(named=True), strict=True))


READABLE = [row for row in ROWS if row["file"] not in UNREADABLE]


@pytest.mark.parametrize("row", READABLE, ids=[row["file"] for row in READABLE])
def test_facts_agree_with_other_tools(row: dict[str, Any], decoded: dict[str, dict[str, Any]]) -> None:
    """Serial, dates, key, signature, extensions and names are what the other tools read."""
    told, ours = row["facts"], decoded[row["file"]]
    assert ours["fingerprint_sha256"] == row["sha256"]
    assert ours["serial"] == (("-" if told["serial_sign"] < 0 else "") + told["serial_hex"].removeprefix("-"))
    assert ours["version"] == told["version"]
    assert ours["key.oid"] == told["key_oid"]
    assert ours["key.algorithm"] == NAMES.get(told["key_alg"], told["key_alg"].removeprefix("id-"))
    assert ours["key.spki_sha256"] == told["spki_sha256"]
    assert ours["key.curve"] == told["curve"]
    if told["key_bits"] is not None:
        assert ours["key.bits"] == told["key_bits"]
    if told["rsa_exponent"] is not None:
        assert ours["key.exponent"] == int(told["rsa_exponent"])
    assert ours["signature.oid"] == told["sig_oid"]
    assert _hash(ours["signature.hash"]) == told["sig_hash"]
    assert ours["key.quantum_safe"] == (told["key_family"] in {"pqc-final", "composite", "pqc-stateful-hash"})
    assert ours["is_ca"] == told["is_ca"]
    assert ours["path_length"] == told["path_len"]
    assert len(ours["san.dns"]) == told["san_dns_count"], "the other tools list at most 64"
    assert {name.lower().removesuffix(".") for name in told["san_dns"] or []} <= set(ours["san.dns"])
    assert len(ours["san.ip"]) == told["san_ip_count"]
    assert len(ours["san.email"]) == told["san_email_count"]
    assert len(ours["san.uri"]) == told["san_uri_count"]
    assert ours["san.other"] == told["san_other_count"]
    assert ours["wildcard"] == (told["san_dns_wildcard_count"] > 0)
    assert sorted(ours["critical_extensions"]) == sorted(told["critical_ext_oids"] or [])
    assert ours["extensions"] == (told["ext_oids"] or [])
    assert ("keyCertSign" in ours["key_usage"]) == told["ku_keycertsign"]
    assert len(ours["extended_key_usage"]) == len(told["eku_oids"] or [])
    assert (ours["subject.dn"] is None) == told["subject_empty"]
    if row["file"] == YEAR_ZERO:
        assert ours["not_before"] is None
        assert {"not_before", "lifetime"} <= set(ours["_unknown"])
        return
    assert ours["not_before"] == _instant(told["not_before"])
    assert ours["not_after"] == _instant(told["not_after"])
    assert ours["lifetime"].total_seconds() == told["validity_seconds_inclusive"]


def test_what_other_tools_find_wrong_with_an_encoding_is_found(decoded: dict[str, dict[str, Any]]) -> None:
    """Times of the wrong type, RSA keys without NULL and keyUsage without a bit: those that zlint or pkilint say, and no more."""
    judged = {row["sha256"]: row for row in map(json.loads, (CORPUS / "cert_lint.jsonl").read_text().splitlines())}
    for lints, fault in LINTS.items():
        said = {file for file, row in decoded.items() if lints & _lints(judged[row["fingerprint_sha256"]])}
        ours = {file for file, row in decoded.items() if fault in (row["encoding_faults"] or ())}
        assert said, fault
        assert said <= ours
        assert ours - said <= UNSAID.get(fault, set())


LINTS = {
    frozenset({"e_wrong_time_format_pre2050", "pkix.wrong_time_useful_type"}): "time-type",
    frozenset({"e_spki_rsa_encryption_parameter_not_null"}): "key-parameters",
    frozenset({"e_incorrect_ku_encoding", "pkix.no_ku_bits_set"}): "empty-extension",
}
UNSAID = {
    "time-type": {YEAR_ZERO, "certs/go-spiffe/452673a92b175e03.der"},
    "key-parameters": {"certs/asn1crypto/00fe446cf29f004d.der"},
}
"""GeneralizedTime of the years 0 and 1, which neither tool judges; a curve that is spelled out, which zlint cannot read."""


def _lints(row: dict[str, Any]) -> set[str]:
    """Gather all that the tools say of a certificate."""
    by_level = row["zlint"].values() if isinstance(row["zlint"], dict) else ()
    return {name for names in by_level for name in names} | {name for _, name in row["pkilint_pkix"] or ()}


def test_no_other_tool_finds_an_algorithm_outside_that_is_not_the_one_within(decoded: dict[str, dict[str, Any]]) -> None:
    """The corpus has no such certificate and none with an extension twice, so there are none here."""
    assert all(row["facts"]["sig_alg_inner_outer_match"] and not row["facts"]["duplicate_extension"] for row in READABLE)
    found = {fault for row in decoded.values() for fault in row["encoding_faults"] or ()}
    assert found.isdisjoint({"signature-mismatch", "duplicate-extension"})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _hash(name: str | None) -> str:
    return "intrinsic" if name is None else name.lower().replace("sha-", "sha")


@pytest.mark.parametrize("file", UNREADABLE)
def test_what_is_no_single_certificate_is_a_problem_and_all_unknown(file: str) -> None:
    """No fact is invented for bytes that are not one certificate."""
    result = certificate.read([der(CORPUS / file)])
    row = result.frame.row(0, named=True)
    assert row["_decoded"] is False
    assert row["key.algorithm"] is None
    assert row["san.dns"] is None
    assert [index for index, _ in result.problems] == [0]

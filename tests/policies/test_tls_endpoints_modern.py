"""tls-endpoints-modern on scans: one that passes and one that fails for each rule of its own, and what it keeps of its parent."""

from datetime import timedelta

import pytest

from scanner.rules.reader import find, load
from tests.factories import certificate, intermediate, root
from tests.policies.scans import REFUSED, SCANS, accepts, case, failing, live, outcomes, sends

POLICY = "tls-endpoints-modern"
ISSUER = intermediate(root())
NINETY = certificate("www.example.test", issuer=ISSUER, lifetime=timedelta(days=90, seconds=1))
LONGER = certificate("www.example.test", issuer=ISSUER, lifetime=timedelta(days=90, seconds=2))
MODERN = accepts("tls_1_2")
PASSES = {
    "tls12": case(MODERN),
    "certificate-key": case(),
    "certificate-signature": case(),
    "certificate-lifetime": case(sends(NINETY.pem, ISSUER.pem)),
}
FAILS = {
    "tls12": case(),
    "certificate-key": case(scan="loopback-legacy-6.3.1"),
    "certificate-signature": case(scan="test-rsapss"),
    "certificate-lifetime": case(sends(LONGER.pem, ISSUER.pem)),
}


@pytest.mark.parametrize("rule", PASSES)
def test_a_scan_passes(rule: str) -> None:
    """For each rule whose requirement is written here there is a scan that passes it."""
    assert outcomes(POLICY, PASSES[rule])[rule] == "pass"


@pytest.mark.parametrize("rule", FAILS)
def test_a_scan_fails(rule: str) -> None:
    """For each rule whose requirement is written here there is a scan that fails it."""
    assert outcomes(POLICY, FAILS[rule])[rule] == "fail"


def test_it_has_every_rule_of_its_parent_and_none_looser() -> None:
    """Four requirements are its own; nothing of tls-endpoints is left out or weakened."""
    (modern,), (parent,) = load.load(find.find(POLICY)), load.load(find.find("tls-endpoints"))
    before = {rule.id: rule for rule in parent.rules}
    changed = {
        rule.id.partition("/")[2] for rule in modern.rules if rule.id not in before or rule.require != before[rule.id].require
    }
    assert set(before) <= {rule.id for rule in modern.rules}
    assert changed == set(PASSES) == set(FAILS)
    assert [rule.id for rule in modern.rules if rule.override] == []


def test_a_modern_server_fails_nothing_but_stapling() -> None:
    """A server of TLS 1.3 alone with a short-lived EC certificate has the findings of the intermediate profile, and no more."""
    found = outcomes(POLICY, case(MODERN))
    assert [rule for rule, outcome in found.items() if outcome == "fail"] == ["stapling"]
    assert [rule for rule, outcome in found.items() if outcome == "unknown"] == []


@pytest.mark.parametrize("scan", sorted(set(SCANS) - {REFUSED}))
def test_what_fails_the_intermediate_profile_fails_this_one(scan: str) -> None:
    """On no real scan a finding is lost."""
    assert set(failing("tls-endpoints", scan).split()) <= set(failing(POLICY, scan).split())


@pytest.mark.xdist_group("live")
def test_a_live_server_with_mozillas_modern_profile_fails_nothing() -> None:
    """TLS 1.3 alone with a certificate on P-256 that an EC key signed: no fail, and nothing is undecided."""
    found = live(POLICY, "ssl_protocols TLSv1.3; ssl_ecdh_curve X25519:prime256v1:secp384r1;")
    assert [rule for rule, outcome in found.items() if outcome == "fail"] == []
    assert [rule for rule, outcome in found.items() if outcome == "unknown"] == []
    assert sum(outcome == "pass" for outcome in found.values()) >= 18

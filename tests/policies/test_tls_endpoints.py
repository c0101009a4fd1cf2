"""tls-endpoints on scans: one that passes and one that fails for each rule, the real ones read by hand, and a live server."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from scanner.rules.reader import find, load
from tests.factories import certificate, intermediate, root
from tests.policies.scans import (
    REFUSED,
    SCANS,
    Case,
    accepts,
    case,
    curves,
    deploys,
    failing,
    live,
    outcomes,
    says,
    sends,
    untried,
)

POLICY = "tls-endpoints"
HOST = "www.example.test"
ISSUER = intermediate(root())
STAPLE = x509.TLSFeature([x509.TLSFeatureType.status_request])
MUST_STAPLE = certificate(HOST, issuer=ISSUER, extensions=[(STAPLE, False)])
P521 = certificate(HOST, issuer=ISSUER, of=ec.generate_private_key(ec.SECP521R1()))
LEGACY = case(scan="loopback-legacy-6.3.1")
OLD = accepts("tls_1_0", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA")


def long_lived(days: int, seconds: int = 0) -> Case:
    """Serve a certificate of some days and seconds."""
    leaf = certificate(HOST, issuer=ISSUER, lifetime=timedelta(days=days, seconds=seconds))
    return case(sends(leaf.pem, ISSUER.pem))


PASSES = {
    "ssl": case(),
    "old-tls": case(),
    "tls13": case(),
    "weak-ciphers": case(),
    "anonymous-ciphers": case(),
    "ciphers": case(),
    "curves": case(),
    "heartbleed": case(),
    "ccs-injection": case(),
    "robot": case(),
    "compression": case(),
    "secure-renegotiation": case(),
    "client-renegotiation": case(),
    "extended-master-secret": case(),
    "downgrade": case(OLD),
    "early-data": case(),
    "chain-order": case(),
    "trusted": case(),
    "hostname": case(),
    "certificate-key": case(),
    "certificate-signature": case(),
    "certificate-lifetime": long_lived(366, 1),
    "stapling": case(scan="loopback-stapling-6.3.1"),
    "must-staple": case(sends(MUST_STAPLE.pem, ISSUER.pem), deploys(ocsp_response={})),
    "hsts": case(),
    "hsts-age": case(),
}
FAILS = {
    "ssl": case(accepts("ssl_3_0", "TLS_RSA_WITH_AES_128_CBC_SHA")),
    "old-tls": LEGACY,
    "tls13": LEGACY,
    "weak-ciphers": case(accepts("tls_1_2", "TLS_RSA_WITH_RC4_128_SHA")),
    "anonymous-ciphers": case(scan="rootca"),
    "ciphers": case(scan="dd-one_target_zero_vuln_new"),
    "curves": LEGACY,
    "heartbleed": case(says("heartbleed", is_vulnerable_to_heartbleed=True)),
    "ccs-injection": case(says("openssl_ccs_injection", is_vulnerable_to_ccs_injection=True)),
    "robot": case(says("robot", robot_result="VULNERABLE_WEAK_ORACLE")),
    "compression": case(says("tls_compression", supports_compression=True)),
    "secure-renegotiation": case(says("session_renegotiation", supports_secure_renegotiation=False)),
    "client-renegotiation": case(says("session_renegotiation", is_vulnerable_to_client_renegotiation_dos=True)),
    "extended-master-secret": case(says("tls_extended_master_secret", supports_ems_extension=False)),
    "downgrade": case(OLD, says("tls_fallback_scsv", supports_fallback_scsv=False)),
    "early-data": case(says("tls_1_3_early_data", supports_early_data=True)),
    "chain-order": case(scan="ssl1"),
    "trusted": case(scan="loopback-modern-6.3.1"),
    "hostname": case(scan="dd-one_target_one_vuln_new"),
    "certificate-key": case(sends(P521.pem, ISSUER.pem)),
    "certificate-signature": LEGACY,
    "certificate-lifetime": long_lived(366, 2),
    "stapling": case(),
    "must-staple": case(sends(MUST_STAPLE.pem, ISSUER.pem)),
    "hsts": case(says("http_headers", strict_transport_security_header=None)),
    "hsts-age": case(says("http_headers", strict_transport_security_header={"max_age": 63071999})),
}
READ = {
    "dd-issue_9848": "ciphers hostname old-tls tls13",
    "dd-one_target_many_vuln_new": "ciphers hostname old-tls tls13",
    "dd-one_target_one_vuln_new": "ciphers curves hostname old-tls",
    "dd-one_target_zero_vuln_new": "ciphers curves",
    "dd-two_targets_many_vuln_new": "ciphers curves hostname old-tls tls13",
    "loopback-allcommands-6.3.1": "stapling",
    "loopback-errors-6.3.1": "stapling trusted",
    "loopback-expired-6.3.1": "ciphers curves hostname",
    "loopback-legacy-6.3.1": "certificate-key certificate-lifetime certificate-signature ciphers curves old-tls tls13",
    "loopback-mldsa-cert-6.3.1": "",
    "loopback-modern-6.3.1": "stapling trusted",
    "loopback-mtls-6.3.1": "ciphers stapling tls13 trusted",
    "loopback-pqc-hybrid-6.3.1": "stapling trusted",
    "loopback-pqc-only-6.3.1": "",
    "loopback-stapling-6.3.1": "",
    "down": "",
    "issuingca": "anonymous-ciphers chain-order ciphers curves hostname old-tls",
    "rootca": "anonymous-ciphers ciphers hostname",
    "ssl1": "anonymous-ciphers chain-order ciphers hostname",
    "ssl2": "anonymous-ciphers chain-order ciphers hostname",
    "ssl3": "anonymous-ciphers chain-order ciphers hostname",
    "test-dsa": "anonymous-ciphers ciphers hostname",
    "test-ec-named": "anonymous-ciphers ciphers hostname",
    "test-rsapss": "anonymous-ciphers certificate-key certificate-lifetime ciphers curves hostname old-tls",
    "test": "anonymous-ciphers ciphers hostname",
}
"""What each scan fails, held against its text by hand. Those without a finding say nothing of the server, or nothing wrong."""


@pytest.mark.parametrize("rule", PASSES)
def test_a_scan_passes(rule: str) -> None:
    """For each rule there is a scan that passes it."""
    assert outcomes(POLICY, PASSES[rule])[rule] == "pass"


@pytest.mark.parametrize("rule", FAILS)
def test_a_scan_fails(rule: str) -> None:
    """For each rule there is a scan that fails it."""
    assert outcomes(POLICY, FAILS[rule])[rule] == "fail"


def test_no_rule_goes_unapplied() -> None:
    """Every rule has both."""
    (policy,) = load.load(find.find(POLICY))
    keys = {rule.id.partition("/")[2] for rule in policy.rules}
    assert set(FAILS) == keys
    assert set(PASSES) == keys


@pytest.mark.parametrize("scan", READ)
def test_what_real_scans_fail(scan: str) -> None:
    """The failing rules of each real scan are those that a person found."""
    assert failing(POLICY, scan) == READ[scan]


def test_every_scan_was_read() -> None:
    """None is left out but the one that cannot be read."""
    assert set(READ) == set(SCANS) - {REFUSED}


def test_a_missing_group_is_not_said_here() -> None:
    """A server with P-256 alone fails nothing of this policy; pqc-readiness asks for ML-KEM."""
    assert outcomes(POLICY, case(curves("secp256r1")))["curves"] == "pass"
    assert outcomes(POLICY, case(curves("secp256r1", "X448")))["curves"] == "fail"


def test_curves_that_were_not_tried_are_unknown() -> None:
    """A scan without the test of curves shows those of accepted suites; where no suite has one, nothing is asked."""
    assert outcomes(POLICY, case(untried("elliptic_curves")))["curves"] == "unknown"
    assert outcomes(POLICY, case(scan="loopback-mtls-6.3.1"))["curves"] == "unknown"
    static = (accepts("tls_1_2", "TLS_RSA_WITH_AES_128_GCM_SHA256"), accepts("tls_1_3"))
    assert outcomes(POLICY, case(*static, untried("elliptic_curves")))["curves"] == "skip"


def test_a_certificate_without_responder_need_not_be_stapled() -> None:
    """Many CAs name no OCSP responder any more."""
    leaf = certificate(HOST, issuer=ISSUER)
    assert outcomes(POLICY, case(sends(leaf.pem, ISSUER.pem)))["stapling"] == "skip"


def test_an_expired_certificate_is_not_told_of_twice() -> None:
    """Key, signature, lifetime and stapling of an expired leaf are not judged."""
    found = outcomes(POLICY, case(as_of=datetime(2028, 1, 1, tzinfo=UTC)))
    skipped = {rule for rule in found if rule.startswith("certificate-") or "stapl" in rule or rule == "trusted"}
    assert {found[rule] for rule in skipped} == {"skip"}


@pytest.mark.xdist_group("live")
def test_a_live_server_with_mozillas_profile_fails_nothing() -> None:
    """What Mozilla's generator writes for nginx passes, and no rule is undecided."""
    ciphers = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    suites = ":".join(f"ECDHE-{kind}-{cipher}" for cipher in ciphers for kind in ("ECDSA", "RSA"))
    profile = f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {suites}; ssl_ecdh_curve X25519:prime256v1:secp384r1;"
    found = live(POLICY, profile, rsa_bits=2048)
    assert [rule for rule, outcome in found.items() if outcome == "fail"] == []
    assert [rule for rule, outcome in found.items() if outcome == "unknown"] == []
    assert sum(outcome == "pass" for outcome in found.values()) >= 20


AES = "ssl_ciphers ECDHE+AESGCM;"


@pytest.mark.xdist_group("live")
@pytest.mark.parametrize(
    ("settings", "outcome"),
    [
        (f"ssl_protocols TLSv1.2; {AES} ssl_ecdh_curve X25519:prime256v1;", "pass"),
        (f"ssl_protocols TLSv1.2; {AES} ssl_ecdh_curve prime256v1:brainpoolP256r1;", "fail"),
        # One that sslyze meets with RSA, and whose ECDHE it does not see, though suites of old OpenSSL show a curve.
        ("ssl_protocols TLSv1.2; ssl_ciphers ALL; ssl_ecdh_curve brainpoolP256r1:brainpoolP384r1;", "fail"),
        ("ssl_protocols TLSv1.2; ssl_ciphers RSA+AESGCM;", "skip"),
        # NOTE: sslyze tries curves with TLS 1.3 alone here, so Brainpool for clients of TLS 1.2 goes unseen.
        (f"ssl_protocols TLSv1.2 TLSv1.3; {AES} ssl_ecdh_curve X25519:prime256v1:brainpoolP256r1;", "pass"),
    ],
)
def test_curves_of_live_servers(settings: str, outcome: str) -> None:
    """Curves of the highest version decide, and a server without ECDHE is not asked for any."""
    assert live(POLICY, settings, rsa_bits=2048)["curves"] == outcome

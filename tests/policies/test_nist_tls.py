"""nist-tls on scans: one that passes and one that fails for each rule, the real ones read by hand, and where it contradicts Mozilla."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import KeyUsage

from scanner.rules.reader import find, load
from tests.factories import certificate, intermediate, root
from tests.policies.scans import REFUSED, SCANS, accepts, case, curves, failing, live, outcomes, says, sends

POLICY = "nist-tls"
HOST = "www.example.test"
ISSUER = intermediate(root())
SIGNING = KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip
THREE_YEARS = certificate(HOST, issuer=ISSUER, lifetime=timedelta(days=1096, seconds=1))
LONGER = certificate(HOST, issuer=ISSUER, lifetime=timedelta(days=1096, seconds=2))
P521 = certificate(HOST, issuer=ISSUER, of=ec.generate_private_key(ec.SECP521R1()))
NO_USE = certificate(HOST, issuer=ISSUER, usages=None, extensions=[(SIGNING, True)])
LEGACY = case(scan="loopback-legacy-6.3.1")
LISTED = (
    accepts("tls_1_2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    accepts("tls_1_3", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"),
)
OLD_ONLY = (accepts("tls_1_0", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"), accepts("tls_1_3"))
PASSES = {
    "ssl": LEGACY,
    "old-tls": case(),
    "required-version": case(),
    "ciphers": case(*LISTED),
    "static-key-exchange": case(),
    "required-curve": case(),
    "approved-curves": case(),
    "curve25519": case(curves("secp256r1", "secp384r1")),
    "mandatory-extensions": case(),
    "fallback-signal": case(*OLD_ONLY),
    "compression": case(),
    "early-data": case(),
    "certificate-strength": case(),
    "certificate-type": case(),
    "certificate-curve": case(),
    "certificate-signature": case(),
    "certificate-lifetime": case(sends(THREE_YEARS.pem, ISSUER.pem)),
    "certificate-purpose": case(),
}
FAILS = {
    "ssl": case(accepts("ssl_3_0", "TLS_RSA_WITH_AES_128_CBC_SHA")),
    "old-tls": LEGACY,
    "required-version": LEGACY,
    "ciphers": case(),
    "static-key-exchange": LEGACY,
    "required-curve": case(curves("X25519", "secp521r1")),
    "approved-curves": case(curves("secp256r1", "brainpoolP256r1")),
    "curve25519": case(),
    "mandatory-extensions": case(says("tls_extended_master_secret", supports_ems_extension=False)),
    "fallback-signal": case(*OLD_ONLY, says("tls_fallback_scsv", supports_fallback_scsv=False)),
    "compression": case(says("tls_compression", supports_compression=True)),
    "early-data": case(says("tls_1_3_early_data", supports_early_data=True)),
    "certificate-strength": LEGACY,
    "certificate-type": case(scan="test-dsa", as_of=datetime(2013, 1, 1, tzinfo=UTC)),
    "certificate-curve": case(sends(P521.pem, ISSUER.pem)),
    "certificate-signature": LEGACY,
    "certificate-lifetime": case(sends(LONGER.pem, ISSUER.pem)),
    "certificate-purpose": case(sends(NO_USE.pem, ISSUER.pem)),
}
READ = {
    "dd-issue_9848": "ciphers old-tls required-version static-key-exchange",
    "dd-one_target_many_vuln_new": "ciphers old-tls required-version static-key-exchange",
    "dd-one_target_one_vuln_new": "curve25519 old-tls static-key-exchange",
    "dd-one_target_zero_vuln_new": "curve25519",
    "dd-two_targets_many_vuln_new": "ciphers curve25519 old-tls required-version static-key-exchange",
    "loopback-allcommands-6.3.1": "ciphers curve25519",
    "loopback-errors-6.3.1": "ciphers curve25519",
    "loopback-expired-6.3.1": "ciphers curve25519 static-key-exchange",
    "loopback-legacy-6.3.1": (
        "certificate-lifetime certificate-purpose certificate-signature certificate-strength curve25519 old-tls required-version "
        "static-key-exchange"
    ),
    "loopback-mldsa-cert-6.3.1": "",
    "loopback-modern-6.3.1": "ciphers curve25519",
    "loopback-mtls-6.3.1": "ciphers curve25519 required-version",
    "loopback-pqc-hybrid-6.3.1": "ciphers curve25519 required-curve",
    "loopback-pqc-only-6.3.1": "",
    "loopback-stapling-6.3.1": "",
    "down": "",
    "issuingca": "ciphers curve25519 static-key-exchange",
    "rootca": "ciphers curve25519 static-key-exchange",
    "ssl1": "ciphers curve25519 static-key-exchange",
    "ssl2": "ciphers curve25519 static-key-exchange",
    "ssl3": "ciphers curve25519 static-key-exchange",
    "test-dsa": "ciphers",
    "test-ec-named": "ciphers curve25519",
    "test-rsapss": "certificate-lifetime certificate-purpose ciphers curve25519",
    "test": "ciphers curve25519 static-key-exchange",
}
"""What each scan fails, held against its text by hand."""


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
    assert set(PASSES) == set(FAILS) == {rule.id.partition("/")[2] for rule in policy.rules}


@pytest.mark.parametrize("scan", READ)
def test_what_real_scans_fail(scan: str) -> None:
    """The failing rules of each real scan are those that a person found."""
    assert failing(POLICY, scan) == READ[scan]


def test_every_scan_was_read() -> None:
    """None is left out but the one that cannot be read."""
    assert set(READ) == set(SCANS) - {REFUSED}


@pytest.mark.parametrize(
    ("second", "outcome"),
    [("2023-12-31T23:59:59+00:00", "pass"), ("2024-01-01T00:00:00+00:00", "fail"), ("2024-01-01T00:00:01+00:00", "fail")],
)
def test_tls13_is_required_from_2024_on(second: str, outcome: str) -> None:
    """A scan of a server with TLS 1.2 alone passes until the last second of 2023."""
    of = case(accepts("tls_1_3"), as_of=datetime.fromisoformat(second))
    assert outcomes(POLICY, of)["required-version"] == outcome


def test_ssl_is_told_once() -> None:
    """A server with SSL 3.0 and TLS 1.0 hears of the worse first."""
    found = outcomes(
        POLICY, case(accepts("ssl_3_0", "TLS_RSA_WITH_AES_128_CBC_SHA"), accepts("tls_1_0", "TLS_RSA_WITH_AES_128_CBC_SHA"))
    )
    assert (found["ssl"], found["old-tls"]) == ("fail", "skip")


def test_suites_with_preshared_keys_are_left_to_appendix_c() -> None:
    """Which of them appendix C lists is not known here, so none fails."""
    suite = accepts("tls_1_2", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256")
    assert outcomes(POLICY, case(*LISTED, suite))["ciphers"] == "pass"


def test_mozillas_profile_is_not_nists() -> None:
    """ChaCha20 passes Mozilla's list and fails NIST's, CBC the other way round; X25519 passes Mozilla's and is warned of here."""
    mozilla = accepts("tls_1_2", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")
    nist = accepts("tls_1_2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256")
    rest = (accepts("tls_1_3", "TLS_AES_128_GCM_SHA256"), curves("X25519", "secp256r1"))
    assert outcomes("tls-endpoints", case(mozilla, *rest))["ciphers"] == "pass"
    assert outcomes(POLICY, case(mozilla, *rest))["ciphers"] == "fail"
    assert outcomes("tls-endpoints", case(nist, *rest))["ciphers"] == "fail"
    assert outcomes(POLICY, case(nist, *rest))["ciphers"] == "pass"
    assert outcomes(POLICY, case(nist, *rest))["curve25519"] == "fail"


def test_each_rule_names_its_body() -> None:
    """A report that shows both says who asks."""
    (policy,) = load.load(find.find(POLICY))
    assert [rule.id for rule in policy.rules if "NIST SP 800-52" not in rule.because] == []


@pytest.mark.xdist_group("live")
def test_a_live_server_with_aes_and_nist_curves_fails_nothing() -> None:
    """It passes all, and no rule is undecided."""
    suites = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM; ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256;"
    found = live(POLICY, f"{suites} ssl_ecdh_curve prime256v1:secp384r1;")
    assert [rule for rule, outcome in found.items() if outcome == "fail"] == []
    assert [rule for rule, outcome in found.items() if outcome == "unknown"] == []
    assert sum(outcome == "pass" for outcome in found.values()) >= 16

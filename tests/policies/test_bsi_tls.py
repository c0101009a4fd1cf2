"""bsi-tls on scans: one that passes and one that fails for each rule, the real ones read by hand, and the last days of its dates."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa

from scanner.model import Mode
from scanner.rules.reader import find, load
from tests.factories import certificate, intermediate, key, root
from tests.policies.scans import REFUSED, SCANS, Case, accepts, case, curves, failing, live, outcomes, says, sends

POLICY = "bsi-tls"
HOST = "www.example.test"
ISSUER = intermediate(root())
RSA_3072 = certificate(HOST, issuer=ISSUER, of=key(HOST, rsa_bits=3072))
RSA_2048 = certificate(HOST, issuer=ISSUER, of=key(HOST, rsa_bits=2048))
DSA_KEY = cast("Any", dsa.generate_private_key(1024))  # noqa: S505 - it is quick to make, and protects nothing
DSA = sends(certificate(HOST, issuer=ISSUER, of=DSA_KEY, lifetime=timedelta(days=3000)).pem, ISSUER.pem)
LEGACY = case(scan="loopback-legacy-6.3.1")
LISTED = (
    accepts("tls_1_2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    accepts("tls_1_3", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"),
)
FINITE = accepts("tls_1_2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")


def on(second: str, of: Case) -> Case:
    """Judge a case at a second."""
    return Case(of.edits, of.scan, datetime.fromisoformat(second).replace(tzinfo=UTC))


PASSES = {
    "versions": case(),
    "tls12-until-2031": on("2031-12-31T23:59:59", case()),
    "ciphers": case(*LISTED),
    "special-suites": case(),
    "dhe-until-2029": on("2029-12-31T23:59:59", case(FINITE)),
    "dsa-until-2029": case(),
    "curves": case(curves("secp256r1", "brainpoolP256r1")),
    "key": case(sends(RSA_3072.pem, ISSUER.pem)),
    "signature-hash": case(),
    "features": case(),
    "tls12-extensions": case(),
}
FAILS = {
    "versions": LEGACY,
    "tls12-until-2031": on("2032-01-01", case()),
    "ciphers": case(),
    "special-suites": case(accepts("tls_1_2", "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256")),
    "dhe-until-2029": on("2030-01-01", case(FINITE)),
    "dsa-until-2029": case(DSA),
    "curves": case(),
    "hybrid-until-2031": LEGACY,
    "key": case(sends(RSA_2048.pem, ISSUER.pem)),
    "signature-hash": LEGACY,
    "features": case(says("tls_1_3_early_data", supports_early_data=True)),
    "tls12-extensions": case(says("session_renegotiation", is_vulnerable_to_client_renegotiation_dos=True)),
}
READ = {
    "dd-issue_9848": "ciphers hybrid-until-2031 versions",
    "dd-one_target_many_vuln_new": "ciphers hybrid-until-2031 versions",
    "dd-one_target_one_vuln_new": "ciphers curves versions",
    "dd-one_target_zero_vuln_new": "curves",
    "dd-two_targets_many_vuln_new": "ciphers curves hybrid-until-2031 versions",
    "loopback-allcommands-6.3.1": "ciphers curves",
    "loopback-errors-6.3.1": "ciphers curves",
    "loopback-expired-6.3.1": "ciphers curves",
    "loopback-legacy-6.3.1": "ciphers curves hybrid-until-2031 key signature-hash versions",
    "loopback-mldsa-cert-6.3.1": "",
    "loopback-modern-6.3.1": "ciphers curves",
    "loopback-mtls-6.3.1": "ciphers curves hybrid-until-2031",
    "loopback-pqc-hybrid-6.3.1": "ciphers curves",
    "loopback-pqc-only-6.3.1": "",
    "loopback-stapling-6.3.1": "",
    "down": "",
    "issuingca": "ciphers curves versions",
    "rootca": "ciphers curves",
    "ssl1": "ciphers curves",
    "ssl2": "ciphers curves",
    "ssl3": "ciphers curves",
    "test-dsa": "ciphers",
    "test-ec-named": "ciphers curves",
    "test-rsapss": "ciphers curves key versions",
    "test": "ciphers curves",
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
    """Every rule has both, but one: sslyze cannot see hybrids, so that rule never passes."""
    (policy,) = load.load(find.find(POLICY))
    keys = {rule.id.partition("/")[2] for rule in policy.rules}
    assert set(PASSES) == keys - {"hybrid-until-2031"}
    assert set(FAILS) == keys
    assert outcomes(POLICY, case())["hybrid-until-2031"] == "unknown"


@pytest.mark.parametrize("scan", READ)
def test_what_real_scans_fail(scan: str) -> None:
    """The failing rules of each real scan are those that a person found."""
    assert failing(POLICY, scan) == READ[scan]


def test_every_scan_was_read() -> None:
    """None is left out but the one that cannot be read."""
    assert set(READ) == set(SCANS) - {REFUSED}


@pytest.mark.parametrize("rule", ["tls12-until-2031", "dhe-until-2029"])
def test_a_year_ends_with_its_last_second(rule: str) -> None:
    """What passes in the last second of the year fails from the first of the next on."""
    before, after = PASSES[rule], FAILS[rule]
    assert (after.as_of - before.as_of, after.edits, after.scan) == (timedelta(seconds=1), before.edits, before.scan)
    assert outcomes(POLICY, Case(after.edits, after.scan, after.as_of + timedelta(seconds=1)))[rule] == "fail"


@pytest.mark.parametrize(("rule", "year"), [("hybrid-until-2031", 2032), ("dsa-until-2029", 2030)])
def test_an_outlook_warns_from_the_first_second_of_its_year_on(rule: str, year: int) -> None:
    """The finding is there before, and counts for nothing until then."""
    (policy,) = load.load(find.find(POLICY))
    (found,) = [one for one in policy.rules if one.id == f"{POLICY}/{rule}"]
    start = datetime(year, 1, 1, tzinfo=UTC)
    days = [start + timedelta(seconds=offset) for offset in (-1, 0, 1)]
    assert [found.mode(day) for day in days] == [Mode.REPORT, Mode.WARN, Mode.WARN]


def test_mozillas_profile_is_not_the_bsis() -> None:
    """X25519, ChaCha20 and RSA with 2048 bits pass Mozilla's profile and fail here; Brainpool and CBC the other way round."""
    mozilla = case(accepts("tls_1_2", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), sends(RSA_2048.pem, ISSUER.pem))
    theirs, ours = outcomes("tls-endpoints", mozilla), outcomes(POLICY, mozilla)
    assert (theirs["ciphers"], theirs["certificate-key"]) == ("pass", "pass")
    assert (ours["ciphers"], ours["curves"], ours["key"]) == ("fail", "fail", "fail")
    german = case(*LISTED, curves("secp256r1", "brainpoolP384r1"))
    theirs, ours = outcomes("tls-endpoints", german), outcomes(POLICY, german)
    assert (theirs["ciphers"], theirs["curves"]) == ("fail", "fail")
    assert (ours["ciphers"], ours["curves"], ours["key"]) == ("pass", "pass", "pass")


def test_each_rule_names_its_body() -> None:
    """A report that shows both says who asks."""
    (policy,) = load.load(find.find(POLICY))
    assert [rule.id for rule in policy.rules if "BSI TR-02102" not in rule.because] == []


@pytest.mark.xdist_group("live")
def test_a_live_server_with_aes_and_brainpool_fails_nothing() -> None:
    """It passes all but the hybrids that sslyze cannot see."""
    suites = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM; ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256;"
    found = live(POLICY, f"{suites} ssl_ecdh_curve prime256v1:secp384r1:brainpoolP256r1;", rsa_bits=3072)
    assert [rule for rule, outcome in found.items() if outcome == "fail"] == []
    assert [rule for rule, outcome in found.items() if outcome == "unknown"] == ["hybrid-until-2031"]
    assert sum(outcome == "pass" for outcome in found.values()) == 11

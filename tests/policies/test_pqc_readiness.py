"""pqc-readiness asks first for what can be recorded today, and finds every post-quantum certificate ready."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from scanner.model import Mode, Severity
from scanner.tables import utc
from tests import factories
from tests.policies import verdicts

POLICY = verdicts.policy("pqc-readiness")
SECOND = timedelta(seconds=1)
TODAY = utc(2026, 11, 24)
ENCIPHERMENT = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=True, data_encipherment=False, key_agreement=False,
    key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


@pytest.mark.parametrize("as_of", [TODAY, utc(2032), utc(2034)], ids=str)
@pytest.mark.parametrize("algorithm", verdicts.ALGORITHMS)
def test_a_post_quantum_certificate_is_ready(algorithm: str, as_of: datetime) -> None:
    """Pure ones, hash-based ones and composites, which are hybrids: none is asked for more, and each has the usages of its kind."""
    assert verdicts.by_algorithm("pqc-readiness", as_of)[algorithm] == (set(), set())


def until(end: datetime, role: str) -> bytes:
    """Make a private certificate with an RSA key that ends at this second."""
    lifetime, key = end - utc(2026) + SECOND, factories.key("ready", rsa_bits=3072)
    if role == "ca":
        return factories.certificate(ca=True, of=key, start=utc(2026), lifetime=lifetime).der
    usage = {"mail": ExtendedKeyUsageOID.EMAIL_PROTECTION, "code": ExtendedKeyUsageOID.CODE_SIGNING}.get(role)
    extensions = [(ENCIPHERMENT, True)] if role == "mail" else []
    usages = [usage or ExtendedKeyUsageOID.SERVER_AUTH]
    return factories.certificate(of=key, start=utc(2026), lifetime=lifetime, usages=usages, extensions=extensions).der


@pytest.mark.parametrize(
    ("role", "date", "rule"),
    [
        ("mail", utc(2031), "encryption-after-2030"),
        ("ca", utc(2032), "signing-after-2031"),
        ("code", utc(2032), "signing-after-2031"),
        ("server", utc(2036), "authentication-after-2035"),
    ],
)
def test_each_use_has_its_own_date_and_one_finding(role: str, date: datetime, rule: str) -> None:
    """From DER to finding, a second before, at and after, and twenty years later: one rule and no other."""
    assert verdicts.failed("pqc-readiness", until(date - SECOND, role), TODAY, trust="private") == set()
    for end in (date, date + SECOND, utc(2056)):
        assert verdicts.failed("pqc-readiness", until(end, role), TODAY, trust="private") == {rule}


def test_the_order_is_that_of_urgency() -> None:
    """What can be recorded stands first and is the most severe, then signatures that last, then authentication, then form."""
    keys = [rule.id.partition("/")[2] for rule in POLICY.rules]
    assert keys[:4] == ["key-exchange", "encryption-after-2030", "signing-after-2031", "authentication-after-2035"]
    severity = {rule.id.partition("/")[2]: rule.severity for rule in POLICY.rules}
    assert severity["key-exchange"] is severity["encryption-after-2030"] is Severity.MEDIUM
    assert severity["signing-after-2031"] is severity["authentication-after-2035"] is Severity.LOW


def test_key_exchange_blocks_from_2031() -> None:
    """ISM-1917 wants new software to support ML-KEM by 2030."""
    (rule,) = [one for one in POLICY.rules if one.id == "pqc-readiness/key-exchange"]
    assert [rule.mode(day) for day in (TODAY, utc(2031) - SECOND, utc(2031))] == [Mode.WARN, Mode.WARN, Mode.BLOCK]


def test_what_nist_drafts_is_said_in_nist_keys_only() -> None:
    """No rule here cites IR 8547; the horizons of others never block."""
    cited = {rule.source.id: rule for rule in POLICY.rules if rule.source}
    assert "nist-ir-8547" not in cited
    for name in ("eo-14412", "eu-roadmap"):
        assert {mode for _, mode in cited[name].enforce} == {Mode.WARN}

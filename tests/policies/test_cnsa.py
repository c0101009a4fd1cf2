"""cnsa-2.0 says of every post-quantum certificate what NSA allows, keeps to the date of each use, and differs from Mozilla aloud."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from scanner import tables
from scanner.errors import PolicyError
from scanner.model import Mode
from scanner.rules import proof
from scanner.rules.language.syntax import Row
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile
from scanner.tables import utc
from scanner.vocabulary import COMPOSITE_ML_DSA, SLH_DSA
from tests import factories
from tests.policies import verdicts

POLICY = verdicts.policy("cnsa-2.0")
SECOND = timedelta(seconds=1)
TODAY = utc(2026, 11, 24)
IPSEC = ObjectIdentifier("1.3.6.1.5.5.7.3.17")
EXPECTED: dict[str, set[str]] = {
    "ML-DSA-44": {"key"},
    "ML-DSA-65": {"key"},
    "ML-DSA-87": set(),
    "ML-KEM-512": {"key", "signature"},  # the corpus has its ML-DSA-44 and ML-DSA-65 issuers' signatures on these two
    "ML-KEM-768": {"key", "signature"},
    "ML-KEM-1024": set(),
    **{name: {"key"} for name in (*SLH_DSA, *COMPOSITE_ML_DSA)},
}
"""Algorithm of the key to the rules that its certificates in the corpus fail; all but the ML-KEM ones are signed by their own key."""


@pytest.mark.parametrize("as_of", [TODAY, utc(2031), utc(2034)], ids=str)
@pytest.mark.parametrize("algorithm", verdicts.ALGORITHMS)
def test_a_post_quantum_certificate_is_of_the_suite_or_not(algorithm: str, as_of: datetime) -> None:
    """Only ML-DSA-87 and ML-KEM-1024 are: no smaller set, no SLH-DSA, no composite; the date does not matter."""
    assert verdicts.by_algorithm("cnsa-2.0", as_of)[algorithm] == (EXPECTED[algorithm], set())


def until(end: datetime, usage: ObjectIdentifier) -> bytes:
    """Make a P-384 certificate for a use that ends at this second."""
    key = ec.derive_private_key(7, ec.SECP384R1())
    return factories.certificate(of=key, start=utc(2026), lifetime=end - utc(2026) + SECOND, usages=[usage]).der


@pytest.mark.parametrize(
    ("usage", "date", "rule"),
    [
        (ExtendedKeyUsageOID.CODE_SIGNING, utc(2030), "code-signing-until-2030"),
        (IPSEC, utc(2030), "network-until-2030"),
        (ExtendedKeyUsageOID.SERVER_AUTH, utc(2033), "others-until-2033"),
        (ExtendedKeyUsageOID.TIME_STAMPING, utc(2033), "others-until-2033"),
    ],
    ids=["code-signing", "ipsec", "web", "timestamping"],
)
def test_each_use_ends_on_its_date(usage: x509.ObjectIdentifier, date: datetime, rule: str) -> None:
    """From DER to finding, a second before, at and after: what is transitional may not outlive the date of its use."""
    assert verdicts.failed("cnsa-2.0", until(date - SECOND, usage), TODAY) == set()
    assert verdicts.failed("cnsa-2.0", until(date, usage), TODAY) == {rule}
    assert verdicts.failed("cnsa-2.0", until(date + SECOND, usage), TODAY) == {rule}


def test_a_key_outside_both_suites_is_one_finding() -> None:
    """RSA-2048 beyond every date fails as a key, and is not told again as transitional."""
    weak = factories.certificate(of=factories.key("nist", rsa_bits=2048), start=utc(2026), lifetime=timedelta(days=5000))
    assert verdicts.failed("cnsa-2.0", weak.der, TODAY) == {"key"}


NSS = b"""\
policy: nss
version: 1.0.0
title: NSS
owner: a@example.com
advisory: All of it warns.
extends: [cnsa-2.0]
set: { others_from: 2032-01-01 }
"""


def test_the_date_of_the_faq_can_be_chosen() -> None:
    """`set` moves 2033 to 2032, as the FAQ's 2031-12-31 says."""
    (policy,) = load.load([PolicyFile("nss.yaml", NSS)])
    (rule,) = [one for one in policy.rules if one.id == "cnsa-2.0/others-until-2033"]
    assert "2032" in str(rule.require)
    assert "2033" not in str(rule.require)


@pytest.mark.parametrize(
    ("name", "day"), [("signing_from", "2031-01-02"), ("network_from", "2099-01-01"), ("others_from", "2034-01-02")]
)
def test_no_date_can_be_later_than_any_reading_of_the_document(name: str, day: str) -> None:
    """Who wants more time says so with an override, which reports list; a setting they do not."""
    with pytest.raises(PolicyError, match=f"nss.yaml:7:.*{name}: {day} is outside the bound at_most"):
        load.load([PolicyFile("nss.yaml", NSS.replace(b"others_from: 2032-01-01", f"{name}: {day}".encode()))])


ENDPOINT = {
    "tls.versions": ["TLS 1.3"],
    "tls.ciphers": [{"name": "TLS_AES_256_GCM_SHA384", "version": "TLS 1.3", "key_exchange": "TLS 1.3"}],
}
GROUPS = {
    "X25519MLKEM768": ({"key-exchange", "post-quantum-groups", "exclusive-key-exchange"}, set()),
    "SecP256r1MLKEM768": ({"key-exchange", "post-quantum-groups", "exclusive-key-exchange"}, set()),
    "SecP384r1MLKEM1024": (set(), set()),
    "MLKEM1024": (set(), set()),
    "P-384": ({"key-exchange", "exclusive-key-exchange"}, {"key-exchange"}),
    "X25519": ({"key-exchange", "curves", "exclusive-key-exchange"}, {"key-exchange"}),
}
"""A server's only group to what it fails of cnsa-2.0 and of pqc-readiness."""


@pytest.mark.parametrize("group", GROUPS)
def test_what_the_web_recommends_fails_here_and_both_say_whose_rule_it_is(group: str) -> None:
    """X25519MLKEM768 passes pqc-readiness, which follows Mozilla, and fails cnsa-2.0; each reason names its body."""
    pq, classical = ([group], []) if "MLKEM" in group else ([], [group])
    facts = ENDPOINT | {"reachable": True, "tls.groups": [group], "tls.curves": classical, "tls.pq_groups": pq}
    assert (_endpoint("cnsa-2.0", facts), _endpoint("pqc-readiness", facts)) == GROUPS[group]


def test_the_reasons_name_their_bodies() -> None:
    """So that a report can show the contradiction side by side."""
    for name, body in (("cnsa-2.0", "NSA"), ("pqc-readiness", "Mozilla")):
        (rule,) = [one for one in verdicts.policy(name).rules if one.id == f"{name}/key-exchange"]
        assert body in rule.because
        assert "X25519MLKEM768" in rule.because


def _endpoint(name: str, facts: dict[str, object]) -> set[str]:
    """Say which rules a healthy endpoint with these facts fails."""
    policy = verdicts.policy(name)
    rules = tuple(replace(rule, tests=()) for rule in policy.rules if rule.kinds == ("endpoint",))
    healthy = dict(policy.healthy["endpoint"].facts) | facts
    assert set(healthy) <= set(tables.FACTS["endpoint"])
    results = proof.run(replace(policy, rules=rules, healthy={"endpoint": Row("endpoint", healthy)}))
    assert {str(one.got) for one in results} <= {"pass", "fail"}
    return {one.rule_id.partition("/")[2] for one in results if str(one.got) == "fail"}


def test_classical_key_exchange_is_reported_until_2033_and_then_warns() -> None:
    """The step runs on the day of the check, and the requirement itself is the same before and after."""
    (rule,) = [one for one in POLICY.rules if one.id == "cnsa-2.0/exclusive-key-exchange"]
    modes = [rule.mode(day) for day in (TODAY, utc(2033) - SECOND, utc(2033), utc(2033) + SECOND)]
    assert modes == [Mode.REPORT, Mode.REPORT, Mode.WARN, Mode.WARN]


def test_nothing_blocks_and_the_policy_says_why() -> None:
    """NSA's documents are known from secondary sources."""
    assert {source.confidence for source in POLICY.sources} == {"secondary"}
    assert Mode.BLOCK not in {mode for rule in POLICY.rules for _, mode in rule.enforce}
    assert "secondary sources" in str(POLICY.advisory)

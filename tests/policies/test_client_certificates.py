"""client-certificates says what TLS, SPIFFE and ANSSI ask of clients, from the certificate's bytes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.x509.oid import NameOID

from tests.factories import key
from tests.policies.issued import DAY, PURPOSES, SECOND, Profile, faults, outcomes

POLICY = "client-certificates"
START = datetime(2026, 10, 1, tzinfo=UTC)
BILLING = x509.UniformResourceIdentifier("spiffe://example.com/billing")
CLIENT = Profile(start=START, lifetime=90 * DAY, purposes=(PURPOSES.CLIENT_AUTH,), names=(BILLING,))
BOTH = CLIENT.but(purposes=(PURPOSES.SERVER_AUTH, PURPOSES.CLIENT_AUTH))
PERSON = CLIENT.but(purposes=(PURPOSES.CLIENT_AUTH, PURPOSES.EMAIL_PROTECTION), names=(x509.RFC822Name("alice@example.com"),))
NAMED = CLIENT.but(names=(x509.DNSName("billing.example.com"),))
WRONG: dict[str, list[Profile]] = {
    "key": [CLIENT.but(key=key("1024", rsa_bits=1024))],
    "signing-key": [CLIENT.but(key=ec.generate_private_key(ec.SECP256K1())), CLIENT.but(key=x25519.X25519PrivateKey.generate())],
    "key-usage": [NAMED.but(usage=("keyEncipherment",))],
    "purpose": [CLIENT.but(purposes=(PURPOSES.CLIENT_AUTH, PURPOSES.CODE_SIGNING))],
    "identity": [CLIENT.but(names=())],
    "spiffe-id": [
        CLIENT.but(names=(BILLING, x509.UniformResourceIdentifier("https://example.com/"))),
        CLIENT.but(names=(x509.UniformResourceIdentifier("spiffe://example.com"),)),
        BOTH.but(names=(BILLING, x509.UniformResourceIdentifier("spiffe://example.com/mail"))),
    ],
    "spiffe-key-usage": [CLIENT.but(usage=()), CLIENT.but(usage_critical=False), BOTH.but(usage=("digitalSignature", "cRLSign"))],
    "lifetime": [CLIENT.but(lifetime=825 * DAY + SECOND)],
}
"""Rule to certificates with one thing wrong."""


def said(rule: str, profile: Profile, as_of: datetime | None = None, **stated: Any) -> str:
    """Judge by one rule; the root is one of the user's own unless told otherwise."""
    facts: dict[str, Any] = {"trust": "private"} | stated
    return outcomes(POLICY, profile.der, as_of, **facts)[rule]


@pytest.mark.parametrize("profile", [CLIENT, PERSON, NAMED], ids=["workload", "person", "host"])
def test_what_is_right_stays_silent(profile: Profile) -> None:
    """A workload's, a person's and a host's certificate give no finding, and most rules did apply."""
    judged = outcomes(POLICY, profile.der, trust="private", tags=["mtls"])
    assert {rule for rule, outcome in judged.items() if outcome in {"fail", "unknown"}} == set()
    assert list(judged.values()).count("pass") >= 8


@pytest.mark.parametrize(
    ("rule", "profile"),
    [(rule, profile) for rule, cases in WRONG.items() for profile in cases],
    ids=[f"{rule}-{number}" for rule, cases in WRONG.items() for number, _ in enumerate(cases)],
)
def test_a_fault_gives_one_finding(rule: str, profile: Profile) -> None:
    """A certificate with one thing wrong gives the finding for it and no other."""
    assert faults(POLICY, profile.der, trust="private") == {rule}


def test_what_serves_as_well_is_judged_as_a_server() -> None:
    """With serverAuth beside clientAuth only the rules for SPIFFE identities apply."""
    judged = outcomes(POLICY, BOTH.der, trust="private")
    assert {rule for rule, outcome in judged.items() if outcome == "pass"} == {"spiffe-id", "spiffe-key-usage"}
    assert {rule for rule, outcome in judged.items() if outcome == "fail"} == set()


@pytest.mark.parametrize(
    ("start", "days"),
    [
        (datetime(2018, 3, 1, 23, 59, 59, tzinfo=UTC), 1096),
        (datetime(2018, 3, 2, tzinfo=UTC), 825),
        (datetime(2018, 3, 2, 0, 0, 1, tzinfo=UTC), 825),
    ],
    ids=["before", "at", "after"],
)
def test_lifetime_by_date(start: datetime, days: int) -> None:
    """Issued after 2018-03-01, 825 days after notBefore is the last notAfter that passes; before, three years."""
    assert said("lifetime", CLIENT.but(start=start, lifetime=days * DAY)) == "pass"
    assert said("lifetime", CLIENT.but(start=start, lifetime=days * DAY + SECOND)) == "fail"


def test_validity_is_judged_to_the_second() -> None:
    """NotBefore and notAfter themselves are in; the seconds beside them are out, and nothing else is said then."""
    end = START + CLIENT.lifetime
    moments = (START - SECOND, START, end, end + SECOND)
    assert [said("validity", CLIENT, moment) for moment in moments] == ["fail", "pass", "pass", "fail"]
    assert faults(POLICY, CLIENT.der, end + SECOND, trust="private") == {"validity"}


def test_a_public_ca_is_told_and_an_unknown_one_does_not_count() -> None:
    """Of a public CA the rule warns, but not for a person's mail certificate; where nothing tells it is unknown."""
    assert said("private-ca", CLIENT, trust="public") == "fail"
    assert said("private-ca", PERSON, trust="public") == "skip"
    assert said("private-ca", CLIENT, trust=None) == "unknown"


def test_a_client_that_only_the_inventory_knows() -> None:
    """Without extendedKeyUsage no rule sees a client; the tag brings one that does."""
    bare = CLIENT.but(purposes=(), names=())
    assert set(outcomes(POLICY, bare.der, trust="private").values()) == {"skip"}
    assert said("declared", bare, tags=["mTLS"]) == "fail"


def test_kubernetes_users_may_be_named_by_the_common_name() -> None:
    """Its CA names users there by design."""
    user = CLIENT.but(names=(), subject=((NameOID.COMMON_NAME, "kubernetes-admin"),))
    assert said("identity", user) == "fail"
    assert said("identity", user, issuer__cn="kubernetes") == "skip"

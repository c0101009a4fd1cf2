"""internal-pki says what RFC 5280 asks of a private CA and what it issues, and what pkilint says, from the bytes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.factories import key
from tests.policies.issued import DAY, PURPOSES, SECOND, Profile, authority, faults, outcomes
from tests.tools import pkilint

POLICY = "internal-pki"
START = datetime(2026, 10, 1, tzinfo=UTC)
HOST = x509.DNSName("intranet.example.com")
SERVER = Profile(
    subject=((NameOID.COMMON_NAME, "intranet.example.com"),),
    start=START,
    lifetime=365 * DAY,
    purposes=(PURPOSES.SERVER_AUTH,),
    names=(HOST,),
)
SIGNER = SERVER.but(subject=((NameOID.COMMON_NAME, "Build signer"),), purposes=(PURPOSES.CODE_SIGNING,), names=())
CLIENT = SERVER.but(purposes=(PURPOSES.CLIENT_AUTH,))
CA = SERVER.but(ca=True, purposes=(), names=(), usage=("keyCertSign", "cRLSign"), lifetime=3650 * DAY)
WRONG: dict[str, tuple[Profile, str]] = {
    "ca-key-usage": (CA.but(usage=()), "pkix.ca_certificate_no_ku_extension"),
    "leaf-key-usage": (SERVER.but(usage=("digitalSignature", "keyCertSign")), "pkix.ee_certificate_keycertsign_keyusage_set"),
    "key-usage-critical": (SERVER.but(usage_critical=False), "pkix.key_usage_extension_not_critical"),
    "mailbox": (
        SERVER.but(subject=((NameOID.COMMON_NAME, "a"), (NameOID.EMAIL_ADDRESS, "a@example.com"))),
        "pkix.subject_email_address_not_in_san",
    ),
}
"""Rule to a certificate with one thing wrong, and how pkilint calls it."""
ALONE: dict[str, Profile] = {
    "key": SERVER.but(key=key("1024", rsa_bits=1024)),
    "key-strength": SERVER.but(key=key("2048", rsa_bits=2048)),
    "san": SERVER.but(names=()),
    "wildcard": SERVER.but(names=(x509.DNSName("*.example.com"),)),
    "purpose": SIGNER.but(purposes=()),
    "revocation-source": SERVER.but(crl=""),
    "server-is-ca": CA.but(names=(HOST,)),
    "lifetime": SERVER.but(lifetime=1096 * DAY + SECOND),
}
"""Rule to a certificate with one thing wrong that RFC 5280 says nothing of."""


def said(rule: str, profile: Profile, as_of: datetime | None = None, **stated: Any) -> str:
    """Judge by one rule; the root is one of the user's own unless told otherwise."""
    facts: dict[str, Any] = {"trust": "private"} | stated
    return outcomes(POLICY, profile.der, as_of, **facts)[rule]


@pytest.mark.parametrize("profile", [SERVER, SIGNER, CLIENT, CA], ids=["server", "signer", "client", "ca"])
def test_what_is_right_stays_silent(profile: Profile) -> None:
    """A server's, a signer's, a client's and a CA's certificate as they should be give no finding, and rules did apply."""
    judged = outcomes(POLICY, profile.der, trust="private")
    assert {rule for rule, outcome in judged.items() if outcome in {"fail", "unknown"}} == set()
    assert list(judged.values()).count("pass") >= 8


@pytest.mark.parametrize(("rule", "profile", "lint"), [(rule, *case) for rule, case in WRONG.items()], ids=WRONG)
def test_a_fault_is_found_here_and_there(rule: str, profile: Profile, lint: str) -> None:
    """A certificate with one thing wrong gives the finding for it and no other, and pkilint says the same."""
    assert faults(POLICY, profile.der, trust="private") == {rule}
    assert pkilint.verdicts(profile.der, "pkix")[lint] == "fail"


@pytest.mark.parametrize(("rule", "profile"), ALONE.items(), ids=ALONE)
def test_a_fault_gives_one_finding(rule: str, profile: Profile) -> None:
    """A certificate with one thing wrong gives the finding for it and no other (a short key also lacks strength, once)."""
    assert faults(POLICY, profile.der, trust="private") == {rule}


def test_a_root_of_ones_own_needs_no_other_key_identifier() -> None:
    """The self-signed root here has no authorityKeyIdentifier, CRL or critical fault, and no rule minds."""
    assert faults(POLICY, authority().der, trust="private") == set()
    assert outcomes(POLICY, authority().der, trust="private")["authority-key-identifier"] == "skip"


def test_key_identifiers_are_missed_here_and_there() -> None:
    """A CA without both identifiers is told of each; pkilint says the same."""
    profile = CA.but(key_identifier=False)
    assert faults(POLICY, profile.der, trust="private") == {"authority-key-identifier", "subject-key-identifier"}
    assert pkilint.verdicts(profile.der, "pkix")["pkix.authority_key_identifier_extension_absent"] == "fail"


def test_curves_spelled_out_or_small_are_refused() -> None:
    """P-224 just passes, P-192 does not."""
    assert said("key", SERVER.but(key=ec.generate_private_key(ec.SECP224R1()))) == "pass"
    assert said("key", SERVER.but(key=ec.generate_private_key(ec.SECP192R1()))) == "fail"


def test_three_years_are_never_held_too_short() -> None:
    """The longest three years of the calendar pass; a second more fails."""
    assert datetime(2027, 3, 1, tzinfo=UTC) + 1096 * DAY == datetime(2030, 3, 1, tzinfo=UTC)
    assert said("lifetime", SERVER.but(lifetime=1096 * DAY)) == "pass"
    assert said("lifetime", SERVER.but(lifetime=1096 * DAY + SECOND)) == "fail"


def test_a_serial_number_has_159_bits_at_most() -> None:
    """20 octets hold 159 bits and the sign; the library makes no more, so the other side is shown by the rule's own tests."""
    assert said("serial", SERVER.but(serial=2**159 - 1)) == "pass"
    assert said("serial", SERVER.but(serial=1)) == "pass"


@pytest.mark.parametrize(
    ("profile", "rule"),
    [(SERVER, None), (CLIENT, None), (SIGNER, "validity"), (CA, "ca-validity")],
    ids=lambda one: str(one)[:12],
)
def test_expiry_is_judged_once(profile: Profile, rule: str | None) -> None:
    """Of servers by public-tls, of clients by client-certificates, of the rest here: one finding of all policies."""
    late = START + profile.lifetime + SECOND
    assert faults(POLICY, profile.der, late, trust="private") == ({rule} if rule else set())
    found = {name for name in ("public-tls", "client-certificates", POLICY) if faults(name, profile.der, late, trust="private")}
    assert len(found) == 1


def test_validity_is_judged_to_the_second() -> None:
    """NotBefore and notAfter themselves are in; the seconds beside them are out."""
    end = START + SIGNER.lifetime
    moments = (START - SECOND, START, end, end + SECOND)
    assert [said("validity", SIGNER, moment) for moment in moments] == ["fail", "pass", "pass", "fail"]


def test_renewal_is_due_in_the_last_tenth_or_month() -> None:
    """A year's certificate with 31 days left passes, with 29 days left it warns; a week's with a day left passes."""
    assert said("renewal", SIGNER, START + 334 * DAY) == "pass"
    assert said("renewal", SIGNER, START + 336 * DAY) == "fail"
    assert said("renewal", SIGNER.but(lifetime=7 * DAY), START + 6 * DAY) == "pass"


def test_devices_and_clients_are_left_to_their_own_policies() -> None:
    """What the inventory tags as a device's is not asked for a purpose or its validity here."""
    device = SIGNER.but(purposes=())
    late = START + 366 * DAY
    assert said("validity", device, late) == "fail"
    assert said("validity", device, late, tags=["IDevID"]) == "skip"
    assert said("purpose", device, tags=["IDevID"]) == "skip"
    assert said("key", CLIENT.but(key=key("1024", rsa_bits=1024))) == "skip"


def test_without_your_root_nothing_tells_whose_rules_hold() -> None:
    """A fault is unknown then, and what is right passes."""
    assert said("san", SERVER.but(names=()), trust=None) == "unknown"
    assert said("san", SERVER, trust=None) == "pass"
    assert said("san", SERVER.but(names=()), trust="public") == "skip"

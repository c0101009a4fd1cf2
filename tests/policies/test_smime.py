"""smime says what the S/MIME Baseline Requirements say, and what pkilint says, from the certificate's bytes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID as Name

from tests.factories import Issued, key
from tests.policies.issued import DAY, PURPOSES, SECOND, Profile, authority, faults, outcomes
from tests.tools import pkilint

POLICY = "smime"
ALICE = x509.RFC822Name("alice@example.com")
MAIL = Profile(
    subject=((Name.COMMON_NAME, "alice@example.com"),),
    start=datetime(2026, 10, 1, tzinfo=UTC),
    lifetime=365 * DAY,
    purposes=(PURPOSES.EMAIL_PROTECTION,),
    policies=("2.23.140.1.5.1.3",),
    names=(ALICE,),
)
PERSON = ((Name.GIVEN_NAME, "Alice"), (Name.SURNAME, "Example"))
COMPANY = ((Name.ORGANIZATION_NAME, "Example Ltd"), (x509.ObjectIdentifier("2.5.4.97"), "NTRGB-12345678"))
ORGANIZATION = MAIL.but(policies=("2.23.140.1.5.2.3",), subject=COMPANY)
SPONSOR = MAIL.but(policies=("2.23.140.1.5.3.2",), subject=COMPANY + PERSON)
INDIVIDUAL = MAIL.but(policies=("2.23.140.1.5.4.3",), subject=PERSON)
RSA = MAIL.but(key=key("2048", rsa_bits=2048), usage=("digitalSignature", "keyEncipherment"))
EDDSA = MAIL.but(key=ed25519.Ed25519PrivateKey.generate())
CA = MAIL.but(ca=True, usage=("keyCertSign", "cRLSign"), names=(), lifetime=3650 * DAY)
BEFORE = datetime(2025, 7, 14, 23, 59, 59, tzinfo=UTC)
RIGHT = {"mailbox": MAIL, "organization": ORGANIZATION, "sponsor": SPONSOR, "individual": INDIVIDUAL, "rsa": RSA, "eddsa": EDDSA}
GB = (Name.COUNTRY_NAME, "GB"), (Name.LOCALITY_NAME, "London"), (Name.STREET_ADDRESS, "1 Road")
WRONG: dict[str, list[tuple[Profile, str]]] = {
    "lifetime": [
        (MAIL.but(lifetime=825 * DAY), "certificate_validity_period_exceeds_825_days"),
        (
            MAIL.but(lifetime=1185 * DAY, policies=("2.23.140.1.5.1.1",), start=BEFORE),
            "certificate_validity_period_exceeds_1185_days",
        ),
    ],
    "legacy": [(MAIL.but(policies=("2.23.140.1.5.1.1",)), "legacy_generation_certificate_issued_after_prohibition")],
    "key": [(MAIL.but(key=ec.generate_private_key(ec.SECP256K1())), "prohibited_spki_algorithm_encoding")],
    "policy-identifier": [
        (MAIL.but(policies=("2.23.140.1.5.1.3", "2.23.140.1.5.1.2")), "multiple_reserved_policy_oids"),
        (MAIL.but(policies=()), "certificate_policies_extension_missing"),
    ],
    "extended-key-usage": [
        (
            MAIL.but(purposes=(PURPOSES.EMAIL_PROTECTION, PURPOSES.SERVER_AUTH), policies=("2.23.140.1.5.1.2",)),
            "prohibited_eku_present",
        ),
        (MAIL.but(purposes=(PURPOSES.CLIENT_AUTH,), policies=("2.23.140.1.5.1.2",)), "emailprotection_eku_missing"),
    ],
    "strict-extended-key-usage": [
        (MAIL.but(purposes=(PURPOSES.EMAIL_PROTECTION, PURPOSES.CLIENT_AUTH)), "prohibited_eku_present")
    ],
    "key-usage-rsa": [(RSA.but(usage=("nonRepudiation", "keyEncipherment")), "prohibited_ku_present")],
    "strict-key-usage": [(RSA.but(usage=("keyEncipherment", "dataEncipherment")), "prohibited_ku_present")],
    "key-usage-ec": [
        (MAIL.but(usage=("digitalSignature", "keyEncipherment")), "prohibited_ku_present"),
        (MAIL.but(usage=()), "key_usage_extension_missing"),
    ],
    "key-usage-single": [(EDDSA.but(usage=("digitalSignature", "keyAgreement")), "prohibited_ku_present")],
    "san": [(MAIL.but(names=(), subject=()), "san_extension_missing")],
    "san-types": [(MAIL.but(names=(ALICE, x509.DNSName("www.example.com"))), "prohibited_generalname_type_present")],
    "common-name": [(MAIL.but(names=(x509.RFC822Name("bob@example.com"),)), "email_address_in_attribute_not_in_san")],
    "subject-mailbox": [(MAIL.but(subject=COMPANY), "prohibited_attribute")],
    "subject-organization": [(ORGANIZATION.but(subject=COMPANY[:1]), "missing_required_attribute")],
    "subject-no-person": [(ORGANIZATION.but(subject=COMPANY + PERSON), "prohibited_attribute")],
    "subject-person": [(SPONSOR.but(subject=COMPANY), "missing_required_attribute")],
    "subject-no-organization": [(INDIVIDUAL.but(subject=COMPANY + PERSON), "prohibited_attribute")],
    "pseudonym": [(INDIVIDUAL.but(subject=(*PERSON, (Name.PSEUDONYM, "Al"))), "mixed_name_and_pseudonym_attributes")],
    "subject-address": [(ORGANIZATION.but(subject=COMPANY + GB), "prohibited_attribute")],
    "other-attributes": [(ORGANIZATION.but(subject=(*COMPANY, (Name.DOMAIN_COMPONENT, "example"))), "prohibited_attribute")],
    "revocation-source": [(MAIL.but(crl=""), "crldp_extension_missing")],
    "issuer-address": [(MAIL.but(issuers=""), "aia_extension_missing")],
    "http-only": [(MAIL.but(issuers="ldap://ldap.example.com/cn=ca"), "aia_ca_issuers_has_no_http_uri")],
    "criticality": [(MAIL.but(usage_critical=False), "ku_extension_not_critical")],
}
"""Rule to certificates with one thing wrong, and how pkilint calls it."""


def said(rule: str, profile: Profile, **stated: Any) -> str:
    """Judge by one rule at notBefore, taken as publicly trusted."""
    facts: dict[str, Any] = {"trust": "public"} | stated
    return outcomes(POLICY, profile.der, **facts)[rule]


REMARK = "pkix.subject_key_identifier_method_1_identified"
"""How the identifier was made, which is no fault."""


def lints(profile: Profile) -> str:
    """List what pkilint faults, as one text."""
    verdicts = pkilint.verdicts(profile.der, "smime").items()
    return " ".join(name for name, verdict in verdicts if verdict == "fail" and name != REMARK)


@pytest.mark.parametrize("profile", RIGHT.values(), ids=RIGHT)
def test_what_is_right_stays_silent_here_and_there(profile: Profile) -> None:
    """Neither a rule nor pkilint faults a certificate as it should be; some twenty rules did look at it."""
    judged = outcomes(POLICY, profile.der, trust="public")
    assert {rule for rule, outcome in judged.items() if outcome in {"fail", "unknown"}} == set()
    assert list(judged.values()).count("pass") >= 18
    assert lints(profile) == ""


@pytest.mark.parametrize(
    ("rule", "profile", "lint"),
    [(rule, profile, lint) for rule, cases in WRONG.items() for profile, lint in cases],
    ids=[f"{rule}-{lint}" for rule, cases in WRONG.items() for _, lint in cases],
)
def test_a_fault_is_found_here_and_there(rule: str, profile: Profile, lint: str) -> None:
    """A certificate with one thing wrong gives the finding for it and no other, and pkilint says the same."""
    assert faults(POLICY, profile.der, trust="public") == {rule}
    assert lint in lints(profile)


def test_key_identifiers_are_missed_here_and_there() -> None:
    """Without both identifiers two rules say so, and pkilint."""
    profile = MAIL.but(key_identifier=False)
    assert faults(POLICY, profile.der, trust="public") == {"authority-key-identifier", "subject-key-identifier"}
    assert "authority_key_identifier_extension_absent" in lints(profile)
    assert "certificate_skid_end_entity_missing" in lints(profile)


@pytest.mark.parametrize(("policy", "days"), [("2.23.140.1.5.1.1", 1185), ("2.23.140.1.5.1.2", 825), ("2.23.140.1.5.1.3", 825)])
def test_a_lifetime_counts_its_last_second(policy: str, days: int) -> None:
    """One second less than the limit from notBefore to notAfter is the longest; pkilint draws the line there, too."""
    profile = MAIL.but(policies=(policy,), start=BEFORE, lifetime=days * DAY - SECOND)
    assert said("lifetime", profile) == "pass"
    assert "exceeds" not in lints(profile)
    assert said("lifetime", profile.but(lifetime=days * DAY)) == "fail"
    assert f"exceeds_{days}_days" in lints(profile.but(lifetime=days * DAY))


def test_the_legacy_generation_closes_at_midnight() -> None:
    """A second before 2025-07-15 the rule does not concern it, at midnight and after it fails."""
    profile = MAIL.but(policies=("2.23.140.1.5.1.1",))
    starts = (BEFORE, BEFORE + SECOND, BEFORE + 2 * SECOND)
    assert [said("legacy", profile.but(start=start)) for start in starts] == ["skip", "fail", "fail"]


def test_requirements_bind_from_september_2023() -> None:
    """A fault of the second before 2023-09-01 is none; from midnight on it is."""
    at = datetime(2023, 9, 1, tzinfo=UTC)
    found = [said("key-usage-ec", MAIL.but(usage=(), start=start)) for start in (at - SECOND, at, at + SECOND)]
    assert found == ["skip", "fail", "fail"]


def test_post_quantum_keys_are_permitted_from_22_august_2025() -> None:
    """An ML-DSA key fails until the second before and passes from midnight on; the rest is that of an EC certificate."""
    at = datetime(2025, 8, 22, tzinfo=UTC)
    stated: dict[str, Any] = {"key__algorithm": "ML-DSA-65", "key__curve": None}
    found = [said("key", MAIL.but(start=start), **stated) for start in (at - SECOND, at, at + SECOND)]
    assert found == ["fail", "pass", "pass"]


def test_the_hash_follows_the_issuers_curve() -> None:
    """SHA-256 by a P-256 key passes, by a P-384 key it fails; without the issuer at hand it is unknown."""
    root = authority()
    other = Issued(root.certificate, ec.generate_private_key(ec.SECP384R1()))
    assert said("signature-hash", MAIL) == "pass"
    assert said("signature-hash", MAIL.but(signer=other)) == "unknown"
    assert said("signature-hash", MAIL, issuer__key__curve="P-384") == "fail"


def test_a_mailbox_that_is_a_ca_is_found() -> None:
    """A mailbox with cA TRUE is critical; an intermediate without a mailbox is judged as a CA."""
    assert said("ca-flag", CA.but(names=(ALICE,))) == "fail"
    assert faults(POLICY, CA.der, trust="public") == set()
    assert said("ca-extensions", CA.but(usage=("keyCertSign",))) == "fail"
    assert said("ca-purpose", CA.but(purposes=(PURPOSES.EMAIL_PROTECTION, PURPOSES.SERVER_AUTH))) == "fail"


def test_the_reserved_identifier_decides_where_trust_is_unknown() -> None:
    """With it a fault is a fault; without it nobody knows whose rules hold; under a private CA none of these do."""
    faulty = MAIL.but(usage=())
    assert said("key-usage-ec", faulty, trust=None) == "fail"
    assert said("key-usage-ec", faulty.but(policies=()), trust=None) == "unknown"
    assert said("key-usage-ec", faulty.but(policies=()), trust="private") == "skip"


def test_code_signing_with_mail_is_no_s_mime() -> None:
    """A public code-signing certificate may name emailProtection; without a mailbox it is none of these."""
    signer = MAIL.but(purposes=(PURPOSES.CODE_SIGNING, PURPOSES.EMAIL_PROTECTION), policies=("2.23.140.1.4.1",), names=())
    assert set(outcomes(POLICY, signer.der, trust="public").values()) == {"skip"}

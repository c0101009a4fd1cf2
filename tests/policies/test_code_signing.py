"""code-signing says what the Code Signing Baseline Requirements say, second by second, from the certificate's bytes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.conftest import CORPUS
from tests.factories import Issued, key
from tests.policies.issued import DAY, PURPOSES, SECOND, Profile, authority, faults, outcomes

POLICY = "code-signing"
SUBJECT = (
    (NameOID.COUNTRY_NAME, "US"),
    (NameOID.LOCALITY_NAME, "Springfield"),
    (NameOID.ORGANIZATION_NAME, "Example Ltd"),
    (NameOID.COMMON_NAME, "Example Ltd"),
)
SIGNER = Profile(
    subject=SUBJECT,
    start=datetime(2026, 10, 1, tzinfo=UTC),
    lifetime=365 * DAY,
    purposes=(PURPOSES.CODE_SIGNING,),
    policies=("2.23.140.1.4.1",),
)
STAMPER = SIGNER.but(
    purposes=(PURPOSES.TIME_STAMPING,), purposes_critical=True, policies=("2.23.140.1.4.2",), lifetime=4000 * DAY
)
CA = SIGNER.but(ca=True, usage=("keyCertSign", "cRLSign"), lifetime=3650 * DAY, key=ec.generate_private_key(ec.SECP384R1()))
SHA1: dict[str, Any] = {
    "signer": Issued(authority().certificate, key("2048", rsa_bits=2048)),
    "bytes_for": (bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")),
}
"""sha1WithRSAEncryption in place of sha256WithRSAEncryption."""
STATED: dict[str, Any] = {"trust": "public", "private_key_protection": "certified-hardware"}


def said(rule: str, profile: Profile, **stated: Any) -> str:
    """Judge by one rule at notBefore."""
    return outcomes(POLICY, profile.der, **STATED | stated)[rule]


@pytest.mark.parametrize("profile", [SIGNER, STAMPER, CA], ids=["signer", "stamper", "ca"])
def test_what_is_right_stays_silent(profile: Profile) -> None:
    """A code-signing, a time-stamping and a CA certificate as they should be give no finding, and rules did apply."""
    judged = outcomes(POLICY, profile.der, **STATED)
    assert {rule for rule, outcome in judged.items() if outcome in {"fail", "unknown"}} == set()
    assert list(judged.values()).count("pass") >= 3


@pytest.mark.parametrize(
    ("start", "longest"),
    [
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 1188 * DAY),
        (datetime(2026, 3, 1, tzinfo=UTC), 460 * DAY),
        (datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), 460 * DAY),
    ],
    ids=["before", "at", "after"],
)
def test_notafter_may_lie_460_days_after_notbefore(start: datetime, longest: timedelta) -> None:
    """From 2026-03-01 notAfter = notBefore + 460 d is the last that passes, as zlint reads it; before, 39 months."""
    assert said("lifetime", SIGNER.but(start=start, lifetime=longest)) == "pass"
    assert said("lifetime", SIGNER.but(start=start, lifetime=longest + SECOND)) == "fail"


def test_39_months_are_never_held_too_short() -> None:
    """The longest 39 months of the calendar, from 1 March to 1 June over a leap day, pass."""
    start, end = datetime(2021, 3, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    assert said("lifetime", SIGNER.but(start=start, lifetime=end - start)) == "pass"


def test_time_stamping_certificates_may_live_135_months() -> None:
    """1 March to 1 June over eleven years passes, a second more fails; the limit for code signing does not concern them."""
    longest = datetime(2037, 6, 1, tzinfo=UTC) - datetime(2026, 3, 1, tzinfo=UTC)
    assert longest == 4110 * DAY
    profile = STAMPER.but(start=datetime(2026, 3, 1, tzinfo=UTC))
    assert said("timestamp-lifetime", profile.but(lifetime=longest)) == "pass"
    assert said("timestamp-lifetime", profile.but(lifetime=longest + SECOND)) == "fail"
    assert said("lifetime", profile.but(lifetime=longest)) == "skip"


@pytest.mark.parametrize(
    ("rule", "at", "faulty", "before"),
    [
        ("key", datetime(2021, 6, 1, tzinfo=UTC), SIGNER.but(key=key("2048", rsa_bits=2048)), "pass"),
        ("ca-key", datetime(2021, 6, 1, tzinfo=UTC), CA.but(key=key("2048", rsa_bits=2048)), "pass"),
        ("ca-key", datetime(2022, 6, 29, tzinfo=UTC), CA.but(key=key("3072", rsa_bits=3072)), "pass"),
        ("signature", datetime(2021, 6, 1, tzinfo=UTC), SIGNER.but(**SHA1), "pass"),
        ("signature", datetime(2022, 5, 1, tzinfo=UTC), STAMPER.but(**SHA1), "pass"),
        ("revocation-source", datetime(2022, 6, 29, tzinfo=UTC), SIGNER.but(crl=""), "skip"),
        ("issuer-address", datetime(2022, 6, 29, tzinfo=UTC), SIGNER.but(issuers=""), "skip"),
        ("authority-key-identifier", datetime(2022, 6, 29, tzinfo=UTC), SIGNER.but(key_identifier=False), "skip"),
        ("subject", datetime(2022, 6, 29, tzinfo=UTC), SIGNER.but(subject=SUBJECT[:1]), "skip"),
        ("ev-subject", datetime(2022, 6, 29, tzinfo=UTC), SIGNER.but(policies=("2.23.140.1.3",)), "skip"),
        (
            "ca-purpose",
            datetime(2022, 6, 29, tzinfo=UTC),
            CA.but(purposes=(PURPOSES.CODE_SIGNING, PURPOSES.EMAIL_PROTECTION)),
            "skip",
        ),
        ("key-usage", datetime(2019, 8, 13, tzinfo=UTC), SIGNER.but(usage=()), "skip"),
    ],
)
def test_a_requirement_begins_at_midnight(rule: str, at: datetime, faulty: Profile, before: str) -> None:
    """A second before its day it does not hold yet, at midnight and a second after it does."""
    assert [said(rule, faulty.but(start=start)) for start in (at - SECOND, at, at + SECOND)] == [before, "fail", "fail"]


def test_keys_are_in_hardware_since_june_2023() -> None:
    """Software fails from midnight on; before that the rule does not concern the certificate; unstated is unknown."""
    at = datetime(2023, 6, 1, tzinfo=UTC)
    found = [
        said("key-protection", SIGNER.but(start=start), private_key_protection="software")
        for start in (at - SECOND, at, at + SECOND)
    ]
    assert found == ["skip", "fail", "fail"]
    assert said("key-protection", SIGNER, private_key_protection="hardware") == "fail"
    assert said("key-protection", SIGNER, private_key_protection=None) == "unknown"


@pytest.mark.parametrize(
    ("rule", "faulty"),
    [
        ("extended-key-usage", SIGNER.but(purposes=(PURPOSES.CODE_SIGNING, PURPOSES.SERVER_AUTH))),
        ("extended-key-usage", SIGNER.but(purposes=())),
        ("other-purposes", SIGNER.but(purposes=(PURPOSES.CODE_SIGNING, PURPOSES.CLIENT_AUTH))),
        ("timestamp-purpose-critical", STAMPER.but(purposes_critical=False)),
        ("key-usage", SIGNER.but(usage_critical=False)),
        ("key-usage-only", SIGNER.but(usage=("digitalSignature", "nonRepudiation"))),
        ("policy-identifier", SIGNER.but(policies=())),
        ("reserved-identifier", SIGNER.but(policies=("1.3.6.1.4.1.99999.1",))),
        ("ca-extensions", CA.but(usage=("keyCertSign",))),
        ("key", SIGNER.but(key=ec.generate_private_key(ec.SECP256K1()))),
    ],
)
def test_a_fault_gives_one_finding(rule: str, faulty: Profile) -> None:
    """A certificate with one thing wrong gives the finding for it and no other."""
    assert faults(POLICY, faulty.der, **STATED) == {rule}


def test_the_reserved_identifier_decides_where_trust_is_unknown() -> None:
    """With it a fault is a fault; without it nobody knows whose rules hold; under a private CA none of these do."""
    faulty = SIGNER.but(usage=())
    assert said("key-usage", faulty, trust=None) == "fail"
    assert said("key-usage", faulty.but(policies=()), trust=None) == "unknown"
    assert said("key-usage", faulty.but(policies=()), trust="private") == "skip"


def test_what_only_asserts_the_identifier_is_not_passed_over() -> None:
    """A certificate with the identifier and no purpose fails for want of the purpose, trust or no trust."""
    assert said("extended-key-usage", SIGNER.but(purposes=()), trust=None) == "fail"


def test_sigstore_is_not_taken_for_a_public_ca() -> None:
    """Fulcio's certificates carry SCTs, which speak for public trust of servers, and no rule here concerns them."""
    fulcio = []
    for path in sorted((CORPUS / "certs" / "sigstore-python").iterdir()):
        data = path.read_bytes()
        one = x509.load_pem_x509_certificate(data) if b"BEGIN" in data else x509.load_der_x509_certificate(data)
        if any(isinstance(extension.value, x509.PrecertificateSignedCertificateTimestamps) for extension in one.extensions):
            fulcio.append(outcomes(POLICY, one.public_bytes(Encoding.DER)))
    assert len(fulcio) == 5
    assert {outcome for judged in fulcio for outcome in judged.values()} == {"skip"}

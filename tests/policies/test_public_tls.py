"""Every date of public-tls, second by second: certificates made for it, judged from DER to outcome."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID as Name

from scanner.model import Mode
from scanner.tables import utc
from tests import factories
from tests.facts.surgery import SERIAL, algorithm, object_, signed, tlv
from tests.policies import made
from tests.policies.boundaries import SECOND, Bound, Make, dates, outcome, policy, unasked

PUBLIC = policy("public-tls")
PROFILES = "2023-09-15"
"""BR 2.0.0: the profiles of certificates."""
CA_NAME: made.Subject = (*made.COMPANY, (Name.COMMON_NAME, "Example CA 1"))


def leaf(subject: made.Subject = (), **more: Any) -> Make:
    """Make a healthy server's certificate with these deviations, issued at an instant."""
    return lambda start: made.leaf(subject, start=start, **more)


def lasting(days: int, more: timedelta = timedelta(), **extensions: Any) -> Make:
    """Make one that lasts so long, notAfter included."""
    return leaf(lifetime=timedelta(days=days) + more, **extensions)


def ca(
    subject: made.Subject = CA_NAME,
    *,
    root: bool = False,
    usage: Sequence[str] | None = ("key_cert_sign", "crl_sign"),
    lifetime: timedelta = timedelta(days=1000),
    **extensions: tuple[x509.ExtensionType, bool] | None,
) -> Make:
    """Make a CA that keeps to the profile, but for these deviations, issued at an instant."""
    name = x509.Name([x509.NameAttribute(kind, text) for kind, text in subject])
    parent = name if root else x509.Name([x509.NameAttribute(Name.COMMON_NAME, "Example Root")])
    own, above = factories.key("ca"), factories.key("ca" if root else "issuer")
    held = OF_ALL_CAS | ({} if root else BELOW_ROOTS) | {"usage": made.usage(*usage) if usage else None} | extensions

    def at(start: datetime) -> bytes:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(parent).public_key(own.public_key())
        builder = (
            builder.serial_number(0x7A5C3E1F0B2D4C6E8F9A1B3C5D7E9F01)
            .not_valid_before(start)
            .not_valid_after(start + lifetime - SECOND)
        )
        for one in held.values():
            builder = builder if one is None else builder.add_extension(*one)
        return builder.sign(above, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    return at


OF_ALL_CAS: dict[str, tuple[x509.ExtensionType, bool] | None] = {
    "constraints": (x509.BasicConstraints(ca=True, path_length=None), True),
    "subject_key": (x509.SubjectKeyIdentifier(b"\x02" * 20), False),
    "authority": (x509.AuthorityKeyIdentifier(b"\x02" * 20, None, None), False),
}
BELOW_ROOTS: dict[str, tuple[x509.ExtensionType, bool] | None] = {
    "purposes": made.purposes(Purpose.SERVER_AUTH),
    "policy": made.policy(made.DV),
    "crl": made.crl("http://crl.example.com/1.crl"),
}
TRAILING_ZEROS = (made.extension("2.5.29.15", bytes.fromhex("03020006")), True)
"""keyCertSign and cRLSign, with a last bit that DER leaves out."""
NO_POINT = (made.extension("2.5.29.31", bytes.fromhex("3000")), False)
BY_NAME_TOO = (x509.AuthorityKeyIdentifier(b"\x01" * 20, [x509.DirectoryName(x509.Name([]))], 1), False)
NO_OCSP = made.access(issuers="http://ca.example.com/1.cer")
ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
EMAIL = (Name.EMAIL_ADDRESS, "a@example.com")


def sha_1(make: Make) -> Make:
    """Say of a certificate that it is signed with ecdsa-with-SHA1, which the library no longer does."""
    return lambda start: algorithm(make(start), lambda _: tlv(0x30, object_("1.2.840.10045.4.1")))


def numbered(make: Make, number: int) -> Make:
    """Give a certificate a serial number that the library refuses."""
    return lambda start: signed(make(start), (SERIAL,), lambda _: made.integer(number))


def with_null(start: datetime) -> bytes:
    """Make a certificate whose ecdsa-with-SHA256 has the NULL that RSA has."""
    return algorithm(made.leaf(start=start), lambda _: tlv(0x30, object_("1.2.840.10045.4.3.2"), b"\x05\x00"))


def profile(rule: str, make: Make, before: str = "skip", since: str = PROFILES) -> Bound:
    """A date brings a requirement in; before it the rule does not apply, or asks less."""
    return Bound(rule, since, before, "fail", make)


BOUNDS = [
    # --- validity
    Bound("lifetime", "2018-03-02", "skip", "fail", lasting(825, SECOND)),
    Bound("lifetime", "2020-09-01", "pass", "fail", lasting(825)),
    Bound("lifetime", "2026-03-15", "pass", "fail", lasting(398)),
    Bound("lifetime", "2027-03-15", "pass", "fail", lasting(200)),
    Bound("lifetime", "2029-03-15", "pass", "fail", lasting(100)),
    Bound("validity-in-months", "2016-07-02", "skip", "fail", lasting(1189, SECOND)),
    Bound("validity-in-months", "2018-03-02", "fail", "skip", lasting(1189, SECOND)),
    Bound("validity-margin", "2020-09-01", "skip", "fail", lasting(398)),
    Bound("validity-margin", "2026-03-15", "pass", "fail", lasting(199, SECOND)),
    Bound("validity-margin", "2027-03-15", "pass", "fail", lasting(99, SECOND)),
    Bound("validity-margin", "2029-03-15", "pass", "fail", lasting(46, SECOND)),
    # --- encodings, labels, serial numbers
    profile("algorithm-identifiers", with_null, since="2020-08-20"),
    profile("reserved-labels", leaf(san=made.names("ab--c.example.com")), since="2021-10-01"),
    profile("reverse-zones", leaf(san=made.names("8.43.0.192.in-addr.arpa")), since="2026-03-15"),
    profile("serial-entropy", leaf(serial=4711), since="2016-09-30"),
    profile("der", ca(usage=None, keys=TRAILING_ZEROS)),
    profile("structure", ca(crl=NO_POINT)),
    # --- subjects and names
    profile("san-critical", leaf([(Name.COUNTRY_NAME, "US")], san=(made.names("www.example.com")[0], True)), before="pass"),
    profile("common-name-absent", leaf([(Name.COMMON_NAME, "www.example.com")])),
    profile("subject-dv", leaf([(Name.SERIAL_NUMBER, "1")]), before="pass"),
    profile("subject-ov", leaf([*made.COMPANY, (Name.SURNAME, "Doe")], policy=made.policy(made.OV)), before="pass"),
    profile("subject-iv", leaf(made.COMPANY, policy=made.policy(made.IV)), before="pass"),
    profile("subject-ev-attributes", leaf([*made.REGISTERED, EMAIL], policy=made.policy(made.EV)), since="2019-04-16"),
    profile("organizational-unit", leaf([(Name.ORGANIZATIONAL_UNIT_NAME, "IT")]), since="2022-09-01"),
    profile("subject-repeated", leaf([(Name.COMMON_NAME, "www.example.com")] * 2)),
    profile("subject-extras", leaf([*made.COMPANY, (Name.POSTAL_CODE, "1")], policy=made.policy(made.OV))),
    # --- extensions
    profile("extended-key-usage", leaf(purposes=made.purposes(Purpose.SERVER_AUTH, Purpose.EMAIL_PROTECTION)), before="pass"),
    profile("extended-key-usage-others", leaf(purposes=made.purposes(Purpose.SERVER_AUTH, Purpose.IPSEC_IKE))),
    profile("key-usage", leaf(usage=made.usage("digital_signature", "content_commitment")), before="pass"),
    profile("key-usage-present", leaf(usage=None)),
    profile("key-usage-bits", leaf(usage=made.usage("digital_signature", "key_agreement"))),
    profile("critical-extensions", leaf(usage=made.usage("digital_signature", critical=False)), before="pass"),
    profile("authority-key-identifier", leaf(authority=BY_NAME_TOO), before="pass", since="2020-08-20"),
    profile("subject-key-identifier", leaf(subject_key=(x509.SubjectKeyIdentifier(b"\x02" * 20), False))),
    profile("other-extensions", leaf(staple=(x509.TLSFeature([x509.TLSFeatureType.status_request]), False))),
    # --- policies and addresses
    profile("policy-identifier", leaf(policy=made.policy(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"))), since="2020-09-30"),
    profile("policy-identifier", leaf(policy=made.policy(made.DV, made.OV)), before="pass"),
    profile("policy-qualifiers", leaf(policy=made.policy(made.DV, qualifiers=[x509.UserNotice(None, "Read me")]))),
    profile("policy-qualifiers-absent", leaf(policy=made.policy(made.DV, qualifiers=["http://cps.example.com"]))),
    profile(
        "policy-qualifiers-absent",
        leaf(made.REGISTERED, policy=made.policy(made.EV, qualifiers=["http://cps.example.com"])),
        since="2024-05-06",
    ),
    profile("access-methods", leaf(access=made.access(other="http://repository.example.com"))),
    profile("revocation-http", leaf(crl=made.crl("ldap://ldap.example.com/cn=ca"))),
    Bound("revocation-source", "2024-03-15", "fail", "pass", lasting(10, access=NO_OCSP, crl=None)),
    Bound("revocation-source", "2026-03-15", "pass", "fail", lasting(10, access=NO_OCSP, crl=None)),
    # --- CAs
    profile("ca-basic-constraints", ca(constraints=(x509.BasicConstraints(ca=True, path_length=None), False))),
    profile("ca-key-usage", ca(usage=("key_cert_sign",))),
    profile("ca-key-identifiers", ca(authority=None)),
    profile("ca-serial", numbered(ca(), 1 << 159)),
    profile("ca-policies", ca(policy=made.policy(made.DV, ANY_POLICY))),
    profile("ca-revocation-source", ca(crl=None)),
    profile("ca-extended-key-usage", ca(purposes=made.purposes(Purpose.SERVER_AUTH, Purpose.EMAIL_PROTECTION))),
    profile("root-lifetime", ca(root=True, lifetime=timedelta(days=9133, seconds=2))),
    profile("root-extended-key-usage", ca(root=True, purposes=made.purposes(Purpose.SERVER_AUTH))),
    profile("root-subject", ca([*CA_NAME, (Name.ORGANIZATIONAL_UNIT_NAME, "Roots")], root=True)),
    profile("root-extras", ca(root=True, policy=made.policy(ANY_POLICY))),
]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.rule}-{bound.date}")
def test_a_rule_binds_from_the_first_second_of_its_date(bound: Bound) -> None:
    """A second before, the rule says one thing; at the date and a second later it says the other."""
    assert bound.outcomes(PUBLIC) == (bound.before, bound.after, bound.after)


def test_every_date_of_the_policy_is_a_boundary_here() -> None:
    """No date stands in a rule that no certificate was made for; the hash of ECDSA needs an issuer, below."""
    assert unasked(BOUNDS, "public-tls") == {("ecdsa-hash", "2020-08-20")}


@pytest.mark.parametrize(("seconds", "expected"), [(-1, "skip"), (0, "fail"), (1, "fail")])
def test_the_hash_of_an_issuer_on_p_256_is_sha_256_from_2020_08_20(seconds: int, expected: str) -> None:
    """A P-256 issuer that signs with SHA-384 is faulted from the first second on."""
    start = utc(2020, 8, 20) + seconds * SECOND
    issuer = factories.root("Example Root", start=utc(2019))
    one = factories.certificate(issuer=issuer, start=start, policies=["2.23.140.1.2.1"], hash_=hashes.SHA384())
    assert outcome(PUBLIC, "ecdsa-hash", one.der, start, "public", (issuer.der,)) == expected


def test_the_hash_that_fits_the_issuer_passes_and_without_the_issuer_nothing_is_said() -> None:
    """SHA-256 below P-256 is right; where the issuer is not at hand it is unknown."""
    issuer = factories.root("Example Root")
    one = factories.certificate(issuer=issuer, policies=["2.23.140.1.2.1"])
    assert outcome(PUBLIC, "ecdsa-hash", one.der, factories.START, "public", (issuer.der,)) == "pass"
    assert outcome(PUBLIC, "ecdsa-hash", one.der, factories.START, "public") == "unknown"


@pytest.mark.parametrize(
    ("rule", "make"),
    [("signature", sha_1(leaf())), ("ca-signature", sha_1(ca()))],
    ids=("signature", "ca-signature"),
)
def test_sha_1_blocks_from_the_date_of_enforcement(rule: str, make: Make) -> None:
    """The finding is there before and after; from the date on it blocks. These are all the dates of enforcement."""
    ((_, day),) = [one for one in dates("public-tls")["enforce"] if one[0] == rule]
    assert {one for one, _ in dates("public-tls")["enforce"]} == {"signature", "ca-signature"}
    (asked,) = [one for one in PUBLIC.rules if one.id == f"public-tls/{rule}"]
    at = datetime.fromisoformat(day).replace(tzinfo=utc(2026).tzinfo)
    der = make(at - timedelta(days=30))
    for now, mode in ((at - SECOND, Mode.WARN), (at, Mode.BLOCK), (at + SECOND, Mode.BLOCK)):
        assert outcome(PUBLIC, rule, der, now, "public") == "fail"
        assert asked.mode(now) is mode


RIGHT = {
    "dv": leaf(),
    "ov": leaf(made.COMPANY, policy=made.policy(made.OV)),
    "iv": leaf(made.PERSON, policy=made.policy(made.IV)),
    "ev": leaf(made.REGISTERED, policy=made.policy(made.EV)),
    "intermediate": ca(),
    "root": ca(root=True, lifetime=timedelta(days=3000)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_certificate_that_keeps_to_the_profile_gives_no_finding(name: str) -> None:
    """Every rule passes, or does not apply; only the hash of ECDSA is unknown, for the issuer is not at hand."""
    start = utc(2026, 10, 1)
    der = RIGHT[name](start)
    said = {rule.id.partition("/")[2]: outcome(PUBLIC, rule.id.partition("/")[2], der, start, "public") for rule in PUBLIC.rules}
    assert {rule: one for rule, one in said.items() if one not in {"pass", "skip"} and rule != "ecdsa-hash"} == {}
    assert sum(one == "pass" for one in said.values()) >= (7 if name in {"intermediate", "root"} else 40)

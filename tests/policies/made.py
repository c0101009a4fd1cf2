"""Certificates that the corpus lacks: healthy ones of each kind, and each of the others with one deviation that its name says."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from math import prod
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID as Name

from tests.conftest import CORPUS
from tests.factories import Key, key
from tests.facts.surgery import KEY, SERIAL, VERSION, added, algorithm, object_, signed, tlv
from tests.facts.surgery import extension as raw
from tests.facts.test_weakness import prime_from
from tests.tools.pkilint import pem_or_der

START = datetime(2026, 10, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
JURISDICTION = x509.ObjectIdentifier("1.3.6.1.4.1.311.60.2.1.3")
DV, OV, IV, EV = (x509.ObjectIdentifier(f"2.23.140.1.{one}") for one in ("2.1", "2.2", "2.3", "1"))
SHA256, SHA384 = hashes.SHA256(), hashes.SHA384()
Extensions = Mapping[str, tuple[x509.ExtensionType, bool] | None]
Subject = Sequence[tuple[x509.ObjectIdentifier, str]]
COMPANY: Subject = (
    (Name.COUNTRY_NAME, "DE"), (Name.STATE_OR_PROVINCE_NAME, "Berlin"), (Name.LOCALITY_NAME, "Berlin"),
    (Name.ORGANIZATION_NAME, "Example GmbH"),
)  # fmt: skip
PERSON: Subject = (*COMPANY[:3], (Name.SURNAME, "Mustermann"), (Name.GIVEN_NAME, "Erika"))
ISSUER: Subject = ((Name.ORGANIZATION_NAME, "Example CA"), (Name.COMMON_NAME, "Example CA 1"))
REGISTERED: Subject = (
    (JURISDICTION, "DE"), (Name.BUSINESS_CATEGORY, "Private Organization"), (Name.SERIAL_NUMBER, "HRB 12345"), *COMPANY,
)  # fmt: skip


def days(start: str, count: int, more: timedelta = timedelta()) -> dict[str, Any]:
    """Give notBefore and a lifetime that counts notAfter in, as the Baseline Requirements do."""
    return {"start": datetime.fromisoformat(start).replace(tzinfo=UTC), "lifetime": timedelta(days=count) + more}


def extension(dotted: str, value: bytes) -> x509.UnrecognizedExtension:
    """Write an extension by its bytes."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value)


def names(*listed: str) -> tuple[x509.SubjectAlternativeName, bool]:
    """Write subjectAltName of DNS names and IP addresses."""
    return x509.SubjectAlternativeName([_general(one) for one in listed]), False


def _general(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def usage(*bits: str, critical: bool = True) -> tuple[x509.KeyUsage, bool]:
    """Write keyUsage."""
    known = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{bit: bit in bits for bit in known}), critical


def purposes(*listed: x509.ObjectIdentifier, critical: bool = False) -> tuple[x509.ExtendedKeyUsage, bool]:
    """Write extendedKeyUsage."""
    return x509.ExtendedKeyUsage(listed), critical


def policy(
    *listed: x509.ObjectIdentifier, qualifiers: Sequence[str | x509.UserNotice] = ()
) -> tuple[x509.CertificatePolicies, bool]:
    """Write certificatePolicies."""
    return x509.CertificatePolicies([x509.PolicyInformation(one, list(qualifiers) or None) for one in listed]), False


def access(**urls: str) -> tuple[x509.AuthorityInformationAccess, bool]:
    """Write authorityInformationAccess: `ocsp`, `issuers`, or `other` for a method that nobody listed."""
    methods = {"ocsp": Access.OCSP, "issuers": Access.CA_ISSUERS, "other": x509.ObjectIdentifier("1.3.6.1.5.5.7.48.5")}
    found = [x509.AccessDescription(methods[method], x509.UniformResourceIdentifier(url)) for method, url in urls.items()]
    return x509.AuthorityInformationAccess(found), False


def crl(*urls: str) -> tuple[x509.CRLDistributionPoints, bool]:
    """Write cRLDistributionPoints."""
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in urls]
    return x509.CRLDistributionPoints(points), False


def scts(count: int, when: datetime = START) -> tuple[x509.UnrecognizedExtension, bool]:
    """Write signed certificate timestamps of as many logs (RFC 6962 3.3)."""
    moment = int(when.timestamp() * 1000).to_bytes(8, "big")
    each = [b"\x00" + bytes([log]) * 32 + moment + b"\x00\x00\x04\x03\x00\x08" + bytes(8) for log in range(count)]
    listed = b"".join(len(one).to_bytes(2, "big") + one for one in each)
    return extension("1.3.6.1.4.1.11129.2.4.2", tlv(4, len(listed).to_bytes(2, "big") + listed)), False


HEALTHY: Extensions = {
    "san": names("www.example.com"),
    "purposes": purposes(Purpose.SERVER_AUTH),
    "usage": usage("digital_signature"),
    "policy": policy(DV),
    "access": access(ocsp="http://ocsp.example.com", issuers="http://ca.example.com/1.cer"),
    "crl": crl("http://crl.example.com/1.crl"),
    "scts": scts(2),
    "authority": (x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None), False),
}
"""Extensions of a DV certificate that keeps to the profile of the Baseline Requirements."""


def leaf(
    subject: Subject = (),
    *,
    issuer: Subject = ISSUER,
    start: datetime = START,
    lifetime: timedelta = timedelta(days=90),
    of: Key | None = None,
    serial: int = 0x7A5C3E1F0B2D4C6E8F9A1B3C5D7E9F01,
    digest: hashes.SHA256 | hashes.SHA384 = SHA256,
    by: Key | None = None,
    **extensions: tuple[x509.ExtensionType, bool] | None,
) -> bytes:
    """Make a certificate of a CA that is not there, with other extensions than the healthy ones; None leaves one out."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, text, _validate=False) for kind, text in subject]))
        .issuer_name(x509.Name([x509.NameAttribute(kind, text) for kind, text in issuer]))
        .public_key((of or key("leaf")).public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + lifetime - SECOND)
    )
    held = dict(HEALTHY) | extensions
    if not subject and held["san"] is not None:
        held["san"] = (held["san"][0], True)
    for one in held.values():
        builder = builder if one is None else builder.add_extension(*one)
    return builder.sign(by or key("issuer"), digest).public_bytes(serialization.Encoding.DER)


@cache
def rsa() -> Key:
    """Make an RSA key."""
    return key("rsa", rsa_bits=2048)


def integer(value: int) -> bytes:
    """Write an INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def with_rsa(modulus: int, exponent: int = 65537, of: bytes = b"") -> bytes:
    """Make a certificate for an RSA key of any two numbers."""
    numbers = tlv(0x30, integer(modulus), integer(exponent))
    whole = tlv(0x30, tlv(0x30, object_("1.2.840.113549.1.1.1"), b"\x05\x00"), tlv(3, b"\x00", numbers))
    return signed(of or leaf(), (KEY,), lambda _: whole)


def with_serial(number: int, of: bytes = b"") -> bytes:
    """Make a certificate with any serial number."""
    return signed(of or leaf(), (SERIAL,), lambda _: integer(number))


def with_usage(name: str, bits: bytes) -> bytes:
    """Give a certificate of the corpus another keyUsage, in as many octets."""
    return re.sub(
        rb"(\x06\x03\x55\x1d\x0f(?:\x01\x01\xff)?\x04\x04\x03\x02)..", rb"\1" + bits, _corpus(name), count=1, flags=re.DOTALL
    )


def _corpus(name: str) -> bytes:
    return pem_or_der((CORPUS / "certs" / name).read_bytes())


_SOUND = prod(prime_from(Random(seed).getrandbits(1024) | 3 << 1022) for seed in (1, 2))

CERTIFICATES: dict[str, Callable[[], bytes]] = {
    # --- healthy, of each kind
    "dv": leaf,
    "ov": lambda: leaf(COMPANY, policy=policy(OV)),
    "iv": lambda: leaf(PERSON, policy=policy(IV)),
    "ev": lambda: leaf(REGISTERED, policy=policy(EV)),
    "rsa": lambda: leaf(of=rsa()),
    "short-lived": lambda: leaf(**days("2026-10-01", 7), access=access(issuers="http://ca.example.com/1.cer"), crl=None),
    # --- lifetime: the last second before each step and the first after it, at the limit and a second above
    "398-days": lambda: leaf(**days("2026-03-14T23:59:59", 398), scts=scts(3)),
    "397-days": lambda: leaf(**days("2026-03-14T23:59:59", 397), scts=scts(3)),
    "398-days-and-a-second": lambda: leaf(**days("2026-03-14T23:59:59", 398, SECOND), scts=scts(3)),
    "200-days": lambda: leaf(**days("2026-03-15", 200), scts=scts(3)),
    "200-days-and-a-second": lambda: leaf(**days("2026-03-15", 200, SECOND), scts=scts(3)),
    "200-days-in-2027": lambda: leaf(**days("2027-03-14T23:59:59", 200), scts=scts(3)),
    "100-days": lambda: leaf(**days("2027-03-15", 100)),
    "100-days-and-a-second": lambda: leaf(**days("2027-03-15", 100, SECOND)),
    "100-days-in-2028": lambda: leaf(**days("2028-03-15", 100)),
    "100-days-in-2029": lambda: leaf(**days("2029-03-14T23:59:59", 100)),
    "47-days": lambda: leaf(**days("2029-03-15", 47)),
    "47-days-and-a-second": lambda: leaf(**days("2029-03-15", 47, SECOND)),
    "8-days-without-crl": lambda: leaf(**days("2026-10-01", 8), access=access(issuers="http://ca.example.com/1.cer"), crl=None),
    # --- keys
    "rsa-2049-bits": lambda: with_rsa(_SOUND << 1 | 1),
    "rsa-1024-bits": lambda: with_rsa(_SOUND >> 1024 | 1),
    "rsa-exponent-1": lambda: with_rsa(_SOUND, 1),
    "rsa-exponent-3": lambda: with_rsa(_SOUND, 3),
    "rsa-exponent-even": lambda: with_rsa(_SOUND, 65538),
    "rsa-exponent-257-bits": lambda: with_rsa(_SOUND, 2**256 + 1),
    "rsa-modulus-of-small-factor": lambda: with_rsa(_SOUND * 3),
    "sha-1": lambda: algorithm(leaf(), lambda _: tlv(0x30, object_("1.2.840.10045.4.1"))),
    # --- names
    "no-names": lambda: leaf(COMPANY, san=None),
    "mail-name": lambda: leaf(
        san=(x509.SubjectAlternativeName([x509.DNSName("www.example.com"), x509.RFC822Name("a@example.com")]), False)
    ),
    "mail-in-subject-and-names": lambda: leaf(
        [(Name.EMAIL_ADDRESS, "a@example.com")],
        san=(x509.SubjectAlternativeName([x509.DNSName("www.example.com"), x509.RFC822Name("a@example.com")]), False),
    ),
    "names-critical": lambda: leaf(COMPANY, policy=policy(OV), san=(names("www.example.com")[0], True)),
    "underscore": lambda: leaf(san=names("my_host.example.com")),
    "reserved-label": lambda: leaf(san=names("ab--cd.example.com")),
    "internal-name": lambda: leaf(san=names("host.corp")),
    "reverse-zone": lambda: leaf(san=names("1.0.51.198.in-addr.arpa")),
    "reverse-zone-before": lambda: leaf(**days("2026-03-14T23:59:59", 90), san=names("1.0.51.198.in-addr.arpa")),
    "public-address": lambda: leaf(san=names("1.1.1.1")),
    "private-address": lambda: leaf(san=names("10.0.0.1")),
    "other-common-name": lambda: leaf([(Name.COMMON_NAME, "www.example.net")]),
    "common-name": lambda: leaf([(Name.COMMON_NAME, "www.example.com")]),
    "ev-wildcard": lambda: leaf(REGISTERED, policy=policy(EV), san=names("*.example.com")),
    # --- subjects
    "dv-with-organization": lambda: leaf(COMPANY),
    "ov-without-organization": lambda: leaf(COMPANY[:3], policy=policy(OV)),
    "ov-of-a-person": lambda: leaf([*COMPANY, *PERSON[3:]], policy=policy(OV)),
    "iv-without-surname": lambda: leaf(COMPANY[:3], policy=policy(IV)),
    "ev-without-category": lambda: leaf([one for one in REGISTERED if one[0] != Name.BUSINESS_CATEGORY], policy=policy(EV)),
    "ev-with-title": lambda: leaf([*REGISTERED, (Name.TITLE, "Dr")], policy=policy(EV)),
    "ov-with-unit": lambda: leaf([*COMPANY, (Name.ORGANIZATIONAL_UNIT_NAME, "IT")], policy=policy(OV)),
    "ov-with-postal-code": lambda: leaf([*COMPANY[:3], (Name.POSTAL_CODE, "10115"), COMPANY[3]], policy=policy(OV)),
    "two-organizations": lambda: leaf([*COMPANY, COMPANY[3]], policy=policy(OV)),
    "country-in-small-letters": lambda: leaf([(Name.COUNTRY_NAME, "de"), *COMPANY[1:]], policy=policy(OV)),
    "placeholder": lambda: leaf([*COMPANY[:3], (Name.ORGANIZATION_NAME, "-")], policy=policy(OV)),
    # --- serial and version
    "serial-of-160-bits": lambda: with_serial(1 << 159 | 1),
    "serial-0": lambda: with_serial(0),
    "serial-negative": lambda: with_serial(-(1 << 100)),
    "serial-counted": lambda: leaf(serial=4711),
    # --- extensions
    "precertificate": lambda: leaf(scts=None, poison=(x509.PrecertPoison(), True)),
    "any-purpose": lambda: leaf(purposes=purposes(Purpose.SERVER_AUTH, Purpose.ANY_EXTENDED_KEY_USAGE)),
    "code-signing-too": lambda: leaf(purposes=purposes(Purpose.SERVER_AUTH, Purpose.CODE_SIGNING)),
    "client-too": lambda: leaf(purposes=purposes(Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH)),
    "ipsec-too": lambda: leaf(purposes=purposes(Purpose.SERVER_AUTH, Purpose.IPSEC_IKE)),
    "no-purpose": lambda: leaf(purposes=None),
    "purposes-critical": lambda: leaf(purposes=purposes(Purpose.SERVER_AUTH, critical=True)),
    "ec-key-encipherment": lambda: leaf(usage=usage("digital_signature", "key_encipherment")),
    "ec-key-agreement": lambda: leaf(usage=usage("digital_signature", "key_agreement")),
    "rsa-both-usages": lambda: leaf(of=rsa(), usage=usage("digital_signature", "key_encipherment")),
    "usage-not-critical": lambda: leaf(usage=usage("digital_signature", critical=False)),
    "no-usage": lambda: leaf(usage=None),
    "constraints-not-critical": lambda: leaf(constraints=(x509.BasicConstraints(ca=False, path_length=None), False)),
    "ca-flag": lambda: leaf(constraints=(x509.BasicConstraints(ca=True, path_length=None), True)),
    "path-length": lambda: leaf(constraints=(extension("2.5.29.19", bytes.fromhex("3003020101")), True)),
    "name-constraints": lambda: leaf(constrained=(x509.NameConstraints([x509.DNSName("example.com")], None), True)),
    "no-authority-key": lambda: leaf(authority=None),
    "authority-by-name": lambda: leaf(
        authority=(x509.AuthorityKeyIdentifier(b"\x01" * 20, [x509.DirectoryName(x509.Name([]))], 1), False)
    ),
    "subject-key": lambda: leaf(subject_key=(x509.SubjectKeyIdentifier(b"\x02" * 20), False)),
    "must-staple": lambda: leaf(staple=(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)),
    # --- policies and addresses
    "no-policies": lambda: leaf(policy=None),
    "own-policy": lambda: leaf(policy=policy(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"))),
    "two-reserved-policies": lambda: leaf(policy=policy(DV, OV)),
    "any-policy-too": lambda: leaf(policy=policy(DV, x509.ObjectIdentifier("2.5.29.32.0"))),
    "practice-statement": lambda: leaf(policy=policy(DV, qualifiers=["http://cps.example.com"])),
    "user-notice": lambda: leaf(policy=policy(DV, qualifiers=[x509.UserNotice(None, "Read me")])),
    "no-access": lambda: leaf(access=None),
    "other-access": lambda: leaf(access=access(issuers="http://ca.example.com/1.cer", other="http://repository.example.com")),
    "no-issuer-address": lambda: leaf(access=access(ocsp="http://ocsp.example.com")),
    "https-responder": lambda: leaf(access=access(ocsp="https://ocsp.example.com", issuers="http://ca.example.com/1.cer")),
    "ldap-crl": lambda: leaf(crl=crl("ldap://ldap.example.com/cn=ca")),
    "no-revocation-source": lambda: leaf(access=access(issuers="http://ca.example.com/1.cer"), crl=None),
    "one-sct": lambda: leaf(scts=scts(1)),
    # --- post-quantum keys
    "ml-dsa-for-encryption": lambda: with_usage("lamps-ml-dsa/7bf5da6c6ee25c59.pem", b"\x05\x20"),
    "ml-kem-for-signing": lambda: with_usage("lamps-ml-kem/0e9dfbedb039156b.der", b"\x07\x80"),
    "slh-dsa-for-encryption": lambda: with_usage("lamps-slh-dsa/a193f351fb6adda8.der", b"\x05\x20"),
}


def of_policies() -> dict[str, bytes]:
    """Take the certificates that the tests of single policies make: as they should be, and with one thing wrong."""
    from tests.policies import test_client_certificates as client
    from tests.policies import test_code_signing as code
    from tests.policies import test_device_certificates as device
    from tests.policies import test_internal_pki as internal
    from tests.policies import test_smime as smime

    found = {f"smime/{name}": one for name, one in smime.RIGHT.items()}
    found |= {f"smime/{rule}-{n}": one for rule, cases in smime.WRONG.items() for n, (one, _) in enumerate(cases, 1)}
    found |= {"smime/ca": smime.CA}
    found |= {"code-signing/signer": code.SIGNER, "code-signing/stamper": code.STAMPER, "code-signing/ca": code.CA}
    found |= {"client-certificates/workload": client.CLIENT, "client-certificates/person": client.PERSON}
    found |= {f"client-certificates/{rule}-{n}": one for rule, cases in client.WRONG.items() for n, one in enumerate(cases, 1)}
    found |= {"device-certificates/forever": device.DEVICE, "device-certificates/ten-years": device.MORTAL}
    found |= {f"device-certificates/{rule}": one for rule, one in device.WRONG.items()}
    right = {"server": internal.SERVER, "signer": internal.SIGNER, "client": internal.CLIENT, "ca": internal.CA}
    found |= {f"internal-pki/{name}": one for name, one in right.items()}
    found |= {f"internal-pki/{rule}": one for rule, (one, _) in internal.WRONG.items()}
    found |= {f"internal-pki/{rule}": one for rule, one in internal.ALONE.items()}
    mail = smime.MAIL.der
    changed = {
        "smime/rsa-2049-bits": with_rsa(_SOUND << 1 | 1, of=mail),
        "smime/rsa-exponent-1": with_rsa(_SOUND, 1, mail),
        "smime/sha-1": algorithm(mail, lambda _: tlv(0x30, object_("1.2.840.10045.4.1"))),
        "smime/signature-with-null": algorithm(mail, lambda _: tlv(0x30, object_("1.2.840.10045.4.3.2"), b"\x05\x00")),
        "smime/serial-0": with_serial(0, mail),
        "smime/version-2": signed(mail, (VERSION,), lambda _: tlv(0xA0, integer(1))),
        "smime/path-length": added(mail, raw("2.5.29.19", bytes.fromhex("3003020101"))),
        "smime/no-key-identifiers": smime.MAIL.but(key_identifier=False).der,
        "smime/ldap-crl": smime.MAIL.but(crl="ldap://ldap.example.com/cn=ca").der,
    }
    return {name: one.der for name, one in found.items()} | changed

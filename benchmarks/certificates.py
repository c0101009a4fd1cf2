"""Really signed certificates for measuring: an estate as it is, whose issuers and extensions repeat, or one where nothing does.

Keys are few and cached, for they cost; key identifiers are random, as if every certificate had a key of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
START = datetime(2026, 9, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISSUERS = 8
KEYS = 24
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
DOMAIN_VALIDATED = x509.ObjectIdentifier("2.23.140.1.2.1")
_KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Issuer:
    """A CA as its certificates show it."""

    key: Key
    name: x509.Name
    key_id: bytes
    host: str
    policy: x509.ObjectIdentifier = DOMAIN_VALIDATED
    purpose: x509.ObjectIdentifier | None = None


def make(count: int, *, repeats: bool = True, seed: int = 20261124) -> list[bytes]:
    """Make `count` server certificates in DER.

    With `repeats` they come from eight issuing CAs, each with its own URLs; without, each has an issuer, a subject and
    extensions that no other has. (Only keyUsage and basicConstraints repeat even then: they have few values.)
    """
    random = Random(seed)
    return [_certificate(number, issuer, random) for number, issuer in enumerate(_issuers(count, repeats=repeats))]


def _issuers(count: int, *, repeats: bool) -> Iterator[Issuer]:
    fixed = [_issuer(f"Example Issuing CA {number}", ["Example Trust Services", "CH"], number) for number in range(ISSUERS)]
    for number in range(count):
        if repeats:
            yield fixed[number % ISSUERS]
        else:
            policy, purpose = (x509.ObjectIdentifier(f"1.3.6.1.4.1.99999.{arc}.{number}") for arc in (1, 2))
            parts = [f"Trust Services {number}", f"Unit {number} of many"]
            yield _issuer(f"Issuing CA {number}", parts, number, policy=policy, purpose=purpose)


def _issuer(common_name: str, parts: Sequence[str], number: int, **more: x509.ObjectIdentifier) -> Issuer:
    types = (NameOID.ORGANIZATION_NAME, NameOID.COUNTRY_NAME if len(parts[1]) == 2 else NameOID.ORGANIZATIONAL_UNIT_NAME)
    told = [x509.NameAttribute(*pair) for pair in zip(types, parts, strict=True)]
    name = x509.Name([*told, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    return Issuer(keys()[number % KEYS], name, Random(number).randbytes(20), f"ca{number}.example.test", **more)


@lru_cache(maxsize=1)
def keys() -> list[Key]:
    """Make the keys once: two thirds P-256, one third RSA 2048."""
    made = (number % 3 == 2 for number in range(KEYS))
    return [rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(ec.SECP256R1()) for is_rsa in made]


@lru_cache(maxsize=KEYS)
def _public(number: int) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    return keys()[number].public_key()


def _certificate(number: int, issuer: Issuer, random: Random) -> bytes:
    host = f"host-{number}.shop.example.test"
    start = START + timedelta(seconds=number * 37)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
        .issuer_name(issuer.name)
        .public_key(_public(random.randrange(KEYS)))
        .serial_number(random.getrandbits(126) | 1 << 126)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=90, seconds=-1))
    )
    for extension, critical in _extensions(host, issuer, start, random):
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _extensions(host: str, issuer: Issuer, start: datetime, random: Random) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """List what a public CA puts into a certificate."""
    yield _KEY_USAGE, True
    yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, *([issuer.purpose] if issuer.purpose else [])]), False
    yield x509.BasicConstraints(ca=False, path_length=None), True
    yield x509.SubjectKeyIdentifier(random.randbytes(20)), False
    yield x509.AuthorityKeyIdentifier(issuer.key_id, None, None), False
    answers = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, _url(f"http://ocsp.{issuer.host}"))
    certificate = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, _url(f"http://{issuer.host}/ca.crt"))
    yield x509.AuthorityInformationAccess([answers, certificate]), False
    yield x509.SubjectAlternativeName([x509.DNSName(host), x509.DNSName(f"www.{host}")]), False
    yield x509.CertificatePolicies([x509.PolicyInformation(issuer.policy, None)]), False
    yield x509.CRLDistributionPoints([x509.DistributionPoint([_url(f"http://{issuer.host}/ca.crl")], None, None, None)]), False
    yield x509.UnrecognizedExtension(SCT_LIST, _timestamps(start, random)), False


def _url(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


def _timestamps(start: datetime, random: Random) -> bytes:
    """Write two SCTs (RFC 6962 3.2, 3.3); nobody checks their signatures."""
    moment = (start - EPOCH) // timedelta(milliseconds=1)
    scts = b""
    for log in range(2):
        sct = bytes([0]) + random.randbytes(32) + (moment + log).to_bytes(8) + bytes([0, 0, 4, 3, 0, 70]) + random.randbytes(70)
        scts += len(sct).to_bytes(2) + sct
    listed = len(scts).to_bytes(2) + scts
    return b"\x04\x81" + len(listed).to_bytes() + listed if len(listed) < 256 else b"\x04\x82" + len(listed).to_bytes(2) + listed

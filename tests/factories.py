"""Certificates for tests, made by keyword: healthy as they stand, a test names only what is wrong with its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

START = datetime(2026, 10, 1, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@lru_cache(maxsize=64)
def key(name: str = "leaf", *, rsa_bits: int = 0) -> Key:  # noqa: ARG001 - the name is what the cache goes by
    """Make a key once per name: keys cost, and tests do not care which."""
    return rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """Its bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """Its text."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """Its private key, unencrypted."""
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def name(common_name: str, organization: str | None = None) -> x509.Name:
    """Make a name."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def certificate(
    common_name: str = "www.example.com",
    *,
    issuer: Issued | None = None,
    names: Sequence[str] | None = None,
    organization: str | None = None,
    start: datetime = START,
    lifetime: timedelta = timedelta(days=90),
    of: Key | None = None,
    ca: bool = False,
    path_length: int | None = None,
    usages: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.SERVER_AUTH,),
    policies: Sequence[str] = (),
    serial: int = 0x7A5C3E1F0B2D4C6E8F9A1B3C5D7E9F01,
    hash_: hashes.SHA256 | hashes.SHA384 | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """Make a certificate; `lifetime` counts as the Baseline Requirements do, notAfter included."""
    own = of or key(common_name)
    signer = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common_name, organization))
        .issuer_name(issuer.certificate.subject if issuer else name(common_name, organization))
        .public_key(own.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + lifetime - timedelta(seconds=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not ca:
        listed = [_general(one) for one in ([common_name] if names is None else names)]
        builder = builder.add_extension(x509.SubjectAlternativeName(listed), critical=False) if listed else builder
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False) if usages else builder
    if policies:
        held = [x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in policies]
        builder = builder.add_extension(x509.CertificatePolicies(held), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Issued(builder.sign(signer, hash_ or hashes.SHA256()), own)


def root(common_name: str = "Test Root", **more: Any) -> Issued:
    """Make a self-signed root."""
    return certificate(common_name, ca=True, organization="Test Company", lifetime=timedelta(days=3650), **more)


def intermediate(by: Issued, common_name: str = "Test Issuing CA", **more: Any) -> Issued:
    """Make an issuing CA below a root."""
    return certificate(
        common_name, issuer=by, ca=True, path_length=0, organization="Test Company", lifetime=timedelta(days=1825), **more
    )


def _general(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)

"""Sample certificates, good and bad, signed by sample authorities (RFC 5280); made for the demo, trusted by nobody."""

from datetime import datetime, timedelta
from hashlib import sha1, sha256
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from scanner.record import record

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
DOMAIN_VALIDATED = ObjectIdentifier("2.23.140.1.2.1")
"""The CA/Browser Forum's reserved identifier: whoever asserts it says that the certificate is public."""
_SHA256_RSA, _SHA1_RSA = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
_SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
"""DigestInfo of SHA-1 before the digest (RFC 8017 9.2)."""


@record
class Authority:
    """A sample certification authority."""

    certificate: x509.Certificate
    key: Key


@record
class Order:
    """A certificate to be made; what is not said is as it should be."""

    names: tuple[str, ...]
    """DNS names and addresses; the first is the common name."""
    not_before: datetime
    days: int
    """Lifetime as the Baseline Requirements count it, last second included."""
    rsa_bits: int = 0
    """An RSA key of this size in place of one on P-256."""
    public: bool = False
    """As a public CA issues it: domain validated, with a CRL address and two SCTs."""
    client: bool = False
    """For a device that shows it to servers."""

    @property
    def not_after(self) -> datetime:
        """The last second of validity."""
        return self.not_before + timedelta(days=self.days, seconds=-1)


def key_of(rsa_bits: int = 0) -> Key:
    """Make a private key: on P-256, or RSA of a size."""
    # RSA-1024 is one of the faults to be shown.
    return rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())


def authority(name: str, start: datetime, days: int, by: Authority | None = None, rsa_bits: int = 0) -> Authority:
    """Make an authority: a root, or one that another has certified."""
    key = key_of(rsa_bits)
    subject = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Certgate Samples"),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])  # fmt: skip
    order = Order((name,), start, days)
    signer = by.key if by else key
    builder = (
        _builder(order, subject, by.certificate.subject if by else subject, key, signer)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0 if by else None), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
    )
    return Authority(builder.sign(signer, hashes.SHA256()), key)


def certificate(order: Order, by: Authority | None, key: Key | None = None) -> x509.Certificate:
    """Make a certificate; self-signed where no authority signs it."""
    own = key or key_of(order.rsa_bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, order.names[0])])
    signer = by.key if by else own
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if order.client else ExtendedKeyUsageOID.SERVER_AUTH
    builder = (
        _builder(order, subject, by.certificate.subject if by else subject, own, signer)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in order.names]), critical=False)
        .add_extension(_key_usage(ca=False), critical=True)
    )
    return (_as_public(builder, order) if order.public else builder).sign(signer, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    """Write certificates one after the other."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def key_pem(key: Key) -> bytes:
    """Write a private key (PKCS#8)."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def signed_with_sha1(made: x509.Certificate, by: Authority) -> x509.Certificate:
    """Sign a certificate again, with SHA-1, which libraries rightly refuse to do."""
    assert isinstance(by.key, rsa.RSAPrivateKey)
    body = made.tbs_certificate_bytes.replace(_SHA256_RSA, _SHA1_RSA, 1)
    numbers = by.key.private_numbers()
    size = (by.key.key_size + 7) // 8
    info = _SHA1_INFO + sha1(body, usedforsecurity=False).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    signature = pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(size)
    algorithm = _der(0x30, _der(0x06, _SHA1_RSA) + b"\x05\x00")
    return x509.load_der_x509_certificate(_der(0x30, body + algorithm + _der(0x03, b"\x00" + signature)))


def _builder(order: Order, subject: x509.Name, issuer: x509.Name, key: Key, signer: Key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(order.not_before)
        .not_valid_after(order.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _as_public(builder: x509.CertificateBuilder, order: Order) -> x509.CertificateBuilder:
    policies = x509.CertificatePolicies([x509.PolicyInformation(DOMAIN_VALIDATED, None)])
    crl = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example.com/1.crl")], None, None, None)
    issuer = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.example.com/1.cer")
    )
    count = 2 if order.days <= 180 else 3
    return (
        builder.add_extension(policies, critical=False)
        .add_extension(x509.CRLDistributionPoints([crl]), critical=False)
        .add_extension(x509.AuthorityInformationAccess([issuer]), critical=False)
        .add_extension(x509.UnrecognizedExtension(_SCT_LIST, _timestamps(order.not_before, count)), critical=False)
    )


def _timestamps(issued: datetime, count: int) -> bytes:
    """Write timestamps of logs that do not exist (RFC 6962 3.3); only their number and time are looked at."""
    listed = b""
    for index in range(count):
        log = sha256(f"sample log {index}".encode()).digest()
        stamp = b"\x00" + log + int(issued.timestamp() * 1000).to_bytes(8) + b"\x00\x00" + b"\x04\x03" + b"\x00\x08" + bytes(8)
        listed += len(stamp).to_bytes(2) + stamp
    return _der(0x04, len(listed).to_bytes(2) + listed)


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _der(tag: int, content: bytes) -> bytes:
    """Write one element (X.690 8.1)."""
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content

"""Evidence for examples that neither the corpus nor the certificates of made.py are: CAs, chains, inventories, changed scans.

Each is a set of files as a user might have them. ROWS are for what no file tells, but a live handshake or a chain to a real root does.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID as Name

from scanner.trust import roots
from tests import factories
from tests.facts.surgery import KEY, VERSION, added, algorithm, object_, signed, tlv
from tests.facts.surgery import extension as raw
from tests.facts.test_weakness import CLOSE, ONE, ROCA
from tests.policies import made
from tests.policies import test_client_certificates as client
from tests.policies import test_code_signing as code
from tests.policies import test_device_certificates as device
from tests.policies import test_internal_pki as internal
from tests.policies import test_smime as smime
from tests.policies.issued import authority
from tests.policies.made import days, integer, leaf, purposes, usage, with_rsa, with_serial
from tests.policies.scans import case, sends

Files = dict[str, bytes]
CA: tuple[tuple[x509.ObjectIdentifier, str], ...] = (
    (Name.COUNTRY_NAME, "DE"),
    (Name.ORGANIZATION_NAME, "Example CA"),
    (Name.COMMON_NAME, "Example CA 1"),
)
ECDSA_SHA384 = tlv(0x30, object_("1.2.840.10045.4.3.3"))
SECOND = timedelta(seconds=1)


def ca(subject: made.Subject = CA, **changes: Any) -> bytes:
    """Make an intermediate CA's certificate by the Baseline Requirements."""
    profile: dict[str, Any] = {
        "lifetime": timedelta(days=1825), "san": None, "scts": None, "usage": usage("key_cert_sign", "crl_sign"),
        "constraints": (x509.BasicConstraints(ca=True, path_length=0), True),
        "subject_key": (x509.SubjectKeyIdentifier(b"\x02" * 20), False), "issuer": (*CA[:2], (Name.COMMON_NAME, "Example Root")),
    }  # fmt: skip
    return leaf(subject, **profile | changes)


def root(subject: made.Subject = CA, **changes: Any) -> bytes:
    """Make a root's certificate by the Baseline Requirements."""
    profile: dict[str, Any] = {
        "issuer": subject, "by": factories.key("leaf"), "lifetime": timedelta(days=3650), "purposes": None, "policy": None,
        "crl": None, "access": None, "constraints": (x509.BasicConstraints(ca=True, path_length=None), True),
    }  # fmt: skip
    return ca(subject, **profile | changes)


def of_key(dotted: str, data: bytes = bytes(64), of: bytes = b"") -> bytes:
    """Give a certificate a key of any algorithm, of which only the name matters."""
    key = tlv(0x30, tlv(0x30, object_(dotted)), tlv(3, b"\x00", data))
    return signed(of or leaf(), (KEY,), lambda _: key)


def ml_dsa_87(end: str) -> bytes:
    """Make a certificate for ML-DSA-87 that a classical CA signed, up to the end of a day."""
    made_ = leaf(lifetime=datetime.fromisoformat(end).replace(tzinfo=UTC) - made.START)
    return algorithm(of_key("2.16.840.1.101.3.4.3.19", bytes(2592), made_), lambda _: ECDSA_SHA384)


def inventory(*rows: tuple[bytes, str, str]) -> Files:
    """Lay certificates beside an inventory that says whose they are and where they serve."""
    lines = ["common name,fingerprint_sha256,owner,environment,expires"]
    lines += [
        f"{number},{sha256(der).hexdigest()},{owner},{environment}," for number, (der, owner, environment) in enumerate(rows)
    ]
    files = {f"{number}.der": der for number, (der, _, _) in enumerate(rows)}
    return files | {"inventory.csv": "\n".join(lines).encode() + b"\n"}


def own(name: str, start: int = 0, *, ca: bool = False) -> bytes:
    """Make a private certificate with a key of this name, some days into October."""
    begins = factories.START + timedelta(days=start)
    return factories.certificate(f"{name}{start}.example.com", of=factories.key(name), start=begins, ca=ca).der


def hosts(*owners: tuple[str, str]) -> Files:
    """Scan hosts that serve one wildcard certificate, beside an inventory that says whose each is and for what."""
    wildcard = factories.certificate("*.example.test").pem
    files = {}
    lines = ["host,port,owner,environment"]
    for number, (owner, environment) in enumerate(owners, 1):
        files[f"scan{number}.json"] = case(sends(wildcard), _at(f"host{number}.example.test")).text().encode()
        lines.append(f"host{number}.example.test,443,{owner},{environment}")
    return files | {"inventory.csv": "\n".join(lines).encode() + b"\n"}


def _at(host: str) -> Callable[[dict[str, Any]], None]:
    def edit(server: dict[str, Any]) -> None:
        server["server_location"].update(hostname=host, port=443)

    return edit


def issued(*counts: int, below: int = 1, policies: tuple[str, ...] = ()) -> Files:
    """Make as many certificates by each of several issuing CAs, below one root or one root each, with their chains."""
    files: Files = {}
    for number, count in enumerate(counts):
        company = f"Company {number if below > 1 else 0}"
        top = factories.certificate(f"Root of {company}", organization=company, ca=True, lifetime=timedelta(days=3650))
        by = factories.intermediate(top, f"Issuing CA {number}")
        files |= {f"root{number}.der": top.der, f"ca{number}.der": by.der}
        for one in range(count):
            name = f"host{number}-{one}.example.com"
            of = factories.key(f"of {number}")
            files[f"{name}.der"] = factories.certificate(name, issuer=by, policies=policies, of=of).der
    return files


def one(der: bytes) -> Files:
    """Take one certificate."""
    return {"certificate.der": der}


def ending(end: str, **changes: Any) -> bytes:
    """Make a certificate with a P-384 key that ends on this day."""
    lifetime = datetime.fromisoformat(end).replace(tzinfo=UTC) - made.START
    return leaf(of=ec.derive_private_key(7, ec.SECP384R1()), lifetime=lifetime, **changes)


SHA1 = tlv(0x30, object_("1.2.840.10045.4.1"))
SIGNER = code.SIGNER
IPSEC = purposes(Purpose.IPSEC_IKE)


def mozilla(common_name: str) -> Files:
    """Take a root that Mozilla trusts, by its common name."""
    (found,) = [der for der in roots.load().public.values() if common_name.encode() in der]
    return one(found)


EVIDENCE: Mapping[str, Callable[[], Files]] = {
    # --- public-tls, browser-roots
    "renewal-overdue": lambda: one(leaf(**days("2026-09-01", 90))),
    "1190-days-of-2017": lambda: one(leaf(**days("2017-01-01", 1190))),
    "close-primes": lambda: one(with_rsa(ONE * CLOSE)),
    "roca": lambda: one(with_rsa(ROCA, of=internal.SERVER.der)),
    "sha-256-by-p-256": lambda: {
        "leaf.der": leaf(issuer=CA, authority=None),
        "issuer.der": root(of=factories.key("issuer"), by=factories.key("issuer")),
    },
    "sha-384-by-p-256": lambda: {
        "leaf.der": leaf(issuer=CA, authority=None, digest=made.SHA384),
        "issuer.der": root(of=factories.key("issuer"), by=factories.key("issuer")),
    },
    "signature-with-null": lambda: one(algorithm(leaf(), lambda _: tlv(0x30, object_("1.2.840.10045.4.3.2"), b"\x05\x00"))),
    "empty-extension": lambda: one(added(leaf(crl=None), raw("2.5.29.31", b"\x30\x00"))),
    "ca": lambda: one(ca()),
    "ca-constraints-not-critical": lambda: one(ca(constraints=(x509.BasicConstraints(ca=True, path_length=0), False))),
    "ca-serial-0": lambda: one(with_serial(0, ca())),
    "ca-without-crl": lambda: one(ca(crl=None)),
    "ca-for-code-too": lambda: one(ca(purposes=purposes(Purpose.SERVER_AUTH, Purpose.CODE_SIGNING))),
    "client-too-in-2027": lambda: one(
        leaf(**days("2027-03-15", 90), purposes=purposes(Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH))
    ),
    "logged-2024-11-11": lambda: one(leaf(**days("2024-11-11", 90), scts=made.scts(2, datetime(2024, 11, 11, tzinfo=UTC)))),
    "logged-2024-11-12": lambda: one(leaf(**days("2024-11-12", 90), scts=made.scts(2, datetime(2024, 11, 12, tzinfo=UTC)))),
    "logged-2026": lambda: one(leaf()),
    "logged-2022": lambda: one(leaf(**days("2022-06-01", 398), scts=made.scts(3, datetime(2022, 6, 1, tzinfo=UTC)))),
    "private-server-by-sha-1": lambda: one(algorithm(internal.SERVER.der, lambda _: SHA1)),
    "root-of-secom": lambda: mozilla("SECOM TLS RSA Root CA 2024"),
    # --- clients, devices, private CAs
    "client-by-sha-1": lambda: one(algorithm(client.CLIENT.der, lambda _: SHA1)),
    "tagged-without-client-auth": lambda: one(client.CLIENT.but(purposes=(), names=()).der),
    "device-by-sha-1": lambda: one(algorithm(device.DEVICE.der, lambda _: SHA1)),
    "device-that-is-ca": lambda: one(device.DEVICE.but(ca=True, usage=("keyCertSign",)).der),
    # --- code signing
    "stamper-for-12-years": lambda: one(code.STAMPER.but(lifetime=timedelta(days=4383)).der),
    "signer-exponent-1": lambda: one(with_rsa(made._SOUND, 1, SIGNER.der)),
    "signer-by-sha-1": lambda: one(algorithm(SIGNER.der, lambda _: SHA1)),
    "signer-expired": lambda: one(SIGNER.but(start=datetime(2024, 10, 1, tzinfo=UTC)).der),
    "signer-for-servers-too": lambda: one(SIGNER.but(purposes=(Purpose.CODE_SIGNING, Purpose.SERVER_AUTH)).der),
    "stamper-purpose-not-critical": lambda: one(code.STAMPER.but(purposes_critical=False).der),
    "signer-non-repudiation-too": lambda: one(SIGNER.but(usage=("digitalSignature", "nonRepudiation")).der),
    "signer-of-own-policy": lambda: one(SIGNER.but(policies=("1.3.6.1.4.1.99999.1",)).der),
    "signer-ev": lambda: one(SIGNER.but(policies=("2.23.140.1.3",), subject=(*code.SUBJECT, *made.REGISTERED[:3])).der),
    "signer-ev-without-register": lambda: one(SIGNER.but(policies=("2.23.140.1.3",)).der),
    "signer-serial-0": lambda: one(with_serial(0, SIGNER.der)),
    "signer-version-2": lambda: one(signed(SIGNER.der, (VERSION,), lambda _: tlv(0xA0, integer(1)))),
    "signer-critical-crl": lambda: one(
        leaf(
            code.SUBJECT,
            san=None,
            scts=None,
            purposes=purposes(Purpose.CODE_SIGNING),
            crl=(made.crl("http://crl.example.com/1.crl")[0], True),
            policy=made.policy(x509.ObjectIdentifier("2.23.140.1.4.1")),
        )
    ),
    "signing-ca-for-mail-too": lambda: one(code.CA.but(purposes=(Purpose.CODE_SIGNING, Purpose.EMAIL_PROTECTION)).der),
    "signing-ca": lambda: one(code.CA.but(purposes=(Purpose.CODE_SIGNING,)).der),
    # --- mail
    "mail-critical-access": lambda: one(
        leaf(
            san=(x509.SubjectAlternativeName([smime.ALICE]), True),
            scts=None,
            purposes=purposes(Purpose.EMAIL_PROTECTION),
            access=(made.access(issuers="http://ca.example.com/1.cer")[0], True),
            policy=made.policy(x509.ObjectIdentifier("2.23.140.1.5.1.3")),
        )
    ),
    "mail-below-its-issuer": lambda: {"mail.der": smime.MAIL.der, "issuer.der": authority().der},
    "mail-by-pseudonym": lambda: one(smime.INDIVIDUAL.but(subject=((Name.PSEUDONYM, "Al"),)).der),
    "mailbox-that-is-ca": lambda: one(smime.MAIL.but(ca=True, usage=("keyCertSign", "cRLSign")).der),
    "mail-ca-for-servers-too": lambda: one(smime.CA.but(purposes=(Purpose.EMAIL_PROTECTION, Purpose.SERVER_AUTH)).der),
    "mail-ca-without-crl-sign": lambda: one(smime.CA.but(usage=("keyCertSign",)).der),
    "private-mailbox": lambda: one(
        internal.SERVER.but(subject=((Name.EMAIL_ADDRESS, "alice@example.com"),), names=(internal.HOST, smime.ALICE)).der
    ),
    # --- keys
    "private-exponent-1": lambda: one(with_rsa(made._SOUND, 1, internal.SERVER.der)),
    "private-exponent-3": lambda: one(with_rsa(made._SOUND, 3, internal.SERVER.der)),
    "private-rsa-2049-bits": lambda: one(with_rsa(made._SOUND << 1 | 1, of=internal.SERVER.der)),
    "private-rsa": lambda: one(with_rsa(made._SOUND, of=internal.SERVER.der)),
    "signs-code-and-serves": lambda: one(internal.SIGNER.but(purposes=(Purpose.CODE_SIGNING, Purpose.SERVER_AUTH)).der),
    "key-beside": lambda: {"both.pem": (held := factories.certificate()).pem + held.key_pem},
    "key-of-two-owners": lambda: inventory((own("a"), "retail", ""), (own("a", 1), "payments", "")),
    "keys-of-two-owners": lambda: inventory((own("a"), "retail", ""), (own("b", 1), "payments", "")),
    "key-of-production-and-test": lambda: inventory((own("a"), "", "production"), (own("a", 1), "", "test")),
    "keys-of-production-and-test": lambda: inventory((own("a"), "", "production"), (own("b", 1), "", "test")),
    "key-of-ca-and-host": lambda: {"ca.der": own("a", ca=True), "host.der": own("a", 1)},
    "keys-of-ca-and-host": lambda: {"ca.der": own("a", ca=True), "host.der": own("b", 1)},
    "renewed-with-the-old-key": lambda: {"old.der": own("a"), "new.der": own("a", 30)},
    "renewed-with-a-new-key": lambda: {"old.der": own("a"), "new.der": own("b", 30)},
    "wildcard-of-two-owners": lambda: hosts(("retail", "production"), ("payments", "test")),
    "wildcard-of-one-owner": lambda: hosts(("retail", "production"), ("retail", "production")),
    # --- CAs
    "ten-of-one-ca": lambda: issued(10),
    "five-of-two-cas": lambda: issued(5, 5),
    "five-below-two-roots": lambda: issued(5, 5, below=2),
    "ten-public-of-one-owner": lambda: issued(10, policies=("2.23.140.1.2.1",)),
    "five-public-of-two-owners": lambda: issued(5, 5, below=2, policies=("2.23.140.1.2.1",)),
    "below-an-approved-owner": lambda: {
        "root.der": (
            top := factories.certificate("Root", ca=True, organization="Example Trust Services", lifetime=timedelta(days=3650))
        ).der,
        "leaf.der": factories.certificate(issuer=top).der,
    },
    # --- NIST, CNSA, post-quantum
    "hss-lms": lambda: one(of_key("1.2.840.113549.1.9.16.3.17")),
    "sha-224-after-2030": lambda: one(
        algorithm(leaf(lifetime=timedelta(days=2000)), lambda _: tlv(0x30, object_("1.2.840.10045.4.3.1")))
    ),
    "sha-256-after-2030": lambda: one(leaf(lifetime=timedelta(days=2000))),
    "signed-with-dsa": lambda: one(algorithm(leaf(), lambda _: tlv(0x30, object_("2.16.840.1.101.3.4.3.2")))),
    "ipsec-until-2029": lambda: one(ending("2029-12-01", purposes=IPSEC)),
    "ipsec-until-2031": lambda: one(ending("2031-01-01", purposes=IPSEC)),
    "ml-dsa-87-until-2032": lambda: one(ml_dsa_87("2032-01-01")),
    "ml-dsa-87-until-2034": lambda: one(ml_dsa_87("2034-01-01")),
    "open-quantum-safe": lambda: one(of_key("1.3.9999.3.6")),
    "hash-ml-dsa": lambda: one(of_key("2.16.840.1.101.3.4.3.32")),
    "mail-rsa-until-2032": lambda: one(smime.RSA.but(lifetime=timedelta(days=2000)).der),
    "mail-ml-kem-until-2032": lambda: one(
        of_key(
            "2.16.840.1.101.3.4.4.2", bytes(1184), smime.MAIL.but(lifetime=timedelta(days=2000), usage=("keyEncipherment",)).der
        )
    ),
}

TLS13 = {
    "reachable": True,
    "tls.versions": ["TLS 1.3"],
    "tls.ciphers": [{"name": "TLS_AES_256_GCM_SHA384", "version": "TLS 1.3", "key_exchange": "TLS 1.3"}],
}
ROOT = {
    "is_ca": True, "self_signed": True, "trust": "public", "not_before": datetime(2026, 1, 1, tzinfo=UTC),
    "lifetime": timedelta(days=3650), "extensions": ["2.5.29.19"], "policy_oids": [], "revocation.crl_urls": [],
    "subject.attributes": ["countryName", "organizationName", "commonName"],
}  # fmt: skip
"""A root that is trusted publicly is made by nobody here."""
HIPKI = "f015ce3cc239bfef064be9f1d2c417e1a0264a0a94be1f0c8d121864eb6949cc"
"""SHA-256 of HiPKI Root CA - G1, which Chrome left."""
ROWS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "row:group-x25519mlkem768": (
        "endpoint",
        TLS13 | {"tls.groups": ["X25519MLKEM768"], "tls.curves": [], "tls.pq_groups": ["X25519MLKEM768"]},
    ),
    "row:group-secp384r1mlkem1024": (
        "endpoint",
        TLS13 | {"tls.groups": ["SecP384r1MLKEM1024"], "tls.curves": [], "tls.pq_groups": ["SecP384r1MLKEM1024"]},
    ),
    "row:group-x25519": ("endpoint", TLS13 | {"tls.groups": ["X25519"], "tls.curves": ["X25519"], "tls.pq_groups": []}),
    "row:group-p-384": ("endpoint", TLS13 | {"tls.groups": ["P-384"], "tls.curves": ["P-384"], "tls.pq_groups": []}),
    "row:root-of-five-years": ("certificate", ROOT | {"lifetime": timedelta(days=1825)}),
    "row:root-with-purpose": ("certificate", ROOT | {"extensions": ["2.5.29.19", "2.5.29.37"]}),
    "row:root-without-country": ("certificate", ROOT | {"subject.attributes": ["organizationName", "commonName"]}),
    "row:root-with-policy": ("certificate", ROOT | {"policy_oids": ["2.23.140.1.2.1"]}),
    "row:below-hipki": ("certificate", {"chain": [{"fingerprint_sha256": HIPKI, "verified": True}], "chain_complete": True}),
}
"""What a live handshake tells and sslyze cannot, and a chain to a real root: laid over the policy's healthy row."""

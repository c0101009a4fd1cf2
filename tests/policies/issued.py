"""Certificates of any kind made for a policy, and what its rules say of them, from DER to outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import polars as pl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from scanner import tables
from scanner.facts import certificate
from scanner.inventory.clock import with_time
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load
from scanner.trust import chain, roots
from tests.factories import Issued, key

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
USAGE = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
}
"""How the standard and the library spell the bits."""
PURPOSES = ExtendedKeyUsageOID


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a certificate looks like; a test replaces what is wrong with its own."""

    subject: tuple[tuple[x509.ObjectIdentifier, str], ...] = ((NameOID.COMMON_NAME, "Example"),)
    start: datetime
    lifetime: timedelta
    """From notBefore to notAfter, which is not included."""
    key: object = None
    ca: bool = False
    usage: tuple[str, ...] = ("digitalSignature",)
    usage_critical: bool = True
    purposes: tuple[x509.ObjectIdentifier, ...] = ()
    purposes_critical: bool = False
    policies: tuple[str, ...] = ()
    names: tuple[x509.GeneralName, ...] = ()
    crl: str = "http://crl.example.com/1.crl"
    issuers: str = "http://ca.example.com/1.crt"
    key_identifier: bool = True
    """Of the issuer and its own."""
    serial: int = 0x7A5C3E1F0B2D4C6E8F9A1B3C5D7E9F01
    signer: Issued | None = None
    bytes_for: tuple[bytes, bytes] = (b"", b"")
    """Bytes to put in place of others of the same length: what the library refuses to make."""

    def but(self, **changes: object) -> "Profile":
        """Take the profile with these changes."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def der(self) -> bytes:
        """Issue it."""
        own = self.key or key("leaf")
        signer = self.signer or authority()
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in self.subject]))
            .issuer_name(signer.certificate.subject)
            .public_key(own.public_key())  # type: ignore[attr-defined]
            .serial_number(self.serial)
            .not_valid_before(self.start)
            .not_valid_after(self.start + self.lifetime)
        )
        for extension, critical in self._extensions(signer):
            builder = builder.add_extension(extension, critical)
        return Issued(builder.sign(signer.key, hashes.SHA256()), signer.key).der.replace(*self.bytes_for)

    def _extensions(self, signer: Issued) -> list[tuple[x509.ExtensionType, bool]]:
        found: list[tuple[x509.ExtensionType, bool]] = []
        if self.ca:
            found += [(x509.BasicConstraints(ca=True, path_length=None), True)]
        if self.usage:
            found += [(usage(self.usage), self.usage_critical)]
        if self.purposes:
            found += [(x509.ExtendedKeyUsage(self.purposes), self.purposes_critical)]
        if self.policies:
            held = [x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in self.policies]
            found += [(x509.CertificatePolicies(held), False)]
        if self.names:
            found += [(x509.SubjectAlternativeName(self.names), not self.subject)]
        if self.crl:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(self.crl)], None, None, None)
            found += [(x509.CRLDistributionPoints([point]), False)]
        if self.issuers:
            place = x509.UniformResourceIdentifier(self.issuers)
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
            found += [(x509.AuthorityInformationAccess([access]), False)]
        if self.key_identifier:
            own = self.key or key("leaf")
            found += [(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)]  # type: ignore[attr-defined]
            found += [(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), False)]
        return found


def usage(bits: Sequence[str]) -> x509.KeyUsage:
    """Make keyUsage with these bits."""
    names = [*USAGE.values(), "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: name in {USAGE[bit] for bit in bits} for name in names})


@cache
def authority(start: datetime = datetime(2010, 1, 1)) -> Issued:  # noqa: DTZ001 - the library takes UTC without saying so
    """Make the root that issues everything here."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Trust"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Example Root"),
        ]
    )
    own = key("Example Root")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key()).serial_number(7)
    builder = builder.not_valid_before(start).not_valid_after(start + 9000 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(usage(["keyCertSign", "cRLSign"]), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    return Issued(builder.sign(own, hashes.SHA256()), own)


@cache
def rules(policy: str) -> tuple[Rule, ...]:
    """Load a shipped policy."""
    return load.load(find.find(policy))[0].rules


def outcomes(policy: str, der: bytes, as_of: datetime | None = None, **stated: object) -> dict[str, str]:
    """Judge one certificate by every rule at `as_of` or its notBefore; `stated` is what an inventory or --assume adds."""
    table = certificate.read([der]).frame.with_columns(asset_id="fingerprint_sha256")
    own = [authority().der]
    table = chain.derive(table, roots.load(own if stated.get("trust") == "private" else []), own)
    schema = tables.schema("certificate")
    known = {name: pl.Series([value], dtype=schema[name]) for name, value in _fields({"tags": []} | stated).items()}
    table = table.with_columns(known[name].alias(name) for name in known)
    now = as_of or table["not_before"][0]
    evaluation = evaluate(rules(policy), {"certificate": with_time(table, "certificate", now)}, now)
    said = {}
    for rule in rules(policy):
        counts = evaluation.counts(rule.id)
        outcome = {"pass": counts.passed, "fail": counts.failed, "unknown": counts.unknown, "skip": counts.skipped}
        (said[rule.id.partition("/")[2]],) = [name for name, count in outcome.items() if count]
    return said


def faults(policy: str, der: bytes, as_of: datetime | None = None, **stated: object) -> set[str]:
    """Name the rules that neither pass nor skip."""
    return {rule for rule, outcome in outcomes(policy, der, as_of, **stated).items() if outcome in {"fail", "unknown"}}


def _fields(stated: dict[str, object]) -> dict[str, object]:
    return {name.replace("__", "."): value for name, value in stated.items()}

"""Sample evidence for the demo, made relative to now so that it never rots: good and bad certificates, and an inventory."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from scanner.demo import issue
from scanner.demo.issue import Authority, Order
from scanner.record import record

_SCHEDULE = datetime(2026, 3, 16, tzinfo=UTC)
"""Certificates issued from 2026-03-15 may live 200 days at most (SC-081v3)."""
_COLUMNS = (
    "Record ID",
    "Common Name",
    "SHA-256 Fingerprint",
    "Owner",
    "Team",
    "Environment",
    "Service",
    "Valid Until",
    "Auto Renew",
)


_Chain = tuple[x509.Certificate, ...]


@record
class Made:
    """What was written, and what the local server needs."""

    folder: Path
    evidence: tuple[Path, ...]
    roots: tuple[Path, ...]
    """The sample company's own root."""
    targets: Path
    """Written when the server has its port."""
    server_chain: bytes
    server_key: bytes


@record
class _Authorities:
    public: Authority
    legacy: Authority
    root: Authority
    internal: Authority


def make(folder: Path, now: datetime) -> Made:
    """Write the sample evidence into a folder; what it shows is the same on every day, keys and dates are new."""
    start = now - timedelta(days=3 * 365)
    public_root = issue.authority("Sample Public Root", start, 20 * 365)
    own_root = issue.authority("Sample Company Root", start, 20 * 365)
    by = _Authorities(
        public=issue.authority("Sample Public CA 1", start, 10 * 365, public_root),
        legacy=issue.authority("Sample Public CA 0", start, 10 * 365, public_root, rsa_bits=2048),
        root=own_root,
        internal=issue.authority("Sample Company Servers 1", start, 10 * 365, own_root),
    )
    certificates = folder / "certs"
    certificates.mkdir(parents=True, exist_ok=True)
    files = _public(by, now) | _internal(by, now)
    for name, chain in files.items():
        (certificates / f"{name}.pem").write_bytes(issue.pem(*chain))
    _beside_its_key(certificates / "vpn.pem", by, now)
    root = folder / "sample-company-root.pem"
    root.write_bytes(issue.pem(own_root.certificate))
    _inventory(folder / "inventory.csv", files, now)
    key = issue.key_of(rsa_bits=2048)
    served = issue.certificate(Order(("intranet.corp.example",), now - timedelta(days=700), 712), by.internal, key)
    return Made(
        folder,
        (certificates, folder / "inventory.csv"),
        (root,),
        folder / "targets.txt",
        issue.pem(served, by.internal.certificate),
        issue.key_pem(key),
    )


def _public(by: _Authorities, now: datetime) -> dict[str, _Chain]:
    """Certificates as from a public CA: one healthy, the others each with its own fault."""
    issued = max(now - timedelta(days=20), _SCHEDULE)
    orders = {
        "www.shop.example.com": Order(("www.shop.example.com", "shop.example.com"), now - timedelta(days=10), 45, public=True),
        "blog.shop.example.com": Order(("blog.shop.example.com",), now - timedelta(days=57), 45, public=True),
        "pay.shop.example.com": Order(("pay.shop.example.com",), issued, 398, public=True),
        "wildcard.shop.example.com": Order(("*.shop.example.com",), now - timedelta(days=43), 45, public=True),
        "ftp.shop.example.com": Order(("ftp.shop.example.com",), now - timedelta(days=10), 45, rsa_bits=1024, public=True),
    }
    made: dict[str, _Chain] = {
        name: (issue.certificate(order, by.public), by.public.certificate) for name, order in orders.items()
    }
    old = issue.certificate(Order(("old.shop.example.com",), now - timedelta(days=10), 45, rsa_bits=2048, public=True), by.legacy)
    return made | {"old.shop.example.com": (issue.signed_with_sha1(old, by.legacy), by.legacy.certificate)}


def _internal(by: _Authorities, now: datetime) -> dict[str, _Chain]:
    """Certificates of the company's own: a whole private chain, a device, and one that signed itself."""
    year = now - timedelta(days=100)
    erp = issue.certificate(Order(("erp.corp.example", "10.20.30.40"), year, 365), by.internal)
    device = issue.certificate(Order(("device-0042.corp.example",), year, 730, client=True), by.internal)
    printer = issue.certificate(Order(("printer.corp.example",), now - timedelta(days=1500), 3650, rsa_bits=1024), None)
    return {
        "erp.corp.example": (erp, by.internal.certificate, by.root.certificate),
        "device-0042": (device,),
        "printer": (printer,),
    }


def _beside_its_key(path: Path, by: _Authorities, now: datetime) -> None:
    """Write a certificate as careless people keep it, in one file with its (throw-away) private key."""
    key = issue.key_of()
    made = issue.certificate(Order(("vpn.corp.example",), now - timedelta(days=30), 365), by.internal, key)
    path.write_bytes(issue.pem(made) + issue.key_pem(key))


def _inventory(path: Path, files: Mapping[str, _Chain], now: datetime) -> None:
    """Write what the company believes it has: most of the certificates, and two that nobody has at hand."""

    def day(days: int) -> str:
        return f"{now + timedelta(days=days):%Y-%m-%d}"

    def listed(name: str) -> tuple[str, str, str]:
        leaf = files[name][0]
        digest = sha256(leaf.public_bytes(serialization.Encoding.DER)).hexdigest()
        return str(leaf.subject.rdns[-1].rfc4514_string().removeprefix("CN=")), digest, f"{leaf.not_valid_after_utc:%Y-%m-%d}"

    def row(number: int, of: tuple[str, str, str], *said: str) -> tuple[str, ...]:
        name, digest, until = of
        *about, automatic = said
        return (f"CI-{number:04}", name, digest, *about, until, automatic)

    rows = (
        row(1, listed("www.shop.example.com"), "web-team@example.com", "web", "production", "shop", "yes"),
        row(2, listed("blog.shop.example.com"), "web-team@example.com", "web", "production", "blog", "yes"),
        row(3, listed("pay.shop.example.com"), "payments@example.com", "payments", "production", "checkout", "no"),
        row(4, listed("wildcard.shop.example.com"), "web-team@example.com", "web", "production", "shop", "yes"),
        row(5, listed("old.shop.example.com"), "", "", "test", "shop", "no"),
        row(6, listed("erp.corp.example"), "erp@example.com", "finance", "production", "erp", "no"),
        row(7, listed("device-0042"), "plant@example.com", "plant", "production", "telemetry", "yes"),
        row(8, ("mail.example.com", "", day(20)), "mail@example.com", "messaging", "production", "mail", "no"),
        row(9, ("stage.shop.example.com", "", day(400)), "", "web", "test", "shop", "no"),
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows((_COLUMNS, *rows))

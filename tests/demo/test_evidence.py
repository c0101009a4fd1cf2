"""The demo's evidence: it has the faults and merits it promises, on whatever day it is made, as openssl reads it."""

import csv
import re
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from scanner.demo.evidence import Made, make
from scanner.importers import Document, choose
from scanner.model import Problem

DAYS = [datetime(2026, 4, 20, 12, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), datetime(2031, 2, 28, 23, 59, 59, tzinfo=UTC)]


@pytest.fixture(scope="module", params=DAYS, ids=lambda day: day.date().isoformat())
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, datetime]:
    """Evidence as made on a day."""
    now: datetime = request.param
    return make(tmp_path_factory.mktemp("demo"), now), now


def openssl(*arguments: str | Path) -> str:
    """Ask openssl."""
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout


def path(made: tuple[Made, datetime], name: str) -> Path:
    """A file of the certificates folder."""
    return made[0].evidence[0] / f"{name}.pem"


def text(made: tuple[Made, datetime], name: str) -> str:
    """A certificate in openssl's words."""
    return openssl("x509", "-noout", "-text", "-in", path(made, name))


def alive(made: tuple[Made, datetime], name: str) -> bool:
    """Whether the day lies in the validity."""
    told = openssl("x509", "-noout", "-dates", "-in", path(made, name))
    begin, end = (datetime.strptime(one, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) for one in re.findall(r"=(.*)", told))
    return begin <= made[1] <= end


def days(made: tuple[Made, datetime], name: str) -> float:
    """The lifetime as the Baseline Requirements count it."""
    (leaf, *_) = x509.load_pem_x509_certificates(path(made, name).read_bytes())
    return (leaf.not_valid_after_utc - leaf.not_valid_before_utc + timedelta(seconds=1)) / timedelta(days=1)


def test_a_healthy_public_certificate(made: tuple[Made, datetime]) -> None:
    """Short-lived, on P-256, domain validated, with two timestamps, and signed by the certificate behind it."""
    told = text(made, "www.shop.example.com")
    assert alive(made, "www.shop.example.com")
    assert days(made, "www.shop.example.com") == 45
    for word in (
        "ecdsa-with-SHA256",
        "NIST CURVE: P-256",
        "Policy: 2.23.140.1.2.1",
        "DNS:www.shop.example.com, DNS:shop.example.com",
        "TLS Web Server Authentication",
    ):
        assert word in told
    assert told.count("Signed Certificate Timestamp:") == 2
    leaf, middle = x509.load_pem_x509_certificates(path(made, "www.shop.example.com").read_bytes())
    leaf.verify_directly_issued_by(middle)


def test_an_expired_certificate(made: tuple[Made, datetime]) -> None:
    """Its end lies before the day."""
    assert not alive(made, "blog.shop.example.com")


def test_a_lifetime_that_the_schedule_forbids(made: tuple[Made, datetime]) -> None:
    """398 days, issued after 2026-03-15, when 200 became the most; still alive."""
    (leaf, *_) = x509.load_pem_x509_certificates(path(made, "pay.shop.example.com").read_bytes())
    assert leaf.not_valid_before_utc >= datetime(2026, 3, 15, tzinfo=UTC)
    assert days(made, "pay.shop.example.com") == 398
    assert alive(made, "pay.shop.example.com")


def test_a_sha1_signature(made: tuple[Made, datetime]) -> None:
    """It is a real one: openssl verifies it, once told to accept SHA-1."""
    assert text(made, "old.shop.example.com").count("Signature Algorithm: sha1WithRSAEncryption") == 2
    chain = path(made, "old.shop.example.com")
    issuer = chain.with_suffix(".issuer")
    issuer.write_bytes(b"-----BEGIN" + chain.read_bytes().split(b"-----BEGIN")[2])
    told = openssl(
        "verify", "-partial_chain", "-auth_level", "0", "-attime", str(int(made[1].timestamp())), "-trusted", issuer, chain
    )
    issuer.unlink()
    assert told.endswith(": OK\n")


@pytest.mark.parametrize("name", ["ftp.shop.example.com", "printer"])
def test_short_rsa_keys(made: tuple[Made, datetime], name: str) -> None:
    """1024 bits."""
    assert "Public-Key: (1024 bit)" in text(made, name)


def test_a_wildcard_whose_renewal_is_overdue(made: tuple[Made, datetime]) -> None:
    """More than nine tenths of its life are over, and it has not ended."""
    told = text(made, "wildcard.shop.example.com")
    assert "DNS:*.shop.example.com" in told
    (leaf, *_) = x509.load_pem_x509_certificates(path(made, "wildcard.shop.example.com").read_bytes())
    assert 0.9 < (made[1] - leaf.not_valid_before_utc) / (leaf.not_valid_after_utc - leaf.not_valid_before_utc) < 1


def test_a_whole_private_chain(made: tuple[Made, datetime]) -> None:
    """It leads to the company's own root, which is given as such."""
    chain, (root,) = path(made, "erp.corp.example"), made[0].roots
    told = openssl("verify", "-attime", str(int(made[1].timestamp())), "-CAfile", root, "-untrusted", chain, chain)
    assert told.endswith(": OK\n")
    assert "IP Address:10.20.30.40" in text(made, "erp.corp.example")


def test_a_device(made: tuple[Made, datetime]) -> None:
    """It shows itself to servers and is none."""
    told = text(made, "device-0042")
    assert "TLS Web Client Authentication" in told
    assert "TLS Web Server Authentication" not in told


def test_a_certificate_that_signed_itself(made: tuple[Made, datetime]) -> None:
    """Subject and issuer are one."""
    subject, issuer = re.findall(r"=(.*)", openssl("x509", "-noout", "-subject", "-issuer", "-in", path(made, "printer")))
    assert subject == issuer


def test_a_key_beside_its_certificate(made: tuple[Made, datetime]) -> None:
    """One file holds both."""
    assert b"BEGIN PRIVATE KEY" in path(made, "vpn").read_bytes()


def test_no_other_key_is_written(made: tuple[Made, datetime]) -> None:
    """The server's key stays in memory."""
    holding = [one.name for one in made[0].folder.rglob("*") if one.is_file() and b"PRIVATE KEY" in one.read_bytes()]
    assert holding == ["vpn.pem"]


def test_the_inventory_lists_them_by_fingerprint(made: tuple[Made, datetime]) -> None:
    """Most certificates, and two rows that nobody has a certificate for; some say no owner."""
    rows = list(csv.DictReader((made[0].evidence[1]).read_text().splitlines()))
    digests = {row["SHA-256 Fingerprint"] for row in rows}
    known = set()
    for file in made[0].evidence[0].glob("*.pem"):
        (leaf, *_) = x509.load_pem_x509_certificates(file.read_bytes())
        known.add(sha256(leaf.public_bytes(serialization.Encoding.DER)).hexdigest())
    assert digests - {""} <= known
    assert sum(row["SHA-256 Fingerprint"] == "" for row in rows) == 2
    assert {row["Environment"] for row in rows} == {"production", "test"}
    assert any(row["Owner"] == "" for row in rows)


def test_the_readers_take_all_of_it(made: tuple[Made, datetime]) -> None:
    """Every file is recognised by its content and read without a problem that makes the run incomplete."""
    for file in [*made[0].evidence[0].iterdir(), made[0].evidence[1], *made[0].roots]:
        document = Document(file.name, file.read_bytes(), file.name)
        reader = choose(document.data)
        assert reader is not None, file.name
        found = list(reader.read(document))
        assert found
        assert [one for one in found if isinstance(one, Problem) and one.incomplete] == []


def test_what_is_shown_is_the_same_every_time(tmp_path: Path) -> None:
    """Only keys, serial numbers and dates are new: names, files and rows are not."""

    def shape(folder: Path, now: datetime) -> object:
        made = make(folder, now)
        names = [str(one.relative_to(folder)) for one in sorted(folder.rglob("*"))]
        rows = [re.sub(r"[0-9a-f]{64}|\d{4}-\d\d-\d\d", "", line) for line in made.evidence[1].read_text().splitlines()]
        return names, rows

    assert shape(tmp_path / "a", DAYS[0]) == shape(tmp_path / "b", DAYS[2])


def test_it_is_made_over_what_was_made_before(tmp_path: Path) -> None:
    """A second demo in the same folder leaves nothing of the first."""
    make(tmp_path, DAYS[0])
    before = path((make(tmp_path, DAYS[1]), DAYS[1]), "printer").read_bytes()
    make(tmp_path, DAYS[2])
    assert (tmp_path / "certs" / "printer.pem").read_bytes() != before

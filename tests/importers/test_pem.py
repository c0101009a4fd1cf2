"""PEM files: bundles, comments, keys and other blocks in between, and damage."""

import warnings
from base64 import encodebytes
from hashlib import sha256
from pathlib import Path

import certifi
import pytest
from cryptography.x509 import load_der_x509_certificate

from tests.conftest import CORPUS, SAMPLES
from tests.factories import certificate
from tests.importers.reading import HERE, read

ONE, TWO = certificate("one.example.com"), certificate("two.example.com")


def test_a_bundle_gives_every_certificate_with_line_and_position() -> None:
    """Each certificate of a bundle is a record at the line of its BEGIN; from the second on `#2`, `#3` tell them apart."""
    records = read(SAMPLES / "openssl-x509" / "bundle-mixed.pem").records
    assert [(one.sighting.spot.line, one.sighting.spot.column, one.position) for one in records] == [
        (1, 1, None),
        (19, 1, "#2"),
        (32, 1, "#3"),
    ]
    assert [one.sighting.source_type for one in records] == ["file"] * 3


def test_comments_and_printed_text_between_blocks_do_not_matter() -> None:
    """Text of `openssl x509 -text`, bag attributes and blank lines are passed over, and counted as lines."""
    text = b"Certificate:\n    Data:\n" + ONE.pem + b"\nBag Attributes\n    friendlyName: x\nsubject=CN = y\n" + TWO.pem
    records = read(text).records
    assert [one.der for one in records] == [ONE.der, TWO.der]
    assert records[0].sighting.spot.line == 3


def test_a_private_key_is_recognised_and_never_kept() -> None:
    """Every certificate of the file says so, a note says so once, and no byte of the key is in anything that leaves."""
    found = read(ONE.key_pem + ONE.pem + TWO.pem)
    assert [one.facts["private_key_beside"] for one in found.records] == [True, True]
    assert found.problem("private-key-seen").spot.line == 1
    secret = b"".join(ONE.key_pem.splitlines()[1:-1])
    assert secret not in repr(found).encode()


def test_a_file_without_a_key_says_that_none_is_beside() -> None:
    """`private_key_beside` is false, not unknown: the whole file was read."""
    assert read(ONE.pem).records[0].facts == {"private_key_beside": False}


@pytest.mark.parametrize(
    "label", ["ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY"]
)
def test_every_sort_of_private_key_counts(label: str) -> None:
    """Encrypted and old forms, with headers, are private keys too."""
    block = f"-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END {label}-----\n".encode()
    assert read(ONE.pem + block).records[0].facts["private_key_beside"] is True


def test_bad_base64_is_a_problem_at_its_line_and_the_rest_goes_on() -> None:
    """A broken block is named where it begins; the certificates around it are read, and keep their positions."""
    broken = TWO.pem.replace(b"\nMII", b"\n!II")
    found = read(ONE.pem + broken + TWO.pem)
    problem = found.problem("certgate/unreadable-input")
    assert problem.spot.line == 1 + ONE.pem.count(b"\n")
    assert problem.incomplete
    assert [one.position for one in found.records] == [None, "#3"]


def test_a_truncated_block_does_not_hide_the_next() -> None:
    """A block without END ends where the next one begins."""
    found = read(ONE.pem[:200] + b"\n" + TWO.pem)
    assert "cut off" in found.problem("certgate/unreadable-input").message
    assert [one.der for one in found.records] == [TWO.der]


def test_truncated_der_inside_whole_pem_is_a_problem() -> None:
    """Base64 that decodes but is no whole DER value is not handed on."""
    short = b"-----BEGIN CERTIFICATE-----\nMIIC3DCCAoGgAwIBAgIQDoix\n-----END CERTIFICATE-----\n"
    found = read(short + ONE.pem)
    assert found.problem("certgate/unreadable-input").spot.line == 1
    assert len(found.records) == 1


def test_other_blocks_are_counted_and_said_once() -> None:
    """CRLs, requests, public keys and parameters are left aside with one note."""
    others = b"".join(
        f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n".encode()
        for label in ("X509 CRL", "CERTIFICATE REQUEST", "PUBLIC KEY", "PUBLIC KEY", "DH PARAMETERS")
    )
    note = read(others + ONE.pem).problem("ignored-content")
    assert "2 PUBLIC KEY" in note.message
    assert not note.incomplete


def test_pkcs7_in_pem_is_read() -> None:
    """A PKCS7 block gives its certificates, and so does one that is labelled CERTIFICATE, as old tools wrote it."""
    body = encodebytes((HERE / "pkcs7.p7b").read_bytes())
    for label in (b"PKCS7", b"CERTIFICATE", b"CMS"):
        found = read(b"-----BEGIN " + label + b"-----\n" + body + b"-----END " + label + b"-----\n")
        assert len(found.records) == 3


def test_trusted_certificate_gives_its_certificate() -> None:
    """OpenSSL's TRUSTED CERTIFICATE carries settings behind the certificate; they are left off."""
    body = encodebytes(ONE.der + bytes.fromhex("300c300a06082b06010505070301"))
    found = read(b"-----BEGIN TRUSTED CERTIFICATE-----\n" + body + b"-----END TRUSTED CERTIFICATE-----\n")
    assert found.records[0].der == ONE.der


@pytest.mark.parametrize("change", [(b"\n", b"\r\n"), (b"\n", b"\r"), (b"\n", b"\\n"), (b"\n", b"  \n\t")])
def test_line_ends_of_other_systems_are_read(change: tuple[bytes, bytes]) -> None:
    """CRLF, CR alone, spelled-out line ends and indented lines are PEM."""
    assert read(ONE.pem.strip().replace(*change)).records[0].der == ONE.der


def test_utf16_as_powershell_redirects_it_is_read() -> None:
    """`openssl x509 > file` in Windows PowerShell writes UTF-16 with a BOM."""
    assert read(ONE.pem.decode().encode("utf-16")).records[0].der == ONE.der
    assert read(b"\xef\xbb\xbf" + ONE.pem).records[0].der == ONE.der


def test_a_certificate_above_the_limit_is_a_problem() -> None:
    """A 10 MB certificate is not read; its neighbour is."""
    huge = b"\x30\x83\x98\x96\x80" + b"\0" * 10_000_000
    block = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(huge) + b"-----END CERTIFICATE-----\n"
    found = read(block + ONE.pem)
    assert "10,000,005 bytes" in found.problem("certgate/unreadable-input").message
    assert len(found.records) == 1


def test_mismatched_end_is_a_problem() -> None:
    """A block that ends as something else is not trusted."""
    found = read(ONE.pem.replace(b"END CERTIFICATE", b"END PUBLIC KEY"))
    assert "ends as PUBLIC KEY" in found.problem("certgate/unreadable-input").message


@pytest.mark.parametrize("path", sorted((CORPUS / "certs").glob("*/*.pem")), ids=lambda path: path.stem)
def test_the_corpus_is_read(path: Path) -> None:
    """Every PEM file of the corpus gives the bytes that its name, a digest, promises; the rejected one a problem."""
    found = read(path)
    if found.problems:
        assert path.stem == "c7791eeaf1260ae1"
        return
    (record,) = found.records
    assert record.der is not None
    assert sha256(record.der).hexdigest().startswith(path.stem)


def test_certifi_is_read_whole() -> None:
    """Mozilla's roots as certifi ships them: as many certificates as BEGIN lines, each one loads."""
    text = Path(certifi.where()).read_bytes()
    records = read(text).records
    assert len(records) == text.count(b"-----BEGIN CERTIFICATE-----")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of Mozilla's roots has serial number 0
        for record in records:
            assert record.der is not None
            load_der_x509_certificate(record.der)


def test_ten_thousand_broken_blocks_are_counted() -> None:
    """A hostile file gives a hundred places and a count, in no time."""
    found = read(b"-----BEGIN CERTIFICATE-----!-----END CERTIFICATE-----" * 10_000)
    assert len(found.problems) == 101
    assert found.problems[-1].message == "9,900 more broken parts"

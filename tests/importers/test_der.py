"""DER files: one certificate or several, damage, and objects that are none."""

from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from scanner.importers import choose
from tests.conftest import CORPUS
from tests.factories import certificate
from tests.importers.reading import HERE, read

ONE, TWO = certificate("one.example.com"), certificate("two.example.com")
KEY = ONE.key


def private(encoding: serialization.PrivateFormat) -> bytes:
    """Write a key in DER."""
    return KEY.private_bytes(serialization.Encoding.DER, encoding, serialization.NoEncryption())


def test_one_certificate() -> None:
    """The sample is one certificate at no line, with no key beside it."""
    (record,) = read(HERE / "der.der").records
    assert record.facts == {"private_key_beside": False}
    assert record.sighting.spot.line is None
    assert record.position is None


def test_several_certificates_one_after_another() -> None:
    """Concatenated DER gives each certificate; line ends and zeros that tools leave behind do not matter."""
    found = read(ONE.der + TWO.der + b"\r\n" + ONE.der + b"\0\0\n")
    assert [one.der for one in found.records] == [ONE.der, TWO.der, ONE.der]
    assert [one.position for one in found.records] == [None, "#2", "#3"]
    assert not found.problems


def test_truncated_der_says_where_it_should_end() -> None:
    """A certificate that is cut off is a problem with both sizes; the ones before it are kept."""
    found = read(ONE.der + TWO.der[:-5])
    assert [one.der for one in found.records] == [ONE.der]
    problem = found.problem("certgate/unreadable-input")
    assert "cut off" in problem.message
    assert f"{len(ONE.der) + len(TWO.der) - 5:,}" in problem.message


def test_bytes_behind_a_certificate_are_said() -> None:
    """What follows and is no certificate is not passed over in silence."""
    found = read(ONE.der + b"garbage")
    assert len(found.records) == 1
    assert "7 bytes that are no certificate" in found.problem("certgate/unreadable-input").message


def test_a_certificate_above_the_limit_is_a_problem() -> None:
    """10 MB in DER."""
    tbs = b"\xa0\x03\x02\x01\x02" + b"\x04\x83\x98\x96\x80" + b"\0" * 10_000_000
    body = b"\x30\x84" + len(tbs).to_bytes(4) + tbs
    found = read(b"\x30\x84" + len(body).to_bytes(4) + body)
    assert "at most 1,000,000" in found.problem("certgate/unreadable-input").message


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (private(serialization.PrivateFormat.PKCS8), "private key"),
        (private(serialization.PrivateFormat.TraditionalOpenSSL), "private key"),
        (
            KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
            "public key",
        ),
        (pkcs12.serialize_key_and_certificates(b"x", KEY, None, None, serialization.NoEncryption()), "PKCS#12"),
    ],
    ids=["pkcs8", "sec1", "public", "pkcs12"],
)
def test_other_objects_are_named(data: bytes, word: str) -> None:
    """A key or keystore given by name is an error that says what it is, and holds nothing of it; in a folder only a note."""
    found = read(data)
    assert found.error is not None
    assert word in str(found.error)
    assert read(data, named=False).importer == ""


def test_requests_and_revocation_lists_are_no_certificates() -> None:
    """Their first elements look much alike; they are told apart."""
    request = (Path(__file__).parent / "samples" / "der.der").read_bytes()
    assert choose(request) is not None
    csr = bytes.fromhex(
        "3052303e020100300f310d300b06035504030c046c6561663018300d06092a864886f70d0101010500030700300402010102010da000"
    )
    assert "request" in str(read(csr + b"\x30\x00").error)
    crl = bytes.fromhex("30273019300a06082a8648ce3d04030230003017170d3236303130313030303030305a300a06082a8648ce3d040302")
    assert "revocation list" in str(read(crl).error)


@pytest.mark.parametrize("path", sorted((CORPUS / "certs").glob("*/*.der")), ids=lambda path: path.stem)
def test_the_corpus_is_read(path: Path) -> None:
    """Every DER file of the corpus gives its bytes; the one with bytes behind the certificate gives that, and a problem."""
    found = read(path)
    (record,) = found.records
    assert record.der is not None
    if found.problems:
        assert path.stem == "b35bf9ae8257bb65"
        return
    assert sha256(record.der).hexdigest().startswith(path.stem)

"""PKCS#7 files, in DER and BER."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.conftest import SAMPLES
from tests.factories import certificate
from tests.importers.reading import HERE, read

ONE, TWO = certificate("one.example.com"), certificate("two.example.com")
OID = bytes.fromhex("06092a864886f70d010702")


def test_the_certificates_agree_with_cryptography() -> None:
    """The documented loader is the oracle: same certificates, as a set (they stand in a SET OF)."""
    data = (HERE / "pkcs7.p7b").read_bytes()
    with pytest.warns(UserWarning, match="BER"):  # OpenSSL does not sort the SET OF, which strict DER wants
        loaded = pkcs7.load_der_pkcs7_certificates(data)
    expected = {one.public_bytes(serialization.Encoding.DER) for one in loaded}
    found = read(data)
    assert {one.der for one in found.records} == expected
    assert [one.position for one in found.records] == [None, "#2", "#3"]


def test_what_cryptography_writes_is_read() -> None:
    """A bundle made by the library comes back."""
    data = pkcs7.serialize_certificates([ONE.certificate, TWO.certificate], serialization.Encoding.DER)
    assert {one.der for one in read(data).records} == {ONE.der, TWO.der}


def test_ber_with_indefinite_lengths_is_read() -> None:
    """Windows and Java write p7b with indefinite lengths."""
    certificates = b"\xa0\x80" + ONE.der + TWO.der + b"\0\0"
    signed = (
        b"\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\0\0" + certificates + b"\x31\x00\0\0"
    )
    found = read(b"\x30\x80" + OID + b"\xa0\x80" + signed + b"\0\0\0\0")
    assert [one.der for one in found.records] == [ONE.der, TWO.der]


def test_a_certificate_that_cryptography_refuses_comes_through() -> None:
    """The container does not judge: a negative serial is for `facts` to tell."""
    text = (SAMPLES / "openssl-x509" / "neg.pem").read_text()
    der = b64decode("".join(text.splitlines()[1:-1]))
    body = (
        b"\x02\x01\x01\x31\x00\x30\x0b"
        + bytes.fromhex("06092a864886f70d010701")
        + b"\xa0\x82"
        + len(der).to_bytes(2)
        + der
        + b"\x31\x00"
    )
    signed = b"\x30\x82" + len(body).to_bytes(2) + body
    inner = OID + b"\xa0\x82" + len(signed).to_bytes(2) + signed
    found = read(b"\x30\x82" + len(inner).to_bytes(2) + inner)
    assert [one.der for one in found.records] == [der]


def test_truncated_is_a_problem() -> None:
    """A p7b that is cut off says so and makes the run incomplete."""
    found = read((HERE / "pkcs7.p7b").read_bytes()[:-100])
    assert found.problem("certgate/unreadable-input").incomplete
    assert not found.records


def test_enveloped_data_carries_no_certificates() -> None:
    """Other content types are named as what they are not."""
    found = read(bytes.fromhex("300d06092a864886f70d010703a000"))
    assert "not SignedData" in found.problem("certgate/unreadable-input").message


def test_an_empty_bundle_is_a_note() -> None:
    """A SignedData without certificates is whole, and holds nothing."""
    body = bytes.fromhex("020101 3100 300b 06092a864886f70d010701 3100".replace(" ", ""))
    signed = b"\x30" + bytes([len(body)]) + body
    inner = OID + b"\xa0" + bytes([len(signed)]) + signed
    found = read(b"\x30" + bytes([len(inner)]) + inner)
    assert found.codes() == ["ignored-content"]


def test_nesting_is_bounded() -> None:
    """Indefinite lengths nested 100,000 deep end in a problem, not in a crash."""
    found = read(b"\x30\x80" + OID + b"\xa0\x80" * 100_000)
    assert found.problem("certgate/unreadable-input").incomplete

"""Each fault of encoding on a certificate that has it alone, and none on those that are right."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from scanner.facts import certificate, der
from scanner.tables import FACTS
from tests.conftest import SAMPLES
from tests.factories import START, key, root
from tests.factories import certificate as make
from tests.facts.surgery import (
    ALGORITHM,
    EXTENSIONS,
    KEY,
    VALIDITY,
    VERSION,
    added,
    algorithm,
    extension,
    object_,
    replaced,
    signed,
    tlv,
    values,
)

LEAF = make().der
RSA = make(of=key("rsa", rsa_bits=2048)).der
KEY_USAGE, NAMES, PURPOSES, CONSTRAINTS = "2.5.29.15", "2.5.29.17", "2.5.29.37", "2.5.29.19"
UNNAMED = make(names=[], usages=None).der
FALSE, TRUE = b"\x01\x01\x00", b"\x01\x01\xff"
NULL = b"\x05\x00"


def faults(data: bytes) -> list[str | None]:
    """Read the faults of a certificate."""
    told: list[str | None] = certificate.read([data]).frame["encoding_faults"].to_list()[0]
    return told


def time(tag: int, text: str, at: int = 1) -> bytes:
    """Replace a date of a certificate: the second one, if not told otherwise."""
    return signed(LEAF, (VALIDITY, at), lambda _: tlv(tag, text.encode()))


def parameters(octets: bytes) -> Callable[[bytes], bytes]:
    """Replace the parameters of an AlgorithmIdentifier."""
    return lambda value: tlv(der.SEQUENCE, values(value)[0], octets)


def pss(digest: hashes.SHA224 | hashes.SHA256 | hashes.SHA512, salt: int) -> bytes:
    """Sign a certificate with RSASSA-PSS."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pss")])
    own = key("rsa", rsa_bits=2048)
    assert isinstance(own, rsa.RSAPrivateKey)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key()).serial_number(7)
    dated = builder.not_valid_before(START).not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    made = dated.sign(own, digest, rsa_padding=padding.PSS(padding.MGF1(digest), salt))
    return made.public_bytes(serialization.Encoding.DER)


RIGHT: dict[str, bytes] = {
    "a leaf": LEAF,
    "an RSA leaf": RSA,
    "a root": root().der,
    "without extensions in use": UNNAMED,
    "PSS with SHA-256": pss(hashes.SHA256(), 32),
    "PSS with SHA-512": pss(hashes.SHA512(), 64),
    "GeneralizedTime of 2050": time(der.GENERALIZED_TIME, "20500101000000Z"),
    "no expiry": time(der.GENERALIZED_TIME, "99991231235959Z"),
    "the last UTCTime": time(der.UTC_TIME, "491231235959Z"),
    "keyUsage of one bit": added(LEAF, extension(KEY_USAGE, bytes.fromhex("03020780"), critical=TRUE)),
    "keyUsage of nine bits": added(LEAF, extension(KEY_USAGE, bytes.fromhex("0303070880"))),
    "an algorithm that nobody here knows": algorithm(LEAF, lambda _: tlv(der.SEQUENCE, object_("1.2.3.4"), NULL)),
    "EC named by an unknown curve": signed(LEAF, (KEY, 0), parameters(object_("1.3.132.0.1"))),
}


@pytest.mark.parametrize("name", RIGHT)
def test_certificates_that_are_right_have_none(name: str) -> None:
    """What is allowed, at its very limit, or unknown to us, is no fault."""
    assert faults(RIGHT[name]) == []


TWICE = added(LEAF, values(values(values(values(LEAF)[0])[EXTENSIONS])[0])[2])
"""Its authorityKeyIdentifier stands twice, octet for octet."""
WRONG: dict[str, tuple[bytes, str]] = {
    "GeneralizedTime of 2049": (time(der.GENERALIZED_TIME, "20491231235959Z"), "time-type"),
    "GeneralizedTime of now, as notBefore": (time(der.GENERALIZED_TIME, "20261001000000Z", at=0), "time-type"),
    "UTCTime without seconds": (time(der.UTC_TIME, "2701010000Z"), "time-form"),
    "UTCTime with an offset": (time(der.UTC_TIME, "270101000000+0100"), "time-form"),
    "GeneralizedTime with a fraction": (time(der.GENERALIZED_TIME, "20500101000000.5Z"), "time-form"),
    "a date that is a text": (time(0x0C, "270101000000Z"), "time-form"),
    "another algorithm within": (
        signed(LEAF, (ALGORITHM,), lambda _: tlv(der.SEQUENCE, object_("1.2.840.10045.4.3.3"))),
        "signature-mismatch",
    ),
    "another algorithm outside": (
        replaced(LEAF, (1,), lambda _: tlv(der.SEQUENCE, object_("1.2.840.10045.4.3.3"))),
        "signature-mismatch",
    ),
    "ECDSA with NULL": (algorithm(LEAF, parameters(NULL)), "signature-parameters"),
    "PKCS #1 without NULL": (algorithm(RSA, parameters(b"")), "signature-parameters"),
    "PSS with another salt": (pss(hashes.SHA256(), 20), "signature-parameters"),
    "PSS with SHA-224": (pss(hashes.SHA224(), 28), "signature-parameters"),
    "PSS without parameters": (
        algorithm(RSA, lambda _: tlv(der.SEQUENCE, object_("1.2.840.113549.1.1.10"))),
        "signature-parameters",
    ),
    "RSA without NULL": (signed(RSA, (KEY, 0), parameters(b"")), "key-parameters"),
    "EC without a curve": (signed(LEAF, (KEY, 0), parameters(NULL)), "key-parameters"),
    "Ed25519 with NULL": (
        signed(LEAF, (KEY, 0), lambda _: tlv(der.SEQUENCE, object_("1.3.101.112"), NULL)),
        "key-parameters",
    ),
    "critical FALSE": (added(LEAF, extension(KEY_USAGE, bytes.fromhex("03020780"), critical=FALSE)), "default-encoded"),
    "cA FALSE": (
        signed(LEAF, (EXTENSIONS, 0, 0), lambda _: extension(CONSTRAINTS, tlv(der.SEQUENCE, FALSE), critical=TRUE)),
        "default-encoded",
    ),
    "keyUsage with zero bits behind": (added(LEAF, extension(KEY_USAGE, bytes.fromhex("03020080"))), "key-usage-bits"),
    "keyUsage with a zero octet behind": (added(LEAF, extension(KEY_USAGE, bytes.fromhex("0303078000"))), "key-usage-bits"),
    "keyUsage without a bit": (added(LEAF, extension(KEY_USAGE, bytes.fromhex("030100"))), "empty-extension"),
    "no names": (added(UNNAMED, extension(NAMES, b"\x30\x00")), "empty-extension"),
    "no purposes": (added(UNNAMED, extension(PURPOSES, b"\x30\x00")), "empty-extension"),
    "no constraints on names": (added(LEAF, extension("2.5.29.30", b"\x30\x00", critical=TRUE)), "empty-extension"),
    "the same extension twice": (TWICE, "duplicate-extension"),
    "unique identifiers": (
        signed(LEAF, (), lambda value: tlv(der.SEQUENCE, *values(value)[:-1], tlv(0x81, b"\x00\xff"), values(value)[-1])),
        "unique-identifiers",
    ),
}


def test_an_extension_that_stands_twice_octet_for_octet_is_a_problem_too() -> None:
    """RFC 5280 4.2 forbids the second one whatever it says; both are listed."""
    found = certificate.read([LEAF, TWICE])
    assert [(index, "stands twice" in text) for index, text in found.problems] == [(1, True)]
    once, twice = found.frame["extensions"].to_list()
    assert twice == [*once, "2.5.29.35"]


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_told_alone(name: str) -> None:
    """The certificate has this fault and no other."""
    data, fault = WRONG[name]
    assert faults(data) == [fault]


def test_every_word_of_the_registry_has_an_example() -> None:
    """A fault that no test knows is none."""
    element = FACTS["certificate"]["encoding_faults"].type.element
    assert element is not None
    assert {fault for _, fault in WRONG.values()} == set(element.values)


def test_a_version_written_out_though_it_is_the_default() -> None:
    """Version 1 is what is meant where none stands (X.690 11.5)."""
    assert "default-encoded" in faults(signed(LEAF, (VERSION,), lambda _: tlv(0xA0, tlv(der.INTEGER, b"\x00"))))


def test_post_quantum_parameters_must_be_absent() -> None:
    """ML-DSA with NULL, as key and as signature (RFC 9881)."""
    text = (SAMPLES / "openssl-x509" / "mldsa65-selfsigned.pem").read_bytes()
    data = x509.load_pem_x509_certificate(text).public_bytes(serialization.Encoding.DER)
    assert faults(data) == []
    assert faults(algorithm(data, parameters(NULL))) == ["signature-parameters"]
    assert faults(signed(data, (KEY, 0), parameters(NULL))) == ["key-parameters"]


def test_a_curve_that_is_spelled_out_is_told() -> None:
    """RFC 5480 wants curves named."""
    field = tlv(der.SEQUENCE, object_("1.2.840.10045.1.2"), NULL)
    curve = tlv(der.SEQUENCE, tlv(der.INTEGER, b"\x01"), field)
    assert faults(signed(LEAF, (KEY, 0), parameters(curve))) == ["key-parameters"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (added(LEAF, extension("2.5.29.32", b"\x30\x03\x02\x01")), [None]),
        (added(LEAF, extension("2.5.29.32", b"\x30\x03\x02\x01", critical=FALSE)), ["default-encoded", None]),
        (signed(LEAF, (EXTENSIONS, 0), lambda _: tlv(der.SEQUENCE, b"\x02\x00")), [None]),
        (signed(LEAF, (ALGORITHM,), lambda _: tlv(der.SEQUENCE, b"\x06\x00")), ["signature-mismatch", None]),
        (signed(LEAF, (VALIDITY,), lambda _: tlv(der.SEQUENCE)), [None]),
    ],
)
def test_what_cannot_be_read_leaves_the_list_open(data: bytes, told: list[Any]) -> None:
    """There may be more faults where nobody looked; those that were seen are said."""
    assert faults(data) == told
    row = certificate.read([data]).frame.row(0, named=True)
    assert row["_decoded"] is True


def test_what_is_no_certificate_has_no_list() -> None:
    """Not one fact is invented."""
    assert certificate.read([b"noise"]).frame["encoding_faults"].to_list() == [None]


def test_curves_by_name_are_right_on_all_that_the_library_makes() -> None:
    """P-256, P-384 and P-521, signed by themselves."""
    for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()):
        assert faults(make(of=ec.generate_private_key(curve)).der) == []

"""What an issuer says of itself in extensions: access methods, key identifier parts, qualifiers, logs."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Method

from scanner.facts import certificate, der
from tests.factories import certificate as make
from tests.factories import key, root
from tests.facts.surgery import added, extension, object_, tlv

LISTS = (
    "extensions", "critical_extensions", "encoding_faults", "subject.attributes", "subject.repeated", "subject.emails",
    "aia.methods", "aia.ca_issuers_urls", "authority_key_identifier", "policy_qualifiers", "sct_logs", "key.weakness",
)  # fmt: skip
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"


def one(data: bytes) -> dict[str, Any]:
    """Decode one certificate."""
    return certificate.read([data]).frame.row(0, named=True)


def url(text: str) -> x509.UniformResourceIdentifier:
    """Name a place."""
    return x509.UniformResourceIdentifier(text)


def test_lists_are_never_null_where_the_bytes_were_read() -> None:
    """Neither of a certificate with all extensions nor of one without any."""
    bare = one(make(names=[], usages=None).der)
    assert [name for name in LISTS if bare[name] is None] == []
    noise = one(b"noise")
    assert [name for name in LISTS if noise[name] is not None] == []


def test_access_methods_and_their_places() -> None:
    """Each method once, whatever its places are; only URLs are places."""
    name = x509.DirectoryName(x509.Name([]))
    repository = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.5")
    given = [
        (Method.CA_ISSUERS, url("http://a/ca")),
        (Method.OCSP, url("http://o")),
        (Method.CA_ISSUERS, name),
        (repository, url("x")),
    ]
    access = x509.AuthorityInformationAccess([x509.AccessDescription(*pair) for pair in given])
    row = one(make(extensions=[(access, False)]).der)
    assert row["aia.methods"] == ["caIssuers", "ocsp", "1.3.6.1.5.5.7.48.5"]
    assert row["aia.ca_issuers_urls"] == ["http://a/ca"]
    assert row["revocation.ocsp_urls"] == ["http://o"]


def test_parts_of_the_key_identifier() -> None:
    """The key's identifier alone, or the issuer's name and serial number with it."""
    assert one(make().der)["authority_key_identifier"] == ["keyIdentifier"]
    bare = make(names=[], usages=None).der
    whole = tlv(der.SEQUENCE, tlv(0x80, b"k"), tlv(0xA1, tlv(0x86, b"x")), tlv(0x82, b"\x01"))
    row = one(added(without_identifier(bare), extension("2.5.29.35", whole)))
    assert row["authority_key_identifier"] == ["keyIdentifier", "authorityCertIssuer", "authorityCertSerialNumber"]
    assert one(added(without_identifier(bare), extension("2.5.29.35", b"\x30\x00")))["authority_key_identifier"] == []


def without_identifier(data: bytes) -> bytes:
    """Give the extension another name, so that a certificate has none of its own."""
    return data.replace(object_("2.5.29.35"), object_("2.5.29.99"))


def test_a_key_identifier_with_a_part_it_does_not_have_is_unknown() -> None:
    """Null, named among the unknown, with a problem; everything else is kept."""
    odd = added(without_identifier(make().der), extension("2.5.29.35", tlv(der.SEQUENCE, tlv(0x85, b"k"))))
    found = certificate.read([odd])
    row = found.frame.row(0, named=True)
    assert row["authority_key_identifier"] is None
    assert row["_unknown"] == ["authority_key_identifier"]
    assert "a part that an authorityKeyIdentifier does not have" in found.problems[0][1]
    assert row["extensions"][-1] == "2.5.29.35"
    assert row["encoding_faults"] == [None]


def test_qualifiers_are_told_once_each() -> None:
    """Of all policies together: a pointer to the CPS, a notice, and one that is known to nobody."""
    notice = x509.UserNotice(None, "hello")
    held = [
        x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), ["http://cps", notice]),
        x509.PolicyInformation(x509.ObjectIdentifier("1.2.4"), ["http://cps"]),
    ]
    assert one(make(extensions=[(x509.CertificatePolicies(held), False)]).der)["policy_qualifiers"] == ["cps", "userNotice"]
    strange = tlv(der.SEQUENCE, tlv(der.SEQUENCE, object_("1.2.3"), tlv(der.SEQUENCE, tlv(der.SEQUENCE, object_("1.2.9")))))
    assert one(added(make().der, extension("2.5.29.32", strange)))["policy_qualifiers"] == ["1.2.9"]


def scts(*logs: bytes) -> bytes:
    """Write a list of SCTs (RFC 6962 3.3)."""
    listed = b"".join(
        len(sct).to_bytes(2) + sct for log in logs for sct in [b"\0" + log + (10**12).to_bytes(8) + b"\0\0\4\3\0\1x"]
    )
    return tlv(der.OCTET_STRING, len(listed).to_bytes(2) + listed)


@pytest.mark.parametrize(("logs", "told"), [((), []), ((1,), [1]), ((1, 2), [1, 2]), ((2, 1, 2), [2, 1])])
def test_logs_are_told_once_each(logs: tuple[int, ...], told: list[int]) -> None:
    """Two timestamps of one log are two timestamps, but one log."""
    row = one(added(make().der, extension(SCT_LIST, scts(*(bytes([log]) * 32 for log in logs)))))
    assert row["sct_logs"] == [(bytes([log]) * 32).hex() for log in told]
    assert row["sct_count"] == len(logs)


def test_extensions_are_listed_in_their_order() -> None:
    """All of them, also those that nobody here reads."""
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    row = one(make(extensions=[(strange, True)]).der)
    assert row["extensions"] == ["2.5.29.19", "2.5.29.14", "2.5.29.35", "2.5.29.17", "2.5.29.37", "1.2.3.4"]
    assert row["critical_extensions"] == ["2.5.29.19", "1.2.3.4"]
    assert one(root(of=key("r")).der)["extensions"] == ["2.5.29.19", "2.5.29.14", "2.5.29.35"]

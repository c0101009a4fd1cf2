"""What a subject holds beside its text: types of attributes, repeats, country and addresses (BR 7.1.4.2)."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from scanner.facts import columns, der, names, oids
from scanner.tables import FACTS
from scanner.vocabulary import ATTRIBUTE_TYPES
from tests.facts.surgery import object_, tlv, values

PRIVATE = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")


def told(*parts: list[tuple[x509.ObjectIdentifier, str]]) -> dict[str, Any]:
    """Read a name of these parts, each of one attribute or several."""
    made = x509.Name(
        [x509.RelativeDistinguishedName([x509.NameAttribute(*one, _validate=False) for one in part]) for part in parts]
    )
    return read(made.public_bytes())


def read(name: bytes) -> dict[str, Any]:
    """Read an encoded name to the columns of a subject."""
    _, start, stop = der.header(name, 0, len(name))
    facts, _ = names.read(name, start, stop)
    table = columns.table([[*columns.UNKNOWN[: columns.SUBJECT], facts, *columns.UNKNOWN[columns.SUBJECT + 1 :]]])
    return {one.removeprefix("subject."): table[one][0] for one in columns.BLOCKS[columns.SUBJECT]}


def test_attributes_stand_in_order_and_repeats_are_kept() -> None:
    """By their names, or dotted where they have none here."""
    row = told([(NameOID.COUNTRY_NAME, "CH")], [(PRIVATE, "x")], [(NameOID.ORGANIZATION_NAME, "A")], [(NameOID.COMMON_NAME, "a")])
    assert row["attributes"].to_list() == ["countryName", "1.3.6.1.4.1.99999.1", "organizationName", "commonName"]
    assert row["repeated"].to_list() == []


def test_what_stands_more_than_once_is_named_once() -> None:
    """Two units and three domain components, in the order they begin; in one part or in several."""
    units = [(NameOID.ORGANIZATIONAL_UNIT_NAME, text) for text in ("one", "two")]
    components = [[(NameOID.DOMAIN_COMPONENT, text)] for text in ("a", "b", "c")]
    row = told(*components, units, [(NameOID.COMMON_NAME, "x")])
    assert row["repeated"].to_list() == ["domainComponent", "organizationalUnitName"]
    assert len(row["attributes"]) == 6


def test_country_and_addresses_are_told() -> None:
    """Addresses in order; of several countries the last, as of common names."""
    emails = [[(NameOID.EMAIL_ADDRESS, f"{name}@example.com")] for name in "ba"]
    row = told([(NameOID.COUNTRY_NAME, "CH")], *emails, [(NameOID.COUNTRY_NAME, "LI")])
    assert row["country"] == "LI"
    assert row["emails"].to_list() == ["b@example.com", "a@example.com"]


def test_a_name_without_attributes_has_none() -> None:
    """Empty lists, no country: known, not unknown."""
    row = read(b"\x30\x00")
    assert [row[name].to_list() for name in ("attributes", "repeated", "emails")] == [[], [], []]
    assert (row["dn"], row["country"]) == (None, None)


@pytest.mark.parametrize("sign", ["\x1f", "\x1d", "\x1e"])
def test_an_address_that_holds_our_signs_stays_one(sign: str) -> None:
    """A hostile text cannot become two, none, or an open list."""
    (address,) = told([(NameOID.EMAIL_ADDRESS, sign)])["emails"].to_list()
    assert address == {"\x1f": "\u241f", "\x1d": "\u241d"}.get(sign, sign)


def test_every_type_has_a_word_and_every_word_a_type() -> None:
    """What the reader can say, policies can ask for, and the other way round."""
    assert sorted(oids.ATTRIBUTE_TYPES.values()) == sorted(ATTRIBUTE_TYPES)
    element = FACTS["certificate"]["subject.attributes"].type.element
    assert element is not None
    assert element.values == ATTRIBUTE_TYPES
    named = {name for name in vars(NameOID).values() if isinstance(name, x509.ObjectIdentifier)}
    shared = {one.dotted_string: one._name for one in named if one.dotted_string in oids.ATTRIBUTE_TYPES}
    differing = {name for dotted, name in shared.items() if oids.ATTRIBUTE_TYPES[dotted] != name}
    assert len(shared) > 20
    assert differing <= {"userID", "Unknown OID"}, "it spells one otherwise than RFC 4519, and knows others without a name"


def test_a_part_with_too_many_attributes_is_refused() -> None:
    """A set may hold as many as a name."""
    one = tlv(der.SEQUENCE, object_("2.5.4.3"), tlv(0x0C, b"a"))
    with pytest.raises(der.DerError, match="more than 1000"):
        read(tlv(der.SEQUENCE, tlv(der.SET, *[one] * 1001)))
    assert len(values(tlv(der.SET, *[one] * 1000))) == 1000

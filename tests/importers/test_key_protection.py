"""Where private keys are held: words of inventories to those of the registry, never better than they say."""

import pytest

from scanner.importers._key_protection import key_protection
from scanner.tables import FACTS
from tests.importers.reading import read


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("software", "software"),
        ("PKCS#12 file", "software"),
        ("HSM", "hardware"),
        ("Cloud HSM", "hardware"),
        ("TPM 2.0", "hardware"),
        ("YubiKey", "hardware"),
        ("certified-hardware", "certified-hardware"),
        ("FIPS 140-2 Level 3", "certified-hardware"),
        ("HSM (FIPS 140-3 level 2)", "certified-hardware"),
        ("Common Criteria EAL 4+", "certified-hardware"),
        ("FIPS 140-2 Level 1", None),
        ("CC EAL 4", None),
        ("not in hardware", None),
        ("software, later HSM", None),
        ("soon FIPS 140-2 Level 3", None),
        ("", None),
    ],
)
def test_texts_are_understood_whole_or_not_at_all(text: str, word: str | None) -> None:
    """A level below the requirement, a denial, or a plan is no certificate of protection."""
    assert key_protection(text) == word
    assert word is None or word in FACTS["certificate"]["private_key_protection"].type.values


@pytest.mark.parametrize("header", ["private_key_protection", "Key Protection", "private key storage", "Key Storage"])
def test_the_column_is_read_though_its_name_speaks_of_private_keys(header: str) -> None:
    """It tells where the key is, not the key."""
    found = read(f"serial,not_after,{header}\n0a:0b,2027-01-07,HSM\n0a:0c,2027-01-07,a drawer\n")
    assert found.frame["private_key_protection"].to_list() == ["hardware", None]
    assert [one.code for one in found.problems] == ["unreadable-value"]


def test_a_column_of_private_keys_is_still_dropped_unread() -> None:
    """`private key` itself is a secret, whatever stands in it."""
    found = read("serial,not_after,private key\n0a:0b,2027-01-07,HSM\n")
    assert "private_key_protection" not in found.frame.columns

"""The blocks of columns and the registry are one."""

import gc

from scanner.facts import certificate, columns
from tests.factories import certificate as make


def test_every_decoded_fact_stands_in_one_block() -> None:
    """A new fact without a block, or a block without its fact, is found here."""
    named = [name for names in columns.BLOCKS for name in names]
    assert sorted(named) == sorted(columns.DECODED)


def test_every_block_of_an_extension_has_a_value_for_its_absence() -> None:
    """What a certificate without extensions says has the shape of what one with them says."""
    blocks = columns.BLOCKS[columns.FIRST_OF_EXTENSIONS :]
    assert [len(facts) for facts in columns.ABSENT] == [len(names) for names in blocks]


def test_packed_lists_come_back() -> None:
    """Empty, of one empty text, and of texts that hold our own signs."""
    assert columns.packed([]) == columns.NOTHING
    assert columns.packed([""]) == ""
    assert columns.packed(["a", "b"]) == "a\x1fb"
    assert columns.packed(["a\x1fb", "c\x1d"]) == "a\u241fb\x1fc\u241d"


def test_lists_of_our_own_words_may_be_open() -> None:
    """The sign becomes a null element; in lists of texts from certificates it is a text."""
    row = list(columns.UNKNOWN)
    row[columns.ENCODING] = (f"time-form{columns.SEPARATOR}{columns.OPEN}",)
    row[columns.CRLS] = (columns.OPEN,)
    table = columns.table([row, [*row[: columns.ENCODING], (columns.NOTHING,), *row[columns.ENCODING + 1 :]]])
    assert table["encoding_faults"].to_list() == [["time-form", None], []]
    assert table["revocation.crl_urls"].to_list() == [["\x1e"], ["\x1e"]]


def test_the_cycle_collector_is_as_before() -> None:
    """Reading holds it only for itself, also where it was off."""
    assert gc.isenabled()
    certificate.read([make().der])
    assert gc.isenabled()
    gc.disable()
    try:
        certificate.read([make().der])
        assert not gc.isenabled()
    finally:
        gc.enable()

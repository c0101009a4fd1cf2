"""Inventories in JSON Lines."""

from datetime import UTC, datetime

from tests.importers.reading import HERE, read


def test_one_object_a_line() -> None:
    """The sample: lines, keys, labels, nested names, decimal and hex serial numbers."""
    found = read(HERE / "jsonl_inventory.jsonl")
    assert found.importer == "jsonl-inventory"
    assert found.frame["_line"].to_list() == [1, 2]
    assert found.frame["_key"].to_list() == ["inv-1", "inv-2"]
    assert found.frame["serial"].to_list() == ["e88b150", "e88b150078f5716da74c7ab25f4c9ac"]
    assert found.frame["not_after"].to_list() == [datetime(2027, 1, 7, 9, 40, 41, tzinfo=UTC)] * 2
    assert found.frame["labels.tier"].to_list() == [None, "gold"]
    assert found.frame["subject.cn"].to_list() == ["www.example.test", "api.example.test"]
    assert found.problems == []


def test_a_broken_line_does_not_hide_the_next() -> None:
    """Each bad line is a problem at its line and column; blank ones are nothing."""
    found = read(
        '{"serial": "0a:0b", "not_after": "2027-01-07"}\n{"serial": \n\n[1]\n' + "[" * 100_000 + '\n{"serial": "0a:0c"}\n'
    )
    assert found.importer == "jsonl-inventory"
    assert found.frame["_line"].to_list() == [1, 6]
    assert [(one.spot.line, one.incomplete) for one in found.problems] == [(2, True), (4, True), (5, True)]


def test_lines_of_hosts_and_ports_are_an_inventory() -> None:
    """Each line is one of many, so that nothing more is needed to recognise them in a folder."""
    found = read('{"host": "a.test", "port": 443}\n{"host": "b.test", "port": 443}\n', named=False)
    assert found.frame["host"].to_list() == ["a.test", "b.test"]


def test_a_long_first_line_is_still_json_lines() -> None:
    """Where the first 64 KiB hold no line end, the JSON reader sees that more objects follow."""
    long = '{"serial": "0a:0b", "not_after": "2027-01-07", "note": "' + "x" * 100_000 + '"}\n{"serial": "0a:0c"}\n'
    assert read(long).frame["serial"].to_list() == ["a0b", "a0c"]


def test_many_broken_lines_are_counted() -> None:
    """Twenty places and a count."""
    found = read('{"serial": "0a:0b", "not_after": "2027-01-07"}\n' + "{broken}\n" * 100)
    assert len([one for one in found.problems if one.code == "certgate/unreadable-input"]) == 21


def test_line_ends_of_windows() -> None:
    """CRLF does not matter."""
    assert read('{"serial": "0a:0b", "not_after": "2027-01-07"}\r\n{"serial": "0a:0c"}\r\n').frame.height == 2


def test_half_a_character_becomes_a_mark_and_is_said() -> None:
    """A lone surrogate is a problem at its line; the record stays."""
    found = read('{"serial": "0a:0b", "not_after": "2027-01-07"}\n{"serial": "0a:0c", "owner": "\\ud800"}\n')
    assert found.frame["owner"].to_list() == [None, "\ufffd"]
    assert (found.problem("undecodable-text").spot.line, found.problem("undecodable-text").spot.column) == (2, 31)

"""Inventories in JSON: arrays, wrappers, nested members, damage, and places."""

import json
from datetime import UTC, datetime

import pytest

from tests.factories import certificate
from tests.importers.reading import HERE, read

AFTER = datetime(2027, 1, 7, 9, 40, 41, tzinfo=UTC)


def test_an_array_of_objects() -> None:
    """The sample of Windows PowerShell 5: dates as /Date(…)/, exact to the second."""
    found = read(HERE / "json_inventory.json")
    assert found.importer == "json-inventory"
    row = found.row()
    assert row["not_after"] == AFTER
    assert row["serial"] == "e88b150078f5716da74c7ab25f4c9ac"
    assert (row["_line"], row["_column"], row["_pointer"]) == (2, 3, "/0")
    assert found.codes() == ["unused-column"]


def test_members_of_members_and_small_objects_in_lists() -> None:
    """Keyfactor: names and purposes are lists of objects; its numeric codes are said, not guessed."""
    found = read(HERE / "json_inventory-keyfactor.json")
    row = found.row()
    assert row["san.dns"] == ["www.example.test"]
    assert row["extended_key_usage"] == ["serverAuth"]
    assert row["_key"] == "26"
    assert [one.code for one in found.problems if one.code == "unreadable-value"] == ["unreadable-value"] * 2


def test_a_list_inside_an_answer_is_found() -> None:
    """AppViewX wraps its objects in three envelopes; milliseconds are dates."""
    found = read(HERE / "json_inventory-appviewx.json")
    assert found.row()["not_after"] == AFTER
    assert found.row()["_pointer"] == "/response/response/objects/0"
    assert found.row()["_line"] == 6
    assert (found.row()["key.algorithm"], found.row()["key.bits"]) == ("EC", 256)


def test_one_object_is_one_row() -> None:
    """A root that is a record itself."""
    found = read('{"serialNumber": "0a:0b", "validTo": "2027-01-07T09:40:41Z"}')
    assert (found.row()["serial"], found.row()["_pointer"]) == ("a0b", "")


def test_numbers_are_exact() -> None:
    """A serial number as a JSON integer is decimal, whatever its length; nothing passes through a float."""
    found = read('[{"serial": 19318940640842088993353605360949447084, "not_after": 1799314841}]')
    assert found.row()["serial"] == "e88b150078f5716da74c7ab25f4c9ac"
    assert found.row()["not_after"] == AFTER


def test_records_may_name_the_same_fact_differently() -> None:
    """Each record is read under the name it uses."""
    found = read('[{"serial": "0a:0b", "notAfter": "2027-01-07"}, {"serial": "0a:0c", "expires": "2028-01-07"}]')
    assert [when.year for when in found.frame["not_after"]] == [2027, 2028]


def test_lists_and_booleans() -> None:
    """Lists stay lists, true and false are yes and no, null is nothing."""
    found = read('[{"serial": "0a:0b", "san": ["a.test", "10.0.0.1"], "tags": ["x", "y"], "autoRenew": true, "owner": null}]')
    row = found.row()
    assert (row["san.dns"], row["san.ip"], row["tags"], row["renewal.automated"]) == (["a.test"], ["10.0.0.1"], ["x", "y"], True)
    assert "owner" not in row


def test_bytes_in_a_member() -> None:
    """PEM in JSON becomes the record's own bytes; a private key beside it is dropped unread."""
    one = certificate()
    found = read(
        json.dumps([{"id": "x", "body": one.pem.decode(), "chain": "", "serial": "0a:0b", "private_key": one.key_pem.decode()}])
    )
    assert found.row()["_der"] == one.der
    assert "secret-dropped" in found.codes()
    assert one.key_pem.splitlines()[1] not in repr(found).encode()


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_problems(text: str) -> None:
    """NaN and infinity as a date: a problem at the place, the rest is kept."""
    found = read(f'[{{"serial": "0a:0b", "not_after": {text}}}]')
    assert found.row()["serial"] == "a0b"
    assert found.problem("unreadable-value").spot.pointer == "/0"


def test_an_array_cut_in_the_middle_keeps_what_came_before() -> None:
    """The place of the damage is said, and the run is incomplete."""
    found = read('[{"serial": "0a:0b", "not_after": "2027-01-07"},\n {"serial": "0a:0c", "not_af')
    assert found.frame["serial"].to_list() == ["a0b"]
    problem = found.problem("certgate/unreadable-input")
    assert (problem.spot.line, problem.incomplete) == (2, True)


@pytest.mark.parametrize(
    "text", ['[{"serial": "0a:0b", "not_after": "2027-01-07"} {"x": 1}]', '[{"serial": "0a:0b", "not_after": "2027-01-07"}']
)
def test_an_array_without_comma_or_end(text: str) -> None:
    """What was whole is kept."""
    found = read(text)
    assert found.frame["serial"].to_list() == ["a0b"]
    assert found.problem("certgate/unreadable-input").incomplete


def test_elements_that_are_no_objects_are_said() -> None:
    """What is no record makes the run incomplete, as a row of the wrong width does, and the records around it are kept."""
    record = '{"serial": "0a:0b", "not_after": "2027-01-07"}'
    for text, base in (
        (f'[{record}, null, 5,\n "x", [1], true, {{}}]', ""),
        (f'{{"all": [{record}, null, 5,\n "x", [1], true, {{}}]}}', "/all"),
    ):
        found = read(text)
        assert found.frame["serial"].to_list() == ["a0b"]
        assert [one.spot.pointer for one in found.problems] == [f"{base}/{index}" for index in range(1, 6)]
        assert [one.spot.line for one in found.problems] == [1, 1, 2, 2, 2]
        assert all(one.incomplete for one in found.problems)
        assert [one.message.partition(" where")[0] for one in found.problems] == [
            "null",
            "a number",
            "a text",
            "an array",
            "true or false",
        ]


def test_many_elements_that_are_no_objects_are_counted() -> None:
    """Twenty places and a count."""
    found = read('[{"serial": "0a:0b", "not_after": "2027-01-07"}' + ", null" * 1_000 + "]")
    assert len(found.problems) == 21
    assert found.problems[-1].message == "980 more places like these"


def test_an_object_cut_in_the_middle_is_an_error() -> None:
    """Nothing of it can be trusted; line and column are said."""
    found = read('{"certificates": [{"serial": "0a:0b",\n "not_after": "2027')
    assert "not valid JSON" in str(found.error)
    assert found.error is not None
    assert found.error.line == 2


@pytest.mark.parametrize("text", ["[" * 100_000, '{"serial":' * 100_000, '[{"serial": "0a:0b", "x": ' + "[" * 100_000])
def test_deep_nesting_does_not_crash(text: str) -> None:
    """100,000 levels are an error in words."""
    found = read(text)
    told = str(found.error) if found.error else found.problem("certgate/unreadable-input").message
    assert "nested too deeply" in told


def test_deep_nesting_is_told_with_its_place() -> None:
    """In an object, the place is the bracket in which most others are open."""
    found = read('{"a": [[1]], "b": "{[",\n "serial":\n' + '{"x":' * 100_000 + "\n[1]" + "}" * 100_000 + ', "c": [[[[1]]]]}')
    assert found.error is not None
    assert (found.error.line, found.error.column) == (4, 1)


def test_long_integers_do_not_crash() -> None:
    """An integer of a million digits stays text."""
    found = read('[{"serial": ' + "9" * 1_000_000 + ', "not_after": "2027-01-07"}]')
    assert "serial" not in found.row()


def test_places_in_one_line() -> None:
    """Minified JSON is placed by column, counted in characters."""
    found = read('[{"serial":"0a:0b","owner":"Zoë"},{"serial":"0a:0c","not_after":"2027-01-07"}]')
    assert found.frame["_column"].to_list() == [2, 35]
    wrapped = read('{"é": 1, "items": [{"serial":"0a:0b","not_after":"2027-01-07"}]}')
    assert wrapped.row()["_column"] == 20


def test_pointers_are_escaped() -> None:
    """A slash or tilde in a name is written as RFC 6901 has it."""
    found = read('{"a/b~c": [{"serial": "0a:0b", "not_after": "2027-01-07"}]}')
    assert found.row()["_pointer"] == "/a~1b~0c/0"


def test_a_mapping_names_members_by_their_path() -> None:
    """Nested members have dotted names."""
    found = read('[{"nr": 1, "frist": {"ende": "2027-01-07"}}]', mapping="columns: {not_after: frist.ende}\nkey: nr\n")
    assert found.row()["not_after"] == datetime(2027, 1, 7, tzinfo=UTC)
    assert found.row()["_key"] == "1"


@pytest.mark.parametrize(
    "text", ['{"name": "x", "version": "1.0"}', '[{"subject": "Hi", "body": "text", "id": 1}]', "[]", "[1, 2]", "{}"]
)
def test_other_json_is_no_inventory(text: str) -> None:
    """Named, it is an error in words; in a folder it is nobody's, e-mail and package files included."""
    found = read(text)
    assert found.error is not None or found.codes()
    assert read(text, named=False).importer == ""


@pytest.mark.parametrize(
    "text",
    [
        '{"compilerOptions": {"target": "es5", "lib": ["es2017"]}, "references": [{"path": "./a"}]}',
        '{"database": {"host": "localhost", "port": 5432}}',
        '{"database": {"host": "localhost", "port": 5432}, "colours": [{"red": 1}]}',
    ],
)
def test_settings_of_programs_are_no_endpoints(text: str) -> None:
    """A host inside a single object is a setting: in a folder the file is nobody's, named it is an error in words."""
    assert "no object that could be an asset" in str(read(text).error)
    assert read(text, named=False).importer == ""


def test_host_and_port_are_an_inventory_where_they_are_listed_or_named() -> None:
    """A list speaks for itself; a root with a host of its own is read if the user names it."""
    for text in ('[{"host": "a.test", "port": 443}]', '{"all": {"of": [{"host": "a.test", "port": 443}]}}'):
        assert read(text, named=False).row()["host"] == "a.test"
    assert read('{"host": "a.test", "port": 443}').row()["host"] == "a.test"
    assert read('{"host": "a.test", "port": 443}', named=False).importer == ""
    mapped = read('{"web": {"name": "a.test", "port": 443}}', mapping="kind: endpoint\ncolumns: {host: web.name}\n")
    assert mapped.row()["host"] == "a.test"


def test_invalid_utf8_is_said() -> None:
    """Bytes that are no text show as U+FFFD, and a note says so."""
    found = read(b'[{"serial": "0a:0b", "not_after": "2027-01-07", "owner": "Zo\xeb"}]')
    assert found.row()["owner"] == "Zo\ufffd"
    assert "undecodable-text" in found.codes()


def test_half_a_character_becomes_a_mark_and_is_said() -> None:
    """A lone surrogate is no text: the record stays, in values, names and labels, and each is a problem at its place."""
    found = read('[{"serial": "0a:0b", "cn": "\\ud800x.test"},\n {"serial": "0a:0c", "labels.\\uDC01": "y", "z": "\\udfff"}]')
    assert found.frame["subject.cn"].to_list() == ["\ufffdx.test", None]
    assert found.frame["labels.\ufffd"].to_list() == [None, "y"]
    told = [one for one in found.problems if one.code == "undecodable-text"]
    assert [(one.spot.line, one.spot.column) for one in told] == [(1, 29), (2, 30), (2, 50)]
    assert "\\ud800 is half of a character" in told[0].message


@pytest.mark.parametrize(
    ("written", "meant"), [("\\ud83d\\ude00", "\U0001f600"), ("\\\\ud800", "\\ud800"), ("\\\\\\uD83D\\uDE00", "\\\U0001f600")]
)
def test_whole_characters_and_backslashes_stay(written: str, meant: str) -> None:
    """A pair of surrogates is a character, and a backslash that is one itself begins no escape."""
    found = read(f'[{{"serial": "0a:0b", "not_after": "2027-01-07", "owner": "{written}"}}]')
    assert found.row()["owner"] == meant
    assert found.problems == []


def test_many_halves_of_characters_are_counted() -> None:
    """Twenty places and a count; nothing of them reaches a table."""
    found = read('[{"serial": "0a:0b", "not_after": "2027-01-07", "owner": "' + "\\ud800" * 50 + '"}]')
    assert found.row()["owner"] == "\ufffd" * 50
    assert found.codes() == ["undecodable-text"] * 21
    assert found.problems[-1].message.startswith("30 more")

"""The inventory mapping file: what it says, and every fault with its place."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import PolicyError
from scanner.importers._dates import Reading
from scanner.importers._mapping import InventoryMapping, choose, load
from tests.importers.reading import read


def faults(text: str) -> list[str]:
    """Load a faulty mapping and list what is said."""
    with pytest.raises(PolicyError) as caught:
        load("m.yaml", text)
    return [str(fault) for fault in caught.value.faults]


def test_everything_that_a_mapping_can_say() -> None:
    """Files, kind, key, columns, dates and serial."""
    (mapping,) = load(
        "m.yaml",
        """
files: ["exports/*.csv", inventory.json]
kind: certificate
key: Asset
serial: decimal
columns:
  not_after: Ablauf
  labels.cost-centre: Kostenstelle
  san: Namen
dates: { format: day-first, tz: Europe/Zurich }
""",
    )
    assert mapping == InventoryMapping(
        files=("exports/*.csv", "inventory.json"),
        kind="certificate",
        key="Asset",
        columns={"not_after": "Ablauf", "labels.cost-centre": "Kostenstelle", "san": "Namen"},
        dates=Reading("day-first", "Europe/Zurich"),
        serial="decimal",
    )


def test_several_mappings_are_chosen_by_file() -> None:
    """The first whose globs fit; one without globs is for every file."""
    both = load("m.yaml", "mappings:\n  - { files: '*.csv', key: A }\n  - { key: B }\n")
    assert [one.key for path in ("x/a.csv", "a.json") if (one := choose(both, path))] == ["A", "B"]
    assert choose(both[:1], "a.json") is None


def test_all_faults_are_listed_with_place_and_nearest_word() -> None:
    """Unknown keys, columns and words, at file:line:column, together."""
    text = """kinds: certificate
kind: certificat
columns:
  not_aftr: Ablauf
  remaining: Rest
  owner: []
  owner: Wer
dates:
  format: dayfirst
  tz: Europe/Zuerich
  zone: UTC
serial: octal
"""
    assert faults(text) == [
        "m.yaml:1:1: «kinds» is not known here; did you mean kind?",
        "m.yaml:2:7: «certificat» is none of certificate, endpoint; did you mean certificate?",
        "m.yaml:4:3: «not_aftr» is not known here; did you mean not_after?",
        "m.yaml:5:3: «remaining» is not known here",
        "m.yaml:6:10: a text is expected here",
        "m.yaml:7:3: «owner» is said twice",
        (
            "m.yaml:9:11: «dayfirst» is no date format; did you mean day-first? "
            "Write day-first, month-first or a pattern with %d, %m and %Y"
        ),
        "m.yaml:10:7: «Europe/Zuerich» is no time zone; did you mean Europe/Zurich?",
        "m.yaml:11:3: «zone» is not known here",
        "m.yaml:12:9: «octal» is none of hex, decimal",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "m.yaml:1:1: a mapping file is a YAML mapping"),
        ("- 1", "m.yaml:1:1: a mapping file is a YAML mapping"),
        ("a: [", "not valid YAML"),
        ("x: &a [1]\ny: *a", "m.yaml:2:4: aliases (*name) are not used"),
        ("a: " + "[" * 100_000, "nested too deeply"),
        ("columns: 5", "m.yaml:1:10: a mapping (key: value) is expected here"),
        ("dates: { format: '%H:%M' }", "is no date format"),
        ("dates: { format: '%d %m %Y %Q' }", "is no date format"),
        ("key: a\n---\nkey: b", "not valid YAML"),
        ("? [a]\n: b", "is not known here"),
        ("x" * 2_000_000, "too large"),
    ],
)
def test_unusable_files(text: str, said: str) -> None:
    """Empty, broken, deep, too large, with tricks: refused in words."""
    assert said in faults(text)[0]


def test_a_header_that_the_file_lacks_is_said() -> None:
    """A mapping that fits another export does not pass in silence."""
    found = read("Ablauf,serial\n2027-01-07,0a:0b\n", mapping="key: Asset\ncolumns: {not_after: Ablauf, owner: Besitzer}")
    problem = found.problem("unmapped-column")
    assert "«Besitzer», «Asset»" in problem.message
    assert "it has «Ablauf», «serial»" in problem.message


def test_the_mapping_goes_before_the_names() -> None:
    """A column that is called like a fact is not that fact if the mapping says otherwise."""
    found = read("expires,end,serial\n2027-01-07,2028-01-07,0a:0b\n", mapping="columns: {not_after: end}")
    assert str(found.row()["not_after"])[:4] == "2028"


def test_the_kind_may_be_told() -> None:
    """A list of certificates with hosts is a list of endpoints if the mapping says so."""
    text = "host,serial,not_after\na.test,0a:0b,2027-01-07\n"
    assert read(text).tables[0].kind == "certificate"
    assert read(text, mapping="kind: endpoint").tables[0].kind == "endpoint"


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("columns:key dates[]{}'\"\n -*&!%|>ab#"), max_size=60))
def test_no_text_crashes(text: str) -> None:
    """Any text is mappings, or faults."""
    with contextlib.suppress(PolicyError):
        assert isinstance(load("m.yaml", text), tuple)


def test_half_a_character_is_a_fault() -> None:
    """A lone surrogate names no column."""
    (told,) = faults('columns: {owner: "\\ud800"}')
    assert told.startswith("m.yaml:1:21: not valid YAML")

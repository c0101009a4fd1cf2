"""What the reader of maps of frameworks takes and refuses, with place, offending text and the nearest legal word."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from scanner.errors import PolicyError, UsageError
from scanner.model import Coverage
from scanner.rules.controls import framework_pages, framework_schema, frameworks
from scanner.rules.controls.frameworks import Control

GOOD = """\
framework: house
title: House controls
edition: 1.10
checked: 2026-11-23
url: https://example.com/controls
scope: All of them.
controls:
  "1":
    title: Keys are long
    status: partial
    rules: [public-tls/key, nist-keys/*]
    note: People keep the list of keys.
  Art 2(a):
    title: Guards are posted
    status: manual
    note: People bring the roster.
"""


def faults(text: str, name: str = "house") -> list[str]:
    """Read a map and return its faults as the user sees them."""
    with pytest.raises(PolicyError) as caught:
        frameworks.read(f"{name}.yaml", text.encode())
    return [str(fault) for fault in caught.value.faults]


def valid(text: str) -> bool:
    """Tell whether an editor would mark nothing."""
    document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - text only
    return bool(jsonschema.Draft202012Validator(json.loads(framework_schema.text())).is_valid(document))


def test_a_map_is_read() -> None:
    """Texts, date, controls and globs, with the line of each control."""
    house = frameworks.read("maps/house.yaml", GOOD.encode())
    assert (house.id, house.title, house.edition, house.scope) == ("house", "House controls", "1.10", "All of them.")
    assert house.checked == datetime(2026, 11, 23, tzinfo=UTC)
    first, second = house.controls
    assert (first.id, first.status, first.rules) == ("1", Coverage.PARTIAL, ("public-tls/key", "nist-keys/*"))
    assert (second.id, second.status, second.rules, second.mark.line) == ("Art 2(a)", Coverage.MANUAL, (), 13)
    assert [house.count(status) for status in Coverage] == [0, 1, 1]
    assert valid(GOOD)


@pytest.mark.parametrize(
    ("glob", "matched"),
    [("p/key", ["p/key"]), ("p/*", ["p/key", "p/key-2", "p/old"]), ("p/k*", ["p/key", "p/key-2"]), ("p/??y", ["p/key"])],
)
def test_globs_choose_rules(glob: str, matched: list[str]) -> None:
    """A glob is for the rules of one policy."""
    control = Control("1", "", Coverage.PARTIAL, (glob,), "", frameworks.read("house.yaml", GOOD.encode()).controls[0].mark)
    assert control.matching(["p/key", "p/key-2", "p/old", "pp/key"]) == matched


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("framework: house", "framework: hut", "house.yaml:1:12: framework is 'hut', but the file is called 'house'; they must agree"),
        ("framework: house", "framework: House", "house.yaml:1:12: 'House' is no id; lower-case words joined by hyphens, as in soc2"),
        ("title: House controls\n", "", "house.yaml:1:1: title is missing; write a text"),
        ("edition: 1.10", "edition: []", "house.yaml:3:10: edition is missing; write a text"),
        ("edition:", "editoin:", "house.yaml:3:1: unknown key 'editoin'; nearest: 'edition'"),
        ("checked: 2026-11-23\n", "", "house.yaml:1:1: checked is missing; write the day on which the framework was read, as 2026-11-23"),
        ("2026-11-23", "today", "house.yaml:4:10: 'today' is not a date, which checked is; write it as 2026-03-15 or 2026-03-15T12:00:00Z"),
        ("https://", "http://", "house.yaml:5:6: url begins with https://"),
        ("  Art 2(a):", '  "1":', "house.yaml:13:3: duplicate key '1'; first at house.yaml:8:3"),
        ("status: partial", "status: partail", "house.yaml:10:13: 'partail' is no status; nearest: 'partial'; legal: automated, partial, manual"),
        ("    status: manual\n", "", "house.yaml:13:3: control Art 2(a): status is missing; one of automated, partial, manual"),
        ("    note: People bring the roster.\n", "", "house.yaml:13:3: control Art 2(a): note is missing; write a text"),
        ("note: People keep", "nota: People keep", "house.yaml:12:5: unknown key 'nota'; nearest: 'note'"),
        ("    rules: [public-tls/key, nist-keys/*]\n", "", "house.yaml:8:3: control 1: rules is missing; what is partial names at least one, and what has none is manual"),
        ("status: partial", "status: manual", "house.yaml:11:12: control 1: no rule answers a manual control; leave out rules, or call it partial"),
        ("[public-tls/key, nist-keys/*]", "[]", "house.yaml:11:12: rules is a list of rule ids or globs, as in [public-tls/expired, tls-endpoints/*]"),
        ("[public-tls/key, nist-keys/*]", "public-tls/key", "house.yaml:11:12: rules is a list of rule ids or globs, as in [public-tls/expired, tls-endpoints/*]"),
        ("nist-keys/*", "public-tls/key", "house.yaml:11:29: 'public-tls/key' is there twice"),
        ("nist-keys/*", "'*/key'", "house.yaml:11:29: '*/key' is no glob over rules; write POLICY/KEY, with * and ? in KEY only, as in tls-endpoints/*"),
        ("nist-keys/*", "nist-keys", "house.yaml:11:29: 'nist-keys' is no glob over rules; write POLICY/KEY, with * and ? in KEY only, as in tls-endpoints/*"),
        ("title: House controls", "title: yes", "house.yaml:2:8: 'yes' is ambiguous in YAML; write \"yes\" in quotes"),
    ],
)  # fmt: skip
def test_faults_have_their_place(old: str, new: str, said: str) -> None:
    """What is wrong, where, and what to write instead."""
    assert old in GOOD
    assert said in faults(GOOD.replace(old, new, 1))


def test_all_faults_are_listed_together() -> None:
    """A file with several faults says all of them at once, and a control that is no mapping says what it lacks."""
    found = faults(GOOD.replace("partial", "whole").replace("https", "ftp").replace("Guards are posted", "[]"))
    assert [one.split(" ")[0] for one in found] == ["house.yaml:5:6:", "house.yaml:10:13:", "house.yaml:14:12:"]
    assert faults(GOOD[: GOOD.index("controls:")] + "controls: { a: b }\n")[0] == (
        "house.yaml:7:16: control a is a mapping with title, status, rules, note"
    )


@pytest.mark.parametrize("text", ["", "- a\n", "framework: house\n", "controls: {}\n"])
def test_what_is_no_map_is_refused(text: str) -> None:
    """Nothing, a list, or a map without controls."""
    assert faults(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("edition:", "editoin:"),
        ("status: partial", "status: whole"),
        ("status: partial", "status: manual"),
        ("    rules: [public-tls/key, nist-keys/*]\n", ""),
        ("nist-keys/*", "'*/key'"),
        ("https://", "http://"),
        ("    note: People bring the roster.\n", ""),
    ],
)
def test_editors_mark_what_the_reader_refuses(old: str, new: str) -> None:
    """The schema says the same as the reader."""
    changed = GOOD.replace(old, new, 1)
    assert changed != GOOD
    assert not valid(changed)
    assert faults(changed)


def test_maps_are_found_by_id_or_file(tmp_path: Path) -> None:
    """A shipped id, a file of one's own, or an error with the nearest id."""
    assert frameworks.find("soc2").controls[0].mark.path == "certgate:policies/frameworks/soc2.yaml"
    path = tmp_path / "house.yaml"
    path.write_text(GOOD)
    assert frameworks.find(str(path)).id == "house"
    with pytest.raises(
        UsageError, match=r"pci-dss: no such map of a framework; a shipped id or a file is wanted; nearest: 'pci-dss-4.0.1'"
    ):
        frameworks.find("pci-dss")


def test_the_page_leads_to_rules_and_escapes_texts() -> None:
    """A rule is a link to its section, a glob one to its policy with a count; markup in texts is shown as it is written."""
    text = GOOD.replace("Guards are posted", "Guards | <b>are</b> posted")
    page = framework_pages.render(
        [frameworks.read("house.yaml", text.encode())], ["public-tls/key", "nist-keys/a", "nist-keys/b"]
    )
    assert "| [house](#house) | House controls | 2 | 0 | 1 | 1 |" in page
    assert "[public-tls/key](policies/public-tls.md#key)<br>[nist-keys/\\*](policies/nist-keys.md) (2)" in page
    assert "| Art 2(a) | Guards \\| \\<b\\>are\\</b\\> posted | manual |  | People bring the roster. |" in page

"""Maps of frameworks: whole, as the facts say, and in agreement with what every shipped rule says of itself."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

import jsonschema
import pytest
import yaml

from scanner.model import Coverage
from scanner.rules.controls import framework_schema, frameworks
from scanner.rules.controls.frameworks import Framework
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load

HERE = Path(__file__).parent
LISTED = yaml.safe_load((HERE / "framework_controls.yaml").read_text(encoding="utf-8"))["frameworks"]
KEYS = {
    "pci-dss-4.0.1": "pci_dss_4_0_1",
    "nist-800-53r5": "nist_800_53_r5",
    "nist-csf-2.0": "nist_csf_2_0",
    "iso-27001-2022": "iso_27001_2022",
    "soc2": "soc2_tsc_2017_2022",
    "dora": "dora",
    "nis2": "nis2",
}
"""Id of a map to the framework's key in the list of controls."""
MAPS: dict[str, Framework] = {name: frameworks.find(name) for name in frameworks.shipped()}
RULES: dict[str, Rule] = {rule.id: rule for name in find.shipped() for rule in load.load(find.find(name))[0].rules}
NAMED = [(rule.id, *name.split("/", 1)) for rule in RULES.values() for name in rule.controls if name.split("/", 1)[0] in MAPS]
"""Rule, framework and control, for every control that a rule names and whose framework has a map."""
CONTROLS = [(name, control) for name, one in MAPS.items() for control in one.controls]


def test_the_frameworks_of_the_issue_have_maps() -> None:
    """Seven frameworks are mapped, each in a file of its id."""
    assert set(MAPS) == set(KEYS)
    assert {name for name, one in MAPS.items() if one.id != name} == set()


@pytest.mark.parametrize("name", MAPS)
def test_a_map_holds_every_control_in_scope(name: str) -> None:
    """Ids and titles are those of the list of controls, none is left out, and none is made up."""
    listed = LISTED[KEYS[name]]["controls"]
    assert {control.id: control.title for control in MAPS[name].controls} == {one: fact["title"] for one, fact in listed.items()}


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=[f"{name}/{control.id}" for name, control in CONTROLS])
def test_every_glob_matches_a_shipped_rule(name: str, control: frameworks.Control) -> None:
    """A map claims no evidence that nothing gives."""
    assert name in MAPS
    assert [glob for glob in control.rules if not any(fnmatchcase(rule, glob) for rule in RULES)] == []


@pytest.mark.parametrize(("rule", "name", "control"), NAMED, ids=[f"{rule} {name}/{one}" for rule, name, one in NAMED])
def test_a_rule_and_the_map_agree(rule: str, name: str, control: str) -> None:
    """A control that a rule names exists, and its globs match that rule."""
    held = {one.id: one for one in MAPS[name].controls}
    assert control in held
    assert held[control].matching([rule]) == [rule], f"policies/frameworks/{name}.yaml: {control}: add {rule} to rules"


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=[f"{name}/{control.id}" for name, control in CONTROLS])
def test_a_note_says_what_is_left_for_people(name: str, control: frameworks.Control) -> None:
    """Whole sentences of bounded length; manual ones say what a person brings; nothing speaks of being compliant."""
    assert control.note.endswith("."), name
    assert len(control.note) <= 320
    assert "compliant" not in control.note.lower()
    assert "Whether" in control.note or "People" in control.note or "people" in control.note
    assert (control.status is Coverage.MANUAL) == (control.rules == ())


def test_little_is_called_automated() -> None:
    """Rules answer the testable part of one control wholly: that certificates are renewed before they expire."""
    automated = [f"{name}/{control.id}" for name, control in CONTROLS if control.status is Coverage.AUTOMATED]
    assert automated == ["dora/2024/1774 Art 7(5)"]


def test_every_policy_with_rules_gives_evidence_for_some_control() -> None:
    """No shipped policy is forgotten by all maps."""
    claimed = {rule.split("/")[0] for _, control in CONTROLS for rule in control.matching(RULES)}
    assert claimed == {rule.split("/")[0] for rule in RULES}


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_valid_for_editors(name: str) -> None:
    """The schema accepts every shipped map, so that an editor marks nothing in them."""
    text = (HERE.parents[1] / "policies" / "frameworks" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../schemas/framework.schema.json\n")
    document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - text only
    jsonschema.validate(document, json.loads(framework_schema.text()))

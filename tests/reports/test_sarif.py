"""SARIF against the official schema and the SARIF multitool; what they cannot see by laws of our own (interfaces.md, SARIF)."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from reports import _sarif_rules, sarif
from reports._safe import visible
from scanner.cli import main
from tests.conftest import SAMPLES
from tests.tools import multitool

SCHEMA = Path(__file__).parent.parent / "tools/node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Judge samples that lie inside a root of their own."""
    folder = tmp_path_factory.mktemp("sarif")
    (folder / "certs").mkdir()
    for path in (SAMPLES / "openssl-x509").glob("*.pem"):
        (folder / "certs" / path.name).write_bytes(path.read_bytes())
    scan = SAMPLES / "sslyze" / "loopback-legacy-6.3.1.json"
    (folder / "scan a.json").write_bytes(scan.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        main(["check", "certs", "scan a.json", "--root", ".", "--output", "sarif=o.sarif", "--as-of", "2026-11-24", "--quiet"])
    return folder / "o.sarif"


@pytest.fixture(scope="module")
def run(written: Path) -> dict[str, Any]:
    """Give the one run."""
    log = json.loads(written.read_text())
    assert len(log["runs"]) == 1
    found: dict[str, Any] = log["runs"][0]
    return found


def test_it_is_valid_by_the_official_schema(written: Path) -> None:
    """OASIS' own schema finds nothing."""
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(json.loads(written.read_text()))


def test_the_multitool_finds_no_error_and_no_warning(written: Path) -> None:
    """Microsoft's validator, with the rules of code scanning."""
    assert [one for one in multitool.validate(written) if one[1] in {"error", "warning"}] == []


def test_fingerprints_are_stable_and_unique(run: dict[str, Any]) -> None:
    """Each result has both fingerprints, made of finding_id, and no two are alike."""
    prints = [one["partialFingerprints"] for one in run["results"]]
    assert all(one["primaryLocationLineHash"] == f"{one['certgate/v1'][:16]}:1" for one in prints)
    assert len({one["certgate/v1"] for one in prints}) == len(prints)


def test_locations_are_relative_paths_with_all_four_numbers(run: dict[str, Any]) -> None:
    """Evidence inside the root is pointed at, percent-encoded; never an absolute path or an address."""
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    uris = {place["artifactLocation"]["uri"] for place in places}
    assert "scan%20a.json" in uris
    assert all(not uri.startswith(("/", "file:")) and "://" not in uri for uri in uris)
    for place in places:
        region = place["region"]
        assert min(region[name] for name in ("startLine", "startColumn", "endLine", "endColumn")) >= 1
        assert region["endColumn"] > region["startColumn"]


def test_levels_and_scores_follow_severity(run: dict[str, Any]) -> None:
    """Scores lie clearly inside the bands of code scanning; exactly 9.0 is undefined there."""
    scores = {rule["properties"].get("security-severity") for rule in run["tool"]["driver"]["rules"]}
    assert scores <= {"9.5", "8.0", "5.5", "2.5", None}
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in run["tool"]["driver"]["rules"]}
    judged = [one for one in run["results"] if one["ruleId"] != sarif.GAP]
    assert judged
    assert all(one["level"] == levels[one["ruleId"]] for one in judged)


def test_rules_have_help_and_bounded_tags(run: dict[str, Any]) -> None:
    """Only rules with results are listed; ruleIndex points at them."""
    rules = run["tool"]["driver"]["rules"]
    assert {one["ruleId"] for one in run["results"]} == {rule["id"] for rule in rules}
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
    for rule in rules:
        assert len(rule["properties"]["tags"]) <= 10
        assert "What to do: " in rule["help"]["text"]
        assert len(rule["shortDescription"]["text"]) <= 1024


def test_the_category_ends_in_a_slash(run: dict[str, Any]) -> None:
    """Everything before the last slash is the category."""
    assert run["automationDetails"]["id"] == "certgate/default/"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("a/b.pem", True),
        ("/etc/x", False),
        ("tls://h:443", False),
        ("../x", False),
        ("C:\\x", False),
        ("-", False),
        ("--where", False),
    ],
)
def test_only_paths_inside_the_root_are_locations(uri: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    """What is no path of the repository gets the anchor."""
    assert sarif.inside(uri) is expected


def test_hostile_text_is_shown_and_escaped() -> None:
    """Brackets would be taken for links, controls and overrides for nothing."""
    shown = _sarif_rules.message("evil [x](y) \x1b[0m \u202e")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\[x\\]" in shown
    assert visible("a\u202eb") == "a<U+202E>b"

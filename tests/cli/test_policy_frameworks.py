"""`policy frameworks` lists the maps, prints one for people or machines, and checks one of the user's own."""

import json
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.rules.controls import framework_schema, frameworks

HOUSE = """\
framework: house
title: House controls
edition: 2026
checked: 2026-11-23
url: https://example.com/controls
scope: All of them.
controls:
  "1":
    title: Keys are long
    status: partial
    rules: [house-rules/*, public-tls/key]
    note: People keep the list of keys, and see that it is whole, and that nobody makes a key beside the way that is laid out.
  Art 22(a):
    title: Guards are posted
    status: manual
    note: People bring the roster.
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "house.yaml").write_text(HOUSE)
    monkeypatch.chdir(tmp_path)


def test_the_list_names_every_map(capsys: pytest.CaptureFixture[str]) -> None:
    """Id, number of controls by status, and title, in columns."""
    assert main(["policy", "frameworks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(frameworks.shipped())
    assert len({line.index(" controls: ") for line in lines}) == 1
    assert "soc2              7 controls:  0 automated,  6 partial,  1 manual  SOC 2, Trust Services Criteria" in lines


def test_a_map_reads_well(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Control, status and title in columns; rules and note wrapped below; the last line says what it does not mean."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["policy", "frameworks", "house.yaml"]) == 0
    assert (
        capsys.readouterr().out
        == """\
house  House controls
2026, checked 2026-11-23, https://example.com/controls
All of them.

1          partial    Keys are long
    rules house-rules/*, public-tls/key (1 rule)
    note  People keep the list of keys, and see that it is whole, and that
          nobody makes a key beside the way that is laid out.

Art 22(a)  manual     Guards are posted
    note  People bring the roster.

Of policies that are not counted here (--policy): house-rules/*.
2 controls: 0 automated, 1 partial, 1 manual.
Rules give evidence for controls; they never show that one is met.
"""
    )


def test_no_line_is_wider_than_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every shipped map fits into 100 columns, web addresses aside."""
    monkeypatch.setenv("COLUMNS", "100")
    for name in frameworks.shipped():
        assert main(["policy", "frameworks", name]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 100 and "https://" not in line] == []


def test_rules_of_other_policies_are_counted_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """With --policy only the rules of that policy count."""
    assert main(["policy", "frameworks", "house.yaml", "--policy", "approved-cas"]) == 0
    assert "house-rules/*, public-tls/key (no rule of these policies)" in capsys.readouterr().out


def test_machines_get_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has whole maps, with the globs and the rules that they match."""
    assert main(["policy", "frameworks", "house.yaml", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema_version"] == 1
    (house,) = document["frameworks"]
    assert (house["id"], house["edition"], house["checked"]) == ("house", "2026", "2026-11-23")
    assert house["controls"][0]["matches"] == ["public-tls/key"]
    assert house["controls"][1] == {
        "id": "Art 22(a)", "title": "Guards are posted", "status": "manual", "rules": [], "matches": [], "note": "People bring the roster.",
    }  # fmt: skip
    assert main(["policy", "frameworks", "--json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)["frameworks"]] == list(frameworks.shipped())


def test_authors_of_maps_get_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is the schema that is shipped."""
    assert main(["policy", "frameworks", "--schema"]) == 0
    assert capsys.readouterr().out == framework_schema.text()


def test_faults_of_a_map_end_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each with its place; the exit code is that of a bad policy; unknown names say the nearest."""
    (tmp_path / "house.yaml").write_text(HOUSE.replace("manual", "manuel"))
    assert main(["policy", "frameworks", "house.yaml"]) == 2
    said = capsys.readouterr().err
    assert "house.yaml:15:13: 'manuel' is no status; nearest: 'manual'; legal:" in said
    assert "1 fault; nothing was printed" in said
    assert main(["policy", "frameworks", "sock2"]) == 2
    assert "nearest: 'soc2'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("glob", "said"),
    [
        ("public-tls/keyy", "house.yaml:11:28: 'public-tls/keyy' matches no rule; nearest: 'public-tls/key'"),
        ("public-tls/nothing-*", "house.yaml:11:28: 'public-tls/nothing-*' matches no rule"),
    ],
)
def test_a_glob_without_rules_ends_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, glob: str, said: str) -> None:
    """A misspelt rule would claim evidence that nothing gives."""
    (tmp_path / "house.yaml").write_text(HOUSE.replace("public-tls/key", glob))
    assert main(["policy", "frameworks", "house.yaml"]) == 2
    assert said in capsys.readouterr().err


def test_globs_of_policies_that_are_not_there_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody can tell whether they match; with --policy everybody could."""
    assert main(["policy", "frameworks", "house.yaml"]) == 0
    assert "Of policies that are not counted here (--policy): house-rules/*." in capsys.readouterr().out
    assert main(["policy", "frameworks", "soc2"]) == 0
    assert "not counted here" not in capsys.readouterr().out

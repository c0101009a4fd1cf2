"""Outputs beside evidence: passed over in a folder, refused by name, never taken for assets."""

import json
from pathlib import Path

import pytest

from scanner.cli import main
from tests.factories import certificate
from tests.importers.reading import HERE, read

AT = ("--as-of", "2026-11-24", "--quiet")
SAMPLES = sorted(HERE.glob("certgate_output*"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_outputs_are_no_assets(path: Path) -> None:
    """In a folder a note says what the file is; named, it is an error that says what to give instead."""
    beside = read(path, named=False)
    assert (beside.importer, beside.tables, beside.records, beside.codes()) == ("certgate-output", [], [], ["ignored-content"])
    assert not beside.problems[0].incomplete
    assert "give" in str(read(path).error)


def test_a_second_run_over_the_outputs_of_the_first_judges_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that certgate writes into the folder of the evidence changes nothing but the notes."""
    monkeypatch.chdir(tmp_path)
    (folder := Path("certs")).mkdir()
    (folder / "leaf.pem").write_bytes(certificate().pem)
    outputs = [f"--output={form}=certs/out.{form}" for form in ("json", "sarif", "csv", "html")]
    first = main(["check", "certs", *outputs, "--save", "certs/result", *AT])
    assert main(["baseline", "create", "certs/result", "--owner", "me", "-o", "certs/known.json"]) == 0
    assert main(["check", "certs", "-o", "json=again.json", *AT]) == first
    before, after = (json.loads(Path(name).read_bytes()) for name in ("certs/out.json", "again.json"))
    assert after["summary"] == before["summary"]
    assert after["findings"] == before["findings"]
    passed_over = [one["uri"] for one in after["problems"] if one["code"] == "ignored-content"]
    assert passed_over == [
        f"certs/{name}"
        for name in ("known.json", "out.csv", "out.json", "out.sarif", "result/manifest.json", "result/result.json")
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"schema_version": 1, "tool": {"name": "certgate"}, "serial": "0a:0b", "not_after": "2027-01-07"}]',
        '{"schema_version": 1, "tool": {"name": "another"}, "list": [{"serial": "0a:0b", "not_after": "2027-01-07"}]}',
        '{"version": "2.1.0", "list": [{"serial": "0a:0b", "not_after": "2027-01-07"}]}',
        "kind,worst,serial,not_after\nx,y,0a:0b,2027-01-07\n",
    ],
)
def test_what_only_looks_like_one_is_read(text: str) -> None:
    """Members and columns of the same names elsewhere do not hide an inventory."""
    assert read(text, named=False).row()["serial"] == "a0b"

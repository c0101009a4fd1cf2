"""Paths that are no text: read and written by their bytes, told in every table and output as valid text."""

import json
import os
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.spelling import spelled
from tests.factories import certificate

ODD = os.fsdecode(b"caf\xe9")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay a file of each sort below names in Latin-1."""
    monkeypatch.chdir(tmp_path)
    (folder := Path(ODD)).mkdir()
    Path("leaf.pem").write_bytes(certificate().pem)
    (folder / f"{ODD}.pem").write_bytes(certificate().pem)
    (folder / f"{ODD}.txt").write_text("127.0.0.1:1\n")
    (folder / f"{ODD}.yaml").write_text("fail_on: low\n")
    main(["policy", "init", "acme", "-o", f"{ODD}/acme.yaml"])
    (folder / "exceptions.yaml").write_text("exceptions: []\n")
    (folder / "mapping.yaml").write_text("kind: certificate\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [ODD],
        [f"{ODD}/"],
        [f"{ODD}/{ODD}.pem"],
        [f"{ODD}/none.pem"],
        ["leaf.pem", "--targets", f"{ODD}/{ODD}.txt"],
        ["leaf.pem", "--policy", f"{ODD}/acme.yaml"],
        ["leaf.pem", "--roots", f"{ODD}/{ODD}.pem"],
        ["leaf.pem", "--config", f"{ODD}/{ODD}.yaml"],
        ["leaf.pem", "--exceptions", f"{ODD}/exceptions.yaml"],
        ["leaf.pem", "--mapping", f"{ODD}/mapping.yaml"],
    ],
    ids=lambda arguments: spelled(arguments[-1]),
)
def test_a_name_that_is_no_text_is_spelled_in_every_output(arguments: list[str]) -> None:
    """Outputs are written, and name the file with an escape for its byte."""
    outputs = [f"--output={form}=out.{form}" for form in ("json", "html", "sarif", "csv")]
    assert main(["check", *arguments, *outputs, "--quiet", "--as-of", "2026-11-24"]) in {0, 1, 3}
    told = json.loads(Path("out.json").read_bytes())
    assert "caf\\xe9" in json.dumps(told, ensure_ascii=False).replace("\\\\", "\\")


def test_outputs_and_results_are_written_under_such_a_name() -> None:
    """What is written there can be read from there."""
    wanted = [f"--output=html={ODD}/{ODD}.html", "--save", f"{ODD}/{ODD}"]
    assert main(["check", "leaf.pem", "--quiet", "--as-of", "2026-11-24", *wanted]) in {0, 1}
    assert Path(ODD, f"{ODD}.html").stat().st_size > 0
    assert main(["report", f"{ODD}/{ODD}", "-o", "json=again.json", "--quiet"]) == 0
    assert json.loads(Path("again.json").read_bytes())["summary"]["assets"]["certificate"] == 1
    assert main(["check", f"{ODD}/{ODD}", "-o", "json=evidence.json", "--quiet", "--as-of", "2026-11-24"]) in {0, 1}
    assert json.loads(Path("evidence.json").read_bytes())["sources"][0]["name"] == "caf\\xe9/caf\\xe9"


@pytest.mark.parametrize("arguments", [["--where", f"{{owner: {ODD}}}"], ["--assume", f"owner={ODD}"]])
def test_values_that_are_no_text_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A value is no path: what is not UTF-8 is exit 2 before any evidence is read."""
    assert main(["check", "leaf.pem", *arguments]) == 2
    assert "not UTF-8" in capsys.readouterr().err

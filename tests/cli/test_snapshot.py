import json
from pathlib import Path

import pytest

from scanner.cli import main
from tests.factories import certificate

CHECK = ["check", "--policy", "public-tls", "--as-of", "2026-11-20", "--quiet"]


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Judge one certificate, keep the result, and stand beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "leaf.pem").write_bytes(certificate().pem)
    (tmp_path / "roots.pem").write_bytes(certificate("Own Root", ca=True).pem)
    main([*CHECK, "leaf.pem", "--roots", "roots.pem", "--save", "kept"])
    return tmp_path / "kept"


def test_a_kept_result_is_evidence(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its certificate is judged again, and still knows the file it came from."""
    capsys.readouterr()
    main([*CHECK, str(result), "--output", "json=-"])
    said = json.loads(capsys.readouterr().out)
    assert said["summary"]["assets"]["certificate"] == 1
    assert {finding["uri"] for finding in said["findings"]} <= {"leaf.pem"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("certificate.parquet", b"PAR1"), ("sightings.parquet", b""), ("manifest.json", b'{"schema_version": 99}')],
)
def test_a_broken_result_is_an_input_that_cannot_be_read(
    result: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    """The other evidence is judged, and the run is incomplete."""
    (result / name).write_bytes(content)
    capsys.readouterr()
    main([*CHECK, str(result), "leaf.pem", "--output", "json=-"])
    said = json.loads(capsys.readouterr().out)
    assert said["summary"]["assets"]["certificate"] == 1
    assert [one["code"] for one in said["problems"]] == ["certgate/unreadable-input"]
    assert any("could not be read" in reason for reason in said["exit"]["reasons"])


def test_the_manifest_names_every_file_that_moves_the_verdict(result: Path) -> None:
    """Beside evidence and policies: roots here, with digest and size, by a path within the root."""
    files = json.loads((result / "manifest.json").read_bytes())["files"]
    assert [(one["role"], one["name"], one["size"]) for one in files] == [
        ("roots", "roots.pem", (result.parent / "roots.pem").stat().st_size)
    ]

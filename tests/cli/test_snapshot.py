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


INCOMPLETE = {
    "an input that cannot be read": ("cut.der", b"\x30\x82\x04\x00\x30\x82", "certgate/unreadable-input"),
    "a row that cannot be read": ("rows.csv", b"serial,not_after,subject\n1,2027-01-01,CN=a\n2\n", "certgate/unreadable-input"),
    "a host that gave no answer": (
        "scan.json",
        b"""{"sslyze_version": "6.3.1", "server_scan_results": [],
             "invalid_server_strings": [{"server_string": "gone.invalid:443", "error_message": "Could not resolve"}]}""",
        "certgate/unreachable",
    ),
}


@pytest.mark.parametrize(("name", "content", "code"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_kept_result_stays_incomplete(
    result: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, code: str
) -> None:
    """Whatever a run could not read or reach is told again, with its place, by each run that takes its result as evidence."""
    Path(name).write_bytes(content)
    quiet = [*CHECK, "--fail-on", "never", "--on-unknown", "ignore"]
    assert main([*quiet, "leaf.pem", "--roots", "roots.pem"]) == 0
    assert main([*quiet, "leaf.pem", name, "--roots", "roots.pem", "--save", str(result)]) == 3
    first = told(result, code)
    for folder in ("second", "third"):
        assert main([*quiet, str(result), "--save", folder]) == 3
        assert told(Path(folder), code) == [(uri, line, f"in the result {result}: {said}") for uri, line, said in first]
    assert main([*quiet, "second", "third", name, "--save", "all"]) == 3
    assert told(Path("all"), code) == first
    capsys.readouterr()


def told(folder: Path, code: str) -> list[tuple[str, int | None, str]]:
    """Read what a result says of its evidence, by code."""
    said = json.loads((folder / "result.json").read_bytes())
    return [(one["uri"], one["line"], one["message"]) for one in said["problems"] if one["code"] == code]

"""`certgate demo`: real violations from sample evidence and from a live scan of a local server, whatever the date."""

import json
from pathlib import Path

import pytest

from scanner.cli import main


def test_the_demo_runs_and_shows_violations_of_both_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits 0, says what check would have given, and writes every report."""
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert "`certgate check` would have exited 1; the demo exits 0 because it ran." in out
    folder = tmp_path / "certgate-demo"
    assert (folder / "report.html").stat().st_size > 50_000
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-1.7")
    result = json.loads((folder / "result" / "result.json").read_text())
    failed = {(one["kind"], one["rule_id"]) for one in result["findings"] if one["outcome"] == "fail"}
    assert ("certificate", "public-tls/expired") in failed
    assert ("certificate", "public-tls/lifetime") in failed
    assert ("endpoint", "tls-endpoints/old-tls") in failed
    live = next(source for source in result["sources"] if source["kind"] == "network")
    assert live["kept"] == 1
    assert not [one for one in result["problems"] if one["code"] == "certgate/unreachable"]

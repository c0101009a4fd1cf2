"""What `check` writes for code scanning where it could not judge all: results, never a clean run (interfaces.md, SARIF)."""

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from tests.factories import certificate, root
from tests.probes.test_handshake import closed_port
from tests.tools import multitool

AS_OF = ("--as-of", "2026-11-24", "--quiet")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder that is its own root."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 3) -> dict[str, Any]:
    """Check, expect an exit code, and give the run that was written, which validators accept."""
    assert main(["check", *AS_OF, *arguments, "-o", "sarif=o.sarif"]) == code
    assert [one for one in multitool.validate(Path("o.sarif")) if one[1] in {"error", "warning"}] == []
    found: dict[str, Any] = json.loads(Path("o.sarif").read_text())["runs"][0]
    assert found["invocations"][0]["exitCode"] == code
    return found


def told(found: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Say of each result which rule it has and where it points."""
    places = [one["locations"][0]["physicalLocation"] for one in found["results"]]
    return [
        (one["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"])
        for one, place in zip(found["results"], places, strict=True)
    ]


def test_a_broken_file_is_an_alert_at_that_file() -> None:
    """The run judged nothing, and says both."""
    Path("bad").mkdir()
    Path("bad/trunc.der").write_bytes(certificate(issuer=root()).der[:200])
    found = run("bad/trunc.der")
    assert told(found) == [("certgate/unreadable-input", "bad/trunc.der", 1), ("certgate/nothing-matched", "README.md", 1)]
    assert found["results"][0]["message"]["text"].startswith("bad/trunc.der: ")
    assert found["invocations"][0]["exitCodeDescription"] == "1 input could not be read; no assets were found in the evidence"


def test_a_broken_file_does_not_hide_behind_findings() -> None:
    """Where an expired certificate is exit 1, the log still says that it is incomplete."""
    Path("certs").mkdir()
    Path("certs/a.pem").write_bytes(certificate(issuer=root()).pem)
    Path("certs/b.pem").write_bytes(certificate(issuer=root()).pem[:400])
    found = run("certs", "--policy", "public-tls", "--assume", "trust=private", "--as-of", "2046-01-01", code=1)
    assert ("certgate/unreadable-input", "certs/b.pem", 1) in told(found)
    assert "public-tls/expired" in {rule for rule, _, _ in told(found)}
    assert len(found["invocations"][0]["toolExecutionNotifications"]) == 1


def test_a_dead_host_is_an_alert_at_the_line_that_names_it() -> None:
    """It stays the same alert where the line moves, and where it is named on the command line."""
    host = f"127.0.0.1:{closed_port()}"
    Path("hosts.txt").write_text(f"# ours\n{host}\n")
    first = run("--targets", "hosts.txt", "--allow-empty")
    assert told(first) == [("certgate/unreachable", "hosts.txt", 2)]
    assert first["results"][0]["message"]["text"] == f"{host} cannot be reached: it refuses the connection."
    Path("hosts.txt").write_text(f"# ours\n\n\n{host}\n")
    moved, named = run("--targets", "hosts.txt", "--allow-empty"), run(host, "--allow-empty")
    assert (told(moved), told(named)) == (
        [("certgate/unreachable", "hosts.txt", 4)],
        [("certgate/unreachable", "README.md", 1)],
    )
    assert len({one["results"][0]["partialFingerprints"]["certgate/v1"] for one in (first, moved, named)}) == 1


def test_an_empty_run_is_an_alert() -> None:
    """A folder without files and policies that apply to nothing; code scanning has no file to show for either."""
    Path("certs").mkdir()
    found = run("certs")
    assert told(found) == [("certgate/source-missing", "README.md", 1), ("certgate/nothing-matched", "README.md", 1)]
    assert found["results"][0]["message"]["text"].startswith("certs: ")


def test_a_stored_result_says_the_same_of_itself() -> None:
    """`report` writes the bytes that the run wrote."""
    Path("cut.pem").write_bytes(certificate(issuer=root()).pem[:400])
    run("cut.pem", "--save", "result")
    main(["report", "result", "-o", "sarif=again.sarif"])
    assert Path("again.sarif").read_bytes() == Path("o.sarif").read_bytes()

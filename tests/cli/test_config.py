"""The configuration file: found at the root, named in the output, its faults told with their place."""

import json
from pathlib import Path

import pikepdf
import pytest

from scanner.cli import main
from scanner.errors import PolicyError
from scanner.rules.reader.config import load
from tests.factories import certificate, root


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder below a root that has a configuration."""
    (tmp_path / "pki").mkdir()
    top = root()
    (tmp_path / "pki" / "root.pem").write_bytes(top.pem)
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "leaf.pem").write_bytes(certificate(issuer=top).pem)
    (tmp_path / "certgate.yaml").write_text(
        "policies: [public-tls]\nevidence: [certs]\nroots: [pki/root.pem]\nreport: { organisation: Acme Ltd }\n", encoding="utf-8"
    )
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")


def test_it_gives_evidence_policies_and_roots_from_any_folder_below() -> None:
    """Its paths are relative to it; the result names it."""
    assert main(["check", "--as-of", "2026-11-24", "-o", "json=o.json", "-o", "pdf=o.pdf"]) == 0
    result = json.loads(Path("o.json").read_text())
    assert result["settings"]["config"] == "certgate.yaml"
    assert [policy["id"] for policy in result["policies"]] == ["public-tls"]
    assert result["summary"]["assets"]["certificate"] == 1
    with pikepdf.open("o.pdf") as document:
        assert {"result.json", "results.sarif", "inventory.csv", "manifest.json"} <= set(document.attachments)


def test_flags_replace_what_it_says() -> None:
    """A policy on the command line is the only one."""
    main(["check", "--policy", "tls-endpoints", "-o", "json=o.json", "--as-of", "2026-11-24"])
    assert [policy["id"] for policy in json.loads(Path("o.json").read_text())["policies"]] == ["tls-endpoints"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("polices: [x]", "certgate.yaml:1:1: unknown key 'polices'; nearest: 'policies'"),
        ("fail_on: hihg", "certgate.yaml:1:10: 'hihg' is not a value of fail_on; nearest: 'high'"),
        ("targets: hosts.txt", "certgate.yaml:1:1: hosts to scan are not read from the configuration"),
        ("report: { organization: x }", "unknown key 'organization' of report; nearest: 'organisation'"),
        ("- x", "the configuration is a mapping"),
        (r'policies: ["\ud800"]', "certgate.yaml:1:15: found invalid Unicode character escape code"),
    ],
)
def test_its_faults_are_exit_2_with_their_place(text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A pull request cannot choose what the build connects to, and a typo does not loosen the gate."""
    Path("../certgate.yaml").write_text(text + "\n", encoding="utf-8")
    assert main(["check", "x.pem"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:1", "[::1]:1", "www.example.test", "smtp://localhost:1"])
def test_it_names_no_host_as_evidence(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence is files and folders; what to connect to stands on the command line."""
    Path("../certgate.yaml").write_text(f'evidence: ["{host}"]\n', encoding="utf-8")
    assert main(["check", "../certs", "--timeout", "1"]) == 2
    assert "hosts to scan are not read from the configuration" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["fail_on: no\n", "report: { organisation: on }\n", "roots: [~]\n"])
def test_ambiguous_words_are_refused(tmp_path: Path, text: str) -> None:
    """What YAML readers take for something else than text is to be quoted, here as in policies."""
    path = tmp_path / "certgate.yaml"
    path.write_text(text)
    with pytest.raises(PolicyError):
        load(path)

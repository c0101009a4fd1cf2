"""`policy diff` as an approver uses it: formats, exit codes, and what a change does to evidence."""

import json
from pathlib import Path

import pytest

from scanner.cli import main
from tests.factories import certificate, root

POLICY = """\
policy: mine
version: 1.0.0
title: Mine
owner: pki@example.com
defaults: {{ for: certificate }}
tests_as_of: 2026-10-01
rules:
  lifetime:
    title: Certificates are short-lived
    severity: high
    require: {{ lifetime: {{ at_most: {limit} }} }}
    because: Automation <b>must</b> be tried.
    fix: Renew more often.
    tests:
      - pass: {{ lifetime: 1d }}
      - fail: {{ lifetime: 5000d }}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for folder, limit in (("old", "90d"), ("new", "400d"), ("strict", "10d")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.yaml").write_text(POLICY.format(limit=limit))


def test_what_is_looser_is_printed_first_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    """An approver sees rule, title and both limits."""
    assert main(["policy", "diff", "old", "new"]) == 1
    out = capsys.readouterr().out
    assert (
        "loosened (1)\n  mine/lifetime  high  Certificates are short-lived\n    - lifetime: at most 400 d instead of 90 d\n"
        in out
    )
    assert out.endswith("rules: 1 loosened\n")


def test_the_same_is_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    """A file and the folder that holds it are the same."""
    assert main(["policy", "diff", "old", "old/mine.yaml"]) == 0
    assert capsys.readouterr().out.endswith("no difference: nothing is judged or said otherwise\n")


def test_evidence_tells_which_findings_come_and_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same evidence is judged by both; examples name place and message."""
    (tmp_path / "leaf.pem").write_bytes(certificate(issuer=root()).pem)
    assert main(["policy", "diff", "new", "strict", "--evidence", "leaf.pem", "--as-of", "2026-11-24"]) == 1
    out = capsys.readouterr().out
    assert "evidence: 1 asset, as of 2026-11-24; findings that fail the build: 0 → 1" in out
    assert "  mine/lifetime: adds 1, clears 0\n    adds   leaf.pem: " in out
    assert main(["policy", "diff", "strict", "new", "--evidence", "leaf.pem", "--as-of", "2026-11-24", "--format", "json"]) == 1
    [rule] = json.loads(capsys.readouterr().out)["evidence"]["rules"]
    assert (rule["adds"], rule["clears"], rule["cleared"][0]["place"]) == (0, 1, "leaf.pem")


def test_more_than_a_few_examples_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred findings are three and a number."""
    issuer = root()
    (tmp_path / "many.pem").write_bytes(
        b"".join(certificate(issuer=issuer, names=[f"h{one}.example.com"]).pem for one in range(5))
    )
    assert main(["policy", "diff", "new", "strict", "--evidence", "many.pem", "--as-of", "2026-11-24"]) == 1
    assert "    adds   2 more\n" in capsys.readouterr().out


def test_markdown_keeps_html_from_meaning_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A policy's text cannot write into a pull request's comment."""
    (tmp_path / "new" / "mine.yaml").write_text(
        POLICY.format(limit="90d").replace("Automation", "Ask @all [x](http://y). Automation")
    )
    assert main(["policy", "diff", "old", "new", "--format", "markdown"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("## Policy changes: rules: 1 texts changed; nothing is judged less strictly\n")
    assert "because: “Ask &#64;all \\[x\\](http://y). Automation \\<b\\>must\\</b\\> be tried.”" in out


def test_json_has_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine need not ask which keys there are."""
    assert main(["policy", "diff", "old", "strict", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["tightened"][0]["tighter"] == ["lifetime: at most 10 d instead of 90 d"]
    assert [found[name] for name in ("loosened", "removed", "disabled", "added", "texts_changed")] == [[]] * 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["old", "public-tl"], "nearest: 'public-tls'"),
        (["old", "new", "--as-of", "2026-01-01"], "give --evidence PATH too"),
        (["old", "new", "--evidence", "example.test:443"], "keep a scan"),
    ],
)
def test_what_cannot_be_compared_is_exit_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each tells what to do."""
    assert main(["policy", "diff", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_evidence_that_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken file is no silent «nothing changes»."""
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    main(["policy", "diff", "old", "new", "--evidence", "broken.pem"])
    assert "  ! broken.pem: " in capsys.readouterr().out

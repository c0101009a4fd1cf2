"""`policy list` and `show`: for people within the width of their terminal, for machines as JSON, redirected as YAML that loads."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

from scanner.cli import main
from scanner.rules.reader import find, load
from scanner.rules.reader.find import PolicyFile

HOSTILE = """\
policy: hostile
version: 1.0.0
title: "Title <script> \\u65e5\\u672c"
owner: pki@example.com
tests_as_of: 2026-06-01
sources: [{ id: d, doc: "A document [link](x)", edition: "1", confidence: secondary }]
params: { days: { default: 90d, at_most: 120d, doc: How long. } }
healthy: { certificate: { lifetime: 30d } }
rules:
  life:
    title: Short
    severity: high
    for: certificate
    enforce: [warn, { from: 2027-01-01, value: block }]
    require: { lifetime: { at_most: $days } }
    because: It is so.
    fix: Renew.
    source: { id: d, clause: "4.2", binding: mandatory }
    tests: [{ pass: {} }, { fail: { lifetime: 200d } }]
"""


class Terminal(io.StringIO):
    """Standard output that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, *words: str, columns: int = 80) -> str:
    """Run a command on a terminal, and return what it shows."""
    screen = Terminal()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(["policy", *words]) == 0
    return screen.getvalue()


def plain(text: str) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def test_every_shipped_policy_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """In order, with version, number of rules and title; a policy and its child stand beside each other."""
    assert main(["policy", "list"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if re.match(r"[a-z0-9.-]+ +\d+\.\d+\.\d+ +\d+  \S", line)]
    assert head.split() == ["policy", "version", "rules", "what", "it", "asks"]
    assert [line.split()[0] for line in rows] == list(find.shipped())
    assert any(line.strip() == "extends tls-endpoints" for line in lines)
    assert any(line.strip() == "advisory: never blocks" for line in lines)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("words", [["list"], ["show", "public-tls"], ["show", "ca-agility"]], ids=" ".join)
def test_lines_keep_to_the_terminal(columns: int, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than the terminal, and colour adds nothing but colour."""
    shown = on_terminal(monkeypatch, *words, columns=columns)
    assert "\x1b[1m" in shown
    assert max(map(len, plain(shown).splitlines())) <= columns


def test_colour_is_for_terminals_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Redirected there is none, and none where NO_COLOR asks for none."""
    assert main(["policy", "list"]) == 0
    assert "\x1b" not in capsys.readouterr().out
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["policy", "list"]) == 0
    assert "\x1b" not in screen.getvalue()


def test_the_list_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """The same facts with names that stay; what default brings in, directly or not, says so."""
    assert main(["policy", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = {one["id"]: one for one in found["policies"]}
    assert found["schema_version"] == 1
    assert set(rows["public-tls"]) == {"id", "version", "title", "owner", "advisory", "extends", "rules", "in_default"}
    assert rows["tls-endpoints-modern"]["extends"] == ["tls-endpoints"]
    assert {name for name, one in rows.items() if one["in_default"]} >= {"public-tls", "tls-endpoints", "pqc-readiness"}
    assert not rows["cnsa-2.0"]["in_default"]


def test_a_policy_is_shown_with_documents_parameters_and_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Head, sources with edition and confidence, parameters with bounds, rules by severity with enforcement and clause."""
    (tmp_path / "hostile.yaml").write_text(HOSTILE)
    shown = plain(on_terminal(monkeypatch, "show", str(tmp_path / "hostile.yaml")))
    assert shown.startswith("hostile 1.0.0 — Title <script> 日本\n")
    assert "  sources      d: A document [link](x) 1, from secondary sources\n" in shown
    assert "  params       days = 90d (at most 120d): How long.\n" in shown
    assert (
        "High (1)\n  ▲ hostile/life\n    Short\n    warn, block from 2027-01-01; d 4.2 (mandatory); from secondary sources\n"
        in shown
    )


def test_a_policy_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """Rules with limits by date, clause and enforcement, under names that stay."""
    assert main(["policy", "show", "public-tls", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["policies"]
    rule = next(one for one in found["rules"] if one["id"] == "public-tls/lifetime")
    assert rule["limits"][-1] == {"when": "from 2029-03-15", "limit": "47 d"}
    assert rule["enforce"] == [{"from": None, "mode": "block"}]
    assert rule["source"]["clause"] == "6.3.2"
    assert {"id", "version", "title", "sources", "params", "rules", "sha256"} <= set(found)


def test_redirected_it_is_a_file_that_loads(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As ever, `policy show NAME > FILE` writes the merged policy; --yaml does on a terminal, and --text for a pager."""
    assert main(["policy", "show", "pqc-readiness"]) == 0
    (policy,) = load.load([PolicyFile("pqc-readiness.yaml", capsys.readouterr().out.encode())])
    assert policy.id == "pqc-readiness"
    assert on_terminal(monkeypatch, "show", "pqc-readiness", "--yaml").splitlines()[0].startswith(("policy:", "#", "merged"))
    monkeypatch.undo()
    assert main(["policy", "show", "pqc-readiness", "--text"]) == 0
    assert capsys.readouterr().out.startswith("pqc-readiness 1.0.0 — ")

"""`policy lint` and `policy test` for people and pipelines: every fault of every file, false positives and negatives by name."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scanner.cli import main

POLICY = """\
policy: {name}
version: 1.0.0
title: One
owner: pki@example.com
defaults: {{ for: certificate }}
tests_as_of: 2026-10-01
rules:
  key:
    title: Keys are long
    severity: high
    require: {{ key.bits: {{ at_least: {limit} }} }}
    because: Short keys break.
    fix: Make a longer key.
    tests:
      - pass: {{ key.bits: 2048 }}
      - fail: {{ key.bits: 2047 }}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def write(folder: str = "p", **limits: object) -> None:
    """Write policies by name, each with its limit."""
    Path(folder).mkdir()
    for name, limit in limits.items():
        (Path(folder) / f"{name}.yaml").write_text(POLICY.format(name=name, limit=limit))


def test_false_positives_and_negatives_are_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with the value that was observed."""
    write(strict=4096, lax=1024)
    assert main(["policy", "test", "p"]) == 1
    strict, lax = "p/strict.yaml:15:9: strict/key", "p/lax.yaml:16:9: lax/key"
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"{lax}: false negative: expected fail, got pass; judged as of 2026-10-01; observed: key.bits 2047"
    assert out[1].startswith(f"{strict}: false positive: expected pass, got fail (key.bits is 2048, at least 4096); judged as of")
    assert out[2:] == ["2 rules with outcomes that no test shows; -v lists them", "4 tests of 2 policies: 2 failures"]


def test_outcomes_without_a_test_are_listed_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """What no test shows is named by rule."""
    write(one=2048)
    assert main(["policy", "test", "p", "-v"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "p/one.yaml:15:9: one/key: pass as expected",
        "p/one.yaml:16:9: one/key: fail as expected",
        "one/key: its tests do not exercise unknown, skip",
        "2 tests of 1 policy: all pass",
    ]


def test_a_policy_without_tests_is_not_said_to_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """It points to where the tests are."""
    assert main(["policy", "test", "default"]) == 0
    assert capsys.readouterr().out == (
        "0 tests of 1 policy: nothing was tested, for no rule of its own brings a test; "
        "those of what it extends: certgate policy test browser-roots tls-endpoints pqc-readiness\n"
    )


def test_annotations_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """GitHub ends a property at a comma or colon, and an annotation at a line's end."""
    write("a,b%", one=4096)
    assert main(["policy", "test", "a,b%", "--format", "github"]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith(
        "::error file=a%2Cb%25/one.yaml,line=15,col=9,title=false positive%3A one/key::false positive: expected"
    )
    write("q", one="2048d")
    assert main(["policy", "test", "q", "--format", "github"]) == 2
    assert capsys.readouterr().out.startswith("::error file=q/one.yaml,line=11,col=38,title=policy does not load::")
    assert main(["policy", "lint", "q", "--format", "github"]) == 2
    assert "'2048d' is not a whole number" in capsys.readouterr().out


def test_annotations_name_outcomes_without_a_test(capsys: pytest.CaptureFixture[str]) -> None:
    """As notices, where the author asks for them."""
    write(one=2048)
    assert main(["policy", "test", "p", "--format", "github", "-v"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "::notice file=p/one.yaml,line=8,col=3,title=outcomes without a test%3A one/key::its tests do not exercise unknown, skip"
    )


def test_junit_has_a_case_for_every_test(capsys: pytest.CaptureFixture[str]) -> None:
    """Failures by kind; a file that does not load is an error."""
    write(one=4096, two="many")
    assert main(["policy", "test", "p", "--format", "junit"]) == 2
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - written by certgate
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == {"line 15: pass", "line 16: fail", "loads"}
    failure, error = cases["line 15: pass"].find("failure"), cases["loads"].find("error")
    assert failure is not None
    assert failure.get("type") == "false positive"
    assert error is not None
    assert str(error.text).startswith("p/two.yaml:11:")


def test_json_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """A machine reads observed values and outcomes without a test."""
    write(one=4096)
    assert main(["policy", "test", "p", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["unexercised"]) == (False, {"one/key": ["unknown", "skip"]})
    assert [(test["ok"], test["error"], test["observed"]) for test in found["tests"]] == [
        (False, "false positive", {"key.bits": 2048}),
        (True, "", {"key.bits": 2047}),
    ]


def test_lint_lists_the_faults_of_every_file_together(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that does not load hides nothing of another, failing tests included."""
    write(one="many", two="2048d", three=4096)
    assert main(["policy", "lint", "p"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in err[:-2]] == ["p/one.yaml:11:38", "p/three.yaml:15:9", "p/two.yaml:11:38"]
    assert err[-2:] == ["certgate: 3 faults; nothing was evaluated", "certgate: exit 2"]
    assert main(["policy", "lint", "p", "--format", "json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["policies"], len(found["faults"])) == (False, 1, 3)


def test_two_policies_of_a_folder_may_restate_the_same_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is checked for itself; only a run that uses both cannot have both."""
    Path("p").mkdir()
    for name, severity in (("one", "high"), ("two", "critical")):
        text = f"policy: {name}\nversion: 1.0.0\ntitle: T\nowner: o\nextends: public-tls\nrules:\n"
        (Path("p") / f"{name}.yaml").write_text(f"{text}  public-tls/serial: {{ severity: {severity} }}\n")
    assert main(["policy", "lint", "p"]) == 0
    assert capsys.readouterr().out.startswith("2 policies, ")


def test_a_name_that_is_no_policy_gives_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake is told at once."""
    for command in ("lint", "test", "show"):
        assert main(["policy", command, "pubic-tls"]) == 2
        assert "nearest: 'public-tls'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["lint", "test"])
@pytest.mark.parametrize("form", ["text", "github"])
def test_the_name_of_a_file_writes_no_line_and_no_colour(command: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A pull request chooses the names of files; a line that begins with `::` is a command to the pipeline."""
    Path("p").mkdir()
    Path("p/a\x1b[31m\n::add-mask::x\u202e.yaml").write_text(POLICY.format(name="a", limit=2048), encoding="utf-8")
    assert main(["policy", command, "p", "--format", form]) == 2
    out, err = capsys.readouterr()
    assert "<U+001B>[31m" in out + err
    assert not {"\x1b", "\u202e"} & set(out + err)
    assert not any(line.startswith("::add-mask") for line in (out + err).splitlines())


def test_what_does_not_load_is_not_said_to_pass(capsys: pytest.CaptureFixture[str]) -> None:
    write(bad="many")
    assert main(["policy", "test", "p", "--format", "github"]) == 2
    assert capsys.readouterr().out.endswith("0 tests of 0 policies: none ran; 1 fault in policies that do not load\n")

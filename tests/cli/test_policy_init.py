"""`policy init` writes what loads, passes its own tests and overwrites nothing."""

from pathlib import Path

import pytest

from scanner.cli import main
from scanner.rules.reader import find


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def test_a_starter_passes_lint_and_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first thing an author sees is a policy that works, and shows every outcome."""
    assert main(["policy", "init", "acme"]) == 0
    text = (tmp_path / "acme.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=policy.schema.json\n")
    assert (tmp_path / "policy.schema.json").read_text().startswith("{")
    capsys.readouterr()
    assert main(["policy", "lint", "acme.yaml"]) == 0
    assert main(["policy", "test", "acme.yaml"]) == 0
    assert capsys.readouterr().out == "1 policy, 3 rules: no fault\n15 tests of 1 policy: all pass\n"


@pytest.mark.parametrize("parent", find.shipped())
def test_a_starter_builds_on_any_shipped_policy(parent: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It restates one rule more strictly, so that nothing needs a reason, and adds one."""
    assert main(["policy", "init", "acme", "--extends", parent]) == 0
    assert main(["policy", "lint", "acme.yaml"]) == 0
    assert main(["policy", "test", "acme.yaml"]) == 0
    capsys.readouterr()
    assert main(["policy", "diff", parent, "acme.yaml"]) == 1
    out = capsys.readouterr().out
    assert "tightened (1)" in out
    assert "added (1)\n  acme/owner" in out
    assert out.endswith("nothing is judged less strictly\n")


def test_it_builds_on_a_policy_beside_it(tmp_path: Path) -> None:
    """A company's own policies extend each other."""
    assert main(["policy", "init", "-o", "base.yaml"]) == 0
    assert main(["policy", "init", "team", "--extends", "base", "--extends", "approved-cas"]) == 0
    assert "extends: [base, approved-cas]" in (tmp_path / "team.yaml").read_text()
    assert main(["policy", "test", "team.yaml"]) == 0


def test_nothing_is_overwritten_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An author's work is safe."""
    (tmp_path / "acme.yaml").write_text("mine")
    assert main(["policy", "init", "acme"]) == 2
    assert (tmp_path / "acme.yaml").read_text() == "mine"
    assert "acme.yaml is there already; --force overwrites it" in capsys.readouterr().err
    assert main(["policy", "init", "acme", "--force"]) == 0
    assert (tmp_path / "acme.yaml").read_text() != "mine"


def test_it_goes_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written then."""
    assert main(["policy", "init", "acme", "-o", "-"]) == 0
    assert "\npolicy: acme " in capsys.readouterr().out
    assert [one.name for one in tmp_path.iterdir()] == [".git"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["My Policy"], "nearest: 'my-policy'"),
        (["public-tls"], "certgate policy init my-public-tls --extends public-tls"),
        (["a", "-o", "b.yaml"], "the file must be called like the policy: a.yaml"),
        (["a", "--extends", "pubic-tls"], "nearest: 'public-tls'"),
        (["a", "-o", "nowhere/a.yaml"], "nowhere/a.yaml: No such file or directory"),
    ],
)
def test_what_cannot_be_is_exit_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each tells what to do."""
    assert main(["policy", "init", *arguments]) == 2
    assert says in capsys.readouterr().err

"""The table of findings about the run is what the code says and what reports explain."""

import ast
import re
from pathlib import Path

import pytest

from reports._parts import own
from scanner import run_findings
from scanner.cli._main import run as main
from scanner.model import Severity, Spot

ROOT = Path(__file__).parents[1]
SPELT = re.compile(r'"(certgate/[a-z-]+)"')


def test_no_code_is_said_that_the_table_does_not_hold() -> None:
    """Whatever the scanner spells out, and whatever reports explain, stands in the table."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "scanner").rglob("*.py")]
    spelt = {code for text in texts for code in SPELT.findall(text)}
    assert spelt <= set(run_findings.ALL)
    assert set(own.WORDS) <= set(run_findings.ALL)


def test_a_problem_is_as_bad_as_the_table_says() -> None:
    """Severity, id and incompleteness of a problem come from its line of the table."""
    gone = run_findings.UNREACHABLE.problem("a.example:443: no answer", Spot("hosts.txt", 3))
    assert (gone.code, gone.severity, gone.incomplete) == ("certgate/unreachable", Severity.HIGH, True)
    other = run_findings.POLICY_STALE.problem("old", Spot("p.yaml"))
    assert (other.code, other.severity, other.incomplete) == ("certgate/policy-stale", Severity.LOW, False)


@pytest.mark.parametrize("name", list(run_findings.ALL))
def test_each_is_on_the_page_and_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The page and `certgate explain` say when, why and what to do."""
    found = run_findings.ALL[name]
    assert main(["explain", name]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert all(" ".join(text.split()) in said for text in (found.title, found.when, found.because, found.fix, found.effects()))
    page = (ROOT / "docs" / "run-findings.md").read_text(encoding="utf-8")
    assert f"## `{name}`\n\n**{found.title}.** {found.because}\n\n- When: {found.when}\n" in page


def test_only_findings_of_the_table_make_a_run_incomplete() -> None:
    """So that whatever does is explained, and is a result in SARIF; a stored result repeats what was said once."""
    made = {
        path.name
        for path in (ROOT / "scanner").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Problem"
        if len(call.args) > 4 or any(one.arg == "incomplete" for one in call.keywords)
    }
    assert made == {"run_findings.py", "problem_rows.py"}

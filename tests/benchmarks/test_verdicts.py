"""The verdict on what a benchmark printed, and the command that runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.verdicts import Judge, verdict

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("line", "met"),
    [
        ("to table / plain read, wall clock 0.77 s: 2.71 (at most 3)", True),
        ("to table / plain read, wall clock 0.97 s: 3.01 (at most 3)", False),
        ("outcomes counted / by hand: 1.50 (at most 1.5)", True),
        ("DER to table: the plain loop takes 5.21 times as long (at least 5.0); 30 and 160 µs a certificate", True),
        ("DER to table: the plain loop takes 4.99 times as long (at least 5.0); 30 and 160 µs a certificate", False),
        ("37 rules over 1,000,000 certificates, made in columns; by hand 1.13 s", None),
    ],
)
def test_a_ratio_is_held_to_the_limit_behind_it(line: str, *, met: bool | None) -> None:
    """A limit itself is met; a line without one has no verdict."""
    assert verdict(line) is met


def test_lines_are_handed_on_with_their_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """Text that comes in pieces is judged once its line is whole."""
    judge = Judge()
    judge.write("a / b: 2.0")
    judge.write("0 (at most 1)\nno ratio\n")
    assert capsys.readouterr().out == "a / b: 2.00 (at most 1) · MISSED\nno ratio\n"
    assert judge.judged == [(False, "a / b: 2.00 (at most 1)")]


def test_help_says_what_each_benchmark_measures() -> None:
    """Every program that measures is named with its purpose."""
    shown = _run("--help")
    assert shown.returncode == 0
    for path in (ROOT / "benchmarks").glob("*.py"):
        if "\ndef main(" in path.read_text(encoding="utf-8") and path.stem != "__main__":
            assert f"  {path.stem} " in shown.stdout


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    """Nothing is measured then."""
    shown = _run("evalute")
    assert shown.returncode == 2
    assert "no benchmark is called 'evalute'; there are decode, evaluate, groups, inventory" in shown.stderr


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

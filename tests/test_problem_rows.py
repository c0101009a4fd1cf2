"""Problems as rows, and what a stored result hands on of them to a run that takes it as evidence."""

from typing import Any

import polars as pl
import pytest

from scanner import problem_rows, run_findings
from scanner.collect import Collected
from scanner.model import PROBLEMS, Problem, Severity, Spot

SPOT = Spot("a.csv", 3, 1, "/rows/2")
BROKEN = run_findings.UNREADABLE_INPUT.problem("a row is too short", SPOT)
NOTE = Problem(Severity.LOW, "undecoded-field", "no such day", SPOT)


def carried(*problems: Problem, **changed: Any) -> list[Problem]:
    """Store problems, change columns as somebody else might, and take them out of the result `r`."""
    stored = problem_rows.rows(problems).with_columns(
        pl.lit(value, PROBLEMS[name]).alias(name) for name, value in changed.items()
    )
    return list(problem_rows.carried(stored, "r"))


@pytest.mark.parametrize("problem", [BROKEN, NOTE])
def test_what_a_result_tells_of_its_evidence_is_handed_on(problem: Problem) -> None:
    """With its code, severity, place and weight; the words say whose they are."""
    (told,) = carried(problem)
    assert told.message == f"in the result r: {problem.message}"
    assert (told.code, told.severity, told.spot, told.incomplete) == (
        problem.code,
        problem.severity,
        problem.spot,
        problem.incomplete,
    )


@pytest.mark.parametrize("one", run_findings.ALL.values(), ids=lambda one: one.id)
def test_what_makes_a_run_incomplete_is_high(one: run_findings.RunFinding) -> None:
    """By its severity a stored problem is known again; what lapses or is refused is a finding, not a problem."""
    if one.incomplete:
        assert one.severity is Severity.HIGH


@pytest.mark.parametrize(
    "code",
    [
        "certgate/nothing-matched",
        "certgate/exception-lapsed",
        "certgate/policy-stale",
        "certgate/evidence-after-as-of",
        "where-unknown",
    ],
)
def test_what_is_judged_anew_is_not_handed_on(code: str) -> None:
    """It told of a judgement, and this run makes its own."""
    assert carried(BROKEN, code=code) == []


def test_what_was_handed_on_before_says_once_from_where() -> None:
    """A result of a result keeps the words of the first."""
    (first,) = carried(BROKEN)
    assert carried(first) == [first]


@pytest.mark.parametrize(
    ("changed", "incomplete"),
    [
        ({"severity": "terrible"}, True),
        ({"severity": None}, True),
        ({"code": None, "message": None, "uri": None, "line": -1, "column": 0}, True),
        ({"code": "certgate/of-tomorrow"}, True),
        ({"code": "a-note", "severity": "info"}, False),
    ],
)
def test_a_result_from_elsewhere_never_looks_better_than_it_says(changed: dict[str, Any], incomplete: bool) -> None:  # noqa: FBT001
    """Words that nobody knows are taken for the worse, and lines that no file has are left out."""
    (told,) = carried(BROKEN, **changed)
    assert told.incomplete is incomplete
    assert isinstance(told.spot.uri, str)
    assert told.spot.line in {3, None}


def test_what_this_run_finds_itself_is_not_doubled() -> None:
    """Two results that tell the same, and a file that is read again beside them."""
    twice = Collected(told=[*carried(BROKEN), *carried(BROKEN), *carried(NOTE)])
    assert twice.told_beside() == [*carried(BROKEN), *carried(NOTE)]
    again = Collected(problems=[run_findings.UNREADABLE_INPUT.problem("now it is too long", SPOT)], told=carried(BROKEN))
    assert again.told_beside() == []
    assert Collected(told=carried(NOTE)).told_beside([NOTE]) == []

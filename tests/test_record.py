"""Records behave as frozen, slotted dataclasses do: the library is the oracle."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from scanner.record import record


def body(made: Callable[[type], type]) -> Any:
    """Make one class in one of the two ways."""

    class Spot:
        """Where something is."""

        path: str
        line: int = 1
        mark: str = field(default="", compare=False)
        seen: list[str] = field(default_factory=list, compare=False, repr=False)

    return made(Spot)


OURS, THEIRS = body(record), body(dataclass(frozen=True, slots=True))


@record
class Place:
    """A record that can be pickled."""

    path: str


@record
class Other:
    """A record with the same fields, which is none the less another."""

    path: str


@pytest.mark.parametrize("made", [OURS, THEIRS], ids=["ours", "theirs"])
def test_records_with_equal_fields_are_equal(made: Any) -> None:
    """Fields that are not compared do not count, in equality and in hashes."""
    one = made("a.yaml", 2, "here")
    assert one == made("a.yaml", 2, "there")
    assert hash(one) == hash(made("a.yaml", 2, "there"))
    assert one != made("a.yaml", 3, "here")
    assert one != ("a.yaml", 2)


def test_records_of_two_classes_differ() -> None:
    """A class says what its fields mean."""
    assert len({Place("a.yaml"), Other("a.yaml"), Place("a.yaml")}) == 2


def test_a_record_is_shown_as_a_dataclass_is() -> None:
    """Fields that are not to be shown are left out."""
    assert repr(OURS("a.yaml", mark="here")) == repr(THEIRS("a.yaml", mark="here"))


def test_the_library_knows_the_fields_of_a_record() -> None:
    """Copies with changes, and what goes through fields or matches them, work as with any dataclass."""
    assert [one.name for one in fields(OURS)] == [one.name for one in fields(THEIRS)]
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert replace(OURS("a.yaml", 2), line=3) == OURS("a.yaml", 3)
    assert OURS("a.yaml").seen is not OURS("a.yaml").seen


def test_a_record_has_no_other_attributes() -> None:
    """A misspelt name is an error."""
    with pytest.raises(AttributeError):
        OURS("a.yaml").lines = 2


def test_a_record_goes_to_another_process() -> None:
    """Copies and pickles are equal."""
    one = Place("a.yaml")
    assert pickle.loads(pickle.dumps(one)) == one == copy.copy(one)  # noqa: S301 - its own bytes


def test_frozen_classes_are_records() -> None:
    """One that is a dataclass costs every start four times as much; what keeps values it computed has no slots, and is none."""
    root = Path(__file__).parents[1]
    slow = [
        path.relative_to(root).as_posix()
        for folder in ("scanner", "reports")
        for path in (root / folder).rglob("*.py")
        if "\n@dataclass(frozen=True, slots=True" in path.read_text(encoding="utf-8")
    ]
    assert not slow

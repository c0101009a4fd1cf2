"""Tests of rules: typed with the policy that a user brings, and when somebody asks with those that are shipped."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scanner.cli import main
from scanner.errors import PolicyError
from scanner.model import Exit
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import examples, find, load
from scanner.rules.reader.find import SHIPPED, PolicyFile
from tests.rules.test_refusals import GOOD

RULE = GOOD[GOOD.index("  key:") :].replace("pass: { key.bits: 2048 }", "pass: { key.bits: long }")
WRONG = GOOD[: GOOD.index("  key:")] + RULE + RULE.replace("key:", "other:", 1)
FAULTS = [f"{SHIPPED}p.yaml:{line}:27: 'long' is not a whole number, which key.bits is" for line in (19, 29)]
FILE = PolicyFile(f"{SHIPPED}p.yaml", WRONG.encode(), proven=True)


@pytest.mark.parametrize("name", find.shipped())
def test_shipped_tests_are_what_they_would_be_if_typed_at_once(name: str) -> None:
    """Waiting changes nothing."""
    waiting, typed = _loaded(name, proven=True), _loaded(name, proven=False)
    assert [list(rule.tests) for rule in waiting.rules] == [list(rule.tests) for rule in typed.rules]


def _loaded(name: str, *, proven: bool) -> Policy:
    (policy,) = load.load([replace(file, proven=proven) for file in find.find(name)])
    return policy


def test_a_shipped_policy_loads_without_its_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a check does not need is not read."""
    monkeypatch.setattr(examples, "_typed", _never)
    assert load.load(find.find("default"))[0].rules


def _never(*_: object) -> Iterator[object]:
    raise AssertionError("nobody asked")


def test_wrong_tests_are_refused_with_the_policy_that_a_user_brings() -> None:
    """Nothing is judged by a policy whose tests say nothing."""
    with pytest.raises(PolicyError, match="is not a whole number"):
        load.load([replace(FILE, proven=False)])


def test_wrong_tests_of_a_shipped_policy_are_refused_where_they_are_asked_for() -> None:
    """They are never taken for none."""
    (policy,) = load.load([FILE])
    with pytest.raises(PolicyError) as caught:
        list(policy.rules[0].tests)
    assert [str(fault) for fault in caught.value.faults] == FAULTS[:1]


@pytest.mark.parametrize("verb", ["lint", "test"])
def test_lint_and_test_take_nothing_as_proven(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are what proves the policies that ship."""
    monkeypatch.setattr(find, "find", lambda _: [FILE])
    assert main(["policy", verb, "p"]) == Exit.USAGE
    said = capsys.readouterr()
    assert all(fault in said.out + said.err for fault in FAULTS)

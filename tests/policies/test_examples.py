"""Every shipped rule passes something and fails something, judged from the file to the finding; an unapplied rule is told."""

from collections import Counter

import pytest

from tests.policies import examples, examples_pages, witnesses


def test_every_shipped_rule_has_its_two_examples() -> None:
    """One that passes and one that fails, and nothing stands here for a rule that is not shipped."""
    assert {rule: set(both) for rule, both in examples.listed().items()} == {rule: {"pass", "fail"} for rule in witnesses.rules()}


@pytest.mark.parametrize("policy", witnesses.SHIPPED)
def test_each_example_comes_out_as_it_says(policy: str) -> None:
    """The importers, the chain, the clock and the rule say pass or fail, and of nothing else."""
    own = {rule: both for rule, both in examples.listed().items() if rule.startswith(f"{policy}/")}
    assert own
    found = {(rule, said): examples.outcome(rule, one) for rule, both in own.items() for said, one in both.items()}
    assert found == {(rule, said): said for rule, both in own.items() for said in both}


def test_real_evidence_goes_first() -> None:
    """What the corpus can tell is told by the corpus: at least a third of all examples."""
    kinds = Counter(one.of.partition(":")[0] in {"made", "row"} for both in examples.listed().values() for one in both.values())
    assert kinds[False] > sum(kinds.values()) / 3


def test_an_example_of_something_else_is_found() -> None:
    """What passes a rule is no example of its failure, and what it does not concern is neither."""
    passing = examples.listed()["public-tls/san"]["pass"]
    assert examples.outcome("public-tls/san", passing) == "pass"
    assert examples.outcome("public-tls/ca-key", passing) == "skip"


def test_the_page_is_what_comes_out() -> None:
    """docs/rules-and-examples.md is written anew by `python -m tests.policies.examples --write`."""
    assert examples_pages.PAGE.read_text(encoding="utf-8") == examples_pages.page()

import pytest

from scanner.errors import PolicyError
from scanner.rules.language.operators import OPERATORS
from scanner.rules.reader import load
from scanner.rules.said.operator_pages import EXAMPLES, NULLS, facts, operators_of, render
from scanner.tables import DURATION, INSTANT, TEXT, many


def test_every_operator_has_an_example_and_none_is_left_over() -> None:
    """An operator without one would have a page that says nothing."""
    assert set(EXAMPLES) == set(OPERATORS)
    assert set(NULLS) <= set(OPERATORS)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"in_list"}))
def test_examples_are_read_by_the_loader(name: str) -> None:
    """What the page shows can be copied; it uses the operator that it explains."""
    assert f"{name}:" in EXAMPLES[name]
    assert set(load.predicate(EXAMPLES[name], ("certificate",))) == {"certificate"}


def test_the_example_of_a_list_wants_its_list() -> None:
    """Outside a policy there is none, and nothing else is wrong with it."""
    with pytest.raises(PolicyError, match="'approved_cas' is no list of this policy"):
        load.predicate(EXAMPLES["in_list"], ("certificate",))


def test_operators_are_told_by_type() -> None:
    """Durations have no `before`, instants no `at_least`, lists no `is`."""
    assert "at_most" in operators_of(DURATION)
    assert "before" not in operators_of(DURATION)
    assert "at_least" not in operators_of(INSTANT)
    assert "is" not in operators_of(many(TEXT))


def test_the_page_says_all_that_is_known() -> None:
    """Each operator has its section with every fact."""
    page = render()
    for operator in OPERATORS.values():
        section = page.split(f"## `{operator.name}`\n", 1)[1].split("\n## ", 1)[0]
        assert all(f"**{label}**" in section for label, _ in facts(operator))

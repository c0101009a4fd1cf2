"""Rules and the lints of others agree on every certificate, or a clause says why not."""

import pytest

from tests.policies import agreement, agreement_pages, witnesses
from tests.policies.agreement import Pair

PAIRS = agreement.pairs()


def test_all_certificates_are_judged() -> None:
    """The whole corpus, and what was made because it lacks it."""
    made = [name for name in witnesses.certificates() if name.startswith("made:")]
    assert len(witnesses.certificates()) - len(made) == 231
    assert witnesses.facts().height == len(witnesses.certificates())


def test_no_difference_is_unexplained() -> None:
    """Every difference has its clause, every explanation fits as many certificates as it says, and both sides pass and fail."""
    assert [fault for one in agreement.outcomes() for fault in one.faults] == []


def test_what_is_undecided_is_unknown_to_our_reader() -> None:
    """Who is excused is unknown indeed, by one rule or another."""
    assert {name for one in agreement.outcomes() for name in one.undecided} == set(agreement.undecided())


def test_an_unexplained_difference_is_found() -> None:
    """A rule beside a lint that asks something else is not passed over, nor an explanation that fits nothing."""
    wrong = Pair("public-tls/san", "pkilint-tls", ("pkix.certificate_version_is_not_v3",))
    (found,) = agreement.judge([wrong])
    assert any("we say fail, they say pass" in fault for fault in found.faults)
    idle = agreement.Difference("pass", "fail", 1, "Nothing.", "none", where={"version": 7})
    (found,) = agreement.judge([Pair("public-tls/version", "pkilint-tls", wrong.lints, (idle,))])
    assert [fault.partition(": ")[2] for fault in found.faults] == ["explanation of 1 certificates fits 0: Nothing."]


def test_a_finding_where_a_lint_should_not_look_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file says of zlint's scope is held against every finding that was recorded."""
    monkeypatch.setattr(agreement, "_looked_at", lambda **_: set())
    agreement._zlint.cache_clear()
    with pytest.raises(ValueError, match="at which it should not look"):
        agreement.theirs("zlint", ["e_ext_san_missing"])
    agreement._zlint.cache_clear()


def test_a_pair_asks_a_rule_and_lints_that_there_are() -> None:
    """Every lint looked at some certificate, and no pair stands twice."""
    assert [str(one.pair) for one in agreement.outcomes() if not one.both["pass"] + one.both["fail"]] == []
    idle = [(pair.judge, lint) for pair in PAIRS for lint in pair.lints if not agreement.theirs(pair.judge, [lint])]
    assert idle == []
    assert len({(pair.rule, pair.judge, pair.lints) for pair in PAIRS}) == len(PAIRS)


def test_the_page_is_what_comes_out() -> None:
    """docs/rules-and-lints.md is written anew by `python -m tests.policies.agreement --write`."""
    assert agreement_pages.PAGE.read_text(encoding="utf-8") == agreement_pages.page()

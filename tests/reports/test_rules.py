"""What a report says of a rule: its source by clause, what it asks, and how far both can be trusted."""

from dataclasses import replace

import pytest

from reports._parts import rules
from reports.view import build
from tests.reports.factory import report
from tests.reports.quarrel import CNSA


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({}, ""),
        ({"doc": "RFC 9110, HTTP Semantics", "edition": "June 2022", "clause": "4.3.4", "binding": "mandatory"}, "RFC 9110, HTTP Semantics, June 2022, clause 4.3.4, mandatory"),
        ({"doc": "BRs", "edition": "2.2.6", "clause": "7.1.2.1, 7.1.2.6"}, "BRs, 2.2.6, clauses 7.1.2.1 and 7.1.2.6"),
        ({"doc": "CVE records", "edition": "as published", "clause": "CVE-2014-0160"}, "CVE records, as published, CVE-2014-0160"),
        ({"doc": "A roadmap", "binding": "recommended"}, "A roadmap, recommended"),
    ],
)  # fmt: skip
def test_a_source_is_cited_by_clause_and_force(source: dict[str, str], said: str) -> None:
    """Numbers are clauses, a heading or the name of a setting stands as it is."""
    assert rules.cited(source) == said


def test_what_is_known_second_hand_says_so() -> None:
    """Only where the source says it."""
    assert rules.confidence(CNSA) == "Known from secondary sources, so it warns until checked."
    assert rules.confidence({"doc": "BRs"}) == ""


def test_what_a_rule_asks_ends_at_a_whole_phrase() -> None:
    """A short demand stands whole; of a long one its beginning, and where the rest is."""
    rule, *_ = report().rules
    assert rules.asked(replace(rule, limit="at least 2048")) == "at least 2048"
    long = rules.asked(replace(rule, limit=" or ".join(f"key.curve is P-{number}" for number in range(100, 130))[:299] + "…"))
    assert len(long) < 270
    assert long.endswith(f" … The policy {rule.policy} has all of it.")
    assert long.split(" … ")[0].endswith(("P-107", "P-108", "P-109", "P-110"))


def test_affected_assets_are_counted_in_words() -> None:
    """So many certificates, not a sign for times."""
    assert all("×" not in card.affected for card in build(report()).cards)
    assert any(card.affected.startswith(f"{card.open} certificates") for card in build(report()).cards)

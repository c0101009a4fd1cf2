"""Explaining a finding: clock, step, evidence, clause, and a command that shows it without us."""

from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.model import Outcome
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load
from scanner.rules.said.explanation import Explanation, explain

RULES: dict[str, Rule] = {rule.id: rule for rule in load.load(find.find("default"))[0].rules}
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)


def explained(rule_id: str, row: dict[str, Any], kind: str = "certificate", uri: str = "") -> Explanation:
    """Explain a failure."""
    return explain(RULES[rule_id], kind, {"_decoded": True, **row}, Outcome.FAIL, (), AS_OF, uri)


LONG = {"lifetime": timedelta(days=398), "not_before": datetime(2026, 4, 2, tzinfo=UTC), "trust": "public"}


def test_clock_and_step_are_told() -> None:
    """Which date chose the limit, and all limits by date."""
    found = explained("public-tls/lifetime", LONG)
    assert found.clock == "not_before 2026-04-02 picks the step from 2026-03-15: 200 d"
    assert found.schedule[0] == ("before 2020-09-01", "825 d")
    assert found.schedule[-1] == ("from 2029-03-15", "47 d")


def test_a_rule_without_steps_has_no_clock() -> None:
    """Nothing is said of time where time decides nothing."""
    found = explained("public-tls/version", {"version": 1})
    assert (found.clock, found.schedule) == ("", ())


def test_evidence_is_in_words() -> None:
    """Every field that the rule read, with what is missing said."""
    row = LONG | {"usage": ["tls-server"], "is_ca": False, "expired": None}
    found = explain(RULES["public-tls/lifetime"], "certificate", row, Outcome.UNKNOWN, ["expired"], AS_OF)
    assert found.evidence["lifetime"] == "398 d"
    assert found.evidence["usage"] == "tls-server"
    assert found.evidence["expired"] == "not known"


def test_the_clause_is_cited_with_edition_and_date() -> None:
    """A reader can look it up in the document that we read."""
    found = explained("public-tls/lifetime", LONG)
    assert found.clause == "CA/Browser Forum TLS Baseline Requirements 2.2.6, 6.3.2, mandatory, checked 2026-11-23"


def test_a_finding_brings_its_command() -> None:
    """The place of the asset goes into the command that shows it."""
    assert explained("public-tls/lifetime", LONG, uri="certs/a.pem").command == "openssl x509 -in certs/a.pem -noout -dates"

"""The lifetime limits of public-tls are those of the Baseline Requirements, second by second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanner.rules import proof
from scanner.rules.language.syntax import Policy, Row
from scanner.rules.reader import find, load

(POLICY,) = load.load(find.find("public-tls"))
SECOND = timedelta(seconds=1)
STEPS = [
    (datetime(2020, 9, 1, tzinfo=UTC), 825, 398),
    (datetime(2026, 3, 15, tzinfo=UTC), 398, 200),
    (datetime(2027, 3, 15, tzinfo=UTC), 200, 100),
    (datetime(2029, 3, 15, tzinfo=UTC), 100, 47),
]
"""BR 6.3.2: the first second of a limit, the limit before it, and it, in days of 86,400 seconds."""


def outcome(issued: datetime, seconds: int) -> str:
    """Judge the healthy certificate with another validity by the lifetime rule alone."""
    healthy = POLICY.healthy["certificate"]
    facts = dict(healthy.facts) | {
        "not_before": issued,
        "lifetime": timedelta(seconds=seconds),
        "not_after": issued + timedelta(seconds=seconds - 1),
    }
    rules = tuple(replace(rule, tests=()) for rule in POLICY.rules if rule.id == "public-tls/lifetime")
    policy: Policy = replace(POLICY, rules=rules, healthy={"certificate": Row("certificate", facts)})
    (result,) = proof.run(policy)
    return str(result.got)


@pytest.mark.parametrize(("start", "before", "after"), STEPS)
def test_a_limit_begins_at_midnight_and_allows_its_days_exactly(start: datetime, before: int, after: int) -> None:
    """Until the second before the step the old limit holds, then the new one, each to its last second and no further."""
    assert outcome(start - SECOND, before * 86400) == "pass"
    assert outcome(start - SECOND, before * 86400 + 1) == "fail"
    assert outcome(start, after * 86400) == "pass"
    assert outcome(start, after * 86400 + 1) == "fail"


def test_there_is_no_step_in_2028() -> None:
    """100 days hold through March 2028."""
    assert outcome(datetime(2028, 3, 15, tzinfo=UTC), 100 * 86400) == "pass"

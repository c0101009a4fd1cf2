from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.inventory.clock import COMPUTED, with_time

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
END = START + 90 * DAY - SECOND


def timed(as_of: datetime, **facts: Any) -> dict[str, Any]:
    """Add the time facts to one certificate."""
    return with_time(tables.frame("certificate", [facts]), "certificate", as_of).row(0, named=True)


def test_every_time_fact_of_the_registry_is_computed() -> None:
    """A time fact without a computation, or one that nobody declares, is a mistake; an endpoint has those of its leaf."""
    declared = {kind: {name for name, fact in facts.items() if fact.time} for kind, facts in tables.FACTS.items()}
    assert declared["certificate"] == set(COMPUTED)
    assert declared["endpoint"] == {f"certificate.{name}" for name in COMPUTED}


@pytest.mark.parametrize(("as_of", "expired"), [(END, False), (END + SECOND, True), (START, False)])
def test_a_certificate_expires_after_its_last_second(as_of: datetime, expired: bool) -> None:  # noqa: FBT001 - a case
    """NotAfter itself still belongs to the validity (BR 1.6.1)."""
    assert timed(as_of, not_after=END)["expired"] is expired


@pytest.mark.parametrize(("as_of", "early"), [(START, False), (START - SECOND, True)])
def test_a_certificate_is_valid_from_its_first_second(as_of: datetime, early: bool) -> None:  # noqa: FBT001 - a case
    """At notBefore the certificate is valid."""
    assert timed(as_of, not_before=START)["not_yet_valid"] is early


def test_durations_run_to_the_end_and_from_the_start() -> None:
    """What remains may be negative, and so may the age."""
    facts = timed(END + DAY, not_before=START, not_after=END)
    assert facts["remaining"] == -DAY
    assert facts["age"] == 91 * DAY - SECOND
    assert timed(START - DAY, not_before=START)["age"] == -DAY


def test_the_elapsed_share_is_exact_against_a_percentage() -> None:
    """Sixty percent of a lifetime is 60 %, not a little less."""
    for days in range(1, 400):
        end = START + timedelta(days=days) - SECOND
        assert timed(START + timedelta(days=days) * 3 / 5, not_before=START, not_after=end)["elapsed_share"] == 0.6


@pytest.mark.parametrize("end", [START - SECOND, START - 90 * DAY])
def test_no_lifetime_has_no_share(end: datetime) -> None:
    """Where notAfter lies before notBefore there is neither infinity nor NaN, but nothing."""
    assert timed(START, not_before=START, not_after=end)["elapsed_share"] is None


def test_the_last_year_of_the_calendar_is_no_trouble() -> None:
    """RFC 5280's «no well-defined expiration» leaves almost eight thousand years."""
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    facts = timed(START, not_before=START, not_after=end)
    assert (facts["remaining"], facts["expired"]) == (end - START, False)


def test_without_instants_there_are_no_time_facts() -> None:
    """What follows from an unknown instant is null."""
    facts = timed(START)
    assert [facts[name] for name in COMPUTED] == [None] * len(COMPUTED)


def test_a_stated_fact_wins() -> None:
    """A row that says it has expired has expired, and one that does not say is computed."""
    rows = [{"expired": True, "not_after": END}, {"not_after": END}]
    frame = pl.DataFrame(rows, schema={"expired": pl.Boolean(), "not_after": tables.INSTANT.dtype})
    assert with_time(frame, "certificate", START)["expired"].to_list() == [True, False]


@pytest.mark.parametrize("mark", [tables.UNKNOWN, tables.ABSENT])
def test_a_fact_said_to_be_unknown_or_absent_stays_so(mark: str) -> None:
    """A test of a policy may take a time fact away though its instants are known."""
    assert timed(START, not_after=END, **{mark: ["expired"]})["expired"] is None


def test_another_time_zone_is_the_same_instant() -> None:
    """As_of may be given with any offset."""
    there = datetime.fromisoformat("2026-04-01T01:59:59+02:00")
    assert timed(there, not_after=END)["remaining"] == timedelta()


def test_an_instant_without_zone_is_refused() -> None:
    """Local time would make the same evidence give different results."""
    with pytest.raises(ValueError, match="aware"):
        timed(datetime(2026, 1, 1))  # noqa: DTZ001 - it is what is refused


def test_an_empty_table_gets_the_columns() -> None:
    """Every column is there with its declared type, even without rows."""
    frame = with_time(tables.empty("certificate"), "certificate", START)
    assert {name: frame.schema[name] for name in COMPUTED} == {
        name: tables.FACTS["certificate"][name].type.dtype for name in COMPUTED
    }

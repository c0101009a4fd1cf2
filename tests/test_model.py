import polars as pl
import pytest

from scanner.model import FINDINGS, GAPS
from tests.reports import factory


def test_a_group_that_fails_is_the_worst_of_its_members() -> None:
    """Nobody may read «no open finding» beside an asset whose group fails."""
    rows = {"certificate": [{"asset_id": one, "place": f"{one}.pem", "name": one} for one in "abc"]}
    group = {"rule_id": "acme/key", "kind": "certificate", "asset_id": "", "place": "group:key.spki_sha256=aa"}
    facts = {"outcome": "fail", "severity": "high", "members": ["a.pem", "c.pem"]}
    found = pl.DataFrame([group | facts], schema=FINDINGS)
    worst = factory.report(rows, findings=found, gaps=pl.DataFrame(schema=GAPS)).worst()
    assert {asset: worst["certificate", asset] for asset in "abc"} == {"a": "high", "b": "pass", "c": "high"}


@pytest.mark.parametrize(("reachable", "expected"), [(False, "unknown"), (True, "pass"), (None, "pass")])
def test_an_endpoint_that_was_not_reached_is_no_pass(reachable: bool | None, expected: str) -> None:  # noqa: FBT001
    """Rules pass it over, so that no finding and no gap speaks of it; one that nobody tried is as good as its rules say."""
    place = "tls://gone.example.test:443#gone.example.test"
    rows = {"endpoint": [{"asset_id": place, "place": place, "name": place, "reachable": reachable}]}
    made = factory.report(rows, findings=pl.DataFrame(schema=FINDINGS), gaps=pl.DataFrame(schema=GAPS))
    assert made.worst() == {("endpoint", place): expected}

import polars as pl

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

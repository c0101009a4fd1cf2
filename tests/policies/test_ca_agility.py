"""ca-agility counts what one CA has issued, and finds what leads to roots that browsers have left."""

import re
from pathlib import Path

import certifi
import polars as pl
import pytest

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.model import Mode
from scanner.rules.engine.evaluate import evaluate
from scanner.tables import utc
from tests import factories
from tests.policies import verdicts
from tests.policies.test_corpus import blocks

POLICY = verdicts.policy("ca-agility")
TODAY = utc(2026, 11, 24)


def counts(rule: str, rows: list[dict[str, object]]) -> tuple[int, int, int]:
    """Judge groups of rows; count those that pass, fail, and are unknown."""
    basis = {"_decoded": True, "is_ca": False, "self_signed": False, "chain_complete": True, "validation": "DV"}
    healthy = [basis | {"asset_id": f"{number}", "not_after": utc(2027)} | row for number, row in enumerate(rows)]
    table = with_time(tables.frame("certificate", healthy), "certificate", TODAY)
    found = evaluate(POLICY.rules, {"certificate": table}, TODAY).counts(f"ca-agility/{rule}")
    return found.passed, found.failed, found.unknown


def issued(owner: str | None, number: int, **more: object) -> list[dict[str, object]]:
    """Make rows of one owner of CAs."""
    return [{"issuer.ca_owner": owner, "root.fingerprint_sha256": f"root of {owner}", **more}] * number


@pytest.mark.parametrize(
    ("most", "rest", "expected"),
    [(8, 2, (2, 0, 0)), (9, 1, (1, 1, 0)), (80, 20, (2, 0, 0)), (81, 19, (1, 1, 0)), (9, 0, (0, 0, 0)), (10, 0, (0, 1, 0))],
)
def test_four_in_five_is_the_most_of_one_owner(most: int, rest: int, expected: tuple[int, int, int]) -> None:
    """Exactly 80 % passes and more fails; with fewer than ten certificates nothing is said."""
    assert counts("owner-concentration", issued("A", most) + issued("B", rest)) == expected


def test_private_and_unknown_roots_are_no_share_of_the_public() -> None:
    """They neither dilute nor add, and are told by issuer-known."""
    others = issued("Acme", 90, validation=None) + issued(None, 90, chain_complete=False, **{"root.fingerprint_sha256": None})
    assert counts("owner-concentration", issued("A", 9) + issued("B", 1) + others) == (1, 1, 0)


def test_one_private_root_is_told() -> None:
    """All below one root fails; nine in ten passes."""
    assert counts("single-root", issued("Acme", 10, validation=None)) == (0, 1, 0)
    assert counts("single-root", issued("Acme", 9, validation=None) + issued("Two", 1, validation=None)) == (2, 0, 0)


def test_one_issuing_ca_is_told() -> None:
    """The name of the issuing CA is in every certificate, so that this needs no chain."""
    first: dict[str, object] = {"issuer.dn": "CN=A"}
    second: dict[str, object] = {"issuer.dn": "CN=B"}
    assert counts("single-issuing-ca", [first] * 6 + [second] * 4) == (2, 0, 0)
    assert counts("single-issuing-ca", [first] * 7 + [second] * 3) == (1, 1, 0)


def test_distrusted_roots_are_named_by_their_certificates() -> None:
    """Thirteen fingerprints; of those only the two that Chrome alone left may be among Mozilla's roots."""
    listed = {str(entry.keys["fingerprint_sha256"]): str(entry.label) for entry in POLICY.lists["distrusted_cas"]}
    assert len(listed) == 13
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in listed)
    mozilla = set(verdicts.derived(blocks(Path(certifi.where()).read_bytes()))["fingerprint_sha256"])
    assert {label for one, label in listed.items() if one in mozilla} <= {
        "HiPKI Root CA - G1 (Chrome only)", "NetLock Arany (Chrome only)",
    }  # fmt: skip


def test_a_chain_to_such_a_root_fails_and_one_that_is_cut_off_is_unknown() -> None:
    """From DER: a leaf below a private root passes, without its root nobody can tell."""
    root = factories.root()
    issuing = factories.intermediate(root)
    leaf = factories.certificate(issuer=issuing)
    for ders, expected in (([leaf, issuing, root], []), ([leaf, issuing], ["unknown"])):
        table = verdicts.derived([one.der for one in ders])
        found = verdicts.said("ca-agility", table, TODAY).filter(pl.col("rule") == "distrusted")
        assert found["outcome"].to_list() == expected


def test_nothing_blocks_before_a_company_sets_its_list_and_shares() -> None:
    """The policy is advisory, in what it inherits too."""
    assert Mode.BLOCK not in {mode for rule in POLICY.rules for _, mode in rule.enforce}
    assert "approved_cas" in str(POLICY.advisory)

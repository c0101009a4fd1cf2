from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.inventory import cross
from scanner.inventory.clock import with_time
from scanner.rules.engine.compile import column
from scanner.rules.language import syntax
from scanner.rules.language.syntax import Elements, Literal, Predicate

AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
LEAF = {"asset_id": "aa", "_decoded": True, "key.algorithm": "RSA", "key.bits": 2048, "san.dns": ["www.example.test"]}
SERVER = {"asset_id": "tls://www.example.test:443#", "name": "www.example.test:443", "host": "www.example.test", "port": 443}


def known(leaf: dict[str, Any], *servers: dict[str, Any]) -> dict[str, pl.DataFrame]:
    """Join one certificate and some endpoints, and add the time facts."""
    kinds = {"certificate": tables.frame("certificate", [leaf]), "endpoint": tables.frame("endpoint", servers)}
    return {kind: with_time(table, kind, AS_OF) for kind, table in cross.joined(kinds).items()}


def judged(predicate: Predicate, kind: str, tables_: dict[str, pl.DataFrame]) -> list[bool | None]:
    """Ask every row of a kind."""
    return tables_[kind].select(column(predicate, kind, tables_[kind], AS_OF).alias("met"))["met"].to_list()


def serving(fingerprint: str | None = "aa", **facts: Any) -> dict[str, Any]:
    """Make an endpoint that serves a leaf."""
    return {**SERVER, cross.LINK: fingerprint, **facts}


def asked(name: str, op: str, value: Any) -> syntax.Test:
    """Ask one thing of a field."""
    return syntax.Test(name, op, (Literal(value),))


@pytest.mark.parametrize(("fingerprint", "expected"), [("aa", False), ("bb", None), (None, None)])
def test_an_endpoint_sees_its_leaf(fingerprint: str | None, expected: bool | None) -> None:  # noqa: FBT001 - a case
    """Where the leaf is not in the evidence, nothing is known of it."""
    assert judged(asked("certificate.key.bits", "at_least", 3072), "endpoint", known(LEAF, serving(fingerprint))) == [expected]


@pytest.mark.parametrize(
    ("leaf", "field", "expected"),
    [
        (LEAF, "certificate.key.curve", False),
        ({**LEAF, "_decoded": None}, "certificate.key.curve", None),
        ({**LEAF, "_unknown": ["key.curve"]}, "certificate.key.curve", None),
        ({**LEAF, "name": "leaf"}, "certificate.owner", False),
        ({**LEAF, "name": "leaf", "owner": "retail"}, "certificate.owner", True),
        (LEAF, "certificate.trust", None),
        ({**LEAF, "root.fingerprint_sha256": "cc"}, "certificate.issuer.ca_owner", False),
    ],
)
def test_what_a_leaf_lacks_is_absent_where_it_would_be_absent_of_the_leaf(
    leaf: dict[str, Any],
    field: str,
    expected: bool | None,  # noqa: FBT001 - a case
) -> None:
    """Absent and unknown stay apart when one kind sees another."""
    assert judged(asked(field, "present", True), "endpoint", known(leaf, serving())) == [expected]  # noqa: FBT003 - as it is written


def test_the_own_unknown_facts_of_an_endpoint_stay() -> None:
    """What the leaf lacks is added to what the scan could not see."""
    joined = known({**LEAF, "_unknown": ["key.bits"]}, serving(_unknown=["hsts.max_age"]), serving("bb", _unknown=["address"]))
    assert joined["endpoint"][tables.UNKNOWN].to_list() == [["hsts.max_age", "certificate.key.bits"], ["address"]]


def test_time_facts_of_the_leaf_follow_the_date_of_evaluation() -> None:
    """An endpoint serves an expired certificate from the second after its notAfter."""
    end = datetime(2026, 11, 19, tzinfo=UTC)
    joined = known({**LEAF, "not_after": end}, serving())
    assert joined["endpoint"]["certificate.expired"].to_list() == [True]
    assert joined["endpoint"]["certificate.remaining"].to_list() == [end - AS_OF]


def test_a_certificate_sees_its_endpoints_and_knows_that_there_may_be_more() -> None:
    """Who serves it is an open list; without a scan nothing is known."""
    asks = Elements("endpoints", "any", asked("port", "is", 8443))
    assert judged(asks, "certificate", known(LEAF, serving())) == [None]
    assert judged(asks, "certificate", known(LEAF, serving(), serving(port=8443))) == [True]
    assert judged(asks, "certificate", known(LEAF)) == [None]


def test_an_undeclared_owner_of_an_endpoint_is_absent() -> None:
    """Nobody declared it: that is no gap in the evidence."""
    asks = Elements("endpoints", "any", asked("owner", "is_not", "retail"))
    assert judged(asks, "certificate", known({**LEAF, "name": "leaf"}, serving())) == [True]


def test_nothing_joined_is_stored() -> None:
    """A RESULT holds every fact once."""
    for kind, facts in tables.FACTS.items():
        assert not {name for name, fact in facts.items() if fact.joined} & set(tables.schema(kind))

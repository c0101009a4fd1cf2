"""key-hygiene finds weak keys from their bytes, and keys that more than one owner, environment or purpose uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from scanner import tables
from scanner.inventory import cross
from scanner.inventory.clock import with_time
from scanner.model import Mode
from scanner.rules.engine.evaluate import evaluate
from scanner.tables import utc
from scanner.vocabulary import KEY_WEAKNESSES
from tests import factories
from tests.facts.test_weakness import CLOSE, ONE, OTHER, ROCA, with_key
from tests.policies import verdicts

POLICY = verdicts.policy("key-hygiene")
TODAY = utc(2026, 11, 24)
KNOWN: dict[str, object] = {"trust": "private", "private_key_beside": False}
Key = factories.Key


@pytest.mark.parametrize(
    ("modulus", "exponent", "rules"),
    [
        (ONE * OTHER, 65537, set()),
        (ONE * CLOSE, 65537, {"factorable"}),
        (ONE * OTHER * 3, 65537, {"factorable", "rsa-modulus"}),
        (ROCA, 65537, {"roca", "rsa-modulus"}),
        (ONE * OTHER, 1, {"exponent"}),
        (ONE * OTHER, 65536, {"exponent"}),
        (ONE * OTHER, 3, {"exponent-size"}),
        (ONE * OTHER, 2**256, {"exponent"}),
        (ONE * OTHER, 2**256 + 1, {"exponent-size"}),
    ],
    ids=["sound", "close-primes", "small-factor", "roca", "one", "even", "three", "too-large-and-even", "too-large"],
)
def test_a_weak_key_is_told_from_its_bytes_once(modulus: int, exponent: int, rules: set[str]) -> None:
    """From DER to finding; each fault is one finding."""
    assert verdicts.failed("key-hygiene", with_key(modulus, exponent), TODAY, **KNOWN) == rules


def test_a_public_server_s_exponent_is_the_business_of_public_tls() -> None:
    """It is asked there; a key that can be computed is told here whosever it is."""
    public = KNOWN | {"trust": "public"}
    assert verdicts.failed("key-hygiene", with_key(ONE * OTHER, 1), TODAY, **public) == set()
    assert verdicts.failed("key-hygiene", with_key(ONE * CLOSE), TODAY, **public) == {"factorable"}


def test_every_weakness_of_the_registry_is_asked() -> None:
    """None is known and passed over."""
    asked = " ".join(str(rule.require) for rule in POLICY.rules)
    assert [one for one in KEY_WEAKNESSES if f"'{one}'" not in asked] == []


@pytest.mark.parametrize("algorithm", verdicts.ALGORITHMS)
def test_a_post_quantum_certificate_is_not_tested_for_weaknesses_of_rsa(algorithm: str) -> None:
    """It has no finding, and is skipped rather than passed by the rules about RSA."""
    fails, _ = verdicts.by_algorithm("key-hygiene", TODAY)[algorithm]
    assert fails == set()
    table = with_time(verdicts.post_quantum(), "certificate", TODAY)
    evaluation = evaluate(POLICY.rules, {"certificate": table}, TODAY)
    for rule in ("factorable", "roca", "exponent", "exponent-size", "rsa-modulus"):
        assert evaluation.counts(f"key-hygiene/{rule}").skipped == table.height


def test_code_is_signed_with_a_key_for_nothing_else() -> None:
    """Two purposes in one certificate warn where one of them signs for others; server and client together do not."""
    code, server, client = (
        ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH,
    )  # fmt: skip
    for usages, rules in (([code], set()), ([code, server], {"purposes"}), ([server, client], set())):
        der = factories.certificate(usages=usages).der
        assert verdicts.failed("key-hygiene", der, TODAY, **KNOWN) == rules


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate in an inventory."""

    issued: factories.Issued
    owner: str | None = None
    environment: str | None = None


def leaf(key: str, days: int = 0, *, ca: bool = False) -> factories.Issued:
    """Make a certificate with this key, some days into October."""
    return factories.certificate(f"{key}{days}", of=factories.key(key), start=factories.START + timedelta(days=days), ca=ca)


def failing(rule: str, held: Sequence[Held], endpoints: pl.DataFrame | None = None) -> tuple[int, int, int]:
    """Judge a group rule over certificates and endpoints; count groups that pass, fail and are unknown."""
    table = verdicts.derived([one.issued.der for one in held]).with_columns(
        owner=pl.Series([one.owner for one in held], dtype=pl.String()),
        environment=pl.Series([one.environment for one in held], dtype=pl.String()),
    )
    served = tables.empty("endpoint") if endpoints is None else endpoints
    joined = cross.joined({"certificate": table, "endpoint": served})
    known = {kind: with_time(one, kind, TODAY) for kind, one in joined.items()}
    counts = evaluate(POLICY.rules, known, TODAY).counts(f"key-hygiene/{rule}")
    return counts.passed, counts.failed, counts.unknown


def test_two_owners_of_one_key_are_one_finding() -> None:
    """Two keys of one owner each are none, nor is what nobody declared."""
    assert failing("key-shared", [Held(leaf("a"), "retail"), Held(leaf("a", 1), "payments"), Held(leaf("b"), "retail")]) == (
        1,
        1,
        0,
    )
    assert failing("key-shared", [Held(leaf("a"), "retail"), Held(leaf("a", 1))]) == (1, 0, 0)


def test_production_and_test_of_one_key_are_one_finding() -> None:
    """PCI DSS 3.6.1.1."""
    held = [Held(leaf("a"), environment="production"), Held(leaf("a", 1), environment="test")]
    assert failing("production-and-test", held) == (0, 1, 0)
    assert failing("production-and-test", [held[0], Held(leaf("b"), environment="test")]) == (2, 0, 0)


def test_a_renewal_with_the_old_key_is_told() -> None:
    """Another notBefore for the same key; a CA that is renewed or cross-signed keeps its key and is left alone."""
    assert failing("new-key", [Held(leaf("a")), Held(leaf("a", 30)), Held(leaf("b", 30))]) == (1, 1, 0)
    assert failing("new-key", [Held(leaf("a", ca=True)), Held(leaf("a", 30, ca=True))]) == (0, 0, 0)


def test_an_expired_certificate_is_no_member() -> None:
    """Archives of old certificates raise nothing."""
    old = factories.certificate("old", of=factories.key("a"), start=utc(2025))
    assert failing("new-key", [Held(leaf("a")), Held(old)]) == (1, 0, 0)


def test_a_key_of_a_ca_that_serves_a_host_is_told() -> None:
    """The same key in a CA's certificate and in another."""
    assert failing("ca-key", [Held(leaf("a", ca=True)), Held(leaf("a", 1))]) == (0, 1, 0)
    assert failing("ca-key", [Held(leaf("a", ca=True)), Held(leaf("a", 1, ca=True)), Held(leaf("b"))]) == (2, 0, 0)


def endpoint(host: str, issued: factories.Issued | None, owner: str, environment: str) -> dict[str, object]:
    """Make a row of an endpoint that serves a certificate."""
    digest = verdicts.derived([issued.der])["fingerprint_sha256"][0] if issued else None
    return {
        "asset_id": host, "place": host, "name": host, "host": host, "reachable": True, "owner": owner, "environment": environment,
        "certificate.fingerprint_sha256": digest,
    }  # fmt: skip


def test_one_certificate_on_the_endpoints_of_two_owners_is_told() -> None:
    """The certificate has one row and one owner; its endpoints show who else has the key."""
    wildcard = leaf("wild")
    rows = [endpoint("shop", wildcard, "retail", "production"), endpoint("pay", wildcard, "payments", "test")]
    served = tables.frame("endpoint", rows)
    for rule in ("key-shared-on-endpoints", "production-and-test-endpoints"):
        assert failing(rule, [Held(wildcard, "retail")], served) == (0, 1, 0)
        assert failing(rule, [Held(wildcard, "retail")], served.head(1)) == (1, 0, 0)


def test_an_endpoint_whose_certificate_nobody_saw_is_unknown() -> None:
    """It may share a key with any other."""
    served = tables.frame("endpoint", [endpoint("shop", None, "retail", "production")])
    assert failing("key-shared-on-endpoints", [Held(leaf("a"))], served) == (0, 0, 1)


def test_only_what_is_known_from_the_documents_blocks() -> None:
    """SP 800-57 is known from secondary sources; its two rules warn."""
    cited = {rule.id.partition("/")[2]: rule for rule in POLICY.rules if rule.source and rule.source.confidence == "secondary"}
    assert set(cited) == {"purposes", "ca-key"}
    assert {mode for rule in cited.values() for _, mode in rule.enforce} == {Mode.WARN}

"""Contradictions are found where rules of different bodies judge one value differently, and nowhere else."""

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.model import Contradiction
from scanner.rules import contradictions
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.reader import find, load
from scanner.rules.reader.find import PolicyFile

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
HEAD = """
policy: {id}
version: 1.0.0
title: What {id} asks
owner: pki@example.com
tests_as_of: 2026-06-01
sources: [{{ id: doc, doc: {doc}, edition: "1" }}]
healthy: {{ endpoint: {{ reachable: true, tls.groups: [P-256], tls.pq_groups: [] }} }}
rules:
"""
RULE = """
  {key}:
    title: Groups are those of {id}
    severity: high
    for: endpoint
    enforce: {enforce}
    when: {{ reachable: true }}
    require: {require}
    because: It says so.
    fix: Change the groups.
    source: {{ id: doc }}
    tests: [{{ pass: {{}} }}, {{ fail: {{ tls.groups: [sect571r1], tls.pq_groups: [MLKEM512] }} }}]
"""
MOZILLA = "{ tls.groups: { all: [X25519MLKEM768, X25519, P-256] } }"
BSI = "{ tls.groups: { all: [P-256, P-384] } }"


def policy(id_: str, *requires: str, doc: str = "", enforce: str = "block", extends: str = "") -> str:
    """Write a policy with a rule for each requirement; its tests are of no matter here."""
    rules = "".join(
        RULE.format(key=f"groups-{number}", id=id_, require=one, enforce=enforce) for number, one in enumerate(requires, 1)
    )
    text = HEAD.format(id=id_, doc=doc or f"Document of {id_}") + rules
    return text.replace("sources:", f"extends: {extends}\nsources:") if extends else text


def endpoint(name: str, *groups: str | None, **facts: Any) -> dict[str, Any]:
    """Make an endpoint that offers these groups."""
    hybrids = [one for one in groups if one is None or "MLKEM" in one]
    curves = [one for one in groups if one not in hybrids]
    seen = {
        "reachable": True,
        "tls.groups": list(groups),
        "tls.pq_groups": hybrids,
        "tls.curves": curves,
        "tls.versions": ["TLS 1.3"],
    }
    return {"asset_id": name, "place": name, "name": name} | seen | facts


def found(texts: list[str], *rows: dict[str, Any]) -> tuple[Contradiction, ...]:
    """Judge rows by policies, and find what contradicts."""
    files = {text.split()[1]: PolicyFile(f"{text.split()[1]}.yaml", text.encode()) for text in texts}
    loaded = load.load(files.values())
    return among(loaded, *rows)


def among(loaded: Any, *rows: dict[str, Any], as_of: datetime = AS_OF) -> tuple[Contradiction, ...]:
    """Find contradictions among loaded policies."""
    rules = list({rule.id: rule for one in loaded for rule in one.rules}.values())
    known = {"endpoint": with_time(tables.frame("endpoint", rows), "endpoint", as_of)}
    return contradictions.find(evaluate(rules, known, as_of), rules, loaded, known, as_of)


def test_what_one_names_another_rejects() -> None:
    """Value, both sides, the assets that show it, and what both would accept."""
    (one,) = found([policy("mozilla", MOZILLA), policy("bsi", BSI)], endpoint("a", "X25519", "P-256"), endpoint("b", "P-256"))
    assert (one.kind, one.field, one.values, one.affected, one.examples) == ("endpoint", "tls.groups", ("X25519",), 1, ("a",))
    assert (one.accepts, one.rejects, one.common) == (("mozilla/groups-1",), ("bsi/groups-1",), ("P-256",))


def test_values_over_which_the_same_rules_meet_stand_together() -> None:
    """Two values of one quarrel are one contradiction, and an asset with both counts once."""
    (one,) = found([policy("mozilla", MOZILLA), policy("bsi", BSI)], endpoint("a", "X25519MLKEM768", "X25519"))
    assert (one.values, one.affected) == (("X25519", "X25519MLKEM768"), 1)


def test_a_rule_that_rejects_by_a_list_of_what_is_forbidden_counts_too() -> None:
    """`none` rejects as `all` does."""
    (one,) = found([policy("mozilla", MOZILLA), policy("nist", "{ tls.groups: { none: X25519 } }")], endpoint("a", "X25519"))
    assert (one.values, one.rejects, one.common) == (("X25519",), ("nist/groups-1",), ("X25519MLKEM768", "P-256"))


def test_a_rule_that_needs_what_another_rejects() -> None:
    """A rule that asks for any of some passes because of it where nothing else that both accept is there."""
    wants = policy("quantum", "{ tls.pq_groups: { any: [X25519MLKEM768, SecP384r1MLKEM1024] } }")
    forbids = policy("nsa", "{ tls.groups: { all: [P-384, SecP384r1MLKEM1024] } }")
    (one,) = found([wants, forbids], endpoint("a", "X25519MLKEM768", "P-384"))
    assert (one.field, one.values, one.common) == ("tls.groups", ("X25519MLKEM768",), ("SecP384r1MLKEM1024",))
    only = policy("nsa", "{ tls.pq_groups: { all: SecP384r1MLKEM1024 } }")
    assert found([wants, only], endpoint("a", "X25519MLKEM768"))[0].field == "tls.pq_groups"
    assert found([wants, forbids], endpoint("a", "X25519MLKEM768", "SecP384r1MLKEM1024")) == ()


def test_an_open_list_proves_no_need() -> None:
    """Where a scan did not see all, the rule may pass because of what was not seen."""
    wants = policy("quantum", "{ tls.groups: { any: [X25519MLKEM768, SecP384r1MLKEM1024] } }")
    forbids = policy("nsa", "{ tls.groups: { none: X25519MLKEM768 } }")
    assert found([wants, forbids], endpoint("a", "X25519MLKEM768", None)) == ()
    assert found([wants, forbids], endpoint("a", "X25519MLKEM768"))[0].affected == 1


def test_nothing_in_common_is_said() -> None:
    """Rules that no single value satisfies together have none in common."""
    wants = policy("quantum", "{ tls.groups: { any: [X25519MLKEM768] } }")
    (one,) = found([wants, policy("bsi", BSI)], endpoint("a", "X25519MLKEM768"))
    assert one.common == ()


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        ([policy("mozilla", MOZILLA), policy("bsi", BSI)], [endpoint("a", "P-256")]),
        ([policy("mozilla", MOZILLA), policy("bsi", BSI)], [endpoint("a", "P-521")]),
        ([policy("mozilla", MOZILLA), policy("bsi", BSI)], [endpoint("a", "X25519", reachable=False)]),
        ([policy("mozilla", MOZILLA), policy("bsi", BSI)], [endpoint("a", "X25519", reachable=None)]),
        ([policy("both", MOZILLA, BSI)], [endpoint("a", "X25519")]),
        ([policy("one", MOZILLA, doc="TR"), policy("two", BSI, doc="TR")], [endpoint("a", "X25519")]),
        ([policy("one", MOZILLA), policy("later", BSI, enforce="report").replace("sources:", "advisory: later\nsources:")], [endpoint("a", "X25519")]),
        ([policy("one", "{ tls.groups: { all: { is_not: P-521 } } }"), policy("bsi", BSI)], [endpoint("a", "X25519")]),
        ([policy("one", "{ any_of: [{ tls.groups: { all: X25519 } }, { reachable: true }] }"), policy("bsi", BSI)], [endpoint("a", "X25519")]),
        ([policy("one", MOZILLA, "{ tls.groups: { none: X25519 } }"), policy("bsi", BSI)], [endpoint("a", "X25519")]),
        ([policy("one", MOZILLA), policy("two", "{ tls.groups: { any: P-384 } }")], [endpoint("a", "X25519")]),
    ],
    ids=[
        "nothing rejected", "nothing named", "not asked", "not known to be asked", "one policy", "one document", "only reported",
        "not named", "named beside", "the policy itself rejects it", "another is missing, none rejected",
    ],
)  # fmt: skip
def test_nobody_is_accused_wrongly(texts: list[str], rows: list[dict[str, Any]]) -> None:
    """What is strictness, intent, or not decided is no contradiction."""
    assert found(texts, *rows) == ()


def test_a_policy_that_extends_another_means_to_be_stricter() -> None:
    """A child that rejects what its parent allows does not contradict it."""
    child = "policy: ours\nversion: 1.0.0\ntitle: Ours\nowner: us\nextends: [tls-endpoints]\ntests_as_of: 2026-06-01\nrules:\n"
    child += RULE.format(key="groups", id="ours", require="{ tls.curves: { none: X25519 } }", enforce="block").replace(
        "{ id: doc }", "{ id: mozilla-tls }"
    )
    child = child.replace("tls.groups: [sect571r1], tls.pq_groups: [MLKEM512]", "tls.curves: [X25519]").replace(
        "tests_as_of", "sources: [{ id: mozilla-tls, doc: Own }]\ntests_as_of"
    )
    rows = [endpoint("a", "X25519", "P-256", **{"tls.ciphers": [suite("TLS_AES_128_GCM_SHA256")]})]
    assert among(load.load([PolicyFile("ours.yaml", child.encode())]), *rows) == ()
    apart = load.load(
        [*find.find("tls-endpoints"), PolicyFile("own.yaml", policy("own", "{ tls.groups: { none: X25519 } }").encode())]
    )
    assert [one.values for one in among(apart, *rows)] == [("X25519",)]


def suite(name: str, **more: Any) -> dict[str, Any]:
    """Make a cipher suite of TLS 1.3."""
    base = {"version": "TLS 1.3", "key_exchange": "TLS 1.3", "authentication": "certificate", "bits": 256}
    return {"name": name, **base, "aead": True, "forward_secrecy": True} | more


def test_structures_are_told_by_their_name() -> None:
    """A suite that a rule lets pass for another reason than its name is not accepted by name."""
    old = suite("TLS_RSA_WITH_AES_128_CBC_SHA", version="TLS 1.0")
    row = endpoint("a", "P-256", **{"tls.ciphers": [suite("TLS_CHACHA20_POLY1305_SHA256"), old]})
    loaded = load.load([file for name in ("tls-endpoints", "bsi-tls", "nist-tls") for file in find.find(name)])
    quarrels = {one.values: one for one in among(loaded, row) if one.field == "tls.ciphers"}
    assert list(quarrels) == [("TLS_CHACHA20_POLY1305_SHA256",)]
    assert quarrels["TLS_CHACHA20_POLY1305_SHA256",].accepts == ("tls-endpoints/ciphers",)
    assert quarrels["TLS_CHACHA20_POLY1305_SHA256",].rejects == ("bsi-tls/ciphers", "nist-tls/ciphers")


def test_national_bodies_contradict_each_other() -> None:
    """X25519MLKEM768 is what Mozilla and post-quantum readiness ask for, and CNSA 2.0 forbids it."""
    loaded = load.load([file for name in ("default", "cnsa-2.0") for file in find.find(name)])
    (one,) = [one for one in among(loaded, endpoint("a", "X25519MLKEM768")) if "X25519MLKEM768" in one.values]
    assert "pqc-readiness/key-exchange" in one.accepts
    assert {rule.partition("/")[0] for rule in one.rejects} == {"cnsa-2.0"}
    assert one.common == ("SecP384r1MLKEM1024", "MLKEM1024")


def test_a_list_is_compared_with_the_list_it_is_part_of() -> None:
    """Curves are groups: a rule on one list meets a rule on the other over the same value."""
    texts = [policy("mozilla", "{ tls.curves: { all: [X25519, P-256] } }"), policy("nist", "{ tls.groups: { none: X25519 } }")]
    (one,) = found(texts, endpoint("a", "X25519"))
    assert (one.field, one.values, one.common) == ("tls.groups", ("X25519",), ("P-256",))


def test_a_single_value_is_compared_as_a_list_is() -> None:
    """A fact that is no list is accepted and rejected by name alike."""
    texts = [policy("one", "{ client_auth: [optional, required] }"), policy("two", "{ client_auth: required }")]
    (one,) = found(texts, endpoint("a", "P-256", client_auth="optional"))
    assert (one.field, one.values, one.common) == ("client_auth", ("optional",), ("required",))


def test_the_order_of_rows_and_policies_does_not_matter() -> None:
    """The same evidence gives the same contradictions, but for which assets are named first."""
    rows = [endpoint("a", "X25519", "P-256"), endpoint("b", "X25519MLKEM768"), endpoint("c", "P-384", "X25519")]
    one = found([policy("mozilla", MOZILLA), policy("bsi", BSI)], *rows)
    other = found([policy("bsi", BSI), policy("mozilla", MOZILLA)], *rows)
    assert one == other
    assert one == found([policy("mozilla", MOZILLA), policy("bsi", BSI)], *rows)


def test_without_rows_nothing_is_found() -> None:
    """An empty run contradicts nothing."""
    loaded = load.load([file for name in ("default", "bsi-tls", "cnsa-2.0") for file in find.find(name)])
    assert among(loaded) == ()

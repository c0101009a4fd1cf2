"""What a run is about: rules chosen, assets chosen, facts assumed (interfaces.md, Words that users meet)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scanner import scope, tables
from scanner.errors import CertgateError, UsageError
from scanner.model import Problem, Severity
from tests.factories import certificate, root
from tests.requests import asked


def chosen(**more: Any) -> set[str]:
    """Name the rules of a run of public-tls."""
    request = asked(**more)
    return {rule.id for rule in scope.rules(scope.policies(request), request)}


def test_only_and_skip_narrow_the_rules_by_id_and_glob() -> None:
    """What is skipped stays out, even where it is also asked for."""
    every = chosen()
    assert {"public-tls/expired", "public-tls/lifetime"} < every
    assert chosen(only=("public-tls/expired", "public-tls/life*")) == {"public-tls/expired", "public-tls/lifetime"}
    assert chosen(skip=("public-tls/expired",)) == every - {"public-tls/expired"}
    assert chosen(only=("public-tls/expired",), skip=("*/exp*",)) == set()


@pytest.mark.parametrize("flag", ["only", "skip"])
def test_a_rule_that_is_not_there_is_refused_with_the_nearest(flag: str) -> None:
    """A mistyped --only would judge nothing and be green."""
    with pytest.raises(UsageError, match=rf"--{flag} public-tls/lifetimes: no rule has this id; nearest: 'public-tls/lifetime'"):
        chosen(**{flag: ("public-tls/lifetimes",)})


def test_a_rule_of_several_policies_runs_once() -> None:
    """The default policy brings in what public-tls says."""
    request = asked(policies=("public-tls", "default"))
    ids = [rule.id for rule in scope.rules(scope.policies(request), request)]
    assert len(ids) == len(set(ids))
    assert chosen() <= set(ids)


def test_own_roots_are_read_from_bundles(tmp_path: Path) -> None:
    """Every certificate of the file is a root."""
    one, other = root("A"), root("B")
    (tmp_path / "roots.pem").write_bytes(one.pem + other.pem)
    assert scope.roots(asked(root=tmp_path, roots=(str(tmp_path / "roots.pem"),))) == [one.der, other.der]


@pytest.mark.parametrize("content", [b"", b"not a certificate", certificate().key_pem])
def test_roots_without_a_certificate_are_refused(content: bytes, tmp_path: Path) -> None:
    """A run that trusts less than its user thinks is bad usage."""
    path = tmp_path / "roots.pem"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"--roots .*no certificate in it"):
        scope.roots(asked(root=tmp_path, roots=(str(path),)))


def test_roots_that_are_not_there_are_refused(tmp_path: Path) -> None:
    """Likewise."""
    with pytest.raises(UsageError, match="--roots "):
        scope.roots(asked(root=tmp_path, roots=(str(tmp_path / "none.pem"),)))


def filled(name: str, text: str, kind: str = "certificate", **facts: Any) -> Any:
    """Assume a fact of one row and give what the row says then."""
    row = {key if key[0] == "_" else key.replace("__", "."): value for key, value in facts.items()}
    return scope.assumed({kind: tables.frame(kind, [row])}, asked(assume={name: text}))[kind][name].item()


CASES: list[tuple[str, str, dict[str, Any], object]] = [
    ("trust", "private", {}, "private"),
    ("trust", "private", {"trust": "public"}, "public"),
    ("owner", "me", {}, "me"),
    ("owner", "me", {"owner": "you"}, "you"),
    ("labels.zone", "dmz", {}, "dmz"),
    ("labels.zone", "dmz", {"labels.zone": "lan"}, "lan"),
    ("in_inventory", "true", {"in_inventory": False}, False),
    ("lifetime", "90d", {}, timedelta(days=90)),
    ("subject.cn", "me", {"_decoded": False}, "me"),
    ("subject.cn", "me", {"_decoded": True}, None),
    ("subject.cn", "me", {"_decoded": True, "_unknown": ["subject.cn"]}, "me"),
    ("subject.cn", "me", {"_decoded": False, "subject__cn": "you"}, "you"),
    ("issuer.ca_owner", "Example", {}, "Example"),
    ("issuer.ca_owner", "Example", {"root__fingerprint_sha256": "aa"}, None),
    ("trust", "private", {"_absent": ["trust"]}, None),
]


@pytest.mark.parametrize(("name", "text", "facts", "expected"), CASES)
def test_what_is_assumed_fills_the_unknown_and_undeclared_only(
    name: str, text: str, facts: dict[str, Any], expected: object
) -> None:
    """Evidence is never overridden, and what is known to be absent is evidence."""
    assert filled(name, text, **facts) == expected


def test_a_header_that_was_not_sent_is_not_assumed_to_last() -> None:
    """Null of max_age means absent where the answer was seen; an assumption would turn a fail into a pass."""
    given = {"kind": "endpoint", "name": "hsts.max_age", "text": "365d"}
    assert filled(**given, hsts__sent=False) is None
    assert filled(**given) == timedelta(days=365)


def test_facts_that_belong_together_are_assumed_together() -> None:
    """The first assumption is no evidence against the second."""
    both = asked(assume={"hsts.sent": "true", "hsts.max_age": "365d"})
    found = scope.assumed({"endpoint": tables.frame("endpoint", [{"host": "a"}])}, both)["endpoint"]
    assert found.select("hsts.sent", "hsts.max_age").row(0) == (True, timedelta(days=365))


def test_undeclared_tags_are_an_empty_list() -> None:
    """A declared list that says nothing is filled like a declared text."""
    assert filled("tags", "internet", tags=[]).to_list() == ["internet"]
    assert filled("tags", "internet", tags=["lan"]).to_list() == ["lan"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("trsut", "public", "no such field; nearest: 'trust'"),
        ("expired", "false", "it follows from not_after"),
        ("trust", "pubic", "pubic"),
        ("key.bits", "many", "many"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(name: str, text: str, message: str) -> None:
    """Unknown fields, foreign words, other types and facts that follow from others."""
    with pytest.raises(CertgateError, match=message):
        filled(name, text)


ROWS = [{"asset_id": "a", "team": "payments", "trust": "public"}, {"asset_id": "b", "team": "web"}, {"asset_id": "c"}]


def kept(where: str | None, kinds: tuple[str, ...] = ("certificate",)) -> tuple[dict[str, list[str]], list[Problem]]:
    """Name the assets that --where leaves, and what is said of it."""
    found, notes = scope.where(
        {kind: tables.frame(kind, ROWS[: 3 if kind == "certificate" else 1]) for kind in kinds}, asked(where=where)
    )
    return {kind: table["asset_id"].to_list() for kind, table in found.items()}, notes


def test_where_keeps_what_it_is_true_of() -> None:
    """An undeclared team is another team."""
    assert kept("{team: payments}") == ({"certificate": ["a"]}, [])


def test_where_keeps_and_counts_what_it_cannot_decide() -> None:
    """Nothing escapes a gate because a fact about it is missing."""
    found, (note,) = kept("{trust: public}")
    assert found == {"certificate": ["a", "b", "c"]}
    assert note.severity is Severity.LOW
    assert "2 of 3 rows of kind certificate" in note.message


def test_without_where_everything_is_kept() -> None:
    """No predicate, no narrowing."""
    assert kept(None) == ({"certificate": ["a", "b", "c"]}, [])


def test_a_kind_that_where_cannot_ask_is_left_out() -> None:
    """A condition on certificates is true of no endpoint."""
    found, _ = kept("{key.bits: 2048}", ("certificate", "endpoint"))
    assert found["endpoint"] == []


@pytest.mark.parametrize("where", ["", "team", "{taem: payments}", "{team: {at_most: 3}}", "{team: a", "[]"])
def test_a_where_that_says_nothing_is_refused(where: str) -> None:
    """Before any evidence is judged."""
    with pytest.raises(CertgateError):
        kept(where)


def test_an_assumption_reaches_where() -> None:
    """What is assumed is known when assets are chosen."""
    request = asked(assume={"trust": "private"}, where="{trust: private}")
    found, notes = scope.where(scope.assumed({"certificate": tables.frame("certificate", ROWS)}, request), request)
    assert (found["certificate"]["asset_id"].to_list(), notes) == (["b", "c"], [])
    assert isinstance(found["certificate"], pl.DataFrame)


def test_policies_are_told_with_what_they_extend_the_named_first() -> None:
    """Every policy whose rules ran is in the report, once."""
    told = scope.policy_reports(scope.policies(asked(policies=("default",))))
    ids = [one.id for one in told]
    assert ids[0] == "default"
    assert {"public-tls", "tls-endpoints", "pqc-readiness"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert {one.id for one in told if one.named} == {"default"}


def test_rules_that_are_left_out_are_counted_and_said() -> None:
    """A green report of half a policy must not pass for one of the whole."""
    request = asked(skip=("public-tls/expired", "*/life*"))
    policies = scope.policies(request)
    (note,) = scope.left_out(policies, scope.rules(policies, request), request)
    every = len(chosen())
    assert note.message == f"2 of {every} rules were left out of this run (--skip public-tls/expired --skip */life*)"
    assert not note.incomplete
    whole = asked()
    assert scope.left_out(policies, scope.rules(policies, whole), whole) == []


@pytest.mark.parametrize("name", scope.IDENTITY)
def test_what_says_which_asset_it_is_cannot_be_assumed(name: str) -> None:
    """An assumed identity would move findings to another asset."""
    with pytest.raises(UsageError, match="cannot be assumed"):
        scope.assume("certificate", tables.frame("certificate", [{"asset_id": "aa"}]), {name: "x"})

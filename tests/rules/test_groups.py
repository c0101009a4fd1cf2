"""Group rules from the text of a policy to the finding: what is refused, what a group says, how its tests run."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import polars as pl
import pytest
import yaml

from scanner import judge, tables
from scanner.errors import PolicyError
from scanner.inventory.clock import with_time
from scanner.model import Outcome, finding_id
from scanner.rules import proof
from scanner.rules.engine import groups_found
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Distinct, Group, Literal, Policy, Rule
from scanner.rules.reader import load, merged, schema
from scanner.rules.reader.find import PolicyFile
from scanner.rules.said import message, pages
from tests.requests import asked

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
TEXT = """\
policy: p
version: 1.0.0
title: A policy
owner: pki@example.com
tests_as_of: 2026-11-01
params: { most: { default: 1 }, part: { default: 60% } }
healthy: { certificate: { is_ca: false, owner: retail } }
rules:
  key-shared:
    title: A key is not shared between owners
    severity: critical
    for: certificate
    when: { is_ca: false }
    group_by: key.spki_sha256
    require: { group: { distinct: { of: owner, at_most: 1 } } }
    because: Whoever holds the key can pose as all of them.
    fix: Make a key for each; {limit} may use {name}.
    tests:
      - pass: [{ owner: retail }, { owner: retail }, { owner: absent }]
      - fail: [{ owner: retail }, { owner: payments }]
      - unknown: [{ owner: retail }, { owner: unknown }]
      - skip: [{ owner: retail, is_ca: true }, { owner: payments, is_ca: true }]
"""
DISTINCT = "distinct: { of: owner, at_most: 1 }"


def loaded(old: str = "", new: str = "") -> Policy:
    """Load the policy with one change."""
    assert old in TEXT
    return load.load([PolicyFile("p.yaml", TEXT.replace(old, new, 1).encode())])[0]


def the_rule(
    demand: str = DISTINCT, by: str = "key.spki_sha256", when: str = "{ is_ca: false }", kinds: str = "certificate"
) -> Rule:
    """Load the rule with another key and demand; its tests are not run."""
    text = TEXT.replace(DISTINCT, demand).replace("key.spki_sha256", by).replace("{ is_ca: false }", when, 2)
    text = text.replace("for: certificate", f"for: {kinds}").replace(
        f"healthy: {{ certificate: {when[:-1]}", "healthy: { certificate: { x"
    )
    lines = [line for line in text.splitlines() if not line.startswith("healthy")]
    return load.load([PolicyFile("p.yaml", "\n".join(lines).encode())])[0].rules[0]


def table(*rows: dict[str, Any], kind: str = "certificate") -> pl.DataFrame:
    """Make a table of rows, which are decoded and no CA unless they say otherwise."""
    basis = {"_decoded": True, "is_ca": False} if kind == "certificate" else {}
    full = [
        basis | {"asset_id": f"{kind}{number}", "place": f"{kind}-{number}", "name": f"n{number}"} | row
        for number, row in enumerate(rows)
    ]
    return with_time(tables.frame(kind, full), kind, AS_OF)


def found(rule: Rule, *rows: dict[str, Any], **others: pl.DataFrame) -> list[dict[str, Any]]:
    """Judge a table and return the findings as rows."""
    known = {"certificate": table(*rows), **others}
    where = pl.concat(
        one.select(pl.lit(kind).alias("kind"), "asset_id", uri=pl.format("{}.pem", "place"), line=pl.lit(7, pl.Int64()))
        for kind, one in known.items()
    ).with_columns(column=pl.lit(None, pl.Int64()), pointer=pl.lit(None, pl.String()))
    request = asked(as_of=AS_OF)
    return judge.findings(evaluate([rule], known, AS_OF), [rule], known, where, request).rows(named=True)


def key(value: str | None, owner: str | None, **more: Any) -> dict[str, Any]:
    """Make a row of a key and an owner."""
    return {"key.spki_sha256": value, "owner": owner, **more}


# --- findings ----------------------------------------------------------------------------------------------------------


def test_a_group_is_one_finding_with_its_members() -> None:
    """Asset is none, place and id come from the key, figures and members are listed, and it is seen where its first member is."""
    (row,) = found(
        the_rule(), key("b" * 64, "x"), key("a" * 64, "web"), key("a" * 64, "shop"), key("a" * 64, None), key("a" * 64, "web")
    )
    assert (row["asset_id"], row["kind"], row["place"]) == ("", "certificate", f"group:key.spki_sha256={'a' * 64}")
    assert row["finding_id"] == finding_id("p/key-shared", row["place"])
    assert row["members"] == ["certificate-1", "certificate-2", "certificate-3", "certificate-4"]
    assert (row["outcome"], row["counts"], row["uri"], row["line"]) == ("fail", True, "certificate-1.pem", 7)
    assert row["name"] == f"key.spki_sha256 {'a' * 23}…"
    assert row["message"] == "shared by 4 certificates with 2 owners: shop and web; at most 1 owner"
    assert row["limit"] == "at most 1 owner for each key.spki_sha256"
    assert orjson.loads(row["observed"]) == {"key.spki_sha256": "a" * 64, "count": 4, "distinct": 2, "owner": ["shop", "web"]}


def test_an_unknown_key_is_an_unknown_of_its_own() -> None:
    """Two rows whose key is unknown are two unknowns with their assets, and are equal to nothing; an absent key is skipped."""
    rule = the_rule()
    lost = {"_decoded": False}
    rows = [key(None, "a", **lost), key(None, "b", **lost), key(None, "c"), key("k", "d")]
    first, second = found(rule, *rows)
    assert [first["asset_id"], second["asset_id"]] == ["certificate0", "certificate1"]
    assert first["members"] == []
    assert first["missing"] == ["key.spki_sha256"]
    assert first["message"].startswith("could not be judged: key.spki_sha256 is not known")
    counts = evaluate([rule], {"certificate": table(*rows)}, AS_OF).counts(rule.id)
    assert (counts.passed, counts.failed, counts.unknown, counts.skipped) == (1, 0, 2, 1)


def test_members_that_might_be_make_ranges() -> None:
    """Where it is unknown whether a row is in, the group has so many members or more, and says what is missing."""
    (row,) = found(the_rule(), key("k", "a"), key("k", "b", is_ca=None, _decoded=False))
    assert (row["outcome"], row["missing"]) == ("unknown", ["is_ca"])
    assert row["message"].startswith(
        "could not be judged: shared by 1 to 2 certificates with 1 to 2 owners: a and b; at most 1 owner; is_ca"
    )
    assert orjson.loads(row["observed"])["count.least"] == 1
    assert row["members"] == ["certificate-0", "certificate-1"]


def test_what_surely_fails_lists_only_sure_members() -> None:
    """A row that might be in changes nothing, and is not accused."""
    (row,) = found(the_rule(), key("k", "a"), key("k", "c", is_ca=None, _decoded=False), key("k", "b"))
    assert row["outcome"] == "fail"
    assert row["members"] == ["certificate-0", "certificate-2"]
    assert row["message"] == "shared by 2 to 3 certificates with 2 to 3 owners: a and b; at most 1 owner"


def test_members_are_bounded_and_counted() -> None:
    """A thousand places are listed, the message has the true count."""
    (row,) = found(the_rule("count: { at_most: 3 }"), *(key("k", "a") for _ in range(1200)))
    assert len(row["members"]) == groups_found.MOST_MEMBERS == 1000
    assert row["message"] == "shared by 1,200 certificates; at most 3 members"


def test_groups_span_kinds() -> None:
    """A rule for several kinds groups their rows together."""
    rule = the_rule("distinct: { of: owner, at_most: 1 }", "service", "{ environment: prod }", "[certificate, endpoint]")
    shop = {"service": "shop", "environment": "prod"}
    others = table({**shop, "owner": "b"}, {"service": "mail", "environment": "prod", "owner": "b"}, kind="endpoint")
    (row,) = found(rule, {**shop, "owner": "a"}, endpoint=others)
    assert row["members"] == ["certificate-0", "endpoint-0"]
    assert row["message"] == "shared by 2 assets with 2 owners: a and b; at most 1 owner"


@pytest.mark.parametrize(
    ("demand", "sizes", "outcome"),
    [
        ("share: { at_most: 60% }", (3, 2), []),
        ("share: { at_most: 60% }", (4, 2), ["67 % of all certificates (4 of 6); at most 60 % of all certificates"]),
        ("share: { at_most: 60%, when_total: { at_least: 7 } }", (4, 2), []),
        ("share: { at_most: $part, when_total: { at_least: 6 } }", (4, 2), ["67 %"]),
        ("count: 2", (2, 2), []),
        ("count: { one_of: [1, 3] }", (2, 3), ["shared by 2 certificates; 1 or 3 members"]),
        ("count: { at_least: $most, less_than: 3 }", (3,), ["shared by 3 certificates; the number of members is at least 1 and"]),
        ("distinct: { of: owner, at_most: { by: as_of, steps: [1, { from: 2026-11-01, value: 2 }] } }", (2,), []),
        ("distinct: { of: owner, at_most: { by: as_of, steps: [2, { from: 2026-11-01, value: 1 }] } }", (2,), ["with 2 owners"]),
    ],
)
def test_shares_counts_and_steps(demand: str, sizes: tuple[int, ...], outcome: list[str]) -> None:
    """Each demand is judged, and its figures are said; absent keys count in the total of a share."""
    rows = [key(f"k{number}", f"o{one}") for number, size in enumerate(sizes) for one in range(size)]
    messages = [row["message"] for row in found(the_rule(demand), *rows)]
    assert len(messages) == len(outcome)
    assert all(wanted in said for wanted, said in zip(outcome, messages, strict=True)), messages


def test_a_share_is_of_all_selected_rows() -> None:
    """Rows without a key, or with an unknown one, are part of the whole."""
    rule = the_rule("share: { at_most: 50% }")
    assert [row["outcome"] for row in found(rule, key("k", "a"), key(None, "b"))] == []
    unknown = found(rule, key("k", "a"), key(None, "b", _decoded=False))
    assert [row["asset_id"] for row in unknown] == ["certificate1"]


def test_undeclared_keys_are_told() -> None:
    """A group rule says nothing of rows for which nobody declared the key, and that is said."""
    rule = the_rule("count: { at_most: 9 }", "owner")
    evaluation = evaluate([rule], {"certificate": table(key("a", None), key("b", "x"))}, AS_OF)
    assert evaluation.undeclared() == ({"field": "owner", "assets": 1, "rules": ["p/key-shared"]},)
    assert evaluation.counts(rule.id).skipped_undeclared == 1


def test_an_unknown_group_is_one_evidence_gap() -> None:
    """Gaps name a group by its place, and two groups are two gaps."""
    rule, row = the_rule(), {"is_ca": None, "_decoded": False}
    rows = [key(name, owner, **(row if owner == "b" else {})) for name in "kl" for owner in "ab"]
    known = pl.DataFrame(found(rule, *rows), infer_schema_length=None)
    gaps = judge.gaps(known.cast({"waived_by": pl.String, "column": pl.Int64, "pointer": pl.String}))
    assert gaps["place"].to_list() == ["group:key.spki_sha256=k", "group:key.spki_sha256=l"]
    assert gaps["would_tell"].to_list() == [["the certificate itself"]] * 2
    verdict = judge.verdict(known, [], asked(as_of=AS_OF))
    assert verdict.code == 3
    assert "2 checks of 2 assets could not be judged" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("by", "value", "place"),
    [
        ("is_ca", False, "group:is_ca=false"),
        ("key.bits", 2048, "group:key.bits=2048"),
        ("not_before", datetime(2026, 1, 2, tzinfo=UTC), "group:not_before=2026-01-02T00:00:00Z"),
        ("labels.zone", "a=b\n", "group:labels.zone=a=b\n"),
    ],
)
def test_places_name_any_type_of_key(by: str, value: object, place: str) -> None:
    """The place holds the exact value, whatever its type."""
    (row,) = found(the_rule("count: { more_than: 1 }", by, "{ version: 3 }"), {by: value, "version": 3})
    assert row["place"] == place


def test_values_of_a_boolean_are_two_at_most() -> None:
    """Three unknown booleans have no third value."""
    rule = replace(the_rule(), group=Group("key.spki_sha256", Distinct("self_signed", Literal(2))))
    assert found(rule, *(key("k", "a") for _ in range(3))) == []


# --- the loader --------------------------------------------------------------------------------------------------------


REFUSED = {
    "group_by: key.spki_sha256\n": (
        "",
        "p.yaml:14:16: group needs group_by: FIELD beside require, to say which rows are one group",
    ),
    "{ group: { distinct: { of: owner, at_most: 1 } } }": (
        "{ version: 3 }",
        "p.yaml:15:14: a rule with group_by asks something of groups: require: { group: { distinct: { of: FIELD, at_most: 1 } } }",
    ),
    "require: { group:": (
        "require: { version: 3, group:",
        "p.yaml:15:16: group stands alone in require; version belongs into when, which chooses the members",
    ),
    "group_by: key.spki_sha256": (
        "group_by: key.spki_sha25",
        "p.yaml:14:15: group_by: 'key.spki_sha25' is not a field of certificate",
    ),
    "key.spki_sha256\n": ("san.dns\n", "p.yaml:14:15: group_by: san.dns is a list; a field with one value is wanted"),
    "distinct: { of: owner": ("distnct: { of: owner", "p.yaml:15:25: 'distnct' cannot be asked of a group; nearest: 'distinct'"),
    "of: owner,": ("off: owner,", "p.yaml:15:37: unknown key 'off' of distinct; nearest: 'of'"),
    "of: owner": ("of: ownr", "p.yaml:15:41: of: 'ownr' is not a field of certificate; nearest: 'owner'"),
    ", at_most: 1": ("", "p.yaml:15:35: distinct needs at_most: write distinct: { of: owner, at_most: 1 }"),
    "of: owner, at_most: 1": ("of: usage, at_most: 1", "p.yaml:15:41: of: usage is a list; a field with one value is wanted"),
    "at_most: 1": ("at_most: one", "p.yaml:15:57: 'one' is not a whole number"),
    "at_most: 1 }": ("at_most: 60% }", "p.yaml:15:57: '60%' is not a whole number"),
    "of: owner, at": ("of: key.spki_sha256, at", "p.yaml:15:41: every group has one key.spki_sha256, for it is the group's key"),
    "at_most: 1 } }": ("at_most: 1 }, count: 3 }", "p.yaml:15:62: group asks one thing; write a rule of its own for each"),
    "at_most: 1 } } }": (
        "at_most: { by: not_before, steps: [1] } } } }",
        "p.yaml:15:63: a group has no not_before of its own; its limit changes by: as_of only",
    ),
    "distinct: { of: owner, at_most: 1 }": (
        "share: { at_most: 3 }",
        "p.yaml:15:43: '3' is not a share, which at_most is; write it as 66%",
    ),
    "{ distinct: { of: owner, at_most: 1 } }": (
        "{ share: { at_most: 6%, when_totl: { at_least: 5 } } }",
        "p.yaml:15:47: unknown key 'when_totl' of share; nearest: 'when_total'",
    ),
    "{ distinct: { of: owner, at_most: 1 } } ": (
        "{ share: { at_most: 6%, when_total: { at_lest: 5 } } } ",
        "p.yaml:15:61: unknown key 'at_lest' of when_total; nearest: 'at_least'",
    ),
    " distinct: { of: owner, at_most: 1 } ": (
        " share: { at_most: 6%, when_total: 5 } ",
        "p.yaml:15:59: when_total is { at_least: N }",
    ),
    "distinct: { of: owner, at_most: 1 } ": (
        "count: { at_mots: 5 } ",
        "p.yaml:15:34: operator at_mots does not fit count (integer)",
    ),
    "{ distinct: { of: owner, at_most: 1 } } }": ("3 }", "p.yaml:15:23: group asks one thing: distinct, count or share"),
    "  when: { is_ca: false }": ("  when: { group: { count: 3 } }", "p.yaml:13:13: group stands alone in require"),
    "pass: [{ owner: retail }, { owner: retail }, { owner: absent }]": (
        "pass: { owner: retail }",
        "p.yaml:19:15: a test of a group rule is a list of rows: [ { … }, { … } ]",
    ),
    "fail: [{ owner: retail }, { owner: payments }]": ("fail: []", "p.yaml:20:15: a test of a group rule is a list of rows"),
    "for: certificate": (
        "for: [certificate, endpoint]",
        "p.yaml:14:15: group_by: 'key.spki_sha256' is not a field of endpoint; one of",
    ),
}


@pytest.mark.parametrize("old", REFUSED)
def test_a_group_rule_that_cannot_be_meant_is_refused(old: str) -> None:
    """Place, offending text, and the nearest word or what to write."""
    new, wanted = REFUSED[old]
    if old.startswith("group_by") and not new:
        old = f"    {old}"
    with pytest.raises(PolicyError) as caught:
        loaded(old, new)
    said = [str(fault) for fault in caught.value.faults]
    assert any(one.startswith(wanted) for one in said), said


# --- tests, and what is said of a rule -----------------------------------------------------------------------------------


def faults(policy: Policy) -> Iterator[str]:
    """List what does not come out as expected."""
    return (str(result) for result in proof.run(policy) if not result.ok)


def test_group_tests_share_the_key_unless_they_state_it() -> None:
    """The rows of a test are one group; with keys of their own they are several, and the worst of them decides."""
    assert [*faults(loaded())] == []
    stated = "fail: [{ owner: retail, key.spki_sha256: a }, { owner: payments, key.spki_sha256: b }]"
    (said,) = faults(loaded("fail: [{ owner: retail }, { owner: payments }]", stated))
    assert "expected fail, got pass" in said
    assert "key.spki_sha256 a and b, owner retail and payments" in said


def test_a_failing_group_test_says_why() -> None:
    """The message of the finding that came out is told."""
    (said,) = faults(loaded("{ owner: retail }, { owner: absent }", "{ owner: payments }"))
    assert "expected pass, got fail (shared by 2 certificates with 2 owners: payments and retail; at most 1 owner)" in said
    (lost,) = faults(loaded("{ owner: retail }, { owner: absent }", "{ owner: payments, key.spki_sha256: unknown }"))
    assert "expected pass, got unknown (could not be judged: key.spki_sha256 is not known" in lost


def test_a_healthy_row_alone_is_not_asked_for_numbers() -> None:
    """How many there are is no property of a row, so only `distinct` is tried on the healthy one."""
    counting = loaded(DISTINCT, "count: { at_least: 2 }").text.split("    tests:")[0]
    tests = "    tests:\n      - pass: [{}, {}]\n      - fail: [{}]\n"
    (policy,) = load.load([PolicyFile("p.yaml", (counting + tests).encode())])
    assert [*faults(policy)] == []
    assert [result.got for result in proof.run(loaded()) if result.expected == proof.HEALTHY] == [Outcome.PASS]


def test_a_group_rule_is_said_in_words() -> None:
    """Page, limit and fix speak of groups."""
    policy = loaded()
    rule = policy.rules[0]
    assert message.settled(rule, rule.fix, AS_OF) == "Make a key for each; 1 owner may use {name}."
    assert "Asks for at most 1 owner for each key.spki\\_sha256" in pages.render(policy)
    assert "| an inventory | `owner` | every rule |" in pages.render(policy)


@pytest.mark.parametrize(
    "demand",
    [
        DISTINCT,
        "count: { any_of: [ { at_least: 2 }, { not: { is: 3 } } ] }",
        "count: [1, 3]",
        "share: { at_most: 60%, when_total: { at_least: 50 } }",
        "distinct: { of: team, at_most: { by: as_of, steps: [2, { from: 2027-01-01, value: 1 }] } }",
    ],
)
def test_a_child_is_stored_with_the_same_group_rule(demand: str, tmp_path: Path) -> None:
    """What `policy show` writes of an inherited group rule, and what a result stores, means the same."""
    lines = [line for line in TEXT.replace(DISTINCT, demand).splitlines() if not line.startswith("healthy")]
    (tmp_path / "p.yaml").write_text("\n".join(lines), encoding="utf-8")
    child = b"policy: c\nversion: 1\ntitle: C\nowner: o\nextends: [p]\n"
    (policy,) = load.load([PolicyFile("c.yaml", child, folder=tmp_path)])
    (again,) = load.load([PolicyFile("c.yaml", merged.text(policy).encode())])
    assert again.rules[0].group == policy.rules[0].group is not None
    assert again.rules[0].when == policy.rules[0].when


def test_hostile_keys_stay_within_bounds() -> None:
    """A key of a million characters is named by its beginning."""
    (row,) = found(the_rule("count: { at_least: 2 }", "owner"), key("k", "x" * 1_000_000))
    assert len(row["name"]) < 40
    assert len(row["message"]) < 310


SCHEMA = jsonschema.Draft202012Validator(schema.schema())


@pytest.mark.parametrize(
    ("demand", "legal"),
    [
        (DISTINCT, True),
        ("distinct: { of: labels.zone, at_most: $most }", True),
        ("count: [1, 3]", True),
        ("share: { at_most: 60%, when_total: { at_least: 50 } }", True),
        ("distinct: { of: owner }", False),
        ("distinct: { of: san.dns, at_most: 1 }", False),
        ("share: { at_most: 60%, when_totl: { at_least: 50 } }", False),
        ("distinct: { of: owner, at_most: 1 }, count: 3", False),
    ],
)
def test_editors_take_what_the_loader_takes(demand: str, legal: bool) -> None:  # noqa: FBT001 - a case
    """The JSON Schema completes group rules, and marks what the loader refuses."""
    document = orjson.loads(orjson.dumps(yaml.safe_load(TEXT.replace(DISTINCT, demand))))
    assert SCHEMA.is_valid(document) is legal, [error.message for error in SCHEMA.iter_errors(document)]

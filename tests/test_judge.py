"""Findings, gaps and the exit code (interfaces.md: findings, evidence_gaps, Exit code, Findings about the run itself)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from scanner import judge, scope, tables
from scanner.inventory.clock import with_time
from scanner.model import FINDINGS, GAPS, SIGHTINGS, Exit, Mode, OnUnknown, Problem, Severity, Spot, finding_id
from scanner.request import Request
from scanner.rules.engine.evaluate import Evaluation, evaluate
from scanner.rules.language.syntax import Policy, Rule, Source
from tests.requests import AS_OF, asked
from tests.rules.rules import compared, rule

BIG = rule(None, compared("key.bits", "at_least", 2048), id_="made/big")
PUBLIC = rule(None, compared("trust", "is", "public"), id_="made/public")
WHERE = {name: SIGHTINGS[name] for name in ("kind", "asset_id", "uri", "line", "column", "pointer")}


def row(asset: str, **facts: Any) -> dict[str, Any]:
    """Make a certificate that was read from bytes."""
    named = {name.replace("__", ".") if name[0] != "_" else name: value for name, value in facts.items()}
    return {"asset_id": asset, "place": f"at-{asset}", "name": f"{asset}.example", "_decoded": True} | named


WEAK, GOOD, DARK = (
    row("weak", key__bits=1024, trust="public"),
    row("good", key__bits=4096, trust="public"),
    row("dark", _unknown=["key.bits"]),
)


def evaluated(rules: Sequence[Rule], *rows: dict[str, Any]) -> tuple[Evaluation, Mapping[str, pl.DataFrame]]:
    """Evaluate rules over rows."""
    known = {
        "certificate": with_time(tables.frame("certificate", rows), "certificate", AS_OF),
        "endpoint": tables.empty("endpoint"),
    }
    return evaluate(rules, known, AS_OF), known


def found(rules: Sequence[Rule], *rows: dict[str, Any], request: Request | None = None) -> pl.DataFrame:
    """Find what rules find in rows, each seen at line 1 of its own file."""
    evaluation, known = evaluated(rules, *rows)
    where = pl.DataFrame(
        [("certificate", one["asset_id"], f"{one['asset_id']}.pem", 1, None, None) for one in rows], schema=WHERE, orient="row"
    )
    return judge.findings(evaluation, rules, known, where, request or asked())


def test_a_finding_says_which_rule_which_asset_where_and_what_was_seen() -> None:
    """One row per fail, with the promised columns."""
    (said,) = found([BIG], WEAK, GOOD).to_dicts()
    assert list(said) == list(FINDINGS)
    expected = {
        "finding_id": finding_id("made/big", "at-weak"), "rule_id": "made/big", "kind": "certificate", "asset_id": "weak", "place": "at-weak",
        "name": "weak.example", "outcome": "fail", "severity": "high", "mode": "block", "counts": True, "waived_by": None,
        "in_baseline": False, "members": [], "missing": [], "uri": "weak.pem", "line": 1,
    }  # fmt: skip
    assert {name: said[name] for name in expected} == expected
    assert json.loads(said["observed"]) == {"key.bits": 1024}
    assert "1024" in said["message"]
    assert "2048" in said["limit"]


def test_an_unknown_finding_names_what_is_missing() -> None:
    """It is a row of its own and no fail."""
    (said,) = found([BIG], DARK).to_dicts()
    assert (said["outcome"], said["missing"], json.loads(said["observed"])) == ("unknown", ["key.bits"], {"key.bits": None})


@pytest.mark.parametrize("fail_on", [*Severity, None])
@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("asset", [WEAK, DARK], ids=["fail", "unknown"])
def test_what_counts_blocks_and_is_as_severe_as_asked(
    asset: dict[str, Any], mode: Mode, severity: Severity, fail_on: Severity | None
) -> None:
    """An unknown counts exactly where a fail of the same rule would have counted."""
    one = replace(BIG, severity=severity, enforce=((None, mode),))
    severe = fail_on is not None and list(Severity).index(severity) <= list(Severity).index(fail_on)
    assert found([one], asset, request=asked(fail_on=fail_on))["counts"].item() is (mode is Mode.BLOCK and severe)


@pytest.mark.parametrize(
    ("own", "given", "counts"),
    [("fail", None, True), ("warn", None, False), ("ignore", None, False), ("warn", "fail", True), ("fail", "warn", False), ("fail", "ignore", False)],
)  # fmt: skip
def test_on_unknown_replaces_what_the_rule_says(own: str, given: str | None, counts: bool) -> None:  # noqa: FBT001 - a case
    """The user's word goes before the rule's."""
    one = replace(BIG, if_unknown=OnUnknown(own))
    assert found([one], DARK, request=asked(on_unknown=OnUnknown(given) if given else None))["counts"].item() is counts


@pytest.mark.parametrize(("days", "mode"), [(-1, "warn"), (0, "block"), (1, "block")])
def test_enforcement_follows_as_of(days: int, mode: str) -> None:
    """A step begins on its day."""
    one = replace(BIG, enforce=((None, Mode.WARN), (AS_OF, Mode.BLOCK)))
    assert found([one], WEAK, request=asked(as_of=AS_OF + timedelta(days=days)))["mode"].item() == mode


def test_findings_stand_worst_first() -> None:
    """Counting ones, then fails, then by severity, rule and place, whatever order rules and rows came in."""
    low, critical = (
        replace(BIG, id="made/low", severity=Severity.LOW),
        replace(BIG, id="made/critical", severity=Severity.CRITICAL),
    )
    rows, rules = [DARK, WEAK, row("also", key__bits=1)], [low, BIG, critical]
    said = found(rules, *rows).select("rule_id", "asset_id").rows()
    assert said == [
        ("made/critical", "also"), ("made/critical", "weak"), ("made/big", "also"), ("made/big", "weak"), ("made/critical", "dark"),
        ("made/big", "dark"), ("made/low", "also"), ("made/low", "weak"), ("made/low", "dark"),
    ]  # fmt: skip
    assert found(rules[::-1], *rows[::-1]).select("rule_id", "asset_id").rows() == said


def test_unknowns_are_said_once_per_asset() -> None:
    """With all that is missing, the rules left undecided, and the highest severity of them."""
    worse = replace(PUBLIC, severity=Severity.CRITICAL, if_unknown=OnUnknown.WARN)
    gaps = judge.gaps(found([BIG, worse], DARK, WEAK, GOOD))
    assert dict(gaps.schema) == GAPS
    (gap,) = gaps.to_dicts()
    assert (gap["asset_id"], gap["missing"], gap["rules"]) == ("dark", ["key.bits", "trust"], ["made/big", "made/public"])
    assert (gap["severity"], gap["counts"], gap["uri"]) == ("critical", True, "dark.pem")
    assert gap["would_tell"] == ["the certificate itself", "the issuer's certificate (--roots)"]


def test_without_unknowns_there_are_no_gaps() -> None:
    """The columns are there."""
    gaps = judge.gaps(found([BIG], WEAK))
    assert (gaps.height, dict(gaps.schema)) == (0, GAPS)


@pytest.mark.parametrize("kind", list(tables.KINDS))
def test_every_field_has_something_that_would_tell_it(kind: str) -> None:
    """A gap always says where to look."""
    assert [name for name in tables.FACTS[kind] if not all(judge.sources(kind, name))] == []


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("certificate", "private_key_protection", ["an inventory"]),
        ("endpoint", "port", ["an inventory", "sslyze"]),
        ("certificate", "self_signed", ["its signature checked by hand (openssl verify, then --assume)"]),
        ("certificate", "root.dn", ["the issuer's certificate (--roots)"]),
        ("certificate", "expired", ["the certificate itself"]),
    ],
)
def test_what_would_tell_can_be_got(kind: str, name: str, told: list[str]) -> None:
    """Neither our names of formats nor «another source» help anybody."""
    assert judge.sources(kind, name) == told


UNREACHABLE = Problem(Severity.HIGH, "certgate/unreachable", "no answer", Spot("tls://a:443"), incomplete=True)
BROKEN = Problem(Severity.HIGH, "certgate/unreadable-input", "broken", Spot("a.pem"), incomplete=True)
NOTE = Problem(Severity.LOW, "certgate/conflicting-facts", "two owners", Spot("a.csv"))
VERDICTS = [
    ([GOOD], [], Exit.OK, ["no finding at or above high is open"]),
    ([GOOD], [NOTE], Exit.OK, ["no finding at or above high is open"]),
    ([WEAK], [], Exit.VIOLATIONS, ["1 finding at or above high is open"]),
    ([DARK], [], Exit.INCOMPLETE, ["1 check of 1 asset could not be judged"]),
    ([GOOD], [UNREACHABLE], Exit.INCOMPLETE, ["1 host gave no answer"]),
    ([GOOD], [UNREACHABLE, BROKEN, UNREACHABLE], Exit.INCOMPLETE, ["2 hosts gave no answer", "1 input could not be read"]),
    (
        [WEAK, DARK],
        [BROKEN],
        Exit.VIOLATIONS,
        ["1 finding at or above high is open", "1 input could not be read", "1 check of 1 asset"],
    ),
]


@pytest.mark.parametrize(("rows", "problems", "code", "reasons"), VERDICTS)
def test_the_exit_code_and_its_reasons(
    rows: list[dict[str, Any]], problems: list[Problem], code: Exit, reasons: list[str]
) -> None:
    """A fail that counts goes before an incomplete run, and both are said."""
    said = judge.verdict(found([BIG], *rows), problems, asked())
    assert said.code is code
    assert [words.startswith(start) for words, start in zip(said.reasons, reasons, strict=True)] == [True] * len(reasons)


def test_what_does_not_count_moves_no_exit_code() -> None:
    """A fail and an unknown of a rule that only warns."""
    warns = replace(BIG, enforce=((None, Mode.WARN),))
    assert judge.verdict(found([warns], WEAK, DARK), [], asked()).code is Exit.OK


def test_fail_on_never_says_that_nothing_blocks() -> None:
    """A green run that could not have been red says so; an incomplete one is incomplete all the same."""
    request = asked(fail_on=None)
    said = judge.verdict(found([BIG], WEAK, request=request), [], request)
    assert (said.code, said.reasons) == (Exit.OK, ("nothing blocks (--fail-on never)",))
    assert judge.verdict(found([BIG], WEAK, request=request), [BROKEN], request).code is Exit.INCOMPLETE


def policy(*rules: Rule, named: bool = True, **more: Any) -> Policy:
    """Make a policy of rules."""
    (shipped,) = scope.policies(asked(policies=("approved-cas",)))
    return replace(shipped, id="made", named=named, rules=rules, **more)


SKIPS = rule(compared("trust", "is", "private"), compared("key.bits", "at_least", 2048), id_="made/skips")


def nothing(*policies: Policy, rows: Sequence[dict[str, Any]] = (GOOD,), **more: Any) -> list[str]:
    """Ask whether a run judged nothing."""
    evaluation, _ = evaluated([one for policy in policies for one in policy.rules], *rows)
    return judge.nothing_matched(evaluation, policies, len(rows), asked(**more))


def test_a_run_that_judged_nothing_says_so() -> None:
    """No assets, no rule that applied, or a policy that the user named and that applied to none."""
    assert nothing(policy(BIG)) == []
    assert nothing(policy(BIG), rows=()) == ["no assets were found in the evidence"]
    assert nothing(policy(SKIPS)) == ["no rule of any policy applied to any asset"]
    assert nothing(policy(BIG), replace(policy(SKIPS), id="other")) == ["policy other applied to no asset"]


def test_one_rule_of_a_policy_that_applied_is_enough() -> None:
    """A single rule that applied to none is shown only."""
    assert nothing(policy(BIG, SKIPS)) == []


def test_a_policy_that_nobody_named_may_apply_to_nothing() -> None:
    """The default is for every kind of evidence."""
    assert nothing(policy(BIG), replace(policy(SKIPS, named=False), id="other")) == []
    assert nothing(policy(BIG), replace(policy(SKIPS), id="other"), policies=("default",)) == []


def test_an_empty_run_may_be_allowed() -> None:
    """`--allow-empty`."""
    assert nothing(policy(SKIPS), rows=(), allow_empty=True) == []


@pytest.mark.parametrize(("left_out", "said"), [(1, "--where kept none of 1 asset"), (1200, "--where kept none of 1,200 assets")])
def test_a_run_whose_assets_were_all_left_out_says_by_what(left_out: int, said: str) -> None:
    """Evidence is not empty where --where kept none of it."""
    evaluation, _ = evaluated([BIG])
    assert judge.nothing_matched(evaluation, [policy(BIG)], 0, asked(where="{}"), left_out) == [said]
    assert judge.nothing_matched(evaluation, [policy(BIG)], 0, asked(where="{}", allow_empty=True), left_out) == []


def test_a_run_that_decided_nothing_says_so() -> None:
    """Not a pass, not a fail: however little undecided checks count for, and though nothing was expected."""
    evaluation, _ = evaluated([BIG], DARK, DARK)
    assert judge.nothing_judged(evaluation, [BIG]) == ["none of the 2 checks that applied could be decided"]
    evaluation, _ = evaluated([BIG], DARK)
    assert judge.nothing_judged(evaluation, [BIG]) == ["not even the one check that applied could be decided"]


@pytest.mark.parametrize("row", [GOOD, WEAK])
def test_one_decided_check_is_enough(row: dict[str, Any]) -> None:
    """What undecided ones beside it count for, their rules say."""
    evaluation, _ = evaluated([BIG], DARK, row)
    assert judge.nothing_judged(evaluation, [BIG]) == []


def test_what_never_applied_is_not_undecided() -> None:
    """That nothing matched is said apart, and may be allowed."""
    evaluation, _ = evaluated([SKIPS], {**GOOD, "trust": "public"})
    assert judge.nothing_judged(evaluation, [SKIPS]) == []


def about(checked: int | None = None, seen: Sequence[int | None] = ()) -> list[str]:
    """Say what is said of a source checked, and of evidence seen, so many days after as_of."""
    sources = () if checked is None else (Source("s", "A standard", checked=AS_OF + timedelta(days=checked)),)
    instants = [None if days is None else AS_OF + timedelta(days=days) for days in seen]
    sightings = pl.DataFrame(
        {"seen_at": instants, "uri": "scan.json", "line": 1},
        schema={name: SIGHTINGS[name] for name in ("seen_at", "uri", "line")},
    )
    problems = list(judge.about_the_run([policy(BIG, sources=sources)], sightings, AS_OF))
    assert not any(one.incomplete for one in problems)
    return [one.code for one in problems]


@pytest.mark.parametrize(("checked", "codes"), [(0, []), (-365, []), (-367, ["certgate/policy-stale"]), (30, []), (None, [])])
def test_a_policy_checked_more_than_a_year_ago_is_stale(checked: int | None, codes: list[str]) -> None:
    """As of the date of evaluation, not of today."""
    assert about(checked) == codes


@pytest.mark.parametrize(("seen", "codes"), [([0, None, -9], []), ([1], ["certgate/evidence-after-as-of"]), ([], [])])
def test_evidence_seen_after_as_of_is_told(seen: list[int | None], codes: list[str]) -> None:
    """A file read in this run counts as observed at as_of."""
    assert about(seen=seen) == codes

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.rules.engine.evaluate import Counts, Evaluation, evaluate
from scanner.rules.language.syntax import AllOf, Elements, Entry, InList, Predicate, Rule
from tests.rules.rules import AS_OF, compared, rule

PUBLIC = compared("trust", "is", "public")
BIG = compared("key.bits", "at_least", 2048)


def over(*rows: dict[str, Any], rules: list[Rule], kind: str = "certificate") -> Evaluation:
    """Evaluate rules over rows that came from bytes."""
    table = with_time(tables.frame(kind, [{"_decoded": True} | row for row in rows]), kind, AS_OF)
    return evaluate(rules, {kind: table}, AS_OF)


def outcome(when: Predicate | None, require: Predicate, **row: Any) -> str:
    """Say what a rule says of one row."""
    counts = over(
        {name.replace("__", ".") if name[0] != "_" else name: value for name, value in row.items()}, rules=[rule(when, require)]
    ).counts("made/up")
    return next(name for name in ("passed", "failed", "unknown", "skipped") if getattr(counts, name))


CASES = [
    ("public", 2048, "passed"), ("public", 1024, "failed"), ("public", None, "unknown"),
    ("private", 2048, "skipped"), ("private", 1024, "skipped"), ("private", None, "skipped"),
    (None, 2048, "passed"), (None, 1024, "unknown"), (None, None, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("trust", "bits", "expected"), CASES)
def test_when_and_require_give_the_outcome(trust: str | None, bits: int | None, expected: str) -> None:
    """A `when` that is unknown passes only where `require` is true, for then nothing could be wrong."""
    assert outcome(PUBLIC, BIG, trust=trust, key__bits=bits, _unknown=["key.bits"]) == expected


def test_outcomes_are_counted() -> None:
    """Every row has exactly one outcome."""
    rows = [{"trust": trust, "key.bits": bits, "_unknown": ["key.bits"]} for trust, bits, _ in CASES]
    assert over(*rows, rules=[rule(PUBLIC, BIG)]).counts("made/up") == Counts(2, 1, 3, 3)


def test_findings_are_fails_then_unknowns_by_row() -> None:
    """A finding names the row of its table, and what is missing where it is unknown."""
    rows = [{"trust": trust, "key.bits": bits, "_unknown": ["key.bits"]} for trust, bits, _ in CASES]
    found = over(*rows, rules=[rule(PUBLIC, BIG)]).findings("made/up", "certificate")
    assert found.rows() == [
        (1, "fail", []), (2, "unknown", ["key.bits"]), (7, "unknown", ["trust"]), (8, "unknown", ["key.bits", "trust"]),
    ]  # fmt: skip


def test_a_rule_that_finds_nothing_has_an_empty_table_of_findings() -> None:
    """So has a rule, or a kind, that was not evaluated."""
    evaluation = over({"key.bits": 2048}, rules=[rule(None, BIG)])
    for rule_id, kind in (("made/up", "certificate"), ("made/up", "endpoint"), ("other", "certificate")):
        found = evaluation.findings(rule_id, kind)
        assert (found.height, found.columns) == (0, ["row", "outcome", "missing"])
    assert evaluation.counts("other") == Counts()


def test_a_rule_applied_if_it_said_anything_but_skip() -> None:
    """A rule that skips everything did not apply."""
    evaluation = over({"trust": "private"}, rules=[rule(PUBLIC, BIG, id_="skips"), rule(None, BIG, id_="fails")])
    assert (evaluation.applied("skips"), evaluation.applied("fails"), evaluation.applied("other")) == (False, True, False)


def test_a_rule_for_several_kinds_runs_on_each() -> None:
    """Counts add up; findings are told apart by kind."""
    shared = rule(None, compared("owner", "present", True), "certificate", "endpoint")  # noqa: FBT003 - as it is written
    known = {
        kind: tables.frame(kind, [{"owner": owner} for owner in owners])
        for kind, owners in (("certificate", ["a"]), ("endpoint", ["a", None]))
    }
    evaluation = evaluate([shared], known, AS_OF)
    assert evaluation.counts("made/up") == Counts(passed=2, failed=1)
    assert evaluation.findings("made/up", "endpoint")["row"].to_list() == [1]
    assert evaluation.findings("made/up", "certificate").is_empty()


def test_an_empty_table_counts_nothing() -> None:
    """No rows, no outcomes, no error."""
    assert evaluate([rule(PUBLIC, BIG)], {"certificate": tables.empty("certificate")}, AS_OF).counts("made/up") == Counts()


def test_a_constant_rule_judges_every_row() -> None:
    """A list whose entries have all lapsed matches nothing, in each of the rows."""
    lapsed = InList("subject.cn", "names", (Entry({"": "a"}, until=datetime(2020, 1, 1, tzinfo=UTC)),))
    assert over({}, {}, {}, rules=[rule(None, lapsed)]).counts("made/up") == Counts(failed=3)


@pytest.mark.parametrize(("name", "other"), [("evaluate.BATCH", 2), ("whens.FEW", 0), ("whens.FEW", 1)])
def test_batches_and_copies_make_no_difference(name: str, other: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rules are evaluated together, and whichever of them over a copy of the few rows they ask, they say the same."""
    listed = Elements("usage", "any", compared("", "is", "tls-server"))
    rules = [
        rule(
            (listed, PUBLIC, AllOf((PUBLIC, compared("subject.cn", "matches", "a.*"))))[number % 3],
            AllOf((listed, compared("key.bits", "at_least", number))),
            id_=str(number),
        )
        for number in range(9)
    ]
    rows: list[dict[str, Any]] = [
        {"usage": usage, "key.bits": bits, "trust": "public" if bits > 1 else "private", "subject.cn": name}
        for usage in (["tls-server"], ["email"], [None], None)
        for bits in (1, 5, 9)
        for name in ("ab", "b")
    ]

    def said() -> list[tuple[Counts, list[Any]]]:
        evaluation = over(*rows, rules=rules)
        return [(evaluation.counts(one.id), evaluation.findings(one.id, "certificate").rows()) for one in rules]

    whole = said()
    monkeypatch.setattr(f"scanner.rules.engine.{name}", other)
    assert said() == whole
    assert len({counts for counts, _ in whole}) > 3


def test_what_nobody_declared_is_told() -> None:
    """Assets that a `when` skipped only because nobody declared a field are counted once, with the rules they escaped."""
    production, tagged = compared("environment", "is", "production"), Elements("tags", "any", compared("", "is", "internet"))
    rules = [rule(production, BIG, id_="a"), rule(AllOf((production, PUBLIC)), BIG, id_="b"), rule(tagged, BIG, id_="c")]
    rows: list[dict[str, Any]] = [
        {"environment": None, "trust": "public", "tags": []},
        {"environment": None, "trust": "private", "tags": ["x"]},
        {"environment": "test", "tags": []},
    ]
    evaluation = over(*rows, rules=rules)
    assert evaluation.undeclared() == (
        {"field": "environment", "assets": 2, "rules": ["a", "b"]}, {"field": "tags", "assets": 2, "rules": ["c"]},
    )  # fmt: skip
    assert [evaluation.counts(one).skipped_undeclared for one in "abc"] == [2, 1, 2]


def test_the_table_that_was_given_is_left_alone() -> None:
    """What rules ask in common becomes columns of a copy."""
    table = tables.frame("certificate", [{"key.bits": 1}])
    before = table.columns
    evaluate([rule(PUBLIC, BIG, id_="a"), rule(PUBLIC, BIG, id_="b")], {"certificate": table}, AS_OF)
    assert table.columns == before
    assert isinstance(table, pl.DataFrame)

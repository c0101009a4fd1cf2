from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.engine.missing import BITS, masks, names
from scanner.rules.engine.reads import fields_read
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Elements,
    Entry,
    FieldOperand,
    InList,
    Literal,
    Not,
    Predicate,
    Size,
    Steps,
)
from scanner.tables import utc
from tests.rules.rules import AS_OF, compared, rule

A, B = compared("trust", "is", "public"), compared("in_inventory", "is", True)  # noqa: FBT003 - as it is written
NAMED = Elements("san.dns", "any", compared("", "is", "a"))


def missing(require: Predicate, when: Predicate | None = None, **facts: Any) -> list[str]:
    """Name what an undecided row misses."""
    row = {"_decoded": True} | {name if name[0] == "_" else name.replace("__", "."): value for name, value in facts.items()}
    table = with_time(tables.frame("certificate", [row]), "certificate", AS_OF)
    found = evaluate([rule(when, require)], {"certificate": table}, AS_OF).findings("made/up", "certificate")
    assert found["outcome"].to_list() == ["unknown"]
    return found["missing"].item().to_list()  # type: ignore[no-any-return]


def test_an_undecided_condition_names_what_it_reads() -> None:
    """Every unknown field of an undecided test is named, sorted."""
    assert missing(AllOf((A, B))) == ["in_inventory", "trust"]
    assert missing(AnyOf((Not(A), B))) == ["in_inventory", "trust"]


def test_a_decided_part_names_nothing() -> None:
    """What cannot change the outcome any more is not asked for."""
    settled = AnyOf((AllOf((B, compared("key.bits", "is", 1))), A))
    assert missing(settled, key__bits=2) == ["trust"]


def test_what_no_row_has_is_not_named_where_another_part_decides() -> None:
    """An unknown that another part of the same condition outweighs is not asked for, though it is unknown in every row."""
    assert missing(B, Not(AllOf((A, compared("key.bits", "is", 1)))), key__bits=2) == ["in_inventory"]


def test_only_when_is_named_where_require_is_false() -> None:
    """What decides is whether the rule applies."""
    assert missing(compared("key.bits", "is", 1), A, key__bits=2) == ["trust"]
    assert missing(B, A) == ["in_inventory", "trust"]


@pytest.mark.parametrize("names_", [None, ["b", None]])
def test_an_unknown_or_open_list_is_missing(names_: list[str | None] | None) -> None:
    """A list that may go on is not known."""
    assert missing(NAMED, san__dns=names_, _unknown=["san.dns"]) == ["san.dns"]
    assert missing(Size("san.dns", "at_least", (Literal(2),)), san__dns=names_, _unknown=["san.dns"]) == ["san.dns"]


def test_a_time_fact_is_told_by_its_sources() -> None:
    """Nobody can be asked for an elapsed share, but for dates."""
    share = compared("elapsed_share", "at_most", 0.5)
    assert missing(share, _decoded=False) == ["not_after", "not_before"]
    assert missing(share, _unknown=["not_after"], not_before=AS_OF) == ["not_after"]


def test_a_time_fact_that_is_itself_said_to_be_unknown_is_named() -> None:
    """A test of a policy may take it away though the dates are known."""
    assert missing(compared("expired", "is", False), _unknown=["expired"], not_after=AS_OF) == ["expired"]  # noqa: FBT003 - as it is written


def test_a_clock_is_missing_where_it_is_unknown() -> None:
    """The limit depends on it; a known clock is not named beside an unknown subject."""
    steps = compared("key.bits", "at_least", Steps("not_before", Literal(1), ((utc(2026), Literal(2)),)))
    assert missing(steps, key__bits=1, _unknown=["not_before"]) == ["not_before"]
    assert missing(steps, not_before=AS_OF, _unknown=["key.bits"]) == ["key.bits"]


def test_only_the_step_that_holds_is_read() -> None:
    """A field of another step cannot decide; of an unknown clock every step may."""
    fields = Steps("not_before", FieldOperand("key.exponent"), ((utc(2026), FieldOperand("path_length")),))
    steps, both = compared("key.bits", "at_least", fields), ["key.exponent", "path_length"]
    assert missing(steps, key__bits=1, not_before=AS_OF, _unknown=both) == ["path_length"]
    assert missing(steps, key__bits=1, _unknown=[*both, "not_before"]) == [*both[:1], "not_before", *both[1:]]


def test_a_known_list_is_not_missing_beside_an_unknown_clock() -> None:
    """The chain is complete; what is not known is when the certificate was issued."""
    dated = Elements("san.dns", "any", InList("", "names", (Entry({"": "a"}, issued_until=utc(2026)),)))
    assert missing(dated, san__dns=["a"], _unknown=["not_before"]) == ["not_before"]


def test_a_part_that_an_element_lacks_makes_the_list_missing() -> None:
    """An element known by name only may have any key."""
    link = {"subject.dn": "CN=A", "spki_sha256": None, "fingerprint_sha256": None, "ca_owner": None, "verified": None}
    assert missing(Elements("chain", "any", compared("spki_sha256", "is", "a")), chain=[link]) == ["chain"]


def test_more_fields_than_a_mask_has_bits() -> None:
    """A second column of masks takes the rest."""
    fields = [f"f{number:03}" for number in range(BITS + 3)]
    table = tables.frame("certificate", [{}])
    flagged = dict.fromkeys(fields, pl.lit(value=True)) | {"f001": pl.lit(value=False)}
    packed = table.select(masks(flagged))
    assert packed.columns == ["mask0", "mask1"]
    assert names(packed, tuple(flagged)).to_list() == [[name for name in fields if name != "f001"]]


def test_the_fields_a_rule_reads_are_those_of_require_then_when() -> None:
    """Subjects, operands, clocks and the keys of lists, each once; within a list only what is asked of the row."""
    dated = InList("", "approved", (Entry({"spki_sha256": "a"}, issued_until=utc(2026)),))
    steps = Steps("earliest_sct", Literal(1), ((utc(2026), FieldOperand("path_length")),))
    require = AllOf(
        (
            Elements("chain", "any", dated),
            compared("key.bits", "is", steps),
            compared("key.bits", "is", Steps("as_of", Literal(1), ())),
        )
    )
    keys = InList("", "keys", (Entry({"key.bits": 1, "key.curve": "P-256"}),))
    read = fields_read(rule(AnyOf((A, Not(keys), Size("usage", "is", (Literal(0),)))), require), "certificate")
    assert read == ("chain", "not_before", "key.bits", "earliest_sct", "path_length", "trust", "key.curve", "usage")

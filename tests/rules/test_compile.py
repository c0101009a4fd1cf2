from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.rules.engine.compile import column
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, Entry, FieldOperand, InList, Literal, Not, Steps
from tests.rules.rules import AS_OF, compared, judged

DAY = timedelta(days=1)
MARCH = datetime(2026, 3, 15, tzinfo=UTC)
LIMIT = Steps("not_before", Literal(398 * DAY), ((MARCH, Literal(200 * DAY)),))
LIFETIME = compared("lifetime", "at_most", LIMIT)


def link(**parts: Any) -> dict[str, Any]:
    """Make an element of a chain; what is left out is null."""
    names = ("subject.dn", "spki_sha256", "fingerprint_sha256", "ca_owner", "verified")
    return {name: parts.get(name.replace(".", "__")) for name in names}


def approved(*entries: Entry, quantifier: str = "any") -> Elements:
    """Ask whether the chain meets a list."""
    return Elements("chain", quantifier, InList("", "approved", entries))


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [(MARCH - DAY, 398, True), (MARCH, 200, True), (MARCH, 201, False), (MARCH - DAY, 399, False), (None, 201, False)],
)
def test_steps_follow_the_clock_of_the_row(day: datetime | None, days: int, expected: bool) -> None:  # noqa: FBT001 - a case
    """The step begins on its date; without a notBefore, known to be absent, there is no limit to keep."""
    assert judged(LIFETIME, not_before=day, lifetime=days * DAY) is expected


def test_an_unknown_clock_leaves_steps_undecided() -> None:
    """Nobody knows which limit applies."""
    assert judged(LIFETIME, _decoded=False, lifetime=DAY) is None


def test_steps_of_as_of_follow_the_evaluation() -> None:
    """The same evidence is judged by another limit at another time."""
    test = compared("key.bits", "at_least", Steps("as_of", Literal(2048), ((MARCH, Literal(3072)),)))
    assert judged(test, MARCH - DAY, key__bits=2048) is True
    assert judged(test, MARCH, key__bits=2048) is False


def test_another_field_is_an_operand() -> None:
    """An absent one makes the comparison false, an unknown one unknown."""
    test = compared("subject.cn", "is", FieldOperand("subject.organization"))
    assert judged(test, subject__cn="a", subject__organization="a") is True
    assert judged(test, subject__cn="a") is False
    assert judged(test, subject__cn="a", _unknown=["subject.organization"]) is None


@pytest.mark.parametrize(
    ("names", "cn", "expected"),
    [(["a"], "a", True), (["b"], "a", False), (["b", None], "a", None), ([], "a", False), ([], None, False), (None, "a", None)],
)
def test_another_field_is_looked_for_in_a_list(names: list[str | None] | None, cn: str | None, expected: bool | None) -> None:  # noqa: FBT001 - a case
    """An open list may hold it; an absent value is in no list, not even in an empty one."""
    unknown = [] if names is not None else ["san.dns"]
    assert (
        judged(
            Elements("san.dns", "any", compared("", "is", FieldOperand("subject.cn"))),
            san__dns=names,
            subject__cn=cn,
            _unknown=unknown,
        )
        is expected
    )


def test_an_unknown_value_may_be_in_any_list_but_an_empty_one() -> None:
    """Nothing is in an empty list."""
    test = Elements("san.dns", "any", compared("", "is", FieldOperand("subject.cn")))
    assert judged(test, san__dns=[], _unknown=["subject.cn"]) is False
    assert judged(test, san__dns=["a"], _unknown=["subject.cn"]) is None


@pytest.mark.parametrize(
    ("origin", "facts", "expected"),
    [
        ("team", {}, False),
        ("team", {"_unknown": ["team"]}, None),
        ("labels.zone", {}, False),
        ("subject.cn", {}, False),
        ("subject.cn", {"_decoded": None}, None),
        ("trust", {}, None),
        ("trust", {"_absent": ["trust"]}, False),
        ("issuer.ca_owner", {}, None),
        ("issuer.ca_owner", {"root.fingerprint_sha256": "aa"}, False),
        ("expired", {}, False),
        ("expired", {"_decoded": False}, None),
    ],
)
def test_null_means_absent_or_unknown_by_origin_and_marks(origin: str, facts: dict[str, Any], expected: bool | None) -> None:  # noqa: FBT001 - a case
    """Declared: absent; decoded: absent where bytes were read; derived: unknown, unless what it was looked up by is there."""
    assert judged(compared(origin, "present", True), **facts) is expected  # noqa: FBT003 - as it is written


def test_absent_wins_over_unknown() -> None:
    """A row that says both is believed in what it knows."""
    assert judged(compared("trust", "is", "public"), _absent=["trust"], _unknown=["trust"]) is False


def test_a_list_said_to_be_absent_is_empty() -> None:
    """`all` of an absent list is true."""
    test = Elements("chain", "all", compared("verified", "is", True))  # noqa: FBT003 - as it is written
    assert judged(test, _absent=["chain"]) is True
    assert judged(test) is None


KLEENE = [
    (True, True, True, True),
    (True, False, False, True),
    (True, None, None, True),
    (False, None, False, None),
    (None, None, None, None),
]


@pytest.mark.parametrize(("one", "other", "both", "either"), KLEENE)
def test_conditions_join_in_kleene_logic(one: bool | None, other: bool | None, both: bool | None, either: bool | None) -> None:  # noqa: FBT001 - a case
    """Unknown decides nothing, but what is decided stays so."""
    said = {True: compared("key.bits", "is", 1), False: compared("key.bits", "is", 2), None: compared("trust", "is", "public")}
    parts = (said[one], said[other])
    for pair in (parts, parts[::-1]):
        assert judged(AllOf(pair), key__bits=1) is both
        assert judged(AnyOf(pair), key__bits=1) is either
        assert judged(Not(AllOf(pair)), key__bits=1) is (None if both is None else not both)


def test_a_shape_holds_of_one_element() -> None:
    """Two elements that fulfil one half each do not fulfil the shape."""
    shape = AllOf((compared("spki_sha256", "is", "a"), compared("ca_owner", "is", "A")))
    apart = [link(spki_sha256="a", ca_owner="B"), link(spki_sha256="b", ca_owner="A")]
    assert judged(Elements("chain", "any", shape), chain=apart) is False
    assert judged(Elements("chain", "any", shape), chain=[*apart, link(spki_sha256="a", ca_owner="A")]) is True


def test_a_name_alone_counts_only_on_a_verified_element() -> None:
    """A name can be forged; a signature that was not checked leaves the question open."""
    by_name = approved(Entry({"subject.dn": "CN=A"}))
    assert [judged(by_name, chain=[link(subject__dn="CN=A", verified=one)]) for one in (True, False, None)] == [True, False, None]
    assert (
        judged(approved(Entry({"subject.dn": "CN=A", "spki_sha256": "a"})), chain=[link(subject__dn="CN=A", spki_sha256="a")])
        is True
    )


def test_an_entry_counts_until_its_last_day() -> None:
    """`until` runs on as_of; a list of which nothing is in force matches nothing."""
    until = approved(Entry({"spki_sha256": "a"}, until=AS_OF))
    assert judged(until, AS_OF - DAY, chain=[link(spki_sha256="a")]) is True
    assert judged(until, AS_OF, chain=[link(spki_sha256="a")]) is False
    assert judged(until, AS_OF, chain=[link(spki_sha256="a"), None]) is None


@pytest.mark.parametrize("quantifier", ["any", "all"])
def test_an_entry_counts_for_what_was_issued_until_its_last_day(quantifier: str) -> None:
    """`issued_until` runs on notBefore, whatever as_of is."""
    dated = approved(Entry({"spki_sha256": "a"}, issued_until=MARCH), quantifier=quantifier)
    chain = [link(spki_sha256="a")]
    assert judged(dated, not_before=MARCH - DAY, chain=chain) is True
    assert judged(dated, not_before=MARCH, chain=chain) is False
    assert judged(dated, chain=chain) is False
    assert judged(dated, chain=chain, _unknown=["not_before"]) is None


def test_issued_until_matches_nothing_where_nothing_is_issued() -> None:
    """An endpoint has no notBefore."""
    dated = InList("host", "hosts", (Entry({"": "a"}, issued_until=MARCH),))
    assert judged(dated, kind="endpoint", host="a") is False


def test_an_owner_is_absent_where_the_chain_reached_its_root() -> None:
    """A root without organisation has no owner to be approved; an unfinished chain may still have one."""
    owned = approved(Entry({"ca_owner": "A"}))
    assert judged(owned, chain=[link(spki_sha256="a")], root__fingerprint_sha256="aa") is False
    assert judged(owned, chain=[link(spki_sha256="a")]) is None


def test_rows_of_one_table_keep_their_own_absence() -> None:
    """Rows with and without bytes, with and without a root, are told apart in one column."""
    chain = [link(spki_sha256="a")]
    rows = [{"chain": chain, "root.fingerprint_sha256": root, "_decoded": read} for root, read in (("aa", True), (None, False))]
    table = tables.frame("certificate", rows)
    owned = approved(Entry({"ca_owner": "A"}))
    assert table.select(column(owned, "certificate", table, AS_OF)).to_series().to_list() == [False, None]
    named = compared("subject.cn", "is", "a")
    assert table.select(column(named, "certificate", table, AS_OF)).to_series().to_list() == [False, None]


def test_a_constant_has_the_length_of_the_table() -> None:
    """A rule of which nothing is left to ask still judges every row, and none where there is none."""
    nothing = InList("subject.cn", "empty", ())
    table = tables.frame("certificate", [{}, {}, {}])
    for frame in (table, table.clear()):
        found = frame.select(column(nothing, "certificate", frame, AS_OF)).to_series()
        assert found.to_list() == [False] * frame.height


def test_a_column_that_the_table_lacks_is_null() -> None:
    """Labels that no row carries are absent, observed facts that no source had are unknown."""
    table = pl.DataFrame({"asset_id": ["a", "b"]})
    for name, expected in (("labels.zone", False), ("trust", None)):
        found = table.select(column(compared(name, "is", "a"), "certificate", table, AS_OF)).to_series()
        assert found.to_list() == [expected] * 2


def test_categories_are_compared_as_text() -> None:
    """A table may hold words of few values in a narrower type than the registry's."""
    table = tables.frame("certificate", [{"key.algorithm": "RSA"}]).with_columns(pl.col("key.algorithm").cast(pl.Categorical))
    found = [
        table.select(column(test, "certificate", table, AS_OF)).item()
        for test in (compared("key.algorithm", "is", "EC"), compared("key.algorithm", "glob", "R*"))
    ]
    assert found == [False, True]


def test_another_field_within_a_list_only_by_itself() -> None:
    """What Polars cannot ask is refused, not answered wrongly."""
    test = Elements("san.dns", "all", compared("", "is", FieldOperand("subject.cn")))
    with pytest.raises(TypeError, match="any or none"):
        judged(test, san__dns=["a"], subject__cn="a")


def test_a_long_list_is_judged_to_its_last_entry() -> None:
    """No entry is lost, and none is too many, where each is a shape of its own."""
    entries = tuple(Entry({"key.algorithm": "RSA", "key.bits": number}) for number in range(10_000))
    found = [judged(InList("", "keys", entries), key__algorithm="RSA", key__bits=bits) for bits in (0, 9_999, 10_000)]
    assert found == [True, True, False]

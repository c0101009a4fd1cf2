"""Exceptions: what the file must say, when one is in force, what it waives; held to a slow reading of the page."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import tables
from scanner.errors import PolicyError, UsageError
from scanner.inventory.clock import with_time
from scanner.model import FINDINGS, ExceptionState, Severity, finding_id
from scanner.request import Request
from scanner.rules.acceptance import exception_findings, exceptions_file, waiving
from scanner.rules.language import flow
from scanner.rules.language.syntax import Policy, Rule
from scanner.rules.language.tree import Faults, Scalar, parse
from scanner.rules.language.tree import Mapping as Mapping_
from scanner.rules.reader import exceptions, terms
from tests.conftest import HERE
from tests.rules.rules import compared, rule

AS_OF = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD = """\
exceptions:
  - id: EX-2026-014
    rule: public-tls/lifetime            # or a glob
    assets: { san.dns: { any: pos.example.com } }
    reason: Terminal firmware cannot renew before the March rollout; the segment is isolated.
    owner: retail@example.com
    approved_by: ciso@example.com        # not the owner
    ticket: RISK-2231
    created: 2026-11-01
    expires: 2027-01-15
"""


def read(text: str) -> tuple[exceptions.Waiver, ...]:
    return exceptions.read([("ex.yaml", text.encode())])


def faults(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read(text)
    return [str(one) for one in caught.value.faults]


def waiver(**changes: str) -> exceptions.Waiver:
    """The entry of the page, with other words."""
    words = {"id": "EX-1", "rule": "made/one", "assets": "{ owner: retail }", "reason": "R.", "owner": "a", "approved_by": "b",
             "ticket": "T", "created": "2026-11-01", "expires": "2027-01-15"}  # fmt: skip
    (found,) = exceptions.read([("ex.yaml", ("exceptions:\n" + exceptions_file.entry(words | changes)).encode())])
    return found


def policy(*rules: Rule, longest: Mapping[Severity, timedelta] | None = None) -> Policy:
    return Policy(
        id="made", version="1.0.0", title="", owner="", path="made.yaml", sha256="", text="", named=True, advisory=None, extends=(),
        sources=(), params={}, lists={}, healthy={}, rules=rules, longest_exception=longest or {},
    )  # fmt: skip


def request(as_of: datetime = AS_OF, **more: Any) -> Request:
    return Request((), (), ("made",), as_of, as_of_given=True, root=Path.cwd(), anchor="README.md", **more)


def named(id_: str, *kinds: str) -> Rule:
    return rule(None, compared("name", "is", "x"), *kinds, id_=id_)


# the file ------------------------------------------------------------------------------------------------------------


def test_the_entry_of_the_page_is_read_whole() -> None:
    """Texts as written, the selector on one line, in force to the end of its last day."""
    (found,) = read(GOOD)
    assert (found.id, found.rule, found.ticket) == ("EX-2026-014", "public-tls/lifetime", "RISK-2231")
    assert found.assets == "{ san.dns: { any: pos.example.com } }"
    assert (found.created, found.ends) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 16, tzinfo=UTC))


REFUSED = {
    "misspelt key": ("ticket:", "tiket:", "ex.yaml:8:5: unknown key 'tiket'; nearest: 'ticket'"),
    "missing field": ("    reason: Terminal firmware cannot renew before the March rollout; the segment is isolated.\n", "", "ex.yaml:2:5: reason is missing; every field of an exception is compulsory"),
    "empty text": ("RISK-2231", '" "', "ex.yaml:8:13: ticket is a text, and not empty"),
    "ambiguous text": ("RISK-2231", "no", "ex.yaml:8:13: 'no' is ambiguous in YAML; write \"no\" in quotes"),
    "owner approves": ("ciso@example.com", "Retail@Example.com", "ex.yaml:7:18: approved_by is the owner, retail@example.com; somebody else must approve"),
    "owner approves by name": ("ciso@example.com", '"R. Tail < RETAIL@example.com >"', "ex.yaml:7:18: approved_by is the owner, retail@example.com; somebody else must approve"),
    "all assets": ("{ san.dns: { any: pos.example.com } }", "{}", "ex.yaml:4:13: assets: {} would cover every asset; write predicates, for example { place: … } or { san.dns: { any: … } }"),
    "misspelt field": ("san.dns", "san.dsn", "ex.yaml:4:15: 'san.dsn' is not a field of certificate; nearest: 'san.dns'"),
    "wrong date": ("2027-01-15", "15.1.2027", "ex.yaml:10:14: '15.1.2027' is not a date, which expires is; write it as 2026-03-15 or 2026-03-15T12:00:00Z"),
    "instant for a day": ("2026-11-01", "2026-11-01T10:00:00Z", "ex.yaml:9:14: '2026-11-01T10:00:00Z': created is a day; write it as 2026-03-15"),
    "ends before it begins": ("2027-01-15", "2026-10-31", "ex.yaml:10:14: expires 2026-10-31 lies before created 2026-11-01"),
    "never ends": ("2027-01-15", "9999-12-31", "ex.yaml:10:14: '9999-12-31': an exception ends; write a day that will come"),
    "finding of the run": ("public-tls/lifetime ", "certgate/exception-lapsed ", "ex.yaml:3:11: certgate/exception-lapsed: findings about the run itself cannot be waived"),
    "id": ("EX-2026-014", "EX 14", "ex.yaml:2:9: 'EX 14' is no id; letters, digits, and . _ / - between them, as in EX-2026-014"),
    "top key": ("exceptions:", "exeptions:", "ex.yaml:1:1: unknown key 'exeptions'; nearest: 'exceptions'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_told_with_its_place(case: str) -> None:
    """Each message has file, line, column, the offending text and what to write."""
    old, new, message = REFUSED[case]
    assert old in GOOD
    assert message in faults(GOOD.replace(old, new, 1))


def test_all_faults_of_all_files_are_told_together() -> None:
    """One run shows everything that must be mended, an id used twice included."""
    again = GOOD.replace("expires: 2027-01-15", "expires: 2027-02-15")
    with pytest.raises(PolicyError) as caught:
        exceptions.read([("a.yaml", GOOD.encode()), ("b.yaml", again.encode()), ("c.yaml", b"exceptions: [4]")])
    assert [str(one) for one in caught.value.faults] == [
        "b.yaml:2:5: exception EX-2026-014 is there twice; first at a.yaml:2:5",
        "c.yaml:1:14: an exception is a mapping with id, rule, assets, reason, owner, approved_by, ticket, created, expires",
    ]


def test_a_file_that_is_not_there_is_bad_usage() -> None:
    with pytest.raises(UsageError, match=r"--exceptions none\.yaml: no such file"):
        exceptions.load(["none.yaml"])


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "ex.yaml").write_text(GOOD, encoding="utf-8")
    assert len(exceptions.load([str(tmp_path / "ex.yaml")] * 2)) == 1


@pytest.mark.parametrize("text", ["exceptions:\n", "exceptions: []\n", "# none yet\nexceptions:\n"])
def test_an_empty_list_is_no_fault(text: str) -> None:
    assert read(text) == ()


@given(
    st.recursive(
        st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=3),
    )
)
def test_what_is_written_on_one_line_reads_back_as_it_was(value: Any) -> None:
    """`flow` and `text` lose nothing, whatever signs a text has, or say so by a fault."""

    def node(one: Any) -> str:
        if isinstance(one, dict):
            return "{ " + ", ".join(f"{flow.quoted(key)}: {node(inner)}" for key, inner in one.items()) + " }"
        return "[" + ", ".join(map(node, one)) + "]" if isinstance(one, list) else flow.quoted(one)

    tried = Faults("x")
    first = parse(node(value).encode("utf-8", "surrogatepass"), tried)
    if first is None or isinstance(first, Scalar):
        return
    again = parse(flow.flow(first).encode(), Faults("x"))
    assert again is not None
    assert flow.flow(again) == flow.flow(first)


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and text.isprintable()))
def test_a_text_is_written_so_that_yaml_reads_this_text(text: str) -> None:
    """Plain where that is safe, else quoted; never something else."""
    found = parse(f"reason: {flow.text(text)}\n".encode(), Faults("x"))
    assert found is not None
    assert not isinstance(found, Scalar)
    value = found.get("reason")  # type: ignore[union-attr]
    assert isinstance(value, Scalar)
    assert value.text == text


# in force ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=UTC), ExceptionState.PENDING),
        (datetime(2026, 11, 1, tzinfo=UTC), ExceptionState.IN_FORCE),
        (datetime(2027, 1, 15, 23, 59, 59, 999999, tzinfo=UTC), ExceptionState.IN_FORCE),
        (datetime(2027, 1, 16, tzinfo=UTC), ExceptionState.LAPSED),
    ],
)
def test_in_force_from_created_to_the_end_of_its_last_day(as_of: datetime, state: ExceptionState) -> None:
    assert exceptions.standing(waiver(), as_of) is state


@pytest.mark.parametrize(
    ("day", "left"),
    [
        ("2027-01-15T12:00:00+00:00", 0),
        ("2027-01-15T00:00:00+00:00", 1),
        ("2027-01-16T00:00:00+00:00", -1),
        ("2027-01-17T00:00:00+00:00", -2),
    ],
)
def test_days_left_count_whole_days_and_are_negative_when_lapsed(day: str, left: int) -> None:
    assert exception_findings.days_left(waiver(), request(datetime.fromisoformat(day))) == left


# what a rule forbids -------------------------------------------------------------------------------------------------


def test_a_rule_that_is_not_waivable_refuses_the_whole_entry() -> None:
    """Also where a glob names it among others: nobody is to guess which part of an approval holds."""
    rules = (named("made/one"), replace(named("made/two"), waivable=False))
    (one,) = waiving.fit([waiver(rule="made/*")], [policy(*rules)])
    assert one.forbidden == "made/two is not waivable; made/* names it too, so name the rules that are meant"
    (single,) = waiving.fit([waiver(rule="made/one")], [policy(*rules)])
    assert not single.forbidden


@pytest.mark.parametrize(("expires", "refused"), [("2026-11-30", False), ("2026-12-01", True)])
def test_a_term_longer_than_the_strictest_policy_allows_is_refused(expires: str, refused: bool) -> None:  # noqa: FBT001 - a table
    """30 days from 1 November end with the 30th; the shortest term of all policies holds, parents' too."""
    parent = policy(longest={Severity.HIGH: timedelta(days=30)})
    own = replace(
        policy(named("made/one"), longest={Severity.HIGH: timedelta(days=90), Severity.LOW: timedelta(days=1)}), parents=(parent,)
    )
    assert terms.strictest([own]) == {Severity.HIGH: timedelta(days=30), Severity.LOW: timedelta(days=1)}
    (one,) = waiving.fit([waiver(expires=expires)], [own])
    wanted = "it runs for 31 days; at most 30 days are allowed for severity high, which made/one has"
    assert one.forbidden == (wanted if refused else "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ longest_exeption: { high: 1d } }", "unknown key 'longest_exeption' of settings; nearest: 'longest_exception'"),
        ("{ longest_exception: { hihg: 1d } }", "'hihg' is not a severity; nearest: 'high'"),
        ("{ longest_exception: { high: 3months } }", "months and years have no exact length"),
        ("{ longest_exception: { high: 12h } }", "at least 1d"),
        ("{ longest_exception: {} }", "is a mapping of severities to durations"),
        ("[]", "settings is a mapping"),
    ],
)
def test_settings_are_read_strictly(text: str, message: str) -> None:
    tried = Faults("p.yaml")
    terms.read(parse(text.encode(), tried), tried)
    assert message in tried.found[0].message


def test_a_selector_must_fit_a_kind_of_the_rules_it_names() -> None:
    """`host` is a field of endpoints; a rule on certificates has none."""
    with pytest.raises(PolicyError, match=r"ex.yaml:4:15: 'host' is not a field of certificate"):
        waiving.fit([waiver(assets="{ host: a }")], [policy(named("made/one"))])
    (one,) = waiving.fit(
        [waiver(rule="made/*", assets="{ host: a }")], [policy(named("made/one"), named("made/two", "endpoint"))]
    )
    assert list(one.predicates) == ["endpoint"]


# what is waived, against a slow reading of the page ------------------------------------------------------------------

RULES = {"made/one": named("made/one"), "made/two": replace(named("made/two"), waivable=False), "other/one": named("other/one")}
SELECTORS = {
    "{ owner: retail }": lambda asset: asset["owner"] == "retail",  # absent is false
    "{ owner: { is_not: retail } }": lambda asset: asset["owner"] != "retail",
    "{ trust: public }": lambda asset: None if asset["trust"] is None else asset["trust"] == "public",  # unknown stays unknown
    '{ place: { glob: "p*" } }': lambda asset: asset["place"].startswith("p"),
    "{ name: b }": lambda asset: asset["name"] == "b",
}  # fmt: skip
DAYS = ["2026-11-01", "2026-11-23", "2026-11-24", "2026-11-25", "2026-12-24"]
ASSETS = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from(["retail", "ops", None]),
            "trust": st.sampled_from(["public", "private", None]),
            "name": st.sampled_from("ab"),
            "place": st.sampled_from(["p", "q"]),
            "group": st.booleans(),
        }
    ),
    max_size=5,
)
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["made/one", "made/two", "made/*", "*", "other/one", "none/*"]),
        st.sampled_from(list(SELECTORS)),
        st.sampled_from(DAYS),
        st.sampled_from(DAYS),
    ),
    max_size=5,
)


def slowly(
    entry: exceptions.Waiver, select: Any, open_: list[dict[str, Any]], as_of: datetime
) -> tuple[ExceptionState, list[str], bool]:
    """Say state and fails covered, and whether something undecided is covered, entry by entry and finding by finding."""
    rules = [one for one in RULES.values() if fnmatchcase(one.id, entry.rule)]
    covered = []
    undecided = False
    for finding in open_:
        if finding["rule_id"] not in {one.id for one in rules}:
            continue
        if finding["group"] and not entry.assets.startswith(("{ place", "{ name")):
            continue
        if select(finding) is True:
            covered += [finding["finding_id"]] if finding["outcome"] == "fail" else []
            undecided = undecided or finding["outcome"] == "unknown"
    if as_of.date() > datetime.fromisoformat(entry.expires).date():
        return ExceptionState.LAPSED, covered, undecided
    if any(not one.waivable for one in rules):
        return ExceptionState.REFUSED, [], undecided
    if as_of.date() < entry.created.date():
        return ExceptionState.PENDING, [], undecided
    return ExceptionState.IN_FORCE if covered or undecided else ExceptionState.UNUSED, covered, undecided


@settings(max_examples=300, deadline=None)
@given(ASSETS, ENTRIES, st.data())
def test_states_and_marks_agree_with_a_slow_reading_of_the_page(
    assets: list[dict[str, Any]], entries: list[tuple[str, str, str, str]], data: st.DataObject
) -> None:
    """Dates first, then what a rule forbids, then what is covered; only where true, only fails, the first entry's mark."""
    for number, asset in enumerate(assets):
        asset["place"] += str(number)
    open_ = [
        {**asset, "rule_id": rule_id, "outcome": outcome, "asset_id": "" if asset["group"] else f"a{number}", "finding_id": finding_id(rule_id, asset["place"])}
        for number, asset in enumerate(assets) for rule_id in RULES
        if (outcome := data.draw(st.sampled_from(["fail", "unknown", "pass"]))) != "pass"
    ]  # fmt: skip
    columns: dict[str, Any] = {"kind": "certificate", "counts": True, "severity": "high", "mode": "block", "in_baseline": False}
    found = pl.DataFrame(
        [{**columns, **{name: one.get(name, columns.get(name)) for name in FINDINGS}} for one in open_], schema=FINDINGS
    )
    rows = [
        {"asset_id": f"a{number}", **{name: asset[name] for name in ("owner", "trust", "name", "place")}}
        for number, asset in enumerate(assets)
        if not asset["group"]
    ]
    known = {"certificate": with_time(tables.frame("certificate", rows), "certificate", AS_OF)}
    given_ = [
        waiver(id=f"E{n}", rule=rule_, assets=assets_, created=min(a, b), expires=max(a, b))
        for n, (rule_, assets_, a, b) in enumerate(entries)
    ]
    fitted = waiving.fit(given_, [policy(*RULES.values())])
    marked, became = waiving.waive(found, fitted, list(RULES.values()), known, request())
    wanted = [slowly(one, SELECTORS[one.assets], open_, AS_OF) for one in given_]
    marks: dict[str, str] = {}
    for one, (state, covered, _) in zip(given_, wanted, strict=True):
        if state is ExceptionState.IN_FORCE:
            for finding in covered:
                marks.setdefault(finding, one.id)
    assert [one.state for one in became] == [state for state, _, _ in wanted]
    for what, (state, covered, _) in zip(became, wanted, strict=True):
        expected = [finding for finding in covered if state is ExceptionState.IN_FORCE or finding not in marks]
        assert sorted(what.waives) == sorted(expected)
    assert dict(marked.select("finding_id", "waived_by").drop_nulls().iter_rows()) == marks
    assert marked["counts"].to_list() == [one not in marks for one in marked["finding_id"]]


def test_what_this_run_cannot_show_is_not_called_unused() -> None:
    """Rules left out by --only, and assets by --where, say nothing about an exception; a rule that nobody has does."""
    fitted = waiving.fit([waiver()], [policy(*RULES.values())])
    empty = pl.DataFrame(schema=FINDINGS)
    known = {"certificate": with_time(tables.frame("certificate", []), "certificate", AS_OF)}
    others = [RULES["other/one"]]

    def state(rules: list[Rule], **more: Any) -> ExceptionState:
        return waiving.waive(empty, fitted, rules, known, request(**more))[1][0].state

    assert state(list(RULES.values())) is ExceptionState.UNUSED
    assert state(others, only=("other/*",)) is ExceptionState.IN_FORCE
    assert state(list(RULES.values()), where="{ team: x }") is ExceptionState.IN_FORCE
    assert state(others) is ExceptionState.UNUSED


# the file, edited ----------------------------------------------------------------------------------------------------

COMMENTED = b"""# Reviewed each quarter.
exceptions:
# retail
- id: A   # first
  rule: made/one
  assets:
    owner: retail
  reason: |
    # not a comment
    two lines
  owner: a
  approved_by: b
  ticket: T
  created: 2026-01-01
  expires: 2026-02-01

  # about B
- { id: B, rule: made/one, assets: { name: x }, reason: r, owner: a, approved_by: b, ticket: T, created: 2026-01-01, expires: 2027-02-01 }
# the end
"""
WORDS = {"id": "C", "rule": "made/*", "assets": "{ name: yy }", "reason": "It: is", "owner": "a", "approved_by": "b", "ticket": "1e3", "created": "2026-01-01", "expires": "2026-12-01"}  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        COMMENTED,
        COMMENTED.rstrip(),
        b"",
        b"exceptions:\n",
        b"# c\nexceptions: []  # none\n",
        b"exceptions:\n" + exceptions_file.entry(WORDS | {"id": "Z"}, 6).encode(),
    ],
)
def test_an_added_entry_leaves_every_other_line_as_it_was(data: bytes) -> None:
    """Comments, folds and line ends stay; the entry reads back as it was meant."""
    after, entry = exceptions_file.added("ex.yaml", data, WORDS)
    assert after.startswith(data.replace(b"exceptions: []", b"exceptions:"))
    assert (entry.id, entry.reason, entry.ticket) == ("C", "It: is", "1e3")
    assert (b"\r\n" in after) == (b"\r\n" in data)
    assert [one.id for one in exceptions.read([("ex.yaml", after)])][-1] == "C"


def test_a_file_that_cannot_be_added_to_is_left_alone_and_the_entry_shown() -> None:
    flowing = b"exceptions: [{ id: A, rule: made/one, assets: { name: x }, reason: r, owner: a, approved_by: b, ticket: T, created: 2026-01-01, expires: 2027-02-01 }]\n"
    with pytest.raises((UsageError, PolicyError)):
        exceptions_file.added("ex.yaml", flowing, WORDS)


def test_what_is_taken_out_takes_its_own_lines_only() -> None:
    """Comments above, between and below stay."""
    first = exceptions_file.without("ex.yaml", COMMENTED, {"A"})
    assert first == COMMENTED[: COMMENTED.index(b"- id: A")] + COMMENTED[COMMENTED.index(b"\n  # about B") :]
    second = exceptions_file.without("ex.yaml", COMMENTED, {"B"})
    assert second == COMMENTED[: COMMENTED.index(b"- { id: B")] + b"# the end\n"
    both = exceptions_file.without("ex.yaml", COMMENTED, {"A", "B"})
    assert exceptions.read([("ex.yaml", both)]) == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["# c", "", "  # in", "    # deep"]), max_size=8), st.integers(2, 6), st.sets(st.integers(0, 4)))
def test_pruning_and_adding_keep_what_all_others_say(noise: list[str], indent: int, out: set[int]) -> None:
    """Whatever comments stand between entries."""
    blocks = [exceptions_file.entry(WORDS | {"id": f"E{number}"}, indent) for number in range(5)]
    between = [f"{line}\n" for line in (*noise, "")]
    data = (
        "exceptions:\n" + "".join(part for n, block in enumerate(blocks) for part in (between[n % len(between)], block))
    ).encode()
    held = exceptions.read([("x", data)])
    kept = exceptions_file.without("x", data, {f"E{number}" for number in out})
    assert exceptions.read([("x", kept)]) == tuple(one for number, one in enumerate(held) if number not in out)
    after, _ = exceptions_file.added("x", kept, WORDS)
    assert after.startswith(kept)


def test_the_page_for_users_shows_an_exception_that_loads_and_settings_that_are_read() -> None:
    """Its first two blocks of YAML."""
    first, second = re.findall(
        r"```yaml\n(.*?)```", (HERE.parent / "docs" / "exceptions.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert read(first) == read(GOOD)
    tried = Faults("x")
    node = parse(second.encode(), tried)
    assert isinstance(node, Mapping_)
    assert terms.read(node.get("settings"), tried) == {Severity.CRITICAL: timedelta(days=30), Severity.HIGH: timedelta(days=90)}
    assert tried.found == []


@pytest.mark.parametrize(
    "approver",
    ["Ann <A@X.example>", "<a@x.example> Ann", "mailto:a@x.example", "a@x.example.", "a@x.example (CISO)", "c@x.example, a@x.example",
     "a @ x.example", "\uff41@x.example", "a\u200d@x.example", "a\u034f@x.example", "\u3164a@x.example\ufe0f"],
)  # fmt: skip
def test_no_spelling_of_the_owner_approves(approver: str) -> None:
    """Whoever owns a risk does not accept it, however the name is written."""
    assert exceptions.people(approver) & exceptions.people("a@x.example")


@pytest.mark.parametrize(("one", "other"), [("a@x.example", "b@x.example"), ("Ann A.", "Ann B."), ("\u674e", "\u738b")])
def test_other_people_approve(one: str, other: str) -> None:
    assert not exceptions.people(one) & exceptions.people(other)


def test_names_of_nothing_but_signs_tell_nobody_apart() -> None:
    assert exceptions.people("-") & exceptions.people("--")

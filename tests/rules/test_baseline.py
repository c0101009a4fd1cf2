"""Baselines: what they hold, what got worse, what is refused; held to a slow reading of the page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.cli import main
from scanner.errors import PolicyError, UsageError
from scanner.model import FINDINGS
from scanner.rules.acceptance import baseline
from scanner.rules.acceptance.baseline import Baseline
from scanner.rules.compare.worse import worse
from scanner.rules.language.syntax import AllOf, AnyOf, Distinct, Elements, Group, Literal, Not, Predicate, Rule, Size
from tests.rules.rules import compared, rule

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
RANKS = ("info", "low", "medium", "high", "critical")
MODES = ("report", "warn", "block")


def entry(**changes: Any) -> dict[str, Any]:
    """A finding as a baseline holds it."""
    return {
        "finding_id": "f" * 32,
        "rule": "made/up",
        "place": "p",
        "kind": "certificate",
        "severity": "high",
        "mode": "block",
        "outcome": "fail",
        "observed": {},
    } | changes


def got_worse(require: Predicate, old: dict[str, Any], new: dict[str, Any]) -> bool:
    return bool(worse(entry(observed=old), entry(observed=new), rule(None, require), AS_OF))


def held(*entries: dict[str, Any]) -> Baseline:
    return Baseline("b.json", "2026-11-01", "pki", (), {one["finding_id"]: one for one in entries})


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Findings of a run."""
    blank = {"counts": True, "in_baseline": False, "members": [], "missing": []}
    full = [blank | row | {"rule_id": row["rule"], "observed": orjson.dumps(row["observed"]).decode()} for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in FINDINGS} for row in full], schema=FINDINGS)


MOST, LEAST = compared("lifetime", "at_most", timedelta(days=398)), compared("key.bits", "at_least", 2048)
RSA = AllOf((compared("key.algorithm", "is", "RSA"), LEAST))
CASES: dict[str, tuple[Any, Any, Any, bool]] = {
    "longer than it was": (MOST, {"lifetime": 400 * 86400}, {"lifetime": 500 * 86400}, True),
    "shorter than it was": (MOST, {"lifetime": 500 * 86400}, {"lifetime": 400 * 86400}, False),
    "not known before": (MOST, {"lifetime": None}, {"lifetime": 500 * 86400}, False),
    "a weaker key": (RSA, {"key.algorithm": "RSA", "key.bits": 1024}, {"key.algorithm": "RSA", "key.bits": 512}, True),
    "another kind of key": (RSA, {"key.algorithm": "RSA", "key.bits": 1024}, {"key.algorithm": "EC", "key.bits": 256}, False),
    "inside «not»": (Not(MOST), {"lifetime": 500}, {"lifetime": 400}, True),
    "asked both ways": (AllOf((MOST, compared("lifetime", "at_least", timedelta(days=1)))), {"lifetime": 500 * 86400}, {"lifetime": 900 * 86400}, False),
    "what time alone makes worse": (compared("age", "at_most", timedelta(days=1)), {"age": 200000}, {"age": 300000}, False),
    "an earlier date": (compared("not_before", "from", datetime(2026, 1, 1, tzinfo=UTC)), {"not_before": "2025-03-01T00:00:00.500000Z"}, {"not_before": "2025-03-01T00:00:00Z"}, True),
    "more elements": (Size("policy_oids", "at_most", (Literal(1),)), {"policy_oids": ["1.2", "1.3"]}, {"policy_oids": ["1.2", "1.3", "1.4"]}, True),
    "another element that breaks the rule": (Elements("san.dns", "none", compared("", "glob", "*.local")), {"san.dns": ["a.local"]}, {"san.dns": ["a.local", "b.local"]}, True),
    "another element that keeps it": (Elements("san.dns", "none", compared("", "glob", "*.local")), {"san.dns": ["a.local"]}, {"san.dns": ["a.local", "b.test"]}, False),
    "all: another element that breaks it": (Elements("san.dns", "all", compared("", "glob", "*.test")), {"san.dns": ["a.local"]}, {"san.dns": ["a.local", "b.local"]}, True),
    "an element that is unknown": (Elements("san.dns", "all", compared("", "glob", "*.test")), {"san.dns": ["a.local"]}, {"san.dns": ["a.local", None]}, False),
    "one of two alternatives": (AnyOf((MOST, LEAST)), {"lifetime": 400 * 86400, "key.bits": 1024}, {"lifetime": 400 * 86400, "key.bits": 512}, True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_worse_value_is_new_where_the_two_compare(case: str) -> None:
    """The operator says which way is worse; what is no size must be as it was."""
    require, old, new, wanted = CASES[case]
    assert got_worse(require, old, new) is wanted


@pytest.mark.parametrize("seconds", [-(10**18), 10**18])
def test_a_duration_that_no_duration_can_hold_is_compared_as_a_number(seconds: int) -> None:
    """A baseline edited by hand never ends in an internal fault."""
    assert got_worse(MOST, {"lifetime": seconds}, {"lifetime": 500 * 86400}) is (seconds < 0)


def test_what_is_worse_is_said_in_words() -> None:
    assert (
        worse(entry(observed={"lifetime": 400 * 86400}), entry(observed={"lifetime": 500 * 86400}), rule(None, MOST), AS_OF)
        == "lifetime is 500 d, was 400 d"
    )
    assert worse(entry(severity="low"), entry(), None, AS_OF) == "severity high, was low"
    assert worse(entry(mode="warn"), entry(), None, AS_OF) == "mode block, was warn"
    assert worse(entry(outcome="unknown"), entry(), None, AS_OF) == "fails, could not be judged before"


def test_a_group_that_grew_is_new() -> None:
    """Three owners of one key are worse than two."""
    grouped = Rule(
        **{name: getattr(rule(None, AllOf(())), name) for name in Rule.__dataclass_fields__}
        | {"group": Group("key.spki_sha256", Distinct("owner", Literal(1)))}
    )
    two, three = (entry(observed={"key.spki_sha256": "ab", "count": 5, "distinct": number}) for number in (2, 3))
    assert worse(two, three, grouped, AS_OF) == "distinct is 3, was 2"
    assert not worse(three, two, grouped, AS_OF)


STATES = st.fixed_dictionaries(
    {
        "severity": st.sampled_from(RANKS),
        "mode": st.sampled_from(MODES),
        "outcome": st.sampled_from(["fail", "unknown"]),
        "observed": st.fixed_dictionaries({"lifetime": st.sampled_from([None, 34_473_600, 43_200_000])}),
    }
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcd"), STATES, max_size=4),
    st.dictionaries(st.sampled_from("abcd"), STATES, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_known_worse_and_gone_agree_with_a_slow_reading_of_the_page(
    before: dict[str, Any],
    after: dict[str, Any],
    new_only: bool,  # noqa: FBT001 - drawn
    left_out: bool,  # noqa: FBT001 - drawn
) -> None:
    """Known: held, and in nothing worse; only --new-only keeps it from counting; gone: held, looked for, not found."""
    rows = [entry(finding_id=name, **state) for name, state in after.items()]
    base = held(*(entry(finding_id=name, **state) for name, state in before.items()))
    found = frame(*rows)
    compared_ = baseline.compare(base, found, {"made/up": rule(None, MOST)}, ["made/up"] if left_out else [], AS_OF)
    known: set[str] = set()
    grown: set[str] = set()
    for name, new in after.items():
        if name not in before:
            continue
        old = before[name]
        values = old["observed"]["lifetime"], new["observed"]["lifetime"]
        longer = old["outcome"] == new["outcome"] == "fail" and None not in values and values[1] > values[0]
        harder = RANKS.index(new["severity"]) > RANKS.index(old["severity"]) or MODES.index(new["mode"]) > MODES.index(
            old["mode"]
        )
        fails_now = old["outcome"] == "unknown" and new["outcome"] == "fail"
        (grown if longer or harder or fails_now else known).add(name)
    assert (set(compared_.known), set(compared_.worse)) == (known, grown)
    assert set(compared_.gone) == (set() if left_out else set(before) - set(after))
    marked = baseline.mark(found, compared_, new_only=new_only)
    for name, inside, counts in marked.select("finding_id", "in_baseline", "counts").iter_rows():
        assert inside is (name in known)
        assert counts is not (new_only and name in known)


def test_findings_about_exceptions_are_never_known() -> None:
    """A lapsed exception cannot be hidden by a file that names it."""
    row = entry(rule="certgate/exception-lapsed", kind="exception")
    assert not baseline.compare(held(row), frame(row), {}, (), AS_OF).known
    assert baseline.kept(frame(row)).is_empty()


def test_what_is_waived_is_left_to_its_exception() -> None:
    """Else it would stay hidden when the exception lapses."""
    assert baseline.kept(frame(entry(waived_by="EX-1"), entry(finding_id="0" * 32)))["finding_id"].to_list() == ["0" * 32]


GOOD = b'{\n "schema_version": 1, "created": "2026-11-01", "owner": "pki", "policies": [{"id": "p", "version": "1"}],\n "findings": [\n  {"finding_id":"9632403a3f3e75d083539eb9cb1db7cc","rule":"p/a","place":"x","kind":"certificate","severity":"high","mode":"block","outcome":"fail","observed":{}}]}'
MALFORMED = {
    "cut off": (b"]}", b"", "b.json:4:162: not JSON"),
    "no owner": (b'"owner": "pki"', b'"owner": " "', "b.json:2:57: /owner: a text is wanted, and not empty"),
    "no day": (b"2026-11-01", b"2026", "b.json:2:34: /created: a day is wanted, as 2026-11-24"),
    "no day of the calendar": (b"2026-11-01", b"2026-11-31", "b.json:2:34: /created: a day is wanted, as 2026-11-24"),
    "unknown key": (b'"owner"', b'"owners"', "b.json:1:1: /: a baseline is a mapping with schema_version, created, owner, policies, findings"),
    "older than all": (b'"schema_version": 1', b'"schema_version": 0', "b.json:2:20: /schema_version: 1 is wanted"),
    "policies": (b'"version": "1"', b'"version": 1', "b.json:2:76: /policies: a list of { id, version } is wanted"),
    "severity": (b'"high"', b'"hgh"', "b.json:4:3: /findings/0: 'hgh' is not a value of severity; one of critical, high, medium, low, info"),
    "entry": (b'"mode":"block",', b"", "b.json:4:3: /findings/0: an entry has finding_id, rule, place, kind, severity, mode, outcome, observed"),
    "another rule": (b'"p/a"', b'"p/b"', "b.json:4:3: /findings/0: finding_id '9632403a3f3e75d083539eb9cb1db7cc' is not that of this rule at this place, which is "),
    "observed": (b'"observed":{}', b'"observed":[]', "b.json:4:3: /findings/0: observed is a mapping of facts"),
    "number": (b'"place":"x"', b'"place":1', "b.json:4:3: /findings/0: finding_id, rule, place, kind, severity, mode, outcome are texts"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_baseline_is_refused_with_its_place(case: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, line, column and pointer."""
    monkeypatch.chdir(tmp_path)
    old, new, message = MALFORMED[case]
    assert old in GOOD
    (tmp_path / "b.json").write_bytes(GOOD.replace(old, new, 1))
    with pytest.raises(PolicyError) as caught:
        baseline.load("b.json")
    assert str(caught.value.faults[0]).startswith(message)


def test_a_finding_that_is_there_twice_is_refused(tmp_path: Any) -> None:
    item = GOOD[GOOD.index(b'  {"finding_id"') : GOOD.index(b"]}")]
    (tmp_path / "b.json").write_bytes(GOOD.replace(item, item + b"," + item))
    with pytest.raises(PolicyError, match=r"/findings/1: \w{32} is there twice"):
        baseline.load(str(tmp_path / "b.json"))


def test_a_newer_schema_is_refused(tmp_path: Any) -> None:
    """What a later certgate writes may mean something else."""
    (tmp_path / "b.json").write_bytes(GOOD.replace(b'"schema_version": 1', b'"schema_version": 2, "more": []'))
    with pytest.raises(UsageError, match="written by a newer certgate"):
        baseline.load(str(tmp_path / "b.json"))


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*baseline.HEAD, *baseline.ENTRY]), inner, max_size=8)
        ),
    )
)
def test_no_document_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    """It is refused in words, or it is a baseline."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(orjson.dumps(value))
    with pytest.raises((PolicyError, UsageError)):
        baseline.load(str(path))


@pytest.mark.parametrize("flag", ["--baseline", "--mapping"])
def test_a_link_without_end_is_not_read_to_the_end(
    flag: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A repository can hold a link to /dev/zero, which says that it has no bytes."""
    monkeypatch.setattr(baseline, "MOST_BYTES", 1_000_000)
    (tmp_path / "b.json").symlink_to("/dev/zero")
    (tmp_path / "x.pem").write_bytes(b"")
    assert main(["check", str(tmp_path / "x.pem"), flag, str(tmp_path / "b.json")]) == 2
    assert "more than 1" in capsys.readouterr().err

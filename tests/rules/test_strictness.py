"""Comparing rules: never called «not looser» where a row tells otherwise, and said in words that name place and date.

CERTGATE_AGREEMENT=20 in the environment makes the random run twenty times as long.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from scanner.model import Mode, OnUnknown, Severity
from scanner.rules.compare import strictness
from scanner.rules.compare._relation import clocks, relation
from scanner.rules.compare.strictness import Verdict
from scanner.rules.language.syntax import Distinct, Entry, Group, InList, Literal, Members, Predicate, Rule, Share, Size
from scanner.rules.language.tree import Faults, parse
from scanner.rules.reader import find, load
from scanner.rules.reader.predicates import Builder
from tests.rules import mutations, worlds
from tests.rules.reference import ABSENT, UNKNOWN, Asset, truth
from tests.rules.rules import rule

TIMES = int(os.environ.get("CERTGATE_AGREEMENT", "1"))
AT = (*worlds.DAYS, datetime(2025, 1, 1, tzinfo=UTC))


@pytest.fixture
def made_up() -> Iterator[None]:
    """Add the made-up kind to the registry."""
    with worlds.made_up():
        yield


def rules_of(*names: str) -> dict[str, Rule]:
    """Load shipped rules."""
    return {one.id: one for policy in load.load([file for name in names for file in find.find(name)]) for one in policy.rules}


def asked(text: str, kind: str = "certificate", entries: tuple[Entry, ...] = ()) -> Predicate:
    """Read a predicate as policies write it; `cas` is a list."""
    faults = Faults("made.yaml")
    node = parse(text.encode(), faults)
    assert node is not None
    found = Builder(faults, kind, {}, {"cas": entries}).predicate(node)
    assert found is not None, faults.found
    return found


def verdict(old: str, new: str, **kinds: Any) -> Verdict:
    """Compare two demands."""
    return strictness.compare(rule(None, asked(old, **kinds)), rule(None, asked(new, **kinds)))


# --- soundness -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40 * TIMES))
@pytest.mark.usefixtures("made_up")
def test_no_row_passes_anew_where_nothing_is_called_looser(seed: int) -> None:
    """Of random predicates, random changes, random rows and dates: what was not fulfilled is not, unless it is told."""
    random = Random(f"strictness {seed}")
    rows = worlds.table(random, 50).rows(named=True)
    for _ in range(15):
        old = new = worlds.predicate(random, 3)
        for _ in range(random.choice((1, 1, 2))):
            new = mutations.changed(random, new)
        found = relation(old, new, (worlds.KIND,))
        for before, after, proven in ((old, new, found.not_looser), (new, old, found.not_tighter)):
            if proven:
                assert not list(_witnesses(before, after, rows)), (before, after)


def _witnesses(before: Predicate, after: Predicate, rows: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], datetime]]:
    dated = {*clocks(before), *clocks(after)}
    for row in rows:
        for as_of in AT:
            asset = Asset(worlds.KIND, row, as_of)
            known = all(asset.cell(name) is not UNKNOWN for name in dated)
            if (
                known
                and asset.cell("not_before") is not ABSENT
                and truth(after, asset) is True
                and truth(before, asset) is not True
            ):
                yield row, as_of


@pytest.mark.usefixtures("made_up")
def test_most_of_what_holds_is_proven() -> None:
    """The proof is worth having: of changes that no row contradicts, most are recognised."""
    random = Random("completeness")
    proven = held = 0
    for _ in range(12):
        # Several tables: of some facts a table may have no value at all, and then contradicts nothing.
        rows = [row for _ in range(3) for row in worlds.table(random, 100).rows(named=True)]
        for _ in range(10):
            old = worlds.predicate(random, 2)
            new = mutations.changed(random, old)
            if not any(_witnesses(old, new, rows)):
                held += 1
                proven += relation(old, new, (worlds.KIND,)).not_looser
    assert proven > 0.7 * held > 20


@pytest.mark.parametrize("seed", range(20 * TIMES))
@pytest.mark.usefixtures("made_up")
def test_whole_rules_never_let_an_asset_pass_unsaid(seed: int) -> None:
    """Where neither `when` nor `require` loosened, no asset that failed is passed or skipped now."""
    random = Random(f"rules {seed}")
    rows = worlds.table(random, 50).rows(named=True)
    for _ in range(10):
        when, require = worlds.predicate(random, 1), worlds.predicate(random, 2)
        old = rule(when, require, worlds.KIND)
        new = replace(old, when=mutations.changed(random, when), require=mutations.changed(random, require))
        if strictness.compare(old, new).loosens:
            continue
        dated = {name for one in (old, new) for part in (one.when, one.require) if part is not None for name in clocks(part)}
        for row in rows:
            asset = Asset(worlds.KIND, row, worlds.AS_OF)
            if any(asset.cell(name) is UNKNOWN for name in dated) or asset.cell("not_before") is ABSENT:
                continue
            failed = truth(old.when, asset) is True and truth(old.require, asset) is False
            assert not failed or (truth(new.when, asset) is not False and truth(new.require, asset) is not True), (old, new)


def test_what_takes_too_long_is_not_proven() -> None:
    """A search that runs out of steps says «could not tell», and soon."""
    wide = [
        asked("{ any_of: [" + ", ".join(f"{{ key.bits: {n}, serial_bits: {n + m} }}" for n in range(30)) + "] }") for m in (1, 2)
    ]
    assert not relation(wide[0], wide[1], ("certificate",)).not_looser


def test_more_dates_than_anybody_writes_are_not_compared() -> None:
    """A list of a thousand last days takes no minute: what it means is then unsure."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    entries = tuple(Entry({"": str(number)}, until=start + timedelta(days=number)) for number in range(1000))
    old, new = (rule(None, InList("issuer.dn", "cas", some)) for some in (entries, entries[:-1]))
    assert strictness.compare(old, new).unsure
    assert strictness.compare(old, replace(old, severity=Severity.LOW)).unsure == ()


def test_equal_forms_and_contradictions_need_no_search() -> None:
    """What cannot be implies anything."""
    never = asked("{ key.bits: { at_least: 3, at_most: 2 } }")
    assert relation(asked("is_ca: true"), never, ("certificate",)).not_looser
    assert not relation(never, asked("is_ca: true"), ("certificate",)).not_looser


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_flat_limit_above_the_last_step_loosens_from_its_date() -> None:
    """90 d against the schedule of SC-081v3 loosens for what is issued from 2029-03-15, and only there."""
    old = rules_of("public-tls")["public-tls/lifetime"]
    new = replace(old, require=asked("lifetime: { at_most: 90d }"))
    found = strictness.compare(old, new)
    assert found.looser == ("lifetime: at most 90 d instead of 47 d for certificates issued from 2029-03-15",)
    assert found.tighter[-1] == (
        "lifetime: at most 90 d instead of 100 d for certificates issued from 2027-03-15 and before 2029-03-15"
    )
    assert not found.unsure


def test_a_flat_limit_at_the_last_step_tightens_at_every_date() -> None:
    """47 d against the schedule of SC-081v3 needs no reason."""
    old = rules_of("public-tls")["public-tls/lifetime"]
    found = strictness.compare(old, replace(old, require=asked("lifetime: { at_most: 47d }")))
    assert len(found.tighter) == 4
    assert found.loosens == ()


def test_steps_that_run_on_as_of_are_compared_at_their_dates() -> None:
    """A step put off by a year loosens in that year."""
    old = "key.bits: { at_least: { by: as_of, steps: [2048, { from: 2027-01-01, value: 3072 }] } }"
    found = verdict(old, old.replace("2027", "2028"))
    assert found.looser == ("key.bits: at least 2048 instead of 3072 from 2027-01-01 and before 2028-01-01",)
    assert verdict(old.replace("2027", "2028"), old).tighter == (
        "key.bits: at least 3072 instead of 2048 from 2027-01-01 and before 2028-01-01",
    )


def test_limits_on_two_clocks_that_cannot_be_compared_are_unsure() -> None:
    """What cannot be told needs a reason too."""
    old = "lifetime: { at_most: { by: not_before, steps: [90d, { from: 2027-01-01, value: 47d }] } }"
    found = verdict(old, old.replace("by: not_before", "by: as_of"))
    assert found.unsure
    assert found.loosens == found.unsure


@pytest.mark.parametrize(
    ("old", "new", "tighter", "looser"),
    [
        ("key.bits: { at_least: 2048 }", "key.bits: { at_least: 3072 }", "key.bits: at least 3072 instead of 2048", None),
        ("elapsed_share: { at_most: 60% }", "elapsed_share: { less_than: 60% }", "asks elapsed_share is less than 60 %, inst", None),
        ("not_after: { before: 2030-01-01 }", "not_after: { before: 2031-01-01 }", None, "not_after: before 2031-01-01 instead"),
        ("key.algorithm: [RSA, EC]", "key.algorithm: [RSA]", "key.algorithm: no longer accepts EC", None),
        ("key.algorithm: { none_of: [DSA, EC] }", "key.algorithm: { none_of: [DSA] }", None, "key.algorithm: no longer refuses EC"),
        ("is_ca: true", "is_ca: false", "is_ca: accepts false instead of true", "is_ca: accepts false instead of true"),
        ("is_ca: true", "{ is_ca: true, expired: false }", "asks also: expired is false", None),
        ("{ is_ca: true, expired: false }", "expired: false", None, "no longer asks: is_ca is true"),
        ("not: { key.algorithm: [DSA, EC] }", "not: { key.algorithm: DSA }", None, "key.algorithm: no longer refuses EC"),
        ("san.dns: { any: { glob: a } }", "san.dns: { any: { any_of: [{ glob: a }, { glob: b }] } }", None,
         "san.dns (any): also accepts: one that matches 'b'"),
        ("san.dns: { none: { glob: a } }", "san.dns: { none: { any_of: [{ glob: a }, { glob: b }] } }",
         "san.dns (none): also refuses: one that matches 'b'", None),
        ("san.dns: { count: { at_most: 9 } }", "san.dns: { count: { at_most: 10 } }", None, "number of san.dns: at most 10 instead"),
        ("san.dns: { empty: false }", "san.dns: { count: { at_least: 2 } }", "asks san.dns has at least 2 element", None),
        ("key: { one_of: [{ algorithm: RSA, bits: { at_least: 2048 } }] }",
         "key: { one_of: [{ algorithm: RSA, bits: { at_least: 2048 } }, { algorithm: EC }] }", None,
         "also accepts: key.algorithm is EC"),
        ("key: { one_of: [{ algorithm: RSA, bits: { at_least: 2048 } }, { algorithm: EC }] }",
         "key: { one_of: [{ algorithm: RSA, bits: { at_least: 3072 } }, { algorithm: EC }] }",
         "key.bits: at least 3072 instead of 2048 (where key.algorithm is RSA)", None),
    ],
)  # fmt: skip
def test_changes_are_said_in_words(old: str, new: str, tighter: str | None, looser: str | None) -> None:
    """Each kind of change names its place, and goes the other way when it is taken back."""
    found, back = verdict(old, new), verdict(new, old)
    assert not found.unsure
    assert [one.startswith(tighter) for one in found.tighter if tighter] == [True] * len(found.tighter)
    assert [one.startswith(looser) for one in found.looser if looser] == [True] * len(found.looser)
    assert (bool(found.tighter), bool(found.looser)) == (tighter is not None, looser is not None)
    assert (bool(back.looser), bool(back.tighter)) == (tighter is not None, looser is not None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key.algorithm: [RSA, EC]", "any_of: [{ key.algorithm: EC }, { key.algorithm: RSA }]"),
        (
            "not: { any_of: [{ is_ca: true }, { expired: true }] }",
            "{ not: { expired: true }, all_of: [{ not: { is_ca: true } }] }",
        ),
        ("san.dns: { none: { glob: a } }", "not: { san.dns: { any: { glob: a } } }"),
        ("{ key.bits: { at_least: 2048 } }", "{ key.bits: { more_than: 2047 } }"),
    ],
)
def test_other_words_for_the_same_are_no_change(old: str, new: str) -> None:
    """What means the same is the same, however it is written."""
    assert verdict(old, new).same


def test_a_name_below_a_domain_is_below_what_is_above() -> None:
    """Domains are compared label by label; other patterns only where they are written alike, or values are listed."""
    assert verdict(
        "san.dns: { all: { under_domain: example.com } }", "san.dns: { all: { under_domain: eu.example.com } }"
    ).tighter
    assert not verdict("issuer.dn: { glob: 'a*' }", "issuer.dn: [ab, ac]").loosens
    assert verdict("issuer.dn: { glob: 'a*' }", "issuer.dn: { matches: 'a.*' }").unsure


def test_an_absent_value_matches_no_pattern() -> None:
    """That every value which is listed matches says nothing of an asset that has none."""
    listed = "any_of: [{ issuer.dn: ab }, { issuer.dn: { present: false } }]"
    assert verdict("issuer.dn: { glob: 'a*' }", listed).loosens
    assert not verdict("not: { issuer.dn: { glob: 'b*' } }", listed).loosens


def test_entries_of_a_list_are_compared_one_by_one() -> None:
    """An approved entry more, or one that counts longer, loosens; one less tightens."""
    day = datetime(2027, 1, 1, tzinfo=UTC)
    one, dated = Entry({"ca_owner": "One"}, "CA One"), Entry({"spki_sha256": "a" * 64}, None, day, day)
    later = replace(dated, until=day + timedelta(days=31), issued_until=None)
    old, new = (asked("chain: { any: { in_list: cas } }", entries=entries) for entries in ((one, dated), (later,)))
    found = strictness.compare(rule(None, old), rule(None, new))
    assert found.tighter == ("chain (any): list cas: no longer CA One",)
    assert found.looser == (
        "chain (any): list cas: spki_sha256 aaaaaaaaaaaaaaaa… counts until 2027-01-31 instead of until 2026-12-31",
        "chain (any): list cas: spki_sha256 aaaaaaaaaaaaaaaa… counts for what was issued without end instead of until 2026-12-31",
    )


def test_files_of_certificates_are_not_known_by_their_names() -> None:
    """Two files may hold the same certificates, so that what one refuses the other may accept."""
    one, two = (asked("chain: { any: { in_list: cas } }", entries=(Entry({"certificates": f"{name}.pem"}),)) for name in "ab")
    assert not relation(asked("not: { chain: { any: { in_list: cas } } }", entries=(Entry({"certificates": "b.pem"}),)), one,
                        ("certificate",)).not_looser  # fmt: skip
    assert strictness.compare(rule(None, one), rule(None, two)).loosens


def test_entries_as_written_are_read_by_their_type() -> None:
    """`true` of a list is the value true: what one refuses is what the other accepts."""
    written, typed = (InList("is_ca", "cas", (Entry({"": value}),)) for value in ("true", True))
    assert relation(written, typed, ("certificate",)).same


# --- the rest of a rule ----------------------------------------------------------------------------------------------


def test_a_narrower_when_loosens_and_a_wider_tightens() -> None:
    """What is no longer judged cannot fail."""
    wide = rule(asked("is_ca: false"), asked("expired: false"))
    narrow = replace(wide, when=asked("{ is_ca: false, trust: public }"))
    assert strictness.compare(wide, narrow).looser == ("when: applies only where trust is public",)
    assert strictness.compare(narrow, wide).tighter == ("when: applies no longer only where trust is public",)
    assert strictness.compare(narrow, replace(narrow, when=None)).loosens == ()


def test_a_demand_that_moves_into_when_may_make_up_for_it() -> None:
    """`when` and `require` are proven together where one alone would look looser."""
    old = rule(None, asked("any_of: [{ not: { is_ca: false } }, { expired: false }]"))
    assert strictness.compare(old, rule(asked("is_ca: false"), asked("expired: false"))).loosens == ()


def test_what_only_the_whole_shows_to_be_tighter_is_told() -> None:
    """That TLS 1.2 is refused instead of SSL 3.0 asks more of servers that speak TLS 1.2, and is said though no part compares."""
    when, kinds = asked("tls.versions: { any: TLS 1.2 }", "endpoint"), ("endpoint",)
    old, new = (
        rule(when, asked(f"tls.versions: {{ none: {{ is: {{ by: as_of, steps: [SSL 2.0, {{ from: 2032-01-01, value: {one} }}] }} }} }}", "endpoint"), *kinds)
        for one in ("SSL 3.0", "TLS 1.2")
    )  # fmt: skip
    assert len(strictness.compare(old, new).tighter) == 1
    assert not strictness.compare(old, new).loosens
    assert len(strictness.compare(new, old).looser) == 1


def test_handling_is_compared_in_its_order() -> None:
    """Severity, mode at every date, what an unknown means, and whether a finding may be waived."""
    old = rule(None, asked("expired: false"))
    start = datetime(2027, 7, 1, tzinfo=UTC)
    new = replace(
        old,
        severity=Severity.MEDIUM,
        enforce=((None, Mode.REPORT), (start, Mode.WARN), (start + timedelta(days=366), Mode.BLOCK)),
        if_unknown=OnUnknown.IGNORE,
    )
    words = (
        "severity: medium instead of high",
        "enforce: report instead of block before 2027-07-01",
        "enforce: warn instead of block from 2027-07-01 and before 2028-07-01",
        "if_unknown: ignore instead of fail",
    )
    assert strictness.compare(old, new) == Verdict(looser=words)
    assert len(strictness.compare(new, old).tighter) == 4
    strict = replace(old, waivable=False)
    assert strictness.compare(strict, old).looser == ("waivable: may be waived",)
    assert strictness.compare(old, strict).tighter == ("waivable: may no longer be waived",)


def test_a_kind_less_loosens_and_other_kinds_cannot_be_compared() -> None:
    """A rule for several kinds judges each."""
    both = rule(None, asked("owner: { present: true }"), "certificate", "endpoint")
    one = replace(both, kinds=("endpoint",))
    assert strictness.compare(both, one).looser == ("for: no longer judges certificates",)
    assert strictness.compare(one, both).tighter == ("for: also judges certificates",)
    assert strictness.compare(one, replace(both, kinds=("certificate",))).unsure


def _group(demand: Distinct | Members | Share, by: str = "key.spki_sha256", when: str = "is_ca: false") -> Rule:
    return replace(rule(asked(when), asked("is_ca: true")), require=asked("is_ca: true"), group=Group(by, demand))


def test_group_rules_are_compared_by_what_they_ask() -> None:
    """More distinct values, a greater share or count loosens; a wider `when` of a share cannot be told."""
    one, two = (Distinct("owner", Literal(number)) for number in (1, 2))
    assert strictness.compare(_group(one), _group(two)).looser == ("group, distinct owner: at most 2 instead of 1",)
    assert strictness.compare(_group(two), _group(one)).loosens == ()
    less, more = (Share(Literal(share), Literal(50)) for share in (0.5, 0.6))
    assert strictness.compare(_group(less), _group(more)).looser == ("group, share: at most 60 % instead of 50 %",)
    assert strictness.compare(_group(less), _group(Share(Literal(0.5)))).tighter
    assert strictness.compare(_group(less), _group(less, when="trust: public")).unsure
    few, many = (Members(Size("", "at_most", (Literal(number),))) for number in (3, 4))
    assert strictness.compare(_group(few), _group(many)).looser == ("group: number of members: at most 4 instead of 3",)
    narrow = _group(one, when="{ is_ca: false, trust: public }")
    assert strictness.compare(_group(one), narrow).looser
    assert strictness.compare(narrow, _group(one)).loosens == ()
    assert strictness.compare(_group(one), _group(one, by="serial.hex")).unsure
    assert strictness.compare(_group(one), _group(few)).unsure
    assert strictness.compare(_group(one), rule(None, asked("is_ca: true"))).unsure

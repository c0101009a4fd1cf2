"""The view says every number once, and they agree with one another."""

from dataclasses import astuple, replace
from datetime import UTC, datetime

import polars as pl
import pytest

from reports import _words
from reports._parts import findings as listing
from reports._parts import tally
from reports._parts.tally import Share, expiries, waffle
from reports.view import View, build
from scanner import tables
from scanner.model import Exit, ExitReport, Report, SourceReport
from tests.reports import oddities
from tests.reports.estate import certificates
from tests.reports.factory import problems, report, unreadable

ODD = {
    "believable": report,
    "empty": oddities.empty,
    "clean": oddities.clean,
    "only unknown": oddities.only_unknown,
    "incomplete": oddities.incomplete,
    "hostile": oddities.hostile,
    "other scripts": oddities.cjk,
}


@pytest.fixture(scope="module", params=ODD.values(), ids=ODD.keys())
def view(request: pytest.FixtureRequest) -> View:
    """Return the view of each sort of run."""
    made: Report = request.param()
    return build(made)


@pytest.fixture(scope="module")
def believable() -> View:
    """Return the view of the believable run."""
    return build(report())


def test_open_findings_are_the_sum_of_their_severities(view: View) -> None:
    """The parts of the bar make the whole."""
    assert sum(share.count for share in view.severities) == len(view.open)


def test_identities_are_the_sum_of_their_worst_outcomes(view: View) -> None:
    """Each identity stands in one class of the waffle."""
    assert sum(share.count for share in view.classes) == view.assets == view.waffle.total


def test_open_findings_are_the_sum_of_the_cards(view: View) -> None:
    """Each open finding stands on the card of its rule, and the summary says how many it leaves out."""
    assert sum(card.open for card in view.cards) == len(view.open)
    assert sum(card.open for card in view.first) + view.rest == len(view.open)


def test_checks_that_applied_are_the_sum_of_their_outcomes(view: View) -> None:
    """Passed, failed and undecided checks are all that applied."""
    assert view.applied == view.checks["pass"] + view.checks["fail"] + view.checks["unknown"] + view.checks["waived"]


def test_open_findings_are_the_sum_over_owners(view: View) -> None:
    """Where any owner is declared, every open finding stands with an owner or with none."""
    assert sum(total for _, _, total in view.owners) in {0, len(view.open)}


def test_certificates_are_the_sum_of_their_expiries(view: View) -> None:
    """Each certificate expires in a month shown, later, has expired, or its end is not known."""
    shown = view.expiries
    counted = 0 if shown is None else sum(count for _, count in shown.months) + shown.later + shown.expired + shown.unknown
    assert counted == view.report.tables["certificate"].height


def test_gaps_stand_once_per_identity(view: View) -> None:
    """What could not be judged is one row an identity, after all failures."""
    statuses = [one.status for one in view.findings]
    assert statuses.count("unknown") == view.report.gaps.height
    assert statuses == sorted(statuses, key=lambda status: status == "unknown")


def test_missing_facts_settle_no_more_than_was_undecided(view: View) -> None:
    """Checks that one group of facts would settle are counted once."""
    assert sum(row.settles for row in view.missing) <= view.checks["unknown"]


def test_labels_are_different(view: View) -> None:
    """No two findings of a report have the same label."""
    labels = [one.label for one in view.findings]
    assert len(set(labels)) == len(labels)


def test_labels_that_would_agree_are_longer() -> None:
    """Two findings whose ids begin alike are told apart by more of them."""
    made = report()
    ids = ["0" * 8 + "a" * 24, "0" * 8 + "b" * 24, *made.findings["finding_id"][2:]]
    view = build(replace(made, findings=made.findings.with_columns(pl.Series("finding_id", ids))))
    assert {"F-00000000aaaa", "F-00000000bbbb"} <= {one.label for one in view.findings}


def test_the_report_id_is_the_beginning_of_the_digest_of_the_result() -> None:
    """A report can be found to belong to a result.json."""
    assert build(report(), "44136fa355b3678a").report_id == "R-44136fa355b3"


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        (
            ("default", "browser-roots", "public-tls", "tls-endpoints", "pqc-readiness"),
            "browser-roots and public-tls ask nothing of them",
        ),
        (("public-tls",), "public-tls asks nothing of them"),
        (("public-tls", "internal-pki"), None),
        (("default", "public-tls", "our-own"), None),
        (("pqc-readiness",), None),
    ],
)
def test_certificates_of_which_the_policies_ask_nothing_are_told(policies: tuple[str, ...], said: str | None) -> None:
    """«Policy met» means little for them; whoever names a policy for them, or one of their own, knows."""
    made = report()
    private = pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("private")).otherwise("trust").alias("trust")
    named = tuple(replace(made.policies[0], id=name) for name in policies)
    mixed = replace(made, policies=named, tables={**made.tables, "certificate": made.tables["certificate"].with_columns(private)})
    told = [line for line in build(mixed).completeness if "not publicly trusted" in line]
    does = "the policies internal-pki, client-certificates and device-certificates do."
    assert told == ([f"2 certificates are not publicly trusted, and {said}; {does}"] if said else [])
    assert not any("not publicly trusted" in line for line in build(replace(made, policies=named)).completeness)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(Exit.OK, "Policy met"), (Exit.VIOLATIONS, "Policy not met"), (Exit.INCOMPLETE, "Could not be fully judged")],
)
def test_the_verdict_follows_the_exit_code(code: Exit, verdict: str) -> None:
    """Exit 0, 1 and 3 have their words, and the reasons follow as sentences."""
    view = build(replace(report(), exit=ExitReport(code, ("one reason", "another"))))
    assert (view.verdict, view.reason) == (verdict, "One reason. Another.")


def test_the_lead_says_how_many_how_bad_and_where(believable: View) -> None:
    """The lead would stand alone in a mail: open findings, the worst of them, their owners, what was left undecided."""
    owners = sorted(((owner, total) for owner, _, total in believable.owners if owner), key=lambda row: (-row[1], row[0]))[:2]
    opened, critical = len(believable.open), believable.severities[0].count
    assert believable.lead == (
        f"{opened} findings are open; {critical} are critical. "
        f"The owners {owners[0][0]} and {owners[1][0]} hold {owners[0][1] + owners[1][1]} of {opened}. "
        f"{believable.checks['unknown']} checks of {believable.report.gaps.height} identities could not be judged."
    )


def test_without_owners_the_lead_names_a_rule_with_a_quarter_or_more() -> None:
    """Where nobody declared an owner, the concentration is by rule, and there is no part on owners."""
    nobody = [row | {"owner": None} for row in certificates(20, seed=3)]
    view = build(report({"certificate": nobody}))
    most = max(view.cards, key=lambda card: card.open)
    assert f"The rule {most.rule.id} accounts for {most.open} of {len(view.open)}." in view.lead
    assert view.owners == []


def test_a_weak_concentration_is_not_said() -> None:
    """No rule is named where each holds less than a quarter of what is open."""
    made = report()
    nobody = {kind: table.with_columns(owner=pl.lit(None, pl.String)) for kind, table in made.tables.items()}
    view = build(replace(made, tables=nobody))
    assert max(card.open for card in view.cards) * 4 < len(view.open)
    assert "accounts for" not in view.lead


def test_a_clean_run_says_what_was_examined() -> None:
    """No open finding is said together with what was looked at."""
    view = build(oddities.clean())
    assert view.lead == f"No finding is open; {view.assets} identities were examined with {view.applied} decided checks."


def test_a_run_without_assets_is_no_pass() -> None:
    """Where nothing was examined the lead says so, not that nothing is open."""
    assert build(oddities.empty()).lead == "Nothing was examined: the evidence shows no identity."


def test_a_run_that_could_decide_nothing_says_so() -> None:
    """Undecided checks are never the absence of findings."""
    assert build(oddities.only_unknown()).lead.startswith("No check could be decided.")


def test_what_makes_a_run_incomplete_is_counted_by_sort() -> None:
    """The banner counts silent hosts and unreadable inputs."""
    view = build(oddities.incomplete())
    assert view.incomplete == "3 hosts gave no answer and 1 input could not be read."
    assert view.figures[0].caption.endswith("; 3 hosts gave no answer")


def test_a_broken_link_in_a_folder_makes_no_run_incomplete() -> None:
    """It is a note of the same code, but not as severe; the statement agrees with the exit code."""
    note = ("low", *unreadable("certs/gone.pem", "cannot be read: No such file or directory")[1:])
    assert build(report(problems=problems(note).tail(1))).incomplete == ""


def test_a_whole_run_has_no_banner() -> None:
    """Nothing is said where nothing is missing."""
    assert build(report(problems=problems().clear())).incomplete == ""


def test_facts_that_the_same_identities_lack_are_one_gap() -> None:
    """Certificates known from a list only lack ten facts together: that is one line, and giving it settles all."""
    view = build(oddities.only_unknown())
    assert [(len(row.facts), row.assets, row.settles) for row in view.missing] == [(10, 12, view.checks["unknown"])]


def test_what_was_skipped_for_want_of_a_declared_field_is_told() -> None:
    """A reader learns which rules did not apply because nobody declared a field."""
    assert build(report()).undeclared == ["12 assets declare no environment; 1 rule did not apply there."]


def test_a_waived_failure_is_not_open() -> None:
    """An exception takes a failure out of the open ones and into a figure of its own."""
    made = report()
    waived = made.findings.with_columns(
        waived_by=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("EX-1")).otherwise(None), counts=pl.lit(value=False)
    )
    first = replace(made.rules[0], waived=1)
    view = build(replace(made, findings=waived, rules=(first, *made.rules[1:])))
    before = build(made)
    assert len(view.open) == len(before.open) - 1
    assert view.figures[3].caption == "finding under an exception"


def test_words_of_a_rule_are_filled_for_the_rule_and_for_the_finding(believable: View) -> None:
    """Texts of policies name the limit, and the identity where one is meant."""
    card = next(card for card in believable.cards if card.rule.id == "public-tls/lifetime")
    assert card.fix == "Reissue the identity within the limit (at most 200 d) and move it to automatic renewal."


def test_sightings_are_listed_files_first_and_bounded() -> None:
    """Where an asset was seen is said for at most eight places, the rest counted."""
    made = report()
    key = next((one.kind, one.asset_id) for one in build(made).findings if one.kind == "certificate")
    row = made.sightings.filter(pl.col("asset_id") == key[1]).head(1)
    many = pl.concat([row.with_columns(uri=pl.lit(f"certs/{index}.pem")) for index in range(10)])
    seen = build(replace(made, sightings=pl.concat([row.with_columns(uri=pl.lit("tls://a.example:443")), many]))).seen[key]
    assert len(seen) == 9
    assert seen[0].startswith("certs/")
    assert seen[8] == "and 3 more places"


def test_the_method_names_what_was_assumed_and_narrowed() -> None:
    """Settings that change a result are printed."""
    how = " ".join(build(replace(report(), assumed={"trust": "public"}, where="{team: payments}", fail_on="never")).how)
    assert "Assumed where nothing told otherwise: trust is public." in how
    assert "{team: payments}" in how
    assert "No finding counts against the gate" in how


@pytest.mark.parametrize("counts", [(1, 1, 1), (11, 76, 169, 73, 50, 4433), (1, 999_999), (500,), (0,)])
def test_a_waffle_has_a_square_for_every_class_and_not_too_many(counts: tuple[int, ...]) -> None:
    """No class disappears by rounding, and the squares stay countable."""
    drawn = waffle([Share(str(index), str(index), count) for index, count in enumerate(counts)])
    assert min(drawn.squares) >= 1
    assert sum(drawn.squares) <= 500


def test_a_small_estate_is_drawn_one_to_one() -> None:
    """Up to some five hundred identities each has its own square."""
    drawn = waffle([Share("high", "High", 3), Share("pass", "No open finding", 400)])
    assert (drawn.per, drawn.squares) == (1, (3, 400))


def test_expiries_begin_with_the_month_of_the_evaluation_date() -> None:
    """The six months run over the end of a year, and what ends outside them is counted."""
    ends = [datetime(2026, 11, 3, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC), None]
    table = tables.frame("certificate", [{"asset_id": str(index), "not_after": end} for index, end in enumerate(ends)])
    found = expiries(table, datetime(2026, 11, 4, tzinfo=UTC))
    assert found is not None
    assert [label for label, _ in found.months] == ["Nov", "Dec", "Jan 2027", "Feb", "Mar", "Apr"]
    assert (found.expired, found.later, found.unknown, dict(found.months)["Jan 2027"]) == (1, 1, 1, 1)


def test_outcomes_have_one_word_each_everywhere() -> None:
    """The words of outcomes are those of the house."""
    assert [share.word for share in tally.outcomes(report())] == list(_words.OUTCOMES.values())


def test_policies_that_only_wrote_rules_are_listed_too() -> None:
    """Where a policy brings in others, all of them are named with their rules and what they were written against."""
    made = report()
    only = replace(made, policies=made.policies[:1], rules=tuple(replace(rule, policies=("public-tls",)) for rule in made.rules))
    listed = {one.id: (one.version, one.rules) for one in build(only).policies}
    assert list(listed) == ["public-tls", "approved-cas", "tls-endpoints", "pqc-readiness"]
    assert listed["public-tls"][1] == len(made.rules)
    assert listed["tls-endpoints"] == ("1.4.0", 4)
    assert ("Mozilla Server Side TLS", "5.8", "2026-09-01", False, ("tls-endpoints",)) in [
        astuple(one) for one in build(only).documents
    ]


def test_a_document_is_listed_once_for_all_policies_that_follow_it() -> None:
    """Two policies that were written against one edition share its line; the day is that of the last check."""
    made = report()
    first, second, *_ = made.policies
    same = {"id": "x", "doc": "A document", "edition": "1"}
    both = (
        replace(first, sources=(same | {"checked": "2026-01-01"},)),
        replace(second, sources=(same | {"checked": "2026-02-01", "confidence": "secondary"},)),
    )
    (line,) = [one for one in build(replace(made, policies=both)).documents if one.doc == "A document"]
    assert astuple(line) == ("A document", "1", "2026-02-01", True, (first.id, second.id))


@pytest.mark.parametrize("name", ["certs", "certs/", "./certs", "/elsewhere/certs", "certs/cut.der"])
def test_a_source_says_what_became_of_its_files(name: str) -> None:
    """Problems of files belong to the source that holds them, however it was named."""
    source = SourceReport(name, "der", "file", read=2, kept=1, dropped=1)
    made = report(sources=(source,), problems=problems(unreadable("certs/cut.der", "it ends in the middle")))
    assert build(made).sources[0].why == "1 input could not be read"


def test_without_an_expiry_ahead_the_sentence_says_so() -> None:
    """Six empty months are a sentence, not a chart."""
    ends = [datetime(2030, 1, 1, tzinfo=UTC)]
    table = tables.frame("certificate", [{"asset_id": str(index), "not_after": end} for index, end in enumerate(ends)])
    found = expiries(table, datetime(2026, 11, 4, tzinfo=UTC))
    assert found is not None
    assert (found.any, found.caption) == (False, "No certificate expires in the coming 6 months; 1 expires later.")


def test_what_is_not_listed_is_counted_all_the_same(monkeypatch: pytest.MonkeyPatch, believable: View) -> None:
    """Above the limit of the list the worst are listed, and every count stays what it was."""
    monkeypatch.setattr(listing, "MOST", 5)
    short = build(report())
    assert [one.label for one in short.findings] == [one.label for one in believable.findings[:5]]
    assert (short.total, short.open_count, short.lead) == (believable.total, believable.open_count, believable.lead)
    assert short.cards == believable.cards


def test_a_finding_says_whether_it_counts_and_why_not() -> None:
    """A finding that does not move the exit code says what keeps it from doing so."""
    assert _words.enforcement("block", counts=True) == "counts against the gate"
    assert _words.enforcement("block", counts=False) == "does not count against the gate: below the severity of the gate"
    assert _words.enforcement("warn", counts=False) == "does not count against the gate: the rule only warns"

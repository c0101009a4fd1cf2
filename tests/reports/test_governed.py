"""Exceptions, baseline, groups, loosened rules and certgate's own findings stand in every report, apart and never lost."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import polars as pl
import pytest
from lxml import html as parser

from reports import html, pdf, terminal
from reports import json as whole
from reports.pdf import _document
from reports.view import View, build
from scanner.model import GivenFile
from tests.reports import oddities
from tests.reports.governed import DISABLED, GROUP, LAPSED, WAIVED, governed
from tests.tools.verapdf import validate

SCHEMA = Path(__file__).parents[2] / "schemas/result.schema.json"
STATES = {
    "EX-2026-040": "Refused: public-tls/expired may not be waived",
    LAPSED: "Lapsed: 2 findings open again",
    "EX-2026-022": "In force, ends in 31 days",
    WAIVED: "In force",
    "EX-2026-031": "Not yet in force, from 2026-11-01",
    "EX-2026-009": "In force, matches nothing",
}


@pytest.fixture(scope="module")
def view() -> View:
    """Return the view of a run whose baseline sets findings apart."""
    return build(governed(new_only=True))


@pytest.fixture(scope="module")
def page() -> str:
    """Return its HTML page."""
    data: bytes = html.render.render(governed(new_only=True), {})
    return data.decode()


@pytest.fixture(scope="module")
def document(view: View) -> str:
    """Return what the PDF engine lays out."""
    return _document.document(view, {}, {})


def test_no_finding_is_lost(view: View) -> None:
    """Open, waived and known findings make up all failures."""
    failed = view.report.findings.filter(outcome="fail").height
    assert view.open_count + view.waived + view.known == failed
    assert view.waived == 3
    assert len(view.apart(100)) == view.waived + view.known


def test_known_findings_are_open_where_they_count() -> None:
    """Without --new-only a baseline marks what it knows, and hides nothing."""
    made = build(governed())
    assert made.known == 0
    assert any(one.known and one.status == "open" for one in made.findings)


def test_json_counts_as_the_view_does(view: View) -> None:
    """Open and known are the same numbers, and the document follows its schema."""
    data = json.loads(whole.render.render(view.report, {}))
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(data)
    assert sum(data["summary"]["open"].values()) == view.open_count
    assert data["summary"]["known"] == view.known
    assert len(data["exceptions"]) == len(STATES)


def test_the_register_says_the_state_of_each_exception(view: View, page: str, document: str) -> None:
    """HTML and PDF have a row for each, those that ask for a decision first."""
    assert {row.id: row.state for row in view.exceptions} == STATES
    assert [row.id for row in view.exceptions] == list(STATES)
    for shown in (page, document):
        (table,) = (one for one in parser.fromstring(shown).xpath("//section[@id='exceptions']//table"))
        rows = [" ".join(row.text_content().replace("\u200b", "").split()) for row in table.xpath(".//tbody/tr")]
        assert len(rows) == len(STATES)
        for row, (name, state) in zip(rows, STATES.items(), strict=True):
            assert row.startswith(name)
            assert row.endswith(state)
            assert "ciso@example.com" in row


def test_its_sentence_counts_them(view: View) -> None:
    """The part opens with one sentence that would stand alone."""
    assert view.exceptions_lead == (
        "3 exceptions are in force and cover 3 findings; 1 ends within 31 days; 1 has lapsed; 1 is refused; "
        "1 matches nothing; 1 is not yet in force."
    )


def test_none_in_force_is_said() -> None:
    """A register without one in force says so, and what is in it."""
    made = governed()
    lapsed = tuple(one for one in made.exceptions if one.id == LAPSED)
    assert build(replace(made, exceptions=lapsed)).exceptions_lead == "No exception is in force; 1 has lapsed."


def test_a_file_without_exceptions_is_said_to_have_none() -> None:
    """The part stays, without a table: No exception is in force."""
    given = GivenFile("exceptions", "exceptions.yaml", "ab" * 32, 15)
    made = build(replace(oddities.small(), files=(given,)))
    assert made.exceptions_lead == "No exception is in force."
    for shown in (html.page(made, "0" * 64), _document.document(made, {}, {})):
        (part,) = parser.fromstring(shown).xpath("//section[@id='exceptions']")
        assert " ".join(part.text_content().split()).endswith("Exceptions No exception is in force.")
        assert "ab" * 32 in shown
    assert "No exception is in force." in terminal.summary(made.report, width=100)


def test_a_run_without_exceptions_has_no_part_for_them() -> None:
    """Left out whole: no heading, no line in the contents, no appendix."""
    made = build(oddities.small())
    assert 'id="exceptions"' not in html.page(made, "0" * 64)
    shown = _document.document(made, {}, {})
    assert "Exceptions" not in shown
    assert "Appendix C" not in shown


def test_loosened_and_disabled_rules_are_listed_with_reasons(page: str, document: str) -> None:
    """Each rule that a policy loosened or took out stands in both reports, with why and until when."""
    for shown in (page, document):
        text = " ".join(parser.fromstring(shown).text_content().replace("\u200b", "").split())
        assert "Loosened: at most 398 d instead of 200 d." in text
        assert "Taken out until 2027-03-31." in text
        assert all(f"{one['reason'][1:]}." in text for one in DISABLED)
        assert "Advisory, never blocks: the deadlines are years away" in text


def test_the_baseline_is_named_and_counted(view: View, page: str, document: str) -> None:
    """File, date, owner and what came of the comparison."""
    said = view.baseline_words
    assert said.startswith("Compared with the baseline baseline.json, made 1 August 2026, owned by pki@example.com. ")
    assert "set apart and do not count; 2 became worse since and are new; 5 of its entries were not found again." in said
    assert said in page
    assert said in document


def test_groups_show_some_members_and_their_count(view: View) -> None:
    """Twenty members are named; the rest is a number."""
    (many, two) = (one for one in view.findings if one.rule_id == GROUP)
    assert len(many.members) == 21
    assert many.members[-1] == "and 25 more members"
    assert len(two.members) == 2
    assert many.subject != two.subject


def test_findings_of_certgate_itself_have_cards(view: View) -> None:
    """Lapsed, refused and unused exceptions say why they matter and what to do."""
    cards = {card.rule.id: card for card in view.cards}
    for name in ("lapsed", "refused", "unused"):
        assert cards[f"certgate/exception-{name}"].fix
        assert cards[f"certgate/exception-{name}"].because


def test_the_pdf_lists_what_stands_apart(view: View, document: str) -> None:
    """Appendix C has each waived and known finding, and links the exception."""
    rows = parser.fromstring(document).xpath("//section[@id='appendix-c']//tbody/tr")
    assert [row.get("id") for row in rows] == [one.label for one in view.apart(200)]
    links = {link.get("href") for row in rows for link in row.xpath(".//td[last()]//a")}
    assert links
    assert links <= {f"#{one.get('id')}" for one in parser.fromstring(document).xpath("//section[@id='exceptions']//tr[@id]")}


def test_the_pdf_is_valid_and_repeats(tmp_path: Path) -> None:
    """PDF/A-3a and PDF/UA-1 with all of it, the same bytes again."""
    path = tmp_path / "governed.pdf"
    path.write_bytes(pdf.render.render(governed(new_only=True), {}, {}))
    assert validate(path, "3a", "ua1") == []
    assert pdf.render.render(governed(new_only=True), {}, {}) == path.read_bytes()


def test_the_page_and_json_repeat(page: str) -> None:
    """The same bytes again."""
    again = governed(new_only=True)
    assert html.render.render(again, {}).decode() == page
    assert whole.render.render(again, {}) == whole.render.render(governed(new_only=True), {})


def test_waived_rows_name_their_exception(view: View) -> None:
    """A waived finding carries the id; open ones carry none."""
    waived = view.report.findings.filter(pl.col("waived_by").is_not_null())
    assert {one.finding_id: one.waived_by for one in view.findings if one.waived_by} == dict(
        waived.select("finding_id", "waived_by").iter_rows()
    )

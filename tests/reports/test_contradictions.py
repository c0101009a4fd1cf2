"""Contradictions in reports: both sides beside each other, with clause, enforcement and how to choose, the same everywhere."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports import html, pdf
from reports import json as whole
from reports.pdf import _document
from reports.terminal import summary
from reports.view import build
from scanner.inventory import store
from tests.reports import quarrel
from tests.reports.factory import report
from tests.reports.governed import governed
from tests.tools.program import run


def test_each_body_speaks_with_clause_and_enforcement() -> None:
    """What binds, by which document, and whether it blocks, stands on both sides."""
    first = build(governed()).contradictions[0]
    (mozilla,), (bsi, nsa) = first.accepts, first.rejects
    assert (mozilla.body, mozilla.clause, mozilla.enforced) == (
        "Mozilla Server Side TLS", "5.8, intermediate: tls_curves, recommended", "warns",
    )  # fmt: skip
    assert (bsi.clause, bsi.enforced) == ("2025-01, 3.3.2, recommended", "blocks")
    assert nsa.clause.endswith("mandatory, known from secondary sources, so it warns until checked")
    assert first.what == "X25519 and X25519MLKEM768 in tls.groups"
    assert first.affected.startswith("14 endpoints: shop.example.com:443, ")
    assert first.affected.endswith(" and 11 more")


def test_the_choice_is_told_both_ways() -> None:
    """Flags that can be copied, and what would satisfy all."""
    first, second, third = build(governed()).contradictions
    assert first.to_accept == ("--skip bsi-tls/groups", "--skip cnsa-2.0/groups")
    assert first.to_reject == ("--skip tls-endpoints/groups",)
    assert [one.common for one in (first, second, third)] == ["All of them accept P-384.", "No value satisfies all of them.", ""]


def test_every_format_says_the_same() -> None:
    """Fact, lead and rules stand in HTML, PDF and terminal; JSON has the data."""
    made = governed()
    view = build(made)
    page, document = html.render.render(made, {}).decode(), _document.document(view, {}, {})
    terminal = " ".join(summary(made, width=100).split())
    assert "In 3 places policies contradict each other" in view.contradictions_lead
    for text in (page.replace("<wbr>", ""), document.replace("\u200b", "")):
        assert view.contradictions_lead in text
        assert all(one.what in text for one in view.contradictions)
        assert "<script>alert(1)" not in text
    assert "Policies contradict each other (3)" in terminal
    assert "X25519 and X25519MLKEM768 in tls.groups, 14 endpoints: tls-endpoints/groups accepts them" in terminal
    assert [one["affected"] for one in whole.document(made)["contradictions"]] == [14, 1, 2]


def test_a_run_without_them_says_nothing() -> None:
    """The part is left out whole."""
    made = report()
    assert "Contradictions" not in html.render.render(made, {}).decode()
    assert "contradict" not in _document.document(build(made), {}, {})
    assert "contradict" not in summary(made, width=100)


def test_the_part_is_numbered_and_listed_in_the_pdf() -> None:
    """It has its place among the parts and in the contents."""
    document = _document.document(build(governed()), {}, {})
    assert "<h1>4 Contradictions</h1>" in document
    assert '<a href="#contradictions">4 Contradictions</a>' in document
    assert "<h1>5 Exceptions</h1>" in document


def test_what_is_left_out_is_counted() -> None:
    """Terminal, HTML and PDF name the first and count the others."""
    many = replace(governed(), contradictions=quarrel.QUARRELS[:1] * 60)
    assert "… and 57 more." in summary(many, width=100)
    assert "10 more are in the JSON output of the same run." in html.render.render(many, {}).decode()
    assert "40 more are in the JSON output of the same run." in _document.document(build(many), {}, {})


def test_a_stored_result_gives_them_back(tmp_path: Path) -> None:
    """What was found is stored, not found anew."""
    made = replace(report(), contradictions=quarrel.QUARRELS)
    store.save(made, tmp_path / "result", whole.render.parts(made, {}))
    assert store.load(tmp_path / "result").contradictions == quarrel.QUARRELS


def test_the_pdf_repeats_its_bytes() -> None:
    """The same contradictions give the same file."""
    made = replace(report({}), contradictions=quarrel.QUARRELS, rules=quarrel.rules())
    assert pdf.render.render(made, {}, {}) == pdf.render.render(made, {}, {})


@pytest.mark.xdist_group("pdf")
def test_the_part_begins_on_the_page_of_its_first_contradiction(tmp_path: Path) -> None:
    """Heading and introduction do not stay behind at the foot of a page."""
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf.render.render(governed(), {}, {}))
    _, _, *pages = run(["pdftotext", "-layout", path, "-"]).stdout.split("\f")
    (page,) = [page for page in pages if re.search("^ *4 Contradictions$", page, re.MULTILINE)]
    assert "Accepted by" in page


def test_many_values_and_long_limits_are_bounded() -> None:
    """A heading names a few values and counts the rest, which stand below it; a long limit leaves the title to speak."""
    values = tuple(f"SUITE_{number}" for number in range(7))
    made = replace(governed(), contradictions=(replace(quarrel.QUARRELS[0], values=values),))
    long = tuple(replace(one, limit="x" * 121) if one.id == "bsi-tls/groups" else one for one in made.rules)
    (row,) = build(replace(made, rules=long)).contradictions
    assert row.what == "SUITE_0, SUITE_1, SUITE_2, SUITE_3 and 3 more in tls.groups"
    assert row.values == "SUITE_0, SUITE_1, SUITE_2, SUITE_3, SUITE_4, SUITE_5 and SUITE_6"
    assert row.rejects[0].asks == ""
    assert row.accepts[0].asks.startswith("; asks: tls.groups has nothing but X25519MLKEM768")

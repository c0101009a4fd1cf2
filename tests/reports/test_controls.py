"""The control matrix: what the rules found for each control, what remains for people, and no figure for compliance."""

from dataclasses import replace
from pathlib import Path

import orjson
import polars as pl
import pytest
from lxml import html

from reports import carry, pdf
from reports import html as page_renderer
from reports import json as whole
from reports._parts import controls
from reports.view import build
from scanner.cli import main
from scanner.errors import UsageError
from scanner.model import ControlReport, Coverage, FrameworkReport, Report
from scanner.rules.controls import coverage
from tests.reports import factory, oddities
from tests.reports.governed import governed
from tests.tools.browser import AXE, chromium, page
from tests.tools.program import run
from tests.tools.verapdf import validate

BASE = ControlReport(
    "4.2.1", "Valid certificates", Coverage.PARTIAL, "People name every path.", ("public-tls/lifetime", "public-tls/key")
)
HOUSE = FrameworkReport("house", "House controls", "2026", "2026-11-23", "https://example.com/controls", "All of them.", ())


def mapped(made: Report) -> Report:
    """Put the shipped maps onto a run, as the pipeline does."""
    return replace(made, frameworks=coverage.find(made.rules))


def row(opened: dict[str, int], **counts: object) -> controls.Row:
    """Say what is found for one control, where so many findings of each rule are open."""
    control = replace(BASE, **counts)  # type: ignore[arg-type]
    made = replace(factory.report({}), rules=factory.report().rules, frameworks=(replace(HOUSE, controls=(control,)),))
    findings = pl.DataFrame(
        {"rule_id": [rule for rule, count in opened.items() for _ in range(count)]}, schema={"rule_id": pl.String}
    )
    (framework,) = controls.rows(made, findings)
    return framework.rows[0]


@pytest.mark.parametrize(
    ("opened", "counts", "found", "mark", "sort"),
    [
        ({"public-tls/lifetime": 2, "public-tls/key": 1}, {"failed": 5, "waived": 1, "unknown": 4, "passed": 1200}, "3 open, 4 could not be judged, 1 waived, 1 known, 1,200 pass", "critical", "open"),
        ({"public-tls/lifetime": 2}, {"failed": 2}, "2 open", "high", "open"),
        ({}, {"unknown": 4, "passed": 9}, "4 could not be judged, 9 pass", "unknown", "unknown"),
        ({}, {"passed": 9}, "no open finding, 9 pass", "pass", "none"),
        ({}, {"failed": 2, "waived": 2}, "no open finding, 2 waived", "waived", "none"),
        ({}, {"skipped": 7}, "not applicable", "", "people"),
        ({}, {"rules": ()}, "no rule of this run", "", "people"),
        ({}, {"rules": (), "coverage": Coverage.MANUAL}, "by hand", "", "people"),
    ],
)  # fmt: skip
def test_a_control_says_what_its_rules_found(
    opened: dict[str, int], counts: dict[str, object], found: str, mark: str, sort: str
) -> None:
    """The worst first, unknown before pass, and nothing judged is no pass."""
    said = row(opened, **counts)
    assert (said.found, said.mark, said.sort) == (found, mark, sort)


def test_a_framework_opens_with_a_sentence_and_no_percentage() -> None:
    """Controls are counted by what was found; every one of them is in the sum."""
    shown = build(mapped(factory.report())).frameworks
    (pci,) = [one for one in shown if one.id == "pci-dss-4.0.1"]
    assert pci.lead.startswith("14 controls: ")
    assert "that need evidence from elsewhere" in pci.lead
    counted = [int(word) for word in pci.lead.split(": ")[1].split() if word.isdigit()]
    assert sum(counted) == len(pci.rows)
    assert pci.edition == "June 2024, checked 2026-11-23"
    assert not any("%" in f"{one.lead}{line.found}" for one in shown for line in one.rows)


def test_open_findings_are_those_of_the_report() -> None:
    """Under exceptions and a baseline, a control counts what the findings part counts as open."""
    view = build(mapped(governed(new_only=True)))
    opened = {card.rule.id: card.open for card in view.cards}
    held = {control.id: control for one in view.report.frameworks if one.id == "dora" for control in one.controls}
    lines = {line.id: line for one in view.frameworks if one.id == "dora" for line in one.rows}
    seen = 0
    for name, control in held.items():
        open_ = sum(opened.get(rule, 0) for rule in control.rules)
        assert (f"{open_} open" in lines[name].found) == bool(open_)
        seen += open_
    assert seen


def test_frameworks_are_chosen_by_option() -> None:
    """All without one; those named, in their order; a name that is none is refused with the legal ones."""
    shown = build(mapped(factory.report())).frameworks
    assert controls.chosen(shown, "", "html") == shown
    assert [one.id for one in controls.chosen(shown, "soc2 dora+soc2", "html")] == ["soc2", "dora"]
    with pytest.raises(UsageError, match=r"--output pdf: frameworks=pci is not known; write one or more of dora, iso-27001-2022"):
        controls.chosen(shown, "pci", "pdf")
    assert controls.chosen([], "pci", "pdf") == []


def test_the_page_has_a_table_for_each_framework() -> None:
    """Closed at first, open where one alone was asked for; none of it where no rule concerns a control."""
    made = mapped(factory.report())
    root = html.fromstring(page_renderer.render.render(made, {}))
    assert len(root.xpath("//section[@id='controls']/details[not(@open)]")) == 7
    assert root.xpath("//nav//a[@href='#controls']/text()") == ["Controls"]
    one = html.fromstring(page_renderer.render.render(made, {"frameworks": "dora"}))
    (details,) = one.xpath("//section[@id='controls']/details[@open]")
    assert [th.text_content() for th in details.xpath(".//tbody//th")][-1] == "2024/1774 Art 14(1)"
    none = html.fromstring(page_renderer.render.render(factory.report(), {}))
    assert none.xpath("//section[@id='controls'] | //nav//a[@href='#controls']") == []


def test_texts_of_a_result_cannot_act() -> None:
    """A result is a file, and what its maps say is as foreign as a certificate's name."""
    bad = replace(HOUSE, title=oddities.HOSTILE[0], controls=(replace(BASE, id=oddities.HOSTILE[2], note=oddities.HOSTILE[3]),))
    shown = page_renderer.render.render(replace(factory.report(), frameworks=(bad,)), {}).decode()
    assert "<script>document.title" not in shown
    assert '"><style>' not in shown


@pytest.mark.xdist_group("axe")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
def test_axe_finds_no_fault_in_the_matrix(tmp_path: Path, scheme: str, width: int) -> None:
    """With every framework open, at both widths and in both themes; nothing but tables scrolls sideways."""
    path = tmp_path / "report.html"
    path.write_bytes(page_renderer.render.render(mapped(oddities.small()), {}))
    view = {"width": width, "height": 900}
    with chromium() as browser, page(path, browser, bypass_csp=True, color_scheme=scheme, viewport=view) as opened:
        for index in range(7):
            opened.locator("details.framework summary").nth(index).click()
        opened.add_script_tag(path=AXE)
        assert opened.evaluate("async () => (await axe.run()).violations.map((one) => one.id)") == []
        assert opened.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.xdist_group("pdf")
def test_the_pdf_has_the_matrix_and_stays_valid(tmp_path: Path) -> None:
    """A part of its own with its frameworks in the contents, tagged and archivable."""
    made = mapped(oddities.small())
    path = tmp_path / "report.pdf"
    path.write_bytes(
        pdf.render.render(made, {"frameworks": "pci-dss-4.0.1"}, {"result.json": carry(whole.render.parts(made, {}))})
    )
    assert validate(path, "3a", "ua1") == []
    text = " ".join(run(["pdftotext", "-layout", path, "-"]).stdout.split())
    assert "3 Controls" in text
    assert text.count("3.1 PCI DSS v4.0.1") == 2
    assert "4 Findings" in text
    assert "No hard-coded passwords for interactive system accounts" in text


def _pages(made: Report, path: Path, **options: str) -> list[list[str]]:
    """Print the report and return the lines of each page of the part on controls, without head and foot."""
    path.write_bytes(pdf.render.render(made, options, {}))
    pages = run(["pdftotext", "-layout", path, "-"]).stdout.split("\f")[2:]
    lines = [[" ".join(line.split()) for line in page.splitlines() if line.strip()][1:-1] for page in pages]
    begin, end = (
        next(at for at, page in enumerate(lines) if page and page[0] == title) for title in ("3 Controls", "4 Findings")
    )
    return lines[begin:end]


@pytest.mark.xdist_group("pdf")
def test_without_a_choice_each_control_is_a_line(tmp_path: Path) -> None:
    """All seven frameworks on three pages, without notes, and the way to have one in full."""
    pages = _pages(mapped(oddities.small()), tmp_path / "report.pdf")
    text = " ".join(line for page in pages for line in page)
    assert len(pages) <= 3
    assert "with -o pdf=report.pdf,frameworks=dora+iso-27001-2022 or, in certgate.yaml, report: { frameworks: dora iso-" in text
    assert "what remains for people" not in text
    assert "%" not in text
    for one in build(mapped(oddities.small())).frameworks:
        assert f"{one.id}, {one.edition}." in text
        assert [row.id for row in one.rows if f" {row.id.split()[0]}" not in text] == []


@pytest.mark.xdist_group("pdf")
@pytest.mark.parametrize(
    "chosen", ["", "dora iso-27001-2022 nis2 nist-800-53r5 nist-csf-2.0 pci-dss-4.0.1 soc2"], ids=["brief", "full"]
)
def test_a_framework_begins_on_the_page_of_its_first_rows(tmp_path: Path, chosen: str) -> None:
    """No heading, sentence or head of a table stands at the foot of a page without two controls below it."""
    options = {"frameworks": chosen} if chosen else {}
    pages = _pages(mapped(oddities.small()), tmp_path / "report.pdf", **options)
    for number, one in enumerate(build(mapped(oddities.small())).frameworks, 1):
        (page,) = [page for page in pages if f"3.{number} {one.title}" in page]
        below = page[page.index(f"3.{number} {one.title}") :]
        for row in one.rows[:2]:
            assert any(line.startswith(row.id.split()[0]) for line in below), (one.id, row.id)


def test_a_stored_result_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` counts and stores; `report` renders the matrix from the result without judging anew."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "one.pem").write_bytes((Path(__file__).parents[1] / "samples/openssl-x509/expired.pem").read_bytes())
    (tmp_path / "certgate.yaml").write_text("report: { frameworks: dora }\n")
    asked = ["check", "one.pem", "--policy", "public-tls", "--as-of", "2026-11-24", "--quiet"]
    assert main([*asked, "--save", "result", "-o", "html=first.html"]) == 1
    said = orjson.loads((tmp_path / "result/result.json").read_bytes())
    (dora,) = [one for one in said["frameworks"] if one["id"] == "dora"]
    (renewal,) = [one for one in dora["controls"] if one["id"] == "2024/1774 Art 7(5)"]
    assert renewal["coverage"] == "automated"
    assert renewal["failed"] == 1
    assert "public-tls/expired" in renewal["rules"]
    main(["report", "result", "-o", "html=second.html,frameworks=dora"])
    assert (tmp_path / "second.html").read_bytes() == (tmp_path / "first.html").read_bytes()
    assert (
        b"NIST Cybersecurity Framework" not in (tmp_path / "first.html").read_bytes().split(b'<script type="application/json"')[0]
    )

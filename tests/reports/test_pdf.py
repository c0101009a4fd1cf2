"""The PDF report: judged by veraPDF and qpdf, tagged, linked, with its data attached, the same bytes every time."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

import reports
from reports import Carried, carry, pdf, sarif
from reports import json as whole
from reports.pdf import _document, _print
from reports.view import View, build
from scanner.errors import UsageError
from scanner.model import Report
from tests.reports import oddities
from tests.reports.estate import AS_OF
from tests.tools.program import run
from tests.tools.verapdf import validate

pytestmark = pytest.mark.xdist_group("pdf")
OPTIONS = {"organisation": "Northwind Example Ltd", "classification": "Confidential", "prepared_for": "Audit committee"}
PARTS = ("1 Executive summary", "2 Scope, method and completeness", "3 Findings", "4 Evidence gaps", "5 Owners", "6 Integrity")


def _attachments(made: Report) -> dict[str, Carried]:
    return {
        "result.json": carry(whole.render.parts(made, {})),
        "results.sarif": carry(sarif.render.parts(made, {})),
        "inventory.csv": carry([b"kind,", b"name\r\n"]),
        "manifest.json": carry([b"{}\n"]),
    }


def _render(made: Report, **options: str) -> bytes:
    data: bytes = pdf.render.render(made, OPTIONS | options, _attachments(made))
    return data


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of the small run as a file."""
    made = tmp_path_factory.mktemp("pdf") / "report.pdf"
    made.write_bytes(_render(oddities.small()))
    return made


@pytest.fixture(scope="module")
def view() -> View:
    """Return the view of the small run."""
    made = oddities.small()
    return build(made, carry(whole.render.parts(made, {})).sha256)


def _pages(path: Path, *how: str) -> list[str]:
    """Read the text of each page."""
    return run(["pdftotext", *how, path, "-"]).stdout.split("\f")[:-1]


@pytest.fixture(scope="module")
def pages(path: Path) -> list[str]:
    """Return the text of each page, white space evened out."""
    return [" ".join(page.split()) for page in _pages(path, "-layout")]


def test_the_report_is_pdf_a_3a_and_pdf_ua_1(path: Path) -> None:
    """VeraPDF finds no failed clause of either standard."""
    assert validate(path, "3a", "ua1") == []


def test_a_report_of_hostile_names_is_valid_too(tmp_path: Path) -> None:
    """Names with controls, missing glyphs and 10,000 characters break neither standard."""
    path = tmp_path / "hostile.pdf"
    path.write_bytes(_render(oddities.hostile()))
    assert validate(path, "3a", "ua1") == []


def test_a_report_that_lost_its_colours_and_alternate_texts_is_refused(path: Path, tmp_path: Path) -> None:
    """The judge is awake: the same file without output intent and alternate texts fails both standards."""
    bad = tmp_path / "bad.pdf"
    with pikepdf.open(path) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/Figure":
                del thing["/Alt"]
        del document.Root.OutputIntents
        document.save(bad)
    assert {fault.split()[0] for fault in validate(bad, "3a", "ua1")} == {"3a", "ua1"}


def test_qpdf_finds_no_damage(path: Path) -> None:
    """The structure of the file is sound."""
    done = run(["qpdf", "--check", path])
    assert (done.returncode, done.stderr) == (0, "")


def test_the_same_report_gives_the_same_bytes(path: Path) -> None:
    """Nothing in the file comes from the clock, from chance or from the fonts of the system."""
    assert _render(oddities.small()) == path.read_bytes()


def test_dates_are_those_of_the_result(path: Path) -> None:
    """Creation, modification and attachments are dated at the evaluation date."""
    with pikepdf.open(path) as document:
        dates = {str(document.docinfo[name]) for name in ("/CreationDate", "/ModDate")}
        kept = {file.get_file().creation_date for file in document.attachments.values()}
    assert dates == {"D:20260930000000Z"}
    assert kept == {AS_OF}


def test_language_title_and_tags_are_stated(path: Path) -> None:
    """A reader is told the language, shows the title, and finds a structure."""
    with pikepdf.open(path) as document:
        assert str(document.Root.Lang) == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle is True
        assert str(document.docinfo["/Title"]) == "Machine identity compliance report, 30 September 2026"
        assert document.Root.MarkInfo.Marked is True


def test_bookmarks_are_the_parts_and_what_is_in_them(path: Path) -> None:
    """The outline has every part in order, and the rules under the findings."""
    with pikepdf.open(path) as document, document.open_outline() as outline:
        titles = [item.title for item in outline.root]
        rules = [item.title for item in outline.root[3].children]
    assert titles[:7] == ["Contents", *PARTS]
    assert titles[7].startswith("Appendix A")
    assert "Critical The certificate has not expired" in rules


def test_attachments_are_whole_and_said_to_be_data(path: Path) -> None:
    """Each attached file has its bytes, and its relationship to the report is Data."""
    with pikepdf.open(path) as document:
        kept = {name: file.get_file().read_bytes() for name, file in document.attachments.items()}
        relations = {str(file.AFRelationship) for file in document.Root.AF}
    assert kept == {name: one.data for name, one in _attachments(oddities.small()).items()}
    assert relations == {"/Data"}


def test_attachments_stand_in_the_report_with_their_digests(pages: list[str]) -> None:
    """Name, size and SHA-256 of every attached file are printed."""
    text = "".join(pages).replace(" ", "")
    for name, one in _attachments(oddities.small()).items():
        assert name in text
        assert sha256(one.data or b"").hexdigest()[:60] in text


def test_all_fonts_are_embedded_and_ours(path: Path) -> None:
    """No font of the system is used, whatever the names hold."""
    lines = run(["pdffonts", path]).stdout.splitlines()[2:]
    assert lines
    assert all("Atkinson-Hyperlegible" in line for line in lines)
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines)


def test_numbers_of_the_report_are_those_of_the_view(pages: list[str], view: View) -> None:
    """Verdict, sentences, figures, shares and counts of rules are the view's."""
    text = "".join("".join(pages).split())
    said = [
        view.verdict,
        view.reason,
        view.lead,
        view.scope_lead,
        view.gap_lead,
        view.owner_lead,
        view.waffle.caption,
        view.statement,
    ]
    said += [f"{share.count:,} {share.word}" for share in (*view.severities, *view.classes)]
    said += [f"{figure.count:,}" for figure in view.figures] + [card.affected for card in view.cards]
    assert [words for words in said if "".join(words.split()) not in text] == []


def test_every_open_finding_and_gap_is_printed(pages: list[str], view: View) -> None:
    """Appendix A names each open finding, appendix B each identity that could not be fully judged."""
    text = " ".join(pages)
    assert [one.label for one in view.findings if one.label not in text] == []


def test_pages_are_headed_and_numbered_but_the_cover(pages: list[str], view: View) -> None:
    """Each page says which report it is of and which page of how many; the cover does not."""
    for number, page in enumerate(pages[1:], 2):
        assert page.startswith("Machine identity compliance report, 30 September 2026 Confidential")
        assert page.endswith(f"{view.report_id} Page {number} of {len(pages)}")
    assert "Page 1" not in pages[0]


def test_the_contents_name_the_right_pages(pages: list[str]) -> None:
    """Each part begins on the page that the contents say."""
    listed = pages[1].split("Contents ")[1]
    lines = dict(re.findall(r"((?:\d|\d\.\d|Appendix [AB]) [A-Z][A-Za-z, ]+?) (\d+)(?= |$)", listed))
    assert set(PARTS) <= set(lines)
    for title, page in lines.items():
        assert title in pages[int(page) - 1]


def test_links_lead_within_the_report(path: Path) -> None:
    """Every link has its target in the file; no link leads out."""
    with pikepdf.open(path) as document:
        links = [note for page in document.pages for note in page.get("/Annots", ()) if note.Subtype == "/Link"]
        targets = set(map(str, list(document.Root.Names.Dests.Names)[::2]))
        assert len(links) > len(targets) / 2
        assert {str(link.Dest) for link in links} <= targets


def test_no_heading_is_the_last_line_of_a_page(path: Path, view: View) -> None:
    """A heading or caption is followed by what it heads."""
    headings = {*PARTS, "What to do first", *(f"{card.rule.severity.capitalize()} {card.rule.title}" for card in view.cards)}
    for page in _pages(path, "-layout")[1:]:
        lines = [" ".join(line.split()) for line in page.splitlines() if line.strip()]
        assert lines[-2] not in headings
        assert not lines[-2].startswith(("What is not known", "Attached files", "Sources and what"))


def test_marks_and_charts_have_words(path: Path, view: View) -> None:
    """Each chart is a figure whose alternate text says its values."""
    with pikepdf.open(path) as document:
        figures = [str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
    said = ", ".join(share.text for share in view.severities)
    assert f"Open findings by severity: {said}." in figures
    assert len(figures) == 3


@pytest.mark.parametrize(
    "url", ["https://example.com/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "certgate:font/../x"]
)
def test_a_foreign_asset_stops_everything(url: str) -> None:
    """Whatever is not ours is refused loudly, local files and data addresses included."""
    with pytest.raises(FatalURLFetchingError):
        _print.write(f'<html lang="en"><title>x</title><img src="{url}" alt="x">', AS_OF, {}, paper="a4")


ODD: dict[str, Callable[[], Report]] = {"empty": oddities.empty, "clean": oddities.clean, "only unknown": oddities.only_unknown}


@pytest.mark.parametrize("made", ODD.values(), ids=ODD.keys())
def test_odd_runs_say_what_they_mean(made: Callable[[], Report], tmp_path: Path) -> None:
    """An empty, a clean and an undecided run have verdict, lead and scope, and no appendix of findings."""
    path = tmp_path / "odd.pdf"
    path.write_bytes(_render(made()))
    view, text = build(made()), "".join("".join(_pages(path, "-layout")).split())
    assert all("".join(words.split()) in text for words in (view.verdict, view.reason, view.lead, view.scope_lead))
    assert "AppendixA" not in text


def test_findings_that_are_left_out_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the worst are printed, and the report says how many more stand in the attached result."""
    monkeypatch.setattr(_document, "MOST_ROWS", 10)
    view = build(oddities.small())
    shown = _document.document(view, {}, _attachments(oddities.small()))
    assert (
        f"The 10 worst of {len(view.open)} open findings are printed; {len(view.open) - 10} more are left to the attached result."
        in shown
    )
    assert shown.count('<tr id="F-') == 10 + view.report.gaps.height


def test_more_rules_than_cards_become_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit of cards the other rules stand in a table."""
    monkeypatch.setattr(_document, "MOST_CARDS", 3)
    view = build(oddities.small())
    shown = _document.document(view, {}, {})
    assert shown.count('class="card"') == 3
    assert f"{len(view.cards) - 3} more rules with open findings" in shown


def test_a_file_too_large_to_be_attached_is_named_with_its_digest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What would fill memory and mailboxes stays beside the report, which sends nobody to an attachment that is not there."""
    monkeypatch.setattr(reports, "MOST_CARRIED", 20)
    made, path = oddities.small(), tmp_path / "report.pdf"
    path.write_bytes(_render(made))
    with pikepdf.open(path) as document:
        assert set(document.attachments) == {"inventory.csv", "manifest.json"}
    shown = "".join("".join(_pages(path, "-layout")).split())
    assert "Filesofthesamerun,toolargetobeattached" in shown
    assert sha256(whole.render.render(made, {})).hexdigest()[:60] in shown
    assert "theattachedresult" not in shown


def test_lines_that_nobody_gave_are_left_out() -> None:
    """Without options the cover has no organisation, recipient or classification."""
    shown = _document.document(build(oddities.small()), {}, {})
    assert "Prepared for" not in shown
    assert "Classification" not in shown
    assert "Nothing is attached to this file." in shown


def test_paper_may_be_letter(tmp_path: Path) -> None:
    """Pages have the size that was asked for, the appendix turned."""
    path = tmp_path / "letter.pdf"
    path.write_bytes(_render(oddities.only_unknown(), paper="letter"))
    with pikepdf.open(path) as document:
        sizes = {tuple(round(float(side)) for side in page.MediaBox[2:]) for page in document.pages}  # type: ignore[index]
    assert sizes == {(612, 792), (792, 612)}


def test_an_unknown_paper_is_refused() -> None:
    """A size that is not known is never printed as another."""
    with pytest.raises(UsageError, match="paper=a5 is not known; write a4 or letter"):
        _render(oddities.empty(), paper="a5")

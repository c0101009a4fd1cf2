"""The HTML report as a file: self-contained, strict, harmless, the same bytes from the same Report."""

import gzip
import re
from base64 import b64decode, b64encode
from hashlib import sha256

import orjson
import pytest
from lxml import html

from reports import html as renderer
from reports._parts import findings as listing
from reports.view import build
from scanner.model import Report
from tests.reports import oddities
from tests.reports.factory import report

MADE = {
    "believable": report,
    "empty": oddities.empty,
    "clean": oddities.clean,
    "only unknown": oddities.only_unknown,
    "hostile": oddities.hostile,
    "other scripts": oddities.cjk,
}


def _render(made: Report) -> str:
    return renderer.render.render(made, {}).decode()


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@pytest.fixture(scope="module", params=MADE.values(), ids=MADE.keys())
def page(request: pytest.FixtureRequest) -> str:
    """Return the page of each sort of run."""
    return _render(request.param())


def test_the_same_report_gives_the_same_bytes() -> None:
    """Nothing in the page comes from the clock or from chance."""
    assert _render(report()) == _render(report())


def test_the_policy_allows_the_one_style_and_the_one_script(page: str) -> None:
    """The hashes of the content policy are those of the style and the script, and nothing else is allowed."""
    (policy,) = html.fromstring(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert policy == (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_in_the_page_has_a_style_or_a_handler(page: str) -> None:
    """No element carries a style or an event attribute."""
    names = {name for node in html.fromstring(page).iter() for name in node.attrib}
    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_the_page_loads_nothing(page: str) -> None:
    """No element names anything outside the file."""
    root = html.fromstring(page)
    assert root.xpath("//*[@src] | //link | //iframe | //object | //embed | //img") == []
    assert all(target.startswith("#") for target in root.xpath("//a/@href"))


def test_style_and_script_are_small() -> None:
    """Without fonts, style and script stay within 40 kB."""
    style = re.sub(r"@font-face\{.*?\}\n", "", renderer.style())
    assert len((style + renderer.script()).encode()) <= 40_000


def test_texts_from_outside_cannot_leave_their_place() -> None:
    """A name that ends a script, opens an element or turns the direction is text in the page and in the data."""
    shown = _render(oddities.hostile())
    assert "document.title='acted'</script>" not in shown
    assert not set(shown) & set("\u202e\u2066\u200b\ufeff\u2028\x00\x1b")
    assert "&lt;U+202E&gt;gnp.exe" in shown


def test_what_the_fonts_cannot_draw_is_spelled_out() -> None:
    """The page has no character that would need a font of the system."""
    shown = _render(oddities.cjk())
    assert "Łukasz" in shown
    assert not set(shown) & set("中文Ελένη→")


def _data(page: str) -> dict[str, dict[str, list[object]]]:
    (block,) = html.fromstring(page).xpath("//script[@type='application/json']")
    text = block.text_content()
    data = gzip.decompress(b64decode(text)) if block.get("data-packed") else text
    found: dict[str, dict[str, list[object]]] = orjson.loads(data)
    return found


def test_the_data_has_every_finding_and_identity(page: str, request: pytest.FixtureRequest) -> None:
    """Rows of the data are the findings of the view, in its order."""
    view = build(MADE[request.node.callspec.id]())
    data = _data(page)
    assert data["rows"]["label"] == [one.label for one in view.findings]
    assert data["assets"]["listed"] == view.assets
    assert {len(column) for name, column in data["rows"].items() if name != "modes"} == {len(view.findings)}


def test_numbers_of_the_page_are_those_of_the_view() -> None:
    """Figures, captions, verdict and sentences of the page are the view's, word for word."""
    view = build(report())
    text = " ".join(" ".join(html.fromstring(_render(report())).itertext()).split())
    figures = [f"{figure.caption} {figure.count:,}" for figure in view.figures]
    said = [view.verdict, view.reason, view.lead, view.scope_lead, view.gap_lead, view.owner_lead, view.waffle.caption]
    shares = [f"{share.count:,} {share.word}" for share in (*view.severities, *view.classes)]
    assert [words for words in (*said, *figures, *shares, view.inventory_lead, view.statement) if words not in text] == []


def test_parts_without_data_are_left_out_whole() -> None:
    """An empty run has no waffle, no chart, no list of findings and no owners; what remains says what it means."""
    root = html.fromstring(_render(oddities.empty()))
    assert root.xpath("//*[contains(@class, 'chart')] | //*[@id='app'] | //*[@id='owners']") == []
    assert "Nothing was examined: the evidence shows no identity." in root.text_content()


def test_without_scripts_the_worst_findings_stand_in_a_table() -> None:
    """A reader without scripts sees up to 200 findings and where the rest stands."""
    view = build(report())
    (table,) = html.fromstring(_render(report())).xpath("//section[@id='findings']//noscript//tbody")
    assert len(table) == min(200, len(view.findings))


def test_many_findings_are_packed() -> None:
    """Above 5,000 findings the data is gzip in base64, less than a third of its size, with every finding in it."""
    made = oddities.large(4200)
    shown = _render(made)
    data = _data(shown)
    assert 'data-packed="gzip"' in shown
    assert len(data["rows"]["label"]) == len(build(made).findings) > renderer.PLAIN
    assert len(shown) < len(orjson.dumps(data)) / 3 + 150_000


def test_a_source_of_a_rule_is_linked_only_by_https() -> None:
    """Other schemes never become a link."""
    data = _data(_render(report()))
    urls = [rule["url"] for rule in data["rules"]]  # type: ignore[index]
    assert set(urls) == {"", "https://doi.example/NIST.IR.8547"}


def test_what_is_not_listed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit of the list the page says how many there are and where they stand."""
    monkeypatch.setattr(listing, "MOST", 20)
    total = build(report()).total
    assert f"The 20 worst of {total} findings are listed here; the JSON output" in _render(report())

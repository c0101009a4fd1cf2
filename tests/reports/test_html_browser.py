"""The HTML report in a browser: filter, sort, search, links, keys, export, theme, print, small screens, hostile names."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reports import html as renderer
from reports.view import View, build
from tests.reports import oddities
from tests.reports.factory import report
from tests.tools.browser import chromium
from tests.tools.browser import page as tab

pytestmark = pytest.mark.xdist_group("browser")
Open = Callable[..., AbstractContextManager[Page]]
RUNS = {
    "report": report,
    "empty": oddities.empty,
    "hostile": oddities.hostile,
    "only unknown": oddities.only_unknown,
    "large": lambda: oddities.large(4200),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser for the module."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Render a sort of run once."""
    folder = tmp_path_factory.mktemp("html")

    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_bytes(renderer.render.render(RUNS[name](), {}))
        return path

    return write


@pytest.fixture
def opened(browser: Browser, files: Callable[[str], Path]) -> Open:
    """Open a report, at a fragment if one is given, and wait until it is ready; no error may be logged."""

    @contextmanager
    def start(name: str = "report", fragment: str = "", **context: object) -> Iterator[Page]:
        faults: list[str] = []
        session = browser.new_context(offline=True, reduced_motion="reduce", locale="en-GB", **context)  # type: ignore[arg-type]
        page = session.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(files(name).as_uri() + fragment)
        page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=10_000)
        yield page
        session.close()
        assert faults == []

    return start


@pytest.fixture(scope="module")
def view() -> View:
    """Return the view of the believable run."""
    return build(report())


def _labels(page: Page) -> list[str]:
    return page.locator("#body .id").all_text_contents()


def _column(page: Page, number: int) -> list[str]:
    return [text.strip() for text in page.locator(f"#body tr > td:nth-child({number})").all_text_contents()]


def test_it_opens_with_the_open_findings_worst_first(opened: Open, view: View) -> None:
    """The list begins with what is open, fifty rows, and counts it as the view does."""
    with opened() as page:
        expect(page.locator("#count")).to_have_text(
            f"Showing 1 to 50 of {len(view.open):,} findings; {len(view.findings):,} in this report"
        )
        assert _labels(page) == [one.label for one in view.open[:50]]


def test_the_severity_filter_keeps_what_is_checked(opened: Open, view: View) -> None:
    """Unchecking all but critical leaves the critical ones, as many as the view counts."""
    with opened() as page:
        for word in ("High", "Medium", "Low", "Info"):
            page.get_by_role("checkbox", name=word).uncheck()
        assert set(_column(page, 2)) == {"Critical"}
        assert len(_labels(page)) == view.severities[0].count


def test_search_finds_by_identity_rule_and_message(opened: Open, view: View) -> None:
    """Every word that is typed must stand in a row."""
    wanted = next(one for one in view.open if one.rule_id == "public-tls/key")
    with opened() as page:
        page.get_by_role("searchbox", name="Search").first.fill(f"rsa {wanted.name.upper()}")
        assert _labels(page) == [wanted.label]


def test_no_result_says_so_with_a_way_back(opened: Open, view: View) -> None:
    """A search without a match offers a reset, and the reset shows all again."""
    with opened() as page:
        page.get_by_role("searchbox", name="Search").first.fill("nothing has this name")
        expect(page.locator("#none")).to_be_visible()
        page.locator("#none").get_by_role("button", name="Reset filters").click()
        expect(page.locator("#count")).to_contain_text(f"of {len(view.open):,} findings")


def test_status_shows_what_could_not_be_judged_once_per_identity(opened: Open, view: View) -> None:
    """The status filter shows gaps, one row an identity, with their word."""
    with opened() as page:
        page.get_by_label("Status").select_option("unknown")
        assert set(_column(page, 7)) == {"Could not be judged"}
        assert len(_labels(page)) == view.report.gaps.height


def test_a_run_that_could_judge_nothing_shows_its_gaps(opened: Open) -> None:
    """Where nothing is open but something is undecided, the list begins with what could not be judged."""
    with opened("only unknown") as page:
        expect(page.locator("#count")).to_have_text("Showing 1 to 12 of 12 findings; 12 in this report")
        assert set(_column(page, 7)) == {"Could not be judged"}


def test_owner_and_kind_narrow_together(opened: Open, view: View) -> None:
    """Two choices hold at once, and the rows are those of the view."""
    with opened() as page:
        page.locator("#owner").select_option("build")
        page.locator("#kind").select_option("endpoint")
        assert _labels(page) == [one.label for one in view.open if (one.owner, one.kind) == ("build", "endpoint")]


def test_only_what_counts_against_the_gate(opened: Open, view: View) -> None:
    """The gate's own findings can be seen alone, as many as the verdict says."""
    with opened() as page:
        page.get_by_label("Counts against the gate").check()
        expect(page.locator("#count")).to_contain_text(f"of {sum(one.counts for one in view.open)} findings")


def test_a_heading_sorts_both_ways_and_keeps_the_focus(opened: Open) -> None:
    """Pressing a heading sorts by it, pressing it again turns the order, and the focus stays there."""
    with opened() as page:
        heading = page.get_by_role("button", name="Identity", exact=True)
        heading.click()
        names = _column(page, 4)
        assert names == sorted(names)
        assert page.locator("th[aria-sort=ascending]").count() == 1
        heading.click()
        assert page.locator("th[aria-sort=descending] button").evaluate("node => node === document.activeElement")


def test_pages_turn_and_grow(opened: Open, view: View) -> None:
    """Next shows the following rows; more rows a page can be chosen."""
    with opened() as page:
        page.locator("#next").click()
        assert _labels(page) == [one.label for one in view.open[50:100]]
        page.get_by_label("Rows").select_option("100")
        assert _labels(page) == [one.label for one in view.open[:100]]


def test_findings_can_be_grouped_by_rule(opened: Open, view: View) -> None:
    """Each group has a heading with its count, the largest first."""
    with opened() as page:
        page.get_by_label("Group by").select_option("rule")
        largest = max(view.cards, key=lambda card: card.open)
        expect(page.locator("#body .group").first).to_have_text(
            f"{largest.rule.id}: {largest.rule.title} ({largest.open} findings)"
        )


def test_a_finding_stands_under_each_of_its_controls(opened: Open, view: View) -> None:
    """Grouped by control the rows are more than the findings, and the count says both."""
    with opened() as page:
        page.get_by_label("Group by").select_option("control")
        expect(page.locator("#count")).to_contain_text(f"of {2 * len(view.open)} rows of {len(view.open)} findings")


def test_a_finding_opens_with_its_evidence(opened: Open, view: View) -> None:
    """The id of a finding opens what was seen, allowed, where, why, what to do, and its fingerprint."""
    wanted = view.open[0]
    with opened() as page:
        button = page.locator(f"#{wanted.label}")
        button.click()
        detail = page.locator(f"#d-{wanted.label}").inner_text()
        expect(button).to_have_attribute("aria-expanded", "true")
        for text in (
            wanted.message,
            wanted.finding_id,
            wanted.asset_id,
            wanted.rule_id,
            *view.seen[wanted.kind, wanted.asset_id],
        ):
            assert text in detail


def test_opening_a_finding_makes_its_link_the_address(opened: Open, view: View) -> None:
    """The address of an open finding can be sent to someone; the way back is not filled."""
    with opened() as page:
        before = page.evaluate("history.length")
        page.locator(f"#{view.open[3].label}").click()
        assert page.evaluate("location.hash") == f"#{view.open[3].label}"
        assert page.evaluate("history.length") == before


def test_a_link_opens_its_finding_whatever_the_filter(opened: Open, view: View) -> None:
    """A finding that the filter hides is shown, opened and focused when its link is followed."""
    hidden = next(one for one in reversed(view.findings) if one.status == "unknown")
    with opened(fragment="#?sev=0&owner=build") as page:
        page.evaluate(f"location.hash = '#{hidden.label}'")
        expect(page.locator(f"#{hidden.label}")).to_be_focused()
        expect(page.locator(f"#d-{hidden.label}")).to_be_visible()


def test_a_link_opens_its_finding_at_the_start(opened: Open, view: View) -> None:
    """A report that is opened by the link of a late finding turns to its page."""
    late = view.open[-1]
    with opened(fragment=f"#{late.label}") as page:
        expect(page.locator(f"#{late.label}")).to_be_focused()
        assert page.evaluate("location.hash") == f"#{late.label}"


def test_a_view_can_be_sent_as_a_link(opened: Open, view: View) -> None:
    """The address says the filter, and opening it shows the same rows."""
    with opened() as page:
        page.locator("#owner").select_option("build")
        page.get_by_role("checkbox", name="Info").uncheck()
        address = page.evaluate("location.hash")
    with opened(fragment=address) as page:
        assert _labels(page) == [one.label for one in view.open if one.owner == "build" and one.severity != "info"][:50]
        expect(page.get_by_role("checkbox", name="Info")).not_to_be_checked()


def test_the_link_of_a_section_leaves_the_view_alone(opened: Open) -> None:
    """Going to a section does not undo a filter."""
    with opened() as page:
        page.locator("#owner").select_option("build")
        page.get_by_role("link", name="Integrity").click()
        expect(page.locator("#owner")).to_have_value("build")
        assert page.evaluate("location.hash") == "#integrity"


def test_a_hostile_address_is_ignored(opened: Open, view: View) -> None:
    """Values that no control offers change nothing."""
    with opened(fragment="#?sort=__proto__&rows=9999&status=%3Cb%3E&group=x&sev=99&page=-3&constructor=1") as page:
        expect(page.locator("#count")).to_contain_text(f"Showing 1 to 50 of {len(view.open):,}")


def test_keys_move_search_open_and_close(opened: Open, view: View) -> None:
    """The keys j and k move between findings, Enter opens, Escape closes, / searches, and keys are text in a field."""
    with opened() as page:
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(page.locator(f"#{view.open[0].label}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".detail")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(".detail")).to_have_count(0)
        expect(page.locator(f"#{view.open[0].label}")).to_be_focused()
        page.keyboard.press("/")
        page.keyboard.type("j/k")
        expect(page.locator("#q")).to_have_value("j/k")


def test_the_help_lists_the_keys_and_closes(opened: Open) -> None:
    """A question mark opens the list of keys, Escape closes it."""
    with opened() as page:
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("next and previous finding")
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).not_to_be_visible()


def test_everything_is_reached_by_tab(opened: Open) -> None:
    """From the skip link on, Tab reaches each control that is shown."""
    with opened() as page:
        controls = page.locator(
            "a[href]:visible, button:visible:enabled, input:visible, select:visible, [tabindex='0']:visible"
        ).count()
        reached = set()
        for _ in range(controls + 5):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        assert len(reached - {0, -1}) >= controls


def test_the_view_is_exported_as_csv(opened: Open, view: View) -> None:
    """The export has the filtered findings, all pages of them, with the words of the list."""
    with opened() as page:
        page.get_by_role("checkbox", name="Info").uncheck()
        with page.expect_download() as started:
            page.get_by_role("button", name="Export these as CSV").click()
        rows = list(csv.DictReader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    wanted = [one for one in view.open if one.severity != "info"]
    assert [(row["finding"], row["identity"], row["seen"]) for row in rows] == [
        (one.label, one.name, one.message) for one in wanted
    ]


def test_an_exported_formula_is_text(opened: Open) -> None:
    """A name that a spreadsheet would compute begins with an apostrophe."""
    with opened("hostile") as page:
        with page.expect_download() as started:
            page.get_by_role("button", name="Export these as CSV").click()
        assert "\"'=cmd|" in started.value.path().read_text(encoding="utf-8-sig")


def test_what_to_do_is_copied(opened: Open, view: View) -> None:
    """The remedy goes to the clipboard as text."""
    with opened(permissions=["clipboard-read", "clipboard-write"]) as page:
        page.locator(f"#{view.open[0].label}").click()
        page.get_by_role("button", name="Copy what to do").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") in page.locator(".detail").inner_text()


def _paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_system_and_a_button_overrides_it(opened: Open) -> None:
    """Dark on a dark system, and light again at the press of a button, and the other way round."""
    dark, light = "rgb(16, 22, 29)", "rgb(255, 255, 255)"
    for scheme, first, second in (("dark", dark, light), ("light", light, dark)):
        with opened(color_scheme=scheme) as page:
            assert _paper(page) == first
            page.get_by_role("button", name="Switch light or dark").click()
            assert _paper(page) == second


@pytest.mark.parametrize(
    ("name", "width"), [("report", 320), ("hostile", 320), ("empty", 320), ("report", 390), ("report", 1360), ("hostile", 1360)]
)
def test_nothing_scrolls_sideways(opened: Open, name: str, width: int) -> None:
    """On a phone too only tables scroll, in their own region."""
    with opened(name, viewport={"width": width, "height": 800}) as page:
        if name != "empty":
            page.locator("#body .id").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_controls_are_large_enough_to_hit(opened: Open) -> None:
    """Buttons, choices and fields are 24 pixels high or more on a phone."""
    with opened(viewport={"width": 390, "height": 800}) as page:
        heights = page.evaluate(
            "[...document.querySelectorAll('main button, main select')].map((one) => one.getBoundingClientRect().height)"
        )
        assert min(height for height in heights if height) >= 24


def test_print_shows_the_filtered_view_without_controls(opened: Open, view: View) -> None:
    """Printing lists all filtered rows, says how many, drops controls and dark colours, and the screen comes back."""
    with opened(color_scheme="dark") as page:
        page.locator("#owner").select_option("build")
        wanted = [one.label for one in view.open if one.owner == "build"]
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert _labels(page) == wanted
        expect(page.locator("#printed")).to_contain_text(f"Printed as filtered: {len(wanted)} of {len(wanted)} rows")
        expect(page.locator("#filter")).not_to_be_visible()
        assert _paper(page) == "rgb(255, 255, 255)"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert len(_labels(page)) == min(50, len(wanted))


def test_print_stops_at_two_thousand_rows(opened: Open) -> None:
    """A large view is printed in part and says so."""
    with opened("large") as page:
        page.get_by_label("Status").select_option("all")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert len(_labels(page)) == 2000
        expect(page.locator("#printed")).to_contain_text("Printed as filtered: 2,000 of ")


def test_packed_findings_are_read(opened: Open) -> None:
    """More than 5,000 findings are unpacked in the browser and listed as ever."""
    with opened("large") as page:
        page.get_by_label("Status").select_option("all")
        total = len(build(oddities.large(4200)).findings)
        expect(page.locator("#count")).to_have_text(f"Showing 1 to 50 of {total:,} findings; {total:,} in this report")


def test_hostile_names_do_not_act(opened: Open) -> None:
    """Names that hold scripts, handlers, styles and images are text wherever they show, opened findings included."""
    with opened("hostile") as page:
        title = page.title()
        page.get_by_label("Status").select_option("all")
        for label in _labels(page):
            page.locator(f"#{label}").click()
        assert page.title() == title
        assert page.locator("main img, main style, main script").count() == 0
        expect(page.locator("body")).to_be_visible()
        assert "<script>document.title='acted'</script>" in page.locator("#body").inner_text()


def test_the_policy_stops_what_would_be_injected(files: Callable[[str], Path], browser: Browser) -> None:
    """Script, handler, style and image put into the file by someone else do not act: the content policy is in force."""
    injected = (
        "<script>document.title='acted'</script>"
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' onerror=\"document.title='acted'\">"
        "<p id=victim style='color: rgb(1, 2, 3)' onclick=\"document.title='acted'\">x</p>"
        "<style>#victim{color: rgb(1, 2, 3)}</style>"
    )
    path = files("empty").with_name("injected.html")
    path.write_text(files("empty").read_text(encoding="utf-8").replace("<h1>", f"{injected}<h1>"), encoding="utf-8")
    with tab(path, browser) as page:
        page.locator("#victim").click()
        assert page.title() != "acted"
        assert page.locator("#victim").evaluate("node => getComputedStyle(node).color") != "rgb(1, 2, 3)"
        assert page.locator("main img").evaluate("node => node.naturalWidth") == 0


def test_the_page_asks_for_nothing(browser: Browser, files: Callable[[str], Path]) -> None:
    """The only request is for the file itself; fonts come out of it."""
    asked: list[str] = []
    with tab(files("report"), browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        assert page.evaluate("document.fonts.ready.then((fonts) => [...fonts].some((one) => one.status === 'loaded'))")
    assert [url for url in asked if not url.startswith(("file:", "data:font/"))] == []


def test_without_scripts_the_table_stands(browser: Browser, files: Callable[[str], Path]) -> None:
    """With scripts off the first findings stand in a plain table, and no dead control shows."""
    with tab(files("report"), browser, java_script_enabled=False) as page:
        expect(page.locator("#findings noscript tbody tr")).to_have_count(200)
        expect(page.locator("#filter")).not_to_be_visible()
        expect(page.locator("#tools")).not_to_be_visible()


def test_the_inventory_is_searched_and_paged(opened: Open, view: View) -> None:
    """The inventory lists every identity, worst first, and finds one by name."""
    with opened() as page:
        expect(page.locator("#stock-count")).to_have_text(
            f"Showing 1 to 25 of {view.assets} identities; {view.assets} in this list"
        )
        page.locator("#stock-q").fill(view.identities[-1].name)
        expect(page.locator("#stock-body tr")).to_have_count(1)
        expect(page.locator("#stock-body")).to_contain_text(view.identities[-1].expires)


def test_a_cut_file_says_that_it_cannot_be_read(browser: Browser, files: Callable[[str], Path]) -> None:
    """Where the data is damaged, the page says so in place of the list."""
    path = files("report").with_name("cut.html")
    path.write_text(files("report").read_text(encoding="utf-8").replace('{"words":', '{"words"', 1), encoding="utf-8")
    with tab(path, browser) as page:
        expect(page.locator("#loading")).to_have_text("The findings in this file cannot be read; the file may be cut short.")

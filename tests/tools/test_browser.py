"""The browser itself: it renders, it runs scripts, it reaches nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.tools.browser import AXE, chromium, page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser for this module."""
    with chromium() as started:
        yield started


def _write(folder: Path, body: str, head: str = "<title>A page</title>") -> Path:
    path = folder / "page.html"
    path.write_text(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>', encoding="utf-8")
    return path


def test_a_page_runs_its_script_at_the_asked_width(browser: Browser, tmp_path: Path) -> None:
    """A local page is rendered and its script acts."""
    path = _write(tmp_path, "<p id=p></p><script>document.getElementById('p').textContent = innerWidth</script>")
    with page(path, browser, viewport={"width": 390, "height": 800}) as tab:
        assert tab.inner_text("#p") == "390"


def test_a_page_reaches_no_network(browser: Browser, tmp_path: Path) -> None:
    """A picture from elsewhere is asked for and never comes."""
    failed: list[str] = []
    path = _write(tmp_path, "<p>text</p>")
    with page(path, browser) as tab:
        tab.on("requestfailed", lambda request: failed.append(request.url))
        tab.evaluate("new Promise(done => { const i = new Image(); i.onerror = done; i.src = 'http://localhost:9/x.png' })")
    assert failed == ["http://localhost:9/x.png"]


def test_axe_finds_a_picture_without_words(browser: Browser, tmp_path: Path) -> None:
    """The accessibility checker complains about an image that has no alternative text."""
    with page(_write(tmp_path, "<main><h1>x</h1><img src=x.png></main>"), browser, bypass_csp=True) as tab:
        tab.add_script_tag(path=AXE)
        violations = tab.evaluate("axe.run().then(result => result.violations.map(one => one.id))")
    assert "image-alt" in violations

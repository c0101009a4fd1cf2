"""axe-core finds no fault in the HTML report (WCAG 2.2 A and AA, as far as a machine can tell)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from reports import html as renderer
from tests.reports import oddities
from tests.reports.factory import report
from tests.reports.governed import governed
from tests.tools.browser import AXE, chromium, page

pytestmark = pytest.mark.xdist_group("axe")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = """async (tags) => (await axe.run({ runOnly: tags })).violations
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target).join('; ')}`)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser for the module."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module", params=[report, oddities.empty, governed], ids=["believable", "empty", "governed"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report as a file."""
    made = tmp_path_factory.mktemp("axe") / "report.html"
    made.write_bytes(renderer.render.render(request.param(), {}))
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1360])
def test_axe_finds_no_fault(browser: Browser, path: Path, scheme: str, width: int) -> None:
    """At both widths and in both themes, with a finding open, the page has no violation."""
    with page(path, browser, bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}) as opened:
        opened.wait_for_selector("html[data-ready=yes]", state="attached")
        if opened.locator("#body .id").count():
            opened.locator("#body .id").first.click()
        opened.add_script_tag(path=AXE)
        assert opened.evaluate(ASK, RULES) == []

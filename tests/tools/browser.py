"""Opens pages in Debian's Chromium, driven by Playwright, without any talk to the network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.tools.program import find

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
"""The script of axe-core, for `page.add_script_tag(path=AXE)` in a page whose content policy is bypassed."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless browser with an empty profile, and end it."""
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # its sandbox refuses to run as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find("chromium"), args=[*_FLAGS, *root])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(path: Path, browser: Browser, **context: object) -> Iterator[Page]:
    """Open a local file in a context of its own: `viewport=…`, `color_scheme="dark"`, `bypass_csp=True`, …."""
    # An aborted request shows what a page would have fetched; nothing leaves the machine.
    opened = browser.new_context(offline=True, reduced_motion="reduce", timezone_id="UTC", locale="en-GB", **context)  # type: ignore[arg-type]
    try:
        tab = opened.new_page()
        tab.goto(path.resolve().as_uri())
        yield tab
    finally:
        opened.close()

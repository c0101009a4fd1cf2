"""The pages about shipped policies are generated from them and up to date."""

from pathlib import Path

import pytest

from scanner.rules import find, load, pages

DOCS = Path(__file__).parents[2] / "docs" / "policies"


@pytest.mark.parametrize("name", find.shipped())
def test_the_committed_page_is_what_the_policy_says(name: str) -> None:
    """`make generate` was run after the policy changed."""
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == pages.render(load.load(find.find(name))[0])


def test_every_page_has_a_policy() -> None:
    """No page is left of a policy that is gone."""
    assert {page.stem for page in DOCS.glob("*.md")} == set(find.shipped())


def test_limits_by_date_are_a_table() -> None:
    """The schedule of lifetimes can be read off the page."""
    page = (DOCS / "public-tls.md").read_text(encoding="utf-8")
    assert "| from 2026-03-15, before 2027-03-15 | 200 d |" in page
    assert "| from 2029-03-15 | 47 d |" in page


def test_a_page_says_what_evidence_it_needs() -> None:
    """Fields are grouped by what shows them."""
    page = (DOCS / "tls-endpoints.md").read_text(encoding="utf-8")
    assert "| a scan | `certificate.hostname_matches`" in page

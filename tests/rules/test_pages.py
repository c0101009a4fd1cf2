"""The pages about shipped policies are generated from them and up to date."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from scanner.rules.engine.reads import fields_read
from scanner.rules.reader import find, load
from scanner.rules.reader.find import PolicyFile
from scanner.rules.said import nouns, pages

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
    """Fields are grouped by what shows them, with the rules that ask for them."""
    page = (DOCS / "tls-endpoints.md").read_text(encoding="utf-8")
    assert "| a scan | `certificate.hostname_matches`" in page
    assert "every rule |" in page


@pytest.mark.parametrize("name", find.shipped())
def test_the_policy_of_the_page_really_loads(name: str) -> None:
    """What a page tells a company to write is a policy that extends this one, and changes what it says."""
    (parent,) = load.load(find.find(name))
    page = pages.render(parent)
    (text,) = re.findall(r"```yaml\n(policy: our-policy\n.*?)```", page, re.DOTALL)
    (child,) = load.load([PolicyFile("our-policy.yaml", text.encode())])
    assert child.extends == (name,)
    assert len(child.rules) == len(parent.rules)
    changed = [rule for rule, old in zip(child.rules, parent.rules, strict=True) if rule != old]
    assert len(changed) in {1, 2}
    assert {one.rule for one in child.loosened} <= {rule.id for rule in changed}


@pytest.mark.parametrize("name", find.shipped())
def test_every_field_that_a_shipped_rule_asks_for_has_a_noun(name: str) -> None:
    """Nobody reads a dotted name in a sentence where people have a word."""
    for rule in load.load(find.find(name))[0].rules:
        for kind in rule.kinds:
            for read in fields_read(rule, kind):
                said = nouns.clause(kind, read, "public" if read.endswith("trust") else True, so=True)
                assert said or nouns.noun(kind, read) != read, f"{rule.id}: {read}"


def test_a_page_opens_with_what_the_policy_is() -> None:
    """Rules, documents, strictness, whom it is for, and what is not judged stand before the rules."""
    page = (DOCS / "bsi-tls.md").read_text(encoding="utf-8")
    head = page.partition("## What it asks")[0]
    assert "rules about endpoints, written against BSI TR-02102-2, use of TLS" in head
    assert "For operators in Germany that follow the BSI." in head
    assert "Not judged: what no scan shows" in head
    assert "All rules on endpoints apply only where this holds: it answers" in head
    assert "known from secondary sources, marked †" in head


def test_a_rule_is_said_as_people_say_it() -> None:
    """Nouns instead of field names in the sentence; the fields stand beside."""
    page = (DOCS / "tls-endpoints.md").read_text(encoding="utf-8")
    assert "Asks that the protocol versions do not include TLS 1.0 or TLS 1.1." in page
    assert "- Reads: `tls.versions`, `reachable`" in page
    assert "Passes: the protocol versions: TLS 1.2 and TLS 1.3" in page
    assert "Fails: the protocol versions: SSL 3.0 and TLS 1.2 and perhaps more" in page


def test_parameters_stand_with_their_bounds() -> None:
    """What can be set, how far, and what it is."""
    page = (DOCS / "ca-agility.md").read_text(encoding="utf-8")
    assert "| `owner_share` | 80% | at most 100% |" in page


@pytest.mark.parametrize("name", find.shipped())
def test_two_lists_never_run_together(name: str) -> None:
    """Between two lists stands a paragraph, or Markdown would join them."""
    blocks = pages.render(load.load(find.find(name))[0]).split("\n\n")
    runs = [(one, other) for one, other in pairwise(blocks) if one.startswith("- ") and other.startswith("- ")]
    assert runs == []

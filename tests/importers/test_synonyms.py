"""Documented columns: what the page says is what the code knows."""

import re
from pathlib import Path

import pytest

from scanner import tables
from scanner.importers import _binding, _synonyms
from scanner.tables import Origin

PAGE = Path(__file__).parents[2] / "docs" / "inputs.md"


def documented(kind: str) -> dict[str, tuple[str, ...]]:
    """Read the table of a kind out of the page."""
    section = PAGE.read_text(encoding="utf-8").partition(f"### Columns of {kind}s")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| .*? \| (.*) \|$", section, re.MULTILINE)
    return {column: tuple(names.split(", ")) for column, names in rows}


@pytest.mark.parametrize("kind", tables.KINDS)
def test_the_page_lists_every_column_and_name(kind: str) -> None:
    """docs/inputs.md and the code agree, column by column."""
    assert documented(kind) == _synonyms.SYNONYMS[kind]


@pytest.mark.parametrize("kind", tables.KINDS)
def test_no_name_means_two_things(kind: str) -> None:
    """Every name, reduced to letters and digits, stands once."""
    known = _synonyms.SYNONYMS[kind]
    reduced = [name for column, names in known.items() for name in {_synonyms.plain(one) for one in (column, *names)}]
    assert sorted(reduced) == sorted(set(reduced))


@pytest.mark.parametrize("kind", tables.KINDS)
def test_columns_are_facts_or_explained(kind: str) -> None:
    """A column is a field of the registry, or one of the six that are told apart by their content."""
    special = {"key", "pem", "fingerprint", "san", "subject", "issuer"}
    for column in _synonyms.SYNONYMS[kind]:
        assert column in special or tables.fact(kind, column) is not None


@pytest.mark.parametrize("kind", tables.KINDS)
def test_nothing_derived_can_be_stated(kind: str) -> None:
    """What certgate computes, an inventory cannot claim."""
    derived = {name for name, fact in tables.FACTS[kind].items() if fact.origin is Origin.DERIVED}
    assert derived.isdisjoint(_synonyms.legal(kind))


@pytest.mark.parametrize("kind", tables.KINDS)
def test_every_fact_that_may_be_stated_binds_by_its_own_name(kind: str) -> None:
    """`key.bits`, `key_bits` and `Key Bits` are the field of that name."""
    aliases = {"subject.dn": "subject", "issuer.dn": "issuer", "fingerprint_sha256": "fingerprint"}
    for name in _synonyms.legal(kind):
        for header in (name, name.replace(".", "_"), name.replace(".", " ").title()):
            binding = _binding.bind([header], None)
            bound = set(binding.columns) if binding.kind == kind else set(_binding._bound(kind, [header], None).columns)
            assert bound in ({name}, {aliases.get(name, name)}) or name.startswith("labels."), header

"""What rules may ask for, as `policy fields` and docs/fields.md tell it."""

import json

import pytest

from scanner import fields, tables
from scanner.errors import UsageError
from scanner.importers import all_importers


def said(kind: str, name: str) -> dict[str, str]:
    """Give what is said of a field, by label."""
    fact = tables.fact(kind, name)
    assert fact is not None
    return {label: text for label, text in fields.facts(kind, fact) if text}


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_field_of_every_kind_is_told(form: str) -> None:
    """Nothing that a rule may ask is left out."""
    page = fields.render(None, form)
    assert [name for facts in tables.FACTS.values() for name in facts if name not in page] == []


def test_one_kind_may_be_asked_for() -> None:
    """As JSON for other programs: each field with all that is known."""
    told = json.loads(fields.render("endpoint", "json"))
    assert [one["name"] for one in told["endpoint"]] == list(tables.FACTS["endpoint"])
    assert set(told) == {"endpoint"}


def test_a_kind_that_is_none_is_refused_with_the_nearest() -> None:
    """A mistyped kind has no fields, which is not what was asked."""
    with pytest.raises(UsageError, match=r"'certifcate' is not a kind.*certificate"):
        fields.render("certifcate", "text")


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("certificate", "key.curve", "absent where the bytes were read, else unknown"),
        ("certificate", "owner", "absent: nobody declared it"),
        ("certificate", "trust", "unknown"),
        ("endpoint", "hsts.max_age", "absent where hsts.sent is known, else unknown"),
        ("certificate", "san.dns", "an empty list says that there is none; no list at all is unknown"),
        ("certificate", "expired", "as of what it follows from"),
    ],
)
def test_what_no_value_means_is_said_of_each(kind: str, name: str, words: str) -> None:
    """Absent and unknown give different outcomes, so an author must know which it is."""
    assert said(kind, name)["no value"] == words


def test_units_operators_and_readers_are_said() -> None:
    """What to write, and who else does."""
    told = said("certificate", "key.bits")
    assert told["type"] == "integer, in bits"
    assert "at_least" in told["operators"].split(", ")
    assert "public-tls/lifetime" in fields.described("certificate", tables.FACTS["certificate"]["lifetime"])["read_by"]
    assert said("certificate", "san.uri")["read by"]
    assert said("certificate", "remaining")["follows from"] == "not_after"


def test_the_clause_that_wants_a_field_is_said() -> None:
    """Of whoever writes a rule the next question is where it stands; an endpoint's leaf has the same."""
    assert "BR 7.1.3.1 and 7.1.3.2" in said("certificate", "encoding_faults")["wanted by"]
    assert said("endpoint", "certificate.key.weakness")["wanted by"] == said("certificate", "key.weakness")["wanted by"]
    assert "wanted by" not in said("certificate", "owner")
    assert "- **wanted by**: BR 6.1.1.3 and 6.1.6" in fields.render("certificate", "markdown")


def test_long_lists_of_words_are_cut_with_their_count() -> None:
    """A page of cipher names helps nobody."""
    fact = next(one for one in tables.FACTS["certificate"].values() if len(one.type.values) > fields.SHOWN_VALUES)
    left = len(fact.type.values) - fields.SHOWN_VALUES
    assert said("certificate", fact.name)["values"].endswith(f" and {left} more")


def test_feeders_are_importers() -> None:
    """A name that is told can be looked up among the inputs."""
    known = {one.name for one in all_importers()}
    fed = {name: fields.feeders("certificate", name) for name in ("owner", "lifetime", "key.bits")}
    assert all(fed.values())
    assert {one for names in fed.values() for one in names} <= known

"""The text of a policy as evaluated: its file, or all rules with what they inherit, each value with its origin."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from scanner.errors import PolicyError
from scanner.rules import proof
from scanner.rules.language.syntax import AllOf, Policy, Predicate, Rule
from scanner.rules.reader import find, load, merged
from scanner.rules.reader.find import PolicyFile

(DEFAULT,) = load.load(find.find("default"))
TEXT = merged.text(DEFAULT)
CHILD = """\
policy: acme
version: 3.1.0
title: Acme
owner: pki@acme.example
extends: [public-tls, approved-cas]
set: { min_rsa_bits: 3072 }
lists: { approved_cas: { remove: [{ ca_owner: Example Trust Services }] } }
rules:
  public-tls/serial:
    severity: high
    controls: { add: [acme/1.2] }
  public-tls/version: { disabled: { reason: "Not now, not yet.", until: 2027-01-01 } }
  public-tls/san: { when: { wildcard: true }, override: Only wildcards are looked at. }
"""


def loaded(text: str, name: str = "acme") -> Policy:
    """Load a policy that lies nowhere."""
    return load.load([PolicyFile(f"{name}.yaml", text.encode())])[0]


def flat(node: Predicate | None) -> Predicate | None:
    """Take nested conjunctions apart: what is and-ed with the defaults is written as all_of."""
    if not isinstance(node, AllOf):
        return node
    parts = [flat(part) for part in node.parts]
    return AllOf(tuple(one for part in parts for one in (part.parts if isinstance(part, AllOf) else (part,)) if one is not None))


def same(one: Rule, other: Rule) -> None:
    """Hold two rules against each other, but for tests, places and versions of files."""
    alike = replace(one, tests=other.tests, mark=other.mark, policy=other.policy, policy_version=other.policy_version)
    assert replace(alike, when=flat(one.when)) == replace(other, when=flat(other.when))


def test_a_policy_that_extends_nothing_is_its_file() -> None:
    """Comments and all, so that a template can be printed, kept and filled in."""
    (policy,) = load.load(find.find("approved-cas"))
    assert merged.text(policy) == policy.text
    assert "# 1. Copy this file" in merged.text(policy)


def test_an_extending_policy_names_what_it_brings_in() -> None:
    """The first line says what was put together; every rule stands under its full id."""
    assert TEXT.startswith(
        "# default 1.0.0 as evaluated: the rules of public-tls 1.0.0, browser-roots 1.0.0, tls-endpoints 1.0.0, "
        "pqc-readiness 1.0.0"
    )
    assert list(yaml.safe_load(TEXT)["rules"]) == [rule.id for rule in DEFAULT.rules]


@pytest.mark.parametrize("rule", DEFAULT.rules, ids=lambda rule: rule.id)
def test_a_written_rule_means_the_same(rule: Rule) -> None:
    """Loaded again, a rule has the same conditions, limits, texts and handling: defaults and parameters are in it."""
    copies = {one.id: one for one in _AGAIN.rules}
    same(copies[rule.id], rule)


_AGAIN = loaded(TEXT, "default")


def test_a_child_is_stored_as_it_judges() -> None:
    """Restated, disabled and overridden rules, changed lists and set parameters come back as they were."""
    child = loaded(CHILD)
    again = loaded(merged.text(child))
    assert [rule.id for rule in again.rules] == [rule.id for rule in child.rules]
    for one, other in zip(again.rules, child.rules, strict=True):
        same(one, other)
    assert [entry.keys for entry in again.lists["approved_cas"]] == [entry.keys for entry in child.lists["approved_cas"]]
    assert "ca_owner" not in merged.text(child).partition("rules:\n")[0]


def test_each_value_says_its_file_and_line() -> None:
    """Every line with a value ends with the file and line it came from, which really hold it."""
    shipped = {f"{name}.yaml": find.find(name)[0].data.decode().splitlines() for name in find.shipped()}
    files = shipped | {"acme.yaml": CHILD.splitlines()}
    lines = merged.text(loaded(CHILD)).partition("rules:\n")[2].splitlines()
    valued = [line for line in lines if not line.endswith(":")]
    for line in valued:
        at = re.search(r"  # from ([a-z.-]+):(\d+)", line)
        assert at, line
        number = int(at.group(2))
        source = " ".join(files[at.group(1)][number - 2 : number])
        head = re.split(r"[ :]", line.strip(' -{["').partition("  # from")[0])[0]
        assert head in {"source", "when", "require", "for"} or head in source, line
    assert "    severity: high  # from acme.yaml:10" in lines
    assert any("bits: { at_least: 3072 }" in line and "$min_rsa_bits from acme.yaml:6" in line for line in lines)
    assert any("acme/1.2" in line and "# from acme.yaml:11, public-tls.yaml:" in line for line in lines)


def test_lists_travel_with_the_rules() -> None:
    """A rule that looks into a list keeps its entries, with their dates and where they were written."""
    policy = loaded("policy: mine\nversion: 1.0.0\ntitle: Mine\nowner: me\nadvisory: A copy.\nextends: approved-cas\n", "mine")
    text = merged.text(policy)
    entries = yaml.safe_load(text)["lists"]["approved_cas"]
    assert [set(entry) for entry in entries] == [
        {"label", "spki_sha256"},
        {"label", "fingerprint_sha256", "until", "issued_until"},
        {"label", "ca_owner"},
    ]
    assert "# from approved-cas.yaml:" in text


def test_the_tests_of_a_rule_still_come_out() -> None:
    """A rule loaded from the stored text judges the rows of its own tests as before."""
    (public,) = load.load(find.find("public-tls"))
    again = {rule.id: rule for rule in _AGAIN.rules}
    rules = tuple(replace(rule, when=again[rule.id].when, require=again[rule.id].require) for rule in public.rules)
    assert [str(result) for result in proof.run(replace(public, rules=rules)) if not result.ok] == []


def test_a_file_cannot_pretend_to_be_stored(tmp_path: Path) -> None:
    """What stands in a folder brings tests; `merged` is refused there."""
    (tmp_path / "default.yaml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(PolicyError, match="merged marks what certgate stores with a result"):
        load.load(find.find(str(tmp_path / "default.yaml")))

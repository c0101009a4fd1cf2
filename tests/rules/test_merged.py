"""The text of a policy as evaluated: its file, or all rules with what they inherit, in the policy language."""

from dataclasses import replace

import pytest
import yaml

from scanner.rules import find, load, merged, proof
from scanner.rules.find import PolicyFile
from scanner.rules.syntax import Rule

(DEFAULT,) = load.load(find.find("default"))
WRITTEN = yaml.safe_load(merged.text(DEFAULT))


def again(rule: Rule) -> Rule:
    """Put one rule of a merged text into a policy of its own and load that."""
    written = {name: value for name, value in WRITTEN["rules"][rule.id].items() if name != "source"}
    tests = [{"pass": {}, "as_of": "2026-11-24"}, {"fail": {}, "as_of": "2026-11-24"}]
    head = {"policy": "p", "version": "1.0.0", "title": "t", "owner": "o", "advisory": "a copy"}
    single = yaml.safe_dump(head | {"rules": {"r": written | {"tests": tests}}}, default_flow_style=None)
    return load.load([PolicyFile("p.yaml", single.encode())])[0].rules[0]


def test_a_policy_that_extends_nothing_is_its_file() -> None:
    """Comments and all, so that a template can be printed, kept and filled in."""
    (policy,) = load.load(find.find("approved-cas"))
    assert merged.text(policy) == policy.text
    assert "# 1. Copy this file" in merged.text(policy)


def test_an_extending_policy_names_what_it_brings_in() -> None:
    """The first line says what was put together; every rule stands under its full id."""
    text = merged.text(DEFAULT)
    assert text.startswith(
        "# default 1.0.0 as evaluated: the rules of public-tls 1.0.0, tls-endpoints 1.0.0, pqc-readiness 1.0.0"
    )
    assert list(WRITTEN["rules"]) == [rule.id for rule in DEFAULT.rules]


@pytest.mark.parametrize("rule", DEFAULT.rules, ids=lambda rule: rule.id)
def test_a_written_rule_means_the_same(rule: Rule) -> None:
    """Read back, a rule has the same conditions, limits and handling: defaults and parameters are in it."""
    copy = again(rule)
    assert (copy.when and merged.predicate(copy.when)) == (rule.when and merged.predicate(rule.when))
    assert merged.predicate(copy.require) == merged.predicate(rule.require)
    policy = replace(DEFAULT, id=rule.policy, rules=(replace(rule, when=copy.when, require=copy.require),), healthy={})
    assert [str(result) for result in proof.run(policy) if not result.ok] == []
    assert (copy.severity, copy.enforce, copy.if_unknown, copy.waivable) == (
        rule.severity,
        rule.enforce,
        rule.if_unknown,
        rule.waivable,
    )
    assert (copy.title, copy.because, copy.fix, copy.controls) == (rule.title, rule.because, rule.fix, rule.controls)


def test_lists_travel_with_the_rules() -> None:
    """A rule that looks into a list keeps its entries, with their dates."""
    (policy,) = load.load(
        [PolicyFile("mine.yaml", b"policy: mine\nversion: 1.0.0\ntitle: Mine\nowner: me\nadvisory: A copy.\nextends: approved-cas\n")]
    )
    entries = yaml.safe_load(merged.text(policy))["lists"]["approved_cas"]
    assert [set(entry) for entry in entries] == [
        {"label", "spki_sha256"},
        {"label", "fingerprint_sha256", "until", "issued_until"},
        {"label", "ca_owner"},
    ]

"""Every shipped policy loads, is proven by its own tests, cites its sources, and says one thing once."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from scanner.model import Mode, Outcome
from scanner.rules import proof
from scanner.rules.language.syntax import Policy, Rule
from scanner.rules.reader import find, load

SHIPPED = find.shipped()
NAMED = {
    *("public-tls", "browser-roots", "code-signing", "smime", "internal-pki", "client-certificates", "device-certificates"),
    *("tls-endpoints", "tls-endpoints-modern", "nist-tls", "bsi-tls", "nist-keys", "cnsa-2.0", "pqc-readiness"),
    *("key-hygiene", "approved-cas", "ca-agility", "default"),
}
POLICIES: dict[str, Policy] = {name: load.load(find.find(name))[0] for name in SHIPPED}
RULES: dict[str, Rule] = {rule.id: rule for policy in POLICIES.values() for rule in policy.rules}
FRAMEWORKS = {
    "pci_dss_4_0_1": "pci-dss-4.0.1",
    "iso_27001_2022": "iso-27001-2022",
    "dora": "dora",
    "nis2": "nis2",
    "nist_800_53_r5": "nist-800-53r5",
    "nist_csf_2_0": "nist-csf-2.0",
    "owasp_asvs_5_0_0": "owasp-asvs-5.0.0",
    "asd_ism_2025_12": "asd-ism-2025-12",
}
"""Key in the list of controls to the framework's id in policies."""


def controls() -> set[str]:
    """List every known control as policies write it."""
    listed = yaml.safe_load((Path(__file__).parent / "framework_controls.yaml").read_text(encoding="utf-8"))["frameworks"]
    return {f"{name}/{control}" for key, name in FRAMEWORKS.items() for control in listed[key]["controls"]}


def test_the_policies_of_the_issue_are_shipped() -> None:
    """All policies are there, and default brings in three of them and no rule of its own."""
    assert set(SHIPPED) == NAMED
    assert POLICIES["default"].extends == ("browser-roots", "tls-endpoints", "pqc-readiness")
    assert {rule.policy for rule in POLICIES["default"].rules} == {"public-tls", *POLICIES["default"].extends}


@pytest.mark.parametrize("name", SHIPPED)
def test_tests_and_healthy_rows_hold(name: str) -> None:
    """Every test gives what it expects, and no healthy row fails."""
    assert [str(result) for result in proof.run(POLICIES[name]) if not result.ok] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_rule_shows_all_four_outcomes(name: str) -> None:
    """Pass, fail, unknown and skip of every rule are exercised by its tests."""
    assert proof.unexercised(POLICIES[name]) == {}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_cites_where_it_comes_from(rule: Rule) -> None:
    """Every rule names document, edition, binding and date of the check; our own template judges by its user's list instead."""
    if rule.policy == "approved-cas":
        assert rule.source is None
        return
    assert rule.source is not None
    assert rule.source.edition
    assert rule.source.checked is not None
    assert rule.source.binding in {"mandatory", "recommended"}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_gives_evidence_for_known_controls(rule: Rule) -> None:
    """Controls are written framework/control, exist, and fit into the ten tags of SARIF."""
    assert rule.controls
    assert set(rule.controls) <= controls()
    assert len(rule.controls) <= 9


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_speaks_in_whole_sentences(rule: Rule) -> None:
    """Title, reason and remedy are sentences of bounded length, without blame, fear or exclamation."""
    assert rule.because.endswith(".")
    assert rule.fix.endswith(".")
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 80
    assert max(len(rule.because), len(rule.fix)) <= 240
    words = f"{rule.title} {rule.because} {rule.fix}".lower()
    assert not re.search(r"!|\bplease\b|\bmust immediately\b|\bdangerously\b", words)


def test_what_was_read_in_summaries_never_blocks() -> None:
    """A rule that rests on a secondary source blocks at no date; pages, explain and reports say so by themselves."""
    secondary = [rule for rule in RULES.values() if rule.source and rule.source.confidence == "secondary"]
    assert secondary
    assert [rule.id for rule in secondary if Mode.BLOCK in {mode for _, mode in rule.enforce}] == []


def test_no_rule_repeats_another() -> None:
    """No two rules ask the same of the same assets."""
    said = [(rule.kinds, str(rule.when), str(rule.require)) for rule in RULES.values()]
    assert len(set(said)) == len(said)


def test_rules_on_scans_only_warn_of_the_unknown() -> None:
    """A rule on endpoints is not made a failed build by a scan that could not tell."""
    endpoint = [rule for rule in RULES.values() if rule.kinds == ("endpoint",)]
    assert endpoint
    assert {str(rule.if_unknown) for rule in endpoint} == {"warn"}


def test_public_certificates_are_not_asked_to_be_post_quantum() -> None:
    """BR 6.1.5 forbids ML-DSA in public TLS certificates, so no pqc rule fails one with a classical key."""
    rules = [rule for rule in POLICIES["pqc-readiness"].rules if rule.kinds == ("certificate",)]
    text = yaml.safe_load(POLICIES["public-tls"].text)["healthy"]["certificate"]
    assert text["key"]["algorithm"] == "EC"
    row = POLICIES["public-tls"].healthy["certificate"]
    public = replace(POLICIES["pqc-readiness"], healthy={"certificate": row}, rules=tuple(rules))
    assert [str(one) for one in proof.run(public) if one.expected == proof.HEALTHY and one.got is Outcome.FAIL] == []


def test_hybrid_groups_are_unknown_to_sslyze_alone() -> None:
    """A scan that cannot see ML-KEM leaves the key exchange undecided, but a server without TLS 1.3 is decided."""
    rule = RULES["pqc-readiness/key-exchange"]
    by_outcome = {test.expect: test.row.facts for test in rule.tests if test.row.facts.get("tls.pq_groups") == [None]}
    assert by_outcome["unknown"]["tls.versions"] == ["TLS 1.2", "TLS 1.3"]
    assert by_outcome["fail"]["tls.versions"] == ["TLS 1.2"]


def test_the_template_says_what_to_fill_in() -> None:
    """approved-cas is advisory and tells its user so, and nothing in it can block before it is filled in."""
    policy = POLICIES["approved-cas"]
    assert policy.advisory is not None
    assert "fill in approved_cas" in policy.advisory
    assert {mode for rule in policy.rules for _, mode in rule.enforce} == {Mode.WARN}
    assert all(str(entry.label).startswith("EXAMPLE, replace") for entry in policy.lists["approved_cas"])

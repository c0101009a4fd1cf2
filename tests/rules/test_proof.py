"""Running the tests of policies: what a failing test tells its author."""

from scanner.model import Outcome
from scanner.rules import proof
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile

TEXT = """\
policy: p
version: 1.0.0
title: A policy
owner: pki@example.com
defaults: { for: certificate, when: { is_ca: false } }
healthy: { certificate: { is_ca: false, version: 3, key: { algorithm: RSA, bits: 4096 }, not_before: 2026-10-01, lifetime: 90d } }
rules:
  key:
    title: Keys are long
    severity: high
    require: { key.bits: { at_least: 2048 } }
    because: Short keys break.
    fix: Make a longer key.
    tests:
      - pass: { key.bits: 2048 }
      - fail: { key.bits: 2047 }
      - unknown: { key.bits: unknown }
      - skip: { is_ca: true, key.bits: 1024 }
"""


def policy(old: str = "", new: str = "") -> Policy:
    """Load the policy with one change."""
    assert old in TEXT
    return load.load([PolicyFile("p.yaml", TEXT.replace(old, new, 1).encode())])[0]


def faults(found: Policy) -> list[str]:
    """List what does not come out as expected."""
    return [str(result) for result in proof.run(found) if not result.ok]


def test_a_right_policy_has_no_fault() -> None:
    """All four outcomes and the healthy row come out as expected, in the order they are written."""
    results = proof.run(policy())
    assert [result.expected for result in results] == ["pass", "fail", "unknown", "skip", "healthy"]
    assert [str(result.got) for result in results] == ["pass", "fail", "unknown", "skip", "pass"]
    assert all(result.ok for result in results)


def test_a_failing_test_is_told_with_place_and_values() -> None:
    """A result names rule, file, line and column, what was expected and what came out, and the values that were read."""
    (said,) = faults(policy("fail: { key.bits: 2047 }", "fail: { key.bits: 2048 }"))
    assert said == (
        "p.yaml:16:9: p/key: false negative: expected fail, got pass; judged as of 2026-10-01; observed: key.bits 2048, is_ca false"
    )


def test_a_finding_where_none_is_expected_says_its_message() -> None:
    """What failed is said in the words that a user would read."""
    (said,) = faults(policy("pass: { key.bits: 2048 }", "pass: { key.bits: 1024 }"))
    assert "expected pass, got fail (key.bits is 1024, at least 2048)" in said


def test_a_healthy_row_that_fails_a_rule_is_a_fault() -> None:
    """The healthy row must not fail, nor be undecided."""
    (failing,) = faults(policy("bits: 4096", "bits: 1024"))
    assert "the healthy row gives fail (key.bits is 1024, at least 2048)" in failing
    (undecided,) = faults(policy("bits: 4096", "bits: unknown"))
    assert "the healthy row gives unknown (could not be judged: key.bits is not known" in undecided


def test_a_healthy_row_may_be_skipped() -> None:
    """A rule that does not apply to the healthy row says nothing of it."""
    assert faults(policy("healthy: { certificate: { is_ca: false", "healthy: { certificate: { is_ca: true")) != []
    skipping = policy("require: { key.bits", "when: { version: 1 }\n    require: { key.bits")
    healthy = next(result for result in proof.run(skipping) if result.expected == proof.HEALTHY)
    assert healthy.got is Outcome.SKIP
    assert healthy.ok


def test_outcomes_without_a_test_are_named() -> None:
    """An author sees which outcomes the tests of a rule do not show."""
    assert proof.unexercised(policy()) == {}
    assert proof.unexercised(policy("      - unknown: { key.bits: unknown }\n", "")) == {"p/key": ["unknown"]}


def test_a_test_runs_at_its_own_date() -> None:
    """`as_of` of a test decides what time facts say."""
    changed = policy("{ key.bits: { at_least: 2048 } }", "{ expired: false }").text
    dated = changed.replace("- pass: { key.bits: 2048 }", "- { pass: {}, as_of: 2026-12-29T23:59:59Z }")
    dated = dated.replace("- fail: { key.bits: 2047 }", "- { fail: {}, as_of: 2026-12-30 }")
    dated = dated.replace("- unknown: { key.bits: unknown }", "- unknown: { not_after: unknown }")
    dated = dated.replace("- skip: { is_ca: true, key.bits: 1024 }", "- skip: { is_ca: true }")
    assert faults(load.load([PolicyFile("p.yaml", dated.encode())])[0]) == []


def test_a_stated_time_fact_wins_over_the_computed_one() -> None:
    """A test may say what a time fact is, or that it is not known."""
    changed = policy("{ key.bits: { at_least: 2048 } }", "{ expired: false }").text
    stated = changed.replace("{ key.bits: 2048 }", "{ expired: false }").replace("{ key.bits: 2047 }", "{ expired: true }")
    stated = stated.replace("{ key.bits: unknown }", "{ expired: unknown }").replace(
        "{ is_ca: true, key.bits: 1024 }", "{ is_ca: true }"
    )
    assert faults(load.load([PolicyFile("p.yaml", stated.encode())])[0]) == []


def test_extended_rules_are_not_proven_again() -> None:
    """Tests belong to the policy that wrote the rule."""
    (default,) = load.load(
        [PolicyFile("mine.yaml", b"policy: mine\nversion: 1.0.0\ntitle: Mine\nowner: me\nextends: public-tls\n")]
    )
    assert default.rules
    assert proof.run(default) == []
    assert proof.unexercised(default) == {}

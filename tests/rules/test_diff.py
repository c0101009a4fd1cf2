"""Comparing policies: what an approver sees, and that nothing that judges less can hide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanner.model import Severity
from scanner.rules.compare import diff, strictness
from scanner.rules.compare.diff import Section
from scanner.rules.language.syntax import AllOf, AnyOf, Disabled, Elements, InList, Not, Policy, Predicate, Rule, Size, Steps
from scanner.rules.language.syntax import Test as Comparison
from scanner.rules.reader import find, load
from scanner.rules.reader.find import PolicyFile

TEXT = """\
policy: p
version: 1.0.0
title: A policy
owner: pki@example.com
defaults: { for: certificate, when: { is_ca: false } }
tests_as_of: 2026-10-01
rules:
  key:
    title: Keys are long
    severity: high
    require: { key.bits: { at_least: 2048 } }
    because: Short keys break.
    fix: Make a longer key.
    controls: [nist-800-53r5/SC-17]
    tests:
      - pass: { is_ca: false, key.bits: 2048 }
      - fail: { is_ca: false, key.bits: 2047 }
  date:
    title: Certificates do not expire
    severity: low
    require: { expired: false }
    because: Expired certificates are refused.
    fix: Renew.
    tests:
      - pass: { is_ca: false, expired: false }
      - fail: { is_ca: false, expired: true }
"""


def policies(*changes: tuple[str, str], stem: str = "p") -> tuple[Policy, ...]:
    """Load the policy with changes."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load.load([PolicyFile(f"{stem}.yaml", text.encode())])


def sections(*changes: tuple[str, str]) -> dict[str, Section]:
    """Say where each rule stands after changes."""
    return {one.id: one.section for one in diff.diff(policies(), policies(*changes)).rules}


def test_the_same_policy_has_no_difference() -> None:
    """Comments and order of rules say nothing."""
    assert diff.diff(policies(), policies(("rules:", "# A comment.\nrules:"))).same


def test_rules_are_sorted_as_an_approver_reads() -> None:
    """What judges less comes first, then what judges more, then words; the worst first."""
    shortened = policies(("at_least: 2048", "at_least: 1024"), ("2047", "1023"), ("severity: low", "severity: critical"))
    assert [(one.section, one.id) for one in diff.diff(policies(), shortened).rules] == [
        (Section.LOOSENED, "p/key"),
        (Section.TIGHTENED, "p/date"),
    ]
    gone, come = diff.diff(policies(), policies(("  date:", "  dates:"))).rules
    assert (gone.section, gone.id, come.section, come.id) == (Section.REMOVED, "p/date", Section.ADDED, "p/dates")


def test_words_that_judge_nothing_are_told_apart() -> None:
    """Title, reason, fix, controls and tests are texts."""
    found = diff.diff(
        policies(),
        policies(("Short keys break.", "They break."), ("SC-17", "SC-12"), ("key.bits: 2048 }\n", "key.bits: 4096 }\n")),
    )
    [change] = found.rules
    assert change.section is Section.TEXTS
    assert change.notes == (
        "because: “They break.” instead of “Short keys break.”",
        "controls: also nist-800-53r5/SC-12",
        "controls: no longer nist-800-53r5/SC-17",
        "tests: others",
    )
    assert not found.same


def test_what_is_said_of_the_policy_is_compared_too() -> None:
    """Version, owner and the longest term of exceptions."""
    new = policies(("version: 1.0.0", "version: 1.1.0"), ("owner: pki@example.com", "owner: ops@example.com"))
    lax = (replace(new[0], longest_exception={Severity.HIGH: timedelta(days=90)}),)
    found = diff.diff(policies(), lax)
    assert found.rules == ()
    assert found.policies == (
        "policy p: version 1.1.0 instead of 1.0.0",
        "policy p: owner “ops@example.com” instead of “pki@example.com”",
        "policy p: the longest exception for high findings is at most 90 d instead of any length",
    )


def test_a_policy_of_another_name_has_the_same_rules_by_their_keys() -> None:
    """A copy under a new name is no removal of everything."""
    renamed = policies(("policy: p\n", "policy: q\n"), ("at_least: 2048", "at_least: 1024"), ("2047", "1023"), stem="q")
    found = diff.diff(policies(), renamed)
    assert [(one.id, one.section) for one in found.rules] == [("p/key", Section.LOOSENED), ("p/date", Section.TEXTS)]
    assert "id: q/key instead of p/key; exceptions and baselines go by it" in found.rules[0].notes


def _disabled(until: datetime | None) -> tuple[Policy, ...]:
    [policy] = policies()
    first, *others = policy.rules
    return (replace(policy, rules=(replace(first, disabled=Disabled("No such keys.", until)), *others)),)


def test_a_rule_taken_out_stands_apart_with_its_reason() -> None:
    """Taken out, out for longer, and in again."""
    day = datetime(2027, 1, 1, tzinfo=UTC)
    [out] = diff.diff(policies(), _disabled(day)).rules
    assert (out.section, out.notes) == (Section.DISABLED, ("taken out until 2026-12-31: No such keys.",))
    [longer] = diff.diff(_disabled(day), _disabled(None)).rules
    assert (longer.section, longer.verdict.looser) == (Section.LOOSENED, ("taken out without end instead of until 2026-12-31",))
    [shorter] = diff.diff(_disabled(None), _disabled(day)).rules
    assert shorter.verdict.tighter == ("taken out until 2026-12-31 instead of without end",)
    [back] = diff.diff(_disabled(None), policies()).rules
    assert (back.section, back.verdict.tighter) == (Section.TIGHTENED, ("no longer taken out (was without end)",))


def test_a_loosened_rule_says_its_override() -> None:
    """A company's reason stands beside what it loosens."""
    child = b"""\
policy: mine
version: 1.0.0
title: Mine
owner: me@example.com
extends: public-tls
rules:
  public-tls/serial: { severity: low, override: Our own CA counts upwards. }
"""
    base = load.load(find.find("public-tls"))
    [change] = diff.diff(base, load.load([PolicyFile("mine.yaml", child)])).rules
    assert change.verdict.looser == ("severity: low instead of medium",)
    assert change.notes == ("override: Our own CA counts upwards.",)


# --- nothing hides ---------------------------------------------------------------------------------------------------


SHIPPED = [rule for name in find.shipped() for policy in load.load(find.find(name)) for rule in policy.rules]


@pytest.mark.parametrize("rule", {rule.id: rule for rule in SHIPPED}.values(), ids=lambda rule: rule.id)
def test_whatever_is_dropped_from_a_shipped_rule_appears(rule: Rule) -> None:
    """A part, an alternative, a value, a step or an entry less is always told, and so is its return."""
    narrower = [replace(rule, when=less) for less in _fewer(rule.when) if not _said_closer(rule.when, less)] if rule.when else []
    for changed in (*narrower, *(replace(rule, require=less) for less in _fewer(rule.require))):
        assert not strictness.compare(rule, changed).same, changed
        assert not strictness.compare(changed, rule).same, changed


def _said_closer(when: Predicate, less: Predicate) -> bool:
    """Tell whether the part that became less is a default about fields of which the rule's own condition says more.

    Where issue from 2022 on is asked for, that from 2019 on may go.
    """
    parts, rest = (one.parts if isinstance(one, AllOf) else (one,) for one in (when, less))
    kept = {name for part in parts if part in rest for name in _subjects(part)}
    return any(name in kept for part in parts if part not in rest for name in _subjects(part))


def _subjects(node: Predicate) -> Iterator[str]:
    if isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from _subjects(part)
    elif isinstance(node, Not):
        yield from _subjects(node.part)
    else:
        yield node.subject


def _fewer(node: Predicate) -> Iterator[Predicate]:
    """Drop one thing, everywhere in turn."""
    if isinstance(node, AllOf | AnyOf):
        for number, part in enumerate(node.parts):
            rest = node.parts[:number] + node.parts[number + 1 :]
            if rest:
                yield type(node)(rest)
            yield from (type(node)((*node.parts[:number], less, *node.parts[number + 1 :])) for less in _fewer(part))
    elif isinstance(node, Not):
        yield from map(Not, _fewer(node.part))
    elif isinstance(node, Elements):
        yield from (replace(node, predicate=less) for less in _fewer(node.predicate))
    elif isinstance(node, InList):
        yield from (replace(node, entries=node.entries[:one] + node.entries[one + 1 :]) for one in range(len(node.entries)))
    elif isinstance(node, Comparison | Size):
        yield from _fewer_operands(node)


def _fewer_operands(node: Comparison | Size) -> Iterator[Predicate]:
    for number, operand in enumerate(node.operands):
        before, after = node.operands[:number], node.operands[number + 1 :]
        if before or after:
            yield replace(node, operands=before + after)
        if isinstance(operand, Steps):
            for step in range(len(operand.later)):
                fewer = replace(operand, later=operand.later[:step] + operand.later[step + 1 :])
                yield replace(node, operands=(*before, fewer, *after))

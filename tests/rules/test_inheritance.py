"""Inheritance: what a child restates, takes out, sets and pins, and what is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from scanner import scope
from scanner.errors import PolicyError
from scanner.model import Mode, Severity
from scanner.rules import proof
from scanner.rules.language import syntax
from scanner.rules.language.syntax import AllOf, Literal, Policy, Rule
from scanner.rules.reader import find, load

PARENT = """\
policy: parent
version: 1.2.0
title: A parent
owner: o
sources: [{ id: br, doc: The document, checked: 2026-11-23 }]
params: { bits: { default: 2048, at_least: 2048 }, most: { default: 90d, at_most: 200d } }
lists: { cas: [{ ca_owner: Good }, { ca_owner: Fine }] }
defaults: { for: certificate, when: { is_ca: false } }
healthy: { certificate: { is_ca: false, key: { algorithm: RSA, bits: 4096 }, not_before: 2026-10-01, lifetime: 60d } }
rules:
  key:
    title: Keys are long
    severity: high
    when: { self_signed: false }
    require: { key.bits: { at_least: $bits } }
    because: Short keys break.
    fix: Make a key of {limit}.
    source: { id: br, clause: 6.1.5 }
    controls: [a-b/1, a-b/2]
    tests:
      - pass: { self_signed: false, key.bits: 2048 }
      - fail: { self_signed: false, key.bits: 1024 }
  lifetime:
    title: Certificates are short-lived
    severity: medium
    require: { lifetime: { at_most: $most } }
    because: So they are renewed.
    fix: Renew.
    tests: [{ pass: { lifetime: 90d } }, { fail: { lifetime: 91d } }]
  issuer:
    title: The CA is approved
    severity: medium
    require: { chain: { any: { in_list: cas } } }
    because: Others are not.
    fix: Ask.
    tests: [{ pass: { chain: [{ ca_owner: Good }] } }, { fail: { chain: [{ ca_owner: Bad }] } }]
"""
HEAD = "policy: child\nversion: 1.0.0\ntitle: A child\nowner: o\n"
CHILD = HEAD + "extends: parent\n"
KEY = "rules:\n  parent/key:\n    "
FULL = "{ title: T, for: certificate, severity: low, because: B, fix: F, require: { lifetime: { at_most: $most } }, tests: [{ pass: { lifetime: 1d } }, { fail: { lifetime: 91d } }] }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the parent."""
    (tmp_path / "parent.yaml").write_text(PARENT, encoding="utf-8")
    return tmp_path


def loaded(folder: Path, text: str, name: str = "child", more: Mapping[str, str] | None = None) -> Policy:
    """Load a child that lies beside its parents."""
    for stem, written in {**(more or {}), name: text}.items():
        (folder / f"{stem}.yaml").write_text(written, encoding="utf-8")
    return load.load(find.find(str(folder / f"{name}.yaml")))[0]


def faults(folder: Path, text: str, name: str = "child", more: Mapping[str, str] | None = None) -> list[str]:
    """Return the faults of such a child, without the folder."""
    with pytest.raises(PolicyError) as caught:
        loaded(folder, text, name, more)
    return [str(fault).replace(f"{folder.as_posix()}/", "") for fault in caught.value.faults]


def rule(policy: Policy, id_: str) -> Rule:
    """Find a rule."""
    return next(one for one in policy.rules if one.id == id_)


def limit(found: Rule) -> object:
    """Say what a rule with one comparison compares with."""
    assert isinstance(found.require, syntax.Test)
    assert isinstance(found.require.operands[0], Literal)
    return found.require.operands[0].value


def test_rules_come_in_unchanged(folder: Path) -> None:
    """They keep id, place and content, and are not proven again."""
    child = loaded(folder, CHILD)
    assert [one.id for one in child.rules] == ["parent/key", "parent/lifetime", "parent/issuer"]
    assert child.rules == loaded(folder, PARENT, "parent").rules
    assert child.rules[0].mark.path.endswith("parent.yaml")
    assert proof.run(child) == []


def test_keys_are_restated_one_by_one(folder: Path) -> None:
    """What is not named stays; the place is the child's line, the policy the one that wrote `require`."""
    found = rule(loaded(folder, CHILD + KEY + "severity: critical\n    fix: Make a longer key.\n"), "parent/key")
    assert (found.severity, found.fix, found.title) == (Severity.CRITICAL, "Make a longer key.", "Keys are long")
    assert (found.mark.path.rsplit("/", 1)[-1], found.mark.line, found.mark.column) == ("child.yaml", 7, 3)
    assert (found.policy, found.policy_version, limit(found)) == ("parent", "1.2.0", 2048)


def test_enforce_is_replaced_whole(folder: Path) -> None:
    """Steps of the parent do not mix with those of the child."""
    stepped = PARENT.replace(
        "    severity: high\n", "    severity: high\n    enforce: [report, { from: 2027-01-01, value: block }]\n", 1
    )
    found = rule(loaded(folder, CHILD + KEY + "enforce: block\n", more={"parent": stepped}), "parent/key")
    assert found.enforce == ((None, Mode.BLOCK),)


def test_require_is_replaced_whole_and_proven_by_the_child(folder: Path) -> None:
    """The child's tests run on the child's healthy row, which is the parent's with deviations; only on what it wrote."""
    text = CHILD + "healthy: { certificate: { lifetime: 40d, self_signed: false } }\n" + KEY
    text += "require: { key.bits: { at_least: 3072 } }\n    tests: [{ pass: { key.bits: 3072 } }, { fail: { key.bits: 3071 } }]\n"
    child = loaded(folder, text)
    found = rule(child, "parent/key")
    assert (found.policy, found.policy_version, limit(found)) == ("child", "1.0.0", 3072)
    results = proof.run(child)
    assert [(result.rule_id, result.expected, result.ok) for result in results] == [
        ("parent/key", "pass", True),
        ("parent/key", "fail", True),
        ("parent/key", "healthy", True),
    ]
    assert child.healthy["certificate"].facts["key.bits"] == 4096, "the parent's row, with the child's deviations"


def test_a_restated_require_needs_tests(folder: Path) -> None:
    """Tests of the parent would prove another rule."""
    assert faults(folder, CHILD + KEY + "require: { key.bits: { at_least: 3072 } }\n") == [
        "child.yaml:7:3: parent/key restates require, so it brings tests: at least one pass and one fail"
    ]
    assert "tests belong to the policy that wrote require" in faults(folder, CHILD + KEY + "tests: [{ pass: {} }]\n")[0]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("controls: { add: [c/3, a-b/1] }", ("a-b/1", "a-b/2", "c/3")),
        ("controls: { remove: [a-b/1] }", ("a-b/2",)),
        ("controls: { add: [c/3], remove: [a-b/2] }", ("a-b/1", "c/3")),
        ("controls: [c/3]", ("c/3",)),
    ],
)
def test_lists_are_added_to_and_taken_from(folder: Path, written: str, wanted: tuple[str, ...]) -> None:
    """A bare list replaces; `add` and `remove` change what is inherited."""
    assert rule(loaded(folder, CHILD + KEY + written + "\n"), "parent/key").controls == wanted


def test_a_restated_when_keeps_the_defaults_of_the_policy_that_wrote_the_rule(folder: Path) -> None:
    """The parent's defaults still hold, the child's never do; `when_only` drops both."""
    mine = "defaults: { for: certificate, when: { trust: public } }\n"
    asked = loaded(folder, CHILD + mine + KEY + "when: { self_signed: false, wildcard: true }\n    override: O\n")
    when = rule(asked, "parent/key").when
    assert isinstance(when, AllOf)
    assert [part.subject for part in flat(when)] == ["is_ca", "self_signed", "wildcard"]
    only = rule(loaded(folder, CHILD + mine + KEY + "when_only: { wildcard: true }\n    override: O\n"), "parent/key").when
    assert only is not None
    assert [part.subject for part in flat(only)] == ["wildcard"]


def flat(node: object) -> list[syntax.Test]:
    """Name the tests of a conjunction."""
    return [test for part in node.parts for test in flat(part)] if isinstance(node, AllOf) else [node]  # type: ignore[list-item]


def test_defaults_are_not_inherited(folder: Path) -> None:
    """A child's own rule needs its own kind."""
    (said,) = faults(folder, CHILD + f"rules: {{ own: {FULL.replace('for: certificate, ', '')} }}\n")
    assert "rule own needs for: certificate or endpoint" in said


def test_parameters_and_lists_of_the_parent_may_be_named(folder: Path) -> None:
    """A child's rule compares with the same number, and may not give its own the same name."""
    child = loaded(folder, CHILD + f"set: {{ most: 60d }}\nrules: {{ own: {FULL.replace('lifetime: 1d', 'lifetime: 60d')} }}\n")
    assert limit(rule(child, "child/own")) == limit(rule(child, "parent/lifetime"))
    again = faults(folder, CHILD + f"params: {{ most: {{ default: 1d }} }}\nrules: {{ own: {FULL} }}\n")
    assert again == ["child.yaml:6:11: most is a parameter of what this policy extends; give it a value with set: { most: … }"]


def test_set_reaches_grandparents_within_bounds_and_is_told_where_it_stands(folder: Path) -> None:
    """A parameter two levels up takes the value; one out of bounds is a fault of the file that set it."""
    between = {"between": "policy: between\nversion: 1.0.0\ntitle: B\nowner: o\nextends: parent\n"}
    text = CHILD.replace("extends: parent", "extends: between")
    assert limit(rule(loaded(folder, text + "set: { bits: 3072 }\n", more=between), "parent/key")) == 3072
    assert faults(folder, text + "set: { bits: 1024 }\n", more=between) == [
        "child.yaml:6:14: bits: 1024 is outside the bound at_least 2048"
    ]
    assert faults(folder, text + "set: { bit: 4096 }\n", more=between) == [
        "child.yaml:6:8: 'bit' is no parameter of what this policy extends; nearest: 'bits'"
    ]


def test_a_value_that_an_ancestor_set_is_not_loosened_quietly(folder: Path) -> None:
    """Between raised it; the child goes back within the parent's bounds, and must say why."""
    between = {"between": "policy: between\nversion: 1.0.0\ntitle: B\nowner: o\nextends: parent\nset: { bits: 4096 }\n"}
    text = CHILD.replace("extends: parent", "extends: between") + "set: { bits: 3072 }\n"
    (said,) = faults(folder, text, more=between)
    assert said.startswith(
        "child.yaml:6:6: parent/key is weaker than at parent.yaml:11; say why with override: REASON in parent/key"
    )
    loud = loaded(folder, text + KEY + "override: The devices cannot do more.\n", more=between)
    assert [one.rule for one in loud.loosened] == ["parent/key"]
    assert loaded(folder, text.replace("3072", "8192"), more=between).loosened == ()


def test_a_rule_is_taken_out_with_a_reason_until_a_day(folder: Path) -> None:
    """To the end of that day it does not run, afterwards it is back; reports name it."""
    child = loaded(folder, CHILD + KEY + "disabled: { reason: Not yet., until: 2027-06-30 }\n")
    found = rule(child, "parent/key")
    assert found.off(datetime(2027, 6, 30, 23, 59, tzinfo=UTC))
    assert not found.off(datetime(2027, 7, 1, tzinfo=UTC))
    assert scope.policy_report(child).disabled == ({"rule": "parent/key", "reason": "Not yet.", "until": "2027-06-30"},)
    assert rule(loaded(folder, CHILD + KEY + "disabled: { reason: Never. }\n"), "parent/key").off(
        datetime.max.replace(tzinfo=UTC)
    )
    grandchild = "policy: g\nversion: 1\ntitle: G\nowner: o\nextends: child\n"
    assert scope.policy_report(loaded(folder, grandchild, "g")).disabled == (), "only the policy that did it says so"
    assert "disabled needs a reason" in faults(folder, CHILD + KEY + "disabled: { until: 2027-06-30 }\n")[0]


LOOSER = {
    "severity": ("severity: low", "severity: low instead of high"),
    "enforce": ("enforce: warn", "enforce: warn instead of block"),
    "if_unknown": ("if_unknown: ignore", "if_unknown: ignore instead of fail"),
    "when": ("when: { self_signed: false, wildcard: true }", "wildcard"),
    "require": (
        "require: { key.bits: { at_least: 1024 } }\n    tests: [{ pass: { key.bits: 1024 } }, { fail: { key.bits: 1 } }]",
        "at least 1,024 instead of 2,048",
    ),
    "another field": (
        "require: { wildcard: false }\n    tests: [{ pass: { wildcard: false } }, { fail: { wildcard: true } }]",
        "key.bits",
    ),
}


@pytest.mark.parametrize("case", LOOSER)
def test_what_is_weaker_is_refused_without_a_reason_and_recorded_with_one(folder: Path, case: str) -> None:
    """The fault names both places and what is weaker; with `override` reports say rule, what and why."""
    written, what = LOOSER[case]
    (said,) = faults(folder, CHILD + KEY + written + "\n")
    assert said.startswith("child.yaml:7:3: parent/key is weaker than at parent.yaml:11; say why with override: REASON"), said
    assert what.replace(",", "") in said.replace(",", "").replace(" bits", ""), said
    (loosened,) = scope.policy_report(loaded(folder, CHILD + KEY + written + "\n    override: We must.\n")).loosened
    assert (loosened["rule"], loosened["reason"]) == ("parent/key", "We must.")


def test_lists_may_be_changed_and_what_loosens_needs_a_reason(folder: Path) -> None:
    """Fewer approved CAs are stricter; one more must be said of the rule that asks for them."""
    fewer = loaded(folder, CHILD + "lists: { cas: { remove: [{ ca_owner: Fine }] } }\n")
    assert [entry.keys for entry in fewer.lists["cas"]] == [{"ca_owner": "Good"}]
    assert fewer.loosened == ()
    more = CHILD + "lists: { cas: { add: [{ ca_owner: Ours }] } }\n"
    assert "parent/issuer is weaker" in faults(folder, more)[0]
    said = loaded(folder, more + "rules: { parent/issuer: { override: It is our own. } }\n")
    assert [one.reason for one in said.loosened] == ["It is our own."]
    assert (
        "remove: no entry of cas has just these keys: Fin"
        in faults(folder, CHILD + "lists: { cas: { remove: [{ ca_owner: Fin }] } }\n")[0]
    )
    assert "'caz' is none; nearest: 'cas'" in faults(folder, CHILD + "lists: { caz: { add: [{ ca_owner: A }] } }\n")[0]


def test_pins_hold_bytes_and_versions(folder: Path) -> None:
    """The digest is over the file's bytes; an older version is never taken."""
    digest = sha256(PARENT.encode()).hexdigest()
    pinned = HEAD + "extends: [{ policy: parent, version: 1.2.0, sha256: " + digest + " }]\n"
    assert loaded(folder, pinned).extends == ("parent",)
    other = faults(folder, pinned.replace(digest, "0" * 64))
    assert other[0].startswith("child.yaml:5:53: parent is pinned to other bytes than parent.yaml has: its sha256 is " + digest)
    assert (
        "is the older 1.2.0; an older one is never taken"
        in faults(folder, pinned.replace("version: 1.2.0", "version: 1.10.0"))[0]
    )
    assert (
        "is version 1.2.0; review what changed, then pin 1.2.0"
        in faults(folder, pinned.replace("version: 1.2.0", "version: 1.1.9"))[0]
    )
    assert "64 lower-case hexadecimal digits" in faults(folder, pinned.replace(digest, "12"))[0]


def test_circles_are_told_with_their_way(folder: Path) -> None:
    """The last step names the whole circle."""
    more = {"parent": PARENT.replace("owner: o\n", "owner: o\nextends: child\n", 1)}
    assert "parent.yaml:5:10: child extends parent extends child: a circle; remove one of these" in faults(
        folder, CHILD, more=more
    )


def test_a_diamond_with_one_content_is_one_and_with_two_is_refused(folder: Path) -> None:
    """The same rule by two ways runs once; restated on one of them, both files are named."""
    side = "version: 1.0.0\ntitle: S\nowner: o\nextends: parent\n"
    both = {"left": f"policy: left\n{side}", "right": f"policy: right\n{side}"}
    text = HEAD + "extends: [left, right]\n"
    assert len(loaded(folder, text, more=both).rules) == 3
    both["right"] += KEY + "severity: critical\n"
    (said,) = faults(folder, text, more=both)
    assert said.startswith("right.yaml:7:3: rule parent/key has another content in")
    assert "right.yaml than in" in said
    assert "left.yaml (" in said


def test_an_advisory_parent_does_not_make_a_silent_child(folder: Path) -> None:
    """Where nothing can block, the policy itself says so."""
    mild = PARENT.replace("severity:", "enforce: warn\n    severity:").replace(
        "owner: o\n", "owner: o\nadvisory: It only looks.\n", 1
    )
    assert "nothing in this policy can ever block" in faults(folder, CHILD, more={"parent": mild})[0]
    assert loaded(folder, CHILD + "advisory: A copy.\n", more={"parent": mild}).advisory == "A copy."
    out = "".join(f"  parent/{key}: {{ disabled: {{ reason: R. }} }}\n" for key in ("key", "lifetime", "issuer"))
    assert "nothing in this policy can ever block" in faults(folder, CHILD + "rules:\n" + out, more={"parent": PARENT})[0]


REFUSED = {
    "rules: { parent/kye: { severity: critical } }": "child.yaml:6:10: no inherited rule has the id 'parent/kye'; nearest: 'parent/key'",
    "rules: { parent/key: {} }": "child.yaml:6:22: rule parent/key says what is changed of the inherited one: severity, require, disabled …",
    "rules: { parent/key: { severty: low } }": "child.yaml:6:24: unknown key 'severty'; nearest: 'severity'",
    "rules: { parent/key: { group_by: owner } }": "child.yaml:6:34: group_by goes with require; restate both",
    "rules: { parent/key: { for: endpoint } }": "child.yaml:6:29: a rule that changes for restates require too, since each kind has its own fields",
    "rules: { parent/key: { controls: { remove: [a-b/3] } } }": "child.yaml:6:45: remove: 'a-b/3' is not in controls; nearest: 'a-b/2'",
    "rules: { parent/key: { controls: { ad: [a-b/3] } } }": "child.yaml:6:34: controls is a list of FRAMEWORK/CONTROL, as in [pci-dss-4.0.1/4.2.1]",
    "rules: { parent/key: { override: '' } }": "child.yaml:6:34: rule parent/key: override is missing; write a whole sentence",
    "rules: { parent/key: { disabled: true } }": "child.yaml:6:34: disabled is { reason: WHY, until: DAY }; until may be left out",
    f"rules: {{ own: {FULL[:-2]}, override: O }} }}": "child.yaml:6:176: override is for a rule that is inherited",
    f"rules: {{ own: {FULL[:-2]}, controls: {{ add: [a/1] }} }} }}": "add and remove change a list that is inherited; this rule inherits no controls",
    "extends: parent": "duplicate key 'extends'",
}


@pytest.mark.parametrize("written", REFUSED)
def test_what_a_child_may_not_write(folder: Path, written: str) -> None:
    """Each refusal says place, what was written and what is legal."""
    found = faults(folder, CHILD + written + "\n")
    assert any(REFUSED[written].split(": ", 1)[-1] in one for one in found), found


def test_a_child_for_another_kind_starts_afresh(folder: Path) -> None:
    """A rule that changes `for` takes no defaults; its `when` must make sense there."""
    text = (
        CHILD
        + KEY
        + "for: endpoint\n    when: { reachable: true }\n    require: { tls.versions: { none: TLS 1.0 } }\n    override: O\n"
    )
    text += "    tests:\n      - { pass: { reachable: true, tls.versions: [] }, as_of: 2026-01-01 }\n      - { fail: { reachable: true, tls.versions: [TLS 1.0] }, as_of: 2026-01-01 }\n"
    found = rule(loaded(folder, text), "parent/key")
    assert (found.kinds, [part.subject for part in flat(AllOf((found.when,) if found.when else ()))]) == (
        ("endpoint",),
        ["reachable"],
    )
    assert (
        "as the inherited rule is written at parent.yaml:14:13"
        in faults(folder, text.replace("    when: { reachable: true }\n", ""))[0]
    )

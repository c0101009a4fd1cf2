"""One rule: its keys, when it applies, what it requires, how it is enforced, and the tests it must bring."""

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

from scanner import tables
from scanner.model import OnUnknown, Severity
from scanner.rules.language.syntax import AllOf, Group, Predicate, Rule
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader import citations, examples, groups_reader, handling
from scanner.rules.reader.citations import SOURCE_KEYS
from scanner.rules.reader.header import Header, Written, keys
from scanner.rules.reader.predicates import Builder

__all__ = ["KEYS", "SOURCE_KEYS", "RuleReader"]

KEYS = (
    "title",
    "for",
    "when",
    "when_only",
    "severity",
    "group_by",
    "require",
    "enforce",
    "if_unknown",
    "waivable",
    "because",
    "fix",
    "source",
    "controls",
    "tests",
)
RESTATING_KEYS = ("override", "disabled")
"""Keys of a rule that restates an inherited one."""
DEFAULT_KEYS = ("for", "when")
TEXTS = ("title", "because", "fix")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9.]+)*")


@dataclass(slots=True)
class RuleReader:
    """Reads the rules that one policy writes itself."""

    header: Header
    kinds: tuple[str, ...] = ()
    written: dict[str, Written] = field(default_factory=dict)
    """Of `defaults`: `for` and `default`, which is its `when`."""
    when: Predicate | None = None

    def defaults(self, node: Node | None) -> None:
        """Take `defaults`: kind and `when` of rules that say nothing else."""
        faults = self.header.faults
        if node is None:
            return
        if not isinstance(node, Mapping):
            faults.add(node, "defaults is { for: KIND, when: … }")
            return
        keys(node, DEFAULT_KEYS, faults)
        chosen, when = node.get("for"), node.get("when")
        if chosen is not None:
            self.kinds = kinds_of(chosen, faults)
            self.written["for"] = Written(chosen, self.header)
        if when is not None and not self.kinds:
            faults.add(when, "defaults: a when needs for: KIND beside it, or no rule takes it")
        elif when is not None:
            self.when = predicate(when, self.kinds, self.header)
            self.written["default"] = Written(when, self.header)

    def rule(self, key: Scalar, node: Node) -> Rule | None:
        """Read one rule; None where it is unusable (its faults are noted)."""
        faults, merged = self.header.faults, self.header.merged
        if not merged and not _KEY.fullmatch(key.text):
            faults.add(key, f"{key.text!r} is no rule key; lower-case words joined by hyphens, as in key-usage")
        if not isinstance(node, Mapping):
            faults.add(node, f"rule {key.text} is a mapping with title, severity, require …")
            return None
        given = {one.text: value for one, value in node}
        self._legal(node)
        kinds = kinds_of(given["for"], faults) if "for" in given else self.kinds
        if not kinds and "for" not in given:
            faults.add(key, f"rule {key.text} needs for: {' or '.join(tables.KINDS)}; or defaults with it")
        kinds = kinds or self._meant(key, node)
        group, require = demanded(key, node, kinds, self.header)
        by = (group.by if group else "") if groups_reader.concerns(node) else None
        found = said(given, key, self.header) | self._when(given, kinds)
        self._complete(given, key)
        if require is None:
            return None
        return Rule(
            id=key.text if merged else f"{self.header.policy}/{key.text}",
            policy=key.text.partition("/")[0] if merged else self.header.policy,
            policy_version=self.header.version,
            kinds=kinds,
            require=require,
            group=group,
            tests=() if merged else examples.read(key, given.get("tests"), kinds, by, self.header),
            mark=self.header.mark(key),
            **(_LEFT_OUT | found),
        )

    def _meant(self, key: Scalar, node: Mapping) -> tuple[str, ...]:
        """Guess the kind of a rule that names none from the fields it uses, so that its other faults are told as well."""

        def strange(kind: str) -> int:
            aside = self.header.aside()
            demanded(key, node, (kind,), aside)
            if (when := node.get("when")) is not None:
                predicate(when, (kind,), aside)
            return len(aside.faults.found)

        return (min(tables.KINDS, key=strange),)

    def _legal(self, node: Mapping) -> None:
        if self.header.merged:
            keys(node, (*KEYS, *RESTATING_KEYS), self.header.faults)
            return
        inherits = "is for a rule that is inherited, named by its full id (POLICY/KEY); this one is the policy's own"
        keys(node, KEYS, self.header.faults, {name: f"{name} {inherits}" for name in RESTATING_KEYS})

    def _complete(self, given: MappingType[str, Node], key: Scalar) -> None:
        """A rule of its own says all that must be said."""
        for name in TEXTS:
            if name not in given:
                citations.text(None, name, key, self.header.faults)
        if "severity" not in given:
            self.header.faults.add(key, f"rule {key.text}: severity is missing; one of {', '.join(map(str, Severity))}")

    def _when(self, given: MappingType[str, Node], kinds: tuple[str, ...]) -> dict[str, Any]:
        """And the rule's `when` with the defaults', unless it is for another kind or says `when_only`."""
        only, own = given.get("when_only"), given.get("when")
        takes_default = only is None and kinds == self.kinds
        if only is not None and own is not None:
            self.header.faults.add(only, "when_only stands instead of when; write one of them")
        mine = only if only is not None else own
        written = {name: Written(value, self.header) for name, value in given.items() if name not in {"tests", "when_only"}}
        held = {name: value for name, value in self.written.items() if name != "default" or takes_default}
        when = predicate(mine, kinds, self.header) if mine is not None else None
        return {
            "when": both(self.when if takes_default else None, when),
            "written": held | written | ({"when": Written(mine, self.header)} if mine is not None else {}),
        }


_LEFT_OUT: dict[str, Any] = {
    **dict.fromkeys(TEXTS, ""),
    "severity": Severity.HIGH,
    "enforce": handling.BLOCKS,
    "if_unknown": OnUnknown.FAIL,
    "waivable": True,
    "source": None,
    "controls": (),
}
"""What keys that are left out mean."""


def said(given: MappingType[str, Node], key: Scalar, header: Header) -> dict[str, Any]:
    """Read the keys that are there, but for kinds, conditions and tests."""
    faults = header.faults
    found: dict[str, Any] = {name: citations.text(given[name], name, key, faults) for name in TEXTS if name in given}
    if "severity" in given:
        found["severity"] = handling.word(Severity, given["severity"], "severity", faults) or Severity.HIGH
    if "enforce" in given:
        found["enforce"] = handling.enforce(given["enforce"], faults)
    if "if_unknown" in given:
        found["if_unknown"] = handling.word(OnUnknown, given["if_unknown"], "if_unknown", faults) or OnUnknown.FAIL
    if "waivable" in given:
        found["waivable"] = handling.flag(given["waivable"], "waivable", faults) is not False
    if "source" in given:
        found["source"] = citations.source(given["source"], header.sources, faults, whole=header.merged)
    if "controls" in given:
        node, _ = citations.amended(given["controls"], None, "controls", faults)
        found["controls"] = citations.controls(node, faults)
    if "override" in given:
        found["override"] = citations.text(given["override"], "override", key, faults)
    if "disabled" in given:
        found["disabled"] = handling.disabled(given["disabled"], faults)
    return found


def kinds_of(node: Node, faults: Faults) -> tuple[str, ...]:
    """Read `for`."""
    found = []
    for item in node.items if isinstance(node, Sequence) else (node,):
        word = item.text if isinstance(item, Scalar) else ""
        if word in tables.KINDS:
            found.append(word)
        else:
            faults.add(item, f"{word!r} is not a kind{nearest(word, tables.KINDS)}")
    if not found and isinstance(node, Sequence) and not node.items:
        faults.add(node, f"for names at least one kind: {', '.join(tables.KINDS)}")
    if len(set(found)) < len(found):
        faults.add(node, "for names a kind twice")
    return tuple(found)


def demanded(key: Scalar, node: Mapping, kinds: tuple[str, ...], header: Header) -> tuple[Group | None, Predicate | None]:
    """Read `require`: of a group rule what it asks of groups, of any other a predicate."""
    if groups_reader.concerns(node):
        builder = Builder(header.faults, kinds[0], header.params, header.lists)
        group = groups_reader.read(node, kinds, builder)
        return group, (AllOf(()) if group else None)
    require = node.get("require")
    if require is None:
        header.faults.add(key, f"rule {key.text} asks nothing: require is missing")
        return None, None
    return None, predicate(require, kinds, header)


def predicate(node: Node, kinds: tuple[str, ...], header: Header) -> Predicate | None:
    """Build for every kind, since a rule for several uses only fields that all of them have."""
    built = [Builder(header.faults, kind, header.params, header.lists).predicate(node) for kind in kinds]
    return built[0] if built and all(one is not None for one in built) else None


def both(default: Predicate | None, own: Predicate | None) -> Predicate | None:
    """And the condition of the defaults with a rule's own."""
    if default is None or own is None:
        return own or default
    return AllOf((*(default.parts if isinstance(default, AllOf) else (default,)), own))

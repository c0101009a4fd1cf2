"""One rule: its keys, when it applies, what it requires, how it is enforced, and the tests it must bring."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from scanner import tables
from scanner.model import Mode, OnUnknown, Outcome, Severity
from scanner.rules import groups_reader, rows, scalars
from scanner.rules.predicates import Builder
from scanner.rules.syntax import AllOf, Entry, Mark, Predicate, Row, Rule, RuleTest, Source
from scanner.rules.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.words import nearest

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
LATER = dict.fromkeys(("override", "disabled"), "comes with a later version")
DEFAULT_KEYS = ("for", "when")
PLACEHOLDERS = ("name", "observed", "limit")
SOURCE_KEYS = ("id", "clause", "binding", "url", "note")
OUTCOMES = tuple(str(one) for one in Outcome)
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(slots=True)
class RuleReader:
    """Reads the rules of one policy."""

    policy: str
    version: str
    faults: Faults
    params: MappingType[str, Scalar]
    lists: MappingType[str, tuple[Entry, ...]]
    sources: MappingType[str, Source]
    healthy: MappingType[str, rows.Stated]
    tests_as_of: datetime | None
    kinds: tuple[str, ...] = ()
    when: Node | None = None
    _built: dict[str, Predicate | None] = field(default_factory=dict)

    def defaults(self, node: Node | None) -> None:
        """Take `defaults`: kind and `when` of rules that say nothing else."""
        if node is None:
            return
        if not isinstance(node, Mapping):
            self.faults.add(node, "defaults is { for: KIND, when: … }")
            return
        for key, _ in node:
            if key.text not in DEFAULT_KEYS:
                self.faults.add(key, f"unknown key {key.text!r}{nearest(key.text, DEFAULT_KEYS)}")
        self.kinds = self._kinds(node.get("for"))
        self.when = node.get("when")
        if self.when is not None and not self.kinds:
            self.faults.add(self.when, "defaults: a when needs for: KIND beside it, or no rule takes it")
        elif self.when is not None:
            self._default_when(self.kinds)

    def rule(self, key: Scalar, node: Node) -> Rule | None:
        """Read one rule; None where it is unusable (its faults are noted)."""
        if "/" in key.text:
            self.faults.add(key, "restating an inherited rule comes with a later version")
            return None
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9.]+)*", key.text):
            self.faults.add(key, f"{key.text!r} is no rule key; lower-case words joined by hyphens")
        if not isinstance(node, Mapping):
            self.faults.add(node, f"rule {key.text} is a mapping with title, severity, require …")
            return None
        self._keys(node)
        kinds = self._kinds(node.get("for")) or self.kinds
        if not kinds:
            self.faults.add(key, f"rule {key.text} needs for: KIND, or defaults with for")
            return None
        grouped = groups_reader.concerns(node)
        group = groups_reader.read(node, kinds, Builder(self.faults, kinds[0], self.params, self.lists)) if grouped else None
        require = (AllOf(()) if group else None) if grouped else self._require(key, node, kinds)
        when = self._when(node, kinds)
        severity = self._word(Severity, node.get("severity"), "severity", key)
        texts = {name: self._text(node, name, key) for name in ("title", "because", "fix")}
        rule = Rule(
            id=f"{self.policy}/{key.text}",
            policy=self.policy,
            policy_version=self.version,
            title=texts["title"],
            kinds=kinds,
            severity=severity or Severity.HIGH,
            enforce=self._enforce(node.get("enforce")),
            if_unknown=self._word(OnUnknown, node.get("if_unknown"), "if_unknown", None) or OnUnknown.FAIL,
            waivable=self._flag(node.get("waivable"), "waivable", default=True),
            when=when,
            require=require or AllOf(()),
            because=texts["because"],
            fix=texts["fix"],
            source=self._source(node.get("source")),
            controls=self._controls(node.get("controls")),
            tests=self._tests(key, node.get("tests"), kinds[0], (group.by if group else "") if grouped else None),
            mark=Mark(self.faults.path, key.line, key.column),
            group=group,
        )
        return rule if require is not None else None

    def _keys(self, node: Mapping) -> None:
        for key, _ in node:
            if key.text in LATER:
                self.faults.add(key, f"{key.text} {LATER[key.text]}")
            elif key.text not in KEYS:
                self.faults.add(key, f"unknown key {key.text!r}{nearest(key.text, KEYS)}")

    def _kinds(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        found = []
        for item in items:
            word = item.text if isinstance(item, Scalar) else ""
            if word in tables.KINDS:
                found.append(word)
            else:
                self.faults.add(item, f"{word!r} is not a kind{nearest(word, tables.KINDS)}")
        return tuple(found)

    # predicates ------------------------------------------------------------------------------------------------------

    def _require(self, key: Scalar, node: Mapping, kinds: tuple[str, ...]) -> Predicate | None:
        require = node.get("require")
        if require is None:
            self.faults.add(key, f"rule {key.text} asks nothing: require is missing")
            return None
        return self._predicate(require, kinds)

    def _when(self, node: Mapping, kinds: tuple[str, ...]) -> Predicate | None:
        """And the rule's `when` with the defaults', unless it is for another kind or says `when_only`."""
        own, only = node.get("when"), node.get("when_only")
        if own is not None and only is not None:
            self.faults.add(only, "when_only stands instead of when; write one of them")
        if only is not None:
            return self._predicate(only, kinds)
        takes_default = self.when is not None and kinds == self.kinds
        default = self._default_when(kinds) if takes_default else None
        mine = self._predicate(own, kinds) if own is not None else None
        if default is None or mine is None:
            return mine or default
        parts = (*(default.parts if isinstance(default, AllOf) else (default,)), mine)
        return AllOf(parts)

    def _default_when(self, kinds: tuple[str, ...]) -> Predicate | None:
        held = ",".join(kinds)
        if held not in self._built and self.when is not None:
            self._built[held] = self._predicate(self.when, kinds)
        return self._built.get(held)

    def _predicate(self, node: Node, kinds: tuple[str, ...]) -> Predicate | None:
        """Build for every kind, since a rule for several uses only fields that all of them have."""
        built = [Builder(self.faults, kind, self.params, self.lists).predicate(node) for kind in kinds]
        return built[0] if all(one is not None for one in built) else None

    # words and texts -------------------------------------------------------------------------------------------------

    def _word(self, words: type[_Word], node: Node | None, name: str, needed_at: Scalar | None) -> _Word | None:
        if node is None:
            if needed_at is not None:
                self.faults.add(needed_at, f"rule {needed_at.text}: {name} is missing{nearest('', [])}")
            return None
        text = node.text if isinstance(node, Scalar) else ""
        if text not in list(words):
            self.faults.add(node, f"{text!r} is not a value of {name}{nearest(text, map(str, words))}")
            return None
        return words(text)

    def _flag(self, node: Node | None, name: str, *, default: bool) -> bool:
        if node is None:
            return default
        if not isinstance(node, Scalar) or node.text not in {"true", "false"}:
            self.faults.add(node, f"{name} is true or false")
            return default
        return node.text == "true"

    def _text(self, node: Mapping, name: str, key: Scalar) -> str:
        found = node.get(name)
        if not isinstance(found, Scalar) or not found.text.strip():
            self.faults.add(found or key, f"rule {key.text}: {name} is missing; write a whole sentence")
            return ""
        for placeholder in re.findall(r"\{([^{}]*)\}", found.text):
            if placeholder not in PLACEHOLDERS:
                self.faults.add(found, f"unknown placeholder {{{placeholder}}} in {name}{nearest(placeholder, PLACEHOLDERS)}")
        return found.text

    def _enforce(self, node: Node | None) -> tuple[tuple[datetime | None, Mode], ...]:
        if node is None:
            return ((None, Mode.BLOCK),)
        if not isinstance(node, Sequence):
            return ((None, self._word(Mode, node, "enforce", None) or Mode.BLOCK),)
        steps: list[tuple[datetime | None, Mode]] = []
        for number, item in enumerate(node.items):
            start, value = (None, item) if number == 0 else self._enforce_step(item)
            steps.append((start, self._word(Mode, value, "enforce", None) or Mode.BLOCK))
        dates = [start for start, _ in steps[1:] if start is not None]
        if not steps or dates != sorted(set(dates)):
            self.faults.add(node, "the steps of enforce must ascend: each date later than the one before")
        return tuple(steps) or ((None, Mode.BLOCK),)

    def _enforce_step(self, item: Node) -> tuple[datetime | None, Node]:
        start = item.get("from") if isinstance(item, Mapping) else None
        value = item.get("value") if isinstance(item, Mapping) else None
        if not isinstance(start, Scalar) or value is None:
            self.faults.add(item, "a step is { from: DATE, value: block, warn or report }")
            return None, item
        try:
            return scalars.instant(start.text), value
        except scalars.NotTypedError as error:
            self.faults.add(start, str(error))
            return None, value

    def _source(self, node: Node | None) -> Source | None:
        if node is None:
            return None
        if not isinstance(node, Mapping):
            self.faults.add(node, "source is { id: …, clause: …, binding: … }")
            return None
        given: dict[str, str] = {}
        for key, value in node:
            if key.text not in SOURCE_KEYS:
                self.faults.add(key, f"unknown key {key.text!r}{nearest(key.text, SOURCE_KEYS)}")
            elif isinstance(value, Scalar):
                given[key.text] = value.text
        base = self.sources.get(given.get("id", ""))
        if base is None:
            self.faults.add(
                node.get("id") or node,
                f"{given.get('id', '')!r} is no source of this policy{nearest(given.get('id', ''), self.sources)}",
            )
            return None
        return Source(
            base.id,
            base.doc,
            base.edition,
            base.checked,
            given.get("clause", ""),
            given.get("binding", ""),
            given.get("url", base.url),
        )

    def _controls(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence) or not all(isinstance(item, Scalar) for item in node.items):
            self.faults.add(node, "controls is a list of FRAMEWORK/CONTROL")
            return ()
        return tuple(item.text for item in node.items if isinstance(item, Scalar))

    # tests -----------------------------------------------------------------------------------------------------------

    def _tests(self, key: Scalar, node: Node | None, kind: str, by: str | None) -> tuple[RuleTest, ...]:
        """Read the tests; `by` is the key of a group rule, None of any other."""
        items = node.items if isinstance(node, Sequence) else ()
        found = [self._test(item, kind, by) for item in items]
        tests = tuple(test for test in found if test is not None)
        wanted = [word for word in ("pass", "fail") if word not in {test.expect for test in tests}]
        if wanted and len(tests) == len(found):
            self.faults.add(node or key, f"rule {key.text} needs a test that gives {' and one that gives '.join(wanted)}")
        return tests

    def _test(self, item: Node, kind: str, by: str | None) -> RuleTest | None:
        if not isinstance(item, Mapping):
            self.faults.add(item, "a test is { pass: { … } }, { fail: { … } }, { unknown: { … } } or { skip: { … } }")
            return None
        expected = [(key, value) for key, value in item if key.text in OUTCOMES]
        for key, _ in item:
            if key.text not in (*OUTCOMES, "as_of"):
                self.faults.add(key, f"unknown key {key.text!r} of a test{nearest(key.text, (*OUTCOMES, 'as_of'))}")
        if len(expected) != 1:
            self.faults.add(item, "a test expects one of pass, fail, unknown, skip")
            return None
        word, row = expected[0]
        if by is not None and not (isinstance(row, Sequence) and row.items):
            self.faults.add(row, "a test of a group rule is a list of rows: [ { … }, { … } ]")
            return None
        items = row.items if by is not None and isinstance(row, Sequence) else (row,)
        complete = [self._row(one, kind, by) for one in items]
        as_of = self._as_of(item, complete)
        mark = Mark(self.faults.path, word.line, word.column)
        return RuleTest(word.text, complete[0], as_of, mark, () if by is None else tuple(complete)) if as_of else None

    def _row(self, row: Node, kind: str, by: str | None) -> Row:
        kind, row = self._row_kind(row, kind)
        deviation = rows.stated(row, kind, self.faults)
        complete = rows.test_row(kind, self.healthy.get(kind), deviation, row, self.faults)
        return groups_reader.sharing(complete, by, deviation) if by else complete

    def _row_kind(self, row: Node, kind: str) -> tuple[str, Node]:
        named = row.get("kind") if isinstance(row, Mapping) else None
        if not isinstance(row, Mapping) or not isinstance(named, Scalar) or named.text not in tables.KINDS:
            return kind, row
        return named.text, Mapping(tuple((key, value) for key, value in row if key.text != "kind"), row.line, row.column)

    def _as_of(self, item: Mapping, complete: Iterable[Row]) -> datetime | None:
        """A test's own date, else its rows' (latest) notBefore, else the policy's, else the latest check of a source."""
        own = item.get("as_of")
        if own is not None:
            try:
                return scalars.instant(own.text if isinstance(own, Scalar) else "", None, "as_of")
            except scalars.NotTypedError as error:
                self.faults.add(own, str(error))
                return None
        starts = [start for row in complete if isinstance(start := row.facts.get("not_before"), datetime)]
        if starts:
            return max(starts)
        checked = [source.checked for source in self.sources.values() if source.checked is not None]
        found = self.tests_as_of or max(checked, default=None)
        if found is None:
            self.faults.add(item, "this test has no date: give it as_of, or the policy tests_as_of")
        return found

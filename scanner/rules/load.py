"""Policies from YAML: read, checked, typed; all faults of all files are listed together before anything is evaluated."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from scanner import tables
from scanner.errors import Fault, PolicyError, UsageError
from scanner.model import Mode
from scanner.rules import find, lists, rows, scalars
from scanner.rules.find import PolicyFile
from scanner.rules.predicates import Builder
from scanner.rules.rule import RuleReader
from scanner.rules.syntax import Entry, Policy, Predicate, Row, Rule, Source
from scanner.rules.syntax import Scalar as Value
from scanner.rules.tree import Faults, Mapping, Node, Scalar, Sequence, parse
from scanner.rules.words import nearest

KEYS = (
    "policy",
    "version",
    "title",
    "owner",
    "sources",
    "params",
    "lists",
    "defaults",
    "healthy",
    "rules",
    "extends",
    "set",
    "advisory",
    "tests_as_of",
)
LATER = {"settings": "settings come with a later version"}
NEEDED = ("policy", "version", "title", "owner")
MOST_RULES = 10_000
PARAM_KEYS = ("default", "at_least", "at_most", "doc")
SOURCE_KEYS = ("id", "doc", "edition", "checked", "url")


def load(files: Iterable[PolicyFile]) -> tuple[Policy, ...]:
    """Load policies with what they extend; raise PolicyError with every fault of every file."""
    loader = _Loader()
    loaded = [loader.policy(file, {}, ()) for file in files]
    policies = [policy for policy in loaded if policy is not None]
    loader.same_ids(policies)
    if loader.faults:
        raise PolicyError(list(dict.fromkeys(loader.faults)))
    return tuple(policies)


def predicate(text: str, kinds: Iterable[str]) -> dict[str, Predicate]:
    """Read the predicate of --where for every kind that has its fields; refused where none has."""
    built: dict[str, Predicate] = {}
    wrong: list[Fault] = []
    for kind in kinds:
        faults = Faults("--where")
        node = parse(text.encode(), faults)
        found = Builder(faults, kind, {}, {}).predicate(node) if node is not None else None
        if found is not None and not faults.found:
            built[kind] = found
        wrong += faults.found
    if not built:
        raise PolicyError(wrong)
    return built


def value(kind: str, name: str, text: str) -> object:
    """Read the value of --assume FIELD=VALUE by the field's type."""
    fact = tables.fact(kind, name)
    faults = Faults("--assume")
    node = parse(text.encode(), faults)
    if fact is None or node is None:
        raise UsageError(f"--assume {name}={text}: " + (faults.found[0].message if faults.found else "no such field"))
    if fact.type.name == "list" and isinstance(node, Scalar):
        node = Sequence((node,), node.line, node.column)
    try:
        return rows.value_of(node, fact.type, name)
    except ValueError as error:
        raise UsageError(f"--assume {name}={text}: {error}") from error


@dataclass(slots=True)
class _Header:
    """What rules of a policy are read with."""

    sources: dict[str, Source]
    params: dict[str, Scalar]
    lists: MappingType[str, tuple[Entry, ...]]
    healthy: dict[str, rows.Stated]
    tests_as_of: datetime | None


class _Loader:
    """Loads files and what they extend, noting faults as it goes."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def policy(self, file: PolicyFile, given: MappingType[str, Scalar], above: tuple[str, ...]) -> Policy | None:
        """Load one policy; `given` are parameters that a child sets, `above` the children on the way here."""
        faults = Faults(file.path)
        try:
            node = parse(file.data, faults)
            if node is None:
                return None
            if not isinstance(node, Mapping):
                faults.add(node, "a policy is a mapping; it begins with `policy: ID`")
                return None
            return self._policy(file, node, faults, given, above)
        finally:
            self.faults += faults.found

    def _policy(
        self, file: PolicyFile, node: Mapping, faults: Faults, given: MappingType[str, Scalar], above: tuple[str, ...]
    ) -> Policy | None:
        self._keys(node, faults)
        words = {name: self._word(node, name, faults) for name in NEEDED}
        if words["policy"] and words["policy"] != file.stem:
            faults.add(
                node.get("policy"), f"policy is {words['policy']!r}, but the file is called {file.stem!r}; they must agree"
            )
        sources = _sources(node.get("sources"), faults)
        params = _params(node.get("params"), given, faults)
        entries, certificates = lists.read(node.get("lists"), faults)
        healthy = _healthy(node.get("healthy"), faults)
        tests_as_of = _instant(node.get("tests_as_of"), "tests_as_of", faults)
        parents = self._parents(file, node, faults, above)
        header = _Header(sources, params, entries, healthy, tests_as_of)
        own = self._rules(words["policy"], words["version"], node, header, faults)
        inherited = [rule for parent in parents for rule in parent.rules]
        self.same_ids(parents)
        rules = tuple({rule.id: rule for rule in (*inherited, *own)}.values())
        advisory = self._word(node, "advisory", faults, needed=False) or None
        if not rules and not faults.found:
            faults.add(node, "a policy has rules, or extends one that has")
        if own and advisory is None and not any(mode is Mode.BLOCK for rule in rules for _, mode in rule.enforce):
            faults.add(node, "nothing in this policy can ever block; say why with advisory: REASON, or let a rule enforce: block")
        return Policy(
            id=words["policy"], version=words["version"], title=words["title"], owner=words["owner"],
            path=file.path, sha256=sha256(file.data).hexdigest(), text=file.data.decode("utf-8-sig"), named=file.named,
            advisory=advisory, extends=tuple(parent.id for parent in parents), sources=tuple(sources.values()),
            params={name: node.text for name, node in params.items()}, lists=entries,
            healthy={kind: _row(kind, row, node, faults) for kind, row in healthy.items()},
            rules=rules, certificates=tuple(_beside(file, name) for name in certificates),
            parents=tuple(parents),
        )  # fmt: skip

    def _keys(self, node: Mapping, faults: Faults) -> None:
        for key, _ in node:
            if key.text in LATER:
                faults.add(key, LATER[key.text])
            elif key.text not in KEYS:
                faults.add(key, f"unknown key {key.text!r}{nearest(key.text, KEYS)}")

    def _word(self, node: Mapping, name: str, faults: Faults, *, needed: bool = True) -> str:
        found = node.get(name)
        if found is None:
            if needed:
                faults.add(node, f"{name} is missing")
            return ""
        if not isinstance(found, Scalar) or not found.text.strip():
            faults.add(found, f"{name} is a text")
            return ""
        if name == "policy" and not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", found.text):
            faults.add(found, f"{found.text!r} is no id; lower-case words joined by hyphens, as in public-tls")
        return found.text

    def _parents(self, file: PolicyFile, node: Mapping, faults: Faults, above: tuple[str, ...]) -> list[Policy]:
        extends, setting = node.get("extends"), node.get("set")
        given = _given(setting, faults)
        if extends is None:
            if setting is not None:
                faults.add(setting, "set gives parameters to policies that this one extends; it extends none")
            return []
        names = extends.items if isinstance(extends, Sequence) else (extends,)
        found = [self._parent(file, name, given, faults, above) for name in names]
        parents = [parent for parent in found if parent is not None]
        known = {name for parent in parents for name in parent.params}
        for key, _ in setting if isinstance(setting, Mapping) else ():
            if parents and key.text not in known:
                faults.add(key, f"{key.text!r} is no parameter of what this policy extends{nearest(key.text, known)}")
        return parents

    def _parent(
        self, file: PolicyFile, name: Node, given: MappingType[str, Scalar], faults: Faults, above: tuple[str, ...]
    ) -> Policy | None:
        if isinstance(name, Mapping):
            faults.add(name, "pins of extended policies come with a later version; write the bare name")
            return None
        if not isinstance(name, Scalar):
            faults.add(name, "extends lists names of policies")
            return None
        if not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name.text):
            faults.add(name, f"{name.text!r} is no id of a policy; write the bare name, as in public-tls")
            return None
        chain = (*above, file.stem)
        if name.text in chain:
            faults.add(name, f"{' extends '.join((*chain, name.text))}: a circle")
            return None
        parent = find.extended(name.text, file.folder)
        if parent is None:
            faults.add(
                name, f"{name.text!r}: no such policy beside this file or among the shipped{nearest(name.text, find.shipped())}"
            )
            return None
        return self.policy(parent, given, chain)

    def _rules(self, policy: str, version: str, node: Mapping, header: _Header, faults: Faults) -> list[Rule]:
        written = node.get("rules")
        if written is None:
            return []
        if not isinstance(written, Mapping):
            faults.add(written, "rules is a mapping of keys to rules")
            return []
        if len(written.entries) > MOST_RULES:
            faults.add(written, f"more than {MOST_RULES:,} rules")
            return []
        reader = RuleReader(
            policy, version, faults, header.params, header.lists, header.sources, header.healthy, header.tests_as_of
        )
        reader.defaults(node.get("defaults"))
        found = [reader.rule(key, value) for key, value in written]
        return [rule for rule in found if rule is not None]

    def same_ids(self, policies: list[Policy]) -> None:
        """Refuse one rule id with two contents; the same content from two policies is one rule."""
        seen: dict[str, tuple[Policy, Rule]] = {}
        for policy in policies:
            for rule in policy.rules:
                first, held = seen.setdefault(rule.id, (policy, rule))
                if replace(held, mark=rule.mark, tests=rule.tests) != rule:
                    mark = rule.mark
                    message = f"rule {rule.id} has another content than in {first.path} ({held.mark.path}:{held.mark.line})"
                    self.faults.append(Fault(mark.path, mark.line, mark.column, message))


def _sources(node: Node | None, faults: Faults) -> dict[str, Source]:
    found: dict[str, Source] = {}
    if node is None:
        return found
    if not isinstance(node, Sequence):
        faults.add(node, "sources is a list")
        return found
    for item in node.items:
        if not isinstance(item, Mapping):
            faults.add(item, "a source is { id: …, doc: …, edition: …, checked: DATE }")
            continue
        given = _texts(item, SOURCE_KEYS, faults)
        if "id" not in given or "doc" not in given:
            faults.add(item, "a source needs id and doc")
            continue
        checked = _instant(item.get("checked"), "checked", faults)
        found[given["id"]] = Source(given["id"], given["doc"], given.get("edition", ""), checked, url=given.get("url", ""))
    return found


def _texts(node: Mapping, legal: tuple[str, ...], faults: Faults) -> dict[str, str]:
    given: dict[str, str] = {}
    for key, value in node:
        if key.text not in legal:
            faults.add(key, f"unknown key {key.text!r}{nearest(key.text, legal)}")
        elif not isinstance(value, Scalar):
            faults.add(value, f"{key.text} is a text")
        else:
            given[key.text] = value.text
    return given


def _params(node: Node | None, given: MappingType[str, Scalar], faults: Faults) -> dict[str, Scalar]:
    """Read parameters; what a child sets must lie within their bounds."""
    found: dict[str, Scalar] = {}
    if node is None:
        return found
    if not isinstance(node, Mapping):
        faults.add(node, "params is a mapping of names")
        return found
    for name, value in node:
        default = value.get("default") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(default, Scalar):
            faults.add(value, f"{name.text}: a parameter is {{ default: …, at_least: …, doc: … }}")
            continue
        texts = _texts(value, PARAM_KEYS, faults)
        chosen = given.get(name.text, default)
        _bounds(name.text, chosen, texts, faults)
        found[name.text] = chosen
    return found


def _bounds(name: str, chosen: Scalar, texts: MappingType[str, str], faults: Faults) -> None:
    for bound in ("at_least", "at_most"):
        if bound not in texts:
            continue
        one, limit = _ordered(chosen.text), _ordered(texts[bound])
        if one is None or limit is None or type(one) is not type(limit):
            faults.add(chosen, f"{name}: {chosen.text!r} cannot be compared with {bound} {texts[bound]}")
        elif (one < limit) if bound == "at_least" else (one > limit):
            faults.add(chosen, f"{name}: {chosen.text} is outside the bound {bound} {texts[bound]}")


def _ordered(text: str) -> Any:
    for type_ in (tables.INTEGER, tables.SHARE, tables.DURATION, tables.INSTANT):
        try:
            typed: Value = scalars.typed(Scalar(text, 1, 1), type_, "")
        except scalars.NotTypedError:
            continue
        return typed if isinstance(typed, int | float | timedelta | datetime) else None
    return None


def _given(node: Node | None, faults: Faults) -> dict[str, Scalar]:
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        faults.add(node, "set is a mapping of parameters")
        return {}
    for key, value in node:
        if not isinstance(value, Scalar):
            faults.add(value, f"set: {key.text} is a single value")
    return {key.text: value for key, value in node if isinstance(value, Scalar)}


def _healthy(node: Node | None, faults: Faults) -> dict[str, rows.Stated]:
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        faults.add(node, "healthy is a mapping of kinds to rows")
        return {}
    found = {}
    for key, value in node:
        if key.text in tables.KINDS:
            found[key.text] = rows.stated(value, key.text, faults)
        else:
            faults.add(key, f"{key.text!r} is not a kind{nearest(key.text, tables.KINDS)}")
    return found


def _row(kind: str, row: rows.Stated, node: Node, faults: Faults) -> Row:
    copy = rows.Stated(dict(row.facts), set(row.absent), set(row.unknown))
    return rows.healthy_row(kind, copy, node, faults)


def _instant(node: Node | None, name: str, faults: Faults) -> datetime | None:
    if node is None:
        return None
    try:
        return scalars.instant(node.text if isinstance(node, Scalar) else "", None, name)
    except scalars.NotTypedError as error:
        faults.add(node, str(error))
        return None


def _beside(file: PolicyFile, name: str) -> str:
    return (file.folder / name).as_posix() if file.folder is not None else name

"""Policies from YAML: read, checked, typed; all faults of all files are listed together before anything is evaluated."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

from scanner import tables
from scanner.errors import Fault, PolicyError, UsageError
from scanner.model import Mode
from scanner.rules import header as head
from scanner.rules import inheritance, params, parents, rows, terms
from scanner.rules.find import PolicyFile
from scanner.rules.header import NEEDED, SOURCE_KEYS, Header
from scanner.rules.lists import Certificates, Lists
from scanner.rules.params import PARAM_KEYS, Setting
from scanner.rules.predicates import Builder
from scanner.rules.rule import RuleReader
from scanner.rules.syntax import Entry, Loosened, Policy, Predicate, Rule
from scanner.rules.tree import Faults, Mapping, Node, Scalar, TooManyFaultsError, parse
from scanner.rules.tree import Sequence as Items

__all__ = ["KEYS", "NEEDED", "PARAM_KEYS", "SOURCE_KEYS", "load", "predicate", "value"]

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
    "settings",
)
MERGED = "merged"
"""Key of a policy as it is stored with a result: the policies whose rules were put together."""
LATER = {
    MERGED: "merged marks what certgate stores with a result; a policy names what it builds on with extends",
}
MOST_RULES = 10_000
MOST_FAULTS = 1_000
"""Faults after which a file is given up."""
MOST_SHOWN = 100


def load(files: Iterable[PolicyFile], certificates: Certificates | None = None) -> tuple[Policy, ...]:
    """Load policies with what they extend; raise PolicyError with every fault of every file.

    `certificates` reads the files that entries of lists name; without it, these entries match nothing.
    """
    loader = _Loader(certificates)
    with _uncollected():
        loaded = [(file, loader.policy(file, {}, ())) for file in files]
    policies = [replace(one.policy, named=file.named) for file, one in loaded if one is not None]
    loader.same_ids(policies)
    if loader.faults:
        raise PolicyError(bounded(loader.faults))
    return tuple(policies)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the cycle collector: trees have no cycles, and it would walk them again and again (a seventh of the time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def bounded(faults: Iterable[Fault]) -> list[Fault]:
    """Keep as many faults as anybody reads at once, and say how many more there are."""
    found = sorted(set(faults))
    if len(found) <= MOST_SHOWN:
        return found
    at = found[MOST_SHOWN]
    more = f"here and below are {len(found) - MOST_SHOWN:,} more faults; mend those above first"
    return [*found[:MOST_SHOWN], Fault(at.path, at.line, at.column, more)]


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
        node = Items((node,), node.line, node.column)
    try:
        return rows.value_of(node, fact.type, name)
    except ValueError as error:
        raise UsageError(f"--assume {name}={text}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A policy, with what those that extend it may name."""

    policy: Policy
    header: Header


class _Loader:
    """Loads files and what they extend, noting faults as it goes."""

    def __init__(self, certificates: Certificates | None) -> None:
        self.faults: list[Fault] = []
        self.certificates = certificates
        self.known: dict[tuple[str, frozenset[tuple[str, str]]], _Loaded | None] = {}

    def policy(self, file: PolicyFile, given: MappingType[str, Setting], above: tuple[str, ...]) -> _Loaded | None:
        """Load one policy; `given` are parameters that a child sets, `above` the children on the way here."""
        key = (file.path, frozenset((name, one.node.text) for name, one in given.items()))
        if key not in self.known:
            self.known[key] = self._read(file, given, above)
        return self.known[key]

    def _read(self, file: PolicyFile, given: MappingType[str, Setting], above: tuple[str, ...]) -> _Loaded | None:
        faults = Faults(file.path, most=MOST_FAULTS)
        try:
            node = parse(file.data, faults)
            if node is None:
                return None
            if not isinstance(node, Mapping):
                faults.add(node, "a policy is a mapping; it begins with `policy: ID`")
                return None
            loaded = self._policy(file, node, faults, given, above)
            faults.settle()
        except TooManyFaultsError:
            return None
        else:
            return loaded
        finally:
            self.faults += faults.found

    def _policy(
        self, file: PolicyFile, node: Mapping, faults: Faults, given: MappingType[str, Setting], above: tuple[str, ...]
    ) -> _Loaded:
        stored = file.folder is None and node.get(MERGED) is not None
        head.keys(node, (*KEYS, MERGED) if stored else KEYS, faults, {} if stored else LATER)
        words = {name: head.word(node, name, faults) for name in NEEDED}
        if words["policy"] and words["policy"] != file.stem:
            said = f"policy is {words['policy']!r}, but the file is called {file.stem!r}; they must agree"
            faults.add(node.get("policy"), said)
        above_it = self._parents(file, node, faults, given, above)
        header, lists = self._header(file, node, words, given, above_it, faults)
        if stored:
            header = replace(header, merged=True)
        self.same_ids([one.policy for one in above_it])
        inherited = {rule.id: rule for one in above_it for rule in one.policy.rules}
        rules, loosened = _rules(node, header, inherited, lists)
        advisory = head.word(node, "advisory", faults, needed=False) or None
        _must_block(node, rules, advisory, faults)
        policy = Policy(
            id=words["policy"], version=words["version"], title=words["title"], owner=words["owner"],
            path=file.path, sha256=sha256(file.data).hexdigest(), text=file.data.decode("utf-8-sig"), named=file.named,
            advisory=advisory, extends=tuple(one.policy.id for one in above_it),
            sources=tuple(head.sources(node.get("sources"), Faults("")).values()),
            params={name: header.params[name].text for name in _own(node.get("params")) if name in header.params},
            lists=header.lists,
            healthy={
                kind: rows.healthy_row(kind, row, node.get("healthy"), faults) for kind, row in header.healthy.items()
            },
            rules=rules, certificates=tuple(lists.files), parents=tuple(one.policy for one in above_it), loosened=loosened,
            longest_exception=terms.read(node.get("settings"), faults),
        )  # fmt: skip
        return _Loaded(policy, header)

    def _header(
        self, file: PolicyFile, node: Mapping, words: MappingType[str, str], given: MappingType[str, Setting],
        above: Sequence[_Loaded], faults: Faults,
    ) -> tuple[Header, Lists]:  # fmt: skip
        """Read what rules may name: the policy's own, and what it inherits."""
        theirs, places = _visible(above)
        values, own_places = params.read(node.get("params"), given, theirs, faults)
        lists = Lists(faults, lambda name: _beside(file, name), self.certificates, _inherited_lists(above, node, faults))
        entries = lists.read(node.get("lists"))
        parents_healthy = {kind: row for one in reversed(above) for kind, row in one.policy.healthy.items()}
        header = Header(
            words["policy"], words["version"], faults,
            params={**theirs, **values}, given_at={**places, **own_places}, lists={**lists.inherited, **entries},
            sources={
                **{name: source for one in above for name, source in one.header.sources.items()},
                **head.sources(node.get("sources"), faults),
            },
            healthy=head.deviating(head.healthy(node.get("healthy"), faults), parents_healthy),
            tests_as_of=head.instant(node.get("tests_as_of"), "tests_as_of", faults),
        )  # fmt: skip
        return header, lists

    def _parents(
        self, file: PolicyFile, node: Mapping, faults: Faults, given: MappingType[str, Setting], above: tuple[str, ...]
    ) -> list[_Loaded]:
        """Load what this policy extends; its own `set` reaches all of them, and what its children set comes before."""
        named, setting = parents.read(node.get("extends"), faults), node.get("set")
        if setting is not None and node.get("extends") is None:
            faults.add(setting, "set gives parameters to policies that this one extends; it extends none")
        chain = (*above, file.stem)
        handed = {**params.settings(setting, faults), **given}
        found: list[_Loaded] = []
        for parent in named:
            beside = parents.file(parent, file, chain, faults)
            loaded = self.policy(beside, handed, chain) if beside is not None else None
            if loaded is not None:
                parents.version(parent, loaded.policy, faults)
                found.append(loaded)
        if len(found) == len(named) and found:
            params.known(setting, (name for one in found for policy in one.policy.all() for name in policy.params), faults)
        return found

    def same_ids(self, policies: Sequence[Policy]) -> None:
        """Refuse one rule id with two contents; the same content from two policies is one rule."""
        seen: dict[str, tuple[Policy, Rule]] = {}
        for policy in policies:
            for rule in policy.rules:
                first, held = seen.setdefault(rule.id, (policy, rule))
                if held is not rule and replace(held, mark=rule.mark, tests=rule.tests) != rule:
                    mark = rule.mark
                    where = f"{first.path} ({held.mark.path}:{held.mark.line})"
                    message = (
                        f"rule {rule.id} has another content in {policy.path} than in {where}; give only one of these policies"
                    )
                    self.faults.append(Fault(mark.path, mark.line, mark.column, message))


def _rules(
    node: Mapping, header: Header, inherited: MappingType[str, Rule], lists: Lists
) -> tuple[tuple[Rule, ...], tuple[Loosened, ...]]:
    """Read the rules of a policy; return them behind the inherited ones, and which of these are weaker now."""
    faults, written = header.faults, node.get("rules")
    changed = {name: entries for name, entries in header.lists.items() if lists.inherited.get(name, entries) is not entries}
    known = {id_: inheritance.relisted(rule, changed, node.get("lists"), faults) for id_, rule in inherited.items()}
    places: dict[str, Node | None] = dict.fromkeys(known, node.get("lists"))
    reader = RuleReader(header)
    reader.defaults(node.get("defaults"))
    for key, value in _entries(written, faults):
        if "/" not in key.text or header.merged:
            rule = reader.rule(key, value)
        else:
            base = inheritance.find(key, known, faults)
            rule = inheritance.restated(base, key, value, header) if base is not None else None
            places[key.text] = key
        if rule is not None:
            known[rule.id] = rule
    if not known and not faults.found:
        faults.add(written or node, "a policy has rules, or extends one that has")
    compared = ((old, known[id_], places[id_]) for id_, old in inherited.items() if known[id_] is not old)
    return tuple(known.values()), inheritance.loosened(compared, faults)


def _entries(written: Node | None, faults: Faults) -> Iterable[tuple[Scalar, Node]]:
    if written is None:
        return ()
    if not isinstance(written, Mapping):
        faults.add(written, "rules is a mapping of keys to rules")
        return ()
    if len(written.entries) > MOST_RULES:
        faults.add(written, f"more than {MOST_RULES:,} rules")
        return ()
    return written.entries


def _must_block(node: Mapping, rules: Iterable[Rule], advisory: str | None, faults: Faults) -> None:
    """A policy in which nothing can ever block says so."""
    lasting = [rule for rule in rules if rule.disabled is None or rule.disabled.until is not None]
    if advisory is None and rules and not any(mode is Mode.BLOCK for rule in lasting for _, mode in rule.enforce):
        faults.add(node, "nothing in this policy can ever block; say why with advisory: REASON, or let a rule enforce: block")


def _visible(above: Sequence[_Loaded]) -> tuple[dict[str, Scalar], dict[str, str]]:
    """Find the parameters of ancestors, but for those to which two of them give different values."""
    found: dict[str, Scalar] = {}
    for one in above:
        found |= {name: node for name, node in one.header.params.items() if name not in found}
    clear = {
        name: node for name, node in found.items() if all(one.header.params.get(name, node).text == node.text for one in above)
    }
    return clear, {name: place for one in above for name, place in one.header.given_at.items()}


def _inherited_lists(above: Sequence[_Loaded], node: Mapping, faults: Faults) -> dict[str, tuple[Entry, ...]]:
    """Find the lists of ancestors; of two with one name and other entries, the child says what is meant."""
    found: dict[str, tuple[Entry, ...]] = {}
    own, written = _own(node.get("lists")), node.get("lists")
    for one in above:
        for name, entries in one.header.lists.items():
            whole = name in own and isinstance(written, Mapping) and isinstance(written.get(name), Items)
            if found.setdefault(name, entries) != entries and not whole:
                faults.add(
                    node.get("extends"), f"two of these policies have a list {name} with other entries; write it whole here"
                )
    return found


def _own(node: Node | None) -> list[str]:
    return [key.text for key, _ in node] if isinstance(node, Mapping) else []


def _beside(file: PolicyFile, name: str) -> str:
    return (file.folder / name).as_posix() if file.folder is not None else name

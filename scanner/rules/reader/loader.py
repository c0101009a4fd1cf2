"""One policy after the other: what a file holds, with what it inherits; faults are noted, and reading goes on."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import replace
from hashlib import sha256

from scanner.errors import Fault, UsageError
from scanner.model import Mode
from scanner.record import record
from scanner.rules.language.syntax import Entry, Loosened, Policy, Rule
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, TooManyFaultsError, parse
from scanner.rules.language.tree import Sequence as Items
from scanner.rules.reader import header as head
from scanner.rules.reader import inheritance, packs, params, parents, rows, terms
from scanner.rules.reader.find import PolicyFile
from scanner.rules.reader.header import NEEDED, Header
from scanner.rules.reader.lists import Certificates, Lists
from scanner.rules.reader.params import Setting
from scanner.rules.reader.rule import RuleReader

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


@record
class Loaded:
    """A policy, with what those that extend it may name."""

    policy: Policy
    header: Header
    settled: frozenset[str] = frozenset()
    """The parameters that it, or what it extends, gives a value."""


class Loader:
    """Loads files and what they extend, noting faults as it goes."""

    def __init__(self, certificates: Certificates | None) -> None:
        self.faults: list[Fault] = []
        self.certificates = certificates
        self.known: dict[tuple[str, frozenset[tuple[str, str]]], Loaded | None] = {}

    def policy(self, file: PolicyFile, given: MappingType[str, Setting], above: tuple[str, ...]) -> Loaded | None:
        """Load one policy; `given` are parameters that a child sets, `above` the children on the way here."""
        key = (file.path, frozenset((name, one.node.text) for name, one in given.items()))
        if key not in self.known:
            self.known[key] = self._read(file, given, above)
        return self.known[key]

    def _read(self, file: PolicyFile, given: MappingType[str, Setting], above: tuple[str, ...]) -> Loaded | None:
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
    ) -> Loaded:
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
        rules, loosened = _rules(node, header, inherited, self._before(file, node, given, above_it, above), lists)
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
        settled = frozenset().union(_own(node.get("set")), *(one.settled for one in above_it))
        return Loaded(policy, header, settled)

    def _header(
        self, file: PolicyFile, node: Mapping, words: MappingType[str, str], given: MappingType[str, Setting],
        above: Sequence[Loaded], faults: Faults,
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
            tests_as_of=head.instant(node.get("tests_as_of"), "tests_as_of", faults), proven=file.proven,
        )  # fmt: skip
        return header, lists

    def _parents(
        self, file: PolicyFile, node: Mapping, faults: Faults, given: MappingType[str, Setting], above: tuple[str, ...]
    ) -> list[Loaded]:
        """Load what this policy extends; its own `set` reaches all of them, and what its children set comes before."""
        named, setting = parents.read(node.get("extends"), faults), node.get("set")
        if setting is not None and node.get("extends") is None:
            faults.add(setting, "set gives parameters to policies that this one extends; it extends none")
        chain = (*above, file.stem)
        handed = {**params.settings(setting, faults), **given}
        found: list[Loaded] = []
        for parent in named:
            beside = parents.file(parent, file, chain, faults)
            loaded = self.policy(beside, handed, chain) if beside is not None else None
            if loaded is not None:
                parents.version(parent, loaded.policy, faults)
                found.append(loaded)
        if len(found) == len(named) and found:
            params.known(setting, (name for one in found for policy in one.policy.all() for name in policy.params), faults)
        return found

    def _before(
        self, file: PolicyFile, node: Mapping, given: MappingType[str, Setting], found: Sequence[Loaded], above: tuple[str, ...]
    ) -> dict[str, Rule]:
        """Find the inherited rules as they were before this policy gave a parameter that its parents had given already."""
        again = set(_own(node.get("set"))) & set().union(*(one.settled for one in found))
        if not again:
            return {}
        chain, quiet = (*above, file.stem), Faults(file.path)
        files = [parents.file(parent, file, chain, quiet) for parent in parents.read(node.get("extends"), quiet)]
        loaded = [self.policy(one, given, chain) for one in files if one is not None]
        return {rule.id: rule for one in loaded if one is not None for rule in one.policy.rules}

    def same_ids(self, policies: Sequence[Policy]) -> None:
        """Refuse one rule id with two contents; the same content from two policies is one rule."""
        seen: dict[str, tuple[Policy, Rule]] = {}
        for policy in policies:
            for rule in policy.rules:
                first, held = seen.setdefault(rule.id, (policy, rule))
                if held is not rule and replace(held, mark=rule.mark) != rule:
                    mark = rule.mark
                    where = f"{first.path} ({held.mark.path}:{held.mark.line})"
                    message = (
                        f"rule {rule.id} has another content in {policy.path} than in {where}; give only one of these policies"
                    )
                    self.faults.append(Fault(mark.path, mark.line, mark.column, message))


def _rules(
    node: Mapping, header: Header, inherited: MappingType[str, Rule], before: MappingType[str, Rule], lists: Lists
) -> tuple[tuple[Rule, ...], tuple[Loosened, ...]]:
    """Read the rules of a policy; return them behind the inherited ones, and which of these are weaker now."""
    faults, written = header.faults, node.get("rules")
    changed = {name: entries for name, entries in header.lists.items() if lists.inherited.get(name, entries) is not entries}
    known = {id_: inheritance.relisted(rule, changed, node.get("lists"), faults) for id_, rule in inherited.items()}
    places: dict[str, Node | None] = dict.fromkeys(known, node.get("lists"))
    for id_ in (id_ for id_, rule in before.items() if rule != known.get(id_, rule)):
        known[id_], places[id_] = replace(known[id_], override=""), node.get("set")
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
    compared = ((before.get(id_, old), known[id_], places[id_]) for id_, old in inherited.items() if known[id_] is not old)
    return tuple(known.values()), inheritance.loosened(compared, faults)


def _entries(written: Node | None, faults: Faults) -> Iterable[tuple[Scalar, Node]]:
    if written is None:
        return ()
    if not isinstance(written, Mapping):
        faults.add(written, "rules is a mapping of keys to rules")
        return ()
    if len(written.entries) > MOST_RULES:
        faults.add(written, f"more than {MOST_RULES:,} rules; part the policy into several, and extend them")
        return ()
    return written.entries


def _must_block(node: Mapping, rules: Iterable[Rule], advisory: str | None, faults: Faults) -> None:
    """A policy in which nothing can ever block says so."""
    lasting = [rule for rule in rules if rule.disabled is None or rule.disabled.until is not None]
    if advisory is None and rules and not any(mode is Mode.BLOCK for rule in lasting for _, mode in rule.enforce):
        faults.add(node, "nothing in this policy can ever block; say why with advisory: REASON, or let a rule enforce: block")


def _visible(above: Sequence[Loaded]) -> tuple[dict[str, Scalar], dict[str, str]]:
    """Find the parameters of ancestors, but for those to which two of them give different values."""
    found: dict[str, Scalar] = {}
    for one in above:
        found |= {name: node for name, node in one.header.params.items() if name not in found}
    clear = {
        name: node for name, node in found.items() if all(one.header.params.get(name, node).text == node.text for one in above)
    }
    return clear, {name: place for one in above for name, place in one.header.given_at.items()}


def _inherited_lists(above: Sequence[Loaded], node: Mapping, faults: Faults) -> dict[str, tuple[Entry, ...]]:
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
    if file.pack is not None and file.folder is not None and not packs.covers(file.pack, file.folder / name):
        raise UsageError(f"{name}: the pin of a pack covers only files in it that end in {', '.join(packs.KEPT[1:])}")
    return (file.folder / name).as_posix() if file.folder is not None else name

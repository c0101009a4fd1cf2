"""What a policy makes of the rules it inherits: restated by their full ids, taken out, or judged with other lists."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import Any

from scanner.rules.language.syntax import AllOf, AnyOf, Elements, Entry, InList, Loosened, Not, Predicate, Rule
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar
from scanner.rules.language.words import nearest
from scanner.rules.reader import citations, examples, groups_reader
from scanner.rules.reader import rule as rules
from scanner.rules.reader.header import Header, Written, keys

AMENDABLE = ("for", "controls")
"""Lists of a rule that may be written `{ add: […] }` or `{ remove: […] }`."""
MOST_TOLD = 3
"""Of what is weaker in one rule; `policy diff` says all."""


def find(key: Scalar, inherited: MappingType[str, Rule], faults: Faults) -> Rule | None:
    """Find the inherited rule that a key with a slash names."""
    found = inherited.get(key.text)
    if found is None:
        hint = (
            nearest(key.text, inherited) if inherited else "; this policy extends nothing, and its own rules have keys without /"
        )
        faults.add(key, f"no inherited rule has the id {key.text!r}{hint}")
    return found


def restated(base: Rule, key: Scalar, node: Node, header: Header) -> Rule | None:
    """Read a rule that restates an inherited one: `require` and `enforce` replaced whole, other keys one by one."""
    faults = header.faults
    if not isinstance(node, Mapping) or not node.entries:
        faults.add(node, f"rule {key.text} says what is changed of the inherited one: severity, require, disabled …")
        return None
    keys(node, (*rules.KEYS, *rules.RESTATING_KEYS), faults)
    given = {one.text: value for one, value in node}
    written = dict(base.written) | {name: Written(value, header) for name, value in given.items() if name != "tests"}
    for name in (name for name in AMENDABLE if name in given):
        given[name], beside = citations.amended(given[name], base.written.get(name), name, faults)
        written[name] = Written(given[name], header, beside)
    kinds = rules.kinds_of(given["for"], faults) if "for" in given else base.kinds
    if not _together(given, key, base, kinds, faults):
        return None
    changes: dict[str, Any] = {"override": "", "mark": header.mark(key), "kinds": kinds} | rules.said(given, key, header)
    if "require" in given:
        changes |= _demand(base, key, node, kinds, header)
    changes |= _condition(base, given, kinds, written, header)
    return replace(base, written=written, **changes)


def _together(given: MappingType[str, Node], key: Scalar, base: Rule, kinds: tuple[str, ...], faults: Faults) -> bool:
    """Refuse what makes sense only beside something else."""
    before = len(faults.found)
    if "require" not in given:
        if "tests" in given:
            faults.add(given["tests"], "tests belong to the policy that wrote require; restate require too, or leave tests out")
        if "group_by" in given:
            faults.add(given["group_by"], "group_by goes with require; restate both")
        if kinds != base.kinds:
            faults.add(given["for"], "a rule that changes for restates require too, since each kind has its own fields")
    elif "tests" not in given:
        faults.add(key, f"{key.text} restates require, so it brings tests: at least one pass and one fail")
    return len(faults.found) == before


def _demand(base: Rule, key: Scalar, node: Mapping, kinds: tuple[str, ...], header: Header) -> dict[str, Any]:
    """Read `require` and its tests; a group rule keeps its key unless it says another."""
    held = base.written.get("group_by")
    require = node.get("require")
    if held is not None and node.get("group_by") is None and isinstance(require, Mapping) and require.get("group") is not None:
        place = Scalar("group_by", key.line, key.column)
        node = Mapping((*node.entries, (place, held.node)), node.line, node.column)
    group, asked = rules.demanded(key, node, kinds, header)
    by = (group.by if group else "") if groups_reader.concerns(node) else None
    return {
        "policy": header.policy,
        "policy_version": header.version,
        "require": asked or AllOf(()),
        "group": group,
        "tests": examples.read(key, node.get("tests"), kinds, by, header),
    }


def _condition(
    base: Rule, given: MappingType[str, Node], kinds: tuple[str, ...], written: dict[str, Written], header: Header
) -> dict[str, Any]:
    """And a `when` with the defaults of the policy that first wrote the rule; another kind, or `when_only`, drops these."""
    only, own, at = given.get("when_only"), given.get("when"), given.get("for")
    if only is not None and own is not None:
        header.faults.add(only, "when_only stands instead of when; write one of them")
    if only is not None or kinds != base.kinds:
        written.pop("default", None)
    elif own is None:
        return {}
    mine = only if only is not None else own
    if mine is not None:
        written["when"] = Written(mine, header)
        written.pop("when_only", None)
        condition = rules.predicate(mine, kinds, header)
    else:
        condition = _again(written.get("when"), kinds, {}, at, header.faults)
    return {"when": rules.both(_again(written.get("default"), kinds, {}, at, header.faults), condition)}


def _again(
    held: Written | None, kinds: tuple[str, ...], lists: MappingType[str, tuple[Entry, ...]], at: Node | None, faults: Faults
) -> Predicate | None:
    """Build an inherited predicate once more, for other kinds or with other lists; what is wrong then, is so here."""
    if held is None:
        return None
    header = replace(held.header, faults=Faults(held.header.faults.path), lists={**held.header.lists, **lists})
    built = rules.predicate(held.node, kinds, header)
    for fault in header.faults.found:
        faults.add(at, f"{fault.message}, as the inherited rule is written at {fault.path}:{fault.line}:{fault.column}")
    return built


def relisted(base: Rule, lists: MappingType[str, tuple[Entry, ...]], at: Node | None, faults: Faults) -> Rule:
    """Judge an inherited rule with the lists that a child changes."""
    named = {one.name for node in (base.when, base.require) if node is not None for one in memberships(node)}
    if not named & set(lists):
        return base
    default, own, require = (
        _again(base.written.get(name), base.kinds, lists, at, faults) for name in ("default", "when", "require")
    )
    written = {
        name: replace(held, header=replace(held.header, lists={**held.header.lists, **lists}))
        for name, held in base.written.items()
    }
    asked = base.require if base.group else require or base.require
    return replace(base, when=rules.both(default, own), require=asked, override="", written=written)


def memberships(node: Predicate) -> Iterator[InList]:
    """Find every `in_list` of a predicate."""
    if isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from memberships(part)
    elif isinstance(node, Not):
        yield from memberships(node.part)
    elif isinstance(node, Elements):
        yield from memberships(node.predicate)
    elif isinstance(node, InList):
        yield node


def loosened(pairs: Iterable[tuple[Rule, Rule, Node | None]], faults: Faults) -> tuple[Loosened, ...]:
    """Compare inherited rules with what they were; what is weaker needs a reason, which reports print."""
    found = []
    for old, new, at in pairs:
        # Most policies restate nothing, and what compares rules takes time to import.
        from scanner.rules.compare import strictness

        weaker = strictness.compare(old, new).loosens
        if weaker and new.override:
            found.append(Loosened(new.id, "; ".join(weaker), new.override))
        elif weaker:
            more = f"; and {len(weaker) - MOST_TOLD} more" if len(weaker) > MOST_TOLD else ""
            told = "; ".join(weaker[:MOST_TOLD]) + more
            where = f"{old.id} is weaker than at {old.mark.path}:{old.mark.line}"
            faults.add(at, f"{where}; say why with override: REASON in {new.id}, or ask at least as much. What is weaker: {told}")
    return tuple(found)

"""Group rules as policies write them: `group_by: FIELD`, and `group` alone in `require` (policy language, Group rules)."""

from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from datetime import UTC, datetime, timedelta

from scanner import tables
from scanner.rules.language.limits import AS_OF
from scanner.rules.language.syntax import Distinct, Group, Members, Operand, Row, Share
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader.predicates import Builder
from scanner.rules.reader.rows import Stated
from scanner.tables import Type

DEMANDS = {"distinct": ("of", "at_most"), "count": (), "share": ("at_most", "when_total")}
"""What may be asked of a group, with its keys."""
_SAMPLES = {
    "distinct": "distinct: { of: owner, at_most: 1 }",
    "share": "share: { at_most: 60%, when_total: { at_least: 50 } }",
}
_ASKS = "{ group: { distinct: { of: FIELD, at_most: 1 } } }, or count or share"


def concerns(rule: Mapping) -> bool:
    """Tell whether a rule means to be one about groups."""
    require = rule.get("require")
    return rule.get("group_by") is not None or (isinstance(require, Mapping) and require.get("group") is not None)


def read(rule: Mapping, kinds: SequenceType[str], builder: Builder) -> Group | None:
    """Read key and demand of a group rule; None where it is unusable (its faults are noted)."""
    reader = _Reader(kinds, builder)
    by, require = rule.get("group_by"), rule.get("require")
    asked = require.get("group") if isinstance(require, Mapping) else None
    if by is None:
        reader.faults.add(_key(require, "group"), "group needs group_by: FIELD beside require, to say which rows are one group")
        return None
    if asked is None:
        reader.faults.add(require or by, f"a rule with group_by asks something of groups: require: {_ASKS}")
        return None
    for key, _ in require if isinstance(require, Mapping) else ():
        if key.text != "group":
            reader.faults.add(key, f"group stands alone in require; {key.text} belongs into when, which chooses the members")
    name = reader.field(by, "group_by")
    demand = reader.demand(asked, name)
    whole = isinstance(require, Mapping) and len(require.entries) == 1
    return Group(name, demand) if name and demand is not None and whole else None


def sharing(row: Row, by: str, deviation: Stated) -> Row:
    """Give a row of a group test the key of its group, unless it states its own or has the healthy row's."""
    return row if by in deviation.names() else keyed(row, by)


def keyed(row: Row, by: str) -> Row:
    """Give a row a key, unless it has one or says that it has none."""
    fact = tables.fact(row.kind, by)
    if fact is None or fact.time or by in set(row.facts) | row.absent | row.unknown:
        return row
    return Row(row.kind, {**row.facts, by: _sample(fact.type)}, row.absent, row.unknown)


def _sample(type_: Type) -> object:
    """Make up a value that all rows of a test share."""
    made: dict[str, object] = {
        "boolean": True,
        "integer": 1,
        "share": 0.5,
        "duration": timedelta(days=1),
        "instant": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return type_.values[0] if type_.values else made.get(type_.name, "shared")


class _Reader:
    """Reads for all kinds of a rule at once: its groups span them, so each field is one that all have."""

    def __init__(self, kinds: SequenceType[str], builder: Builder) -> None:
        self.kinds = kinds
        self.builder = builder
        self.faults: Faults = builder.faults

    def field(self, node: Node, role: str) -> str | None:
        """Read the name of a field with a single value, of the same type in every kind."""
        if not isinstance(node, Scalar):
            self.faults.add(node, f"{role} names one field, for example key.spki_sha256")
            return None
        facts = [tables.fact(kind, node.text) for kind in self.kinds]
        for kind, fact in zip(self.kinds, facts, strict=True):
            if fact is None:
                self.faults.add(node, f"{role}: {node.text!r} is not a field of {kind}{nearest(node.text, self._scalars())}")
                return None
        types = {fact.type.name for fact in facts if fact is not None}
        if types & {"list", "struct"}:
            self.faults.add(node, f"{role}: {node.text} is a list; a field with one value is wanted")
            return None
        if len(types) > 1:
            self.faults.add(node, f"{role}: {node.text} is {' and '.join(sorted(types))} in {' and '.join(self.kinds)}")
            return None
        return node.text

    def _scalars(self) -> list[str]:
        """Name the fields with one value that all kinds have."""
        first, *others = self.kinds
        names = [name for name, fact in tables.FACTS[first].items() if fact.type.name not in {"list", "struct"}]
        return [name for name in names if all(name in tables.FACTS[kind] for kind in others)]

    def demand(self, node: Node, by: str | None) -> Distinct | Members | Share | None:
        """Read what stands behind `group`: one of distinct, count, share."""
        if not isinstance(node, Mapping) or not node.entries:
            self.faults.add(node, f"group asks one thing: distinct, count or share, as in {{ {_SAMPLES['distinct']} }}")
            return None
        for key, _ in node:
            if key.text not in DEMANDS:
                self.faults.add(key, f"{key.text!r} cannot be asked of a group{nearest(key.text, DEMANDS)}")
        known = [(key, value) for key, value in node if key.text in DEMANDS]
        if len(known) > 1:
            self.faults.add(known[1][0], "group asks one thing; write a rule of its own for each of distinct, count and share")
        if len(node.entries) != 1 or not known or not self._rowless(node):
            return None
        word, value = known[0][0].text, known[0][1]
        if word == "count":
            predicate = self.builder.count(value)
            return Members(predicate) if predicate is not None else None
        given = self._parts(word, value)
        if given is None:
            return None
        return self._distinct(given, by) if word == "distinct" else self._share(given)

    def _parts(self, word: str, node: Node) -> MappingType[str, Node] | None:
        """Read the keys of distinct or share; `at_most` is the sense of both."""
        if not isinstance(node, Mapping):
            self.faults.add(node, f"write {_SAMPLES[word]}")
            return None
        wrong = [key for key, _ in node if key.text not in DEMANDS[word]]
        for key in wrong:
            self.faults.add(key, f"unknown key {key.text!r} of {word}{nearest(key.text, DEMANDS[word])}")
        given = {key.text: value for key, value in node}
        needed = [key for key in ("of", "at_most") if key in DEMANDS[word] and key not in given]
        if needed and not wrong:
            self.faults.add(node, f"{word} needs {' and '.join(needed)}: write {_SAMPLES[word]}")
        return None if needed or wrong else given

    def _distinct(self, given: MappingType[str, Node], by: str | None) -> Distinct | None:
        of = self.field(given["of"], "of")
        if of is not None and of == by:
            self.faults.add(given["of"], f"every group has one {of}, for it is the group's key; count another field")
            return None
        limit = self.builder.limit("at_most", tables.INTEGER, given["at_most"])
        return Distinct(of, limit) if of is not None and limit is not None else None

    def _share(self, given: MappingType[str, Node]) -> Share | None:
        limit = self.builder.limit("at_most", tables.SHARE, given["at_most"])
        total = self._total(given["when_total"]) if "when_total" in given else None
        missing = "when_total" in given and total is None
        return Share(limit, total) if limit is not None and not missing else None

    def _total(self, node: Node) -> Operand | None:
        asked = node.get("at_least") if isinstance(node, Mapping) else None
        if isinstance(node, Mapping):
            for key, _ in node:
                if key.text != "at_least":
                    self.faults.add(key, f"unknown key {key.text!r} of when_total{nearest(key.text, ['at_least'])}")
                    return None
        if asked is None:
            self.faults.add(node, "when_total is { at_least: N }: below so many rows the rule says nothing")
            return None
        return self.builder.limit("at_least", tables.INTEGER, asked)

    def _rowless(self, node: Node) -> bool:
        """Refuse limits that would be read from a row, for a group is none."""
        if isinstance(node, Scalar):
            return True
        if isinstance(node, Sequence):
            return all(self._rowless(item) for item in node.items)
        clock = node.get("by")
        if isinstance(clock, Scalar) and clock.text != AS_OF:
            self.faults.add(clock, f"a group has no {clock.text} of its own; its limit changes by: as_of only")
            return False
        if [key.text for key, _ in node] == ["field"]:
            self.faults.add(node, "a group has no fields of its own; write a value, $param or { by: as_of, steps: […] }")
            return False
        return all(self._rowless(value) for _, value in node)


def _key(node: Node | None, name: str) -> Node | None:
    """Find where a key stands."""
    return next((key for key, _ in node if key.text == name), None) if isinstance(node, Mapping) else node

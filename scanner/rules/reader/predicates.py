"""The tree of `when` and `require` becomes typed predicates; every fault is noted with its place and the nearest legal word."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from scanner import tables
from scanner.rules.language.names import IN_LIST, IN_STRUCTURE, Names, described, fitting
from scanner.rules.language.operators import OPERATORS, Takes
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, Literal, Not, Operand, Predicate, Size, Test
from scanner.rules.language.tree import Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader.memberships import Memberships
from scanner.tables import INTEGER, Type

COMBINE: dict[str, type[AllOf | AnyOf]] = {"all_of": AllOf, "any_of": AnyOf}
GROUP = "group"
_NO_VALUE = frozenset({"by", "steps", "field"})
Part = Predicate | None
Given = dict[str, Scalar]
"""Fields that were given already, by their whole names."""


@dataclass(slots=True)
class Builder(Memberships):
    """Builds predicates of one file for one kind."""

    def predicate(self, node: Node) -> Part:
        """Build `when` or `require`."""
        return self._mapping(node, Names(self.kind), "", {})

    def count(self, node: Node) -> Part:
        """Build what is asked of a number of members; the subject of its sizes is empty."""
        return self._count("", node, Names(self.kind))

    def limit(self, op: str, type_: Type, node: Node) -> Operand | None:
        """Read a limit that stands behind an operator outside of any field."""
        return self.operand(op, type_, node, Names(self.kind))

    # shapes: the row, the parts of a name, an element of a list ------------------------------------------------------

    def _mapping(self, node: Node, names: Names, prefix: str, given: Given) -> Part:
        """All entries hold."""
        if not isinstance(node, Mapping):
            wanted = f"{{ {names.example(prefix)}: … }}"
            self.faults.add(
                node,
                f"{prefix[:-1]} has parts; write a shape, for example {wanted}"
                if prefix
                else f"a mapping of fields is wanted here, for example {wanted}",
            )
            return None
        if not node.entries:
            self.faults.add(node, "an empty shape asks nothing" if prefix else "an empty predicate asks nothing")
            return None
        return _joined(AllOf, [self._entry(key, value, names, prefix, given) for key, value in node])

    def _entry(self, key: Scalar, value: Node, names: Names, prefix: str, given: Given) -> Part:
        word = key.text
        if word == GROUP and names.type_of(word) is None:
            self.faults.add(key, "group stands alone in require, of a rule with group_by: FIELD")
            return None
        if word in COMBINE:
            return self._choice(word, COMBINE[word], value, lambda item: self._mapping(item, names, prefix, {}))
        if word == "not":
            return _inverse(self._mapping(value, names, prefix, {}))
        shape = bool(prefix) or names.members is not None
        if word == "one_of" and shape:
            return self._choice(word, AnyOf, value, lambda item: self._mapping(item, names, prefix, {}), "shapes")
        if word == "in_list" and shape:
            return self.in_list(prefix[:-1], None, value, names)
        return self._named(key, value, names, prefix, given)

    def _named(self, key: Scalar, value: Node, names: Names, prefix: str, given: Given) -> Part:
        """A field, or what fields have in common before the dot."""
        name = f"{prefix}{key.text}"
        first = given.setdefault(name, key)
        if first is not key:
            self.faults.add(key, f"{name} is given twice; first at {self.faults.path}:{first.line}:{first.column}")
        type_ = names.type_of(name)
        if type_ is not None:
            return self._field(name, type_, value, names)
        if names.prefix(name):
            return self._mapping(value, names, f"{name}.", given)
        self.faults.add(key, f"{key.text!r} is not a field of {names.where()}{nearest(name, names.all())}")
        return None

    def _choice(
        self, word: str, combined: type[AllOf | AnyOf], value: Node, read: Callable[[Node], Part], what: str = "predicates"
    ) -> Part:
        if not isinstance(value, Sequence) or not value.items:
            self.faults.add(value, f"{word} wants a list of {what}, at least one")
            return None
        return _joined(combined, [read(item) for item in value.items], bare=False)

    # one field -------------------------------------------------------------------------------------------------------

    def _field(self, name: str, type_: Type, value: Node, names: Names) -> Part:
        """What stands behind a field: a bare value, a list, or operators."""
        if type_.name == "struct":
            self.faults.add(value, f"{name} is a structure; ask for its parts")
            return None
        if type_.name == "list":
            return self._list(name, type_, value, names)
        if isinstance(value, Scalar):
            return self._test(name, type_, "is", value, names)
        if isinstance(value, Sequence):
            return self._test(name, type_, "one_of", value, names)
        if any(key.text in _NO_VALUE for key, _ in value):
            return self._test(name, type_, "is", value, names)
        if not value.entries:
            self.faults.add(value, f"{name or 'the element'}: an empty mapping asks nothing; write an operator")
            return None
        return _joined(AllOf, [self._operator(name, type_, key, inner, names) for key, inner in value])

    def _operator(self, name: str, type_: Type, key: Scalar, value: Node, names: Names) -> Part:
        word = key.text
        if word in COMBINE:
            return self._choice(word, COMBINE[word], value, lambda item: self._field(name, type_, item, names))
        if not self._fits(key, name or "the element", type_):
            return None
        if word == "not":
            return _inverse(self._field(name, type_, value, names))
        if word == "in_list":
            return self.in_list(name, type_, value, names)
        return self._test(name, type_, word, value, names)

    def _fits(self, key: Scalar, name: str, type_: Type) -> bool:
        legal = fitting(type_.name)
        if key.text in legal:
            return True
        near = nearest(key.text, (*legal, *COMBINE))
        self.faults.add(key, f"operator {key.text} does not fit {name} ({described(type_)}){near}")
        return False

    def _test(self, name: str, type_: Type, op: str, value: Node, names: Names) -> Part:
        takes = OPERATORS[op].takes
        if takes is Takes.VALUES:
            if not isinstance(value, Sequence) or not value.items:
                self.faults.add(value, f"{op} wants a list of values, at least one")
                return None
            if op == "one_of" and _predicates(value.items):
                return self._choice(op, AnyOf, value, lambda item: self._field(name, type_, item, names))
            found = [self.operand(name, type_, item, names) for item in value.items]
        elif takes is Takes.BOOLEAN:
            found = [self.constant(op, tables.BOOLEAN, value)]
        elif takes is Takes.TEXT:
            found = [self.pattern(op, value)]
        else:
            found = [self.operand(name, type_, value, names)]
        kept = tuple(one for one in found if one is not None)
        return Test(name, op, kept, self.mark(value)) if len(kept) == len(found) else None

    # lists -----------------------------------------------------------------------------------------------------------

    def _list(self, name: str, type_: Type, value: Node, names: Names) -> Part:
        if not isinstance(value, Mapping) or not value.entries:
            self.faults.add(value, f"{name} is a list; say any, all, none, count or empty of it")
            return None
        return _joined(AllOf, [self._of_list(name, type_, key, inner, names) for key, inner in value])

    def _of_list(self, name: str, type_: Type, key: Scalar, value: Node, names: Names) -> Part:
        word = key.text
        if word in COMBINE:
            return self._choice(word, COMBINE[word], value, lambda item: self._list(name, type_, item, names))
        if not self._fits(key, name, type_) or type_.element is None:
            return None
        if word == "not":
            return _inverse(self._list(name, type_, value, names))
        if word == "empty":
            said = self.constant("empty", tables.BOOLEAN, value)
            none = Size(name, "is", (Literal(0, "0"),), self.mark(value))
            return None if said is None else (none if said.value else Not(none))
        if word == "count":
            return self._count(name, value, names)
        inner = self._element(type_.element, value, word)
        return Elements(name, word, inner, self.mark(value)) if inner is not None else None

    def _count(self, name: str, value: Node, names: Names) -> Part:
        counted = self._field("count", INTEGER, value, names)
        if counted is None:
            return None
        if _asks_more(counted):
            self.faults.add(value, "count is compared with numbers: is, one_of, at_least, at_most, more_than, less_than")
            return None
        return _sized(counted, name)

    def _element(self, element: Type, value: Node, quantifier: str) -> Part:
        """The predicate on one element: of a structure a shape or a choice of them, else operators on the bare value."""
        if element.members is not None:
            names = Names(self.kind, element.members, IN_STRUCTURE)
            if isinstance(value, Sequence):
                return self._choice(quantifier, AnyOf, value, lambda item: self._mapping(item, names, "", {}), "shapes")
            return self._mapping(value, names, "", {})
        only_is = isinstance(value, Mapping) and [key.text for key, _ in value] == ["is"]
        names = Names(self.kind, {}, "" if only_is and quantifier != "all" else IN_LIST)
        return self._field("", element, value, names)


def _joined(combined: type[AllOf | AnyOf], parts: Iterable[Part], *, bare: bool = True) -> Part:
    """Join parts, unless one is faulty; a single one stands for itself where all hold."""
    found = list(parts)
    kept = tuple(part for part in found if part is not None)
    if len(kept) != len(found):
        return None
    return kept[0] if bare and len(kept) == 1 else combined(kept)


def _inverse(part: Part) -> Part:
    return None if part is None else Not(part)


def _predicates(items: Iterable[Node]) -> bool:
    """Tell whether these are predicates, not operands."""
    return all(isinstance(item, Mapping) and not any(key.text in _NO_VALUE for key, _ in item) for item in items)


def _asks_more(predicate: Predicate) -> bool:
    """Tell whether a count is asked what only other things can answer."""
    if isinstance(predicate, AllOf | AnyOf):
        return any(map(_asks_more, predicate.parts))
    if isinstance(predicate, Not):
        return _asks_more(predicate.part)
    return not isinstance(predicate, Test) or predicate.op == "present"


def _sized(predicate: Predicate, name: str) -> Predicate:
    """Turn comparisons of the made-up field `count` into comparisons of the list's size."""
    if isinstance(predicate, AllOf | AnyOf):
        return replace(predicate, parts=tuple(_sized(part, name) for part in predicate.parts))
    if isinstance(predicate, Not):
        return Not(_sized(predicate.part, name))
    if isinstance(predicate, Test):
        return Size(name, predicate.op, predicate.operands, predicate.mark)
    raise TypeError("a count is compared with numbers only")

"""The tree of `when` and `require` becomes typed predicates; every fault is noted with its place and the nearest legal word."""

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import polars as pl

from scanner import tables
from scanner.rules import scalars
from scanner.rules.operators import OPERATORS, Takes
from scanner.rules.syntax import (
    AllOf,
    AnyOf,
    Elements,
    Entry,
    FieldOperand,
    InList,
    Literal,
    Mark,
    Not,
    Operand,
    Predicate,
    Size,
    Steps,
    Test,
)
from scanner.rules.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.words import nearest
from scanner.tables import INTEGER, Type

COMBINE: dict[str, type[AllOf | AnyOf]] = {"all_of": AllOf, "any_of": AnyOf}
LATER = {"group": "group rules come with a later version"}


@dataclass(frozen=True, slots=True)
class Names:
    """What may be named where a predicate stands: fields of a kind, or sub-fields of a list's element."""

    kind: str
    members: MappingType[str, Type] | None = None
    """Of a structure in a list; None at the level of the row."""

    def type_of(self, name: str) -> Type | None:
        """Find the type of a field."""
        if self.members is not None:
            return self.members.get(name)
        fact = tables.fact(self.kind, name)
        return fact.type if fact else None

    def all(self) -> list[str]:
        """Name every field."""
        return list(self.members if self.members is not None else tables.FACTS[self.kind])

    def prefix(self, name: str) -> bool:
        """Tell whether fields begin with `name.`."""
        return any(field.startswith(f"{name}.") for field in self.all())

    def where(self) -> str:
        """Say what kind of thing is meant."""
        return self.kind if self.members is None else "an element of the list"


@dataclass(slots=True)
class Builder:
    """Builds predicates of one file for one kind."""

    faults: Faults
    kind: str
    params: MappingType[str, Scalar]
    lists: MappingType[str, tuple[Entry, ...]]
    names_field: bool = False
    """Where the builder is, `{ field: NAME }` may stand inside a list."""

    def predicate(self, node: Node) -> Predicate | None:
        """Build `when` or `require`."""
        return self._mapping(node, Names(self.kind), "")

    def mark(self, node: Node) -> Mark:
        """Say where a node stands."""
        return Mark(self.faults.path, node.line, node.column)

    # fields ----------------------------------------------------------------------------------------------------------

    def _mapping(self, node: Node, names: Names, prefix: str) -> Predicate | None:
        """All entries hold."""
        if not isinstance(node, Mapping):
            self.faults.add(node, f"a mapping of fields is wanted here, for example {{ {names.all()[0]}: … }}")
            return None
        if not node.entries:
            self.faults.add(node, "an empty predicate asks nothing")
            return None
        given: dict[str, Scalar] = {}
        parts = []
        for key, value in node:
            part = self._entry(key, value, names, prefix, given)
            if part is not None:
                parts.append(part)
        if len(parts) != len(node.entries):
            return None
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _entry(self, key: Scalar, value: Node, names: Names, prefix: str, given: dict[str, Scalar]) -> Predicate | None:
        word = key.text
        if word in LATER:
            self.faults.add(key, LATER[word])
            return None
        if word in COMBINE:
            return self._combined(word, value, names, prefix)
        if word == "not" and not prefix:
            part = self._mapping(value, names, prefix)
            return Not(part) if part is not None else None
        name = f"{prefix}{word}"
        self._twice(name, key, given)
        if names.prefix(name) and names.type_of(name) is None:
            return self._shape(value, names, f"{name}.", given)
        type_ = names.type_of(name)
        if type_ is None:
            near = nearest(name, names.all())
            self.faults.add(key, f"{word!r} is not a field of {names.where()}{near}")
            return None
        return self._field(name, type_, value, names)

    def _twice(self, name: str, key: Scalar, given: dict[str, Scalar]) -> None:
        first = given.get(name)
        if first is not None:
            self.faults.add(key, f"{name} is given twice; first at {self.faults.path}:{first.line}:{first.column}")
        given[name] = key

    def _shape(self, value: Node, names: Names, prefix: str, given: dict[str, Scalar]) -> Predicate | None:
        """`key: { algorithm: …, bits: … }`, or a choice of shapes."""
        if isinstance(value, Mapping) and [key.text for key, _ in value] == ["one_of"]:
            return self._shapes(value.entries[0][1], names, prefix)
        if isinstance(value, Mapping) and [key.text for key, _ in value] == ["not"]:
            part = self._shape(value.entries[0][1], names, prefix, {})
            return Not(part) if part is not None else None
        if isinstance(value, Mapping) and [key.text for key, _ in value] == ["in_list"]:
            return self._in_list(prefix.rstrip("."), value.entries[0][1], names)
        if not isinstance(value, Mapping):
            self.faults.add(
                value, f"{prefix.rstrip('.')} has parts; write a shape, for example {{ {self._first(names, prefix)}: … }}"
            )
            return None
        if not value.entries:
            self.faults.add(value, "an empty shape asks nothing")
            return None
        parts = [self._entry(key, inner, names, prefix, given) for key, inner in value]
        kept = tuple(part for part in parts if part is not None)
        if len(kept) != len(parts):
            return None
        return kept[0] if len(kept) == 1 else AllOf(kept)

    @staticmethod
    def _first(names: Names, prefix: str) -> str:
        return next(name.removeprefix(prefix) for name in names.all() if name.startswith(prefix))

    def _shapes(self, value: Node, names: Names, prefix: str) -> Predicate | None:
        if not isinstance(value, Sequence) or not value.items:
            self.faults.add(value, "one_of wants a list of shapes, at least one")
            return None
        parts = [self._shape(item, names, prefix, {}) if prefix else self._mapping(item, names, "") for item in value.items]
        kept = tuple(part for part in parts if part is not None)
        return AnyOf(kept) if len(kept) == len(parts) else None

    def _combined(self, word: str, value: Node, names: Names, prefix: str) -> Predicate | None:
        if not isinstance(value, Sequence) or not value.items:
            self.faults.add(value, f"{word} wants a list of predicates, at least one")
            return None
        parts = [self._shape(item, names, prefix, {}) if prefix else self._mapping(item, names, "") for item in value.items]
        kept = tuple(part for part in parts if part is not None)
        return COMBINE[word](kept) if len(kept) == len(parts) else None

    # one field -------------------------------------------------------------------------------------------------------

    def _field(self, name: str, type_: Type, value: Node, names: Names) -> Predicate | None:
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
        return self._operators(name, type_, value, names)

    def _operators(self, name: str, type_: Type, value: Mapping, names: Names) -> Predicate | None:
        if {key.text for key, _ in value} & {"by", "steps", "field"}:
            operand = self._operand(name, type_, value, names)
            return Test(name, "is", (operand,), self.mark(value)) if operand is not None else None
        if not value.entries:
            self.faults.add(value, f"{name}: an empty mapping asks nothing; write an operator")
            return None
        parts = []
        for key, inner in value:
            part = self._operator(name, type_, key, inner, names)
            if part is not None:
                parts.append(part)
        if len(parts) != len(value.entries):
            return None
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _operator(self, name: str, type_: Type, key: Scalar, value: Node, names: Names) -> Predicate | None:
        word = key.text
        fitting = [one.name for one in OPERATORS.values() if one.fits(type_)]
        if word in COMBINE:
            return self._alternatives(name, type_, word, value, names)
        if word not in fitting:
            label = name or "the element"
            self.faults.add(key, f"operator {word} does not fit {label} ({_described(type_)}){nearest(word, fitting)}")
            return None
        if word == "not":
            part = self._field(name, type_, value, names)
            return Not(part) if part is not None else None
        if word == "in_list":
            return self._in_list(name, value, names)
        return self._test(name, type_, word, value, names)

    def _alternatives(self, name: str, type_: Type, word: str, value: Node, names: Names) -> Predicate | None:
        if not isinstance(value, Sequence) or not value.items:
            self.faults.add(value, f"{word} wants a list of predicates, at least one")
            return None
        parts = [self._field(name, type_, item, names) for item in value.items]
        kept = tuple(part for part in parts if part is not None)
        return COMBINE[word](kept) if len(kept) == len(parts) else None

    def _test(self, name: str, type_: Type, op: str, value: Node, names: Names) -> Predicate | None:
        takes = OPERATORS[op].takes
        if takes is Takes.VALUES:
            if not isinstance(value, Sequence) or not value.items:
                self.faults.add(value, f"{op} wants a list of values, at least one")
                return None
            if all(isinstance(item, Mapping) for item in value.items) and op == "one_of" and not _operands(value):
                return self._alternatives(name, type_, "any_of", value, names)
            operands = [self._operand(name, type_, item, names) for item in value.items]
        elif takes is Takes.BOOLEAN:
            operands = [self._constant(op, tables.BOOLEAN, value)]
        elif takes is Takes.TEXT:
            operands = [self._pattern(op, value)]
        else:
            operands = [self._operand(name, type_, value, names)]
        kept = tuple(operand for operand in operands if operand is not None)
        return Test(name, op, kept, self.mark(value)) if len(kept) == len(operands) else None

    def _constant(self, name: str, type_: Type, value: Node) -> Literal | None:
        if not isinstance(value, Scalar):
            self.faults.add(value, f"a single value is wanted for {name or 'the element'}")
            return None
        try:
            return Literal(scalars.typed(value, type_, name or "the element"), value.text)
        except scalars.NotTypedError as error:
            self.faults.add(value, str(error))
            return None

    def _pattern(self, op: str, value: Node) -> Literal | None:
        literal = self._constant(op, tables.TEXT, value)
        if literal is None:
            return None
        build = OPERATORS[op].build
        try:
            pl.DataFrame({"text": [""]}).select(build(pl.col("text"), literal.value))  # type: ignore[misc]
        except pl.exceptions.PolarsError as error:
            reason = "look-around is not allowed" if "look-around" in str(error) else str(error).splitlines()[-1].strip()
            self.faults.add(value, f"the pattern does not compile: {reason}")
            return None
        return literal

    # operands --------------------------------------------------------------------------------------------------------

    def _operand(self, name: str, type_: Type, value: Node, names: Names) -> Operand | None:
        if isinstance(value, Scalar):
            if value.text.startswith("$") and value.plain:
                return self._param(name, type_, value)
            return self._constant(name, type_, value)
        if isinstance(value, Mapping):
            keys = [key.text for key, _ in value]
            if keys == ["field"]:
                return self._field_operand(name, type_, value.entries[0][1], names)
            if set(keys) == {"by", "steps"}:
                return self._steps(name, type_, value, names)
        self.faults.add(
            value, f"an operand of {name or 'the element'} is a value, $param, {{ field: … }} or {{ by: …, steps: […] }}"
        )
        return None

    def _param(self, name: str, type_: Type, value: Scalar) -> Operand | None:
        found = self.params.get(value.text[1:])
        if found is None:
            self.faults.add(value, f"{value.text}: no such parameter{nearest(value.text[1:], self.params)}")
            return None
        try:
            return Literal(scalars.typed(found, type_, name), found.text)
        except scalars.NotTypedError as error:
            self.faults.add(value, f"{value.text}: {error}")
            return None

    def _field_operand(self, name: str, type_: Type, value: Node, names: Names) -> Operand | None:
        if not isinstance(value, Scalar):
            self.faults.add(value, "the name of a field is wanted")
            return None
        other = tables.fact(self.kind, value.text)
        if other is None:
            self.faults.add(value, f"{value.text!r} is not a field of {self.kind}{nearest(value.text, tables.FACTS[self.kind])}")
            return None
        if other.type.name != type_.name:
            self.faults.add(value, f"{value.text} is {_described(other.type)}; {name or 'the element'} is {_described(type_)}")
            return None
        if names.members is not None:
            self.faults.add(value, "inside a list of structures another field cannot be named")
            return None
        if not name and not self.names_field:
            self.faults.add(value, "inside a list another field is named only as any or none: { is: { field: … } }")
            return None
        return FieldOperand(value.text)

    def _steps(self, name: str, type_: Type, value: Mapping, names: Names) -> Operand | None:
        clock, steps = value.get("by"), value.get("steps")
        clocks = ["as_of", *(fact for fact, known in tables.FACTS[self.kind].items() if known.type.name == "instant")]
        if not isinstance(clock, Scalar) or clock.text not in clocks:
            word = clock.text if isinstance(clock, Scalar) else ""
            self.faults.add(clock, f"{word!r} is no clock{nearest(word, clocks)}")
            return None
        if (
            not isinstance(steps, Sequence)
            or not steps.items
            or (isinstance(steps.items[0], Mapping) and steps.items[0].get("from"))
        ):
            self.faults.add(steps or value, "steps is a list; its first item is the bare value of the past")
            return None
        first = self._operand(name, type_, steps.items[0], names)
        later = [self._step(name, type_, item, names) for item in steps.items[1:]]
        kept = tuple(step for step in later if step is not None)
        if first is None or len(kept) != len(later):
            return None
        self._ascending([start for start, _ in kept], steps)
        return Steps(clock.text, first, kept)

    def _step(self, name: str, type_: Type, item: Node, names: Names) -> tuple[datetime, Operand] | None:
        start = item.get("from") if isinstance(item, Mapping) else None
        value = item.get("value") if isinstance(item, Mapping) else None
        if not isinstance(start, Scalar) or value is None or not isinstance(item, Mapping) or len(item.entries) != 2:
            self.faults.add(item, "a step is { from: DATE, value: … }")
            return None
        try:
            when = scalars.instant(start.text)
        except scalars.NotTypedError as error:
            self.faults.add(start, str(error))
            return None
        operand = self._operand(name, type_, value, names)
        return None if operand is None else (when, operand)

    def _ascending(self, starts: list[datetime], node: Node) -> None:
        if any(later <= earlier for earlier, later in pairwise(starts)):
            self.faults.add(node, "steps must ascend: each date later than the one before")

    # lists -----------------------------------------------------------------------------------------------------------

    def _list(self, name: str, type_: Type, value: Node, names: Names) -> Predicate | None:
        fitting = [one.name for one in OPERATORS.values() if one.fits(type_)]
        if not isinstance(value, Mapping) or not value.entries:
            self.faults.add(value, f"{name} is a list; say any, all, none, count or empty of it")
            return None
        parts = []
        for key, inner in value:
            if key.text not in fitting:
                self.faults.add(key, f"operator {key.text} does not fit {name} ({_described(type_)}){nearest(key.text, fitting)}")
                continue
            part = self._of_list(name, type_, key.text, inner, names)
            if part is not None:
                parts.append(part)
        if len(parts) != len(value.entries):
            return None
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _of_list(self, name: str, type_: Type, word: str, value: Node, names: Names) -> Predicate | None:
        if word == "not":
            part = self._list(name, type_, value, names)
            return Not(part) if part is not None else None
        if word == "empty":
            literal = self._constant("empty", tables.BOOLEAN, value)
            none = Size(name, "is", (Literal(0, "0"),), self.mark(value))
            return None if literal is None else (none if literal.value else Not(none))
        if word == "count":
            return self._count(name, value, names)
        element = type_.element
        if element is None:
            return None
        only = [key.text for key, _ in value] if isinstance(value, Mapping) else []
        self.names_field = word in {"any", "none"} and only == ["is"]
        inner = self._element(element, value, name)
        self.names_field = False
        return Elements(name, word, inner, self.mark(value)) if inner is not None else None

    def _count(self, name: str, value: Node, names: Names) -> Predicate | None:
        counted = self._field("count", INTEGER, value, names)
        if counted is None:
            return None
        if _asks_more(counted):
            self.faults.add(value, "count is compared with numbers: is, one_of, at_least, at_most, more_than, less_than")
            return None
        return _sized(counted, name)

    def _element(self, element: Type, value: Node, name: str) -> Predicate | None:
        """The predicate on one element: of a structure a shape, else operators on the bare value."""
        if element.members is None:
            return (
                self._field("", element, value, Names(self.kind, {}))
                if not isinstance(value, Mapping)
                else self._plain_element(element, value)
            )
        names = Names(self.kind, element.members)
        if isinstance(value, Mapping) and [key.text for key, _ in value] == ["in_list"]:
            return self._in_list("", value.entries[0][1], names)
        if isinstance(value, Mapping) and [key.text for key, _ in value] == ["one_of"]:
            return self._shapes(value.entries[0][1], names, "")
        if isinstance(value, Sequence):
            return self._shapes(value, names, "")
        if not isinstance(value, Mapping):
            self.faults.add(
                value, f"an element of {name} has parts; write a shape, for example {{ {next(iter(element.members))}: … }}"
            )
            return None
        return self._mapping(value, names, "")

    def _plain_element(self, element: Type, value: Mapping) -> Predicate | None:
        return self._operators("", element, value, Names(self.kind))

    def _in_list(self, name: str, value: Node, names: Names) -> Predicate | None:
        if not isinstance(value, Scalar) or value.text not in self.lists:
            word = value.text if isinstance(value, Scalar) else ""
            self.faults.add(value, f"{word!r} is no list of this policy{nearest(word, self.lists)}")
            return None
        entries = self.lists[value.text]
        for key in dict.fromkeys(key for entry in entries for key in entry.keys):
            part = ".".join(filter(None, (name, key)))
            known = part if part or names.members is None else None
            if names.members is not None and key not in names.members:
                self.faults.add(
                    value,
                    f"entries of {value.text} name {key!r}, which is no part of {names.where()}{nearest(key, names.members)}",
                )
                return None
            if names.members is None and known and key and tables.fact(self.kind, part) is None:
                self.faults.add(value, f"entries of {value.text} name {part!r}, which is not a field of {self.kind}")
                return None
        if self._odd_entries(value, name, entries, names):
            return None
        return InList(name, value.text, entries, self.mark(value))

    def _odd_entries(self, value: Scalar, name: str, entries: tuple[Entry, ...], names: Names) -> bool:
        """Entries that could never match are faults, not quiet refusals of every asset."""
        before = len(self.faults.found)
        for entry in entries:
            for key, wanted in entry.keys.items():
                type_ = names.type_of(".".join(filter(None, (name, key)))) or names.type_of(key)
                if key.endswith("sha256") and not re.fullmatch("[0-9a-f]{64}", str(wanted)):
                    self.faults.add(
                        value,
                        f"an entry of {value.text} has {key} {str(wanted)[:80]!r}; 64 lower-case hexadecimal digits are wanted",
                    )
                elif type_ is not None and type_.name != "list":
                    self._constant_of(value, str(wanted), type_, f"{key or name} (an entry of {value.text})")
        return len(self.faults.found) > before

    def _constant_of(self, place: Scalar, text: str, type_: Type, name: str) -> None:
        try:
            scalars.typed(Scalar(text, place.line, place.column, plain=False), type_, name)
        except scalars.NotTypedError as error:
            self.faults.add(place, str(error))


def _operands(value: Sequence) -> bool:
    return any(isinstance(item, Mapping) and {key.text for key, _ in item} & {"field", "by"} for item in value.items)


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
        return type(predicate)(tuple(_sized(part, name) for part in predicate.parts))
    if isinstance(predicate, Not):
        return Not(_sized(predicate.part, name))
    if isinstance(predicate, Test):
        return Size(name, predicate.op, predicate.operands, predicate.mark)
    raise TypeError("a count is compared with numbers only")


def _described(type_: Type) -> str:
    if type_.name == "list" and type_.element is not None:
        return f"list of {type_.element.name}s"
    return f"one of {len(type_.values)} words" if type_.values else type_.name

"""What stands to the right of an operator: constants, parameters, other fields, and steps by a clock."""

from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from scanner import tables
from scanner.rules.language import operators, scalars
from scanner.rules.language.names import Names, described
from scanner.rules.language.syntax import FieldOperand, Literal, Mark, Operand, Steps
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.tables import Type


@dataclass(slots=True)
class Operands:
    """Reads operands of one file for one kind."""

    faults: Faults
    kind: str
    params: MappingType[str, Scalar]

    def mark(self, node: Node) -> Mark:
        """Say where a node stands."""
        return Mark(self.faults.path, node.line, node.column)

    def constant(self, name: str, type_: Type, value: Node) -> Literal | None:
        """Read a constant of a type."""
        if not isinstance(value, Scalar):
            self.faults.add(value, f"a single value is wanted for {name or 'the element'}")
            return None
        try:
            return Literal(scalars.typed(value, type_, name or "the element"), value.text)
        except scalars.NotTypedError as error:
            self.faults.add(value, str(error))
            return None

    def pattern(self, op: str, value: Node) -> Literal | None:
        """Read a pattern, and try it."""
        given = self._param(op, tables.TEXT, value) if _is_param(value) else self.constant(op, tables.TEXT, value)
        if given is None:
            return None
        if fault := pattern_fault(op, str(given.value)):
            self.faults.add(value, fault)
            return None
        return given

    def operand(self, name: str, type_: Type, value: Node, names: Names) -> Operand | None:
        """Read an operand of any form."""
        if isinstance(value, Scalar):
            return self._param(name, type_, value) if _is_param(value) else self.constant(name, type_, value)
        if isinstance(value, Mapping):
            keys = [key.text for key, _ in value]
            if keys == ["field"]:
                return self._other(name, type_, value.entries[0][1], names)
            if set(keys) == {"by", "steps"}:
                return self._steps(name, type_, value, names)
        self.faults.add(
            value, f"an operand of {name or 'the element'} is a value, $param, {{ field: … }} or {{ by: …, steps: […] }}"
        )
        return None

    def _param(self, name: str, type_: Type, value: Node) -> Literal | None:
        if not isinstance(value, Scalar):
            return None
        found = self.params.get(value.text[1:])
        if found is None:
            hint = nearest(value.text[1:], self.params) if self.params else "; list it under params"
            self.faults.add(value, f"{value.text}: no such parameter{hint}")
            return None
        try:
            return Literal(scalars.typed(found, type_, name or "the element"), found.text)
        except scalars.NotTypedError as error:
            self.faults.add(value, f"{value.text}: {error}")
            return None

    def _other(self, name: str, type_: Type, value: Node, names: Names) -> Operand | None:
        if not isinstance(value, Scalar):
            self.faults.add(value, "the name of a field is wanted: { field: NAME }")
            return None
        other = tables.fact(self.kind, value.text)
        if other is None:
            self.faults.add(value, f"{value.text!r} is not a field of {self.kind}{nearest(value.text, tables.FACTS[self.kind])}")
            return None
        if other.type.name != type_.name:
            self.faults.add(value, f"{value.text} is {described(other.type)}; {name or 'the element'} is {described(type_)}")
            return None
        if names.closed:
            self.faults.add(value, names.closed)
            return None
        return FieldOperand(value.text)

    def _steps(self, name: str, type_: Type, value: Mapping, names: Names) -> Operand | None:
        clock, steps = value.get("by"), value.get("steps")
        if not isinstance(clock, Scalar) or clock.text not in clocks(self.kind):
            word = clock.text if isinstance(clock, Scalar) else ""
            self.faults.add(clock, f"{word!r} is no clock{nearest(word, clocks(self.kind))}")
            return None
        if not isinstance(steps, Sequence) or not steps.items or _dated(steps.items[0]):
            self.faults.add(steps or value, "steps is a list; its first item is the bare value of the past")
            return None
        first = self.operand(name, type_, steps.items[0], names)
        later = [self._step(name, type_, item, names) for item in steps.items[1:]]
        kept = tuple(step for step in later if step is not None)
        if first is None or len(kept) != len(later):
            return None
        if any(after <= before for (before, _), (after, _) in pairwise(kept)):
            self.faults.add(steps, "steps must ascend: each date later than the one before")
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
        operand = self.operand(name, type_, value, names)
        return None if operand is None else (when, operand)


def _is_param(value: Node) -> bool:
    return isinstance(value, Scalar) and value.plain and value.text.startswith("$")


def _dated(item: Node) -> bool:
    return isinstance(item, Mapping) and item.get("from") is not None


@lru_cache(maxsize=64)
def clocks(kind: str) -> tuple[str, ...]:
    """Name the clocks that steps may run on."""
    return ("as_of", *(name for name, known in tables.FACTS[kind].items() if known.type.name == "instant"))


def pattern_fault(op: str, text: str) -> str:
    """Say why a pattern does not compile; empty where it does. What is no expression is quoted, and always does."""
    fault = operators.pattern_fault(text) if op == "matches" else None
    if fault is None:
        return ""
    return f"the pattern does not compile: {'look-around is not allowed' if 'look-around' in fault else fault}"

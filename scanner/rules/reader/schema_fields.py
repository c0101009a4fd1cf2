"""What may stand behind a field, as JSON Schema: each type of the registry is defined once and fields refer to it."""

from collections.abc import Iterable, Iterator
from typing import Any

from scanner import tables
from scanner.rules.language.operators import OPERATORS, Takes
from scanner.tables import Fact, Type

Schema = dict[str, Any]

PARAM = {"type": "string", "pattern": r"^\$", "description": "A parameter of this policy: $name."}
LIST_NAME = {"type": "string", "minLength": 1, "description": "The name of a list under `lists`."}
_SCALARS: dict[str, Schema] = {
    "text": {"type": ["string", "number"]},
    "boolean": {"enum": [True, False, "true", "false"], "description": "true or false"},
    "integer": {"type": ["integer", "string"], "pattern": r"^[-+]?\d+$", "description": "a whole number"},
    "duration": {
        "type": "string",
        "pattern": r"^-?(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$",
        "description": "a duration: 398d, 12h, 200d1s",
    },
    "instant": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d", "description": "a date or instant (UTC): 2026-03-15"},
    "share": {"type": "string", "pattern": r"^\d+(\.\d+)?%$", "description": "a share: 66%"},
}


def reference(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def several(items: Schema) -> Schema:
    """A list of at least one."""
    return {"type": "array", "minItems": 1, "items": items}


def closed(properties: Schema, description: str = "", **more: Any) -> Schema:
    """A mapping of these keys and no others."""
    said = {"description": description} if description else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **said, **more}


class Types:
    """The distinct types of all fields, each by the name of the first field that has it."""

    def __init__(self) -> None:
        self.names: dict[tuple[object, ...], str] = {}
        self.types: dict[str, Type] = {}
        for facts in tables.FACTS.values():
            for fact in facts.values():
                self._take(fact.type, fact.name.removeprefix(tables.LEAF))

    def _take(self, type_: Type, name: str) -> None:
        if _key(type_) in self.names:
            return
        plain = type_.name in _SCALARS and not type_.values
        known = self.names[_key(type_)] = type_.name if plain else name
        self.types[known] = type_
        if type_.element is not None:
            self._take(type_.element, f"{name}.element")
        for part, inner in (type_.members or {}).items():
            self._take(inner, f"{name}.{part}")

    def predicate(self, type_: Type) -> Schema:
        """Refer to what may be asked of a field of this type."""
        return reference(f"of.{self.names[_key(type_)]}")

    def value(self, type_: Type) -> Schema:
        """Refer to a constant of this type."""
        return reference(f"value.{self.names[_key(type_)]}")

    def definitions(self) -> Schema:
        """Define predicate and constant of every type."""
        found: Schema = {}
        for name, type_ in self.types.items():
            found[f"of.{name}"] = self._shape(type_) if type_.members else self._predicate(type_)
            found[f"value.{name}"] = self._value(type_)
            if type_.element is None and type_.members is None:
                found[f"steps.{name}"] = self._steps(type_)
        return found

    def _value(self, type_: Type) -> Schema:
        if type_.element is not None:
            return {"type": "array", "items": {"anyOf": [self.value(type_.element), {"type": "null"}, {"const": "null"}]}}
        if type_.members is not None:
            return closed({part: self.value(inner) for part, inner in type_.members.items()})
        if type_.values:
            other = [{"type": "string", "pattern": f"^({type_.pattern})$"}] if type_.pattern else []
            return {"anyOf": [{"enum": list(type_.values)}, *other]} if other else {"enum": list(type_.values)}
        return _SCALARS[type_.name]

    def _predicate(self, type_: Type) -> Schema:
        """A bare value, a list of values, or operators; of a list only operators."""
        operators = closed(
            {
                one.name: {**self._operator(one.name, type_), "description": one.doc}
                for one in OPERATORS.values()
                if one.fits(type_)
            }
            | {word: several(self.predicate(type_)) for word in ("all_of", "any_of")},
            minProperties=1,
        )
        if type_.name == "list":
            return operators
        operand = self._operand(type_)
        return {"anyOf": [*operand["anyOf"], several(operand), operators]}

    def _operand(self, type_: Type) -> Schema:
        return {"anyOf": [self.value(type_), PARAM, reference(f"steps.{self.names[_key(type_)]}"), reference("field")]}

    def _steps(self, type_: Type) -> Schema:
        """A limit that changes with time: the first value bare, then dated ones."""
        value = {"anyOf": [self.value(type_), PARAM, reference("field")]}
        dated = closed({"from": _SCALARS["instant"], "value": value}, required=["from", "value"])
        steps = several({"anyOf": [*value["anyOf"], dated]})
        return closed({"by": reference("clock"), "steps": steps}, required=["by", "steps"])

    def _operator(self, name: str, type_: Type) -> Schema:
        takes = OPERATORS[name].takes
        if name == "not":
            return self.predicate(type_)
        if takes is Takes.PREDICATE and type_.element is not None:
            return {"anyOf": [self.predicate(type_.element), several(self.predicate(type_.element))]}
        if takes is Takes.NUMBER:
            return self.predicate(tables.INTEGER)
        if takes is Takes.VALUES:
            return several({"anyOf": [*self._operand(type_)["anyOf"], self.predicate(type_)]})
        if takes is Takes.VALUE:
            return self._operand(type_)
        if takes is Takes.BOOLEAN:
            return self.value(tables.BOOLEAN)
        return LIST_NAME if takes is Takes.LIST_NAME else {"type": ["string", "number"], "minLength": 1}

    def _shape(self, type_: Type) -> Schema:
        """The parts of an element, and what combines such shapes."""
        parts = {part: self.predicate(inner) for part, inner in (type_.members or {}).items()}
        return closed(parts | combined(self.predicate(type_)), minProperties=1)

    def fields(self, facts: Iterable[tuple[str, Fact]]) -> Schema:
        """Describe fields by what may be asked of them."""
        return {name: {**self.predicate(fact.type), "description": hover(fact)} for name, fact in facts}

    def stated(self, facts: Iterable[tuple[str, Fact]]) -> Schema:
        """Describe fields by what a row may state of them."""
        words = reference("not-there")
        return {name: {"anyOf": [self.value(fact.type), words], "description": hover(fact)} for name, fact in facts}


def _key(type_: Type) -> tuple[object, ...]:
    """Tell types apart; what a null means is no difference to an editor."""
    element = None if type_.element is None else _key(type_.element)
    parts = tuple((part, _key(inner)) for part, inner in (type_.members or {}).items())
    return type_.name, type_.values, type_.pattern, element, parts


def combined(shape: Schema) -> Schema:
    """Say how shapes are combined."""
    return {word: several(shape) for word in ("one_of", "all_of", "any_of")} | {"not": shape, "in_list": LIST_NAME}


def hover(fact: Fact) -> str:
    """Say of a field what an author wants to know of it: meaning, type, unit, where it comes from."""
    element = fact.type.element
    kind = f"list of {element.name}" if element is not None else fact.type.name
    unit = f" in {fact.unit}" if fact.unit else ""
    return f"{fact.doc} ({kind}{unit}; {fact.origin})"


def prefixes(kind: str) -> Iterator[str]:
    """Find the names that have parts: `key` of `key.bits`."""
    facts = tables.FACTS[kind]
    words = (name.split(".") for name in facts)
    return (
        one for one in dict.fromkeys(".".join(some[:end]) for some in words for end in range(1, len(some))) if one not in facts
    )


def parts(kind: str, prefix: str) -> Iterator[tuple[str, Fact]]:
    """Find the fields below a name, called as they are there."""
    for name, fact in tables.FACTS[kind].items():
        if name.startswith(prefix):
            yield name.removeprefix(prefix), fact

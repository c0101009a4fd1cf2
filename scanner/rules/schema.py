"""The JSON Schema of the policy language, made from the registry and the operators: completion and hover text for editors."""

import json
from typing import Any

from scanner import tables
from scanner.model import Mode, OnUnknown, Severity
from scanner.rules import load, rule
from scanner.rules.operators import OPERATORS, Takes
from scanner.tables import Fact, Type

URI = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string", "minLength": 1}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d"}
_PATTERNS = {
    "duration": (r"^-?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$|^\$", "a duration: 398d, 12h, 200d1s; or $param"),
    "instant": (r"^\d{4}-\d\d-\d\d|^\$", "a date or instant (UTC), or $param"),
    "share": (r"^\d+(\.\d+)?%$|^\$", "a share: 66%; or $param"),
    "integer": (r"^[-+]?\d+$|^\$", "a whole number, or $param"),
    "boolean": ("^(true|false)$", "true or false"),
}


def text() -> str:
    """Write the schema as it is shipped."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """Build the schema of a policy file."""
    kinds = list(tables.KINDS)
    return {
        "$schema": URI,
        "title": "certgate policy",
        "description": "One policy: rules over the facts of machine identities.",
        "type": "object",
        "required": list(load.NEEDED),
        "additionalProperties": False,
        "properties": {
            "policy": {"type": "string", "description": "Id; the same as the file's name."},
            "version": {"type": ["string", "number"], "description": "Version of the policy."},
            "title": _TEXT | {"description": "What the policy is about, for reports."},
            "owner": _TEXT | {"description": "Who answers for it."},
            "extends": {
                "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
                "description": "Policies whose rules come in unchanged.",
            },
            "set": {"type": "object", "description": "Parameters of the policies that this one extends."},
            "advisory": _TEXT | {"description": "Why nothing in this policy can block."},
            "tests_as_of": _DATE | {"description": "Date of evaluation of tests that have no date of their own."},
            "sources": {
                "type": "array",
                "items": _closed(load.SOURCE_KEYS),
                "description": "What the policy was written against.",
            },
            "params": {"type": "object", "additionalProperties": _closed(load.PARAM_KEYS, any_value=True)},
            "lists": {
                "type": "object",
                "additionalProperties": {"type": "array"},
                "description": "Lists that rules name with in_list.",
            },
            "defaults": _object(
                {"for": _kinds(kinds), "when": {"anyOf": [_predicate(kind) for kind in kinds]}},
                "Kind and condition of rules that say none.",
            ),
            "healthy": _object({kind: {"type": "object"} for kind in kinds}, "A row per kind that no rule fails."),
            "rules": {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}},
        },
        "$defs": {"rule": _rule(kinds)}
        | {f"predicate.{kind}": _of_kind(kind) for kind in kinds}
        | {f"shape.{kind}.{prefix}": _shape(kind, prefix) for kind in kinds for prefix in _prefixes(kind)},
    }


def _rule(kinds: list[str]) -> dict[str, Any]:
    either = {"anyOf": [_predicate(kind) for kind in kinds]}
    properties: dict[str, Any] = {
        "title": _TEXT | {"description": "What holds when the rule passes, as a sentence."},
        "for": _kinds(kinds),
        "when": either | {"description": "Which assets the rule applies to; and-ed with the defaults'."},
        "when_only": either | {"description": "Which assets the rule applies to, instead of the defaults'."},
        "severity": {"enum": [str(one) for one in Severity], "description": "How bad; it does not say whether it blocks."},
        "require": either | {"description": "What must hold."},
        "enforce": {"description": "block (default), warn or report; or steps by date.", "anyOf": [_modes(), {"type": "array"}]},
        "if_unknown": {"enum": [str(one) for one in OnUnknown], "description": "What an undecided rule means for the gate."},
        "waivable": {"type": ["boolean", "string"], "description": "false refuses exceptions."},
        "because": _TEXT | {"description": "Why the rule is there. May use {name} {observed} {limit}."},
        "fix": _TEXT | {"description": "One concrete next step. May use {name} {observed} {limit}."},
        "source": _closed(rule.SOURCE_KEYS) | {"description": "Source, clause and binding."},
        "controls": {"type": "array", "items": _TEXT, "description": "Framework controls: pci-dss-4.0.1/4.2.1."},
        "tests": {"type": "array", "items": {"type": "object"}, "description": "At least one pass and one fail."},
    }
    needed = ["title", "severity", "require", "because", "fix", "tests"]
    return {"type": "object", "required": needed, "additionalProperties": False, "properties": properties}


def _modes() -> dict[str, Any]:
    return {"enum": [str(one) for one in Mode]}


def _kinds(kinds: list[str]) -> dict[str, Any]:
    one = {"enum": kinds}
    return {"anyOf": [one, {"type": "array", "items": one}], "description": "The kind of asset."}


def _closed(names: tuple[str, ...], *, any_value: bool = False) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {} if any_value else _scalar() for name in names},
    }


def _scalar() -> dict[str, Any]:
    return {"type": ["string", "number", "boolean"]}


def _object(properties: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "description": description}


def _predicate(kind: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/predicate.{kind}"}


def _of_kind(kind: str) -> dict[str, Any]:
    """A mapping of fields, dotted or nested, beside the words that combine."""
    facts = tables.FACTS[kind]
    properties: dict[str, Any] = {name: _field(fact.type) | {"description": _hover(fact)} for name, fact in facts.items()}
    for prefix in _prefixes(kind):
        properties[prefix] = {"$ref": f"#/$defs/shape.{kind}.{prefix}"}
    several = {"type": "array", "minItems": 1, "items": _predicate(kind)}
    combine = {"all_of": several, "any_of": several, "not": _predicate(kind)}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": properties | combine,
        "patternProperties": {r"^labels\.": {}},
    }


def _prefixes(kind: str) -> list[str]:
    """Name what has parts: `key` of `key.bits`."""
    facts = tables.FACTS[kind]
    return list(dict.fromkeys(name.partition(".")[0] for name in facts if "." in name and name.partition(".")[0] not in facts))


def _shape(kind: str, prefix: str) -> dict[str, Any]:
    """The parts of one name, and choices of such shapes."""
    parts = {
        name.removeprefix(f"{prefix}."): _field(fact.type) | {"description": _hover(fact)}
        for name, fact in tables.FACTS[kind].items()
        if name.startswith(f"{prefix}.")
    }
    same = {"$ref": f"#/$defs/shape.{kind}.{prefix}"}
    several = {"type": "array", "minItems": 1, "items": same}
    combine = {"one_of": several, "all_of": several, "any_of": several, "not": same, "in_list": _TEXT}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": parts | combine,
        "description": f"Parts of {prefix}.",
    }


def _hover(fact: Fact) -> str:
    unit = f", in {fact.unit}" if fact.unit else ""
    return f"{fact.doc} ({fact.type.name}{unit}; {fact.origin})"


def _field(type_: Type) -> dict[str, Any]:
    """What may stand behind a field: a bare value, a list of values, or operators."""
    fitting = {one.name: _operator(one.name, type_) | {"description": one.doc} for one in OPERATORS.values() if one.fits(type_)}
    operators = {"type": "object", "minProperties": 1, "properties": fitting | _combined(), "additionalProperties": False}
    if type_.name == "list":
        return {"anyOf": [operators]}
    operand = {"type": "object", "required": ["by", "steps"]}
    several = {"type": "array", "minItems": 1, "items": {"anyOf": [_value(type_), {"type": "object"}]}}
    return {"anyOf": [_value(type_), several, operators, operand, {"type": "object", "required": ["field"]}]}


def _combined() -> dict[str, Any]:
    return {name: {"type": "array", "minItems": 1} for name in ("all_of", "any_of")} | {"not": {}}


def _operator(name: str, type_: Type) -> dict[str, Any]:
    takes = OPERATORS[name].takes
    if takes is Takes.VALUES:
        return {"type": "array", "minItems": 1, "items": {"anyOf": [_value(type_), {"type": "object"}]}}
    if takes is Takes.VALUE:
        return {"anyOf": [_value(type_), {"type": "object"}]}
    if takes is Takes.BOOLEAN:
        return _value(tables.BOOLEAN)
    return _TEXT if takes is Takes.TEXT or takes is Takes.LIST_NAME else {}


def _value(type_: Type) -> dict[str, Any]:
    if type_.name == "boolean":
        return {"enum": [True, False, "true", "false"]}
    if type_.name == "integer":
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\$"}]}
    if type_.name in _PATTERNS:
        pattern, words = _PATTERNS[type_.name]
        return {"type": "string", "pattern": pattern, "description": words}
    if type_.values:
        other = [{"type": "string", "pattern": f"^({type_.pattern})$"}] if type_.pattern else []
        return {"anyOf": [{"enum": list(type_.values)}, *other, {"type": "string", "pattern": r"^\$"}]}
    return {"type": ["string", "number"]}

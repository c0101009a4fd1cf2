"""The JSON Schema of the policy language, made from the registry and the operators: completion and hover text for editors."""

import json
from collections.abc import Callable

from scanner import tables
from scanner.model import Mode, OnUnknown, Outcome, Severity
from scanner.rules.language.syntax import ABSENT, UNKNOWN
from scanner.rules.reader import header, load, rule
from scanner.rules.reader.schema_fields import Schema, Types, closed, combined, parts, prefixes, reference, several

URI = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string", "minLength": 1}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d", "description": "A day, 2026-03-15, or an instant in UTC."}
_LABELS: Schema = {r"^labels\.": {"description": "A label of the inventory."}}
_OWN_KEY = r"^[a-z0-9]+(-[a-z0-9.]+)*$"
_INHERITED = r"^[a-z0-9.-]+/[a-z0-9.-]+$"


def text() -> str:
    """Write the schema as it is shipped."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Build the schema of a policy file."""
    kinds, types = list(tables.KINDS), Types()
    return {
        "$schema": URI,
        "title": "certgate policy",
        "description": "One policy: rules over the facts of machine identities.",
        **closed(_policy(kinds), required=list(load.NEEDED)),
        "$defs": _words(kinds) | _rules(kinds) | _shapes(kinds, types) | types.definitions(),
    }


def _policy(kinds: list[str]) -> Schema:
    texts = {
        "policy": "Id; the same as the file's name.",
        "title": "What the policy is about, for reports.",
        "owner": "Who answers for it.",
        "advisory": "Why nothing in this policy can block; every report prints it.",
    }
    either = {"anyOf": [reference(f"when.{kind}") for kind in kinds]}
    return {
        **{name: _TEXT | {"description": said} for name, said in texts.items()},
        "version": {"type": ["string", "number"], "description": "Version of the policy: 1.0.0."},
        "extends": {"anyOf": [reference("parent"), several(reference("parent"))], "description": "Policies whose rules come in."},
        "set": {"type": "object", "description": "Parameters of what this one extends, within their bounds."},
        "tests_as_of": _DATE | {"description": "Date of evaluation of tests that have no date of their own."},
        "sources": {
            "type": "array",
            "items": _closed(load.SOURCE_KEYS, "id", "doc"),
            "description": "What it was written against.",
        },
        "params": {
            "type": "object",
            "additionalProperties": _closed(load.PARAM_KEYS, "default"),
            "description": "Values a child may set.",
        },
        "lists": {
            "type": "object",
            "additionalProperties": reference("list"),
            "description": "Lists that rules name with in_list.",
        },
        "settings": {"type": "object", "description": "Settings of governance: the longest term of exceptions."},
        "defaults": closed({"for": reference("kinds"), "when": either}, "Kind and condition of rules that say none."),
        "healthy": closed({kind: reference(f"row.{kind}") for kind in kinds}, "A row per kind that no rule fails."),
        "rules": {
            "type": "object",
            "description": "By key; an inherited rule by its full id.",
            "patternProperties": {_OWN_KEY: reference("rule"), _INHERITED: reference("restated")},
            "additionalProperties": False,
        },
    }


def _words(kinds: list[str]) -> Schema:
    """What rules and policies have in common."""
    one = {"enum": kinds}
    pin = closed(
        {"policy": _TEXT, "version": _SCALAR, "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}, required=["policy"]
    )
    clocks = sorted({name for facts in tables.FACTS.values() for name, fact in facts.items() if fact.type.name == "instant"})
    change = closed({"add": {"type": "array"}, "remove": {"type": "array"}}, minProperties=1)
    return {
        "kinds": {"anyOf": [one, several(one)], "description": "The kind of asset; several share their fields."},
        "parent": {"anyOf": [_TEXT, pin]},
        "list": {"anyOf": [{"type": "array", "items": reference("entry")}, change]},
        "entry": {
            "anyOf": [_SCALAR, {"type": "object", "minProperties": 1}],
            "description": "An entry matches where all its keys do, except label, note, until and issued_until.",
        },
        "clock": {"enum": ["as_of", *clocks], "description": "What picks the limit: as_of, or an instant of the asset."},
        "field": closed({"field": {"enum": _fields()}}, required=["field"]),
        "not-there": {"enum": [ABSENT, UNKNOWN]},
        "group": _group(),
        "modes": {"enum": [str(mode) for mode in Mode]},
    }


def _rules(kinds: list[str]) -> Schema:
    said = _rule(kinds)
    of_kind: Schema = {"properties": _conditions({"anyOf": [reference(f"when.{kind}") for kind in kinds]})}
    for kind in kinds:
        of_kind = {
            "if": {"required": ["for"], "properties": {"for": {"const": kind}}},
            "then": {"properties": _conditions(reference(f"when.{kind}"))},
            "else": of_kind,
        }
    needed = ["title", "severity", "require", "because", "fix", "tests"]
    own = {**closed(said, required=needed), **of_kind}
    return {"rule": own, "restated": {**closed(said), **of_kind, "description": "An inherited rule with its changes."}}


def _conditions(fields: Schema) -> Schema:
    """What may be asked, once the kind is told."""
    return {"when": fields, "when_only": fields, "require": {"anyOf": [fields, reference("group")]}}


def _rule(kinds: list[str]) -> Schema:
    step = closed({"from": _DATE, "value": reference("modes")}, required=["from", "value"])
    return {
        "title": _TEXT | {"description": "What holds when the rule passes, as a sentence."},
        "for": reference("kinds"),
        "when": {"description": "Which assets the rule applies to; and-ed with the defaults'."},
        "when_only": {"description": "Which assets the rule applies to, instead of the defaults'."},
        "severity": {"enum": [str(one) for one in Severity], "description": "How bad; it does not say whether it blocks."},
        "require": {"description": "What must hold."},
        "group_by": _key() | {"description": "One finding per group of assets with the same value of this field."},
        "enforce": {
            "anyOf": [reference("modes"), several({"anyOf": [reference("modes"), step]})],
            "description": "block (default), warn or report; or steps by date, on as_of.",
        },
        "if_unknown": {"enum": [str(one) for one in OnUnknown], "description": "What an undecided rule means for the gate."},
        "waivable": {"enum": [True, False, "true", "false"], "description": "false refuses exceptions."},
        "override": _TEXT | {"description": "Why this rule is less strict than the one it restates."},
        "disabled": closed({"reason": _TEXT, "until": _DATE}, "Takes the rule out, for a reason.", required=["reason"]),
        "because": _TEXT | {"description": "Why the rule is there. May use {name} {observed} {limit}."},
        "fix": _TEXT | {"description": "One concrete next step. May use {name} {observed} {limit}."},
        "source": _closed(rule.SOURCE_KEYS, "id") | {"description": "Source, clause and binding."},
        "controls": {
            "anyOf": [{"type": "array", "items": _TEXT}, {"type": "object"}],
            "description": "Framework controls: pci-dss-4.0.1/4.2.1.",
        },
        "tests": {
            "anyOf": [{"type": "array", "items": _test(kinds)}, {"type": "object"}],
            "description": "A pass and a fail at least.",
        },
    }


def _group() -> Schema:
    limit: Schema = {"type": ["integer", "object", "string"], "description": "A value, $param, or steps by as_of."}
    distinct = closed({"of": _key(), "at_most": limit}, "How many different values the group has.", required=["of", "at_most"])
    total = closed({"at_least": limit}, "Below so many assets the rule says nothing.", required=["at_least"])
    share = closed({"at_most": limit, "when_total": total}, "Its share of all assets that `when` selects.", required=["at_most"])
    count = {"type": ["integer", "object", "string", "array"], "description": "How many assets the group has: { at_most: 3 }."}
    demands = {"distinct": distinct, "count": count, "share": share}
    return closed({"group": closed(demands, minProperties=1, maxProperties=1)}, required=["group"])


def _key() -> Schema:
    """A field with one value, or any label."""
    names = {name for facts in tables.FACTS.values() for name, fact in facts.items() if fact.type.name not in {"list", "struct"}}
    return {"anyOf": [{"enum": sorted(names)}, {"type": "string", "pattern": r"^labels\."}]}


def _fields() -> list[str]:
    return sorted({name for facts in tables.FACTS.values() for name in facts})


def _test(kinds: list[str]) -> Schema:
    rows = [reference(f"row.{kind}") for kind in kinds]
    row = {"anyOf": [*rows, {"type": "array", "items": {"anyOf": rows}}], "description": "What deviates from the healthy row."}
    return closed({str(one): row for one in Outcome} | {"as_of": _DATE}, minProperties=1)


def _shapes(kinds: list[str], types: Types) -> Schema:
    """Predicates and rows of every kind, and of every name that has parts."""
    found: Schema = {}
    for kind in kinds:
        found |= _nested(f"when.{kind}", kind, types.fields, combine=True)
        found |= _nested(f"row.{kind}", kind, types.stated, combine=False)
    return found


def _nested(name: str, kind: str, describe: Callable[..., Schema], *, combine: bool) -> Schema:
    """A field may be named in full or below what it is part of; rows say nothing but values."""
    found: Schema = {}
    names = ["", *prefixes(kind)]
    for prefix in names:
        here, start = f"{name}.{prefix}".rstrip("."), f"{prefix}." if prefix else ""
        below = {
            one.removeprefix(start): reference(f"{name}.{one}")
            for one in names
            if one and one != prefix and one.startswith(start)
        }
        words = combined(reference(here)) if combine else {}
        if not prefix and combine:
            words = {word: words[word] for word in ("all_of", "any_of", "not")}
        extra = {"kind": {"enum": list(tables.KINDS)}} if not prefix and not combine else {}
        found[here] = closed(
            describe(parts(kind, start)) | below | words | extra, f"Parts of {prefix}." if prefix else "", minProperties=1
        )
        if not prefix:
            found[here] |= {"patternProperties": _LABELS}
            found[here]["properties"]["labels"] = {"type": "object", "description": "Labels of the inventory, by name."}
    return found


def _closed(names: tuple[str, ...], *needed: str) -> Schema:
    words = {"confidence": {"enum": list(header.CONFIDENCES), "description": "secondary: known from summaries; the rule warns."}}
    return closed({name: words.get(name, _SCALAR) for name in names}, required=list(needed))

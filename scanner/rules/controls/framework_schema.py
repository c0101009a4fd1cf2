"""The JSON Schema of a map of a framework, for editors."""

import json

from scanner.model import Coverage
from scanner.rules.controls.frameworks import GLOB, KEYS
from scanner.rules.reader.header import ID
from scanner.rules.reader.schema import URI
from scanner.rules.reader.schema_fields import Schema, closed, several

_TEXT: Schema = {"type": "string", "minLength": 1}
_MANUAL: Schema = {"properties": {"status": {"const": str(Coverage.MANUAL)}}}


def text() -> str:
    """Write the schema as it is shipped."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """Build the schema of a map."""
    said = {
        "framework": {"type": "string", "pattern": f"^{ID.pattern}$", "description": "Id; the same as the file's name."},
        "title": _TEXT | {"description": "The framework's name, for reports."},
        "edition": {"type": ["string", "number"], "description": "Which edition was read."},
        "checked": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d", "description": "The day on which it was read."},
        "url": {"type": "string", "pattern": "^https://", "description": "Where it is published."},
        "scope": _TEXT | {"description": "Which part of the framework is mapped, and which is not."},
        "controls": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": _control(),
            "description": "By id, as rules name them behind the slash.",
        },
    }
    return {
        "$schema": URI,
        "title": "certgate map of a framework",
        "description": "Which rules give evidence for which control, and what remains for people.",
        **closed(said, required=list(KEYS)),
    }


def _control() -> Schema:
    said = {
        "title": _TEXT | {"description": "What the control asks, in own words."},
        "status": {
            "enum": [str(status) for status in Coverage],
            "description": "automated: rules answer its testable part wholly; partial: some of it; manual: none of it.",
        },
        "rules": several({"type": "string", "pattern": f"^{GLOB.pattern}$"})
        | {"description": "Rules that give evidence: POLICY/KEY, with * and ? in KEY."},
        "note": _TEXT | {"description": "What the rules do not show, and people bring."},
    }
    return closed(
        said, "A control; rules give evidence for it, and never show that it is met.", required=["title", "status", "note"]
    ) | {
        "if": _MANUAL,
        "then": {"properties": {"rules": False}},
        "else": {"required": ["rules"]},
    }

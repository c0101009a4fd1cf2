"""The JSON Schema of the JSON output, generated from the model so that it cannot lag behind (schemas/result.schema.json)."""

from dataclasses import fields
from typing import Any

import polars as pl

from scanner.model import (
    FINDINGS,
    GAPS,
    PROBLEMS,
    BaselineReport,
    Contradiction,
    ControlReport,
    Coverage,
    ExceptionReport,
    ExceptionState,
    Exit,
    FrameworkReport,
    GivenFile,
    Mode,
    OnUnknown,
    Outcome,
    PolicyReport,
    RuleReport,
    Severity,
    SourceReport,
)

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
TEXTS = {"type": "array", "items": TEXT}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
NULLABLE = {"uri", "line", "column", "pointer", "waived_by", "place"}
WORDS: dict[str, dict[str, Any]] = {
    "severity": {"enum": [str(one) for one in Severity]},
    "mode": {"enum": [str(one) for one in Mode]},
    "if_unknown": {"enum": [str(one) for one in OnUnknown]},
    "outcome": {"enum": [str(Outcome.FAIL), str(Outcome.UNKNOWN)]},
    "observed": {"type": "object"},
    "finding_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "source": {"type": "object", "additionalProperties": TEXT},
    "sources": {"type": "array", "items": {"type": "object", "additionalProperties": TEXT}},
    "sha256": {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"},
    "size": {"type": ["integer", "null"], "minimum": 0},
    "advisory": {"type": ["string", "null"]},
    "named": {"type": "boolean"},
    "new_only": {"type": "boolean"},
    "coverage": {"enum": [str(one) for one in Coverage]},
    "state": {"enum": [str(one) for one in ExceptionState]},
    "days_left": {"type": ["integer", "null"]},
    "common": {"type": ["array", "null"], "items": TEXT},
    **{name: {"type": "array", "items": {"type": "object", "additionalProperties": TEXT}} for name in ("loosened", "disabled")},
}
_COUNTS = {
    "line",
    "passed",
    "failed",
    "unknown",
    "skipped",
    "skipped_undeclared",
    "waived",
    "read",
    "kept",
    "partial",
    "dropped",
    "files",
    "ignored",
    "affected",
    "known",
    "worse",
    "gone",
}
_LINE = {"type": ["integer", "null"], "minimum": 1}
_LISTS = {"policies", "kinds", "controls", "waives", "values", "accepts", "rejects", "examples"}


def schema() -> dict[str, Any]:
    """Build the schema (draft 2020-12)."""
    root = {
        "schema_version": {"const": 1},
        "tool": {"type": "object", "required": ["name", "version"], "additionalProperties": TEXT},
        "as_of": INSTANT,
        "as_of_given": {"type": "boolean"},
        "exit": _object({"code": {"enum": [int(code) for code in Exit]}, "reasons": TEXTS}),
        "settings": _settings(),
        "policies": _array(_fields(PolicyReport, without={"text"})),
        "sources": _array(_fields(SourceReport)),
        "summary": _summary(),
        "rules": _array(_fields(RuleReport)),
        "findings": _array(_columns(FINDINGS)),
        "contradictions": _array(_fields(Contradiction)),
        "frameworks": _array(_framework()),
        "exceptions": _array(
            {**_fields(ExceptionReport), "properties": {**_fields(ExceptionReport)["properties"], "line": _LINE}}
        ),
        "files": _array(_fields(GivenFile)),
        "baseline": {"oneOf": [{"type": "null"}, _baseline()]},
        "evidence_gaps": _array(_columns(GAPS)),
        "problems": _array(_columns(PROBLEMS)),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "certgate result",
        "description": "The JSON output of `certgate check`, also result.json of a RESULT folder.",
        **_object(root),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _fields(owner: Any, without: set[str] = set()) -> dict[str, Any]:  # noqa: B006 - never changed
    return _object({field.name: _field(field.name) for field in fields(owner) if field.name not in without})


def _field(name: str) -> dict[str, Any]:
    if name in _COUNTS:
        return COUNT
    return TEXTS if name in _LISTS else WORDS.get(name, TEXT)


def _baseline() -> dict[str, Any]:
    found = _fields(BaselineReport)
    return {**found, "properties": {**found["properties"], "policies": WORDS["sources"]}}


def _framework() -> dict[str, Any]:
    found, control = _fields(FrameworkReport), _fields(ControlReport)
    controls = _array({**control, "properties": {**control["properties"], "rules": TEXTS}})
    return {**found, "properties": {**found["properties"], "controls": controls}}


def _columns(columns: dict[str, pl.DataType]) -> dict[str, Any]:
    return _object({name: _column(name, dtype) for name, dtype in columns.items()})


def _column(name: str, dtype: pl.DataType) -> dict[str, Any]:
    if name in WORDS:
        return WORDS[name]
    if isinstance(dtype, pl.List):
        return TEXTS
    kind = {pl.String: "string", pl.Int64: "integer", pl.Boolean: "boolean"}[type(dtype)]
    return {"type": [kind, "null"] if name in NULLABLE else kind}


def _settings() -> dict[str, Any]:
    optional = {"type": ["string", "null"]}
    return _object(
        {
            "fail_on": {"enum": [*(str(one) for one in Severity), "never"]},
            "on_unknown": {"enum": [*(str(one) for one in OnUnknown), None]},
            "show_from": WORDS["severity"],
            "assumed": {"type": "object", "additionalProperties": TEXT},
            "where": optional,
            "config": optional,
            "anchor": TEXT,
        }
    )


def _summary() -> dict[str, Any]:
    undeclared = _object({"field": TEXT, "assets": COUNT, "rules": TEXTS})
    return _object(
        {
            "assets": {"type": "object", "additionalProperties": COUNT},
            **dict.fromkeys(("pass", "fail", "unknown", "skip", "waived"), COUNT),
            "open": _object({str(one): COUNT for one in Severity}),
            "known": COUNT,
            "counting": COUNT,
            "undeclared": _array(undeclared),
        }
    )

"""Rules and texts as SARIF wants them, within the limits of code scanning."""

from collections.abc import Mapping
from typing import Any

from reports._safe import cut, visible
from scanner import run_findings
from scanner.model import RuleReport
from scanner.vocabulary import SECONDARY

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
MOST_TAGS = 10
MOST_TITLE = 1024
MOST_NAME = 255
MOST_MESSAGE = 2000
MOST_HELP = 10_000


def rule(of: RuleReport) -> dict[str, Any]:
    """Describe a rule: why, what to do, source with clause, controls."""
    lines = [of.because, f"What to do: {of.fix}", *([f"Asked: {of.limit}"] if of.limit else []), *_source(of.source)]
    lines += [f"Controls: {', '.join(of.controls)}"] if of.controls else []
    properties: dict[str, Any] = {"tags": ["security", *map(visible, of.controls)][:MOST_TAGS], "precision": "high"}
    if of.severity in SCORES:
        properties["security-severity"] = SCORES[of.severity]
    return {
        "id": of.id,
        "name": _pascal(of.id)[:MOST_NAME],
        "shortDescription": {"text": sentence(of.title)},
        "fullDescription": {"text": sentence(of.because)},
        "help": _help(lines),
        "defaultConfiguration": {"level": LEVELS[of.severity]},
        "properties": properties,
    }


def own_rule(rule_id: str) -> dict[str, Any]:
    """Describe a finding about the run itself; how bad a graded one is, only its results say."""
    of = run_findings.ALL[rule_id]
    score = {"problem.severity": "warning"} if of.graded else {"security-severity": SCORES[of.severity]}
    return {
        "id": of.id,
        "name": _pascal(of.id),
        "shortDescription": {"text": sentence(of.title)},
        "fullDescription": {"text": of.because},
        "help": _help([of.because, f"What to do: {of.fix}"]),
        "defaultConfiguration": {"level": "warning" if of.graded else LEVELS[of.severity]},
        "properties": {"tags": ["security"], **score},
    }


def _source(source: Mapping[str, str]) -> list[str]:
    said = " ".join(filter(None, (source.get("doc"), source.get("edition"), source.get("clause"))))
    read = f" ({SECONDARY})" if source.get("confidence") == "secondary" else ""
    return [f"Source: {said}{read}"] if said else []


def _help(lines: list[str]) -> dict[str, str]:
    return {
        "text": cut("\n\n".join(map(visible, lines)), MOST_HELP),
        "markdown": cut("\n\n".join(map(_markdown, lines)), MOST_HELP),
    }


def _pascal(rule_id: str) -> str:
    return "".join(part.capitalize() for part in rule_id.replace("/", "-").replace(".", "-").split("-"))


def sentence(text: str) -> str:
    """Bound a description and end it with a full stop."""
    shown = visible(text)[: MOST_TITLE - 1]
    return shown if shown.endswith(".") else f"{shown}."


def message(text: str) -> str:
    """Bound a message, escape what SARIF viewers take for links, and end the sentence."""
    shown = cut(visible(text), MOST_MESSAGE)
    escaped = shown.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped if escaped.endswith((".", "!", "?")) else f"{escaped}."


def _markdown(text: str) -> str:
    shown = visible(text)
    for sign in "\\`*_{}[]<>#|~":
        shown = shown.replace(sign, f"\\{sign}")
    return shown.replace("@", "&#64;")

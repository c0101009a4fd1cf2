"""Why a finding is one: the clock and the step that applied, the evidence, the clause, and a command that shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scanner.model import Outcome
from scanner.record import record
from scanner.rules.engine.single import chosen
from scanner.rules.language.syntax import Rule, Source
from scanner.rules.language.values import in_words, instant
from scanner.rules.said import asked, commands, message
from scanner.vocabulary import SECONDARY


@record
class Explanation:
    """One finding, explained; texts are for people and not escaped."""

    says: str
    asks: str
    clock: str
    """Which date chose the limit, and the step it chose; empty where the limit does not change with time."""
    schedule: tuple[tuple[str, str], ...]
    """All limits of the rule by date."""
    evidence: Mapping[str, str]
    """The fields that the rule read, in words; what is missing says so."""
    clause: str
    command: str
    """A command that shows the evidence to somebody who does not trust ours; empty where there is none."""


def explain(
    rule: Rule,
    kind: str,
    row: Mapping[str, Any],
    outcome: Outcome,
    missing: Sequence[str],
    as_of: datetime,
    uri: str = "",
    line: int | None = None,
    pointer: str | None = None,
) -> Explanation:
    """Explain a finding from its rule and row; `uri`, `line` and `pointer` say where the asset was seen."""
    words = message.message(rule, kind, row, outcome, missing, as_of)
    seen = message.observed(rule, kind, row)
    return Explanation(
        says=words.text,
        asks=words.limit,
        clock=_clock(rule, row, as_of),
        schedule=tuple(asked.schedule(rule)),
        evidence={name: _in_words(name, value, missing) for name, value in seen.items()},
        clause=clause(rule.source),
        command=commands.command(rule, kind, row, uri, line, as_of, pointer),
    )


def _in_words(name: str, value: Any, missing: Sequence[str]) -> str:
    if value is None or (name in missing and not isinstance(value, list)):
        return "not known" if name in missing else "absent or not known"
    return in_words(value)


def _clock(rule: Rule, row: Mapping[str, Any], as_of: datetime) -> str:
    steps = asked.dated(rule)
    if steps is None:
        return ""
    moment = as_of if steps.clock == "as_of" else row.get(steps.clock)
    if not isinstance(moment, datetime):
        return f"{steps.clock} picks the limit, and is not known"
    start, value = chosen(steps, moment)
    step = f"the step from {instant(start)}" if start else "the first step"
    return f"{steps.clock} {instant(moment)} picks {step}: {asked.operand(value, moment)}"


def clause(source: Source | None) -> str:
    """Cite what a rule was written against."""
    if source is None:
        return ""
    checked = f"checked {instant(source.checked)}" if source.checked else ""
    read = SECONDARY if source.confidence == "secondary" else ""
    said = (f"{source.doc} {source.edition}".strip(), source.clause, source.binding, checked, read)
    return ", ".join(filter(None, said))

"""How reports say numbers, dates, durations, plurals, places and observed values: the same words in every format."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from scanner import tables
from scanner.model import Exit, Severity
from scanner.tables import Fact, Type
from scanner.when import instant

VERDICTS = {
    Exit.OK: "Policy met",
    Exit.VIOLATIONS: "Policy not met",
    Exit.INCOMPLETE: "Could not be fully judged",
}
SEVERITIES = {str(severity): str(severity).capitalize() for severity in Severity}
OUTCOMES = {
    "pass": "Pass",
    "fail": "Fail",
    "unknown": "Could not be judged",
    "skip": "Not applicable",
    "waived": "Waived",
}
STATUSES = {"open": "Open", "unknown": "Could not be judged", "waived": "Waived", "baseline": "Known"}
CLASSES = SEVERITIES | {"unknown": OUTCOMES["unknown"], "pass": "No open finding"}
"""Worst outcome of an identity, in the order in which charts stack it."""
MODES = {"block": "blocks", "warn": "warns", "report": "is reported"}
NOTHING = "absent or not known"

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_PLURALS = {"identity": "identities", "policy": "policies", "registry": "registries"}
_MOST_ELEMENTS, _MOST_OF_A_LIST = 12, 150
"""Elements of a list that are written, and the characters that they may take."""
_SAME_NAME = re.compile(r"^(tls://\[?([^\]]+)\]?:[0-9]+)#\2$")
"""An endpoint whose server name is its host: the name need not be said twice."""


def number(value: int) -> str:
    """Write a number with commas: 4,812."""
    return f"{value:,}"


def plural(noun: str) -> str:
    """Write the plural of a noun, whatever words stand before it."""
    before, _, last = noun.rpartition(" ")
    return f"{before} {_PLURALS.get(last, f'{last}s')}".lstrip()


def many(count: int, noun: str) -> str:
    """Count a noun: `1 finding`, `4,812 identities`."""
    return f"{number(count)} {noun if count == 1 else plural(noun)}"


def verb(count: int, one: str = "is", more: str = "are") -> str:
    """Choose the verb that fits a count."""
    return one if count == 1 else more


def listed(words: Iterable[str]) -> str:
    """Join words as prose: `a, b and c`."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def some(words: Sequence[str], most: int) -> str:
    """Name the first words and count the others."""
    return listed(words) if len(words) <= most else f"{', '.join(words[:most])} and {number(len(words) - most)} more"


def sentence(text: str) -> str:
    """Begin with a capital letter, unless it begins with the name of a field, and end with a full stop."""
    trimmed = text.strip()
    if not trimmed:
        return ""
    begin = trimmed if set("._=") & set(trimmed.split(" ")[0].rstrip(".")) else trimmed[0].upper() + trimmed[1:]
    return begin + ("" if trimmed.endswith((".", "!", "?", "…")) else ".")


def kind(name: str) -> str:
    """Say a kind of asset: `ssh-key` is `SSH key`."""
    return " ".join(part.upper() if part in {"ssh", "tls"} else part for part in name.split("-"))


def date(value: datetime) -> str:
    """Write a date in prose: 30 September 2026."""
    day = value.astimezone(UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def day(value: datetime | None) -> str:
    """Write a date in tables: 2026-09-30."""
    return value.astimezone(UTC).date().isoformat() if value else ""


def moment(value: datetime) -> str:
    """Write an instant: the date alone where it is midnight, UTC."""
    at = value.astimezone(UTC)
    return date(at) if (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0) else f"{date(at)}, {at:%H:%M:%S} UTC"


def month(year: int, number_: int) -> str:
    """Write a month on an axis: `Oct`, and January with its year."""
    short = _MONTHS[number_ - 1][:3]
    return f"{short} {year}" if number_ == 1 else short


def duration(seconds: int) -> str:
    """Write a duration that a reader can check: `397 d`, `200 d 1 s`."""
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    parts = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        parts += [f"{number(count)} {unit}"] if count else []
    return sign + (" ".join(parts) or "0 s")


def size(count: int) -> str:
    """Write a count of bytes."""
    return many(count, "byte")


def enforcement(mode: str, *, counts: bool) -> str:
    """Say whether a finding moves the exit code, and why not."""
    if counts:
        return "counts against the gate"
    reasons = {"block": "below the severity of the gate", "warn": "the rule only warns", "report": "the rule only reports"}
    return f"does not count against the gate: {reasons[mode]}"


def place(row: Mapping[str, Any]) -> str:
    """Write a place as `file:line:column`, or with its pointer."""
    uri = row["uri"] or "no source"
    uri = _SAME_NAME.sub(r"\1", uri) if "#" in uri else uri
    if row["line"]:
        return f"{uri}:{row['line']}" + (f":{row['column']}" if row["column"] else "")
    return f"{uri} {row['pointer']}" if row["pointer"] else uri


def value(found: object, type_: Type) -> str:
    """Write an observed value, as findings carry it (JSON: instants as text, durations in seconds)."""
    if found is None:
        return NOTHING
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, list):
        return _elements(found, type_.element or tables.TEXT)
    if isinstance(found, Mapping):
        members = type_.members or {}
        if named := found.get("name") or found.get("subject.dn"):
            return f"{named} ({found['version']})" if found.get("version") else str(named)
        return " ".join(f"{name} {value(one, members.get(name, tables.TEXT))}" for name, one in found.items() if one is not None)
    if isinstance(found, datetime):
        return instant(found)
    return _number(found, type_) if isinstance(found, int | float) else str(found)


def _elements(found: Sequence[object], type_: Type) -> str:
    known = [value(one, type_) for one in found if one is not None]
    shown = max(1, sum(length <= _MOST_OF_A_LIST for length in accumulate(len(one) + 2 for one in known[:_MOST_ELEMENTS])))
    if len(known) > shown:
        known = [*known[:shown], f"{number(len(known) - shown)} more"]
    if len(known) < len(found) and None in found:
        known = [*known, "perhaps more"]
    return ", ".join(known) or "none"


def _number(found: float, type_: Type) -> str:
    if type_.name == "duration":
        return duration(int(found))
    if type_.name == "share":
        return f"{found * 100:.1f}".removesuffix(".0") + "%"
    return str(found)


def fact_name(fact: Fact | None, name: str) -> str:
    """Write a fact with its unit, as evidence shows it."""
    return f"{name} ({fact.unit})" if fact and fact.unit else name

"""Typed constants: text read by the type that the registry gives the field (policy language, Operands)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.rules.language.syntax import Scalar as Value
from scanner.rules.language.tree import AMBIGUOUS, Scalar, ambiguous
from scanner.rules.language.words import nearest
from scanner.tables import Type

_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d{1,12})w)?(?:(\d{1,12})d)?(?:(\d{1,12})h)?(?:(\d{1,12})m)?(?:(\d{1,12})s)?")
_CALENDAR = re.compile(r"\d+\s*(y|yr|years?|mo|months?)", re.IGNORECASE)
_MOST_SECONDS = 10_000 * 366 * 86400
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_SHARE = re.compile(r"\d{1,6}(\.\d{1,9})?%")


class NotTypedError(ValueError):
    """A text is no constant of the type; the message says what to write."""


def typed(node: Scalar, type_: Type, name: str) -> Value:
    """Read a constant for a field of this type."""
    text = node.text
    if node.plain and AMBIGUOUS.fullmatch(text) and type_.name in {"text", "boolean"}:
        raise NotTypedError(ambiguous(text, _instead(text, type_)))
    value: Value = _READERS[type_.name](text, type_, name)
    return value


def _instead(text: str, type_: Type) -> str:
    if type_.name == "boolean":
        return "true or false"
    return f'"{text}" in quotes'


def _text(text: str, type_: Type, name: str) -> str:
    if type_.values and text not in type_.values and not (type_.pattern and re.fullmatch(type_.pattern, text)):
        raise NotTypedError(f"{text!r} is not a value of {name}{nearest(text, type_.values)}")
    return text


def _boolean(text: str, _type: Type, name: str) -> bool:
    if text not in {"true", "false"}:
        raise NotTypedError(f"{text!r} is not a value of {name}; write true or false")
    return text == "true"


def _integer(text: str, _type: Type, name: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise NotTypedError(f"{text!r} is not a whole number, which {name} is")
    return int(text)


def _share(text: str, _type: Type, name: str) -> float:
    if not _SHARE.fullmatch(text):
        raise NotTypedError(f"{text!r} is not a share, which {name} is; write it as 66%")
    return float(text[:-1]) / 100


def _duration(text: str, _type: Type, name: str) -> timedelta:
    if _CALENDAR.fullmatch(text):
        raise NotTypedError(f"{text!r}: months and years have no exact length; write days, for example 398d")
    negative = text.startswith("-")
    found = _DURATION.fullmatch(text.removeprefix("-"))
    if not found or not any(found.groups()):
        raise NotTypedError(f"{text!r} is not a duration, which {name} is; write it as 398d, 12h or 200d1s")
    seconds = sum(int(count) * unit for count, unit in zip(found.groups(), _UNITS.values(), strict=True) if count)
    if seconds > _MOST_SECONDS:
        raise NotTypedError(f"{text!r} is longer than 10,000 years")
    return timedelta(seconds=-seconds if negative else seconds)


def instant(text: str, _type: Type | None = None, name: str = "this") -> datetime:
    """Read an ISO date (the instant it begins, UTC) or instant."""
    try:
        value = datetime.fromisoformat(text if re.match(r"\d{4}-\d\d-\d\d", text) else "")
    except ValueError as error:
        raise NotTypedError(f"{text!r} is not a date, which {name} is; write it as 2026-03-15 or 2026-03-15T12:00:00Z") from error
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise NotTypedError(f"{text!r} lies beyond the year 9999 in UTC") from error


def after_day(text: str, name: str) -> datetime:
    """Read a date as «to the end of that day»: the instant the next day begins."""
    start = instant(text, None, name)
    if len(text) > len("2026-03-15"):
        raise NotTypedError(f"{text!r}: {name} is a day; write it as 2026-03-15")
    try:
        return start + timedelta(days=1)
    except OverflowError as error:
        raise NotTypedError(f"{text!r}: {name} is the last day there is; leave it out instead") from error


_READERS: dict[str, Callable[[str, Type, str], Any]] = {
    "text": _text,
    "boolean": _boolean,
    "integer": _integer,
    "share": _share,
    "duration": _duration,
    "instant": instant,
}

"""Values in words that a reader can check: durations, dates, shares, lists; bounded, and escaped by nobody here."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

LONGEST_TEXT = 300
LONGEST_VALUE = 100
LONGEST_WORD = 30
"""Characters that a cut may leave out so as to end between words."""
MOST_ITEMS = 5


def in_words(value: Any, beside: Any = None) -> str:
    """Write a value; `beside` is what it is compared with, so that two different shares never read the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, float):
        return share(value, beside)
    if isinstance(value, dict):
        return element(value)
    if isinstance(value, list | tuple):
        return listed(value)
    text = str(value)
    return bounded(text, LONGEST_VALUE) if text else '""'


def duration(value: timedelta) -> str:
    """Write a duration exactly, in days of 86,400 seconds: `200 d 1 s`."""
    seconds = int(abs(value).total_seconds())
    sign = "-" if value < timedelta() and seconds else ""
    parts = ((seconds // 86400, "d"), (seconds % 86400 // 3600, "h"), (seconds % 3600 // 60, "min"), (seconds % 60, "s"))
    return sign + (" ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s")


def instant(value: datetime) -> str:
    """Write an instant: the date where it is midnight UTC, else RFC 3339."""
    moment = value.astimezone(UTC)
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return f"{moment:%Y-%m-%d}"
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def share(value: float, beside: float | None = None) -> str:
    """Write a share in per cent, with as few decimals as tell it from the one beside it."""
    for decimals in range(7):
        text = _per_cent(value, decimals)
        if beside is None or value == beside or text != _per_cent(beside, decimals):
            break
    return text


def _per_cent(value: float, decimals: int) -> str:
    text = f"{value * 100:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def element(value: dict[str, Any]) -> str:
    """Call a structure by its first member that is known: a cipher suite by its name, an issuer by its subject."""
    return next((in_words(one) for one in value.values() if one is not None), "(nothing known)")


def listed(values: Sequence[Any], word: str = "and", most: int = MOST_ITEMS) -> str:
    """Join values: `a, b and c`; of many the first few and how many more there are. A null says that the list is open."""
    known = [in_words(one) for one in values if one is not None]
    shown, rest = (known, 0) if len(known) <= most + 1 else (known[:most], len(known) - most)
    if rest:
        shown = [*shown, f"{rest:,} more"]
        word = "and"
    if not shown:
        return "(not known)" if values else "(none)"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def bounded(text: str, most: int = LONGEST_TEXT) -> str:
    """Cut a text, between words where one ends near, and say that it was cut."""
    if len(text) <= most:
        return text
    words, _, part = text[:most].rpartition(" ")
    kept = words if words and len(part) <= LONGEST_WORD else text[: most - 1]
    return f"{kept.rstrip()}…"

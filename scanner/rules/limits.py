"""Limits that change with time: which step of a clock holds, since when and until when (half-open intervals)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from scanner.rules.syntax import Operand, Steps

AS_OF = "as_of"


class Limit(NamedTuple):
    """The operand that holds, and the interval in which it does; no operand where the clock tells no time."""

    operand: Operand | None
    since: datetime | None
    until: datetime | None


def at(steps: Steps, instant: datetime) -> Limit:
    """Choose the step that holds at an instant."""
    operand, since = steps.first, None
    for start, later in steps.later:
        if instant < start:
            return Limit(operand, since, start)
        operand, since = later, start
    return Limit(operand, since, None)


def limit_of(steps: Steps, row: Mapping[str, object], as_of: datetime) -> Limit:
    """Choose the step that holds for a row of field names to values."""
    instant = as_of if steps.clock == AS_OF else row.get(steps.clock)
    return at(steps, instant) if isinstance(instant, datetime) else Limit(None, None, None)

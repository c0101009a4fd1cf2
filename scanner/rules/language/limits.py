"""Limits that change with time: which step of a clock holds, since when and until when (half-open intervals)."""

from datetime import datetime
from typing import NamedTuple

from scanner.rules.language.syntax import Operand, Steps

AS_OF = "as_of"


class Limit(NamedTuple):
    """The operand that holds, and the interval in which it does."""

    operand: Operand
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

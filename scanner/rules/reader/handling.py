"""How a rule is handled: how bad a fail is, whether it blocks, what unknown means, and whether it is taken out."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from scanner.model import Mode
from scanner.rules.language import scalars
from scanner.rules.language.syntax import Disabled
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader.header import keys

BLOCKS: tuple[tuple[datetime | None, Mode], ...] = ((None, Mode.BLOCK),)
_Word = TypeVar("_Word", bound=StrEnum)


def word(words: type[_Word], node: Node, name: str, faults: Faults) -> _Word | None:
    """Read one of a few words."""
    text = node.text if isinstance(node, Scalar) else ""
    if text not in list(words):
        faults.add(node, f"{text!r} is not a value of {name}{nearest(text, map(str, words))}")
        return None
    return words(text)


def flag(node: Node, name: str, faults: Faults) -> bool | None:
    """Read true or false."""
    if not isinstance(node, Scalar) or node.text not in {"true", "false"}:
        faults.add(node, f"{name} is true or false")
        return None
    return node.text == "true"


def enforce(node: Node, faults: Faults) -> tuple[tuple[datetime | None, Mode], ...]:
    """Read block, warn or report, or steps of them by date."""
    if not isinstance(node, Sequence):
        return ((None, word(Mode, node, "enforce", faults) or Mode.BLOCK),)
    steps: list[tuple[datetime | None, Mode]] = []
    for number, item in enumerate(node.items):
        start, value = (None, item) if number == 0 else _step(item, faults)
        steps.append((start, word(Mode, value, "enforce", faults) or Mode.BLOCK))
    dates = [start for start, _ in steps[1:] if start is not None]
    if not steps:
        faults.add(node, "enforce is block, warn or report, or a list of steps: [report, { from: DATE, value: block }]")
    elif dates != sorted(set(dates)):
        faults.add(node, "the steps of enforce must ascend: each date later than the one before")
    return tuple(steps) or BLOCKS


def _step(item: Node, faults: Faults) -> tuple[datetime | None, Node]:
    start = item.get("from") if isinstance(item, Mapping) else None
    value = item.get("value") if isinstance(item, Mapping) else None
    if not isinstance(start, Scalar) or value is None or not isinstance(item, Mapping) or len(item.entries) != 2:
        faults.add(item, "a step is { from: DATE, value: block, warn or report }")
        return None, item if value is None else value
    try:
        return scalars.instant(start.text), value
    except scalars.NotTypedError as error:
        faults.add(start, str(error))
        return None, value


def disabled(node: Node, faults: Faults) -> Disabled | None:
    """Read why, and until when, a rule is taken out."""
    if not isinstance(node, Mapping):
        faults.add(node, "disabled is { reason: WHY, until: DAY }; until may be left out")
        return None
    keys(node, ("reason", "until"), faults)
    reason, until = node.get("reason"), node.get("until")
    if not isinstance(reason, Scalar) or not reason.text.strip():
        faults.add(reason or node, "disabled needs a reason, which every report prints")
        return None
    try:
        end = None if until is None else scalars.after_day(until.text if isinstance(until, Scalar) else "", "until")
    except scalars.NotTypedError as error:
        faults.add(until, str(error))
        return None
    return Disabled(reason.text, end)


def last_day(end: datetime | None) -> str:
    """Write the last day before an instant, as it stands in a policy."""
    return "" if end is None else (end - timedelta(days=1)).date().isoformat()

"""Clocks of the row within a list: Polars cannot see the row from an element, so each interval becomes a branch outside."""

from datetime import UTC, datetime
from enum import Enum

from scanner.rules.engine.logic import (
    FALSE,
    UNKNOWN,
    Both,
    Compare,
    Constant,
    Either,
    Inverse,
    Node,
    Outside,
    Quantified,
    Undecided,
    both,
    either,
    inverse,
    kids,
)
from scanner.rules.language import limits
from scanner.rules.language.syntax import FieldOperand, Literal, Operand, Steps

PAST = datetime.min.replace(tzinfo=UTC)
"""Before every start."""


class Clockless(Enum):
    """Why a row's clock tells no time."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


Moment = datetime | Clockless


def starts(node: Node) -> dict[str, set[datetime]]:
    """Find the clocks of the row that a predicate on an element asks, with the instants at which the answer changes."""
    found: dict[str, set[datetime]] = {}
    match node:
        case Compare(operands=operands):
            for one in operands:
                if isinstance(one, Steps):
                    found.setdefault(one.clock, set()).update(start for start, _ in one.later)
        case Outside(part):
            found[part.subject] = {_limit(part)}
        case _:
            for kid in kids(node):
                for clock, instants in starts(kid).items():
                    found.setdefault(clock, set()).update(instants)
    return found


def asks_row(node: Node) -> bool:
    """Tell whether a predicate on an element asks anything of the row."""
    if isinstance(node, Compare):
        return any(isinstance(one, Steps | FieldOperand) for one in node.operands)
    return isinstance(node, Outside) or any(map(asks_row, kids(node)))


def settle(node: Node, clock: str, moment: Moment) -> Node:
    """Put a moment of the clock into a predicate."""
    match node:
        case Compare():
            return _settle_operands(node, clock, moment)
        case Outside(part) if part.subject == clock:
            if isinstance(moment, Clockless):
                return FALSE if moment is Clockless.ABSENT else UNKNOWN
            return Constant(moment < _limit(part))
        case Both(parts):
            return both(settle(part, clock, moment) for part in parts)
        case Either(parts):
            return either(settle(part, clock, moment) for part in parts)
        case Inverse(part):
            return inverse(settle(part, clock, moment))
        case Quantified(subject, every, part):
            return Quantified(subject, every, settle(part, clock, moment))
    return node


def _settle_operands(node: Compare, clock: str, moment: Moment) -> Node:
    """Compare with the steps' values of that moment; without a clock there is nothing, or something unknown, to compare."""
    stepped = [one for one in node.operands if isinstance(one, Steps) and one.clock == clock]
    if not stepped:
        return node
    kept: list[Operand] = [one for one in node.operands if one not in stepped]
    if isinstance(moment, datetime):
        kept += [limits.at(one, moment).operand for one in stepped]
    parts: list[Node] = [Compare(node.subject, node.op, tuple(kept))] if kept else []
    return either([*parts, Undecided(node.subject)] if moment is Clockless.UNKNOWN else parts)


def _limit(part: Compare) -> datetime:
    [limit] = part.operands
    if isinstance(limit, Literal) and isinstance(limit.value, datetime):
        return limit.value
    raise TypeError("only a constant instant is asked of the row's clock")

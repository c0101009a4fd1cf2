"""Healthy rows and tests become rows of typed facts, deviations put in field by field (policy language, Tests)."""

from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner import tables
from scanner.rules.language import scalars
from scanner.rules.language.names import Names
from scanner.rules.language.syntax import ABSENT, UNKNOWN, Row
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.values import duration
from scanner.rules.language.words import nearest
from scanner.tables import Type

SECOND = timedelta(seconds=1)
VALIDITY = ("not_before", "not_after", "lifetime")


@dataclass(slots=True)
class Stated:
    """What a row of the file says, by dotted field: a typed value, or the words absent and unknown."""

    facts: dict[str, object]
    absent: set[str]
    unknown: set[str]

    def names(self) -> set[str]:
        """Name every field it says something of."""
        return set(self.facts) | self.absent | self.unknown


def stated(node: Node, kind: str, faults: Faults) -> Stated:
    """Read a row of facts of one kind."""
    row = Stated({}, set(), set())
    if not isinstance(node, Mapping):
        faults.add(node, f"a row of facts of {kind} is wanted here: {{ FIELD: VALUE }}")
        return row
    _read(node, kind, "", row, faults, {})
    return row


def _read(node: Mapping, kind: str, prefix: str, row: Stated, faults: Faults, seen: dict[str, Scalar]) -> None:
    known, names = tables.FACTS[kind], Names(kind)
    for key, value in node:
        name = f"{prefix}{key.text}"
        fact = tables.fact(kind, name)
        if fact is None and isinstance(value, Mapping) and names.prefix(name):
            _read(value, kind, f"{name}.", row, faults, seen)
            continue
        if fact is None:
            faults.add(key, f"{name!r} is not a field of {kind}{nearest(name, known)}")
            continue
        if name in seen:
            first = seen[name]
            faults.add(key, f"{name} is given twice; first at {faults.path}:{first.line}:{first.column}")
            continue
        seen[name] = key
        if isinstance(value, Scalar) and value.plain and value.text in {ABSENT, UNKNOWN}:
            (row.absent if value.text == ABSENT else row.unknown).add(name)
            continue
        try:
            row.facts[name] = value_of(value, fact.type, name)
        except _NodeFaultError as error:
            faults.add(error.node, str(error))


class _NodeFaultError(ValueError):
    def __init__(self, node: Node, message: str) -> None:
        super().__init__(message)
        self.node = node


def value_of(node: Node, type_: Type, name: str) -> object:
    """Read a value of any type of the registry."""
    if type_.name == "list" and type_.element is not None:
        if not isinstance(node, Sequence):
            raise _NodeFaultError(node, f"{name} is a list; write [ … ]")
        return [None if _null(item) else value_of(item, type_.element, name) for item in node.items]
    if type_.members is not None:
        return _structure(node, type_.members, name)
    if not isinstance(node, Scalar):
        raise _NodeFaultError(node, f"a single value is wanted for {name}")
    try:
        return scalars.typed(node, type_, name)
    except scalars.NotTypedError as error:
        raise _NodeFaultError(node, str(error)) from error


def _structure(node: Node, members: MappingType[str, Type], name: str) -> dict[str, object]:
    if not isinstance(node, Mapping):
        raise _NodeFaultError(node, f"an element of {name} is a mapping of its parts")
    for key, _ in node:
        if key.text not in members:
            raise _NodeFaultError(key, f"{key.text!r} is no part of {name}{nearest(key.text, members)}")
    given = {key.text: value for key, value in node}
    return {part: value_of(given[part], type_, f"{name}.{part}") if part in given else None for part, type_ in members.items()}


def _null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text == "null"


def healthy_row(kind: str, row: Stated, node: Node | None, faults: Faults) -> Row:
    """Finish a healthy row."""
    return _finished(kind, deviated(None, row), node, faults)


def test_row(kind: str, healthy: Stated | None, deviation: Stated, node: Node, faults: Faults) -> Row:
    """Put the deviations of a test into the healthy row."""
    return _finished(kind, deviated(healthy, deviation), node, faults)


def restated(row: Row) -> Stated:
    """Take a finished row as one that deviations may be put in."""
    return Stated(dict(row.facts), set(row.absent), set(row.unknown))


def deviated(base: Stated | None, deviation: Stated) -> Stated:
    """Put deviations in field by field; what they make untrue is dropped."""
    if base is None:
        return Stated(dict(deviation.facts), set(deviation.absent), set(deviation.unknown))
    said = deviation.names()
    dropped = set(said)
    if "key.algorithm" in said:
        dropped |= {name for name in base.names() if name.startswith("key.")}
    if said & {"not_before", "lifetime"}:
        dropped.add("not_after")
    if "not_after" in said:
        dropped.add("not_before" if "lifetime" in said else "lifetime")
    facts = dict(base.facts)
    for name in dropped & facts.keys():
        del facts[name]
    return Stated(
        facts | deviation.facts, (base.absent - dropped) | deviation.absent, (base.unknown - dropped) | deviation.unknown
    )


def _finished(kind: str, row: Stated, node: Node | None, faults: Faults) -> Row:
    if kind == "certificate":
        _complete(row, node, faults)
    return Row(kind, row.facts, frozenset(row.absent), frozenset(row.unknown))


def _complete(row: Stated, node: Node | None, faults: Faults) -> None:
    """Of notBefore, notAfter and lifetime two give the third (BR 1.6.1: notAfter is included)."""
    start, end, lifetime = (row.facts.get(name) for name in VALIDITY)
    if isinstance(start, datetime) and isinstance(end, datetime) and isinstance(lifetime, timedelta):
        if end - start + SECOND != lifetime:
            said = f"notAfter is included, so lifetime would be {duration(end - start + SECOND)}"
            faults.add(node, f"not_before, not_after and lifetime disagree: {said}")
        return
    if row.unknown & set(VALIDITY):
        row.unknown |= {name for name in VALIDITY if name not in row.facts and name not in row.absent}
        return
    if isinstance(start, datetime) and isinstance(lifetime, timedelta):
        _set(row, "not_after", lambda: start + lifetime - SECOND, node, faults)
    elif isinstance(start, datetime) and isinstance(end, datetime):
        row.facts["lifetime"] = end - start + SECOND
    elif isinstance(end, datetime) and isinstance(lifetime, timedelta):
        _set(row, "not_before", lambda: end - lifetime + SECOND, node, faults)


def _set(row: Stated, name: str, compute: object, node: Node | None, faults: Faults) -> None:
    try:
        row.facts[name] = compute()  # type: ignore[operator]
    except OverflowError:
        faults.add(node, f"{name} would lie beyond the year 9999")

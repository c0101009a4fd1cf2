"""Which fields of the row a rule reads: what a finding shows as observed, and what can be missing."""

from collections.abc import Iterable, Iterator

from scanner import tables
from scanner.rules.engine.lower import ISSUED
from scanner.rules.language.limits import AS_OF
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Distinct,
    Elements,
    Entry,
    FieldOperand,
    InList,
    Not,
    Operand,
    Predicate,
    Rule,
    Steps,
)


def fields_read(rule: Rule, kind: str) -> tuple[str, ...]:
    """Name the fields that a rule reads of a kind: those of `require`, then those of `when`."""
    names = [*_grouped(rule), *reads(rule.require, kind), *(reads(rule.when, kind) if rule.when else ())]
    return tuple(dict.fromkeys(names))


def _grouped(rule: Rule) -> Iterator[str]:
    """Name the key of a group rule, and what is counted of its members."""
    if rule.group is not None:
        yield rule.group.by
        yield from [rule.group.demand.of] if isinstance(rule.group.demand, Distinct) else []


def reads(predicate: Predicate, kind: str) -> tuple[str, ...]:
    """Name the fields of the row that a predicate reads, in order."""
    return tuple(dict.fromkeys(_fields(predicate, kind, within=False)))


def _fields(predicate: Predicate, kind: str, *, within: bool) -> Iterator[str]:
    """Within a list, only what is asked of the row counts."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _fields(part, kind, within=within)
        case Not(part):
            yield from _fields(part, kind, within=within)
        case Elements(subject, _, part):
            yield from () if within else (subject,)
            yield from _fields(part, kind, within=True)
        case InList(subject, _, entries):
            yield from () if within else _keys(subject, entries)
            if any(entry.issued_until for entry in entries) and tables.fact(kind, ISSUED):
                yield ISSUED
        case _:
            yield from () if within else (predicate.subject,)
            yield from operands(predicate.operands)


def _keys(subject: str, entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        for key in entry.keys:
            yield ".".join(filter(None, (subject, key)))


def operands(said: Iterable[Operand]) -> Iterator[str]:
    """Name the fields that operands are read from."""
    for operand in said:
        if isinstance(operand, FieldOperand):
            yield operand.name
        elif isinstance(operand, Steps):
            yield from () if operand.clock == AS_OF else (operand.clock,)
            yield from operands((operand.first, *(later for _, later in operand.later)))

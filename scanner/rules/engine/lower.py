"""Predicates as written become forms of logic: phrases, list entries and the clock `as_of` are said out here."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from scanner import tables
from scanner.record import record
from scanner.rules.engine.logic import FALSE, Compare, Length, Node, Outside, Quantified, both, either, inverse
from scanner.rules.language import limits
from scanner.rules.language.limits import AS_OF
from scanner.rules.language.operators import OPERATORS, Takes, alternatives, pattern_fault
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Elements,
    Entry,
    InList,
    Literal,
    Not,
    Operand,
    Predicate,
    Scalar,
    Size,
    Steps,
    Test,
)

ISSUED = "not_before"
"""The clock of `issued_until`."""
NAME, VERIFIED = "subject.dn", "verified"


@record
class Lowering:
    """Where a predicate stands: the kind of row, the instant, and the members of the list element it is asked of."""

    kind: str
    as_of: datetime
    within: bool = False
    members: frozenset[str] = frozenset()

    def node(self, predicate: Predicate) -> Node:
        """Lower one predicate."""
        match predicate:
            case AllOf(parts):
                return both(map(self.node, parts))
            case AnyOf(parts):
                return either(_merged(map(self.node, parts)))
            case Not(part):
                return inverse(self.node(part))
            case Elements():
                return self._elements(predicate)
            case InList(subject, _, entries):
                return self._in_list(subject, entries)
            case Size() | Test():
                return self._comparison(predicate)

    def _comparison(self, said: Test | Size) -> Node:
        operands = tuple(map(self.operand, said.operands))
        if said.op == "present":
            there = Compare(said.subject, "present", ())
            return there if operands == (Literal(value=True),) else inverse(there)
        form = Compare if isinstance(said, Test) else Length
        opposite = OPERATORS[said.op].opposite_of
        return inverse(form(said.subject, opposite, operands)) if opposite else form(said.subject, said.op, operands)

    def operand(self, operand: Operand) -> Operand:
        """Choose the step of `as_of`; keep what depends on the row. What was written is no part of the meaning."""
        match operand:
            case Steps(clock=clock) if clock == AS_OF:
                return self.operand(limits.at(operand, self.as_of).operand)
            case Steps(clock, first, later):
                return Steps(clock, self.operand(first), tuple((start, self.operand(one)) for start, one in later))
            case Literal(value):
                return Literal(value)
        return operand

    def _elements(self, said: Elements) -> Node:
        fact = tables.fact(self.kind, said.subject)
        element = fact.type.element if fact else None
        inner = replace(self, within=True, members=frozenset(element.members or ()) if element else frozenset())
        form = Quantified(said.subject, every=said.quantifier == "all", part=inner.node(said.predicate))
        return inverse(form) if said.quantifier == "none" else form

    def _in_list(self, subject: str, entries: Sequence[Entry]) -> Node:
        """Match any entry in force; those with the same last day of issue share one question to the clock."""
        in_force = [entry for entry in entries if entry.until is None or self.as_of < entry.until]
        limits_ = dict.fromkeys(entry.issued_until for entry in in_force)
        return either(
            both((self._entries(subject, [entry for entry in in_force if entry.issued_until == limit]), *self._issued(limit)))
            for limit in limits_
        )

    def _issued(self, limit: datetime | None) -> Iterable[Node]:
        if limit is None:
            return
        issued = Compare(ISSUED, "before", (Literal(limit),))
        if tables.fact(self.kind, ISSUED) is None:
            yield FALSE
        else:
            yield Outside(issued) if self.within else issued

    def _entries(self, subject: str, entries: Sequence[Entry]) -> Node:
        """Join entries with the same single key to one comparison (one `is_in` costs half of six `==`)."""
        single: dict[str, list[Scalar]] = {}
        parts: list[Node] = []
        for entry in entries:
            if len(entry.keys) == 1:
                [(key, value)] = entry.keys.items()
                single.setdefault(key, []).append(value)
            else:
                parts.append(both(_equal(subject, key, [value]) for key, value in entry.keys.items()))
        parts[:0] = [both((_equal(subject, key, values), *self._trusted(key))) for key, values in single.items()]
        return either(parts)

    def _trusted(self, key: str) -> Iterable[Node]:
        """A name alone can be forged: it counts only on an element whose signature was verified."""
        if key == NAME and VERIFIED in self.members:
            yield Compare(VERIFIED, "is", (Literal(value=True),))


def _merged(parts: Iterable[Node]) -> Iterable[Node]:
    """Join patterns on the same text to one, as long as the engine takes it."""
    patterns: dict[str, list[Compare]] = {}
    for part in parts:
        if isinstance(part, Compare) and OPERATORS[part.op].takes is Takes.TEXT:
            patterns.setdefault(part.subject, []).append(part)
        else:
            yield part
    for subject, alike in patterns.items():
        joined = alternatives((one.op, str(one.operands[0].value)) for one in alike if isinstance(one.operands[0], Literal))
        if len(alike) > 1 and pattern_fault(joined) is None:
            yield Compare(subject, "matches", (Literal(joined),))
        else:
            yield from alike


def _equal(subject: str, key: str, values: Sequence[Scalar]) -> Compare:
    name = ".".join(filter(None, (subject, key)))
    return Compare(name, "is" if len(values) == 1 else "one_of", tuple(Literal(value) for value in values))


def lower(predicate: Predicate, kind: str, as_of: datetime) -> Node:
    """Say a predicate in the forms of logic."""
    return Lowering(kind, as_of).node(predicate)

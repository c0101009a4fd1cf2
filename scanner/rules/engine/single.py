"""One row judged in Python, so that a message can name the parts that failed; the columns of `compile` decide outcomes.

NOTE: a null element of a list decides nothing (policy language, Meaning).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

import polars as pl

from scanner import tables
from scanner.record import record
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Elements,
    Entry,
    FieldOperand,
    InList,
    Literal,
    Not,
    Operand,
    Predicate,
    Size,
    Steps,
    Test,
)
from scanner.tables import Origin, Type

Truth = bool | None
_COMPARE = {"is": eq, "at_least": ge, "at_most": le, "more_than": gt, "less_than": lt, "from": ge, "before": lt}
_NEGATED = {"is_not": "is", "none_of": "one_of"}


@record
class Item:
    """A row of a kind's table (dotted field names and marks), or an element of one of its lists."""

    kind: str
    values: Mapping[str, Any]
    as_of: datetime
    row: "Item | None" = None
    """The row, where this is an element."""
    members: Mapping[str, Type] | None = None
    """The types of an element's keys."""

    def value(self, name: str) -> Any:
        """Return a field's value, or the element itself."""
        return self.values.get(name)

    def absent(self, name: str) -> bool:
        """Tell whether a null means that the fact is known not to be there."""
        if self.values.get(name) is not None:
            return False
        if self.row is not None:
            member = (self.members or {}).get(name)
            return member is not None and member.known_by is not None and self.row.value(member.known_by) is not None
        fact = tables.fact(self.kind, name)
        if fact is None or fact.type.name == "list":
            return False
        if fact.time:
            return any(self.absent(source) for source in fact.time)
        if name in (self.values.get(tables.ABSENT) or ()):
            return True
        if name in (self.values.get(tables.UNKNOWN) or ()):
            return False
        if fact.origin is Origin.DECODED:
            return bool(self.values.get(tables.DECODED))
        return fact.origin is Origin.DECLARED or (fact.known_by is not None and self.values.get(fact.known_by) is not None)

    def inside(self, name: str, element: Any) -> "Item":
        """Step into an element of a list."""
        fact = tables.fact(self.kind, name)
        members = fact.type.element.members if fact and fact.type.element else None
        return Item(self.kind, element if isinstance(element, dict) else {"": element}, self.as_of, self, members)


def judge(predicate: Predicate, item: Item) -> Truth:
    """Judge a predicate: true, false, or null for unknown."""
    if isinstance(predicate, AllOf):
        return _all(judge(part, item) for part in predicate.parts)
    if isinstance(predicate, AnyOf):
        return _not(_all(_not(judge(part, item)) for part in predicate.parts))
    if isinstance(predicate, Not):
        return _not(judge(predicate.part, item))
    if isinstance(predicate, Test):
        return _test(predicate, item)
    if isinstance(predicate, InList):
        return _any(_entry(predicate.subject, entry, item) for entry in predicate.entries)
    return _size(predicate, item) if isinstance(predicate, Size) else _elements(predicate, item)


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _all(truths: Iterable[Truth]) -> Truth:
    known = list(truths)
    return False if False in known else None if None in known else True


def _any(truths: Iterable[Truth]) -> Truth:
    known = list(truths)
    return True if True in known else None if None in known else False


def _test(test: Test, item: Item) -> Truth:
    if test.op in _NEGATED:
        return _not(_test(Test(test.subject, _NEGATED[test.op], test.operands), item))
    value = item.value(test.subject)
    if test.op == "present":
        there = None if value is None and not item.absent(test.subject) else value is not None
        return _not(there) if isinstance(wanted := test.operands[0], Literal) and wanted.value is False else there
    if value is None:
        return False if item.absent(test.subject) else None
    return _any(_compared(test.op, value, operand, item) for operand in test.operands)


def _compared(op: str, value: Any, operand: Operand, item: Item) -> Truth:
    """Compare with what the operand stands for; an absent operand or clock makes the comparison false."""
    known, other = resolve(operand, item)
    if not known:
        return other  # type: ignore[no-any-return]
    if op == "one_of":
        return bool(value == other)
    return bool(_COMPARE[op](value, other)) if op in _COMPARE else _fits(op, str(value), str(other))


def resolve(operand: Operand, item: Item) -> tuple[bool, Any]:
    """Find an operand's value; where there is none, say whether that is false (absent) or null (unknown)."""
    if isinstance(operand, Literal):
        return True, operand.value
    row = item.row or item
    if isinstance(operand, FieldOperand):
        value = row.value(operand.name)
        return (True, value) if value is not None else (False, False if row.absent(operand.name) else None)
    moment = row.as_of if operand.clock == "as_of" else row.value(operand.clock)
    if moment is None:
        return False, False if row.absent(operand.clock) else None
    return resolve(chosen(operand, moment)[1], item)


def chosen(steps: Steps, moment: datetime) -> tuple[datetime | None, Operand]:
    """Find the step in force at a moment, with the date it began; the first has none."""
    return next(((start, operand) for start, operand in reversed(steps.later) if start <= moment), (None, steps.first))


def _fits(op: str, text: str, pattern: str) -> bool:
    if op == "under_domain":
        name, domain = text.removesuffix(".").lower(), pattern.removesuffix(".").lower()
        return name == domain or name.endswith(f".{domain}")
    return _matches(text, _expression(op, pattern))


def _expression(op: str, pattern: str) -> str:
    if op == "matches":
        return f"(?s)^(?:{pattern})$"
    parts = (
        ".*" if char == "*" else "." if char == "?" else f"[{char}]" if char not in r"\^]" else f"\\{char}" for char in pattern
    )
    return f"(?s)^{''.join(parts)}$"


_MATCHED: dict[tuple[str, str], bool] = {}
_MOST_MATCHED = 20_000


def _matches(text: str, expression: str) -> bool:
    if (expression, text) not in _MATCHED:
        _match([text], expression)
    return _MATCHED[expression, text]


def _match(texts: Sequence[str], expression: str) -> None:
    """Match texts at once, since a call costs as much as thousands of texts.

    NOTE: this is Polars' linear-time engine; text and pattern may both be hostile to Python's.
    """
    if len(_MATCHED) > _MOST_MATCHED:
        _MATCHED.clear()
    answers = pl.Series(texts, dtype=pl.String).str.contains(expression)
    _MATCHED.update(((expression, text), bool(answer)) for text, answer in zip(texts, answers, strict=True))


def _entry(subject: str, entry: Entry, item: Item) -> Truth:
    if entry.until is not None and item.as_of >= entry.until:
        return False
    parts = [
        _test(Test(".".join(filter(None, (subject, key))), "is", (Literal(value),)), item) for key, value in entry.keys.items()
    ]
    if set(entry.keys) == {"subject.dn"} and "verified" in (item.members or {}):
        parts.append(item.value("verified"))
    if entry.issued_until is not None:
        parts.append(_test(Test("not_before", "before", (Literal(entry.issued_until),)), item.row or item))
    return _all(parts)


def _size(size: Size, item: Item) -> Truth:
    if size.op in _NEGATED:
        return _not(_size(Size(size.subject, _NEGATED[size.op], size.operands), item))
    values = item.value(size.subject)
    known = len([one for one in values or () if one is not None])
    if values is not None and None not in values:
        return _any(_compared(size.op, known, operand, item) for operand in size.operands)
    return _any(_open_size(size.op, known, operand, item) for operand in size.operands)


def _open_size(op: str, least: int, operand: Operand, item: Item) -> Truth:
    """Compare a list that has at least so many elements."""
    found, other = resolve(operand, item)
    if not found:
        return other  # type: ignore[no-any-return]
    if op in {"at_least", "more_than"}:
        return True if _COMPARE[op](least, other) else None
    beyond = least >= other if op == "less_than" else least > other
    return False if beyond else None


def _elements(test: Elements, item: Item) -> Truth:
    values = item.value(test.subject)
    truths = [None] if values is None else judged(test, values, item)
    if test.quantifier == "all":
        return _all(truths)
    return _any(truths) if test.quantifier == "any" else _not(_any(truths))


def judged(test: Elements, values: Sequence[Any], item: Item) -> list[Truth]:
    """Judge every element of a list."""
    if len(values) > 1:
        for test_ in _patterns(test.predicate):
            texts = [text for one in values if isinstance(text := one.get(test_.subject) if isinstance(one, dict) else one, str)]
            _match(texts, _expression(test_.op, str(getattr(test_.operands[0], "value", ""))))
    return [None if one is None else judge(test.predicate, item.inside(test.subject, one)) for one in values]


def _patterns(predicate: Predicate) -> Iterator[Test]:
    if isinstance(predicate, AllOf | AnyOf):
        for part in predicate.parts:
            yield from _patterns(part)
    elif isinstance(predicate, Not):
        yield from _patterns(predicate.part)
    elif isinstance(predicate, Test) and predicate.op in {"matches", "glob"}:
        yield predicate

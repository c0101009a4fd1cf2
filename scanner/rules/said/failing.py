"""Which parts of a predicate failed on a row, in words: «lifetime is 398 d, at most 200 d»."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from scanner import tables
from scanner.record import record
from scanner.rules.engine.single import Item, chosen, judge, judged
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, FieldOperand, InList, Literal, Not, Predicate, Size, Steps, Test
from scanner.rules.language.values import in_words, instant, listed
from scanner.rules.said import asked
from scanner.rules.said.asked import ORDER

EQUALITY = frozenset({"is", "one_of"})
_SORTS = EQUALITY | {"present"}
_NEGATED = {"is_not": "is", "none_of": "one_of"}


@record
class Failure:
    """One thing that is not as asked."""

    subject: str
    seen: str
    """With its verb: `is 398 d`, `has TLS 1.0`."""
    asked: str
    """What follows: `at most 200 d`, `and must be absent`; before the options: `not`, `without`."""
    why: str = ""
    """Why this limit: the clock that picked it."""
    options: tuple[str, ...] = ()
    """What it might have been; failures of one subject that differ in these alone are told together."""

    @property
    def limit(self) -> str:
        """Say what was asked."""
        return " ".join(filter(None, (self.asked, listed(self.options, "or") if self.options else "")))

    def __str__(self) -> str:
        why = f", because {self.why}" if self.why else ""
        return f"{self.subject} {self.seen}{f', {self.limit}' if self.limit else ''}{why}"


def failures(predicate: Predicate, item: Item, *, negated: bool = False) -> list[list[Failure]]:
    """List what failed: parts that are all to be mended, each with its alternatives (mending one is enough)."""
    if isinstance(predicate, Not):
        return failures(predicate.part, item, negated=not negated)
    if isinstance(predicate, AllOf | AnyOf):
        wrong = [part for part in predicate.parts if judge(part, item) is negated]
        if isinstance(predicate, AllOf) is not negated:
            return [group for part in wrong for group in failures(part, item, negated=negated)]
        told = [group for part in _nearest(wrong, item) for group in failures(part, item, negated=negated)]
        return [_merged([failure for group in told for failure in group])]
    return [[_failure(predicate, item, negated=negated)]]


def _nearest(wrong: Sequence[Predicate], item: Item) -> list[Predicate]:
    """Choose what to tell of alternatives: shapes of the asset's own sort, which a shape says first; else only the sorts."""
    shapes = [part for part in wrong if isinstance(part, AllOf)]
    own = [part for part in shapes if judge(part.parts[0], item) is True]
    if own:
        return [part for part in wrong if part in own or not (isinstance(part, AllOf) or _is_sort(part))]
    return [part.parts[0] if isinstance(part, AllOf) and judge(part.parts[0], item) is False else part for part in wrong]


def _is_sort(part: Predicate) -> bool:
    return isinstance(part, Test) and part.op in _SORTS | set(_NEGATED)


def _merged(told: Sequence[Failure]) -> list[Failure]:
    """Tell `not RSA` and `not EC` of one subject together."""
    result: dict[tuple[str, str, str, str], Failure] = {}
    for number, failure in enumerate(told):
        key = (failure.subject, failure.seen, failure.asked, "" if failure.options else str(number))
        held = result.get(key, replace(failure, options=()))
        result[key] = replace(held, options=tuple(dict.fromkeys((*held.options, *failure.options))))
    return list(result.values())


def _failure(predicate: Predicate, item: Item, *, negated: bool) -> Failure:
    if isinstance(predicate, Test):
        return _test(predicate, item, negated=negated)
    if isinstance(predicate, InList):
        return _in_list(predicate, item, negated=negated)
    if isinstance(predicate, Size):
        return _size(predicate, item, negated=negated)
    return _elements(predicate, item, negated=negated)  # type: ignore[arg-type]


# --- one field -------------------------------------------------------------------------------------------------------


def _test(test: Test, item: Item, *, negated: bool) -> Failure:
    if test.op in _NEGATED:
        return _test(Test(test.subject, _NEGATED[test.op], test.operands), item, negated=not negated)
    value = item.value(test.subject)
    moment, why = _clock(test, item)
    seen = "is absent" if value is None else f"is {in_words(value, _beside(test, moment))}{_sources(test.subject, item)}"
    if test.op == "present":
        return Failure(test.subject, seen, "and must be present" if value is None else "and must be absent")
    if isinstance(value, bool) and test.op in EQUALITY:
        return Failure(test.subject, seen, f"and must be {in_words(not value)}")
    if test.op in EQUALITY and negated:
        return Failure(test.subject, seen, "which is refused")
    if test.op in EQUALITY:
        return Failure(test.subject, seen, "not", why, _options(test, item, moment))
    if test.op in ORDER and not negated:
        return Failure(test.subject, seen, asked.ordered(test, moment, [item.kind]), why)
    words = asked.verb(test, moment, [item.kind], negated=test.op in ORDER or not negated)
    return Failure(test.subject, seen, f"and must be {words.removeprefix('is ')}" if test.op in ORDER else f"which {words}", why)


def _options(test: Test, item: Item, moment: datetime) -> tuple[str, ...]:
    """List what an equality takes; of another field its value too."""
    row = item.row or item
    return tuple(
        f"{one.name} ({in_words(row.value(one.name))})" if isinstance(one, FieldOperand) else asked.operand(one, moment)
        for one in test.operands
    )


def _beside(test: Test, moment: datetime) -> Any:
    operand = test.operands[0]
    while isinstance(operand, Steps):
        operand = chosen(operand, moment)[1]
    return operand.value if isinstance(operand, Literal) else None


def _clock(test: Test, item: Item) -> tuple[datetime, str]:
    """Find the moment that picks a step, and say it."""
    steps = next((one for one in test.operands if isinstance(one, Steps)), None)
    if steps is None or steps.clock == "as_of":
        return item.as_of, f"it is judged as of {instant(item.as_of)}" if steps else ""
    moment = (item.row or item).value(steps.clock)
    if not isinstance(moment, datetime):
        return item.as_of, f"{steps.clock} is absent"
    date = instant(moment)[:10]
    return moment, f"it was issued {date}" if steps.clock == "not_before" else f"{steps.clock} is {date}"


def _sources(subject: str, item: Item) -> str:
    """Say what a time fact was computed from, where it does not tell itself (true, false)."""
    fact = tables.fact(item.kind, subject) if item.row is None else None
    if fact is None or not fact.time or fact.type is not tables.BOOLEAN:
        return ""
    known = [f"{name} is {in_words(value)}" for name in fact.time if (value := item.value(name)) is not None]
    return f" ({', '.join([*known, f'judged as of {instant(item.as_of)}'])})" if known else ""


def _in_list(test: InList, item: Item, *, negated: bool) -> Failure:
    keys = dict.fromkeys(key for entry in test.entries for key in entry.keys)
    names = [".".join(filter(None, (test.subject, key))) for key in keys]
    values = [f"{name} {in_words(value)}" for name in names if name and (value := item.value(name)) is not None]
    value = item.value(test.subject) if test.subject else None
    seen = f"has {listed(values)}" if value is None else f"is {in_words(value)}"
    return Failure(test.subject or "it", seen, f"which is {'' if negated else 'not '}on the list {test.name}")


# --- lists -----------------------------------------------------------------------------------------------------------


def _size(size: Size, item: Item, *, negated: bool) -> Failure:
    values = item.value(size.subject) or ()
    count = len([one for one in values if one is not None])
    if asked.is_empty(size):
        return (
            Failure(size.subject, "is empty", "")
            if negated
            else Failure(size.subject, f"is {listed(values)}", "and must be empty")
        )
    words = asked.verb(Test(size.subject, size.op, size.operands), item.as_of, negated=negated).removeprefix("is ")
    return Failure(size.subject, f"has {count:,} {'element' if count == 1 else 'elements'}", words)


def _elements(test: Elements, item: Item, *, negated: bool) -> Failure:
    """Name the elements at fault: those that match what is refused, or do not match what all must, or all where none does."""
    values = [one for one in item.value(test.subject) or () if one is not None]
    quantifier = test.quantifier
    if negated and quantifier != "all":
        quantifier = "none" if quantifier == "any" else "any"
    if quantifier == "all" and not negated:
        odd = _once(_those(test, values, item, wanted=False))
        return Failure(test.subject, f"has {listed(odd)}", f"which {'is' if len(odd) == 1 else 'are'} not {_allowed(test, item)}")
    if quantifier == "none":
        return Failure(test.subject, f"has {listed(_once(_those(test, values, item, wanted=True)))}", "which must not be there")
    seen = f"is {listed(_once(values))}" if values else "is empty"
    if quantifier == "all":
        return Failure(test.subject, seen, "and must not be of these alone")
    plain = _plain(test)
    if plain:
        return Failure(test.subject, seen, "without", options=_options(plain, item, item.as_of))
    return Failure(test.subject, seen, f"without one {asked.element(test.predicate, item.as_of, [item.kind])}")


def _those(test: Elements, values: Sequence[Any], item: Item, *, wanted: bool) -> list[Any]:
    """Choose the elements of which the predicate is true, or false; the only element needs no judging."""
    if len(values) == 1:
        return list(values)
    return [value for value, truth in zip(values, judged(test, values, item), strict=True) if truth is wanted]


def _once(values: Sequence[Any]) -> list[Any]:
    """Leave out structures that are called as another is: a cipher suite stands in its list once for each version."""
    named: dict[str | int, Any] = {}
    for number, value in enumerate(values):
        named.setdefault(in_words(value) if isinstance(value, dict) else number, value)
    return list(named.values())


def _plain(test: Elements) -> Test | None:
    inner = test.predicate
    return inner if isinstance(inner, Test) and not inner.subject and inner.op in EQUALITY else None


def _allowed(test: Elements, item: Item) -> str:
    plain = _plain(test)
    if plain:
        return listed(_options(plain, item, item.as_of), "or")
    return "permitted" if isinstance(test.predicate, AnyOf) else f"one {asked.element(test.predicate, item.as_of, [item.kind])}"

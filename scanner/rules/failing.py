"""Which parts of a predicate failed on a row, in words: «lifetime is 398 d, at most 200 d»."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scanner import tables
from scanner.rules.asked import ORDER, alternatives, element, operand, ordered, verb
from scanner.rules.single import Item, chosen, judge, judged
from scanner.rules.syntax import AllOf, AnyOf, Elements, InList, Not, Predicate, Size, Steps, Test
from scanner.rules.values import in_words, instant, listed

EQUALITY = frozenset({"is", "one_of"})
_NEGATED = {"is_not": "is", "none_of": "one_of"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is not as asked."""

    subject: str
    seen: str
    asked: str
    """What follows the value: `at most 200 d`, `not RSA`."""
    why: str = ""
    """Why this limit: the clock that picked it."""
    equality: bool = False
    """Asked was `not` one of some values; such failures of one subject are told together."""

    def __str__(self) -> str:
        why = f", because {self.why}" if self.why else ""
        return f"{self.subject} {self.seen}, {self.asked}{why}" if self.asked else f"{self.subject} {self.seen}{why}"


def failures(predicate: Predicate, item: Item, kinds: Sequence[str], *, negated: bool = False) -> list[list[Failure]]:
    """List what failed: parts that are all to be mended, each with its alternatives (mending one is enough)."""
    if isinstance(predicate, Not):
        return failures(predicate.part, item, kinds, negated=not negated)
    if isinstance(predicate, AllOf | AnyOf):
        wrong = [part for part in predicate.parts if judge(part, item) is negated]
        if isinstance(predicate, AllOf) is not negated:
            return [group for part in wrong for group in failures(part, item, kinds, negated=negated)]
        return [_merged(_nearest([failures(part, item, kinds, negated=negated) for part in wrong], predicate, item))]
    return [[_failure(predicate, item, kinds, negated=negated)]]


def _nearest(options: list[list[list[Failure]]], predicate: AllOf | AnyOf, item: Item) -> list[Failure]:
    """Choose of several alternatives those that came nearest; of a shape of the wrong sort only the sort is told."""
    scored = [(_share(part, item), option) for part, option in zip(predicate.parts, options, strict=False)]
    best = max((score for score, _ in scored), default=0.0)
    told: list[Failure] = []
    for score, option in scored:
        if score >= best:
            flat = [failure for group in option for failure in group]
            sort = next((failure for failure in flat if failure.equality), None)
            told += [sort] if sort and len(flat) > 1 else flat
    return told


def _share(part: Predicate, item: Item) -> float:
    if not isinstance(part, AllOf):
        return 0.0
    return sum(judge(one, item) is True for one in part.parts) / len(part.parts)


def _merged(told: list[Failure]) -> list[Failure]:
    """Tell `not RSA` and `not EC` of one subject together."""
    result: list[Failure] = []
    for failure in told:
        last = next(
            (
                one
                for one in result
                if one.equality and failure.equality and (one.subject, one.seen) == (failure.subject, failure.seen)
            ),
            None,
        )
        if last is None:
            result.append(failure)
        elif failure.asked.removeprefix("not ") not in last.asked:
            result[result.index(last)] = replace(last, asked=f"{last.asked} or {failure.asked.removeprefix('not ')}")
    return result


def _failure(predicate: Predicate, item: Item, kinds: Sequence[str], *, negated: bool) -> Failure:
    if isinstance(predicate, Test):
        return _test(predicate, item, kinds, negated=negated)
    if isinstance(predicate, InList):
        return _in_list(predicate, item, negated=negated)
    if isinstance(predicate, Size):
        return _size(predicate, item, negated=negated)
    return _elements(predicate, item, kinds, negated=negated)  # type: ignore[arg-type]


def _test(test: Test, item: Item, kinds: Sequence[str], *, negated: bool) -> Failure:
    if test.op in _NEGATED:
        return _test(Test(test.subject, _NEGATED[test.op], test.operands), item, kinds, negated=not negated)
    value = item.value(test.subject)
    moment, why = _clock(test, item, kinds)
    beside = _beside(test, moment)
    seen = "is absent" if value is None else f"is {in_words(value, beside)}{_sources(test.subject, item)}"
    if test.op == "present":
        return Failure(test.subject, seen, "and must be absent" if value is not None else "and must be present")
    if isinstance(value, bool) and test.op in EQUALITY:
        return Failure(test.subject, seen, f"and must be {in_words(not value)}")
    if test.op in EQUALITY:
        if negated:
            return Failure(test.subject, seen, "which is refused")
        return Failure(test.subject, seen, f"not {alternatives(test, moment)}", why, equality=True)
    if test.op in ORDER and not negated:
        return Failure(test.subject, seen, ordered(test, moment, kinds), why)
    if test.op in ORDER:
        return Failure(test.subject, seen, f"and must be {verb(test, moment, kinds, negated=True).removeprefix('is ')}", why)
    return Failure(test.subject, seen, f"which {verb(test, moment, kinds, negated=not negated)}")


def _beside(test: Test, moment: datetime) -> Any:
    asked = test.operands[0]
    while isinstance(asked, Steps):
        asked = chosen(asked, moment)[1]
    return getattr(asked, "value", None)


def _clock(test: Test, item: Item, kinds: Sequence[str]) -> tuple[datetime, str]:
    """Find the moment that picks a step, and say it."""
    steps = next((one for one in test.operands if isinstance(one, Steps)), None)
    row = item.row or item
    if steps is None or steps.clock == "as_of":
        return item.as_of, f"it is judged as of {instant(item.as_of)}" if steps else ""
    moment = row.value(steps.clock)
    if not isinstance(moment, datetime):
        return item.as_of, f"{steps.clock} is absent"
    date = instant(moment)[:10]
    return moment, f"it was issued {date}" if steps.clock == "not_before" and kinds else f"{steps.clock} is {date}"


def _sources(subject: str, item: Item) -> str:
    """Say what a time fact was computed from, for one that does not tell it itself (true, false)."""
    fact = tables.fact(item.kind, subject) if item.row is None else None
    if fact is None or not fact.time or fact.type is not tables.BOOLEAN:
        return ""
    known = [f"{name} is {in_words(value)}" for name in fact.time if (value := item.value(name)) is not None]
    return f" ({', '.join([*known, f'judged as of {instant(item.as_of)}'])})" if known else ""


def _in_list(test: InList, item: Item, *, negated: bool) -> Failure:
    names = [
        ".".join(filter(None, (test.subject, key))) for key in dict.fromkeys(key for entry in test.entries for key in entry.keys)
    ]
    known = [f"{name} {in_words(value)}" for name in names if name and (value := item.value(name)) is not None]
    subject = test.subject or "it"
    seen = f"is {in_words(item.value(test.subject))}" if item.value(test.subject) is not None else f"has {listed(known)}"
    return Failure(subject, seen, f"which is {'' if negated else 'not '}on the list {test.name}")


def _size(size: Size, item: Item, *, negated: bool) -> Failure:
    values = item.value(size.subject) or ()
    count = len([one for one in values if one is not None])
    if size.op == "is" and not negated:
        zero = operand(size.operands[0], item.as_of) == "0"
        return Failure(
            size.subject,
            f"is {listed(values)}",
            "and must be empty" if zero else f"not {alternatives(_as_test(size), item.as_of)}",
        )
    if not count:
        return Failure(
            size.subject, "is empty", "" if negated and size.op == "is" else _asked_size(size, item.as_of, negated=negated)
        )
    return Failure(
        size.subject, f"has {count:,} {'element' if count == 1 else 'elements'}", _asked_size(size, item.as_of, negated=negated)
    )


def _as_test(size: Size) -> Test:
    return Test(size.subject, size.op, size.operands)


def _asked_size(size: Size, moment: datetime, *, negated: bool) -> str:
    return verb(_as_test(size), moment, negated=negated).removeprefix("is ")


def _elements(test: Elements, item: Item, kinds: Sequence[str], *, negated: bool) -> Failure:
    """Name the elements at fault: those that match what is refused, or do not match what all must, or all where none does."""
    values = [one for one in item.value(test.subject) or () if one is not None]
    refused = (test.quantifier == "none") is not negated and test.quantifier != "all"
    if len(values) == 1:
        truths: list[bool | None] = [refused]  # it failed, so this element is the reason
    else:
        truths = judged(test, values, item)
    if refused:
        hits = [value for value, truth in zip(values, truths, strict=True) if truth is True]
        return Failure(test.subject, f"has {listed(hits)}", f"which must not be there{_hint(test, hits, item, kinds)}")
    if test.quantifier == "all" and not negated:
        odd = [value for value, truth in zip(values, truths, strict=True) if truth is False]
        return Failure(
            test.subject, f"has {listed(odd)}", f"which {'is' if len(odd) == 1 else 'are'} not {_allowed(test, item, kinds)}"
        )
    seen = f"is {listed(values)}" if values else "is empty"
    if test.quantifier == "all":
        return Failure(test.subject, seen, "and must not be of these alone")
    return Failure(test.subject, seen, f"without {_wanted(test, item, kinds)}")


def _plain(test: Elements) -> Test | None:
    inner = test.predicate
    return inner if isinstance(inner, Test) and not inner.subject and inner.op in EQUALITY else None


def _wanted(test: Elements, item: Item, kinds: Sequence[str]) -> str:
    plain = _plain(test)
    return alternatives(plain, item.as_of) if plain else f"one {element(test.predicate, item.as_of, kinds)}"


def _allowed(test: Elements, item: Item, kinds: Sequence[str]) -> str:
    plain = _plain(test)
    if plain:
        return alternatives(plain, item.as_of)
    return "permitted" if isinstance(test.predicate, AnyOf) else f"one {element(test.predicate, item.as_of, kinds)}"


def _hint(test: Elements, hits: Sequence[Any], item: Item, kinds: Sequence[str]) -> str:
    """Say which alternative refuses an element, where there are several and one element was hit."""
    if not isinstance(test.predicate, AnyOf) or len(hits) != 1:
        return ""
    inside = item.inside(hits[0])
    told = list(_true(test.predicate, inside))
    return (
        f" (it {element(told[0], item.as_of, kinds).removeprefix('that ')})" if len(told) == 1 and not _subject(told[0]) else ""
    )


def _true(predicate: AnyOf, item: Item) -> Iterator[Predicate]:
    return (part for part in predicate.parts if judge(part, item) is True)


def _subject(predicate: Predicate) -> str:
    return predicate.subject if isinstance(predicate, Test) else "?"

"""What a predicate asks, in words: «key.algorithm is EC and key.curve is P-256, P-384 or P-521»."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from scanner.rules.engine.single import chosen
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Elements,
    FieldOperand,
    InList,
    Literal,
    Members,
    Not,
    Operand,
    Predicate,
    Rule,
    Size,
    Steps,
    Test,
)
from scanner.rules.language.values import bounded, in_words, instant, listed

ORDER = {
    "at_least": "at least", "at_most": "at most", "more_than": "more than", "less_than": "less than",
    "from": "not before", "before": "before",
}  # fmt: skip
"""Operators of order, as they follow «is»."""
_OPPOSITE = {
    "at_least": "less than",
    "at_most": "more than",
    "more_than": "at most",
    "less_than": "at least",
    "from": "before",
    "before": "not before",
}
_PATTERNS = {
    "matches": ("matches the pattern", "does not match the pattern"),
    "glob": ("matches", "does not match"),
    "under_domain": ("is under", "is not under"),
}
_LONGEST_PATTERN = 60
_NEGATED = {"is_not": "is", "none_of": "one_of"}


def limit(rule: Rule, as_of: datetime) -> str:
    """Say what a rule asks: of a single comparison only the limit, else the whole sentence; of steps that in force at as_of."""
    require = rule.require
    if isinstance(require, Test) and require.op in ORDER:
        return bounded(ordered(require, as_of, rule.kinds))
    return bounded(sentence(require, as_of, rule.kinds))


def figure(rule: Rule, as_of: datetime) -> str:
    """Write the limit that fills `{limit}` in a rule's texts: the bare figure of a single comparison, else the whole sentence."""
    require = rule.require
    if isinstance(require, Test) and require.op in ORDER:
        return operand(require.operands[0], as_of)
    return limit(rule, as_of)


def ordered(test: Test, moment: datetime, kinds: Sequence[str]) -> str:
    """Say a comparison of order without its subject: `at most 200 d for certificates issued from 2026-03-15`."""
    asked = test.operands[0]
    figure_ = f"{ORDER[test.op]} {operand(asked, moment)}"
    return f"{figure_} {since(asked, moment, kinds)}" if isinstance(asked, Steps) else figure_


def operand(asked: Operand, moment: datetime) -> str:
    """Write an operand; of steps the one in force at a moment."""
    if isinstance(asked, Literal):
        return in_words(asked.value)
    if isinstance(asked, FieldOperand):
        return asked.name
    return operand(chosen(asked, moment)[1], moment)


def since(dated: Steps, moment: datetime, kinds: Sequence[str]) -> str:
    """Say when the step in force at a moment applies."""
    start, _ = chosen(dated, moment)
    if start is None and not dated.later:
        return ""
    date = f"from {instant(start)}" if start else f"before {instant(dated.later[0][0])}"
    if dated.clock == "as_of":
        return f"{date} on" if start else date
    if dated.clock == "not_before":
        return f"for {listed([f'{kind}s' for kind in kinds])} issued {date}"
    return f"where {dated.clock} is {date}"


def schedule(rule: Rule) -> list[tuple[str, str]]:
    """List the limits of a rule by date, if it has steps: when and what, in words."""
    found = dated(rule)
    if found is None:
        return []
    starts = [None, *(start for start, _ in found.later)]
    ends = [end for _, end in pairwise([*starts, None])]
    operands = [found.first, *(later for _, later in found.later)]
    past = datetime(1, 1, 1, tzinfo=UTC)
    return [(_span(start, end), operand(one, start or past)) for start, end, one in zip(starts, ends, operands, strict=True)]


def _span(start: datetime | None, end: datetime | None) -> str:
    parts = [f"from {instant(start)}" if start else "", f"before {instant(end)}" if end else ""]
    return ", ".join(filter(None, parts))


def dated(rule: Rule) -> Steps | None:
    """Find the first steps in what a rule asks, of rows or of groups."""
    demand = rule.group.demand if rule.group else None
    if demand is None:
        return steps(rule.require)
    if isinstance(demand, Members):
        return steps(demand.predicate)
    return demand.at_most if isinstance(demand.at_most, Steps) else None


def steps(predicate: Predicate) -> Steps | None:
    """Find the first steps in a predicate."""
    if isinstance(predicate, AllOf | AnyOf):
        return next((found for part in predicate.parts if (found := steps(part))), None)
    if isinstance(predicate, Not):
        return steps(predicate.part)
    if isinstance(predicate, Elements):
        return steps(predicate.predicate)
    return (
        next((one for one in predicate.operands if isinstance(one, Steps)), None) if isinstance(predicate, Test | Size) else None
    )


def sentence(predicate: Predicate, moment: datetime, kinds: Sequence[str] = (), *, negated: bool = False) -> str:
    """Say a predicate about the fields of a row."""
    if isinstance(predicate, Not):
        return sentence(predicate.part, moment, kinds, negated=not negated)
    if isinstance(predicate, AllOf | AnyOf):
        parts = [sentence(part, moment, kinds, negated=negated) for part in predicate.parts]
        return _joined(parts, conjunction=isinstance(predicate, AllOf) is not negated)
    if isinstance(predicate, Test):
        return " ".join(filter(None, (predicate.subject, verb(predicate, moment, kinds, negated=negated))))
    if isinstance(predicate, InList):
        return f"{predicate.subject or 'it'} is {'not ' if negated else ''}on the list {predicate.name}"
    if isinstance(predicate, Size):
        return f"{predicate.subject} {_sized(predicate, moment, negated=negated)}"
    return _elements(predicate, moment, kinds, negated=negated)


def _joined(parts: list[str], *, conjunction: bool) -> str:
    if conjunction:
        return " and ".join(f"({part})" if ", or " in part else part for part in parts)
    return ", or ".join(dict.fromkeys(parts))


def verb(test: Test, moment: datetime, kinds: Sequence[str] = (), *, negated: bool = False) -> str:
    """Say what a test asks of its subject: `is at most 200 d`, `matches '*.example.com'`."""
    if test.op in _NEGATED:
        return verb(Test(test.subject, _NEGATED[test.op], test.operands), moment, kinds, negated=not negated)
    first = test.operands[0]
    if test.op == "present":
        wanted = isinstance(first, Literal) and first.value is not negated
        return "is present" if wanted else "is absent"
    if test.op in ORDER:
        words = ordered(test, moment, kinds)
        return f"is {_OPPOSITE[test.op] + words.removeprefix(ORDER[test.op]) if negated else words}"
    if test.op in _PATTERNS:
        texts = [bounded(operand(one, moment), _LONGEST_PATTERN) for one in test.operands]
        quoted = texts if test.op == "under_domain" else [f"'{text}'" for text in texts]
        return f"{_PATTERNS[test.op][negated]} {listed(quoted, 'or')}"
    if negated and isinstance(first, Literal) and isinstance(first.value, bool):
        return f"is {in_words(not first.value)}"
    return f"is {'not ' if negated else ''}{alternatives(test, moment)}"


def alternatives(test: Test, moment: datetime) -> str:
    """List what an equality takes: `P-256, P-384 or P-521`."""
    return listed([operand(one, moment) for one in test.operands], "or")


def is_empty(size: Size) -> bool:
    """Tell whether the size is what `empty: true` says."""
    first = size.operands[0]
    return size.op == "is" and isinstance(first, Literal) and first.value == 0


def _sized(size: Size, moment: datetime, *, negated: bool) -> str:
    if is_empty(size):
        return "is not empty" if negated else "is empty"
    words = verb(Test(size.subject, size.op, size.operands), moment, negated=negated).removeprefix("is ")
    return f"has {words} {'element' if words.endswith(' 1') or words == '1' else 'elements'}"


def _elements(test: Elements, moment: datetime, kinds: Sequence[str], *, negated: bool) -> str:
    """Say what is asked of the elements of a list."""
    inner, quantifier = test.predicate, test.quantifier
    if negated and quantifier != "all":
        quantifier, negated = ("none" if quantifier == "any" else "any"), False
    plain = isinstance(inner, Test) and not inner.subject and inner.op in {"is", "one_of"}
    what = alternatives(inner, moment) if plain and isinstance(inner, Test) else element(inner, moment, kinds)
    if quantifier == "any":
        return f"{test.subject} has {what}" if plain else f"{test.subject} has an element {what}"
    if quantifier == "none":
        return f"{test.subject} has no {what}" if plain else f"{test.subject} has no element {what}"
    if negated:
        return f"{test.subject} has an element other than {what}" if plain else f"not all of {test.subject} are {what}"
    return f"{test.subject} has nothing but {what}" if plain else f"each element of {test.subject} is one {what}"


def _gathered(parts: Sequence[Predicate]) -> list[Predicate]:
    """Say patterns of one subject together: `is under local, test or example`."""
    result: dict[object, Predicate] = {}
    for number, part in enumerate(parts):
        alike = (part.subject, part.op) if isinstance(part, Test) and part.op in _PATTERNS else number
        held = result.get(alike)
        both = isinstance(held, Test) and isinstance(part, Test)
        result[alike] = Test(part.subject, part.op, held.operands + part.operands) if both else part  # type: ignore[union-attr]
    return list(result.values())


def element(predicate: Predicate, moment: datetime, kinds: Sequence[str] = (), *, negated: bool = False) -> str:
    """Say a predicate about an element of a list: `that is under local`, `whose bits is at least 128`."""
    if isinstance(predicate, Not):
        return element(predicate.part, moment, kinds, negated=not negated)
    if isinstance(predicate, AllOf | AnyOf):
        conjunction = isinstance(predicate, AllOf) is not negated
        parts = predicate.parts if conjunction else _gathered(predicate.parts)
        return (" and " if conjunction else " or ").join(element(part, moment, kinds, negated=negated) for part in parts)
    if isinstance(predicate, InList):
        return f"that is {'not ' if negated else ''}on the list {predicate.name}"
    if isinstance(predicate, Test):
        words = verb(predicate, moment, kinds, negated=negated)
        return f"whose {predicate.subject} {words}" if predicate.subject else f"that {words}"
    return sentence(predicate, moment, kinds, negated=negated)

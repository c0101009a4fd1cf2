"""What a predicate asks, as people say it: «the algorithm of the key is EC and the curve of the key is P-256»."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from scanner import tables
from scanner.rules.language.syntax import (
    AllOf,
    AnyOf,
    Elements,
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
from scanner.rules.language.values import listed
from scanner.rules.said import asked, nouns

TABLE = "the limit of the table"
"""What stands for a limit that changes with a date; the page has it as a table."""
MOST = 200
"""Alternatives that are named: a page is where all of them stand."""
_NEGATED = {"is_not": "is", "none_of": "one_of"}
_EQUALS = {"is", "one_of"}


def parts(predicate: Predicate) -> list[Predicate]:
    """Take apart what must all hold."""
    return [one for part in predicate.parts for one in parts(part)] if isinstance(predicate, AllOf) else [predicate]


def outline(predicate: Predicate, kind: str, moment: datetime) -> list[tuple[int, str]]:
    """Say a predicate in lines with their depth: one sentence where it is short, else a list of what must hold."""
    said = sentence(predicate, kind, moment)
    if "; " not in said or not isinstance(predicate, AllOf | AnyOf):
        return [(0, said)]
    inner = parts(predicate) if isinstance(predicate, AllOf) else list(_choices(predicate))
    head = "all of these hold:" if isinstance(predicate, AllOf) else "one of these holds:"
    return [(0, head), *((depth + 1, text) for part in inner for depth, text in outline(part, kind, moment))]


def _choices(predicate: Predicate) -> Iterator[Predicate]:
    for part in predicate.parts if isinstance(predicate, AnyOf) else (predicate,):
        yield from _choices(part) if isinstance(part, AnyOf) else (part,)


def sentence(predicate: Predicate, kind: str, moment: datetime, *, negated: bool = False) -> str:
    """Say a predicate about a row."""
    match predicate:
        case Not(part):
            return sentence(part, kind, moment, negated=not negated)
        case AllOf(inner) | AnyOf(inner):
            said = [sentence(part, kind, moment, negated=negated) for part in inner]
            return _joined(said, "and" if isinstance(predicate, AllOf) is not negated else "or")
        case Test():
            return _test(predicate, kind, moment, negated=negated)
        case InList(subject, name):
            return f"{nouns.noun(kind, subject) if subject else 'it'} is {'not ' if negated else ''}on the list {name}"
        case Size():
            return _size(predicate, kind, moment, negated=negated)
        case Elements():
            return _elements(predicate, kind, moment, negated=negated)


def _joined(parts: Sequence[str], word: str) -> str:
    said = list(dict.fromkeys(parts))
    if len(said) == 1:
        return said[0]
    if not any(" or " in part or " and " in part or "," in part for part in said):
        return f"{', '.join(said[:-1])} {word} {said[-1]}"
    own = [f"({part})" if _mixed(part, word) else part for part in said]
    return f"; {word} ".join(own)


def _mixed(part: str, word: str) -> bool:
    """Tell whether a part would read otherwise without brackets."""
    return "; " in part or (word == "and" and ", or " in part) or (" and " in part and word == "or" and " or " in part)


def _test(test: Test, kind: str, moment: datetime, *, negated: bool) -> str:
    if test.op in _NEGATED:
        return _test(Test(test.subject, _NEGATED[test.op], test.operands), kind, moment, negated=not negated)
    first, called = test.operands[0], nouns.noun(kind, test.subject)
    if test.op == "present":
        wanted = isinstance(first, Literal) and first.value is not negated
        return f"{called} is {'there' if wanted else 'not there'}"
    if test.op in _EQUALS and len(test.operands) == 1 and isinstance(first, Literal):
        said = nouns.clause(kind, test.subject, first.value, so=not negated)
        if said:
            return said
    return f"{called} {_verb(test, kind, moment, negated=negated)}"


def _verb(test: Test, kind: str, moment: datetime, *, negated: bool = False) -> str:
    if test.op in _NEGATED:
        return _verb(Test(test.subject, _NEGATED[test.op], test.operands), kind, moment, negated=not negated)
    named = Test(test.subject, test.op, tuple(_named(one, kind, test.subject) for one in test.operands))
    if test.op in _EQUALS and not (isinstance(test.operands[0], Literal) and isinstance(test.operands[0].value, bool)):
        return f"is {'not ' if negated else ''}{alternatives(named, moment)}"
    return asked.verb(named, moment, (kind,), negated=negated)


def alternatives(test: Test, moment: datetime) -> str:
    """List all that an equality takes."""
    return listed([asked.operand(one, moment) for one in test.operands], "or", MOST)


def _named(operand: Operand, kind: str, subject: str) -> Operand:
    """Call an operand as people do: identifiers by name, sizes with their unit, other fields by their noun."""
    if isinstance(operand, FieldOperand):
        return FieldOperand(nouns.noun(kind, operand.name))
    if isinstance(operand, Steps):
        return Literal(TABLE)
    fact, value = tables.fact(kind, subject) if subject else None, operand.value
    if fact is not None and fact.unit and isinstance(value, int) and not isinstance(value, bool):
        return Literal(f"{value} {fact.unit.removesuffix('s') if value == 1 else fact.unit}")
    return Literal(nouns.oid(value) or operand.value)


def _size(size: Size, kind: str, moment: datetime, *, negated: bool) -> str:
    called = nouns.noun(kind, size.subject)
    if asked.is_empty(size):
        return f"there {'is at least one' if negated else 'is none'} of {called}"
    words = asked.verb(Test("", size.op, size.operands), moment, negated=negated).removeprefix("is ")
    return f"the number of {called.removeprefix('the ')} is {words}"


def _elements(test: Elements, kind: str, moment: datetime, *, negated: bool) -> str:
    inner, quantifier, called = test.predicate, test.quantifier, nouns.noun(kind, test.subject)
    if negated and quantifier != "all":
        quantifier, negated = ("none" if quantifier == "any" else "any"), False
    if isinstance(inner, Test) and not inner.subject and inner.op in _EQUALS:
        named = Test("", inner.op, tuple(_named(one, kind, "") for one in inner.operands))
        what = alternatives(named, moment)
        words = {"any": "include", "none": "do not include", "all": "include others than" if negated else "are only"}
        return f"{called} {words[quantifier]} {what}"
    what = element(inner, kind, moment)
    words = {"any": "one of", "none": "none of", "all": "not each of" if negated else "each of"}
    return f"{words[quantifier]} {called} is one {what}"


def element(predicate: Predicate, kind: str, moment: datetime, *, negated: bool = False) -> str:
    """Say a predicate about an element of a list: `whose name is X or Y`."""
    match predicate:
        case Not(part):
            return element(part, kind, moment, negated=not negated)
        case AllOf(inner) | AnyOf(inner):
            word = "and" if isinstance(predicate, AllOf) is not negated else "or"
            said = [element(part, kind, moment, negated=negated) for part in inner]
            return f", {word} ".join(dict.fromkeys(said))
        case InList(subject, name):
            whose = f"whose {_member(subject)} is" if subject else "that is"
            return f"{whose} {'not ' if negated else ''}on the list {name}"
        case Test(subject):
            words = _verb(predicate, kind, moment, negated=negated)
            return f"whose {_member(subject)} {words}" if subject else f"that {words}"
    return sentence(predicate, kind, moment, negated=negated)


def _member(name: str) -> str:
    return {"subject.dn": "subject", "aead": "authenticated encryption (AEAD)"}.get(name, name.replace("_", " "))

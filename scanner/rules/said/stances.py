"""What a rule says of single values of a field: which it accepts by name, and which by themselves make it fail."""

from collections.abc import Iterator
from dataclasses import replace

from scanner import tables
from scanner.record import record
from scanner.rules.engine.reads import reads
from scanner.rules.language.syntax import AllOf, AnyOf, Elements, InList, Literal, Predicate, Rule, Scalar, Test

_EQUALS = {"is", "one_of"}
_DIFFERS = {"is_not", "none_of"}
_IDENTITY = "name"
"""The member that says what an element with several is; its others are properties that elements share."""
_PART_OF = {"tls.pq_groups": "tls.groups", "tls.curves": "tls.groups"}
"""Lists whose elements are elements of another, by what the registry says of them."""


@record
class Stance:
    """One thing that must hold for a rule to pass, as far as it speaks of single values."""

    rule: Rule
    field: str
    subject: str
    """The field, or the list that it is a part of."""
    listed: bool
    predicate: Predicate
    """What is asked of a value."""
    wrong: bool = False
    """The verdict on a value that makes the rule fail."""
    needed: bool = False
    """One value will do: the rule asks for any of them."""
    naming: Predicate | None = None
    """The part of the predicate that spells values out."""
    named: tuple[Scalar, ...] = ()
    shaped: bool = False
    """Elements have several members."""

    def element(self, value: Scalar) -> object:
        """Make a value of the field of which only its name is known."""
        return {_IDENTITY: value} if self.shaped else value


def accepting(rule: Rule, kind: str) -> Iterator[Stance]:
    """Find where a rule accepts values by name."""
    for part, shaped in _parts(rule, kind):
        if isinstance(part, Elements) and part.quantifier != "none":
            spelled = tuple(one for one in _alternatives(part.predicate) if _spells(one, _IDENTITY if shaped else ""))
            made = _stance(rule, part, part.predicate, shaped=shaped)
            named = tuple(value for one in spelled for value in _values(one))
            if named:
                yield replace(made, needed=part.quantifier == "any", naming=AnyOf(spelled), named=named)
        elif isinstance(part, Test) and _spells(part, part.subject):
            yield replace(_stance(rule, part, part), naming=part, named=_values(part))


def rejecting(rule: Rule, kind: str) -> Iterator[Stance]:
    """Find where single values make a rule fail."""
    for part, shaped in _parts(rule, kind):
        if isinstance(part, Elements) and part.quantifier != "any":
            yield replace(_stance(rule, part, part.predicate, shaped=shaped), wrong=part.quantifier == "none")
        elif isinstance(part, Test) and part.op in _EQUALS | _DIFFERS and _literal(part):
            yield _stance(rule, part, part)


def _stance(rule: Rule, part: Elements | Test, predicate: Predicate, *, shaped: bool = False) -> Stance:
    subject = _PART_OF.get(part.subject, part.subject)
    return Stance(rule, part.subject, subject, isinstance(part, Elements), predicate, shaped=shaped)


def _parts(rule: Rule, kind: str) -> Iterator[tuple[Predicate, bool]]:
    """Go through what must all hold, as far as it reads one field of the row and nothing else."""
    for part in _conjuncts(rule.require):
        if isinstance(part, Elements | Test) and reads(part, kind) == (part.subject,):
            fact = tables.fact(kind, part.subject)
            element = fact.type.element if fact else None
            shaped = element is not None and element.members is not None
            if not shaped or (element and element.members and _IDENTITY in element.members):
                yield part, shaped


def _conjuncts(predicate: Predicate) -> Iterator[Predicate]:
    if isinstance(predicate, AllOf):
        for part in predicate.parts:
            yield from _conjuncts(part)
    else:
        yield predicate


def _alternatives(predicate: Predicate) -> Iterator[Predicate]:
    if isinstance(predicate, AnyOf):
        for part in predicate.parts:
            yield from _alternatives(part)
    else:
        yield predicate


def _spells(part: Predicate, subject: str) -> bool:
    """Tell whether a part of a predicate does nothing but name values."""
    if isinstance(part, InList):
        return part.subject == subject and all(set(entry.keys) == {""} for entry in part.entries)
    return isinstance(part, Test) and part.subject == subject and part.op in _EQUALS and _literal(part)


def _literal(test: Test) -> bool:
    return all(isinstance(one, Literal) for one in test.operands)


def _values(part: Predicate) -> tuple[Scalar, ...]:
    if isinstance(part, InList):
        return tuple(entry.keys[""] for entry in part.entries)
    return tuple(one.value for one in part.operands if isinstance(one, Literal)) if isinstance(part, Test) else ()

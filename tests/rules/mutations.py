"""Small changes to random predicates: what an author might do to a rule, for better or worse."""

from dataclasses import replace
from random import Random

from scanner.rules.language.syntax import AllOf, AnyOf, Elements, InList, Not, Predicate, Size, Test
from scanner.tables import INTEGER
from tests.rules import worlds
from tests.rules.worlds import DAYS, LISTS, PATTERNS, SCALARS


def changed(random: Random, node: Predicate) -> Predicate:
    """Change a predicate somewhere."""
    roll = random.random()
    if isinstance(node, AllOf | AnyOf) and roll < 0.7:
        return _composed(random, node)
    if isinstance(node, Not) and roll < 0.8:
        return Not(changed(random, node.part))
    if isinstance(node, Elements) and roll < 0.6:
        return Elements(node.subject, node.quantifier, _inner(random, node))
    if isinstance(node, Test | Size) and roll < 0.6 and node.op not in {"present", *PATTERNS}:
        return _limit(random, node)
    if isinstance(node, InList) and roll < 0.6 and node.entries:
        return _entries(random, node)
    wrapped = AllOf if random.random() < 0.5 else AnyOf
    return wrapped((node, worlds.predicate(random, 1))) if random.random() < 0.8 else worlds.predicate(random, 1)


def _composed(random: Random, node: AllOf | AnyOf) -> Predicate:
    parts = list(node.parts)
    where, roll = random.randrange(len(parts)), random.random()
    if roll < 0.5:
        parts[where] = changed(random, parts[where])
    elif roll < 0.7 and len(parts) > 1:
        del parts[where]
    elif roll < 0.85:
        parts.append(worlds.predicate(random, 1))
    else:
        random.shuffle(parts)
    return type(node)(tuple(parts))


def _limit(random: Random, node: Test | Size) -> Predicate:
    type_ = INTEGER if isinstance(node, Size) else SCALARS.get(node.subject)
    if type_ is None:
        return node
    operands = list(node.operands)
    operands[random.randrange(len(operands))] = worlds.operand(random, type_)
    return replace(node, operands=tuple(operands))


def _entries(random: Random, node: InList) -> Predicate:
    entries = list(node.entries)
    where, roll = random.randrange(len(entries)), random.random()
    if roll < 0.4:
        del entries[where]
    elif roll < 0.7:
        entries[where] = replace(entries[where], until=random.choice((None, *DAYS)))
    else:
        entries[where] = replace(entries[where], issued_until=random.choice((None, *DAYS)))
    return replace(node, entries=tuple(entries))


def _inner(random: Random, node: Elements) -> Predicate:
    asked, roll = node.predicate, random.random()
    other = worlds.elements(random, node.subject, LISTS[node.subject]).predicate
    if roll < 0.6:
        return (AllOf if roll < 0.3 else AnyOf)((asked, other))
    return Not(asked) if roll < 0.7 else other

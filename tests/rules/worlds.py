"""Random tables and random policies of a made-up kind that has every type of field in every origin."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.inventory.clock import with_time
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
from scanner.tables import (
    BOOLEAN,
    DURATION,
    INSTANT,
    INTEGER,
    SHARE,
    TEXT,
    Fact,
    Origin,
    Type,
    declared,
    decoded,
    derived,
    observed,
)

KIND = "thing"
LINK = tables.struct(subject__dn=TEXT, spki=TEXT, ca_owner=replace(TEXT, known_by="seen.text"), bits=INTEGER, verified=BOOLEAN)
DAYS = tuple(datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 5, 7, 9))
AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)
POOL: dict[str, Sequence[Any]] = {
    "text": ("a", "b", "B.a", "x.b.a.", "a\n", ""),
    "integer": (-1, 0, 1, 2, 3),
    "share": (0.0, 0.25, 0.6, 1.5),
    "duration": tuple(timedelta(days=days) for days in (-1, 0, 47, 90)),
    "boolean": (True, False),
    "instant": DAYS,
}
PATTERNS = {
    "matches": ("a", ".*a", "a|b", "[ab].?", "(?i)b\\.a", ".", ""),
    "glob": ("*", "a", "?", "*.a", "?.*", "b*", "*\n", ""),
    "under_domain": ("a", "b.a", "A.", "x.b.A"),
}
NUMERIC = ("at_least", "at_most", "more_than", "less_than")
EQUAL = ("is", "is_not", "one_of", "none_of", "present")


def _facts() -> Iterator[tuple[str, Fact]]:
    makers = {"read": decoded, "seen": observed, "said": declared, "made": derived}
    kinds = {"text": TEXT, "number": INTEGER, "flag": BOOLEAN, "share": SHARE, "span": DURATION, "at": INSTANT}
    lists = {"words": tables.many(TEXT), "numbers": tables.many(INTEGER), "links": tables.many(LINK)}
    for origin, make in makers.items():
        for name, type_ in (kinds | lists).items():
            yield f"{origin}.{name}", make(type_, "Made up.")
    yield "looked.text", derived(TEXT, "Made up.", known_by="seen.text")
    yield "not_before", decoded(INSTANT, "Made up.")
    yield "age", derived(DURATION, "Made up.", time=("not_before",))
    yield "expired", derived(BOOLEAN, "Made up.", time=("seen.at",))
    yield "elapsed_share", derived(SHARE, "Made up.", time=("not_before", "seen.at"))


FACTS = {name: replace(fact, name=name) for name, fact in _facts()}
SCALARS = {name: fact.type for name, fact in FACTS.items() if fact.type.name != "list"} | {"labels.zone": TEXT}
LISTS = {name: fact.type for name, fact in FACTS.items() if fact.type.name == "list"}
ALL = SCALARS | LISTS
SCHEMA = tables.MARKS | {name: type_.dtype for name, type_ in ALL.items()}
DECLARED = ("labels.zone", *(name for name, fact in FACTS.items() if fact.origin is Origin.DECLARED))
CLOCKS = ("not_before", "seen.at", "said.at", "as_of")


@contextmanager
def made_up() -> Iterator[None]:
    """Let the registry know the made-up kind for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tables.FACTS, KIND, FACTS)
        yield


# --- tables ----------------------------------------------------------------------------------------------------------


def table(random: Random, rows: int) -> pl.DataFrame:
    """Make a table; some never have nulls, open lists or marks, so that every short cut is taken too."""
    habits = Habits(random)
    made = [habits.row() for _ in range(rows)]
    frame = pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in made], schema=SCHEMA)
    return with_time(frame.drop(habits.unknown_columns), KIND, AS_OF)


class Habits:
    """How often what occurs in one table."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.null = random.choice((0.0, 0.3, 0.6))
        self.open = random.choice((0.0, 0.0, 0.3))
        self.hollow = random.choice((0.0, 0.3))
        self.marks = random.choice((0.0, 0.0, 0.3))
        self.decoded = random.choice(([True], [False, None], [True, False, None]))
        blank = random.choice((0.0, 0.0, 0.5))
        self.blank = {name for name in FACTS if random.random() < blank}
        """Facts that no row has."""
        self.unknown_columns = [name for name in ("labels.zone", "made.text", "seen.words") if random.random() < 0.1]

    def row(self) -> dict[str, Any]:
        """Make a row; time facts are sometimes stated."""
        row: dict[str, Any] = {"_decoded": self.random.choice(self.decoded)}
        for name, fact in FACTS.items():
            stated = not fact.time or self.random.random() < 0.1
            row[name] = self.value(fact.type) if stated and name not in self.blank and self.random.random() >= self.null else None
        row["labels.zone"] = self.random.choice((None, "a", "b"))
        for mark in ("_unknown", "_absent"):
            row[mark] = [name for name in (*FACTS, "labels.zone") if self.random.random() < self.marks]
        return row

    def value(self, type_: Type) -> Any:
        """Make a value of a type."""
        if type_.element is None:
            return self.random.choice(POOL[type_.name])
        return [self.element(type_.element) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]

    def element(self, type_: Type) -> Any:
        """Make an element; null says that there may be more."""
        if self.random.random() < self.open:
            return None
        if type_.members is None:
            return self.value(type_)
        return {
            name: None if self.random.random() < self.hollow else self.value(member) for name, member in type_.members.items()
        }


def certain(random: Random, type_: Type) -> Any:
    """Make a value with nothing unknown in it."""
    habits = Habits(random)
    habits.open = habits.hollow = 0.0
    return habits.value(type_)


# --- policies --------------------------------------------------------------------------------------------------------


def predicate(random: Random, depth: int = 3) -> Predicate:
    """Make a predicate on a row."""
    if depth and random.random() < 0.55:
        parts = tuple(predicate(random, depth - 1) for _ in range(random.choice((1, 2, 2, 3))))
        return random.choice((AllOf(parts), AnyOf(parts), Not(parts[0])))
    roll = random.random()
    if roll < 0.4:
        name = random.choice(tuple(SCALARS))
        return comparison(random, name, SCALARS[name])
    if roll < 0.5:
        return InList("", "entries", entries(random, SCALARS, random.sample(tuple(SCALARS), 2)))
    if roll < 0.55:
        name = random.choice(tuple(SCALARS))
        return InList(name, "entries", entries(random, {"": SCALARS[name]}, [""]))
    name = random.choice(tuple(LISTS))
    if roll < 0.7:
        return size(random, name)
    return elements(random, name, LISTS[name])


def comparison(random: Random, name: str, type_: Type, *, within: bool = False) -> Test:
    """Make a comparison of a field or a part of an element."""
    ops = [*EQUAL]
    ops += NUMERIC if type_.name in {"integer", "share", "duration"} else ()
    ops += ("from", "before") if type_.name == "instant" else tuple(PATTERNS) if type_.name == "text" else ()
    op = random.choice(ops)
    if op == "present":
        return Test(name, op, (Literal(random.random() < 0.5),))
    if op in PATTERNS:
        return Test(name, op, (Literal(random.choice(PATTERNS[op])),))
    number = random.choice((1, 2, 3)) if op in {"one_of", "none_of"} else 1
    return Test(name, op, tuple(operand(random, type_, within=within) for _ in range(number)))


def operand(random: Random, type_: Type, *, within: bool = False, depth: int = 1) -> Operand:
    """Make an operand; within a list no other field can be named."""
    roll = random.random()
    if roll < 0.15 and not within:
        alike = [name for name, other in SCALARS.items() if other.name == type_.name]
        return FieldOperand(random.choice(alike))
    if roll < 0.4 and depth:
        values = [operand(random, type_, within=within, depth=depth - 1) for _ in range(random.choice((2, 3)))]
        starts = sorted(random.sample(DAYS, len(values) - 1))
        return Steps(random.choice(CLOCKS), values[0], tuple(zip(starts, values[1:], strict=True)))
    return Literal(random.choice(POOL[type_.name]))


def size(random: Random, name: str) -> Size:
    """Make a comparison of a list's size."""
    op = random.choice((*NUMERIC, "is", "is_not", "one_of", "none_of"))
    number = 2 if op in {"one_of", "none_of"} else 1
    return Size(name, op, tuple(operand(random, INTEGER) for _ in range(number)))


def elements(random: Random, name: str, type_: Type) -> Elements:
    """Make a question to the elements of a list."""
    assert type_.element is not None
    if type_.element.members is None and random.random() < 0.2:
        alike = [other for other, kind in SCALARS.items() if kind.name == type_.element.name]
        field = Test("", "is", (FieldOperand(random.choice(alike)),))
        return Elements(name, random.choice(("any", "none")), field)
    return Elements(name, random.choice(("any", "all", "none")), _inner(random, type_.element, 2))


def _inner(random: Random, type_: Type, depth: int) -> Predicate:
    if depth and random.random() < 0.4:
        parts = tuple(_inner(random, type_, depth - 1) for _ in range(2))
        return random.choice((AllOf(parts), AnyOf(parts), Not(parts[0])))
    parts_of = type_.members or {"": type_}
    if random.random() < 0.4:
        keys = ["subject.dn", "spki", "ca_owner", "bits"] if type_.members else [""]
        return InList("", "entries", entries(random, parts_of, keys))
    name = random.choice(tuple(parts_of))
    return comparison(random, name, parts_of[name], within=True)


def entries(random: Random, types: Any, keys: list[str]) -> tuple[Entry, ...]:
    """Make the entries of a list, some of them dated; a list may be empty."""
    made = []
    for _ in range(random.choice((0, 1, 2, 4))):
        chosen = random.sample(keys, random.choice((1, min(2, len(keys)))))
        values = {key: random.choice(POOL[types[key].name]) for key in chosen}
        until, issued = (random.choice((None, None, *DAYS)) for _ in range(2))
        made.append(Entry(values, until=until, issued_until=issued))
    return tuple(made)

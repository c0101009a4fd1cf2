"""What a comparison reads, a field of a row or a part of a list's element, and whether its null means absent or unknown."""

from collections.abc import Mapping
from copy import copy
from typing import Protocol

import polars as pl

from scanner import tables
from scanner.rules.engine.logic import Node
from scanner.rules.engine.survey import Survey
from scanner.tables import Fact, Origin, Type

Absence = bool | pl.Expr
"""Whether a null means absent, else unknown: for all rows alike, or row by row."""


class Scope(Protocol):
    """Where names are looked up."""

    def value(self, name: str) -> pl.Expr:
        """The column of a name, null where it is absent or unknown."""

    def type(self, name: str) -> Type:
        """The registry's type of a name."""

    def nullable(self, name: str) -> bool:
        """Whether any null occurs."""

    def absence(self, name: str) -> Absence:
        """Whether a null means absent."""

    def lacking(self, name: str) -> pl.Expr | None:
        """Say where a name is absent; None: nowhere."""


class Row:
    """The columns of a kind's table."""

    def __init__(self, kind: str, survey: Survey, *, undeclared: bool = False) -> None:
        self.kind = kind
        self.survey = survey
        self.undeclared = undeclared
        """Take absent declared facts as unknown: to find what only their absence decided."""
        self.answered: Mapping[Node, str] = {}
        """Questions to lists that are answered already, each in a column."""
        self._lacks: dict[tuple[str, bool], pl.Expr | None] = {}

    def knowing(self, answers: Mapping[Node, str]) -> "Row":
        """Return the same row with more answers."""
        row = copy(self)
        row.answered = {**self.answered, **answers}
        return row

    def fact(self, name: str) -> Fact:
        """The registry's entry; the loader has refused names without one."""
        found = tables.fact(self.kind, name)
        if found is None:
            raise KeyError(f"{self.kind} has no field {name}")
        return found

    def type(self, name: str) -> Type:
        """The registry's type of a field."""
        return self.fact(name).type

    def value(self, name: str) -> pl.Expr:
        """The column in its declared type; nulls where the table has none, an empty list where a list is said to be absent."""
        fact = self.fact(name)
        dtype = fact.type.dtype
        if name not in self.survey.schema:
            value = pl.lit(None, dtype)
        else:
            value = pl.col(name) if self.survey.schema[name] == dtype else pl.col(name).cast(dtype)
        if fact.type.name != "list":
            return value
        if name in self.survey.said_absent:
            value = pl.when(value.is_null() & _named(tables.ABSENT, name)).then(pl.lit([], dtype)).otherwise(value)
        return pl.when(value.list.len() > 0).then(value) if self._doubted(fact) else value

    def nullable(self, name: str) -> bool:
        """Whether any row has null there."""
        return self.survey.nulls(name) or self._doubted(self.fact(name))

    def absence(self, name: str) -> Absence:
        """Whether null means absent: by the marks of the row, else by the origin of the fact."""
        fact = self.fact(name)
        if self._doubted(fact):
            return False
        absent = self._by_sources(fact) if fact.time else self._by_origin(fact)
        if name in self.survey.said_unknown:
            absent = conjoined(absent, ~_named(tables.UNKNOWN, name))
        return disjoined(absent, _named(tables.ABSENT, name)) if name in self.survey.said_absent else absent

    def lacking(self, name: str) -> pl.Expr | None:
        """Say where a field is absent; None: nowhere."""
        return self._where(name, absent=True)

    def doubtful(self, name: str) -> pl.Expr | None:
        """Say where a field is unknown; None: nowhere."""
        return self._where(name, absent=False)

    def unknowable(self, name: str) -> bool:
        """Whether a field is unknown in every row."""
        # NOTE: a list that is said to be absent is no null, but empty.
        absent = name in self.survey.said_absent or self.lacking(name) is not None
        return self.survey.blank(name) and not absent

    def _where(self, name: str, *, absent: bool) -> pl.Expr | None:
        key = name, absent
        if key not in self._lacks:
            absence = self.absence(name) if self.nullable(name) else not absent
            where = conjoined(self.value(name).is_null(), absence if absent else inverted(absence))
            self._lacks[key] = where if isinstance(where, pl.Expr) and self.survey.ever(where) else None
        return self._lacks[key]

    def _doubted(self, fact: Fact) -> bool:
        return self.undeclared and fact.origin is Origin.DECLARED

    def _by_origin(self, fact: Fact) -> Absence:
        """NOTE: of a list, null is always unknown; an absent one is empty."""
        if fact.type.name == "list":
            return False
        if fact.origin is Origin.DECLARED:
            return True
        return self.decoded() if fact.origin is Origin.DECODED else self.known(fact.known_by)

    def decoded(self) -> Absence:
        """Whether the row was read from the object's own bytes."""
        read = self.survey.decoded
        return pl.col(tables.DECODED).fill_null(value=False) if read is None else read

    def known(self, name: str | None) -> Absence:
        """Whether the fact by which others are looked up is there."""
        if name is None:
            return False
        return self.value(name).is_not_null() if self.nullable(name) else True

    def _by_sources(self, fact: Fact) -> Absence:
        """A time fact is unknown where a source is and none is absent; without a value though all are known, absent."""
        unknown: Absence = False
        absent: Absence = False
        for name in fact.time:
            unknown = disjoined(unknown, self.doubtful(name))
            absent = disjoined(absent, self.lacking(name))
        return disjoined(absent, inverted(unknown))


class Element:
    """The elements of a list column; a null element is «there may be more» and never asked."""

    def __init__(self, row: Row, subject: str, settled: Mapping[str, bool] | None = None) -> None:
        self.row = row
        self.subject = subject
        self.settled = settled or {}
        """Members of which it is already decided, for the rows at hand, whether their null means absent."""
        element = row.type(subject).element
        if element is None:
            raise TypeError(f"{subject} is no list")
        self.element = element

    def value(self, name: str) -> pl.Expr:
        """The element itself, or a member of it."""
        return pl.element().struct.field(name) if name else pl.element()

    def type(self, name: str) -> Type:
        """The registry's type of the element or member."""
        return self.element.members[name] if name and self.element.members else self.element

    def nullable(self, name: str) -> bool:
        """Whether any element lacks it."""
        return bool(name) and len(self.row.survey.hollow(self.subject, name)) > 0

    def absence(self, name: str) -> Absence:
        """Whether a null member means absent: as the list's own origin has it, or by what it was looked up by."""
        if name in self.settled:
            return self.settled[name]
        origin = self.row.fact(self.subject).origin
        if origin is Origin.DECLARED:
            return True
        absence = self.row.decoded() if origin is Origin.DECODED else self.row.known(self.type(name).known_by)
        return self._alike(name, absence) if isinstance(absence, pl.Expr) else absence

    def _alike(self, name: str, absence: pl.Expr) -> Absence:
        """Answer for all rows at once, if those that lack the member are alike."""
        survey = self.row.survey
        answers = survey.table.select(absence).to_series().gather(survey.hollow(self.subject, name))
        return True if answers.all() else absence if answers.any() else False

    def lacking(self, name: str) -> pl.Expr | None:
        """Say where a part is absent; None: nowhere."""
        if not self.nullable(name):
            return None
        where = conjoined(self.value(name).is_null(), self.absence(name))
        return where if isinstance(where, pl.Expr) else None


def _named(mark: str, name: str) -> pl.Expr:
    return pl.col(mark).list.contains(name).fill_null(value=False)


def inverted(absence: Absence) -> Absence:
    """Say «not», of a column or of all rows."""
    return ~absence if isinstance(absence, pl.Expr) else not absence


def conjoined(one: Absence | None, other: Absence | None) -> Absence:
    """Join with «and»; None is false."""
    if isinstance(one, pl.Expr) and isinstance(other, pl.Expr):
        return one & other
    if isinstance(one, pl.Expr):
        return one if other else False
    return other if one and other is not None else False


def disjoined(one: Absence | None, other: Absence | None) -> Absence:
    """Join with «or»; None is false."""
    if isinstance(one, pl.Expr) and isinstance(other, pl.Expr):
        return one | other
    if isinstance(one, pl.Expr):
        return True if other else one
    return True if one else other if other is not None else False

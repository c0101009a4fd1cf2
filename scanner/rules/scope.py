"""What a predicate is evaluated over: a row of a kind's table or an element of a list; and what null means there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from scanner import tables
from scanner.tables import Fact, Origin

NEVER = pl.lit(value=False)


@dataclass(frozen=True, slots=True)
class RowScope:
    """The columns of a table."""

    kind: str
    columns: frozenset[str]
    as_of: datetime
    unknown_marks: bool = True
    """Some row names facts in `_unknown`."""
    absent_marks: bool = True
    """Some row names facts in `_absent`."""
    declared_unknown: bool = False
    """Take absent declared facts as unknown: to tell a skip that only a missing declaration caused."""

    @classmethod
    def of(cls, kind: str, table: pl.DataFrame, as_of: datetime) -> "RowScope":
        """Look once per table at which marks are used."""

        def used(mark: str) -> bool:
            return mark in table.columns and bool(table[mark].list.len().sum())

        return cls(kind, frozenset(table.columns), as_of, used(tables.UNKNOWN), used(tables.ABSENT))

    def fact(self, name: str) -> Fact:
        """The registry's entry; the loader has refused names that are not there."""
        found = tables.fact(self.kind, name)
        if found is None:
            raise KeyError(f"{self.kind} has no field {name}")
        return found

    def value(self, name: str) -> pl.Expr:
        """The column, or nulls where the table has none; an absent declared list is empty."""
        fact = self.fact(name)
        value = pl.col(name) if name in self.columns else pl.lit(None, fact.type.dtype)
        if self.declared_unknown and fact.origin is Origin.DECLARED and fact.type.name == "list":
            return pl.when(value.list.len() > 0).then(value)
        return value

    def absent(self, name: str) -> pl.Expr:
        """Where the fact is known not to be there."""
        fact = self.fact(name)
        if fact.time:
            return _any(self.absent(source) for source in fact.time)
        if fact.type.name == "list":
            return NEVER
        null = self.value(name).is_null()
        if fact.origin is Origin.DECODED:
            known = null & self._mark(tables.DECODED)
        elif fact.origin is Origin.DECLARED:
            known = NEVER if self.declared_unknown else null
        elif fact.known_by:
            known = null & self.value(fact.known_by).is_not_null()
        else:
            known = NEVER
        if self.unknown_marks and known is not NEVER:
            known &= ~pl.col(tables.UNKNOWN).list.contains(name).fill_null(value=False)
        if self.absent_marks and not self.declared_unknown:
            known |= null & pl.col(tables.ABSENT).list.contains(name).fill_null(value=False)
        return known

    def unknown(self, name: str) -> pl.Expr:
        """Where the fact may or may not be there; a list also where it is open."""
        value = self.value(name)
        if self.fact(name).type.name == "list":
            return value.is_null() | (value.list.agg(pl.element().null_count()) > 0)
        return value.is_null() & ~self.absent(name)

    def _mark(self, mark: str) -> pl.Expr:
        return pl.col(mark).fill_null(value=False) if mark in self.columns else NEVER


@dataclass(frozen=True, slots=True)
class ElementScope:
    """One element of a list; a null sub-field is unknown."""

    as_of: datetime

    def value(self, name: str) -> pl.Expr:
        """The element itself, or a sub-field of it."""
        return pl.element().struct.field(name) if name else pl.element()

    def absent(self, _name: str) -> pl.Expr:
        """Elements know no absence."""
        return NEVER


Scope = RowScope | ElementScope


def _any(parts: Iterable[pl.Expr]) -> pl.Expr:
    result = NEVER
    for part in parts:
        result = part if result is NEVER else result | part
    return result

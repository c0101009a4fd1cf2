"""What a fact is: its type, where it comes from, and what its null means."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from typing import Any

import polars as pl

from scanner.record import record


class Origin(StrEnum):
    """Where a fact comes from; it decides whether null means absent or unknown (docs: policy language, Meaning)."""

    DECODED = "decoded"
    OBSERVED = "observed"
    DECLARED = "declared"
    DERIVED = "derived"


@record
class Type:
    """The type of a fact: what policies may compare it with, and its Polars dtype."""

    name: str
    dtype: pl.DataType
    values: tuple[str, ...] = ()
    """The words an enumerated text may be."""
    pattern: str | None = None
    """Other texts that an enumerated text may be beside `values` (a dotted OID)."""
    element: "Type | None" = None
    """Of a list."""
    members: "Mapping[str, Type] | None" = None
    """Of a struct: its keys."""
    known_by: str | None = None
    """Of a key of a struct: its null is absent (not unknown) in rows where the named fact is not null."""


TEXT = Type("text", pl.String())
BOOLEAN = Type("boolean", pl.Boolean())
INTEGER = Type("integer", pl.Int64())
SHARE = Type("share", pl.Float64())
DURATION = Type("duration", pl.Duration("us"))
INSTANT = Type("instant", pl.Datetime("us", "UTC"))


def enum(values: Sequence[str], pattern: str | None = None) -> Type:
    """Text that is one of these words, or matches the pattern."""
    return replace(TEXT, values=tuple(values), pattern=pattern)


def many(element: Type) -> Type:
    """A list; a null element says that there may be more (an open list)."""
    return Type("list", pl.List(element.dtype), element=element)


def struct(**members: Type) -> Type:
    """A structure; a double underscore in a keyword stands for the dot of a dotted key."""
    named = {name.replace("__", "."): type_ for name, type_ in members.items()}
    return Type("struct", pl.Struct({name: type_.dtype for name, type_ in named.items()}), members=named)


@record
class Fact:
    """One field: its dotted name is given by where it stands in the class of its kind."""

    type: Type
    origin: Origin
    doc: str
    unit: str | None = None
    known_by: str | None = None
    """Null of this fact is absent (not unknown) in rows where the named fact is not null."""
    time: tuple[str, ...] = ()
    """A time fact: computed from `as_of` and these facts at evaluation, never stored."""
    joined: str | None = None
    """Taken at evaluation from the rows of this kind, never stored."""
    clause: str | None = None
    """The clause of a standard that makes policies ask for it."""
    name: str = field(default="")

    @property
    def stored(self) -> bool:
        """It is a column of the kind's table; else it is computed at every evaluation."""
        return not self.time and self.joined is None


def decoded(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact read from the object's own bytes."""
    return Fact(type_, Origin.DECODED, doc, **more)


def observed(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact seen by a probe, a scan or the reader of a file."""
    return Fact(type_, Origin.OBSERVED, doc, **more)


def declared(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact somebody states about the asset."""
    return Fact(type_, Origin.DECLARED, doc, **more)


def derived(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact computed from other facts."""
    return Fact(type_, Origin.DERIVED, doc, **more)

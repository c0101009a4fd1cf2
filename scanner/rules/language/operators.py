"""The operators of policies: one function each, whose type hints say which fields it fits and what it takes.

A column function sees values only; what null means is decided around it (`scanner.rules.status`), so that no operator
can forget it. Text is matched by anchored expressions of a linear-time engine: `$` alone would match before a newline.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, get_args, get_type_hints

import polars as pl
from polars.exceptions import ComputeError

from scanner.record import record
from scanner.tables import Type


class Takes(Enum):
    """What stands to the right of an operator."""

    VALUE = "one operand of the field's type"
    VALUES = "one or more operands of the field's type"
    BOOLEAN = "true or false"
    TEXT = "text"
    LIST_NAME = "the name of a list"
    PREDICATE = "a predicate on an element"
    NUMBER = "a number, or a predicate on numbers"


@record
class On:
    """The types, by name, that a subject may have."""

    types: tuple[str, ...]


@record
class Operator:
    """One operator, as the loader, the schema and the docs read it."""

    name: str
    doc: str
    """One sentence."""
    types: tuple[str, ...]
    takes: Takes
    build: Callable[[pl.Expr, Any], pl.Expr] | None
    """Subject and operand to a nullable boolean; None: a phrase, said in other operators before columns are made."""
    opposite_of: str | None = None
    """A phrase for «not» the named operator; so it is true of an absent subject."""

    def fits(self, type_: Type) -> bool:
        """Tell whether the operator may stand on a field of this type."""
        return type_.name in self.types


SCALARS = ("text", "boolean", "integer", "share", "duration", "instant")

Value = Annotated[pl.Expr, On(SCALARS)]
Number = Annotated[pl.Expr, On(("integer", "share", "duration"))]
Moment = Annotated[pl.Expr, On(("instant",))]
Text = Annotated[pl.Expr, On(("text",))]
Listed = Annotated[pl.Expr, On(("list",))]

One = Annotated[pl.Expr, Takes.VALUE]
Many = Annotated[Sequence[Any], Takes.VALUES]
Flag = Annotated[bool, Takes.BOOLEAN]
Pattern = Annotated[str, Takes.TEXT]
Predicate = Annotated[pl.Expr, Takes.PREDICATE]

OPERATORS: dict[str, Operator] = {}
"""By name; phrases come last."""

Column = Callable[[pl.Expr, Any], pl.Expr]


def operator(name: str) -> Callable[[Column], Column]:
    """Register the function of an operator; its hints say what it fits and takes."""

    def register(column: Column) -> Column:
        subject, operand, _ = get_type_hints(column, include_extras=True).values()
        fits, takes = get_args(subject)[1], get_args(operand)[1]
        doc = (column.__doc__ or "").partition("\n")[0]
        OPERATORS[name] = Operator(name, doc, fits.types, takes, column)
        return column

    return register


@operator("is")
def is_(subject: Value, operand: One) -> pl.Expr:
    """The value equals the operand; a bare scalar means this."""
    return subject == operand


@operator("one_of")
def one_of(subject: Value, operand: Many) -> pl.Expr:
    """The value is one of the operands; a bare list means this."""
    return subject.is_in(operand)


@operator("present")
def present(subject: Value, operand: Flag) -> pl.Expr:
    """The value is known to be there (true), or known not to be (false)."""
    return subject.is_not_null() == operand


@operator("at_least")
def at_least(subject: Number, operand: One) -> pl.Expr:
    """The value is the operand or more."""
    return subject >= operand


@operator("at_most")
def at_most(subject: Number, operand: One) -> pl.Expr:
    """The value is the operand or less."""
    return subject <= operand


@operator("more_than")
def more_than(subject: Number, operand: One) -> pl.Expr:
    """The value is more than the operand."""
    return subject > operand


@operator("less_than")
def less_than(subject: Number, operand: One) -> pl.Expr:
    """The value is less than the operand."""
    return subject < operand


@operator("from")
def from_(subject: Moment, operand: One) -> pl.Expr:
    """The instant is the operand or later."""
    return subject >= operand


@operator("before")
def before(subject: Moment, operand: One) -> pl.Expr:
    """The instant is earlier than the operand."""
    return subject < operand


@operator("matches")
def matches(subject: Text, operand: Pattern) -> pl.Expr:
    """The whole text matches the regular expression (linear-time engine, no look-around)."""
    if fault := pattern_fault(operand):
        raise ComputeError(fault)
    return subject.str.contains(whole(operand), strict=True)


@operator("glob")
def glob(subject: Text, operand: Pattern) -> pl.Expr:
    """The whole text matches the pattern: `*` stands for any characters, `?` for one."""
    return subject.str.contains(whole(_globbed(operand)), strict=True)


@operator("under_domain")
def under_domain(subject: Text, operand: Pattern) -> pl.Expr:
    """The text is the domain name or one below it, label by label, without regard to case or a final dot."""
    return subject.str.contains(whole(_domain(operand)), strict=True)


@operator("any")
def any_(subject: Listed, operand: Predicate) -> pl.Expr:
    """At least one element fulfils the predicate."""
    return subject.list.agg(operand.any(ignore_nulls=False))


@operator("all")
def all_(subject: Listed, operand: Predicate) -> pl.Expr:
    """Every element fulfils the predicate; true of an empty list."""
    return subject.list.agg(operand.all(ignore_nulls=False))


def _phrase(name: str, doc: str, types: tuple[str, ...], takes: Takes, opposite_of: str | None = None) -> None:
    OPERATORS[name] = Operator(name, doc, types, takes, None, opposite_of)


_phrase("is_not", "The value differs from the operand, or is absent.", SCALARS, Takes.VALUE, "is")
_phrase("none_of", "The value is none of the operands, or is absent.", SCALARS, Takes.VALUES, "one_of")
_phrase("none", "No element fulfils the predicate; true of an empty list.", ("list",), Takes.PREDICATE, "any")
_phrase("count", "The number of elements is the operand, or fulfils the predicate.", ("list",), Takes.NUMBER)
_phrase("not", "The predicate does not hold.", (*SCALARS, "list", "struct"), Takes.PREDICATE)
_phrase("empty", "The list has no element (true) or at least one (false).", ("list",), Takes.BOOLEAN)
_phrase("in_list", "The value, or every key of an entry, is in the named list.", (*SCALARS, "struct"), Takes.LIST_NAME)


def literal(text: str) -> str:
    """Quote text for the expression engine (only ASCII punctuation may follow a backslash there)."""
    return re.sub(r"[\\.+*?()|\[\]{}^$#&~-]", r"\\\g<0>", text)


def _globbed(text: str) -> str:
    return "".join(".*" if char == "*" else "." if char == "?" else literal(char) for char in text)


def _domain(text: str) -> str:
    return rf"(?:.*\.)?(?i-u:{literal(text.removesuffix('.'))})\.?"


def alternatives(said: Iterable[tuple[str, str]]) -> str:
    """Join patterns, each with its operator, to one expression: one walk over the text finds out about all."""
    written: dict[str, Callable[[str], str]] = {"matches": str, "glob": _globbed, "under_domain": _domain}
    return "|".join(f"(?:{written[op](text)})" for op, text in said)


def whole(expression: str) -> str:
    """Anchor an expression at both ends; with `(?s)` the engine skips a leading `.*`."""
    return f"(?s)^(?:{expression})$"


@lru_cache(maxsize=4096)
def pattern_fault(expression: str) -> str | None:
    """Say why an expression does not compile.

    It is tried alone first: `a)|(b` would be legal between the brackets of the anchors, and anchored at neither end.
    """
    for tried in (expression, whole(expression)):
        try:
            pl.Series([""]).str.contains(tried, strict=True)
        except ComputeError as error:
            lines = str(error).partition("\n\n")[0].splitlines()
            where = f" (character {lines[2].index('^') - 3})" if lines[1:2] == [f"    {expression}"] else ""
            return lines[-1].removeprefix("error: ").removeprefix("regex error: ") + where
    return None

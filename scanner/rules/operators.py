"""Operators: each one small column expression, with the types it fits; the loader, the schema and the docs read this list."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from scanner.tables import Type


class Takes(StrEnum):
    """What stands behind an operator."""

    VALUE = "value"
    """One operand of the field's type; also `$param`, `{ field: … }`, `{ by: …, steps: … }`."""
    VALUES = "values"
    """A list of such operands, at least one."""
    BOOLEAN = "boolean"
    TEXT = "text"
    LIST_NAME = "list name"
    PREDICATE = "predicate"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of the language."""

    name: str
    doc: str
    types: frozenset[str]
    """Names of the types it fits."""
    takes: Takes
    build: Callable[..., pl.Expr] | None = None
    """Column and operand expressions to a nullable boolean; None where the compiler does more."""

    def fits(self, type_: Type) -> bool:
        """Tell whether the operator may stand on a field of this type."""
        return type_.name in self.types


SCALARS = frozenset({"text", "boolean", "integer", "share", "duration", "instant"})
NUMBERS = frozenset({"integer", "share", "duration"})
TEXTS = frozenset({"text"})
INSTANTS = frozenset({"instant"})
LISTS = frozenset({"list"})

OPERATORS: dict[str, Operator] = {}


def operator(types: frozenset[str], takes: Takes) -> Callable[[Callable[..., pl.Expr]], Callable[..., pl.Expr]]:
    """Register the function as an operator; a trailing underscore keeps Python's own words free."""

    def register(build: Callable[..., pl.Expr]) -> Callable[..., pl.Expr]:
        name = build.__name__.rstrip("_")
        OPERATORS[name] = Operator(name, (build.__doc__ or "").strip(), types, takes, build)
        return build

    return register


@operator(SCALARS, Takes.VALUE)
def is_(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The field equals the value; a bare value means `is`."""
    return column == operand


@operator(NUMBERS, Takes.VALUE)
def at_least(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The field is this much or more."""
    return column >= operand


@operator(NUMBERS, Takes.VALUE)
def at_most(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The field is this much or less."""
    return column <= operand


@operator(NUMBERS, Takes.VALUE)
def more_than(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The field is more than this."""
    return column > operand


@operator(NUMBERS, Takes.VALUE)
def less_than(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The field is less than this."""
    return column < operand


@operator(INSTANTS, Takes.VALUE)
def from_(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The instant is this one or later."""
    return column >= operand


@operator(INSTANTS, Takes.VALUE)
def before(column: pl.Expr, operand: pl.Expr) -> pl.Expr:
    """The instant is earlier than this one."""
    return column < operand


@operator(TEXTS, Takes.TEXT)
def matches(column: pl.Expr, pattern: str) -> pl.Expr:
    """The whole text matches the regular expression (linear time, no look-around)."""
    return column.str.contains(whole(pattern), strict=True)


@operator(TEXTS, Takes.TEXT)
def glob(column: pl.Expr, pattern: str) -> pl.Expr:
    """The whole text matches the pattern: `*` any characters, `?` one."""
    return column.str.contains(whole(glob_pattern(pattern)), strict=True)


@operator(TEXTS, Takes.TEXT)
def under_domain(column: pl.Expr, domain: str) -> pl.Expr:
    """The DNS name is this one or below it, label by label, without regard to case or a final dot."""
    return column.str.contains(whole(domain_pattern(domain)), strict=True)


def whole(pattern: str) -> str:
    """Anchor a pattern to the whole text; `(?s)` lets the engine skip a leading `.*`."""
    return f"(?s)^(?:{pattern})$"


def glob_pattern(pattern: str) -> str:
    """Write a glob as a regular expression."""
    return "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)


def domain_pattern(domain: str) -> str:
    """Write «this name or below it» as a regular expression."""
    return rf"(?i)(?:.*\.)?{re.escape(domain.rstrip('.'))}\.?"


def _compound(name: str, doc: str, types: frozenset[str], takes: Takes) -> None:
    OPERATORS[name] = Operator(name, doc, types, takes)


_compound("is_not", "The field differs from the value; true of an absent field.", SCALARS, Takes.VALUE)
_compound("one_of", "The field is one of the values; a bare list means `one_of`.", SCALARS, Takes.VALUES)
_compound("none_of", "The field is none of the values; true of an absent field.", SCALARS, Takes.VALUES)
_compound("present", "The fact is there (`true`) or known to be absent (`false`).", SCALARS, Takes.BOOLEAN)
_compound("in_list", "An entry of the policy's list matches.", SCALARS | {"struct"}, Takes.LIST_NAME)
_compound("any", "At least one element meets the predicate.", LISTS, Takes.PREDICATE)
_compound("all", "Every element meets the predicate; true of an empty list.", LISTS, Takes.PREDICATE)
_compound("none", "No element meets the predicate; true of an empty list.", LISTS, Takes.PREDICATE)
_compound("count", "The number of elements meets the predicate.", LISTS, Takes.NUMBER)
_compound("empty", "The list has no element (`true`) or at least one (`false`).", LISTS, Takes.BOOLEAN)
_compound("not", "The predicate does not hold.", SCALARS | LISTS | {"struct"}, Takes.PREDICATE)

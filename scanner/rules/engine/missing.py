"""Why a rule is undecided: unknown fields read by an undecided test all of whose enclosing conditions are undecided too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

import polars as pl

from scanner import alike, tables
from scanner.rules.engine.comparisons import choose
from scanner.rules.engine.compile import members, truth
from scanner.rules.engine.logic import Both, Compare, Either, Inverse, Length, Node, Outside, Quantified, kids
from scanner.rules.engine.reads import operands
from scanner.rules.engine.scope import Element, Row, inverted
from scanner.rules.language.syntax import FieldOperand, Literal, Operand, Steps

ALWAYS = pl.lit(value=True)
NEVER = pl.lit(value=False)
BITS = 64
NAMES = pl.List(pl.String())

Flags = dict[str, pl.Expr]
"""Field to where it is missing; it is asked of undecided rows only."""


def flags(conditions: Iterable[Node], row: Row) -> Flags:
    """Find the missing fields of rows whose outcome is unknown, given what they were judged by (`when` and `require`).

    Of such a row `when` is not false, nor is `require` true.
    """
    found = _joined(_guarded(condition, row, never=never) for condition, never in zip(conditions, (False, True), strict=False))
    # NOTE: where only one field can be missing at all, it is the one.
    return dict.fromkeys(found, ALWAYS) if len(found) == 1 else found


def _guarded(node: Node, row: Row, *, never: bool) -> Flags:
    """Count what is missing in a condition only where it is undecided itself; `never` is an answer no row at hand gives."""
    inside = _of(node, row)
    if not inside or _undecided(node, row, never=never):
        return inside
    undecided = truth(node, row).is_null()
    return {name: _and(undecided, flag) for name, flag in inside.items()}


def _undecided(node: Node, row: Row, *, never: bool | None) -> bool:
    """Tell whether a condition is undecided in every row that does not answer `never`: all its parts are, or one decides."""
    match node:
        case Both(parts) | Either(parts):
            decisive = isinstance(node, Either)
            if never is decisive:
                return any(_undecided(part, row, never=decisive) for part in parts)
            return all(_undecided(part, row, never=None) for part in parts)
        case Inverse(part):
            return _undecided(part, row, never=None if never is None else not never)
        case Compare(subject=subject, operands=operands):
            return all(isinstance(one, Literal) for one in operands) and row.unknowable(subject)
        case Quantified(subject=subject):
            return row.unknowable(subject)
    return False


def _of(node: Node, row: Row) -> Flags:
    match node:
        case Compare():
            return _of_test([_of_field(node.subject, row), *_of_operands(node.operands, row)])
        case Length():
            return _of_test([_of_list(node, row), *_of_operands(node.operands, row)])
        case Quantified(part=part):
            asked = [_of_field(name, row) for name in dict.fromkeys(_asked_of_row(part))]
            return _of_test([_of_list(node, row), *asked])
        case Inverse(part):
            # What is said of the opposite is undecided where it is itself.
            return _of(part, row)
    # Where all of «and» is undecided no part is false, where all of «or» is none is true.
    return _joined(_guarded(kid, row, never=isinstance(node, Either)) for kid in kids(node))


def _and(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return one if other is ALWAYS else one & other


def _of_test(parts: Sequence[Flags]) -> Flags:
    """NOTE: an undecided test that can miss only one field misses it, however that would have to be found out."""
    found = _joined(parts)
    return dict.fromkeys(found, ALWAYS) if len(found) == 1 else found


def _of_field(name: str, row: Row) -> Flags:
    """A field is missing where it is unknown; a time fact is told by its sources, unless it is itself said to be unknown."""
    unknown = row.doubtful(name)
    if unknown is None:
        return {}
    sources = row.fact(name).time
    if not sources:
        return {name: unknown}
    found = {source: unknown & flag for part in sources for source, flag in _of_field(part, row).items()}
    if name in row.survey.said_unknown:
        found[name] = unknown & pl.col(tables.UNKNOWN).list.contains(name).fill_null(value=False)
    return found


def _of_operands(said: Iterable[Operand], row: Row) -> Iterator[Flags]:
    for operand in said:
        if isinstance(operand, FieldOperand):
            yield _of_field(operand.name, row)
        elif isinstance(operand, Steps):
            yield from _of_steps(operand, row)


def _of_steps(steps: Steps, row: Row) -> Iterator[Flags]:
    """Only the step that holds is read; every one might be, where the clock is unknown."""
    yield _of_field(steps.clock, row)
    each = [_joined(_of_operands([one], row)) for one in (steps.first, *(later for _, later in steps.later))]
    starts = [start for start, _ in steps.later]
    clock, unsure = row.value(steps.clock), row.doubtful(steps.clock)
    for name in dict.fromkeys(name for one in each for name in one):
        here = [one.get(name, NEVER) for one in each]
        told = clock.is_not_null() & choose(clock, starts, here)
        yield {name: told if unsure is None else told | (unsure & reduce(or_, here))}


def fields(node: Node) -> Iterator[str]:
    """Name the fields of the row that a form of logic reads."""
    match node:
        case Quantified(subject=subject, part=part):
            yield subject
            yield from _asked_of_row(part)
        case Compare() | Length():
            yield node.subject
            yield from operands(node.operands)
        case _:
            for kid in kids(node):
                yield from fields(kid)


def _asked_of_row(node: Node) -> Iterator[str]:
    """Name the fields of the row that a question to the elements of a list reads."""
    match node:
        case Compare():
            yield from operands(node.operands)
        case Outside(part):
            yield part.subject
        case _:
            for kid in kids(node):
                yield from _asked_of_row(kid)


def _of_list(node: Length | Quantified, row: Row) -> Flags:
    """A list is missing where it is unknown, open, or an element lacks what was asked of it."""
    name, survey = node.subject, row.survey
    values = row.value(name)
    found = [values.is_null()] if row.nullable(name) else []
    if survey.open(name):
        found.append((values.list.agg(pl.element().null_count()) > 0).fill_null(value=False))
    if isinstance(node, Quantified):
        found += _hollow(Element(row, name), values, members(node.part))
    return {name: reduce(or_, found)} if found else {}


def _hollow(element: Element, values: pl.Expr, names: Iterable[str]) -> Iterator[pl.Expr]:
    for name in names:
        if name and element.nullable(name):
            unknown = inverted(element.absence(name))
            lacks = values.list.agg(element.value(name).is_null().any()).fill_null(value=False)
            if unknown is not False:
                yield lacks if unknown is True else lacks & unknown


def _joined(parts: Iterable[Flags]) -> Flags:
    found: Flags = {}
    for part in parts:
        for name, flag in part.items():
            found[name] = _or(found[name], flag) if name in found else flag
    return found


def _or(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return ALWAYS if one is ALWAYS or other is ALWAYS else one | other


def masks(flagged: Mapping[str, pl.Expr]) -> list[pl.Expr]:
    """Pack flags into integers `mask0` …, one bit for each field in their order."""
    numbered = list(enumerate(flagged.values()))
    chunks = [numbered[start : start + BITS] for start in range(0, len(numbered), BITS)]
    return [_mask(chunk).alias(f"mask{number}") for number, chunk in enumerate(chunks)]


def _mask(flags: Sequence[tuple[int, pl.Expr]]) -> pl.Expr:
    always = sum(1 << number % BITS for number, flag in flags if flag is ALWAYS)
    bits = (
        pl.when(flag).then(pl.lit(1 << number % BITS, pl.UInt64())).otherwise(pl.lit(0, pl.UInt64()))
        for number, flag in flags
        if flag is not ALWAYS
    )
    return reduce(or_, bits, pl.lit(always, pl.UInt64()))


def names(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """Turn masks back into sorted lists of field names, the few distinct ones only once."""
    columns = [name for name in frame.columns if name.startswith("mask")]
    if not columns:
        return pl.Series("missing", [[]] * frame.height, dtype=NAMES)
    return alike.once_each(frame.select(columns), lambda row: [_named(fields, tuple(row.values()))], {"missing": NAMES})[
        "missing"
    ]


def _named(fields: Sequence[str], row: Sequence[int | None]) -> list[str]:
    return sorted(name for number, name in enumerate(fields) if (row[number // BITS] or 0) >> number % BITS & 1)

"""A predicate becomes one nullable boolean column: true, false, or null for unknown (Kleene logic throughout).

`absent` needs no branch: a positive comparison is `comparison & ~absent`, and null & false is false.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import and_, or_

import polars as pl

from scanner.rules import operators
from scanner.rules.scope import NEVER, ElementScope, RowScope, Scope
from scanner.rules.syntax import (
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
    Rule,
    Scalar,
    Size,
    Steps,
    Test,
)

UNDECIDED = pl.lit(None, pl.Boolean())
TRUE = pl.lit(value=True)
NAMED_BY_BYTES = frozenset({"spki_sha256", "fingerprint_sha256"})


@dataclass(frozen=True, slots=True)
class Fixed:
    """A predicate whose value is already known: stands for a lifted clock that is absent (false) or unknown (null)."""

    value: bool | None


Node = Predicate | Fixed


def column(predicate: Node, scope: Scope) -> pl.Expr:
    """Compile a predicate over a scope."""
    if isinstance(predicate, AllOf):
        return reduce(and_, [column(part, scope) for part in predicate.parts], TRUE)
    if isinstance(predicate, AnyOf):
        return reduce(or_, [column(part, scope) for part in predicate.parts], NEVER)
    if isinstance(predicate, Not):
        return ~column(predicate.part, scope)
    if isinstance(predicate, Test):
        return _test(predicate, scope)
    if isinstance(predicate, InList):
        return _in_list(predicate, scope)
    if isinstance(predicate, Fixed):
        return UNDECIDED if predicate.value is None else pl.lit(predicate.value)
    if isinstance(scope, ElementScope):
        raise TypeError("a list inside a list cannot be judged")
    return _size(predicate, scope) if isinstance(predicate, Size) else _elements(predicate, scope)


def literal(value: Scalar) -> pl.Expr:
    """Write a constant with the dtype of its type."""
    if isinstance(value, datetime):
        return pl.lit(value, pl.Datetime("us", "UTC"))
    return pl.lit(value)


# --- one field -------------------------------------------------------------------------------------------------------


def _test(test: Test, scope: Scope) -> pl.Expr:
    if test.op == "is_not":
        return ~_positive(replace(test, op="is"), scope)
    if test.op == "none_of":
        return ~_positive(replace(test, op="one_of"), scope)
    if test.op == "present":
        present = _present(test.subject, scope)
        return present if _constant(test.operands[0]) else ~present
    return _positive(test, scope)


def _present(name: str, scope: Scope) -> pl.Expr:
    value = scope.value(name)
    return pl.when(value.is_not_null()).then(TRUE).when(scope.absent(name)).then(NEVER).otherwise(UNDECIDED)


def _constant(operand: Operand) -> Scalar:
    if not isinstance(operand, Literal):
        raise TypeError("a constant is wanted here")
    return operand.value


def _positive(test: Test, scope: Scope) -> pl.Expr:
    value = scope.value(test.subject)
    if test.op == "one_of":
        compared = _one_of(value, test.operands, scope)
    elif operators.OPERATORS[test.op].takes is operators.Takes.TEXT:
        compared = operators.OPERATORS[test.op].build(value.cast(pl.String), _constant(test.operands[0]))  # type: ignore[misc]
    else:
        compared = _compared(test.op, value, test.operands[0], scope)
    return _unless(scope.absent(test.subject), compared)


def _unless(absent: pl.Expr, compared: pl.Expr) -> pl.Expr:
    return compared if absent is NEVER else compared & ~absent


def _one_of(value: pl.Expr, operands: Sequence[Operand], scope: Scope) -> pl.Expr:
    constants = [operand.value for operand in operands if isinstance(operand, Literal)]
    parts = [_compared("is", value, operand, scope) for operand in operands if not isinstance(operand, Literal)]
    if len(constants) == 1:
        parts.append(value == literal(constants[0]))
    elif constants:
        parts.append(value.is_in(constants))
    return reduce(or_, parts)


def _compared(op: str, value: pl.Expr, operand: Operand, scope: Scope) -> pl.Expr:
    build = operators.OPERATORS[op].build
    if build is None:
        raise TypeError(f"{op} compares nothing")
    if isinstance(operand, Literal):
        return build(value, literal(operand.value))
    if isinstance(operand, FieldOperand):
        return _unless(scope.absent(operand.name), build(value, scope.value(operand.name)))
    if operand.clock == "as_of":
        return _compared(op, value, at(operand, scope.as_of), scope)
    clock = scope.value(operand.clock)
    chosen = pl.when(clock.is_null()).then(UNDECIDED)
    for start, later in reversed(operand.later):
        chosen = chosen.when(clock >= literal(start)).then(_compared(op, value, later, scope))
    chosen = chosen.otherwise(_compared(op, value, operand.first, scope))
    return _unless(scope.absent(operand.clock), chosen)


def at(steps: Steps, instant: datetime) -> Operand:
    """Choose the operand of steps that holds at an instant."""
    return next((operand for start, operand in reversed(steps.later) if start <= instant), steps.first)


# --- lists of the policy ---------------------------------------------------------------------------------------------


def _in_list(test: InList, scope: Scope) -> pl.Expr:
    in_force = [entry for entry in test.entries if entry.until is None or scope.as_of < entry.until]
    undated = _entries(test.subject, [entry for entry in in_force if entry.issued_until is None], scope)
    dated = [entry for entry in in_force if entry.issued_until is not None]
    if not dated:
        return undated
    if isinstance(scope, ElementScope):
        raise TypeError("a clock of the row inside a list is lifted before")
    parts = [undated]
    for limit, entries in _by_limit(dated):
        issued = _unless(scope.absent("not_before"), scope.value("not_before") < literal(limit))
        parts.append(issued & _entries(test.subject, entries, scope))
    return reduce(or_, parts)


def _by_limit(entries: Sequence[Entry]) -> list[tuple[datetime, list[Entry]]]:
    limits = sorted({entry.issued_until for entry in entries if entry.issued_until is not None})
    return [(limit, [entry for entry in entries if entry.issued_until == limit]) for limit in limits]


def _entries(subject: str, entries: Sequence[Entry], scope: Scope) -> pl.Expr:
    """Match any of these entries; those with the same single key become one `is_in`."""
    single: dict[str, list[Scalar]] = {}
    parts = []
    for entry in entries:
        if len(entry.keys) == 1 and (name := next(iter(entry.keys))) != "subject.dn":
            single.setdefault(name, []).append(entry.keys[name])
        else:
            parts.append(_entry(subject, entry, scope))
    for name, values in single.items():
        part = _part(subject, name)
        parts.append(_unless(scope.absent(part), scope.value(part).is_in(values)))
    return reduce(or_, parts, NEVER)


def _entry(subject: str, entry: Entry, scope: Scope) -> pl.Expr:
    """Match every key; a name alone only counts on an element whose signature was verified, because names can be forged."""
    names = [_part(subject, name) for name in entry.keys]
    parts = [_unless(scope.absent(name), scope.value(name) == literal(value)) for name, value in zip(names, entry.keys.values(), strict=True)]
    if "subject.dn" in entry.keys and not NAMED_BY_BYTES & set(entry.keys) and isinstance(scope, ElementScope):
        parts.append(scope.value("verified"))
    return reduce(and_, parts)


def _part(subject: str, key: str) -> str:
    return ".".join(filter(None, (subject, key)))


# --- lists of the asset ----------------------------------------------------------------------------------------------


def _elements(test: Elements, scope: RowScope) -> pl.Expr:
    if test.quantifier == "none":
        return ~_elements(replace(test, quantifier="any"), scope)
    column_ = scope.value(test.subject)
    inner = test.predicate
    if field := _field_operand(inner):
        return _contains_field(column_, field, scope)
    if test.quantifier == "any" and isinstance(inner, InList):
        return _any_in_list(test, inner, scope)
    branches = _lifted(inner, scope)
    if branches is not None:
        return reduce(
            lambda chain, branch: chain.when(branch[0]).then(_quantified(column_, test.quantifier, branch[1], scope)),
            branches[1:],
            pl.when(branches[0][0]).then(_quantified(column_, test.quantifier, branches[0][1], scope)),
        ).otherwise(UNDECIDED)
    return _quantified(column_, test.quantifier, inner, scope)


def _quantified(column_: pl.Expr, quantifier: str, predicate: Node, scope: RowScope) -> pl.Expr:
    element = _on_element(predicate, scope)
    if isinstance(element, pl.Expr) and not isinstance(predicate, Elements | Size):
        # NOTE: a null element decides nothing, and a bare constant would answer true for any([]).
        wrapped = pl.when(pl.element().is_not_null()).then(element)
        return column_.list.agg(wrapped.any(ignore_nulls=False) if quantifier == "any" else wrapped.all(ignore_nulls=False))
    raise TypeError("a list inside a list cannot be judged")


def _on_element(predicate: Node, scope: RowScope) -> pl.Expr:
    return column(predicate, ElementScope(scope.as_of))


def _field_operand(predicate: Node) -> str | None:
    """`any: { is: { field: NAME } }` is the only way to name another field inside a list."""
    if isinstance(predicate, Test) and predicate.op == "is" and not predicate.subject and isinstance(predicate.operands[0], FieldOperand):
        return predicate.operands[0].name
    return None


def _contains_field(column_: pl.Expr, name: str, scope: RowScope) -> pl.Expr:
    item = scope.value(name)
    nulls = column_.list.agg(pl.element().null_count())
    hit = column_.list.contains(item, nulls_equal=False)
    unsure = (nulls > 0) | (item.is_null() & ~scope.absent(name))
    return (
        pl.when(column_.is_null()).then(UNDECIDED)
        .when(column_.list.len() == 0).then(NEVER)
        .when(hit).then(TRUE)
        .when(unsure).then(UNDECIDED)
        .otherwise(NEVER)
    )  # fmt: skip


def _any_in_list(test: Elements, inner: InList, scope: RowScope) -> pl.Expr:
    """any(undated or (in time and dated)) = any(undated) or (in time and any(dated)): no branch over the list per date."""
    column_ = scope.value(test.subject)
    in_force = [entry for entry in inner.entries if entry.until is None or scope.as_of < entry.until]
    undated = tuple(entry for entry in in_force if entry.issued_until is None)
    parts = [_quantified(column_, "any", replace(inner, entries=undated), scope)]
    for limit, entries in _by_limit([entry for entry in in_force if entry.issued_until is not None]):
        issued = _unless(scope.absent("not_before"), scope.value("not_before") < literal(limit))
        plain = tuple(replace(entry, issued_until=None) for entry in entries)
        parts.append(issued & _quantified(column_, "any", replace(inner, entries=plain), scope))
    return reduce(or_, parts)


def _lifted(predicate: Node, scope: RowScope) -> list[tuple[pl.Expr, Node]] | None:
    """Take one clock of the row out of an element's predicate: a branch each for absent, unknown and every interval."""
    found = _row_clock(predicate)
    if found is None:
        return None
    clock, starts = found
    value = scope.value(clock)
    branches: list[tuple[pl.Expr, Node]] = []
    for condition, instant in _intervals(value, starts, scope.absent(clock)):
        settled = _settle(predicate, clock, instant)
        deeper = _lifted(settled, scope)
        branches += [(condition & inner, node) for inner, node in deeper] if deeper else [(condition, settled)]
    return branches


ABSENT_CLOCK, UNKNOWN_CLOCK, PAST = "absent", "unknown", "past"
Moment = datetime | str


def _intervals(value: pl.Expr, starts: Sequence[datetime], absent: pl.Expr) -> list[tuple[pl.Expr, Moment]]:
    null = value.is_null()
    moments: list[tuple[pl.Expr, Moment]] = [(null & absent, ABSENT_CLOCK), (null & ~absent, UNKNOWN_CLOCK)]
    edges = sorted(starts)
    moments.append((value < literal(edges[0]), PAST))
    for start, end in zip(edges, [*edges[1:], None], strict=True):
        inside = value >= literal(start)
        moments.append((inside if end is None else inside & (value < literal(end)), start))
    return moments


def _row_clock(predicate: Node) -> tuple[str, list[datetime]] | None:
    if isinstance(predicate, AllOf | AnyOf):
        return next((found for part in predicate.parts if (found := _row_clock(part))), None)
    if isinstance(predicate, Not):
        return _row_clock(predicate.part)
    if isinstance(predicate, InList):
        limits = [entry.issued_until for entry in predicate.entries if entry.issued_until is not None]
        return ("not_before", sorted(set(limits))) if limits else None
    if isinstance(predicate, Test):
        steps = next((one for one in predicate.operands if isinstance(one, Steps) and one.clock != "as_of"), None)
        return (steps.clock, [start for start, _ in steps.later]) if steps and steps.later else None
    return None


def _settle(predicate: Node, clock: str, moment: Moment) -> Node:
    """Put a moment of the clock into a predicate."""
    if isinstance(predicate, AllOf | AnyOf):
        return replace(predicate, parts=tuple(_settle(part, clock, moment) for part in predicate.parts))  # type: ignore[misc]
    if isinstance(predicate, Not):
        return Not(_settle(predicate.part, clock, moment))  # type: ignore[arg-type]
    if isinstance(predicate, InList) and clock == "not_before":
        return _settle_entries(predicate, moment)
    if isinstance(predicate, Test) and any(isinstance(one, Steps) and one.clock == clock for one in predicate.operands):
        return _settle_steps(predicate, clock, moment)
    return predicate


def _settle_entries(test: InList, moment: Moment) -> Node:
    undated = tuple(entry for entry in test.entries if entry.issued_until is None)
    dated = tuple(entry for entry in test.entries if entry.issued_until is not None)
    if moment == ABSENT_CLOCK:
        return replace(test, entries=undated)
    plain = tuple(replace(entry, issued_until=None) for entry in dated)
    if moment == UNKNOWN_CLOCK:
        unsure = AllOf((Fixed(None), replace(test, entries=plain)))  # type: ignore[arg-type]
        return AnyOf((replace(test, entries=undated), unsure))
    valid = [entry for entry in dated if moment == PAST or (entry.issued_until is not None and isinstance(moment, datetime) and moment < entry.issued_until)]
    return replace(test, entries=(*undated, *(replace(entry, issued_until=None) for entry in valid)))


def _settle_steps(test: Test, clock: str, moment: Moment) -> Node:
    if moment in {ABSENT_CLOCK, UNKNOWN_CLOCK}:
        value = False if moment == ABSENT_CLOCK else None
        negated = test.op in {"is_not", "none_of"}
        return Not(Fixed(value)) if negated else Fixed(value)  # type: ignore[arg-type]

    def settled(operand: Operand) -> Operand:
        if not isinstance(operand, Steps) or operand.clock != clock:
            return operand
        return at(operand, moment) if isinstance(moment, datetime) else operand.first

    return replace(test, operands=tuple(settled(one) for one in test.operands))


# --- sizes -----------------------------------------------------------------------------------------------------------


def _size(test: Size, scope: RowScope) -> pl.Expr:
    """Compare the number of elements; an open list has n or more, an unknown one 0 or more."""
    if test.op in {"is_not", "none_of"}:
        positive = {"is_not": "is", "none_of": "one_of"}[test.op]
        return ~_size(replace(test, op=positive), scope)
    listed = scope.value(test.subject)
    nulls = listed.list.agg(pl.element().null_count()).fill_null(0)
    known = listed.list.len().fill_null(0).cast(pl.Int64) - nulls
    is_open = listed.is_null() | (nulls > 0)
    parts = [_sized(test.op, known, is_open, operand, scope) for operand in test.operands]
    return reduce(or_, parts)


def _sized(op: str, known: pl.Expr, is_open: pl.Expr, operand: Operand, scope: RowScope) -> pl.Expr:
    closed = _compared("is" if op == "one_of" else op, known, operand, scope)
    if op in {"at_least", "more_than"}:
        unsure = pl.when(closed).then(closed).otherwise(_undecided_unless_absent(operand, scope))
    else:
        limit = "more_than" if op in {"at_most", "is", "one_of"} else "at_least"
        beyond = _compared(limit, known, operand, scope)
        unsure = pl.when(beyond).then(NEVER).otherwise(_undecided_unless_absent(operand, scope))
    return pl.when(is_open).then(unsure).otherwise(closed)


def _undecided_unless_absent(operand: Operand, scope: RowScope) -> pl.Expr:
    if isinstance(operand, FieldOperand):
        return pl.when(scope.absent(operand.name)).then(NEVER).otherwise(UNDECIDED)
    if isinstance(operand, Steps) and operand.clock != "as_of":
        return pl.when(scope.absent(operand.clock)).then(NEVER).otherwise(UNDECIDED)
    return UNDECIDED


# --- what a rule reads -----------------------------------------------------------------------------------------------


def reads(predicate: Predicate | None) -> tuple[str, ...]:
    """Name the row's fields that a predicate reads, in the order they are written."""
    if predicate is None:
        return ()
    if isinstance(predicate, AllOf | AnyOf):
        return tuple(dict.fromkeys(name for part in predicate.parts for name in reads(part)))
    if isinstance(predicate, Not):
        return reads(predicate.part)
    names = [predicate.subject] if getattr(predicate, "subject", "") else []
    if isinstance(predicate, Test | Size):
        names += _operand_fields(predicate.operands)
    elif isinstance(predicate, Elements):
        names += _inner_fields(predicate.predicate)
    elif isinstance(predicate, InList):
        names = [_part(predicate.subject, key) for key in dict.fromkeys(key for entry in predicate.entries for key in entry.keys)]
        names += ["not_before"] if any(entry.issued_until for entry in predicate.entries) else []
    return tuple(dict.fromkeys(names))


def _operand_fields(operands: Sequence[Operand]) -> list[str]:
    names: list[str] = []
    for operand in operands:
        if isinstance(operand, FieldOperand):
            names.append(operand.name)
        elif isinstance(operand, Steps):
            names += [] if operand.clock == "as_of" else [operand.clock]
            names += _operand_fields([operand.first, *(later for _, later in operand.later)])
    return names


def _inner_fields(predicate: Predicate) -> list[str]:
    """Fields of the row that an element's predicate reads: clocks and `{ field: … }`."""
    if isinstance(predicate, AllOf | AnyOf):
        return [name for part in predicate.parts for name in _inner_fields(part)]
    if isinstance(predicate, Not):
        return _inner_fields(predicate.part)
    if isinstance(predicate, Test):
        return _operand_fields(predicate.operands)
    if isinstance(predicate, InList):
        return ["not_before"] if any(entry.issued_until for entry in predicate.entries) else []
    return []


def fields_read(rule: Rule, _kind: str = "") -> tuple[str, ...]:
    """Name the fields that the rule's `require` reads, then those of its `when`."""
    return tuple(dict.fromkeys((*reads(rule.require), *reads(rule.when))))

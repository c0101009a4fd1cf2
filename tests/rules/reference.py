"""The policy language, row by row in plain Python: written from the language page, slow, and knowing nothing of columns.

Truth is True, False or None (unknown). A cell is a Python value, or ABSENT or UNKNOWN.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any

from scanner import tables
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
from scanner.tables import Origin

Truth = bool | None


class Lack(Enum):
    """Why a cell has no value."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


ABSENT, UNKNOWN = Lack.ABSENT, Lack.UNKNOWN
Cell = Any
MANY = 100
"""More elements than any number in a test."""


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene's «and»."""
    seen = list(truths)
    return False if False in seen else None if None in seen else True


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene's «or»."""
    seen = list(truths)
    return True if True in seen else None if None in seen else False


def negation(truth: Truth) -> Truth:
    """Kleene's «not»."""
    return None if truth is None else not truth


@dataclass(frozen=True)
class Asset:
    """One row of a kind's table, judged at an instant."""

    kind: str
    values: Mapping[str, Any]
    as_of: datetime

    def cell(self, name: str) -> Cell:
        """Look up a scalar field."""
        value = self.values.get(name)
        return value if value is not None else self.lack(name)

    def lack(self, name: str) -> Lack:
        """Say what a null means: the row's own marks, then the origin of the fact."""
        fact = tables.fact(self.kind, name)
        assert fact is not None
        if name in (self.values.get("_absent") or ()):
            return ABSENT
        if name in (self.values.get("_unknown") or ()):
            return UNKNOWN
        if fact.time:
            sources = [self.cell(source) for source in fact.time]
            return UNKNOWN if UNKNOWN in sources and ABSENT not in sources else ABSENT
        if fact.type.name == "list":
            return UNKNOWN
        if fact.origin is Origin.DECODED:
            return ABSENT if self.values.get("_decoded") else UNKNOWN
        known_by = fact.known_by is not None and self.values.get(fact.known_by) is not None
        return ABSENT if fact.origin is Origin.DECLARED or known_by else UNKNOWN

    def elements(self, name: str) -> tuple[list[Any], bool]:
        """Return the elements of a list that there are, and whether there may be more."""
        value = self.values.get(name)
        if value is None:
            return [], self.lack(name) is not ABSENT
        return [one for one in value if one is not None], None in value

    def member(self, list_name: str, element: Any, name: str) -> Cell:
        """Look up a part of an element; its null means what the list's own origin has it mean."""
        value = element[name] if name else element
        if value is not None:
            return value
        fact = tables.fact(self.kind, list_name)
        assert fact is not None
        assert fact.type.element is not None
        assert fact.type.element.members is not None
        known_by = fact.type.element.members[name].known_by
        if fact.origin is Origin.DECODED:
            return ABSENT if self.values.get("_decoded") else UNKNOWN
        looked_up = known_by is not None and self.values.get(known_by) is not None
        return ABSENT if fact.origin is Origin.DECLARED or looked_up else UNKNOWN


Look = Callable[[str], Cell]
"""What a predicate reads its subject with: of the row, or of an element."""


def truth(predicate: Predicate | None, asset: Asset) -> Truth:
    """Judge one asset."""
    return True if predicate is None else _truth(predicate, asset, asset.cell, within=None)


def outcome(when: Predicate | None, require: Predicate, asset: Asset) -> str:
    """Say pass, fail, unknown or skip."""
    applies, met = truth(when, asset), truth(require, asset)
    if applies is False:
        return "skip"
    if met is True:
        return "pass"
    return "fail" if applies and met is False else "unknown"


def _truth(predicate: Predicate, asset: Asset, look: Look, within: str | None) -> Truth:
    if isinstance(predicate, AllOf):
        return conjunction(_truth(part, asset, look, within) for part in predicate.parts)
    if isinstance(predicate, AnyOf):
        return disjunction(_truth(part, asset, look, within) for part in predicate.parts)
    if isinstance(predicate, Not):
        return negation(_truth(predicate.part, asset, look, within))
    if isinstance(predicate, InList):
        return disjunction(_entry(predicate.subject, one, asset, look, within) for one in in_force(predicate, asset))
    if isinstance(predicate, Size):
        return _size(predicate, asset)
    return _elements(predicate, asset) if isinstance(predicate, Elements) else _test(predicate, asset, look)


def _test(test: Test, asset: Asset, look: Look) -> Truth:
    cell = look(test.subject)
    operands = [resolve(operand, asset) for operand in test.operands]
    if test.op == "present":
        there = None if cell is UNKNOWN else cell is not ABSENT
        return there if operands == [True] else negation(there)
    if test.op in {"is_not", "none_of"}:
        return negation(disjunction(_compared("is", cell, operand) for operand in operands))
    return disjunction(_compared("is" if test.op == "one_of" else test.op, cell, operand) for operand in operands)


def resolve(operand: Operand, asset: Asset) -> Cell:
    """Read an operand for this asset; steps lack a value for the reason their clock has none."""
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, FieldOperand):
        return asset.cell(operand.name)
    instant = asset.as_of if operand.clock == "as_of" else asset.cell(operand.clock)
    return instant if isinstance(instant, Lack) else resolve(step(operand, instant), asset)


def step(steps: Steps, instant: datetime) -> Operand:
    """Choose the step in force."""
    past = [operand for start, operand in steps.later if start <= instant]
    return past[-1] if past else steps.first


def _compared(op: str, cell: Cell, operand: Cell) -> Truth:
    if cell is ABSENT or operand is ABSENT:
        return False
    if cell is UNKNOWN or operand is UNKNOWN:
        return None
    return COMPARE[op](cell, operand)


def _glob(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_glob(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and _glob(text[1:], pattern[1:])


def _under_domain(text: str, domain: str) -> bool:
    labels, above = (one.removesuffix(".").lower().split(".") for one in (text, domain))
    return labels[-len(above) :] == above


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda cell, operand: cell == operand,
    "at_least": lambda cell, operand: cell >= operand,
    "at_most": lambda cell, operand: cell <= operand,
    "more_than": lambda cell, operand: cell > operand,
    "less_than": lambda cell, operand: cell < operand,
    "from": lambda cell, operand: cell >= operand,
    "before": lambda cell, operand: cell < operand,
    "matches": lambda cell, operand: re.fullmatch(operand, cell, re.DOTALL) is not None,
    "glob": _glob,
    "under_domain": _under_domain,
}


def in_force(test: InList, asset: Asset) -> list[Entry]:
    """Name the entries that still count at as_of."""
    return [entry for entry in test.entries if entry.until is None or asset.as_of < entry.until]


def _entry(subject: str, entry: Entry, asset: Asset, look: Look, within: str | None) -> Truth:
    parts = [_compared("is", look(path(subject, key)), value) for key, value in entry.keys.items()]
    if entry.issued_until is not None:
        parts.append(_compared("before", asset.cell("not_before"), entry.issued_until))
    if within is not None and set(entry.keys) == {"subject.dn"} and "verified" in members(asset, within):
        parts.append(_compared("is", look("verified"), operand=True))
    return conjunction(parts)


def path(subject: str, key: str) -> str:
    """Name a sub-field."""
    return f"{subject}.{key}" if subject and key else subject or key


def members(asset: Asset, list_name: str) -> Sequence[str]:
    """Name the parts of a list's elements."""
    fact = tables.fact(asset.kind, list_name)
    return tuple(fact.type.element.members or ()) if fact and fact.type.element else ()


def _elements(test: Elements, asset: Asset) -> Truth:
    elements, more = asset.elements(test.subject)
    truths = [_truth(test.predicate, asset, partial(asset.member, test.subject, one), within=test.subject) for one in elements]
    further: list[Truth] = [None] if more else []
    if test.quantifier == "all":
        return conjunction([*truths, *further])
    found = disjunction([*truths, *further])
    return found if test.quantifier == "any" else negation(found)


def _size(test: Size, asset: Asset) -> Truth:
    """Judge every size that the list may have."""
    elements, more = asset.elements(test.subject)
    operands = [resolve(operand, asset) for operand in test.operands]
    opposite = test.op in {"is_not", "none_of"}
    op = "is" if opposite or test.op == "one_of" else test.op
    sizes = range(len(elements), MANY if more else len(elements) + 1)
    each = []
    for operand in operands:
        worlds = {_compared(op, size, operand) for size in sizes}
        each.append(worlds.pop() if len(worlds) == 1 else None)
    return negation(disjunction(each)) if opposite else disjunction(each)


# --- what is missing -------------------------------------------------------------------------------------------------


def missing(when: Predicate | None, require: Predicate, asset: Asset) -> set[str]:
    """Name the unknown fields read by an undecided test all of whose enclosing conditions are undecided too."""
    return {name for part in (when, require) if part is not None for name in _missing(part, asset)}


def _missing(predicate: Predicate, asset: Asset) -> set[str]:
    if truth(predicate, asset) is not None:
        return set()
    if isinstance(predicate, AllOf | AnyOf):
        return {name for part in predicate.parts for name in _missing(part, asset)}
    if isinstance(predicate, Not):
        return _missing(predicate.part, asset)
    if isinstance(predicate, InList):
        undecided = [one for one in in_force(predicate, asset) if _entry(predicate.subject, one, asset, asset.cell, None) is None]
        return {name for one in undecided for name in _unsure_keys(predicate.subject, one, asset)}
    names = _asked(predicate, asset)
    lost = {source for name in names for source in unknown_sources(name, asset)}
    if isinstance(predicate, Size | Elements) and not _complete(predicate, asset):
        lost.add(predicate.subject)
    return lost


def _unsure_keys(subject: str, entry: Entry, asset: Asset) -> set[str]:
    names = [path(subject, key) for key in entry.keys] + (["not_before"] if entry.issued_until else [])
    return {source for name in names for source in unknown_sources(name, asset)}


def unknown_sources(name: str, asset: Asset) -> set[str]:
    """Name what would tell a scalar that is unknown: a time fact is told by its sources."""
    if asset.cell(name) is not UNKNOWN:
        return set()
    fact = tables.fact(asset.kind, name)
    assert fact is not None
    if not fact.time:
        return {name}
    itself = {name} if name in (asset.values.get("_unknown") or ()) else set()
    return itself | {source for part in fact.time for source in unknown_sources(part, asset)}


def _asked(predicate: Test | Elements | Size, asset: Asset) -> list[str]:
    """Name the scalars of the row that a test reads: subject, operands, clocks; of steps, the one in force."""
    if isinstance(predicate, Elements):
        return _asked_within(predicate.predicate, asset)
    named = [] if isinstance(predicate, Size) else [predicate.subject]
    return [*named, *(name for operand in predicate.operands for name in _read(operand, asset))]


def _asked_within(predicate: Predicate, asset: Asset) -> list[str]:
    """Within a list: the clocks of any step or entry, and other fields."""
    if _blind(predicate, asset) is not None:
        return []
    if isinstance(predicate, AllOf | AnyOf):
        return [name for part in predicate.parts for name in _asked_within(part, asset)]
    if isinstance(predicate, Not):
        return _asked_within(predicate.part, asset)
    if isinstance(predicate, InList):
        return ["not_before"] if any(entry.issued_until for entry in in_force(predicate, asset)) else []
    assert not isinstance(predicate, Elements), "no element has a list of its own"
    return [name for operand in predicate.operands for name in _read_any(operand, asset)]


def _read(operand: Operand, asset: Asset) -> list[str]:
    if isinstance(operand, FieldOperand):
        return [operand.name]
    if not isinstance(operand, Steps):
        return []
    instant = asset.as_of if operand.clock == "as_of" else asset.cell(operand.clock)
    clock = [] if operand.clock == "as_of" else [operand.clock]
    if instant is UNKNOWN:
        return _read_any(operand, asset)
    return clock if instant is ABSENT else [*clock, *_read(step(operand, instant), asset)]


def _read_any(operand: Operand, asset: Asset) -> list[str]:
    if isinstance(operand, FieldOperand):
        return [operand.name]
    if not isinstance(operand, Steps):
        return []
    if operand.clock == "as_of":
        return _read_any(step(operand, asset.as_of), asset)
    return [operand.clock, *(name for one in (operand.first, *dict(operand.later).values()) for name in _read_any(one, asset))]


def _complete(predicate: Size | Elements, asset: Asset) -> bool:
    """Tell whether a list is known to its end, and of every element all that was asked."""
    elements, more = asset.elements(predicate.subject)
    if more or isinstance(predicate, Size):
        return not more
    names = _parts(predicate.predicate, asset, predicate.subject)
    return all(asset.member(predicate.subject, one, name) is not UNKNOWN for one in elements for name in names)


def _blind(predicate: Predicate, asset: Asset) -> Truth:
    """Judge without reading anything: a list of which no entry is in force matches nothing."""
    if isinstance(predicate, AllOf):
        return conjunction(_blind(part, asset) for part in predicate.parts)
    if isinstance(predicate, AnyOf):
        return disjunction(_blind(part, asset) for part in predicate.parts)
    if isinstance(predicate, Not):
        return negation(_blind(predicate.part, asset))
    return False if isinstance(predicate, InList) and not in_force(predicate, asset) else None


def _parts(predicate: Predicate, asset: Asset, list_name: str) -> set[str]:
    if _blind(predicate, asset) is not None:
        return set()
    if isinstance(predicate, AllOf | AnyOf):
        return {name for part in predicate.parts for name in _parts(part, asset, list_name)}
    if isinstance(predicate, Not):
        return _parts(predicate.part, asset, list_name)
    if isinstance(predicate, InList):
        entries = in_force(predicate, asset)
        forged = any(set(entry.keys) == {"subject.dn"} for entry in entries) and "verified" in members(asset, list_name)
        return {path(predicate.subject, key) for entry in entries for key in entry.keys} | ({"verified"} if forged else set())
    return {predicate.subject}

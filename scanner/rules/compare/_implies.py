"""Whether one form implies another: a bounded search for a proof; none found means «could not tell», never «no»."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from scanner.rules.compare._bounds import PRESENT, Region, before, points
from scanner.rules.compare._truths import ROW, Both, Cell, Count, Either, Every, Form, Said, Some
from scanner.rules.language.operators import OPERATORS

MOST_STEPS = 3_000
_SOMETHING = Region((before(1),))
_NOTHING = points([0])
_PATTERNS = frozenset({"matches", "glob", "under_domain"})


def implies(left: Form, right: Form) -> bool:
    """Tell whether a proof was found that wherever the left holds, the right does."""
    try:
        return _Search().proves([left], [right])
    except (TypeError, RecursionError):
        # Values of two types, or nested too deep: nothing was proven.
        return False


@dataclass(slots=True)
class _Facts:
    """What is given, sorted."""

    cells: dict[tuple[str, str], Region] = field(default_factory=dict)
    counts: dict[str, Region] = field(default_factory=dict)
    said: set[Said] = field(default_factory=set)
    somes: list[Some] = field(default_factory=list)
    everys: list[Every] = field(default_factory=list)

    def add(self, form: Form) -> None:
        match form:
            case Cell(scope, name, region):
                self._cell((scope, name), region)
            case Count(subject, region):
                self.counts[subject] = self.counts.get(subject, region) & region
            case Said():
                self.said.add(form)
                if form.holds and not form.scope.startswith("count of"):
                    self._cell((form.scope, form.name), PRESENT)
            case Some(subject):
                self.somes.append(form)
                self.counts[subject] = self.counts.get(subject, _SOMETHING) & _SOMETHING
            case Every():
                self.everys.append(form)

    def _cell(self, key: tuple[str, str], region: Region) -> None:
        self.cells[key] = self.cells[key] & region if key in self.cells else region

    def contradict(self) -> bool:
        """Tell whether no row can be like this."""
        regions = (*self.cells.values(), *self.counts.values())
        return any(region.empty for region in regions) or any(self.tells(_denied(one)) for one in self.said)

    def tells(self, said: Said) -> bool:
        """Tell whether what was said follows."""
        if said in self.said or any(_within_domain(one, said) for one in self.said):
            return True
        region = self.cells.get((said.scope, said.name))
        values = region.points() if region is not None and said.op in _PATTERNS else None
        if region is None or values is None or (region.absent and said.holds):
            return False
        return all(_fits(said.op, value, said.operand) is said.holds for value in values)


def _denied(said: Said) -> Said:
    return Said(said.scope, said.name, said.op, said.operand, not said.holds)


def _within_domain(known: Said, asked: Said) -> bool:
    """A name under `eu.example.com` is one under `example.com`."""
    alike = (known.scope, known.name, known.op, known.holds) == (asked.scope, asked.name, asked.op, asked.holds)
    if not alike or asked.op != "under_domain":
        return False
    inner, outer = (known, asked) if asked.holds else (asked, known)
    return _fits("under_domain", inner.operand, outer.operand)


def _fits(op: str, text: str, pattern: str) -> bool:
    """Ask the engine that judges evidence."""
    build = OPERATORS[op].build
    return build is not None and bool(pl.select(build(pl.lit(text), pattern)).item())


@dataclass(slots=True)
class _Search:
    steps: int = 0

    def proves(self, given: Sequence[Form], goals: Sequence[Form], *, together: bool = False) -> bool:
        """Tell whether any goal follows, in every case, from what is given."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            return False
        left, right = _flat(given, Both), _flat(goals, Either)
        if set(left) & set(right) or Either() in left or Both() in right:
            return True
        facts = _Facts()
        for form in left:
            facts.add(form)
        if facts.contradict() or _closed(facts, right):
            return True
        return self._split(left, right, facts, together=together)

    def _split(self, left: list[Form], right: list[Form], facts: _Facts, *, together: bool) -> bool:
        demands = [form for form in right if isinstance(form, Both) and not _hopeless(form, facts)]
        others = [form for form in right if not isinstance(form, Both)]
        cases = [form for form in left if isinstance(form, Either)]
        if len(demands) == 1:
            return all(self.proves(left, [*others, part], together=together) for part in demands[0].parts)
        if cases:
            if any(set(case.parts) <= set(right) for case in cases):
                return True
            case = min(cases, key=lambda one: len(one.parts))
            rest = [form for form in left if form is not case]
            return all(self.proves([*rest, part], [*others, *demands], together=together) for part in case.parts)
        if not demands:
            return self._lists(left, others, facts)
        if not together and any(self.proves(left, [*others, one]) for one in demands):
            return True
        first, *later = demands
        return all(self.proves(left, [*others, *later, part], together=True) for part in first.parts)

    # lists -----------------------------------------------------------------------------------------------------------

    def _lists(self, left: Sequence[Form], right: Sequence[Form], facts: _Facts) -> bool:
        row = [form for form in left if isinstance(form, Cell | Said) and form.scope == ROW]
        goals = [form for form in right if isinstance(form, Cell | Said) and form.scope == ROW]
        names = dict.fromkeys(form.subject for form in (*left, *right) if isinstance(form, Some | Every | Count))
        return any(self._list(name, row, goals, right, facts) for name in names)

    def _list(self, name: str, row: Sequence[Form], goals: Sequence[Form], right: Sequence[Form], facts: _Facts) -> bool:
        """Look at one element: one that is known to be special, or any."""
        every = [one.part for one in facts.everys if one.subject == name]
        found = [one.part for one in right if isinstance(one, Some) and one.subject == name]
        size = facts.counts.get(name)
        special = [one.part for one in facts.somes if one.subject == name]
        if not special and size is not None and size <= _SOMETHING and every:
            special = [Both()]
        if any(self.proves([*row, one, *every], [*goals, *found]) for one in special):
            return True
        whole = [one.part for one in right if isinstance(one, Every) and one.subject == name]
        if whole and size is not None and size <= _NOTHING:
            return True
        return bool(every) and any(self.proves([*row, *every], [*goals, *found, one]) for one in whole)


def _flat(forms: Sequence[Form], join: type[Both | Either]) -> list[Form]:
    flat: dict[Form, None] = {}
    for form in forms:
        flat.update(dict.fromkeys(_flat(form.parts, join) if isinstance(form, join) and form.parts else [form]))
    empty = join()
    return [form for form in flat if form != empty]


def _closed(facts: _Facts, goals: Sequence[Form]) -> bool:
    """Tell whether a goal that is no composition follows; sets asked of one value count together."""
    wanted: dict[tuple[str, str], Region] = {}
    for goal in goals:
        match goal:
            case Cell(scope, name, region):
                key = scope, name
                wanted[key] = wanted[key] | region if key in wanted else region
            case Said() if facts.tells(goal):
                return True
            case Count(subject, region) if subject in facts.counts and facts.counts[subject] <= region:
                return True
    return any(key in facts.cells and facts.cells[key] <= region for key, region in wanted.items())


def _hopeless(demand: Both, facts: _Facts) -> bool:
    """Tell whether a part of a demand contradicts what is given."""
    parts = (part for part in _flat([demand], Both) if isinstance(part, Cell))
    return any((key := (part.scope, part.name)) in facts.cells and (facts.cells[key] & part.region).empty for part in parts)

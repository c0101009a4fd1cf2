"""Policies prove themselves: every test and healthy row runs through the real evaluator (policy language, Tests)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.model import Outcome
from scanner.rules import message
from scanner.rules.evaluate import evaluate
from scanner.rules.syntax import Mark, Policy, Row, Rule
from scanner.tables import Fact, Origin

HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Result:
    """One test, or one rule on a healthy row, with what came out."""

    rule_id: str
    mark: Mark
    expected: str
    """pass, fail, unknown or skip; `healthy` where neither fail nor unknown may come out."""
    got: Outcome
    as_of: datetime
    observed: Mapping[str, object] = field(default_factory=dict)
    """The fields that the rule read, as they stood in the row."""
    missing: tuple[str, ...] = ()
    why: str = ""
    """The message of the finding, where there was one."""

    @property
    def ok(self) -> bool:
        """It came out as expected."""
        return self.got in {Outcome.PASS, Outcome.SKIP} if self.expected == HEALTHY else self.got == self.expected

    def __str__(self) -> str:
        place = f"{self.mark.path}:{self.mark.line}:{self.mark.column}"
        if self.expected == HEALTHY:
            said = f"{self.got} on the healthy row" if self.ok else f"the healthy row gives {self.got}"
        else:
            said = f"{self.got} as expected" if self.ok else f"expected {self.expected}, got {self.got}"
        if self.ok:
            return f"{place}: {self.rule_id}: {said}"
        seen = ", ".join(f"{name} {message.shown(value)}" for name, value in self.observed.items() if value is not None)
        why = f" ({self.why})" if self.why else ""
        return f"{place}: {self.rule_id}: {said}{why}; judged as of {message.shown(self.as_of)}; observed: {seen or 'nothing'}"


@dataclass(frozen=True, slots=True)
class _Case:
    rule: Rule
    row: Row
    as_of: datetime
    expected: str
    mark: Mark


def run(policy: Policy) -> list[Result]:
    """Run the tests and healthy rows of the rules whose `require` this policy wrote, in the order they are written."""
    cases = list(_cases(policy))
    outcomes = _outcomes(cases)
    return [outcomes[number] for number in range(len(cases))]


def unexercised(policy: Policy) -> dict[str, list[str]]:
    """Name, per rule whose `require` this policy wrote, the outcomes that no test of it expects; only those with any."""
    lacking = {rule.id: [str(one) for one in Outcome if one not in {test.expect for test in rule.tests}] for rule in _own(policy)}
    return {rule_id: outcomes for rule_id, outcomes in lacking.items() if outcomes}


def _own(policy: Policy) -> list[Rule]:
    """The rules whose `require` this policy wrote; one that is taken out for good has nothing to prove."""
    return [
        rule for rule in policy.rules if rule.policy == policy.id and (rule.disabled is None or rule.disabled.until is not None)
    ]


def _cases(policy: Policy) -> Iterable[_Case]:
    for rule in _own(policy):
        for test in rule.tests:
            yield _Case(rule, test.row, test.as_of, test.expect, test.mark)
        for kind in rule.kinds:
            if kind in policy.healthy:
                row = policy.healthy[kind]
                yield _Case(rule, row, _date(policy, row), HEALTHY, rule.mark)


def _date(policy: Policy, row: Row) -> datetime:
    """Choose the date of a healthy row: its notBefore, else the latest check of a source, else that of the latest test."""
    start = row.facts.get("not_before")
    if isinstance(start, datetime):
        return start
    checked = [source.checked for source in policy.sources if source.checked is not None]
    return max(checked or [test.as_of for rule in _own(policy) for test in rule.tests])


def _outcomes(cases: Sequence[_Case]) -> dict[int, Result]:
    """Evaluate cases of one kind and date together, for a table of one row costs as much as one of a hundred."""
    batches: dict[tuple[str, datetime], list[int]] = {}
    for number, case in enumerate(cases):
        batches.setdefault((case.row.kind, case.as_of), []).append(number)
    results: dict[int, Result] = {}
    for (kind, as_of), numbers in batches.items():
        results |= _batch(kind, as_of, {number: cases[number] for number in numbers})
    return results


def _batch(kind: str, as_of: datetime, cases: Mapping[int, _Case]) -> dict[int, Result]:
    rules = {case.rule.id: case.rule for case in cases.values()}
    rows = [case.row for case in cases.values()]
    table = _timed(table_of(kind, rows), kind, as_of, rows)
    found = _findings(list(rules.values()), table, kind, as_of)
    applies = [replace(rule, when=None, require=rule.when) for rule in rules.values() if rule.when is not None]
    skipped = _findings(applies, table, kind, as_of)
    results = {}
    for position, (number, case) in enumerate(cases.items()):
        finding, condition = found[case.rule.id].get(position), skipped.get(case.rule.id, {}).get(position)
        skips = condition is not None and condition[0] == Outcome.FAIL
        results[number] = _result(case, kind, table.row(position, named=True), finding, skips=skips)
    return results


Finding = tuple[str, Sequence[str]]
"""Outcome and missing fields."""


def _findings(rules: Sequence[Rule], table: pl.DataFrame, kind: str, as_of: datetime) -> dict[str, dict[int, Finding]]:
    """Evaluate rules over a table; of each, find by row what fails or is unknown."""
    evaluation = evaluate(rules, {kind: table}, as_of)
    return {
        rule.id: {row: (outcome, lost) for row, outcome, lost in evaluation.findings(rule.id, kind).iter_rows()} for rule in rules
    }


def _result(case: _Case, kind: str, row: Mapping[str, object], finding: Finding | None, *, skips: bool) -> Result:
    seen = {name: value for name, value in message.observed(case.rule, kind, row).items() if value is not None}
    if finding is None:
        got = Outcome.SKIP if skips else Outcome.PASS
        return Result(case.rule.id, case.mark, case.expected, got, case.as_of, seen)
    got, missing = Outcome(finding[0]), tuple(finding[1] or ())
    why = message.message(case.rule, kind, row, got, missing, case.as_of).text
    return Result(case.rule.id, case.mark, case.expected, got, case.as_of, seen, missing, why)


def table_of(kind: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Make a table of rows as policies state them; fields left out are absent where null could mean absent, else unknown."""
    names = dict.fromkeys([*tables.FACTS[kind], *(name for row in rows for name in row.facts)])
    facts = {name: fact for name in names if (fact := tables.fact(kind, name)) is not None}
    columns = {
        name: pl.Series(name, [_value(fact, row) for row in rows], fact.type.dtype, strict=True) for name, fact in facts.items()
    }
    marks = {
        tables.DECODED: pl.Series([True] * len(rows), dtype=pl.Boolean()),
        tables.UNKNOWN: pl.Series([sorted(row.unknown) for row in rows], dtype=tables.MARKS[tables.UNKNOWN]),
        tables.ABSENT: pl.Series([sorted(row.absent) for row in rows], dtype=tables.MARKS[tables.ABSENT]),
        tables.DER: pl.Series([None] * len(rows), dtype=tables.MARKS[tables.DER]),
    }
    return pl.DataFrame(columns | marks)


def _value(fact: Fact, row: Row) -> object:
    if fact.name in row.facts:
        return row.facts[fact.name]
    if fact.type.name != "list" or fact.name in row.unknown:
        return None
    return [] if fact.name in row.absent or fact.origin in {Origin.DECODED, Origin.DECLARED} else None


def _timed(table: pl.DataFrame, kind: str, as_of: datetime, rows: Sequence[Row]) -> pl.DataFrame:
    """Add the time facts; one that a row calls unknown stays so."""
    timed = with_time(table, kind, as_of)
    for name, fact in tables.FACTS[kind].items():
        hidden = [name in row.unknown for row in rows]
        if fact.time and any(hidden):
            timed = timed.with_columns(pl.when(~pl.Series(hidden)).then(pl.col(name)).alias(name))
    return timed

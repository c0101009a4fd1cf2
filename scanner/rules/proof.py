"""Policies prove themselves: every test and healthy row runs through the real evaluator (policy language, Tests)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

import polars as pl

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.model import Outcome
from scanner.record import record
from scanner.rules.engine import groups_found
from scanner.rules.engine.evaluate import Evaluation, evaluate
from scanner.rules.engine.reads import fields_read
from scanner.rules.language.syntax import Distinct, Mark, Policy, Row, Rule
from scanner.rules.reader import groups_reader
from scanner.rules.said import groups_words, message
from scanner.tables import Fact, Origin

HEALTHY = "healthy"


@record
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

    @property
    def error(self) -> str:
        """Name what went wrong as auditors of tests do: a finding where none should be, none where one should."""
        if self.ok:
            return ""
        if self.got is Outcome.FAIL and self.expected in {HEALTHY, Outcome.PASS, Outcome.SKIP}:
            return "false positive"
        passed = self.got in {Outcome.PASS, Outcome.SKIP}
        return "false negative" if passed and self.expected in {Outcome.FAIL, Outcome.UNKNOWN} else "wrong outcome"

    @property
    def said(self) -> str:
        """Say what came out, and of what."""
        if self.ok:
            return f"{self.got} on the healthy row" if self.expected == HEALTHY else f"{self.got} as expected"
        given = "the healthy row gives" if self.expected == HEALTHY else f"expected {self.expected}, got"
        seen = ", ".join(f"{name} {message.shown(value)}" for name, value in self.observed.items() if value is not None)
        why = f" ({self.why})" if self.why else ""
        date = message.shown(self.as_of)
        return f"{self.error}: {given} {self.got}{why}; judged as of {date}; observed: {seen or 'nothing'}"

    def __str__(self) -> str:
        return f"{self.mark.path}:{self.mark.line}:{self.mark.column}: {self.rule_id}: {self.said}"


@record
class _Case:
    rule: Rule
    row: Row
    as_of: datetime
    expected: str
    mark: Mark
    group: tuple[Row, ...] = ()
    """Of a group rule: all rows of the test."""


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
            yield _Case(rule, test.row, test.as_of, test.expect, test.mark, test.rows)
        for kind in rule.kinds:
            if kind in policy.healthy and _asks_of_one(rule):
                row = policy.healthy[kind]
                group = (groups_reader.keyed(row, rule.group.by),) if rule.group else ()
                yield _Case(rule, row, _date(policy, row), HEALTHY, rule.mark, group)


def _asks_of_one(rule: Rule) -> bool:
    """Tell whether one row alone can be right: how many there are is no property of a row."""
    return rule.group is None or isinstance(rule.group.demand, Distinct)


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
    results: dict[int, Result] = {}
    for number, case in enumerate(cases):
        if case.group:
            results[number] = _of_group(case)
        else:
            batches.setdefault((case.row.kind, case.as_of), []).append(number)
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


def _of_group(case: _Case) -> Result:
    """Evaluate the rows of a group test by themselves; where they make several groups, the worst of them decides."""
    rows = {kind: [row for row in case.group if row.kind == kind] for kind in dict.fromkeys(row.kind for row in case.group)}
    known = {kind: _timed(table_of(kind, some), kind, case.as_of, some) for kind, some in rows.items()}
    evaluation = evaluate([case.rule], known, case.as_of)
    counts = evaluation.counts(case.rule.id)
    ordered = (
        (Outcome.FAIL, counts.failed),
        (Outcome.UNKNOWN, counts.unknown),
        (Outcome.PASS, counts.passed),
        (Outcome.SKIP, 1),
    )
    got = next(outcome for outcome, count in ordered if count)
    seen = {name: value for kind, table in known.items() for name, value in _columns(case.rule, kind, table).items()}
    missing, why = _reason(case, evaluation, got)
    return Result(case.rule.id, case.mark, case.expected, got, case.as_of, seen, missing, why)


def _columns(rule: Rule, kind: str, table: pl.DataFrame) -> dict[str, object]:
    """Show what the rule read of every row; fields that none of them has are left out."""
    read = (name for name in fields_read(rule, kind) if name in table.columns)
    return {name: table[name].to_list() for name in read if table[name].null_count() < table.height}


def _reason(case: _Case, evaluation: Evaluation, got: Outcome) -> tuple[tuple[str, ...], str]:
    """Say why a group fails or is unknown, or a row in none is."""
    rule, grouped = case.rule, evaluation.grouped[case.rule.id]
    for found in groups_found.groups(grouped):
        if rule.group is not None and found.outcome is got:
            kind = found.members[0][0]
            why = message.undecided(kind, found.missing)
            return found.missing, groups_words.says(rule, rule.group, found, why, case.as_of)
    for kind in grouped.rows if got is Outcome.UNKNOWN else ():
        for missing in evaluation.findings(rule.id, kind)["missing"]:
            return tuple(missing), message.undecided(kind, tuple(missing))
    return (), ""


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

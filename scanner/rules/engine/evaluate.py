"""Rules over tables: outcomes counted, fails and unknowns found; one column per rule, each distinct `when` once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

import polars as pl

from scanner.model import Outcome
from scanner.record import record
from scanner.rules.engine import groups, groups_found, missing, sharing, whens
from scanner.rules.engine.compile import truth
from scanner.rules.engine.groups import Grouped
from scanner.rules.engine.logic import TRUE, Node, lists
from scanner.rules.engine.lower import lower
from scanner.rules.engine.scope import Row
from scanner.rules.engine.survey import Survey
from scanner.rules.engine.undeclared import Undeclared, undeclared
from scanner.rules.language.syntax import Predicate, Rule

NOTHING = pl.Series([], dtype=pl.Boolean)
"""The answers of no row."""
BATCH = 32
"""Rules evaluated together: bounds memory, keeps all cores busy."""
FOUND = {"row": pl.UInt32(), "outcome": pl.String(), "missing": pl.List(pl.String())}


@record
class Counts:
    """How often a rule said what."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    skipped_undeclared: int = 0
    """Of the skipped: only because a declared field is absent."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@record
class Question:
    """What is asked of a table that knows already which rows are concerned."""

    when: str
    """The column that tells."""
    require: Node


@record
class Judged:
    """What one rule said of one kind's table."""

    conditions: tuple[Node, Node]
    row: Row
    met: pl.Series
    """True: pass or skip, false: fail, null: unknown."""
    asked: pl.Series | None
    """The rows that `met` is of, all others being skipped; None: it is of every row."""
    counts: Counts
    undeclared: Undeclared

    def findings(self) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Find the rows that fail, then the unknown ones with what they miss: a bit of `mask0` … for each field named."""
        fails = pl.DataFrame({"row": self._rows(~self.met)}).with_columns(unknown=missing.NEVER)
        if not self.counts.unknown:
            return fails, ()
        undecided = pl.DataFrame({"row": self._rows(self.met.is_null())})
        flagged = missing.flags(self.conditions, self.row)
        masks = missing.masks(flagged)
        read = sorted({name for mask in masks for name in mask.meta.root_names() if name})
        if read:
            undecided = undecided.hstack(self.row.survey.table.select(read)[undecided["row"]].get_columns())
        undecided = undecided.lazy().select("row", *masks, unknown=missing.ALWAYS).collect()
        return pl.concat([fails, undecided], how="diagonal") if fails.height else undecided, tuple(flagged)

    def _rows(self, where: pl.Series) -> pl.Series:
        return where.arg_true() if self.asked is None else self.asked.filter(where)


class Evaluation:
    """Outcomes of all rules; findings are rows of a kind's table, by their number, or groups of rows."""

    def __init__(self, judged: Mapping[tuple[str, str], Judged], grouped: Mapping[str, Grouped] | None = None) -> None:
        self.judged = judged
        """By rule id and kind."""
        self.grouped = grouped or {}
        """Group rules, by id."""
        self._counts: dict[str, Counts] = {id_: Counts(*one.outcomes) for id_, one in self.grouped.items()}
        for (id_, _), one in judged.items():
            self._counts[id_] = self._counts.get(id_, Counts()) + one.counts

    def counts(self, rule_id: str) -> Counts:
        """Count the outcomes of a rule over all its kinds; those of a group rule count groups."""
        return self._counts.get(rule_id, Counts())

    def applied(self, rule_id: str) -> bool:
        """Tell whether the rule said anything but «not applicable»."""
        counts = self.counts(rule_id)
        return bool(counts.passed or counts.failed or counts.unknown)

    def findings(self, rule_id: str, kind: str) -> pl.DataFrame:
        """Return row, outcome and missing fields of a rule's fails, then of its unknowns; of a group rule rows of unknown key."""
        if rule_id in self.grouped:
            return groups_found.rows(self.grouped[rule_id], kind)
        if (rule_id, kind) not in self.judged:
            return pl.DataFrame(schema=FOUND)
        counts = self.judged[rule_id, kind].counts
        if not counts.failed and not counts.unknown:
            return pl.DataFrame(schema=FOUND)
        frame, fields = self.judged[rule_id, kind].findings()
        outcome = pl.when("unknown").then(pl.lit(str(Outcome.UNKNOWN))).otherwise(pl.lit(str(Outcome.FAIL)))
        named = frame.with_columns(outcome=outcome, missing=missing.names(frame, fields))
        return named.select(pl.col(name).cast(dtype) for name, dtype in FOUND.items())

    def undeclared(self) -> tuple[dict[str, object], ...]:
        """Say what a `when` skipped only because a declared field is absent: field, assets, rules."""
        rules: dict[str, list[str]] = {}
        rows: dict[tuple[str, str], pl.Series] = {}
        for rule_id, kind, undeclared_ in self._undeclared():
            for name, skipped in undeclared_.rows.items():
                rules.setdefault(name, []).append(rule_id)
                rows[name, kind] = rows[name, kind] | skipped if (name, kind) in rows else skipped
        assets = {name: sum(int(some.sum()) for (one, _), some in rows.items() if one == name) for name in rules}
        return tuple({"field": name, "assets": assets[name], "rules": sorted(set(rules[name]))} for name in sorted(rules))

    def _undeclared(self) -> Iterator[tuple[str, str, Undeclared]]:
        for (rule_id, kind), judged in self.judged.items():
            yield rule_id, kind, judged.undeclared
        for rule_id, grouped in self.grouped.items():
            for kind, told in grouped.undeclared.items():
                yield rule_id, kind, told


def evaluate(rules: Sequence[Rule], known: Mapping[str, pl.DataFrame], as_of: datetime) -> Evaluation:
    """Evaluate every rule over the tables of its kinds; these carry the time facts of as_of."""
    judged: dict[tuple[str, str], Judged] = {}
    rows = {kind: Row(kind, Survey(table)) for kind, table in known.items()}
    for kind, row in rows.items():
        concerned = [rule for rule in rules if kind in rule.kinds and rule.group is None]
        conditions = [(_condition(rule.when, kind, as_of), lower(rule.require, kind, as_of)) for rule in concerned]
        outcomes = _of_kind(conditions, row)
        judged |= {(rule.id, kind): one for rule, one in zip(concerned, outcomes, strict=True)}
    return Evaluation(judged, {rule.id: groups.judge(rule, rows, as_of) for rule in rules if rule.group is not None})


def _condition(when: Predicate | None, kind: str, as_of: datetime) -> Node:
    return TRUE if when is None else lower(when, kind, as_of)


def _of_kind(conditions: Sequence[tuple[Node, Node]], row: Row) -> Iterator[Judged]:
    """Ask each distinct `when` once, then every `require`; of those that few rows are asked, the other rows are not read."""
    row.survey.look_at(sorted(set().union(*(lists(node) for pair in conditions for node in pair))))
    numbers = {when: f"_when{number}" for number, when in enumerate(dict.fromkeys(when for when, _ in conditions))}
    asked = whens.ask(numbers, row)
    skips = {when: _skip(when, row, asked.whens[name]) for when, name in numbers.items()}
    left, rare = whens.few(asked.whens)
    wide = asked.table.hstack(asked.whens.get_columns())
    questions = {index: Question(numbers[when], require) for index, (when, require) in enumerate(conditions)}
    may_hold = asked.whens.fill_null(value=True)
    nowhere = {name for name in rare if not may_hold[name].any()}
    of_few = {index: one for index, one in questions.items() if one.when in rare - nowhere}
    of_all = {index: one for index, one in questions.items() if one.when not in rare}
    outcomes = _answers(of_all, asked.row, wide) | (_answers(of_few, asked.row, wide, left) if of_few else {})
    rows = left.arg_true()
    for index, condition in enumerate(conditions):
        # Of a rule whose `when` holds nowhere nothing is asked.
        met = outcomes.get(index, NOTHING)
        yield _judged(condition, row, met, None if index in of_all else rows.head(len(met)), skips[condition[0]])


def _answers(
    questions: Mapping[int, Question], row: Row, table: pl.DataFrame, left: pl.Series | None = None
) -> dict[int, pl.Series]:
    """Ask some questions at a time, of all rows or of those that are left."""
    row, parts = sharing.shared((one.require for one in questions.values()), row)
    named = [_outcome(one, row).alias(str(index)) for index, one in questions.items()]
    if left is not None:
        added = {one.meta.output_name() for one in parts}
        read = dict.fromkeys(name for one in (*named, *parts) for name in one.meta.root_names() if name not in added)
        table = table.lazy().select(*read).filter(left).collect()
    table = table.lazy().with_columns(parts).collect()
    answers: dict[int, pl.Series] = {}
    for start in range(0, len(named), BATCH):
        found = table.lazy().select(named[start : start + BATCH]).collect()
        answers |= {int(one.name): one for one in found.get_columns()}
    return answers


def _outcome(question: Question, row: Row) -> pl.Expr:
    """NOTE: a true `require` passes even where `when` is unknown, for nothing could be wrong."""
    return truth(question.require, row) | ~pl.col(question.when)


def _skip(when: Node, row: Row, applies: pl.Series) -> tuple[int, Undeclared]:
    return int((~applies).sum() or 0), undeclared(when, row, applies)


def _judged(
    conditions: tuple[Node, Node], row: Row, met: pl.Series, asked: pl.Series | None, skip: tuple[int, Undeclared]
) -> Judged:
    skipped, why = skip
    unknown = met.null_count()
    true = int(met.sum() or 0)
    beside = row.survey.table.height - len(met)
    counts = Counts(true + beside - skipped, len(met) - true - unknown, unknown, skipped, why.total)
    return Judged(conditions, row, met, asked, counts, why)

"""Rules over tables: outcomes counted, fails and unknowns found; one column per rule, each distinct `when` once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from scanner.model import Outcome
from scanner.rules import missing
from scanner.rules.compile import lengthened, truth
from scanner.rules.logic import TRUE, Node
from scanner.rules.lower import lower
from scanner.rules.scope import Row
from scanner.rules.survey import Survey
from scanner.rules.syntax import Rule
from scanner.rules.undeclared import Undeclared, undeclared

BATCH = 32
"""Rules evaluated together: bounds memory, keeps all cores busy."""
FOUND = {"row": pl.UInt32(), "outcome": pl.String(), "missing": pl.List(pl.String())}


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a rule said what."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    skipped_undeclared: int = 0
    """Of the skipped: only because a declared field is absent."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Judged:
    """What one rule said of one kind's table."""

    conditions: tuple[Node, Node]
    row: Row
    met: pl.Series
    """True: pass or skip, false: fail, null: unknown."""
    counts: Counts
    undeclared: Undeclared | None

    def findings(self) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Find the rows that fail, then the unknown ones with what they miss: a bit of `mask0` … for each field named."""
        fails = pl.DataFrame({"row": (~self.met).fill_null(value=False).arg_true()})
        rows = self.met.is_null().arg_true()
        undecided = pl.DataFrame({"row": rows})
        flagged = missing.flags(self.conditions, self.row) if self.counts.unknown else {}
        masks = missing.masks(flagged)
        read = sorted({name for mask in masks for name in mask.meta.root_names() if name})
        if read:
            undecided = undecided.hstack(self.row.survey.table.select(read)[rows].get_columns())
        undecided = undecided.select("row", *masks)
        unknown = pl.lit(value=True).alias("unknown")
        both = [fails.with_columns(~unknown), undecided.with_columns(unknown)]
        return pl.concat(both, how="diagonal"), tuple(flagged)


class Evaluation:
    """Outcomes of all rules; findings are rows of a kind's table, by their number."""

    def __init__(self, judged: Mapping[tuple[str, str], Judged]) -> None:
        self.judged = judged
        """By rule id and kind."""

    def counts(self, rule_id: str) -> Counts:
        """Count the outcomes of a rule over all its kinds."""
        return sum((one.counts for (id_, _), one in self.judged.items() if id_ == rule_id), Counts())

    def applied(self, rule_id: str) -> bool:
        """Tell whether the rule said anything but «not applicable»."""
        counts = self.counts(rule_id)
        return bool(counts.passed or counts.failed or counts.unknown)

    def findings(self, rule_id: str, kind: str) -> pl.DataFrame:
        """Return row, outcome and missing fields of a rule's fails, then of its unknowns."""
        if (rule_id, kind) not in self.judged:
            return pl.DataFrame(schema=FOUND)
        frame, fields = self.judged[rule_id, kind].findings()
        outcome = pl.when("unknown").then(pl.lit(str(Outcome.UNKNOWN))).otherwise(pl.lit(str(Outcome.FAIL)))
        named = frame.with_columns(outcome=outcome, missing=_names(frame, fields))
        return named.select(pl.col(name).cast(dtype) for name, dtype in FOUND.items())

    def undeclared(self) -> tuple[dict[str, object], ...]:
        """Say what a `when` skipped only because a declared field is absent: field, assets, rules."""
        rules: dict[str, list[str]] = {}
        rows: dict[tuple[str, str], pl.Series] = {}
        for (rule_id, kind), judged in self.judged.items():
            for name, skipped in (judged.undeclared.rows if judged.undeclared else {}).items():
                rules.setdefault(name, []).append(rule_id)
                rows[name, kind] = rows[name, kind] | skipped if (name, kind) in rows else skipped
        assets = {name: sum(int(some.sum()) for (one, _), some in rows.items() if one == name) for name in rules}
        return tuple({"field": name, "assets": assets[name], "rules": sorted(set(rules[name]))} for name in sorted(rules))


def evaluate(rules: Sequence[Rule], known: Mapping[str, pl.DataFrame], as_of: datetime) -> Evaluation:
    """Evaluate every rule over the tables of its kinds; these carry the time facts of as_of."""
    judged = {
        (rule.id, kind): one
        for kind, table in known.items()
        for rule, one in _of_kind([rule for rule in rules if kind in rule.kinds], kind, table, as_of)
    }
    return Evaluation({(rule.id, kind): judged[rule.id, kind] for rule in rules for kind in rule.kinds if kind in known})


def _of_kind(rules: Sequence[Rule], kind: str, table: pl.DataFrame, as_of: datetime) -> Iterator[tuple[Rule, Judged]]:
    row = Row(kind, Survey(table))
    whens: dict[Node, int] = {}
    for rule in rules:
        whens.setdefault(_when(rule, kind, as_of), len(whens))
    applies = table.select(_full(node, row).alias(f"when{number}") for node, number in whens.items())
    skips = [undeclared(node, row, applies[f"when{number}"]) for node, number in whens.items()]
    wide = table.hstack(applies.select(pl.all().name.prefix("_")))
    for start in range(0, len(rules), BATCH):
        batch = rules[start : start + BATCH]
        numbers = [whens[_when(rule, kind, as_of)] for rule in batch]
        outcomes = wide.select(
            _outcome(rule, row, as_of, f"_when{number}").alias(str(index))
            for index, (rule, number) in enumerate(zip(batch, numbers, strict=True))
        )
        for index, (rule, number) in enumerate(zip(batch, numbers, strict=True)):
            conditions = (_when(rule, kind, as_of), lower(rule.require, kind, as_of))
            yield rule, _judged(conditions, row, outcomes[str(index)], applies[f"when{number}"], skips[number])


def _judged(conditions: tuple[Node, Node], row: Row, met: pl.Series, applies: pl.Series, skipped: Undeclared | None) -> Judged:
    """Count what a rule said; a skip counts as met until it is taken out."""
    true, unknown, skips = int(met.sum()), met.null_count(), int((~applies).sum())
    counts = Counts(true - skips, len(met) - true - unknown, unknown, skips, skipped.count if skipped else 0)
    return Judged(conditions, row, met, counts, skipped)


def _when(rule: Rule, kind: str, as_of: datetime) -> Node:
    return TRUE if rule.when is None else lower(rule.when, kind, as_of)


def _full(node: Node, row: Row) -> pl.Expr:
    return lengthened(truth(node, row))


def _outcome(rule: Rule, row: Row, as_of: datetime, when: str) -> pl.Expr:
    """True: pass or skip, false: fail, null: unknown; a true `require` passes even where `when` is unknown."""
    return lengthened(truth(lower(rule.require, row.kind, as_of), row)) | ~pl.col(when)


def _names(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Series:
    """Turn masks into lists of fields; a fail misses nothing."""
    masks = [name for name in frame.columns if name.startswith("mask")]
    rows = frame.select(masks).iter_rows() if masks else iter([()] * frame.height)
    lists = [missing.named(fields, row) if row and row[0] is not None else [] for row in rows]
    return pl.Series(lists, dtype=pl.List(pl.String()))

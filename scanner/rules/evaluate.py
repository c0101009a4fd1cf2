"""Rules over tables: outcomes counted, fails and unknowns found; one column per rule, each distinct `when` once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from scanner.model import Outcome
from scanner.rules import missing
from scanner.rules.compile import column, reads
from scanner.rules.scope import RowScope
from scanner.rules.syntax import Predicate, Rule
from scanner.tables import Origin

BATCH = 32
"""Rules evaluated together: bounds memory, keeps both cores busy."""
HITS = {"row": pl.UInt32(), "outcome": pl.String(), "missing": pl.List(pl.String())}


@dataclass(frozen=True, slots=True)
class Counts:
    """Outcomes of one rule over all assets of its kinds."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    skipped_undeclared: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(slots=True)
class Evaluation:
    """Outcomes of all rules; findings of one rule are looked up as row numbers of its kind's table."""

    by_rule: dict[str, Counts] = field(default_factory=dict)
    hits: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict)
    skipped: dict[tuple[str, str], tuple[pl.Series, list[str]]] = field(default_factory=dict)
    """Kind and declared field: the rows that only its absence made a `when` skip, and the rules."""

    def counts(self, rule_id: str) -> Counts:
        """Count the outcomes of a rule."""
        return self.by_rule.get(rule_id, Counts())

    def applied(self, rule_id: str) -> bool:
        """Tell whether the rule said anything but «not applicable»."""
        counts = self.counts(rule_id)
        return bool(counts.passed or counts.failed or counts.unknown)

    def findings(self, rule_id: str, kind: str) -> pl.DataFrame:
        """Return row, outcome and missing fields of the rule's fails and unknowns in a kind's table."""
        return self.hits.get((rule_id, kind), pl.DataFrame(schema=HITS))

    def undeclared(self) -> tuple[dict[str, object], ...]:
        """Say what a `when` skipped only because a declared field is absent."""
        return tuple(
            {"field": name, "assets": int(rows.sum()), "rules": sorted(set(rules))} for (_, name), (rows, rules) in self.skipped.items()
        )


def evaluate(rules: Sequence[Rule], known: Mapping[str, pl.DataFrame], as_of: datetime) -> Evaluation:
    """Evaluate every rule over the tables of its kinds; the tables carry the time facts of as_of."""
    evaluation = Evaluation()
    for kind, table in known.items():
        concerned = [rule for rule in rules if kind in rule.kinds]
        if table.is_empty() or not concerned:
            continue
        scope = RowScope.of(kind, table, as_of)
        for start in range(0, len(concerned), BATCH):
            _batch(evaluation, concerned[start : start + BATCH], table, scope)
    return evaluation


def _batch(evaluation: Evaluation, rules: Sequence[Rule], table: pl.DataFrame, scope: RowScope) -> None:
    whens: dict[Predicate, int] = {}
    for rule in rules:
        if rule.when is not None:
            whens.setdefault(rule.when, len(whens))
    applies = table.with_columns(column(when, scope).alias(f"_when{number}") for when, number in whens.items())
    outcomes = applies.select(
        _outcome(rule, None if rule.when is None else f"_when{whens[rule.when]}", scope).alias(str(number))
        for number, rule in enumerate(rules)
    )
    skips = {when: applies[f"_when{number}"] for when, number in whens.items()}
    for number, rule in enumerate(rules):
        met = outcomes[str(number)]
        skipped = int((~skips[rule.when]).sum()) if rule.when is not None else 0
        unknown = met.null_count()
        true = int(met.sum())
        undeclared = _undeclared(evaluation, rule, skips[rule.when], table, scope) if rule.when is not None and skipped else 0
        counts = Counts(true - skipped, table.height - true - unknown, unknown, skipped, undeclared)
        evaluation.by_rule[rule.id] = evaluation.counts(rule.id) + counts
        if counts.failed or counts.unknown:
            evaluation.hits[rule.id, scope.kind] = _hits(rule, met, table, scope)


def _outcome(rule: Rule, when: str | None, scope: RowScope) -> pl.Expr:
    """True: pass or skip, false: fail, null: unknown; a true `require` passes even where `when` is unknown."""
    required = column(rule.require, scope)
    return required if when is None else required | ~pl.col(when)


def _hits(rule: Rule, met: pl.Series, table: pl.DataFrame, scope: RowScope) -> pl.DataFrame:
    """List the fails, and the unknowns with what is missing."""
    failed = (~met).fill_null(value=False).arg_true()
    undecided = met.is_null().arg_true()
    fails = pl.DataFrame({"row": failed}).with_columns(outcome=pl.lit(str(Outcome.FAIL)), missing=pl.lit([], pl.List(pl.String())))
    parts = [fails.select(pl.col(name).cast(dtype) for name, dtype in HITS.items())]
    if len(undecided):
        lost = table[undecided].select(missing=missing.names(missing.flags(rule.when, rule.require, scope)))
        unknowns = lost.with_columns(row=undecided, outcome=pl.lit(str(Outcome.UNKNOWN)))
        parts.append(unknowns.select(pl.col(name).cast(dtype) for name, dtype in HITS.items()))
    return pl.concat(parts)


def _undeclared(evaluation: Evaluation, rule: Rule, applies: pl.Series, table: pl.DataFrame, scope: RowScope) -> int:
    """Count skips that only the absence of a declared field caused, and note which field."""
    if rule.when is None:
        return 0
    declared = [name for name in reads(rule.when) if scope.fact(name).origin is Origin.DECLARED]
    if not declared:
        return 0
    doubtful = RowScope(scope.kind, scope.columns, scope.as_of, scope.unknown_marks, scope.absent_marks, declared_unknown=True)
    rows = table.select(
        column(rule.when, doubtful).is_null().alias("_doubt"), *(_blank(name, scope).alias(name) for name in declared)
    )
    only = rows["_doubt"] & ~applies.fill_null(value=True)
    for name in declared:
        here = only & rows[name]
        if here.any():
            held, rules = evaluation.skipped.get((scope.kind, name), (pl.Series([False] * len(here)), []))
            evaluation.skipped[scope.kind, name] = (held | here, [*rules, rule.id])
    return int(only.sum())


def _blank(name: str, scope: RowScope) -> pl.Expr:
    value = scope.value(name)
    return (value.list.len() == 0).fill_null(value=True) if scope.fact(name).type.name == "list" else value.is_null()



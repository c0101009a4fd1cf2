"""Group rules over tables: rows with the same value are one group; what is not known makes ranges (policy language, Group rules).

A row whose key is unknown is one unknown of its own and in no group: unknown keys are never equal to each other.
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from scanner import tables
from scanner.record import record
from scanner.rules.engine.compile import lengthened, truth
from scanner.rules.engine.groups_sizes import constant, holds, turns
from scanner.rules.engine.logic import TRUE, Node
from scanner.rules.engine.lower import lower
from scanner.rules.engine.scope import Row
from scanner.rules.engine.undeclared import Undeclared, undeclared
from scanner.rules.language.syntax import Demand, Distinct, Group, Members, Rule, Share
from scanner.tables import Origin, Type

NEVER, ALWAYS = pl.lit(value=False), pl.lit(value=True)
KEYED = pl.col("key").is_not_null()
CHOSEN = pl.col("in").fill_null(value=True)
SURE, MOST = pl.col("sure"), pl.col("most")


@record
class Grouped:
    """What a group rule said."""

    group: Group
    rows: Mapping[str, Row]
    """By kind; groups span the kinds."""
    whens: Mapping[str, Node]
    selected: pl.DataFrame
    """Rows that `when` selects or might: number of the kind, row, in (null: might), key, value; lost, unsure: not known."""
    judged: pl.DataFrame
    """A row for each group: key, sure and most members, low and high count of values, met (null: unknown)."""
    total: tuple[int, int]
    """Rows that `when` selects: at least and at most."""
    skipped: int
    undeclared: Mapping[str, Undeclared]

    @property
    def outcomes(self) -> tuple[int, int, int, int, int]:
        """Count pass, fail, unknown, skip, and the rows skipped because nobody declared their key."""
        met = self.judged["met"]
        unknown, passed = met.null_count(), int(met.sum() or 0)
        lost = int(self.selected["lost"].sum())
        unkeyed = sum(one.total for one in self.undeclared.values())
        return passed, len(met) - passed - unknown, unknown + lost, self.skipped, unkeyed


def judge(rule: Rule, rows: Mapping[str, Row], as_of: datetime) -> Grouped:
    """Judge the groups of a rule over the rows of all its kinds."""
    if rule.group is None:
        raise TypeError(f"{rule.id} is no group rule")
    group = rule.group
    concerned = {kind: rows[kind] for kind in dict.fromkeys(rule.kinds) if kind in rows}
    whens = {kind: TRUE if rule.when is None else lower(rule.when, kind, as_of) for kind in concerned}
    frames = {kind: _frame(number, row, whens[kind], group) for number, (kind, row) in enumerate(concerned.items())}
    every = pl.concat([_nothing(group, next(iter(rule.kinds))), *frames.values()])
    selected = every.filter(CHOSEN)
    total = int(selected["in"].sum()), selected.height
    groups = _groups(every, rule, group.demand, total, as_of)
    judged = groups.filter(MOST > 0)
    keyless = int(every["key"].null_count()) - int(selected["lost"].sum())
    said = judged if _applies(group.demand, total, as_of) else judged.clear()
    told = {kind: _undeclared(whens[kind], row, frames[kind], group.by) for kind, row in concerned.items()}
    return Grouped(group, concerned, whens, selected, said, total, groups.height - said.height + keyless, told)


def _columns(group: Group) -> list[str]:
    return [group.by, *([group.demand.of] if isinstance(group.demand, Distinct) else [])]


def _frame(number: int, row: Row, when: Node, group: Group) -> pl.DataFrame:
    """Take from a kind's table what its groups are made of."""
    lost, unsure = (_lost(row, name) for name in (_columns(group) * 2)[:2])
    of = group.demand.of if isinstance(group.demand, Distinct) else None
    return row.survey.table.select(
        pl.int_range(pl.len(), dtype=pl.UInt32()).alias("row"),
        pl.lit(number, pl.UInt8()).alias("kind"),
        lengthened(truth(when, row)).alias("in"),
        row.value(group.by).alias("key"),
        lost.alias("lost"),
        (pl.lit(None) if of is None else row.value(of)).alias("value"),
        (NEVER if of is None else unsure).alias("unsure"),
    )


def _lost(row: Row, name: str) -> pl.Expr:
    """Say where a field is unknown."""
    doubted = row.doubtful(name)
    return NEVER if doubted is None else doubted


def _nothing(group: Group, kind: str) -> pl.DataFrame:
    """Make the frame without rows; a value that is not asked for has no type."""
    types = [known.type.dtype if (known := tables.fact(kind, name)) else pl.Null() for name in _columns(group)]
    key, value = types[0], types[1] if len(types) > 1 else pl.Null()
    return pl.DataFrame(
        schema={
            "row": pl.UInt32(), "kind": pl.UInt8(), "in": pl.Boolean(), "key": key, "lost": pl.Boolean(),
            "value": value, "unsure": pl.Boolean(),
        }
    )  # fmt: skip


def _groups(every: pl.DataFrame, rule: Rule, demand: Demand, total: tuple[int, int], as_of: datetime) -> pl.DataFrame:
    """Judge all groups at once, those too of which `when` selects no row: they have no member, and are not told."""
    members = every.lazy().filter(KEYED)
    counted = members.group_by("key").agg(_members())
    nothing = pl.lit(0, pl.Int64())
    if isinstance(demand, Distinct):
        fact = tables.fact(rule.kinds[0], demand.of)
        counted, met = _values(members, fact.type if fact else tables.TEXT), _distinct(constant(demand.at_most, as_of))
    elif isinstance(demand, Members):
        counted, met = counted.with_columns(low=nothing, high=nothing), _counted(demand, as_of)
    else:
        counted, met = counted.with_columns(low=nothing, high=nothing), _share(demand, total, as_of)
    return counted.with_columns(met=lengthened(met)).collect()


def _members() -> tuple[pl.Expr, pl.Expr]:
    """Count the rows that `when` surely selects, and those that it might."""
    return pl.col("in").sum().cast(pl.Int64).alias("sure"), CHOSEN.sum().cast(pl.Int64).alias("most")


def _values(members: pl.LazyFrame, type_: Type) -> pl.LazyFrame:
    """Count the values among members: those surely there, and those that might be; absent values count for nothing.

    NOTE: an unknown value may be one of the others, or turn out absent, so it adds to the high count alone.
    """
    unsure = (pl.col("unsure") & CHOSEN).sum().cast(pl.Int64).alias("unsure")
    pairs = members.group_by("key", "value").agg(*_members(), unsure)
    known = pl.col("value").is_not_null() & (MOST > 0)
    high = known.sum().cast(pl.Int64) + pl.col("unsure").sum()
    domain = 2 if type_.name == "boolean" else len(type_.values) if type_.values and not type_.pattern else None
    return pairs.group_by("key").agg(
        SURE.sum(), MOST.sum(), (known & (SURE > 0)).sum().cast(pl.Int64).alias("low"),
        (high if domain is None else pl.min_horizontal(high, pl.lit(domain))).cast(pl.Int64).alias("high"),
    )  # fmt: skip


def _decided(right: pl.Expr, wrong: pl.Expr) -> pl.Expr:
    """Say true, false, else unknown; a group that may have no member at all is never wrong."""
    return pl.when(right).then(ALWAYS).when(wrong & (SURE > 0)).then(NEVER)


def _distinct(limit: float) -> pl.Expr:
    return _decided(pl.col("high") <= limit, pl.col("low") > limit)


def _counted(demand: Members, as_of: datetime) -> pl.Expr:
    """Ask of every number of members that may be, since a predicate changes its answer only beside one of its figures."""
    least = pl.max_horizontal(SURE, pl.lit(1, pl.Int64()))
    beside = (pl.lit(one, pl.Int64()).clip(least, MOST) for one in turns(demand.predicate, as_of))
    answers = [holds(demand.predicate, size, as_of) for size in (least, MOST, *beside)]
    return _decided(pl.all_horizontal(answers), ~pl.any_horizontal(answers))


def _share(demand: Share, total: tuple[int, int], as_of: datetime) -> pl.Expr:
    """Compare the least and the greatest share that a group may have."""
    limit, (sure, most) = constant(demand.at_most, as_of), total
    unsure = MOST - SURE
    greatest, least = MOST / (sure + unsure), SURE / (most - unsure)
    decided = demand.when_total is None or bool(sure >= constant(demand.when_total, as_of))
    return _decided(greatest <= limit, (least > limit) & pl.lit(decided))


def _applies(demand: Demand, total: tuple[int, int], as_of: datetime) -> bool:
    """Say nothing below `when_total`."""
    return not isinstance(demand, Share) or demand.when_total is None or total[1] >= constant(demand.when_total, as_of)


def _undeclared(when: Node, row: Row, frame: pl.DataFrame, by: str) -> Undeclared:
    """Find the rows that a `when` or the key left out only because nobody declared a field."""
    told = dict(undeclared(when, row, frame["in"]).rows)
    if row.fact(by).origin is not Origin.DECLARED:
        return Undeclared(told, 0)
    blank = frame["key"].is_null() & ~frame["lost"] & frame["in"].fill_null(value=True)
    if blank.any():
        told[by] = told[by] | blank if by in told else blank
    return Undeclared(told, int(blank.sum()))

"""Fails and unknowns of a rule as rows of findings: by columns, and put into words once for all rows that say the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from scanner import alike, tables
from scanner.inventory.identity import finding_ids
from scanner.model import FINDINGS, Mode, OnUnknown, Outcome, finding_id
from scanner.request import Request
from scanner.rules.engine import groups_found
from scanner.rules.engine.evaluate import Evaluation
from scanner.rules.engine.groups_found import Found
from scanner.rules.engine.reads import fields_read
from scanner.rules.language.syntax import Group, Rule
from scanner.rules.said import groups_words, message

WHERE = ("uri", "line", "column", "pointer")
"""Columns that say where an asset was seen first; the tables come with them."""
SECONDS = "%Y-%m-%dT%H:%M:%S"
ASSET = ("asset_id", "place", "name", *WHERE)
WORDS = {"message": pl.String(), "limit": pl.String()}


def of_rule(evaluation: Evaluation, rule: Rule, found: Mapping[str, pl.DataFrame], request: Request) -> Iterator[pl.DataFrame]:
    """Write the assets and groups that fail a rule, and those that it could not judge."""
    for kind in rule.kinds:
        hits = evaluation.findings(rule.id, kind)
        if hits.is_empty():
            # Most rules find nothing, and a query over no rows takes as long as one over many.
            continue
        for outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            part = hits.filter(pl.col("outcome") == outcome)
            if part.height:
                yield _rows(rule, kind, found[kind], part, outcome, request)
    if rule.group is not None and rule.id in evaluation.grouped:
        grouped = groups_found.groups(evaluation.grouped[rule.id])
        yield pl.DataFrame([_of_group(rule, rule.group, one, found, request) for one in grouped], schema=FINDINGS)


def _rows(rule: Rule, kind: str, table: pl.DataFrame, hits: pl.DataFrame, outcome: Outcome, request: Request) -> pl.DataFrame:
    read = [name for name in fields_read(rule, kind) if name in table.columns]
    asked = _asked(rule, kind, table) if outcome is Outcome.FAIL else _known_in_part(table, hits)
    here = table.select(*dict.fromkeys([*ASSET, *read, *asked]))[hits["row"]]

    def words(row: Mapping[str, Any]) -> tuple[str, str]:
        said = message.message(rule, kind, row, outcome, row["missing"], request.as_of)
        return said.text, said.limit

    said = alike.once_each(here.select(*asked, hits["missing"]), words, WORDS)
    own: dict[str, pl.Expr | pl.Series] = {
        "finding_id": finding_ids(rule.id, here["place"]),
        "kind": pl.lit(kind),
        **{name: pl.col(name) for name in ASSET},
        "members": pl.lit([], FINDINGS["members"]),
        "missing": hits["missing"],
        "observed": _observed(here, read),
        **{name: said[name] for name in WORDS},
    }
    same = {name: pl.lit(value, FINDINGS[name]) for name, value in _same(rule, outcome, request).items()}
    return here.select((own | same)[name].alias(name) for name in FINDINGS)


def _asked(rule: Rule, kind: str, table: pl.DataFrame) -> list[str]:
    """Name the columns that say why a row fails."""
    marks = [mark for mark in tables.MARKS if mark != tables.DER]
    return [name for name in (*message.needed(rule, kind), *marks) if name in table.columns]


def _known_in_part(table: pl.DataFrame, hits: pl.DataFrame) -> list[str]:
    """Name the lists that are not known, or not whole: of these what is known is said."""
    lost = hits["missing"].list.explode(keep_nulls=False, empty_as_null=False).unique().sort()
    return [name for name in lost if isinstance(table.schema.get(name), pl.List)]


def _observed(here: pl.DataFrame, read: Sequence[str]) -> pl.Expr:
    """Write what a rule read as JSON, with instants and durations as `when.plain` has them."""
    values = [_plain(name, here.schema[name]) for name in read]
    return pl.struct(values).struct.json_encode() if values else pl.lit("{}")


def _plain(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if isinstance(dtype, pl.Duration):
        return value.dt.total_seconds()
    if isinstance(dtype, pl.Datetime):
        whole = value.dt.microsecond() == 0
        return pl.when(whole).then(value.dt.strftime(f"{SECONDS}Z")).otherwise(value.dt.strftime(f"{SECONDS}%.6fZ"))
    return value


def _of_group(rule: Rule, group: Group, one: Found, found: Mapping[str, pl.DataFrame], request: Request) -> dict[str, object]:
    """Write a group with the places of its members; it is seen where the first one is, and is itself no asset."""
    kind, first = one.members[0]
    place = groups_words.place(group, one.key)
    why = message.undecided(kind, one.missing)
    return _same(rule, one.outcome, request) | {
        "finding_id": finding_id(rule.id, place),
        "kind": kind,
        "asset_id": "",
        **found[kind].select(WHERE)[first].row(0, named=True),
        "place": place,
        "name": groups_words.name(group, one.key),
        "members": [found[kind]["place"][row] for kind, row in one.members],
        "missing": list(one.missing),
        "observed": groups_words.observed(group, one),
        "limit": groups_words.limit(rule, group, request.as_of),
        "message": groups_words.says(rule, group, one, why, request.as_of),
    }


def _same(rule: Rule, outcome: Outcome, request: Request) -> dict[str, object]:
    """Tell what is the same of all findings of a rule with one outcome."""
    mode = rule.mode(request.as_of)
    return {
        "rule_id": rule.id,
        "policy_version": rule.policy_version,
        "outcome": str(outcome),
        "severity": str(rule.severity),
        "mode": str(mode),
        "counts": _counts(rule, mode, outcome, request),
        "waived_by": None,
        "in_baseline": False,
    }


def _counts(rule: Rule, mode: Mode, outcome: Outcome, request: Request) -> bool:
    """Decide whether a finding moves the exit code; an unknown counts exactly where a fail would have."""
    if mode is not Mode.BLOCK or request.fail_on is None or rule.severity.rank > request.fail_on.rank:
        return False
    return outcome is Outcome.FAIL or (request.on_unknown or rule.if_unknown) is OnUnknown.FAIL

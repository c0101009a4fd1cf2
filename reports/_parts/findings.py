"""Findings as reports list them, worst first: failures, and once per identity what could not be judged."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cache
from typing import Any

import orjson
import polars as pl

from reports import _words
from reports._parts import baseline
from reports._parts.own import GAP
from scanner import tables
from scanner.model import Outcome, Report, Severity, finding_id
from scanner.record import record
from scanner.when import instant

SHORTEST = 8
MOST_SIGHTINGS = 8
MOST_MEMBERS = 20
"""Members of a group that a report names; the others are counted."""
MOST = 100_000
"""Findings that a report lists; the others are counted."""


@record
class Finding:
    """One row of the list of findings."""

    label: str
    """`F-` and the first 8 hex of finding_id, longer where two agree."""
    finding_id: str
    rule_id: str
    """`certgate/evidence-gap` where nothing could be judged."""
    severity: str
    status: str
    """A key of `_words.STATUSES`."""
    kind: str
    asset_id: str
    name: str
    owner: str
    where: str
    message: str
    limit: str
    mode: str
    counts: bool
    waived_by: str
    known: bool = False
    """It stood in the baseline."""
    place: str = ""
    observed: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    would_tell: tuple[str, ...] = ()
    undecided: tuple[str, ...] = field(default=())
    """Rules that a gap leaves undecided."""
    members: tuple[str, ...] = ()
    """Places of the members of a group, the first of them and the count of the rest."""

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about: kind and asset_id, or the place where there is no single asset."""
        return self.kind, self.asset_id or self.place


def gap_id(place: str) -> str:
    """Name the gap of a place."""
    return finding_id(GAP, place)


def frames(report: Report) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give failures as the Report orders them, and gaps, those that count first; both with owner and label."""
    failed = report.findings.filter(pl.col("outcome") == Outcome.FAIL)
    gaps = report.gaps.sort(~pl.col("counts"), _rank(), maintain_order=True)
    ids = pl.Series("finding_id", [gap_id(place) for place in gaps["place"]], dtype=pl.String)
    labels = _labels([*failed["finding_id"], *ids])
    owners = _owners(report)
    return (
        _owned(failed, owners).with_columns(
            label=pl.Series(labels[: failed.height], dtype=pl.String),
            apart=pl.col("in_baseline") & baseline.apart(report),
        ),
        _owned(gaps, owners).with_columns(ids, label=pl.Series(labels[failed.height :], dtype=pl.String)),
    )


def listed(failed: pl.DataFrame, gaps: pl.DataFrame, most: int) -> list[Finding]:
    """List failures, then gaps, at most so many together."""
    first = failed.head(most)
    return [*failures(first), *(_gap(row) for row in gaps.head(most - first.height).iter_rows(named=True))]


def failures(rows: pl.DataFrame) -> list[Finding]:
    """Make findings of rows that failed."""
    return [_failure(row) for row in rows.iter_rows(named=True)]


def members(places: list[str]) -> tuple[str, ...]:
    """Name the first members of a group and count the others."""
    rest = len(places) - MOST_MEMBERS
    return (*places[:MOST_MEMBERS], *([f"and {_words.many(rest, 'more member')}"] if rest > 0 else []))


def _rank() -> pl.Expr:
    return pl.col("severity").replace_strict({str(one): one.rank for one in Severity}, return_dtype=pl.Int8)


def _labels(ids: list[str]) -> list[str]:
    """Shorten ids to labels that differ wherever the ids do."""
    labels = [one[:SHORTEST] for one in ids]
    length = SHORTEST
    while len(set(labels)) < len(set(ids)):
        length += 4
        counts: dict[str, set[str]] = {}
        for label, full in zip(labels, ids, strict=True):
            counts.setdefault(label, set()).add(full)
        labels = [full[:length] if len(counts[label]) > 1 else label for label, full in zip(labels, ids, strict=True)]
    return [f"F-{label}" for label in labels]


def _owners(report: Report) -> pl.DataFrame:
    """Give the declared owner of every asset."""
    schema = {"kind": pl.String(), "asset_id": pl.String(), "owner": pl.String()}
    tables_ = (table.select(pl.lit(kind).alias("kind"), "asset_id", "owner") for kind, table in report.tables.items())
    return pl.concat([pl.DataFrame(schema=schema), *tables_]).drop_nulls()


def _owned(rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    joined = rows.join(owners, on=["kind", "asset_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("owner").fill_null(""))


def _failure(row: Mapping[str, Any]) -> Finding:
    waived = row["waived_by"] or ""
    return Finding(
        label=row["label"],
        finding_id=row["finding_id"],
        rule_id=row["rule_id"],
        severity=row["severity"],
        status="waived" if waived else "baseline" if row["apart"] else "open",
        kind=row["kind"],
        asset_id=row["asset_id"],
        name=row["name"],
        owner=row["owner"],
        where=_words.place(row),
        message=_words.sentence(row["message"]),
        limit=row["limit"] or "",
        mode=row["mode"],
        counts=row["counts"],
        waived_by=waived,
        known=row["in_baseline"],
        place=row["place"],
        members=members(row["members"]),
        observed=observed(row["kind"], row["observed"]),
        missing=tuple(row["missing"]),
    )


def _gap(row: Mapping[str, Any]) -> Finding:
    rules = _words.many(len(row["rules"]), "rule")
    message = f"{rules} could not be judged; not known: {_words.some(row['missing'], 6)}."
    return Finding(
        label=row["label"],
        finding_id=row["finding_id"],
        rule_id=GAP,
        severity=row["severity"],
        status="unknown",
        kind=row["kind"],
        asset_id=row["asset_id"],
        name=row["name"],
        owner=row["owner"],
        where=_words.place(row),
        message=message,
        limit="",
        mode="block" if row["counts"] else "warn",
        counts=row["counts"],
        waived_by="",
        place=row["place"],
        missing=tuple(row["missing"]),
        would_tell=tuple(row["would_tell"]),
        undecided=tuple(row["rules"]),
    )


@cache
def _fact(kind: str, name: str) -> tables.Fact | None:
    return tables.fact(kind, name) if kind in tables.FACTS else None


def observed(kind: str, text: str | None) -> tuple[tuple[str, str], ...]:
    """Write what a rule read: name of the fact with its unit, and value in words."""
    facts = orjson.loads(text) if text else {}
    known = ((name, value, _fact(kind, name)) for name, value in facts.items())
    return tuple(
        (_words.fact_name(fact, name), _words.value(value, fact.type if fact else tables.TEXT)) for name, value, fact in known
    )


def sightings(report: Report, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Say for each wanted asset where it was seen, files before addresses, at most eight places and the count of the rest."""
    seen: dict[tuple[str, str], list[str]] = {}
    frame = report.sightings.filter(pl.col("asset_id").is_in([asset for _, asset in wanted]))
    for row in frame.iter_rows(named=True):
        key = (row["kind"], row["asset_id"])
        if key in wanted:
            at = f" at {instant(row['seen_at'].replace(microsecond=0))}" if row["seen_at"] else ""
            seen.setdefault(key, []).append(f"{_words.place(row)} ({row['source_type']}){at}")
    return {key: list(_bounded(places)) for key, places in seen.items()}


def _bounded(places: list[str]) -> Iterator[str]:
    ordered = sorted(dict.fromkeys(places), key=lambda place: "://" in place)
    yield from ordered[:MOST_SIGHTINGS]
    if len(ordered) > MOST_SIGHTINGS:
        yield f"and {_words.many(len(ordered) - MOST_SIGHTINGS, 'more place')}"

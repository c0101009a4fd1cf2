"""Findings as reports list them, worst first: failures, and once per identity what could not be judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
import polars as pl

from reports import _words
from scanner import tables
from scanner.model import Outcome, Report, Severity
from scanner.when import instant

GAP = "certgate/evidence-gap"
SHORTEST = 8
MOST_SIGHTINGS = 8


@dataclass(frozen=True, slots=True)
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
    observed: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    would_tell: tuple[str, ...] = ()
    undecided: tuple[str, ...] = field(default=())
    """Rules that a gap leaves undecided."""


def gap_id(place: str) -> str:
    """Name the gap of a place as SARIF does: rule × place."""
    return sha256(f"{GAP}\0{place}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def findings(report: Report) -> list[Finding]:
    """List failures as the Report orders them, then gaps, those that count first."""
    failed = report.findings.filter(pl.col("outcome") == Outcome.FAIL)
    owners = _owners(report)
    rows = [(row["finding_id"], row) for row in failed.iter_rows(named=True)]
    gaps = [
        (gap_id(row["place"]), row)
        for row in report.gaps.sort(~pl.col("counts"), _rank(), maintain_order=True).iter_rows(named=True)
    ]
    labels = _labels([found for found, _ in (*rows, *gaps)])
    failures = [_failure(label, row, owners) for label, (_, row) in zip(labels, rows, strict=False)]
    return failures + [_gap(label, found, row, owners) for label, (found, row) in zip(labels[len(rows) :], gaps, strict=True)]


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


def _owners(report: Report) -> dict[tuple[str, str], str]:
    return {
        (kind, asset): owner
        for kind, table in report.tables.items()
        for asset, owner in table.select("asset_id", "owner").drop_nulls().iter_rows()
    }


def _failure(label: str, row: Mapping[str, Any], owners: Mapping[tuple[str, str], str]) -> Finding:
    waived = row["waived_by"] or ""
    return Finding(
        label=label,
        finding_id=row["finding_id"],
        rule_id=row["rule_id"],
        severity=row["severity"],
        status="waived" if waived else "baseline" if row["in_baseline"] else "open",
        kind=row["kind"],
        asset_id=row["asset_id"],
        name=row["name"],
        owner=owners.get((row["kind"], row["asset_id"]), ""),
        where=_words.place(row),
        message=_words.sentence(row["message"]),
        limit=row["limit"] or "",
        mode=row["mode"],
        counts=row["counts"],
        waived_by=waived,
        observed=observed(row["kind"], row["observed"]),
        missing=tuple(row["missing"]),
    )


def _gap(label: str, found: str, row: Mapping[str, Any], owners: Mapping[tuple[str, str], str]) -> Finding:
    rules = _words.many(len(row["rules"]), "rule")
    message = f"{rules} could not be judged; not known: {_words.some(row['missing'], 6)}."
    return Finding(
        label=label,
        finding_id=found,
        rule_id=GAP,
        severity=row["severity"],
        status="unknown",
        kind=row["kind"],
        asset_id=row["asset_id"],
        name=row["name"],
        owner=owners.get((row["kind"], row["asset_id"]), ""),
        where=_words.place(row),
        message=message,
        limit="",
        mode="block" if row["counts"] else "warn",
        counts=row["counts"],
        waived_by="",
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
            at = f" at {instant(row['seen_at'])}" if row["seen_at"] else ""
            seen.setdefault(key, []).append(f"{_words.place(row)} ({row['source_type']}){at}")
    return {key: list(_bounded(places)) for key, places in seen.items()}


def _bounded(places: list[str]) -> Iterator[str]:
    ordered = sorted(dict.fromkeys(places), key=lambda place: "://" in place)
    yield from ordered[:MOST_SIGHTINGS]
    if len(ordered) > MOST_SIGHTINGS:
        yield f"and {_words.many(len(ordered) - MOST_SIGHTINGS, 'more place')}"

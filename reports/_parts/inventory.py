"""The inventory as a reader wants it: each identity with its worst outcome, its key, issuer and end."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports import _words
from scanner import run_findings
from scanner.model import Report
from scanner.record import record

MOST = 20_000
"""Identities that a report lists; the others are counted."""
_READ = {
    "certificate": ("key.algorithm", "key.bits", "key.curve", "issuer.cn", "issuer.dn", "not_after", "trust"),
    "endpoint": ("tls.versions", "reachable"),
}
_ORDER = {key: rank for rank, key in enumerate(_words.CLASSES)}


@record
class Identity:
    """One row of the inventory."""

    kind: str
    asset_id: str
    name: str
    worst: str
    """A key of `_words.CLASSES`."""
    owner: str
    key: str
    """Key of a certificate; protocol versions of an endpoint."""
    issuer: str
    expires: str
    place: str


def identities(report: Report, worst: Mapping[tuple[str, str], str]) -> list[Identity]:
    """List identities, worst first, then by kind and name, at most MOST of them."""
    rows = [row for kind, table in report.tables.items() for row in _rows(kind, table, worst)]
    return sorted(rows, key=lambda row: (_ORDER[row.worst], row.kind, row.name, row.asset_id))[:MOST]


def _rows(kind: str, table: pl.DataFrame, worst: Mapping[tuple[str, str], str]) -> Iterator[Identity]:
    wanted = [name for name in ("asset_id", "name", "owner", "place", *_READ.get(kind, ())) if name in table.columns]
    outcomes = pl.Series("worst", [worst.get((kind, asset), "pass") for asset in table["asset_id"]], dtype=pl.String)
    ranked = table.select(wanted).with_columns(outcomes, rank=outcomes.replace_strict(_ORDER, return_dtype=pl.Int8))
    for row in ranked.sort("rank", "name", "asset_id").head(MOST).iter_rows(named=True):
        yield Identity(
            kind=kind,
            asset_id=row["asset_id"],
            name=row["name"] or "",
            worst=row["worst"],
            owner=row["owner"] or "",
            key=_key(row) if kind == "certificate" else _versions(row),
            issuer=row.get("issuer.cn") or row.get("issuer.dn") or "",
            expires=_words.day(row.get("not_after")),
            place=row["place"] or "",
        )


def _key(row: Mapping[str, Any]) -> str:
    algorithm = row.get("key.algorithm")
    if not algorithm:
        return "not known"
    if row.get("key.curve"):
        return f"{algorithm} {row['key.curve']}"
    return f"{algorithm} {row['key.bits']}" if algorithm.startswith("RSA") and row.get("key.bits") else str(algorithm)


def _versions(row: Mapping[str, Any]) -> str:
    versions = row.get("tls.versions")
    if versions is None:
        return "no answer" if row.get("reachable") is False else "not known"
    return ", ".join(one for one in versions if one) or "none"


def counted(report: Report) -> str:
    """Count identities by kind: `203 certificates and 41 endpoints`."""
    kinds = [_words.many(table.height, _words.kind(kind)) for kind, table in report.tables.items() if table.height]
    return _words.listed(kinds) or "none"


def lead(report: Report, total: int) -> str:
    """Open the part with one sentence: what is listed, and what is left out here."""
    if not total:
        return "The evidence shows no identity."
    rest = f" The {_words.number(MOST)} worst are listed here; the inventory in CSV has all of them." if total > MOST else ""
    return f"{_words.many(total, 'identity')} {_words.verb(total, 'is', 'are')} listed: {counted(report)}.{rest}"


def silent(report: Report) -> int:
    """Count hosts that gave no answer, as the scope and the verdict do: refused, silent, or without an address."""
    return report.problems.filter(code=run_findings.UNREACHABLE.id).height

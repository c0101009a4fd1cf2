"""Scope and completeness: sources and what became of them, network against inventory, age of evidence, problems."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from reports import _words
from scanner import run_findings
from scanner.model import Report, Severity, SourceReport
from scanner.record import record

if TYPE_CHECKING:
    from datetime import datetime

PUBLIC = frozenset({"public-tls", "browser-roots"})
"""Policies for publicly trusted certificates only …"""
ANYWHERE = frozenset({"default", "tls-endpoints", "tls-endpoints-modern", "pqc-readiness", "nist-tls", "bsi-tls"})
"""… and those that ask little or nothing of certificates, whoever trusts them. What other policies ask, their authors know."""
PRIVATE = ("internal-pki", "client-certificates", "device-certificates")


@record
class Source:
    """One source of evidence as the scope table shows it."""

    name: str
    format: str
    kind: str
    read: int
    kept: int
    partial: int
    dropped: int
    why: str
    sha256: str
    size: int | None


def sources(report: Report) -> list[Source]:
    """List the sources with what was read, kept and dropped."""
    return [
        Source(
            one.name, one.format or one.kind, one.kind, one.read, one.kept, one.partial, one.dropped, _why(one, report.problems),
            one.sha256 or "", one.size,
        )
        for one in report.sources
    ]  # fmt: skip


def _why(source: SourceReport, problems: pl.DataFrame) -> str:
    """Say why not all was kept, in the source's own words or by its problems."""
    parts = [source.why] if source.why else list(_counted(_under(source, problems))) if source.dropped else []
    parts += [f"{_words.many(source.partial, 'record')} read in part"] if source.partial else []
    parts += [f"{_words.many(source.ignored, 'file')} of no known format"] if source.ignored else []
    return "; ".join(parts)


def _under(source: SourceReport, problems: pl.DataFrame) -> Iterable[str]:
    """Give the codes of the problems that a source had: of its files, whose places may be relative to another folder."""
    for code, uri in problems.select("code", "uri").iter_rows():
        folders = accumulate(uri.split("/"), "{}/{}".format)
        inside = any(f"/{source.name}".rstrip("/").endswith(f"/{folder}") for folder in folders)
        if inside or (source.kind == "network" and code == "certgate/unreachable"):
            yield code


def _counted(codes: Iterable[str]) -> Iterable[str]:
    for code, count in sorted(Counter(codes).items()):
        words = run_findings.COUNTED.get(code)
        yield f"{_words.number(count)} {words[count > 1]}" if words else _words.many(count, f"note {code}")


def incomplete(report: Report) -> str:
    """Say what makes the run incomplete; nothing where it is whole."""
    found = report.problems.filter(pl.col("severity").is_in(run_findings.INCOMPLETE))
    counted = list(_counted(code for code in found["code"] if code in run_findings.COUNTED))
    told = found.filter(~pl.col("code").is_in(run_findings.COUNTED))["message"]
    return " ".join(_words.sentence(said) for said in (_words.listed(counted), *dict.fromkeys(told)) if said)


def lead(rows: list[Source]) -> str:
    """Open the part with one sentence: how many records of how many sources were examined."""
    read, kept = sum(row.read for row in rows), sum(row.kept for row in rows)
    if not rows:
        return "No source of evidence was given."
    dropped = read - kept
    rest = f"; {_words.number(dropped)} {_words.verb(dropped)} left out" if dropped > 0 else ""
    whole = f"{_words.many(kept, 'record')} of {_words.number(read)} from {_words.many(len(rows), 'source')}"
    return f"{whole} {_words.verb(kept, 'was', 'were')} examined{rest}."


def statement(rows: list[Source], incomplete: str) -> str:
    """Say whether all evidence that was given was examined."""
    if incomplete:
        return f"The evidence is incomplete. {incomplete}"
    dropped, partial = sum(row.dropped for row in rows), sum(row.partial for row in rows)
    if dropped or partial:
        parts = [f"{_words.many(dropped, 'record')} left out"] if dropped else []
        parts += [f"{_words.many(partial, 'record')} read in part"] if partial else []
        return f"Every source was read, with {_words.listed(parts)}."
    return "Every record of every source was examined."


def reconciliation(certificates: pl.DataFrame | None) -> list[str]:
    """Compare network and inventory both ways, where a run has both."""
    if certificates is None or certificates.is_empty():
        return []
    known = certificates.select("in_inventory", "on_network").drop_nulls()
    if known.is_empty():
        return []
    unlisted = known.filter(pl.col("on_network") & ~pl.col("in_inventory")).height
    unseen = known.filter(pl.col("in_inventory") & ~pl.col("on_network")).height
    both = known.filter(pl.col("in_inventory") & pl.col("on_network")).height
    was = {count: _words.verb(count, "was", "were") for count in (unlisted, unseen)}
    stand = _words.verb(unlisted, "stands", "stand")
    return [
        "Network scan and inventories were compared, by the certificates themselves.",
        f"{_words.many(both, 'certificate')} {_words.verb(both)} in both.",
        f"{_words.number(unlisted)} {was[unlisted]} served on the network and {stand} in no inventory.",
        f"{_words.number(unseen)} {_words.verb(unseen)} in an inventory and {was[unseen]} not seen on the network.",
    ]


def unasked(report: Report) -> str:
    """Say that certificates were hardly judged because the policies chosen are for publicly trusted ones."""
    certificates = report.tables.get("certificate")
    policies = {policy.id for policy in report.policies}
    if certificates is None or not policies & PUBLIC or policies - PUBLIC - ANYWHERE:
        return ""
    count = certificates.filter(pl.col("trust") == "private").height
    private = f"{_words.many(count, 'certificate')} {_words.verb(count)} not publicly trusted"
    asks = f"{_words.listed(sorted(policies & PUBLIC))} {_words.verb(len(policies & PUBLIC), 'asks', 'ask')}"
    told = f"{private}, and {asks} nothing of {'it' if count == 1 else 'them'}; the policies {_words.listed(PRIVATE)} do."
    return told if count else ""


def age(report: Report) -> str:
    """Say when the evidence was observed."""
    seen = report.sightings["seen_at"]
    times = seen.drop_nulls()
    now = _words.many(seen.null_count(), "sighting")
    if times.is_empty():
        return f"All evidence was read in this run ({now})." if len(seen) else "There is no evidence."
    oldest, newest = sorted((cast("datetime", times.min()), cast("datetime", times.max())))
    span = f"on {_words.moment(oldest)}" if oldest == newest else f"between {_words.moment(oldest)} and {_words.moment(newest)}"
    rest = f"; {now} {_words.verb(seen.null_count(), 'was', 'were')} read in this run" if seen.null_count() else ""
    return f"{_words.many(len(times), 'sighting')} {_words.verb(len(times), 'carries', 'carry')} a time: observed {span}{rest}."


def problems(report: Report) -> list[Mapping[str, Any]]:
    """List problems that a reader must know, worst first: those that make the run incomplete before notes."""
    order = {str(one): one.rank for one in Severity}
    rows = [{**row, "where": _words.place(row)} for row in report.problems.iter_rows(named=True)]
    return sorted(rows, key=lambda row: order[row["severity"]])

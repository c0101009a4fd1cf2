"""Evidence gaps: facts that are not known, gathered where the same identities lack them, and what they would settle."""

from collections.abc import Mapping

import polars as pl

from reports import _words
from scanner import tables
from scanner.model import Outcome, Report
from scanner.record import record

Facts = tuple[str, tuple[str, ...]]
"""A kind, and facts that the same identities lack."""


@record
class Missing:
    """Facts that are not known of the same identities."""

    kind: str
    facts: tuple[str, ...]
    assets: int
    checks: int
    """Undecided checks that lack one of them."""
    settles: int
    """Checks that lack nothing else."""
    would_tell: tuple[str, ...]

    @property
    def said(self) -> str:
        """`tls.groups of 24 endpoints`, `3 facts of 12 certificates`."""
        what = self.facts[0] if len(self.facts) == 1 else _words.many(len(self.facts), "fact")
        return f"{what} of {_words.many(self.assets, _words.kind(self.kind))}"

    @property
    def meaning(self) -> str:
        """What the fact is, or which facts they are."""
        if len(self.facts) > 1:
            return _words.some(self.facts, 12)
        fact = tables.fact(self.kind, self.facts[0]) if self.kind in tables.FACTS else None
        return fact.doc if fact else ""


def missing(report: Report) -> list[Missing]:
    """Gather undecided checks by the facts they lack, those that most checks lack first."""
    undecided = report.findings.filter(pl.col("outcome") == Outcome.UNKNOWN)
    alike = undecided.group_by("kind", "missing", maintain_order=True).agg(pl.col("asset_id").unique(), pl.len())
    lacking: dict[tuple[str, str], set[str]] = {}
    for kind, names, assets, _ in alike.iter_rows():
        for name in names:
            lacking.setdefault((kind, name), set()).update(assets)
    groups = _groups(lacking)
    home = {(kind, name): (kind, names) for kind, names in groups for name in names}
    checks, settles = dict.fromkeys(groups, 0), dict.fromkeys(groups, 0)
    for kind, names, _, count in alike.iter_rows():
        homes = {home[kind, name] for name in names}
        for group in homes:
            checks[group] += count
            settles[group] += count if len(homes) == 1 else 0
    told = _told(report)
    rows = [
        Missing(
            kind,
            names,
            len(lacking[kind, names[0]]),
            checks[kind, names],
            settles[kind, names],
            told.get((kind, names[0]), ()),
        )
        for kind, names in groups
    ]
    return sorted(rows, key=lambda row: (-row.checks, row.kind, row.facts))


def _groups(lacking: Mapping[tuple[str, str], set[str]]) -> list[Facts]:
    """Put together the facts that the very same identities lack."""
    together: dict[tuple[str, frozenset[str]], list[str]] = {}
    for (kind, name), assets in lacking.items():
        together.setdefault((kind, frozenset(assets)), []).append(name)
    return [(kind, tuple(sorted(names))) for (kind, _), names in together.items()]


def _told(report: Report) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Find what would tell each fact: the sources that all identities lacking it have in common."""
    given: dict[tuple[str, str], list[set[str]]] = {}
    for kind, names, sources in report.gaps.select("kind", "missing", "would_tell").unique(maintain_order=True).iter_rows():
        for name in names:
            given.setdefault((kind, name), []).append(set(sources))
    return {key: tuple(sorted(set.intersection(*sets))) for key, sets in given.items()}


def lead(rows: list[Missing], checks: int, assets: int, applied: int) -> str:
    """Open the part with one sentence: how many checks, and what would settle most of them."""
    if not checks:
        return "Every check that applied could be judged." if applied else "No check applied."
    most = max(rows, key=lambda one: one.settles, default=None)
    best = f"; {most.said} would settle {_words.number(most.settles)}" if most and most.settles else ""
    return f"{_words.many(checks, 'check')} of {_words.many(assets, 'identity')} could not be judged{best}."


def undeclared(report: Report) -> list[str]:
    """Say which rules did not apply only because nobody declared a field."""
    said = []
    for one in report.undeclared:
        rules = one["rules"] if isinstance(one["rules"], int) else len(one["rules"])
        assets = _words.many(one["assets"], "asset")
        declare = _words.verb(one["assets"], "declares", "declare")
        said.append(f"{assets} {declare} no {one['field']}; {_words.many(rules, 'rule')} did not apply there.")
    return said

"""The view of a Report: every number and sentence that reports say, computed once; HTML, PDF and terminal show the same ones.

Texts are as evidence and policies give them: each format makes them harmless with `reports._safe` on its own way out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from reports import _words
from reports._parts import baseline, contradictions, controls, exceptions, gaps, inventory, method, own, scope, summary, tally
from reports._parts import findings as listing
from reports._parts import rules as by_rule
from scanner.model import Exit, GivenFile, Report, RuleReport

TITLE = "Machine identity compliance report"
MOST_FIRST = 5
"""Rules that the summary names as first things to do."""


@dataclass(frozen=True)
class View:
    """What reports say of one run."""

    report: Report
    report_id: str = ""
    """`R-` and the first 12 hex of the SHA-256 of result.json."""
    title: str = field(default=TITLE, init=False)

    # Findings

    @cached_property
    def _frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        return listing.frames(self.report)

    @cached_property
    def _opened(self) -> pl.DataFrame:
        return baseline.opened(self.report, self._frames[0])

    @cached_property
    def findings(self) -> list[listing.Finding]:
        """Failures, then gaps once per identity, in report order; at most `listing.MOST`."""
        return listing.listed(*self._frames, listing.MOST)

    @property
    def total(self) -> int:
        """Failures and gaps, listed or not."""
        return sum(frame.height for frame in self._frames)

    @cached_property
    def open(self) -> list[listing.Finding]:
        """Findings that no exception covers and no baseline sets apart, as far as they are listed."""
        return [one for one in self.findings if one.status == "open"]

    def worst(self, most: int) -> list[listing.Finding]:
        """The first so many open findings."""
        return listing.failures(self._opened.head(most))

    def undecided(self, most: int) -> list[listing.Finding]:
        """Gaps, once per identity, the first so many."""
        return listing.listed(self._frames[0].clear(), self._frames[1], most)

    @property
    def open_count(self) -> int:
        """Findings that no exception covers and no baseline sets apart."""
        return self._opened.height

    @cached_property
    def known(self) -> int:
        """Findings that the baseline sets apart."""
        return baseline.known(self.report, self._frames[0])

    @cached_property
    def waived(self) -> int:
        """Findings under an exception."""
        return self._frames[0].filter(pl.col("waived_by").is_not_null()).height

    def apart(self, most: int) -> list[listing.Finding]:
        """The first so many findings that are not open: under an exception, or set apart by the baseline."""
        return listing.failures(self._frames[0].filter(pl.col("apart") | pl.col("waived_by").is_not_null()).head(most))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label of each failure, by finding_id."""
        return dict(self._frames[0].select("finding_id", "label").iter_rows())

    @property
    def blocking(self) -> int:
        """Open findings that count against the gate."""
        return int(self._opened["counts"].sum())

    @cached_property
    def seen(self) -> dict[tuple[str, str], list[str]]:
        """Where the assets of findings were seen, by kind and asset_id."""
        return self.seen_of(self.findings)

    def seen_of(self, findings: Iterable[listing.Finding]) -> dict[tuple[str, str], list[str]]:
        """Where the assets of these findings were seen, by kind and asset_id."""
        return listing.sightings(self.report, {(one.kind, one.asset_id) for one in findings})

    @cached_property
    def rules(self) -> tuple[RuleReport, ...]:
        """Rules of the policies, and those of certgate itself that have findings."""
        return own.rules(self.report)

    @cached_property
    def cards(self) -> list[by_rule.Card]:
        """Rules with open findings, worst first."""
        return by_rule.cards(self.rules, self._opened)

    @property
    def first(self) -> Sequence[by_rule.Card]:
        """The rules to begin with."""
        return self.cards[:MOST_FIRST]

    @property
    def rest(self) -> int:
        """Open findings of the rules that are not among the first."""
        return sum(card.open for card in self.cards[MOST_FIRST:])

    @cached_property
    def owners(self) -> list[tuple[str, dict[str, int], int]]:
        """Owner (empty: none), open findings by severity, and their sum, most first; nothing where no owner is declared."""
        counted: dict[str, dict[str, int]] = {}
        for owner, severity, count in self._opened.group_by("owner", "severity").len().iter_rows():
            counted.setdefault(owner, {})[severity] = count
        rows = [(owner, counts, sum(counts.values())) for owner, counts in counted.items()]
        return sorted(rows, key=lambda row: (not row[0], -row[2], row[0])) if any(counted) else []

    @property
    def owner_lead(self) -> str:
        """Open the part on owners with one sentence."""
        total = _words.many(self.open_count, "open finding")
        nobody = sum(count for owner, _, count in self.owners if not owner)
        named = _words.many(sum(bool(owner) for owner, _, _ in self.owners), "owner")
        without = f"; {_words.number(nobody)} of them {_words.verb(nobody, 'has', 'have')} no owner" if nobody else ""
        return f"{total} {_words.verb(self.open_count, 'is', 'are')} shared among {named}{without}."

    # Counts

    @cached_property
    def severities(self) -> tuple[tally.Share, ...]:
        """Open findings by severity."""
        return tally.severities(self._opened)

    @cached_property
    def outcomes(self) -> tuple[tally.Share, ...]:
        """Checks by outcome."""
        return tally.outcomes(self.report)

    @cached_property
    def checks(self) -> dict[str, int]:
        """Count of checks by outcome."""
        return {share.key: share.count for share in self.outcomes}

    @cached_property
    def applied(self) -> int:
        """Checks that applied: all but the not applicable ones."""
        return sum(count for key, count in self.checks.items() if key != "skip")

    @cached_property
    def assets(self) -> int:
        """Identities listed."""
        return sum(table.height for table in self.report.tables.values())

    @cached_property
    def _worst(self) -> dict[tuple[str, str], str]:
        return self.report.worst()

    @cached_property
    def classes(self) -> tuple[tally.Share, ...]:
        """Identities by worst outcome."""
        return tally.classes(self.report, self._worst)

    @cached_property
    def waffle(self) -> tally.Waffle:
        """Identities as squares."""
        return tally.waffle(self.classes)

    @cached_property
    def expiries(self) -> tally.Expiries | None:
        """Certificates that expire in the coming months."""
        return tally.expiries(self.report.tables.get("certificate"), self.report.as_of)

    # Summary

    @property
    def verdict(self) -> str:
        """Policy met, not met, or could not be fully judged."""
        return _words.VERDICTS.get(self.report.exit.code, _words.VERDICTS[Exit.INCOMPLETE])

    @property
    def reason(self) -> str:
        """Why the verdict is what it is."""
        return " ".join(_words.sentence(reason) for reason in self.report.exit.reasons)

    @cached_property
    def lead(self) -> str:
        """The summary in sentences that would stand alone in a mail."""
        return summary.lead(self)

    @cached_property
    def figures(self) -> tuple[summary.Figure, ...]:
        """The four key figures."""
        return summary.figures(self)

    # Scope and completeness

    @cached_property
    def sources(self) -> list[scope.Source]:
        """Sources and what became of them."""
        return scope.sources(self.report)

    @property
    def hashed(self) -> list[scope.Source | GivenFile]:
        """Sources whose bytes were hashed, and the other files that moved the verdict."""
        return [*(one for one in self.sources if one.sha256), *self.report.files]

    @property
    def whys(self) -> bool:
        """Some source says why not all of it was kept."""
        return any(one.why for one in self.sources)

    @property
    def scope_lead(self) -> str:
        """Open the part on scope with one sentence."""
        return scope.lead(self.sources)

    @property
    def incomplete(self) -> str:
        """What makes the run incomplete, or nothing."""
        return scope.incomplete(self.report)

    @property
    def statement(self) -> str:
        """The statement on completeness."""
        return scope.statement(self.sources, self.incomplete)

    @property
    def completeness(self) -> list[str]:
        """Network against inventory, the age of the evidence, and what the policies leave out."""
        compared = " ".join(scope.reconciliation(self.report.tables.get("certificate")))
        return [line for line in (compared, scope.age(self.report), scope.unasked(self.report)) if line]

    @cached_property
    def problems(self) -> list[Mapping[str, Any]]:
        """What a reader should know of the evidence."""
        return scope.problems(self.report)

    # Controls

    @cached_property
    def frameworks(self) -> list[controls.Framework]:
        """What the rules found for each control of the frameworks."""
        return controls.rows(self.report, self._opened)

    # Evidence gaps and inventory

    @cached_property
    def missing(self) -> list[gaps.Missing]:
        """Evidence gaps by missing facts."""
        return gaps.missing(self.report)

    @property
    def gap_lead(self) -> str:
        """Open the part on evidence gaps with one sentence."""
        return gaps.lead(self.missing, self.checks["unknown"], self.report.gaps.height, self.applied)

    @cached_property
    def undeclared(self) -> list[str]:
        """What was skipped only because nobody declared a field."""
        return gaps.undeclared(self.report)

    @cached_property
    def identities(self) -> list[inventory.Identity]:
        """Identities, worst first; at most `inventory.MOST`."""
        return inventory.identities(self.report, self._worst)

    @property
    def inventory_lead(self) -> str:
        """Open the part on the inventory with one sentence."""
        return inventory.lead(self.report, self.assets)

    # Contradictions

    @cached_property
    def contradictions(self) -> list[contradictions.Row]:
        """Where policies contradict each other, side by side."""
        return contradictions.rows(self.report)

    @property
    def contradictions_lead(self) -> str:
        """Open the part on contradictions with one sentence."""
        return contradictions.lead(self.contradictions)

    @property
    def contradictions_advice(self) -> str:
        """Say how a contradiction is settled."""
        return contradictions.ADVICE

    # Exceptions and baseline

    @cached_property
    def exceptions(self) -> list[exceptions.Row]:
        """The register of exceptions, those that ask for a decision first."""
        return exceptions.rows(self.report)

    @property
    def excepting(self) -> bool:
        """Exceptions were given, even if the file has none; else reports leave the part out whole."""
        return bool(self.exceptions) or any(one.role == "exceptions" for one in self.report.files)

    @property
    def exceptions_lead(self) -> str:
        """Open the part on exceptions with one sentence."""
        return exceptions.lead(self.exceptions, self.waived)

    @property
    def exception_words(self) -> dict[str, str]:
        """What to say of an exception beside a finding, by its id."""
        return exceptions.words(self.report)

    @property
    def baseline_words(self) -> str:
        """What the run was compared with, and what came of it."""
        return baseline.lines(self.report)

    # Method and integrity

    @property
    def how(self) -> list[str]:
        """How results were reached."""
        return method.lines(self.report)

    @property
    def meanings(self) -> dict[str, str]:
        """What each outcome means."""
        return method.MEANINGS

    @property
    def policies(self) -> list[method.Policy]:
        """Policies as evaluated."""
        return method.policies(self.report)

    @property
    def documents(self) -> list[method.Document]:
        """Documents that the policies were written against."""
        return method.documents(self.report)

    @property
    def changes(self) -> list[method.Change]:
        """Rules that policies loosened or took out."""
        return method.changes(self.report)

    @property
    def made_with(self) -> str:
        """The tool and what it stands on."""
        return method.made_with(self.report)


def build(report: Report, digest: str = "") -> View:
    """Make the view of a Report; the report id is the beginning of the SHA-256 of result.json."""
    return View(report, f"R-{digest[:12]}" if digest else "")

"""The view of a Report: every number and sentence that reports say, computed once; HTML, PDF and terminal show the same ones.

Texts are as evidence and policies give them: each format makes them harmless with `reports._safe` on its own way out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from reports import _words
from reports._parts import findings as listing
from reports._parts import gaps, inventory, rules, scope, tally
from scanner.model import Exit, Report

TITLE = "Machine identity compliance report"
MOST_FIRST = 5
"""Rules that the summary names as first things to do."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure with what it counts."""

    count: int
    caption: str


@dataclass(frozen=True)
class View:
    """What reports say of one run."""

    report: Report
    report_id: str = ""
    """`R-` and the first 12 hex of the SHA-256 of result.json."""
    title: str = field(default=TITLE, init=False)

    @cached_property
    def findings(self) -> list[listing.Finding]:
        """Failures, then gaps once per identity, in report order."""
        return listing.findings(self.report)

    @cached_property
    def open(self) -> list[listing.Finding]:
        """Findings that no exception covers."""
        return [one for one in self.findings if one.status in {"open", "baseline"}]

    @cached_property
    def severities(self) -> tuple[tally.Share, ...]:
        """Open findings by severity."""
        return tally.severities(self.report.findings.filter(tally.is_open()))

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
    def assets(self) -> int:
        """Identities listed."""
        return sum(table.height for table in self.report.tables.values())

    @cached_property
    def identities(self) -> list[inventory.Identity]:
        """Identities, worst first; at most `inventory.MOST`."""
        return inventory.identities(self.report, self._worst)

    @cached_property
    def expiries(self) -> tally.Expiries | None:
        """Certificates that expire in the coming months."""
        return tally.expiries(self.report.tables.get("certificate"), self.report.as_of)

    @cached_property
    def cards(self) -> list[rules.Card]:
        """Rules with open findings, worst first."""
        return rules.cards(self.report, self.findings)

    @property
    def first(self) -> Sequence[rules.Card]:
        """The rules to begin with."""
        return self.cards[:MOST_FIRST]

    @cached_property
    def missing(self) -> list[gaps.Missing]:
        """Evidence gaps by missing fact."""
        return gaps.missing(self.report)

    @cached_property
    def undeclared(self) -> list[str]:
        """What was skipped only because nobody declared a field."""
        return gaps.undeclared(self.report)

    @cached_property
    def sources(self) -> list[scope.Source]:
        """Sources and what became of them."""
        return scope.sources(self.report)

    @cached_property
    def owners(self) -> list[tuple[str, dict[str, int], int]]:
        """Owner (empty: none declared), open findings by severity, and their sum, most first; nothing where no owner is declared."""
        counted: dict[str, Counter[str]] = {}
        for one in self.open:
            counted.setdefault(one.owner, Counter())[one.severity] += 1
        rows = [(owner, dict(counts), counts.total()) for owner, counts in counted.items()]
        return sorted(rows, key=lambda row: (not row[0], -row[2], row[0])) if any(counted) else []

    @property
    def incomplete(self) -> str:
        """What makes the run incomplete, or nothing."""
        return scope.incomplete(self.report)

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
        return " ".join(filter(None, (self._lead_open(), self._lead_unknown())))

    def _lead_open(self) -> str:
        count = len(self.open)
        if not count:
            examined = f"{_words.many(self.assets, 'identity')} {_words.verb(self.assets, 'was', 'were')} examined"
            return f"No finding is open; {examined} with {_words.many(self.applied, 'check')}."
        worst = next(share for share in self.severities if share.count)
        all_of = "all" if worst.count == count else _words.number(worst.count)
        said = f"{_words.many(count, 'finding')} {_words.verb(count)} open"
        said += (
            f"; {all_of} {_words.verb(worst.count)} {worst.word.lower()}."
            if count > 1
            else f", of severity {worst.word.lower()}."
        )
        return f"{said} {self._concentration()}".strip()

    def _concentration(self) -> str:
        """Say where open findings concentrate, as far as the data show it."""
        total = len(self.open)
        named = [(owner, count) for owner, _, count in self.owners if owner]
        if len(named) > 2:  # noqa: PLR2004 - two owners out of two say nothing
            (first, one), (second, two) = sorted(named, key=lambda row: (-row[1], row[0]))[:2]
            return f"The owners {first} and {second} hold {_words.number(one + two)} of {_words.number(total)}."
        most = max(self.cards, key=lambda card: card.open)
        if len(self.cards) > 1:
            return f"The rule {most.rule.id} accounts for {_words.number(most.open)} of {_words.number(total)}."
        return ""

    def _lead_unknown(self) -> str:
        checks, assets = self.checks["unknown"], self.report.gaps.height
        if not checks:
            return ""
        return f"{_words.many(checks, 'check')} of {_words.many(assets, 'identity')} could not be judged."

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The four key figures."""
        silent, blocking = inventory.silent(self.report), sum(one.counts for one in self.open)
        answers = f"; {_words.many(silent, 'endpoint')} gave no answer" if silent else ""
        gate = (
            f", {_words.number(blocking)} of which {_words.verb(blocking, 'counts', 'count')} against the gate"
            if self.open
            else ""
        )
        unknown = self.checks["unknown"]
        of_assets = f", of {_words.many(self.report.gaps.height, 'identity')}" if unknown else ""
        last = Figure(
            self.checks["pass"],
            f"{_words.verb(self.checks['pass'], 'check', 'checks')} passed, of {_words.number(self.applied)} that applied",
        )
        if self.checks["waived"]:
            last = Figure(
                self.checks["waived"], f"{_words.verb(self.checks['waived'], 'finding', 'findings')} under an exception"
            )
        return (
            Figure(
                self.assets,
                f"{_words.verb(self.assets, 'identity', 'identities')} listed: {inventory.counted(self.report)}{answers}",
            ),
            Figure(len(self.open), f"open {_words.verb(len(self.open), 'finding', 'findings')}{gate}"),
            Figure(unknown, f"{_words.verb(unknown, 'check', 'checks')} could not be judged{of_assets}"),
            last,
        )

    @property
    def gap_lead(self) -> str:
        """Open the part on evidence gaps with one sentence."""
        checks = self.checks["unknown"]
        if not checks:
            return "Every check that applied could be judged."
        most = max(self.missing, key=lambda one: one.settles, default=None)
        best = f"; {most.said} would settle {_words.number(most.settles)}" if most and most.settles else ""
        return f"{_words.many(checks, 'check')} of {_words.many(self.report.gaps.height, 'identity')} could not be judged{best}."


def build(report: Report, result_json: bytes | None = None) -> View:
    """Make the view of a Report; the report id comes from the bytes of result.json."""
    return View(report, f"R-{sha256(result_json).hexdigest()[:12]}" if result_json is not None else "")

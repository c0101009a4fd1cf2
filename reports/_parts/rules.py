"""Findings by rule: a card for each rule with open findings, worst first, with its worst case."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports import _words
from reports._parts.findings import Finding
from scanner.model import Report, RuleReport

MOST_OWNERS = 4


@dataclass(frozen=True, slots=True)
class Card:
    """What a report says of one rule that has open findings."""

    rule: RuleReport
    open: int
    counts: int
    """Open findings that count against the gate."""
    waived: int
    unknown: int
    kinds: tuple[tuple[str, int], ...]
    owners: tuple[tuple[str, int], ...]
    """Most first; the empty owner is `no owner`."""
    worst: Finding
    because: str
    fix: str
    source: str

    @property
    def affected(self) -> str:
        """`11 × certificate; platform 3, build 2 and 2 more owners`."""
        kinds = ", ".join(f"{_words.number(count)} × {_words.kind(kind)}" for kind, count in self.kinds)
        named = [f"{owner or 'no owner'} {_words.number(count)}" for owner, count in self.owners]
        if not any(owner for owner, _ in self.owners):
            return kinds
        rest = len(named) - MOST_OWNERS
        return f"{kinds}; {', '.join(named[:MOST_OWNERS])}" + (f" and {_words.many(rest, 'more owner')}" if rest > 0 else "")


def cited(source: Mapping[str, str]) -> str:
    """Name the source of a rule: document, edition and clause."""
    clause = f"clause {source['clause']}" if source.get("clause") else ""
    return " ".join(filter(None, (source.get("doc"), source.get("edition"), clause)))


def filled(text: str, *, name: str, observed: str, limit: str) -> str:
    """Put the words of a finding, or of the rule at large, into a text of the policy."""
    return text.replace("{name}", name).replace("{observed}", observed).replace("{limit}", limit)


def at_large(rule: RuleReport, text: str) -> str:
    """Put words that hold for every finding of the rule into a text of the policy."""
    limit = rule.limit if len(rule.limit) <= 80 else "the limit"
    return filled(text, name="the identity", observed="what was observed", limit=limit or "the limit")


def of_finding(rule: RuleReport, found: Finding, text: str) -> str:
    """Put the words of one finding into a text of the policy."""
    seen = "; ".join(value for _, value in found.observed)
    return filled(text, name=found.name, observed=seen or "what was observed", limit=found.limit or rule.limit or "the limit")


def cards(report: Report, findings: Sequence[Finding]) -> list[Card]:
    """Make the cards: by severity, then by count of open findings."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.status in {"open", "baseline"}:
            found.setdefault(finding.rule_id, []).append(finding)
    made = [_card(rule, found[rule.id]) for rule in report.rules if rule.id in found]
    return sorted(made, key=lambda card: (card.rule.severity.rank, -card.counts, -card.open, card.rule.id))


def _card(rule: RuleReport, found: Sequence[Finding]) -> Card:
    return Card(
        rule=rule,
        open=len(found),
        counts=sum(one.counts for one in found),
        waived=rule.waived,
        unknown=rule.unknown,
        kinds=tuple(Counter(one.kind for one in found).most_common()),
        owners=tuple(sorted(Counter(one.owner for one in found).items(), key=lambda one: (-one[1], one[0]))),
        worst=found[0],
        because=_words.sentence(at_large(rule, rule.because)),
        fix=_words.sentence(at_large(rule, rule.fix)),
        source=cited(rule.source),
    )

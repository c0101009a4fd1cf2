"""Findings by rule: a card for each rule with open findings, worst first, with its worst case."""

from collections.abc import Iterable, Mapping

import polars as pl

from reports import _words
from reports._parts.findings import Finding, failures
from scanner.model import RuleReport
from scanner.record import record
from scanner.vocabulary import SECONDARY

MOST_OWNERS = 4
LONGEST = 200
"""Characters of what a rule asks."""
_JOINTS = (", or ", " or ", " and ", ", ")


@record
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
    asked: str
    source: str
    confidence: str
    """What to know of the source, or nothing."""

    @property
    def affected(self) -> str:
        """`11 certificates; platform 3, build 2 and 2 more owners`."""
        kinds = ", ".join(_words.many(count, _words.kind(kind)) for kind, count in self.kinds)
        named = [f"{owner or 'no owner'} {_words.number(count)}" for owner, count in self.owners]
        if not any(owner for owner, _ in self.owners):
            return kinds
        rest = len(named) - MOST_OWNERS
        return f"{kinds}; {', '.join(named[:MOST_OWNERS])}" + (f" and {_words.many(rest, 'more owner')}" if rest > 0 else "")


def cited(source: Mapping[str, str]) -> str:
    """Name the source of a rule: document, edition, clause, and whether it binds."""
    said = (source.get("doc"), source.get("edition"), _clause(source.get("clause", "")), source.get("binding"))
    return ", ".join(filter(None, said)) if source.get("doc") else ""


def confidence(source: Mapping[str, str]) -> str:
    """Say that a source is known from what others say of it, or nothing."""
    return _words.sentence(SECONDARY) if source.get("confidence") == "secondary" else ""


def _clause(said: str) -> str:
    """Name a clause by its number, several by theirs; a heading or the name of a setting stands as it is."""
    parts = said.split(", ")
    if not said[:1].isdigit():
        return said
    return f"clauses {_words.listed(parts)}" if len(parts) > 1 else f"clause {said}"


def asked(rule: RuleReport) -> str:
    """Say what a rule asks; of a long demand its beginning, as far as a whole phrase, and where the rest stands."""
    limit = rule.limit.rstrip("…")
    if len(rule.limit) <= LONGEST:
        return rule.limit
    ends = [at for at in (limit.rfind(joint, 0, LONGEST) for joint in _JOINTS) if at > LONGEST // 3]
    begun = limit[: max(ends, default=LONGEST)].rstrip(" ,")
    return f"{begun} … The policy {rule.policy} has all of it."


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


def cards(rules: Iterable[RuleReport], opened: pl.DataFrame) -> list[Card]:
    """Make the cards of rules with open findings: by severity, then by what counts, then by how many."""
    worst = {one.rule_id: one for one in failures(opened.unique("rule_id", keep="first", maintain_order=True))}
    counts = {rule: (count, blocking) for rule, count, blocking in _counted(opened).iter_rows()}
    kinds, owners = _by(opened, "kind"), _by(opened, "owner")
    made = [
        Card(
            rule=rule,
            open=counts[rule.id][0],
            counts=counts[rule.id][1],
            waived=rule.waived,
            unknown=rule.unknown,
            kinds=kinds[rule.id],
            owners=owners[rule.id],
            worst=worst[rule.id],
            because=_words.sentence(at_large(rule, rule.because)),
            fix=_words.sentence(at_large(rule, rule.fix)),
            asked=asked(rule),
            source=cited(rule.source),
            confidence=confidence(rule.source),
        )
        for rule in rules
        if rule.id in counts
    ]
    return sorted(made, key=lambda card: (card.rule.severity.rank, -card.counts, -card.open, card.rule.id))


def _counted(opened: pl.DataFrame) -> pl.DataFrame:
    return opened.group_by("rule_id").agg(pl.len(), pl.col("counts").sum().alias("blocking"))


def _by(opened: pl.DataFrame, column: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """Count a column's values within each rule, most first."""
    found: dict[str, list[tuple[str, int]]] = {}
    for rule, value, count in opened.group_by("rule_id", column).len().sort("len", column, descending=[True, False]).iter_rows():
        found.setdefault(rule, []).append((value, count))
    return {rule: tuple(counts) for rule, counts in found.items()}

"""The words of a finding: what was seen, what is asked, why this limit; bounded here, escaped by the renderers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scanner import tables
from scanner.model import Outcome
from scanner.record import record
from scanner.rules.engine.reads import fields_read
from scanner.rules.engine.single import Item
from scanner.rules.language.syntax import Rule
from scanner.rules.language.values import bounded, in_words, listed
from scanner.rules.said import asked, groups_words
from scanner.rules.said.failing import Failure, failures
from scanner.tables import Origin

_HINTS = {
    "tls.groups": "sslyze cannot see ML-KEM groups",
    "tls.pq_groups": "sslyze cannot see ML-KEM groups",
    "tls.curves": "no scan tried every curve; sslyze does with --elliptic_curves, if it finds ECDHE at all",
    "usage": "no source gave the certificate itself; --assume usage=tls-server says it for all",
    "is_ca": "no source gave the certificate itself; --assume is_ca=false says it for all",
    "trust": "no root at hand tells; give --roots, or --assume trust=private",
    "chain": "an issuer's certificate is missing; give it as evidence or with --roots",
    "chain_complete": "an issuer's certificate is missing; give it as evidence or with --roots",
    "issuer.ca_owner": "the chain reaches no root at hand; give --roots",
    "root.fingerprint_sha256": "the chain reaches no root at hand; give --roots",
    "self_signed": "its own signature could not be checked",
    "in_inventory": "no inventory was given",
    "certificate.in_inventory": "no inventory was given",
    "on_network": "nothing was scanned",
}
"""Why a fact is not known, where more can be said than by its origin."""
_BY_ORIGIN = {
    Origin.DECODED: "no source gave the certificate itself, or this part could not be read",
    Origin.OBSERVED: "no scan showed it",
    Origin.DECLARED: "the source did not tell",
    Origin.DERIVED: "the facts it follows from are missing",
}


@record
class Words:
    """One finding in words."""

    text: str
    """The whole message, without the asset's name."""
    limit: str
    """What is asked of this asset."""
    observed: str
    """What was seen of the parts that failed."""


def limit(rule: Rule, as_of: datetime) -> str:
    """Say what a rule asks, as reports list it; of steps that in force at as_of."""
    return groups_words.limit(rule, rule.group, as_of) if rule.group is not None else asked.limit(rule, as_of)


def needed(rule: Rule, kind: str) -> tuple[str, ...]:
    """Name the columns that `message` wants in a row beside the marks: what the rule reads, and what tells why a null is one."""
    names = list(fields_read(rule, kind))
    for name in tuple(names):
        fact = tables.fact(kind, name)
        if fact is not None:
            element = fact.type.element
            members = element.members.values() if element and element.members else ()
            known_by = [fact.known_by, *(member.known_by for member in members)]
            names += [*fact.time, *(other for other in known_by if other)]
    return tuple(dict.fromkeys(names))


def observed(rule: Rule, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that the rule read, with their values in this row."""
    return {name: row[name] for name in fields_read(rule, kind) if name in row}


def message(rule: Rule, kind: str, row: Mapping[str, Any], outcome: Outcome, missing: Sequence[str], as_of: datetime) -> Words:
    """Write a finding: the parts that failed, or what is not known."""
    if outcome is Outcome.UNKNOWN:
        return Words(undecided(kind, missing, row), limit(rule, as_of), "")
    groups = failures(rule.require, Item(kind, row, as_of))
    told = [failure for group in groups for failure in group]
    text = "; ".join(", and ".join(map(str, group)) for group in groups)
    return Words(bounded(text), bounded(_limit(rule, told, as_of)), bounded(_observed(told)))


def _limit(rule: Rule, told: Sequence[Failure], as_of: datetime) -> str:
    """Say the limit that this asset missed; it may be that of an earlier step than the rule's own at as_of."""
    if len(told) == 1 and told[0].why:
        return told[0].limit
    return limit(rule, as_of)


def _observed(told: Sequence[Failure]) -> str:
    seen = dict.fromkeys((failure.subject, failure.seen.removeprefix("is ").removeprefix("has ")) for failure in told)
    if len(seen) == 1:
        return next(iter(seen))[1]
    return "; ".join(f"{subject} {value}" for subject, value in seen)


def undecided(kind: str, missing: Sequence[str], row: Mapping[str, Any] | None = None) -> str:
    """Say why something could not be judged, and of a row how far its facts are known."""
    parts: dict[str, list[str]] = {}
    for name in missing:
        parts.setdefault(_reason(kind, name, (row or {}).get(name)), []).append(name)
    told = [f"{listed(names)} {'is' if len(names) == 1 else 'are'} {reason}" for reason, names in parts.items()]
    return bounded(f"could not be judged: {'; '.join(told)}" if told else "could not be judged")


def _reason(kind: str, name: str, value: Any) -> str:
    """Say how far a fact is known and why no further; of an open list what is known."""
    fact = tables.fact(kind, name)
    joined = fact is not None and fact.joined is not None
    hint = _HINTS.get(name) or (_HINTS.get(name.removeprefix(tables.LEAF)) if joined else None)
    by_origin = _BY_ORIGIN[fact.origin] if fact else "no source showed it"
    why = hint or ("its leaf is not in the evidence, or does not tell" if joined else by_origin)
    if isinstance(value, list) and None in value:
        why = hint or "the source could not see all"
        known = [one for one in value if one is not None]
        return f"known in part: {listed(known)} ({why})" if known else f"not known ({why})"
    return f"not known ({why})"


def fill(text: str, *, name: str, observed: str = "what it is", limit: str = "") -> str:
    """Put values into a rule's text."""
    for place, value in (("{name}", name), ("{observed}", observed), ("{limit}", limit)):
        text = text.replace(place, value)
    return bounded(text, 1000)


def settled(rule: Rule, text: str, as_of: datetime) -> str:
    """Put the limit into a text of the rule, so that only what differs by asset ({name}, {observed}) is open."""
    if "{limit}" not in text:
        return text
    figure = groups_words.figure(rule.group, as_of) if rule.group is not None else asked.figure(rule, as_of)
    return text.replace("{limit}", figure)


def shown(value: Any) -> str:
    """Write a value as messages do."""
    return in_words(value)

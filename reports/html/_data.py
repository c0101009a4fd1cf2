"""The data of the HTML report: findings and identities as columns of plain JSON, every text already harmless."""

from collections.abc import Iterable, Sequence
from typing import Any

from reports import _safe, _words
from reports._look import cell, text
from reports._parts import rules
from reports._parts.findings import Finding
from reports._parts.own import GAP, WORDS
from reports.view import View
from scanner.model import RuleReport, Severity

LONG = 2000
"""Characters of a text in the detail of a finding."""
_GAP_RULE = {
    "id": GAP,
    "title": WORDS[GAP][0],
    "because": WORDS[GAP][1],
    "source": "",
    "url": "",
    "controls": [],
    "limit": "",
    "confidence": "",
}


class Words:
    """A list of distinct texts, each said once and named by its index."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        self.index: dict[str, int] = {}
        for one in first:
            self.add(one)

    def add(self, word: str) -> int:
        """Return the index of a text."""
        return self.index.setdefault(word, len(self.index))

    @property
    def texts(self) -> list[str]:
        """The texts, made harmless."""
        return [cell(word) for word in self.index]


def document(view: View) -> dict[str, Any]:
    """Build the data: words, rules, assets and rows."""
    assets, index = _assets(view)
    return {
        "words": {
            "severities": list(_words.SEVERITIES.values()),
            "marks": list(_words.SEVERITIES),
            "keys": list(_words.STATUSES),
            "statuses": list(_words.STATUSES.values()),
            "classes": list(_words.CLASSES.values()),
            "classMarks": list(_words.CLASSES),
        },
        "rules": [*(_rule(rule) for rule in view.rules), _GAP_RULE],
        "assets": assets,
        "rows": _rows(view, index),
        "exceptions": {cell(name): cell(said, LONG) for name, said in view.exception_words.items()},
    }


def _rule(rule: RuleReport) -> dict[str, Any]:
    url = rule.source.get("url", "")
    return {
        "id": text(rule.id),
        "title": cell(rule.title),
        "because": cell(_words.sentence(rules.at_large(rule, rule.because)), LONG),
        "source": cell(rules.cited(rule.source)),
        "url": _safe.uri(url) if url.startswith("https://") else "",
        "controls": [text(control) for control in rule.controls],
        "limit": cell(rules.asked(rule)),
        "confidence": rules.confidence(rule.source),
    }


def _assets(view: View) -> tuple[dict[str, Any], dict[tuple[str, str], int]]:
    """Put the listed identities first, then those that only findings name."""
    kinds, owners, issuers, order = Words(), Words(), Words(), list(_words.CLASSES)
    listed = view.identities
    index = {(one.kind, one.asset_id): position for position, one in enumerate(listed)}
    rows = [
        (one.kind, one.asset_id, one.name, one.owner, order.index(one.worst), one.key, one.issuer, one.expires) for one in listed
    ]
    for one in view.findings:
        if one.subject not in index:
            index[one.subject] = len(rows)
            rows.append((*one.subject, one.name, one.owner, 0, "", "", ""))
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * 8
    kind, asset_id, name, owner, worst, key, issuer, expires = columns
    made = {
        "listed": len(listed),
        "kind": [kinds.add(_words.kind(one)) for one in kind],
        "id": [cell(one) for one in asset_id],
        "name": [cell(one) for one in name],
        "owner": [owners.add(one) for one in owner],
        "worst": list(worst),
        "key": [cell(one) for one in key],
        "issuer": [issuers.add(one) for one in issuer],
        "expires": list(expires),
        "seen": [[cell(place) for place in view.seen.get((one, id_), ())] for one, id_ in zip(kind, asset_id, strict=True)],
    }
    return made | {"kinds": kinds.texts, "owners": owners.texts, "issuers": issuers.texts}, index


def _rows(view: View, index: dict[tuple[str, str], int]) -> dict[str, list[Any]]:
    known = {rule.id: (position, rule) for position, rule in enumerate(view.rules)}
    statuses, modes = list(_words.STATUSES), Words()
    found = view.findings
    enforced = [modes.add(_words.enforcement(one.mode, counts=one.counts)) for one in found]
    return {
        "modes": modes.texts,
        "label": [one.label for one in found],
        "id": [one.finding_id for one in found],
        "rule": [known[one.rule_id][0] if one.rule_id in known else len(known) for one in found],
        "asset": [index[one.subject] for one in found],
        "severity": [Severity(one.severity).rank for one in found],
        "status": [statuses.index(one.status) for one in found],
        "mode": enforced,
        "counts": [int(one.counts) for one in found],
        "where": [cell(one.where) for one in found],
        "message": [cell(one.message, LONG) for one in found],
        "limit": [cell(one.limit) for one in found],
        "observed": [[(cell(name), cell(value)) for name, value in one.observed] for one in found],
        "missing": [[cell(name) for name in one.missing] for one in found],
        "would": [list(one.would_tell) for one in found],
        "known": [int(one.known) for one in found],
        "members": [[cell(name) for name in one.members] for one in found],
        "undecided": [list(one.undecided) for one in found],
        "waived": [cell(one.waived_by) for one in found],
        "fix": [_fix(one, known[one.rule_id][1] if one.rule_id in known else None) for one in found],
    }


def _fix(found: Finding, rule: RuleReport | None) -> str:
    if rule is not None:
        return cell(_words.sentence(rules.of_finding(rule, found, rule.fix)), LONG)
    tell = " or ".join(found.would_tell) or "another source"
    return f"Give evidence that shows the missing facts: {cell(tell)}."

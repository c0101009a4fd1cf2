"""Contradictions between policies, side by side: the fact, who accepts it, who rejects it, and how to choose."""

from collections.abc import Mapping, Sequence

from reports import _words
from scanner.model import Contradiction, Report, RuleReport
from scanner.record import record
from scanner.vocabulary import SECONDARY

MOST = 50
"""Contradictions that a report sets side by side; the others are counted."""
MOST_COMMON, MOST_NAMED = 8, 4
LONGEST_LIMIT = 120
"""A longer limit tells a reader less than the rule's title does."""


@record
class Voice:
    """One body, as one rule says it."""

    body: str
    """The document, or the title of the policy that cites none."""
    url: str
    clause: str
    """Edition and clause, how it binds, and how it is known."""
    rule: str
    severity: str
    title: str
    asks: str
    """As it follows the enforcement; empty where it is long."""
    enforced: str
    """`blocks`, `warns`."""


@record
class Row:
    """One contradiction."""

    what: str
    """`X25519 in tls.groups`."""
    affected: str
    """`12 endpoints: a.example.com, b.example.com and 10 more`."""
    values: str
    """All of them, where the first line does not name them all."""
    accepts: tuple[Voice, ...]
    rejects: tuple[Voice, ...]
    common: str
    """What would satisfy all of them, as a sentence; empty where that cannot be told."""
    to_accept: tuple[str, ...]
    """What to leave out to follow those that accept it: flags."""
    to_reject: tuple[str, ...]
    line: str
    """All of it on one line."""


def rows(report: Report) -> list[Row]:
    """Set contradictions side by side, those that most assets show first."""
    known = {rule.id: rule for rule in report.rules}
    titles = {policy.id: policy.title for policy in report.policies}
    return [_row(one, known, titles) for one in report.contradictions]


def _row(one: Contradiction, known: Mapping[str, RuleReport], titles: Mapping[str, str]) -> Row:
    many = len(one.values) > 1
    what = f"{_words.some(one.values, MOST_NAMED)} in {one.field}"
    count = _words.many(one.affected, _words.kind(one.kind))
    rest = one.affected - len(one.examples)
    names = [*one.examples, *([f"{_words.number(rest)} more"] if rest > 0 else [])]
    accept, reject = _words.listed(one.accepts), _words.listed(one.rejects)
    it = "them" if many else "it"
    accepted = f"{accept} {_words.verb(len(one.accepts), 'accepts', 'accept')} {it}"
    rejected = f"{reject} {_words.verb(len(one.rejects), 'rejects', 'reject')} {it}"
    return Row(
        what,
        f"{count}: {_words.listed(names)}",
        _words.listed(one.values) if len(one.values) > MOST_NAMED else "",
        tuple(_voice(known[id_], titles) for id_ in one.accepts if id_ in known),
        tuple(_voice(known[id_], titles) for id_ in one.rejects if id_ in known),
        _common(one),
        _skips(one.rejects),
        _skips(one.accepts),
        f"{what}, {count}: {accepted}; {rejected}.",
    )


def _skips(rules: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"--skip {rule}" for rule in rules)


def _voice(rule: RuleReport, titles: Mapping[str, str]) -> Voice:
    source, url = rule.source, rule.source.get("url", "")
    read = SECONDARY if source.get("confidence") == "secondary" else ""
    said = (source.get("edition"), source.get("clause"), source.get("binding"), read)
    return Voice(
        body=source.get("doc") or titles.get(rule.policy, rule.policy),
        url=url if url.startswith("https://") else "",
        clause=", ".join(filter(None, said)),
        rule=rule.id,
        severity=str(rule.severity),
        title=rule.title,
        asks=f"; asks: {rule.limit}" if rule.limit and len(rule.limit) <= LONGEST_LIMIT else "",
        enforced=_words.MODES[str(rule.mode)],
    )


def _common(one: Contradiction) -> str:
    if one.common is None:
        return ""
    if not one.common:
        return "No value satisfies all of them."
    return f"All of them accept {_words.some(one.common, MOST_COMMON)}."


def lead(found: Sequence[Row]) -> str:
    """Open the part with one sentence, and say what it is."""
    count = len(found)
    if not count:
        return ""
    place = "In 1 place policies contradict" if count == 1 else f"In {_words.number(count)} places policies contradict"
    return f"{place} each other: a rule accepts by name what a rule of another policy rejects, on the same asset and fact."


ADVICE = (
    "Each rule was judged as its own document says. Which document binds here is a decision that no scan can take: leave the "
    "other rule out of a run with --skip, or write a policy of your own that extends both and takes one out, with the reason."
)

"""How long an exception may run: `settings: { longest_exception: { critical: 30d, high: 90d } }` of a policy."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from datetime import timedelta

from scanner import tables
from scanner.model import Severity
from scanner.rules.language import scalars
from scanner.rules.language.syntax import Policy, Rule
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar
from scanner.rules.language.words import nearest
from scanner.rules.reader.exceptions import Waiver

LONGEST = "longest_exception"
Terms = MappingType[Severity, timedelta]


def read(node: Node | None, faults: Faults) -> dict[Severity, timedelta]:
    """Read the settings of a policy; every fault is noted with its place."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        faults.add(node, f"settings is a mapping: {{ {LONGEST}: {{ critical: 30d, high: 90d }} }}")
        return {}
    for key, _ in node:
        if key.text != LONGEST:
            faults.add(key, f"unknown key {key.text!r} of settings{nearest(key.text, [LONGEST])}")
    longest = node.get(LONGEST)
    if longest is None:
        return {}
    if not isinstance(longest, Mapping) or not longest.entries:
        faults.add(longest, f"{LONGEST} is a mapping of severities to durations: {{ critical: 30d, high: 90d }}")
        return {}
    found = (_term(key, value, faults) for key, value in longest)
    return dict(one for one in found if one is not None)


def _term(key: Scalar, value: Node, faults: Faults) -> tuple[Severity, timedelta] | None:
    if key.text not in list(Severity):
        faults.add(key, f"{key.text!r} is not a severity{nearest(key.text, map(str, Severity))}")
        return None
    try:
        term = scalars.typed(value if isinstance(value, Scalar) else Scalar("", 1, 1), tables.DURATION, LONGEST)
    except scalars.NotTypedError as error:
        faults.add(value, str(error))
        return None
    if not isinstance(term, timedelta) or term < timedelta(days=1):
        faults.add(value, f"{LONGEST}: at least 1d; an exception runs for whole days")
        return None
    return Severity(key.text), term


def strictest(policies: Iterable[Policy]) -> dict[Severity, timedelta]:
    """Take, for each severity, the shortest of the terms that the policies and what they extend set."""
    every = [one.longest_exception for policy in policies for one in policy.all()]
    given = {severity: [terms[severity] for terms in every if severity in terms] for severity in Severity}
    return {severity: min(found) for severity, found in given.items() if found}


def forbidden(waiver: Waiver, rules: Iterable[Rule], terms: Terms) -> str:
    """Say why a rule that the exception names does not allow it; nothing where all do."""
    for rule in rules:
        if not rule.waivable:
            return f"{rule.id} is not waivable{_narrower(waiver, rule)}"
        longest, term = terms.get(rule.severity), waiver.ends - waiver.created
        if longest is not None and term > longest:
            return (
                f"it runs for {_days(term)}; at most {_days(longest)} are allowed for severity {rule.severity}, "
                f"which {rule.id} has{_narrower(waiver, rule)}"
            )
    return ""


def _days(term: timedelta) -> str:
    days = term / timedelta(days=1)
    return f"{days:g} {'day' if days == 1 else 'days'}"


def _narrower(waiver: Waiver, rule: Rule) -> str:
    return "" if waiver.rule == rule.id else f"; {waiver.rule} names it too, so name the rules that are meant"

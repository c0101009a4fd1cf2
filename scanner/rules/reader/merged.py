"""The text of a policy as it is evaluated: its own file, or, where it extends others, all rules with what they inherit."""

from collections.abc import Iterator

from scanner.rules.language.flow import text as quoted
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import origins
from scanner.rules.reader.inheritance import memberships


def text(policy: Policy) -> str:
    """Write the policy; one that extends nothing is evaluated as it stands in its file, comments included."""
    return "\n".join(_lines(policy)) + "\n" if policy.extends else policy.text


def _lines(policy: Policy) -> Iterator[str]:
    """Write it as one that stands for itself: full ids, parameters and defaults put in, each value with its origin."""
    wrote = dict.fromkeys(f"{rule.policy} {rule.policy_version}" for rule in policy.rules)
    together = dict.fromkeys(f"{one.id} {one.version}" for one in policy.all()[1:])
    yield f"# {policy.id} {policy.version} as evaluated: the rules of {', '.join(wrote)}, with defaults and parameters put in."
    for name in ("policy", "version", "title", "owner", "advisory"):
        if said := getattr(policy, "id" if name == "policy" else name):
            yield f"{name}: {quoted(said)}"
    yield f"merged: [{', '.join(map(origins.within, together))}]"
    yield from _lists(policy)
    yield "rules:"
    for rule in policy.rules:
        yield f"  {rule.id}:"
        yield from origins.lines(rule, "    ")


def _lists(policy: Policy) -> Iterator[str]:
    """Write the lists that rules name."""
    asked = [node for rule in policy.rules for node in (rule.when, rule.require) if node is not None]
    names = dict.fromkeys(one.name for node in asked for one in memberships(node))
    if names:
        yield "lists:"
    for name in names:
        entries = policy.lists[name]
        yield f"  {quoted(name)}:{'' if entries else ' []'}"
        yield from (f"    - {origins.entry(one)}" for one in entries)

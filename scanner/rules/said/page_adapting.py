"""How to adapt a policy: its parameters with their bounds, its lists, and a small policy of one's own that loads."""

from collections.abc import Iterator, Sequence

from scanner.model import Mode, Severity
from scanner.rules.language.syntax import Entry, Policy, Rule
from scanner.rules.language.tree import Faults, Mapping, Scalar, parse
from scanner.rules.language.values import in_words
from scanner.rules.said.page_rules import code, table

MOST_ENTRIES = 80
LONGEST_HEX = 12
LEAD = (
    "Write a policy of your own that extends this one. A rule that becomes stricter needs nothing more; one that becomes weaker "
    "needs `override` with the reason, and every report lists it."
)
REASON = "agreed with the security office until the migration is done"


def section(policy: Policy) -> str:
    """Show what can be set, and how a company's own policy tightens and loosens this one."""
    blocks = [
        "## Adapting it",
        LEAD,
        *_params(policy),
        f"```yaml\n{example(policy)}\n```",
        _use(policy),
    ]
    return "\n\n".join(blocks)


def _use(policy: Policy) -> str:
    first = next(iter(policy.rules), None)
    narrow = f" Leave a rule out of one run with `--skip {first.id}`." if first else ""
    compare = f"`certgate policy diff {policy.id} our-policy.yaml`"
    return f"Check it with `certgate policy lint our-policy.yaml`, and see what changes with {compare}.{narrow}"


def example(policy: Policy) -> str:
    """Write the smallest policy that sets parameters, tightens a rule and loosens one."""
    lines = ["policy: our-policy", "version: 1.0.0", "title: Our rules", "owner: pki@example.com", f"extends: [{policy.id}]"]
    names = [name for name, *_ in settable(policy)]
    if names:
        values = {name: value for one in policy.all() for name, value in one.params.items()}
        lines.append(f"set: {{ {', '.join(f'{name}: {_text(values[name])}' for name in names if name in values)} }}")
    tighter = _tighter(policy.rules)
    if policy.advisory and not (tighter and "block" in tighter[1]):
        lines.append("advisory: we plan by it, and block nothing yet")
    looser = _looser([rule for rule in policy.rules if tighter is None or rule is not tighter[0]])
    if tighter or looser:
        lines.append("rules:")
    lines += [f"  {rule.id}: {{ {change} }}" for rule, change in filter(None, (tighter, looser))]
    return "\n".join(lines)


def _text(value: object) -> str:
    return str(getattr(value, "text", None) or in_words(value))


def _tighter(rules: Sequence[Rule]) -> tuple[Rule, str] | None:
    """Let a rule block that only warns, or give one a higher severity."""
    known = [rule for rule in rules if rule.disabled is None]
    for rule in known:
        sure = rule.source is None or rule.source.confidence != "secondary"
        if sure and not any(mode is Mode.BLOCK for _, mode in rule.enforce):
            return rule, "enforce: block"
    mild = next((rule for rule in known if rule.severity is not Severity.CRITICAL), None)
    return (mild, "severity: critical") if mild else None


def _looser(rules: Sequence[Rule]) -> tuple[Rule, str] | None:
    """Let a rule warn that blocks, or take one out."""
    known = [rule for rule in rules if rule.disabled is None]
    blocks = next((rule for rule in known if rule.enforce[-1][1] is Mode.BLOCK), None)
    if blocks:
        return blocks, f"enforce: warn, override: {REASON}"
    return (known[0], f"disabled: {{ reason: {REASON} }}") if known else None


def settable(policy: Policy) -> Iterator[tuple[str, str, str, str]]:
    """List the parameters of a policy and of those that it extends: name, value, bounds, and what it is."""
    seen = set()
    for one in policy.all():
        tree = parse(one.text.encode(), Faults(one.path))
        written = tree.get("params") if isinstance(tree, Mapping) else None
        for key, node in written if isinstance(written, Mapping) else ():
            said = (
                {name.text: value.text for name, value in node if isinstance(value, Scalar)} if isinstance(node, Mapping) else {}
            )
            if key.text not in seen:
                seen.add(key.text)
                bounds = [
                    f"{word} {said[name]}" for name, word in (("at_least", "at least"), ("at_most", "at most")) if name in said
                ]
                yield key.text, said.get("default", ""), " and ".join(bounds) or "free", said.get("doc", "")


def _params(policy: Policy) -> Iterator[str]:
    found = [(f"`{name}`", code(value), code(bounds), code(doc)) for name, value, bounds, doc in settable(policy)]
    if found:
        yield "These parameters can be given other values with `set`, within their bounds:"
        yield table(("parameter", "value", "may be", "what it is"), found)


def lists(policy: Policy) -> str:
    """Print the lists of a policy's own, so that nobody need open the file."""
    own = {name: entries for name, entries in policy.lists.items() if not any(name in one.lists for one in policy.parents)}
    if not own:
        return ""
    blocks = ["## Lists"]
    for name, entries in own.items():
        shown = [_entry(entry) for entry in entries[:MOST_ENTRIES]]
        more = [f"and {len(entries) - MOST_ENTRIES} more"] if len(entries) > MOST_ENTRIES else []
        blocks.append(f"**{code(name)}**: {'; '.join([*shown, *more])}")
    return "\n\n".join(blocks)


def _entry(entry: Entry) -> str:
    said = [f"{name} {_short(value)}".strip() for name, value in entry.keys.items()]
    label = f"{code(entry.label)} ({', '.join(said)})" if entry.label else ", ".join(said)
    ends = [f"issued before {in_words(entry.issued_until)}"] if entry.issued_until else []
    ends += [f"until {in_words(entry.until)}"] if entry.until else []
    return label + (f", {', '.join(ends)}" if ends else "")


def _short(value: object) -> str:
    text = in_words(value)
    return code(f"{text[:LONGEST_HEX]}…" if len(text) == 64 and all(char in "0123456789abcdef" for char in text) else text)

"""A policy as a page of documentation: what it is for, what it asks in sentences, limits by date, clauses, evidence, adapting."""

from collections.abc import Iterator, Mapping, Sequence

from scanner import tables
from scanner.model import Mode, Severity
from scanner.rules.engine.reads import fields_read
from scanner.rules.language.syntax import AllOf, Policy, Predicate, Rule, Source
from scanner.rules.language.values import instant, listed
from scanner.rules.said import page_adapting, page_rules, plainly
from scanner.rules.said.page_rules import anchor, code, key, table
from scanner.tables import Origin

_FROM = {
    Origin.DECODED: "the certificate itself",
    Origin.OBSERVED: "a scan",
    Origin.DECLARED: "an inventory",
    Origin.DERIVED: "computed by certgate",
}
_CHAIN = frozenset(
    {"chain", "chain_complete", "trust", "trust_basis", "issuer.ca_owner", "root.dn", "root.fingerprint_sha256", "self_signed"}
    | {"issuer.key.algorithm", "issuer.key.bits", "issuer.key.curve"}
)
_COMPARED = frozenset({"in_inventory", "on_network", "certificate.in_inventory"})
_KNOWN = {"": "the document", "primary": "the document", "secondary": "secondary sources †"}
_SCHEMA = "yaml-language-server"
MOST_NAMED = 5


def render(policy: Policy) -> str:
    """Write the page in Markdown."""
    own = [rule for rule in policy.rules if rule.policy == policy.id]
    parts = [f"# {policy.title}", _opening(policy, own), _head(policy), _confidence(own)]
    parts += [f"> Advisory: {code(policy.advisory)}" if policy.advisory else "", *notes(policy)]
    if own:
        common = {kinds: page_rules.shared([rule for rule in own if rule.kinds == kinds]) for kinds in _kinds(own)}
        parts += [_scope(common), "## What it asks", _overview(policy, own)]
        parts += [page_rules.section(rule, policy, common[rule.kinds]) for rule in own]
        parts += [page_adapting.lists(policy), _evidence(policy, own)]
    if policy.sources:
        parts.append(_sources(policy.sources))
    parts.append(page_adapting.section(policy))
    return "\n\n".join(part for part in parts if part) + "\n"


def _kinds(rules: Sequence[Rule]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(rule.kinds for rule in rules))


def _opening(policy: Policy, own: Sequence[Rule]) -> str:
    """Say in one paragraph what the policy is: how many rules about what, written against which documents, how strict."""
    said = []
    if own:
        kinds = listed(list(dict.fromkeys(f"{kind}s" for rule in own for kind in rule.kinds)))
        many = "1 rule" if len(own) == 1 else f"{len(own)} rules"
        said.append(f"This policy has {many} about {kinds}{_against(policy)}.")
        said.append(_strict(own))
    if policy.extends:
        names = listed([f"[{name}]({name}.md)" for name in policy.extends])
        also = "also " if own else ""
        said.append(f"It {also}brings in the rules of {names}, {len(policy.rules)} in all.")
    return " ".join(said)


def _against(policy: Policy) -> str:
    docs = list(dict.fromkeys(code(source.doc) for source in policy.sources))
    rest = [f"{len(docs) - MOST_NAMED} more below"] if len(docs) > MOST_NAMED else []
    return f", written against {'; '.join([*docs[:MOST_NAMED], *rest])}" if docs else ""


def _strict(rules: Sequence[Rule]) -> str:
    """Count how the rules are enforced, and by severity."""
    last = [rule.enforce[-1][1] for rule in rules]
    later = sum(len(rule.enforce) > 1 for rule in rules)
    words = {
        Mode.BLOCK: ("blocks", "block"),
        Mode.WARN: ("only warns", "only warn"),
        Mode.REPORT: ("is only reported", "are only reported"),
    }
    counts = [f"{last.count(mode)} {said[last.count(mode) != 1]}" for mode, said in words.items() if mode in last]
    dated = f", {later} of them by a date" if later else ""
    severities = [rule.severity for rule in rules]
    grades = [f"{severities.count(one)} {one}" for one in Severity if one in severities]
    return f"Of these {listed(counts)}{dated}; by severity: {', '.join(grades)}."


def _head(policy: Policy) -> str:
    return (
        f"Policy `{policy.id}`, version {policy.version}. Use it with `certgate check … --policy {policy.id}`, print it with "
        f"`certgate policy show {policy.id}`. This page is generated from `policies/{policy.id}.yaml`."
    )


def _confidence(own: Sequence[Rule]) -> str:
    """Say how many rules stand on documents that were not read themselves."""
    count = sum(rule.source is not None and rule.source.confidence == "secondary" for rule in own)
    if not count:
        return ""
    which = (
        "Every rule here is" if count == len(own) else "1 rule here is" if count == 1 else f"{count} of {len(own)} rules here are"
    )
    return f"> {which} known from secondary sources, marked †: such a rule warns until the document itself was checked."


def notes(policy: Policy) -> Iterator[str]:
    """Quote what the authors say at the head of the file: whom it is for, when it applies, what is not judged."""
    block: list[str] = []
    for line in [*policy.text.splitlines(), ""]:
        if line.startswith("rules:"):
            break
        if line.startswith("# ") and _SCHEMA not in line:
            block.append(line[2:])
        elif block:
            yield _quoted(block)
            block = []


def _quoted(lines: Sequence[str]) -> str:
    """Keep lines that are laid out as they are; others are a paragraph, in which every `word` stays code."""
    if any(line.startswith("  ") for line in lines):
        return "\n".join(["```text", *lines, "```"])
    return page_rules.prose(lines)


def _scope(common: Mapping[tuple[str, ...], Sequence[Predicate]]) -> str:
    """Say when all rules of a kind apply."""
    lines = []
    for kinds, parts in common.items():
        if parts:
            said = plainly.sentence(AllOf(tuple(parts)), kinds[0], page_rules.PAST)
            lines.append(f"All rules on {' and '.join(f'{kind}s' for kind in kinds)} apply only where this holds: {code(said)}.")
    return " ".join(lines)


def _overview(policy: Policy, rules: Sequence[Rule]) -> str:
    rows = [
        (
            f"[{key(rule, policy)}](#{anchor(rule, policy)})", code(rule.title), str(rule.severity), page_rules.enforced(rule),
            page_rules.clause(rule),
        )
        for rule in rules
    ]  # fmt: skip
    return table(("rule", "asks", "severity", "enforced", "clause"), rows)


def _evidence(policy: Policy, rules: Sequence[Rule]) -> str:
    """List the facts that the rules read by what shows them, and which rules say unknown without it."""
    facts: dict[str, set[str]] = {}
    asking: dict[str, dict[str, None]] = {}
    for rule in rules:
        for kind, name in _reads(rule):
            fact = tables.fact(kind, name)
            if fact is not None:
                source = _source_of(kind, name, fact.origin, timed=bool(fact.time))
                facts.setdefault(source, set()).add(name)
                asking.setdefault(source, {})[f"[{key(rule, policy)}](#{anchor(rule, policy)})"] = None
    rows = [
        (source, ", ".join(f"`{name}`" for name in sorted(names)), _asking(list(asking[source]), len(rules)))
        for source, names in facts.items()
    ]
    lead = (
        "Without a fact that would decide, the outcome is unknown, never a pass. What a certificate that was read does not have, "
        "and what no inventory states, is absent, and that decides: see [how certgate decides](../how-certgate-decides.md)."
    )
    return f"## Evidence it needs\n\n{lead}\n\n{table(('from', 'fields', 'rules that ask for them'), rows)}"


def _reads(rule: Rule) -> Iterator[tuple[str, str]]:
    return ((kind, name) for kind in rule.kinds for name in fields_read(rule, kind))


def _asking(rules: Sequence[str], total: int) -> str:
    if len(rules) == total:
        return "every rule"
    shown = list(rules[:MOST_NAMED])
    rest = len(rules) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _source_of(kind: str, name: str, origin: Origin, *, timed: bool) -> str:
    if timed:
        return "the date of evaluation, and the dates in the certificate"
    if name in _CHAIN:
        return "the chain: issuers' certificates given as evidence, the Mozilla roots, `--roots`"
    if name in _COMPARED:
        return "an inventory beside a scan"
    if kind == "endpoint" and origin is Origin.DERIVED:
        return "a scan"
    return _FROM[origin]


def _sources(sources: Sequence[Source]) -> str:
    rows = [
        (code(one.id), _linked(one), code(one.edition), instant(one.checked) if one.checked else "", _KNOWN[one.confidence])
        for one in sources
    ]
    return f"## Written against\n\n{table(('id', 'document', 'edition', 'checked', 'known from'), rows)}"


def _linked(source: Source) -> str:
    return f"[{code(source.doc)}]({source.url})" if source.url else code(source.doc)

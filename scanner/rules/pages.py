"""A policy as a page of documentation: what it asks in sentences, limits by date, clauses, evidence, how to adapt it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from scanner import tables
from scanner.model import Mode
from scanner.rules import groups_words
from scanner.rules.asked import schedule, sentence
from scanner.rules.reads import fields_read
from scanner.rules.syntax import Policy, Rule, Source
from scanner.rules.values import instant
from scanner.tables import Origin
from scanner.vocabulary import SECONDARY

_FROM = {
    Origin.DECODED: "the certificate itself",
    Origin.OBSERVED: "a scan",
    Origin.DECLARED: "an inventory",
    Origin.DERIVED: "computed by certgate",
}
_CHAIN = frozenset(
    {"chain", "chain_complete", "trust", "trust_basis", "issuer.ca_owner", "root.dn", "root.fingerprint_sha256", "self_signed"}
)
_COMPARED = frozenset({"in_inventory", "on_network", "certificate.in_inventory"})
_PAST = datetime(1, 1, 1, tzinfo=UTC)


def render(policy: Policy) -> str:
    """Write the page in Markdown."""
    parts = [f"# {policy.title}", _head(policy)]
    if policy.advisory:
        parts.append(f"> Advisory: {policy.advisory}")
    own = [rule for rule in policy.rules if rule.policy == policy.id]
    if policy.extends:
        parts.append(_extended(policy))
    if own:
        parts += [_overview(own), *(_rule(rule) for rule in own), _evidence(own)]
    if policy.sources:
        parts.append(_sources(policy.sources))
    parts.append(_adapting(policy, own))
    return "\n\n".join(parts) + "\n"


def _head(policy: Policy) -> str:
    return (
        f"Policy `{policy.id}`, version {policy.version}. Use it with `certgate check … --policy {policy.id}`, print it with "
        f"`certgate policy show {policy.id}`. This page is generated from `policies/{policy.id}.yaml`."
    )


def _extended(policy: Policy) -> str:
    names = [f"[{name}]({name}.md)" for name in policy.extends]
    return f"It brings in the rules of {', '.join(names)} ({len(policy.rules)} rules)."


def _overview(rules: Sequence[Rule]) -> str:
    rows = [
        f"| [{_key(rule)}](#{_anchor(rule)}) | {rule.title} | {rule.severity} | {_mode(rule)} | {_clause(rule)} |"
        for rule in rules
    ]
    return "\n".join(["| rule | asks | severity | enforced | clause |", "|---|---|---|---|---|", *rows])


def _key(rule: Rule) -> str:
    return rule.id.partition("/")[2]


def _anchor(rule: Rule) -> str:
    return _key(rule).replace(".", "")


def _mode(rule: Rule) -> str:
    """Say how the rule is enforced, and from when."""
    first, *later = rule.enforce
    return ", ".join([str(first[1]), *(f"{mode} from {instant(start)}" for start, mode in later if start is not None)])


def _clause(rule: Rule) -> str:
    if rule.source is None:
        return ""
    return f"{rule.source.id} {rule.source.clause}".strip()


def _rule(rule: Rule) -> str:
    lines = [f"## {_key(rule)}", f"**{rule.title}.** {rule.because}"]
    limits = schedule(rule)
    if limits:
        lines.append("\n".join(["| when | limit |", "|---|---|", *(f"| {when} | {limit} |" for when, limit in limits)]))
    facts = [f"- Asks: {_code(_asked(rule))}" if not limits or rule.group else f"- Asks of: {_fields(rule)}"]
    if rule.when is not None:
        kinds = " and ".join(f"{kind}s" for kind in rule.kinds)
        facts.append(f"- Applies to: {kinds} where {_code(sentence(rule.when, _PAST, rule.kinds))}")
    facts.append(f"- What to do: {rule.fix.replace('{limit}', 'the limit of the day')}")
    facts.append(f"- Severity {rule.severity}; {_enforced(rule)}{'' if rule.waivable else '; no exception is accepted'}")
    if rule.source:
        facts.append(f"- Source: {_cited(rule.source)}")
    if rule.controls:
        facts.append(f"- Gives evidence for: {', '.join(rule.controls)}")
    return "\n\n".join([*lines, "\n".join(facts)])


def _asked(rule: Rule) -> str:
    """Say what is asked; of groups as it was at first, for the table of limits has the rest."""
    return groups_words.limit(rule, rule.group, _PAST) if rule.group else sentence(rule.require, _PAST, rule.kinds)


def _code(text: str) -> str:
    """Escape what Markdown would read in a generated sentence."""
    return "".join(f"\\{char}" if char in "\\*_`[]<>|" else char for char in text)


def _fields(rule: Rule) -> str:
    return ", ".join(f"`{name}`" for name in fields_read(rule, rule.kinds[0]))


def _enforced(rule: Rule) -> str:
    words = {
        Mode.BLOCK: "a failure blocks",
        Mode.WARN: "a failure warns and does not block",
        Mode.REPORT: "a failure is only reported",
    }
    first, *later = rule.enforce
    steps = "".join(f"; from {instant(start)} {words[mode]}" for start, mode in later if start is not None)
    unknown = {"fail": "counts like a failure", "warn": "warns", "ignore": "is only counted"}[str(rule.if_unknown)]
    return f"{words[first[1]]}{steps}; where facts are missing it {unknown}"


def _cited(source: Source) -> str:
    where = f"[{source.doc}]({source.url})" if source.url else source.doc
    clause = f", {source.clause}" if source.clause else ""
    read = f"; {SECONDARY}" if source.confidence == "secondary" else ""
    return f"{where} {source.edition}{clause}{f' ({source.binding})' if source.binding else ''}{read}"


def _evidence(rules: Sequence[Rule]) -> str:
    """List the fields that the rules read, by what kind of evidence shows them."""
    groups: dict[str, list[str]] = {}
    for kind, name in _read(rules):
        fact = tables.fact(kind, name)
        if fact is not None:
            groups.setdefault(_source_of(kind, name, fact.origin, timed=bool(fact.time)), []).append(f"`{name}`")
    rows = [f"| {source} | {', '.join(sorted(set(names)))} |" for source, names in groups.items()]
    return "\n".join(["## Evidence it needs", "", "| from | fields |", "|---|---|", *rows])


def _read(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    return ((kind, name) for rule in rules for kind in rule.kinds for name in fields_read(rule, kind))


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
        f"| {source.id} | {f'[{source.doc}]({source.url})' if source.url else source.doc} | {source.edition} | "
        f"{instant(source.checked) if source.checked else ''} |"
        for source in sources
    ]
    return "\n".join(["## Written against", "", "| id | document | edition | checked |", "|---|---|---|---|", *rows])


def _adapting(policy: Policy, own: Sequence[Rule]) -> str:
    """Show the smallest policy of a company's own that builds on this one."""
    lines = ["policy: our-policy", "version: 1.0.0", "title: Our rules", "owner: pki@example.com", f"extends: [{policy.id}]"]
    if policy.params:
        lines.append(f"set: {{ {', '.join(f'{name}: {value}' for name, value in policy.params.items())} }}")
    narrow = f" Leave a rule out of one run with `--skip {own[0].id}`." if own else ""
    example = "\n".join(lines)
    return (
        "## Adapting it\n\nWrite a policy of your own that extends it, and add rules beside its rules:\n\n"
        f"```yaml\n{example}\n```\n\nCheck it with `certgate policy lint our-policy.yaml`.{narrow}"
    )

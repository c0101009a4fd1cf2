"""A rule on its policy's page: what it asks in plain words and in fields, its limits by date, examples, clause, what it needs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from scanner import tables
from scanner.model import Mode
from scanner.rules.engine.reads import fields_read, reads
from scanner.rules.language.syntax import AllOf, Policy, Predicate, Row, Rule, RuleTest, Source
from scanner.rules.language.values import in_words, instant
from scanner.rules.said import asked, groups_words, nouns, plainly
from scanner.vocabulary import SECONDARY

PAST = datetime(1, 1, 1, tzinfo=UTC)
MOST_FACTS = 6
_MODES = {
    Mode.BLOCK: "a failure blocks",
    Mode.WARN: "a failure warns and does not block",
    Mode.REPORT: "a failure is only reported",
}
_UNKNOWN = {"fail": "counts like a failure", "warn": "warns", "ignore": "is only counted"}


def key(rule: Rule, policy: Policy) -> str:
    """Call a rule by its key; one of another policy by its whole id."""
    home, _, own = rule.id.partition("/")
    return own if home == policy.id else rule.id


def anchor(rule: Rule, policy: Policy) -> str:
    """Name the heading of a rule as Markdown does."""
    return "".join(char for char in key(rule, policy).lower() if char.isalnum() or char in "-_")


def code(text: str) -> str:
    """Escape what Markdown would read in a generated sentence."""
    return "".join(f"\\{char}" if char in "\\*_`[]<>|" else char for char in text)


def enforced(rule: Rule) -> str:
    """Say how a rule is enforced, and from when."""
    first, *later = rule.enforce
    return ", ".join([str(first[1]), *(f"{mode} from {instant(start)}" for start, mode in later if start is not None)])


def clause(rule: Rule) -> str:
    """Cite the clause in short, with its address."""
    if rule.source is None:
        return ""
    said = code(f"{rule.source.id} {rule.source.clause}".strip())
    mark = " †" if rule.source.confidence == "secondary" else ""
    return (f"[{said}]({rule.source.url})" if rule.source.url else said) + mark


def section(rule: Rule, policy: Policy, common: Sequence[Predicate]) -> str:
    """Write the section of a rule."""
    blocks = [f"### {key(rule, policy)}", f"**{code(rule.title)}.** {code(rule.because)}", _asks(rule), _applies(rule, common)]
    limits = asked.schedule(rule)
    if limits:
        blocks.append(table(("when", "limit"), [(code(when), code(limit)) for when, limit in limits]))
    blocks += [note(rule, policy), *examples(rule, policy), _fix(rule), "\n".join(_facts(rule))]
    return "\n\n".join(block for block in blocks if block)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Sequence[tuple[int, str]], before: str) -> str:
    """Write an outline: as a sentence where it is one line, else as nested lists."""
    (_, first), *rest = lines
    if not rest:
        return f"{before} {code(first)}."
    return "\n".join([f"{before} {code(first)}", "", *(f"{'  ' * (depth - 1)}- {code(text)}" for depth, text in rest)])


def _asks(rule: Rule) -> str:
    if rule.group is not None:
        return f"Asks for {code(groups_words.limit(rule, rule.group, PAST))}."
    return bullets(plainly.outline(rule.require, rule.kinds[0], PAST), "Asks that")


def _applies(rule: Rule, common: Sequence[Predicate]) -> str:
    """Say when a rule applies beside what all rules of the page have in common."""
    own = [part for part in plainly.parts(rule.when) if part not in common] if rule.when is not None else []
    if not own:
        return ""
    return bullets(plainly.outline(AllOf(tuple(own)), rule.kinds[0], PAST), "Applies only where")


def note(rule: Rule, policy: Policy) -> str:
    """Quote what its author says beside the rule."""
    if rule.mark.path != policy.path:
        return ""
    lines = []
    for line in policy.text.splitlines()[rule.mark.line :]:
        indent = len(line) - len(line.lstrip())
        if line.strip() and (indent <= 2 or line.strip() == "tests:"):
            break
        if line.strip().startswith("# "):
            lines.append(line.strip()[2:])
    return f"*{prose(lines)}*" if lines else ""


def prose(lines: Sequence[str]) -> str:
    """Make a paragraph of lines, in which every `word` stays code."""
    pieces = " ".join(lines).split("`")
    return "`".join(code(piece) if number % 2 == 0 else piece for number, piece in enumerate(pieces))


def examples(rule: Rule, policy: Policy) -> Iterator[str]:
    """Say one case that passes and one that fails, from the rule's own tests."""
    if rule.group is not None:
        return
    found = {word: _told([test for test in rule.tests if test.expect == word], rule, policy) for word in ("pass", "fail")}
    for word, text in found.items():
        if text:
            yield f"{'Passes' if word == 'pass' else 'Fails'}: {code(text)}"


def _told(tests: Sequence[RuleTest], rule: Rule, policy: Policy) -> str:
    """Tell the first test that has something to tell."""
    return next((text for test in tests if (text := _case(test, rule, policy.healthy.get(test.row.kind)))), "")


def _case(test: RuleTest, rule: Rule, healthy: Row | None) -> str:
    kind, facts = test.row.kind, test.row.facts
    asks = reads(rule.require, kind)
    plain = healthy.facts if healthy else {}
    read = [name for name in fields_read(rule, kind) if name in asks or facts.get(name) != plain.get(name)]
    said = [_fact(kind, name, test.row) for name in _shown(_told_by(kind, read), test.row)]
    clocked = any(one == "as_of" or fact.time for one in asks if (fact := tables.fact(kind, one))) or asked.dated(rule)
    when = f" (as of {instant(test.as_of)})" if clocked and said else ""
    return ("; ".join(said[:MOST_FACTS]) + when) if said else ""


def _told_by(kind: str, names: Sequence[str]) -> list[str]:
    """Replace what depends on the date of evaluation by what it is computed from."""
    sources = [((fact.time or (name,)) if (fact := tables.fact(kind, name)) else (name,)) for name in names]
    return list(dict.fromkeys(source for some in sources for source in some))


def _fact(kind: str, name: str, row: Row) -> str:
    if name in row.absent:
        return f"{nouns.noun(kind, name)}: absent"
    value = row.facts[name]
    return nouns.clause(kind, name, value, so=True) or f"{nouns.noun(kind, name)}: {_value(value)}"


def _shown(names: Sequence[str], row: Row) -> list[str]:
    return [name for name in names if name in row.absent or (name in row.facts and name not in row.unknown)]


def _value(value: object) -> str:
    if isinstance(value, list | tuple) and value and any(one is None for one in value):
        return f"{in_words([one for one in value if one is not None])} and perhaps more"
    if value in ([], ()):
        return "none"
    if isinstance(value, list | tuple):
        return in_words([nouns.oid(one) or one for one in value])
    return in_words(value)


def _fix(rule: Rule) -> str:
    return f"What to do: {code(rule.fix.replace('{limit}', 'the limit of the day'))}"


def _facts(rule: Rule) -> Iterator[str]:
    first, *later = rule.enforce
    steps = "".join(f"; from {instant(start)} {_MODES[mode]}" for start, mode in later if start is not None)
    strict = "" if rule.waivable else "; no exception is accepted"
    unknown = f"; where facts are missing it {_UNKNOWN[str(rule.if_unknown)]}"
    yield f"- Severity {rule.severity}; {_MODES[first[1]]}{steps}{unknown}{strict}"
    names = list(dict.fromkeys(name for kind in rule.kinds for name in fields_read(rule, kind)))
    yield f"- Reads: {', '.join(f'`{name}`' for name in names)}"
    if rule.source:
        yield f"- Source: {cited(rule.source)}"
    if rule.controls:
        yield f"- Gives evidence for: {code(', '.join(rule.controls))}"


def cited(source: Source) -> str:
    """Cite a source with edition, clause and how it binds, and say so where it is known from others."""
    where = f"[{code(source.doc)}]({source.url})" if source.url else code(source.doc)
    said = (f"{where} {code(source.edition)}".strip(), code(source.clause), source.binding)
    return ", ".join(filter(None, said)) + (f"; {SECONDARY}" if source.confidence == "secondary" else "")


def shared(rules: Sequence[Rule]) -> list[Predicate]:
    """Find the conditions that all these rules have."""
    whens = [plainly.parts(rule.when) if rule.when is not None else [] for rule in rules]
    return [part for part in whens[0] if all(part in when for when in whens)] if whens else []

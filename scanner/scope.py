"""What a run is about: which policies and rules, which assets, what is assumed; and how reports name them."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

import polars as pl

from scanner import tables
from scanner.errors import UsageError
from scanner.facts import certificate
from scanner.importers import choose
from scanner.importers._walk import documents
from scanner.model import GivenFile, PolicyReport, Problem, Record, RuleReport, Severity, Spot
from scanner.request import Request
from scanner.rules.engine.compile import column
from scanner.rules.engine.evaluate import Evaluation
from scanner.rules.language.syntax import Policy, Rule, Source
from scanner.rules.reader import find, handling, load, merged
from scanner.rules.reader.lists import Certificates
from scanner.rules.said import message
from scanner.spelling import spelled
from scanner.tables import Fact, Origin

IDENTITY = ("asset_id", "place", "name", "sources")
"""What merging gives every asset."""


def policies(request: Request) -> tuple[Policy, ...]:
    """Load the policies asked for."""
    return load.load([file for name in request.policies for file in find.find(name)], listed(request.root))


def rules(loaded: Sequence[Policy], request: Request) -> tuple[Rule, ...]:
    """Choose the rules of the run: each id once, narrowed by --only and --skip; what a policy takes out at as_of is not run."""
    known = {rule.id: rule for policy in loaded for rule in policy.rules}
    for flag, patterns in (("--only", request.only), ("--skip", request.skip)):
        for pattern in patterns:
            if not any(fnmatchcase(rule_id, pattern) for rule_id in known):
                near = get_close_matches(pattern, known, 1)
                raise UsageError(f"{flag} {pattern}: no rule has this id{f'; nearest: {near[0]!r}' if near else ''}")
    return tuple(
        rule
        for rule_id, rule in known.items()
        if (not request.only or _matches(rule_id, request.only))
        and not _matches(rule_id, request.skip)
        and not rule.off(request.as_of)
    )


def left_out(loaded: Sequence[Policy], chosen: Sequence[Rule], request: Request) -> list[Problem]:
    """Say how many rules --only and --skip leave out: a report that shows none of their findings must not seem whole."""
    known = {rule.id: rule for policy in loaded for rule in policy.rules if not rule.off(request.as_of)}
    lost = known.keys() - {rule.id for rule in chosen}
    if not lost:
        return []
    flags = " ".join(
        f"{flag} {pattern}" for flag, patterns in (("--only", request.only), ("--skip", request.skip)) for pattern in patterns
    )
    words = f"{len(lost):,} of {len(known):,} rules {'was' if len(lost) == 1 else 'were'} left out of this run ({flags})"
    return [Problem(Severity.LOW, "rules-left-out", words, Spot("--only" if request.only else "--skip"))]


def _matches(rule_id: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(rule_id, pattern) for pattern in patterns)


def roots(request: Request) -> list[bytes]:
    """Read the user's own root certificates; what holds none is refused."""
    return [der for name in request.roots for der in _certificates(name, request.root, "--roots")]


def helpers(loaded: Sequence[Policy], request: Request) -> list[bytes]:
    """Read the certificates that lists of policies name: they join chain building."""
    names = dict.fromkeys(name for policy in loaded for one in policy.all() for name in one.certificates)
    return [der for name in names for der in _certificates(name, request.root, "certificates")]


def listed(root: Path) -> Certificates:
    """Return what reads the certificates that an entry of a list names: key, fingerprint and subject of each."""

    def read(name: str) -> list[tuple[str, str, str]]:
        found = certificate.read(_certificates(name, root, "certificates")).frame
        rows = found.select("key.spki_sha256", "fingerprint_sha256", pl.col("subject.dn").fill_null("")).drop_nulls().rows()
        if not rows:
            raise UsageError(f"certificates {name}: no certificate whose key can be read")
        return rows

    return read


def _certificates(name: str, root: Path, flag: str) -> list[bytes]:
    found: list[bytes] = []
    for document in documents(name, root=root, stdin=sys.stdin.buffer):
        if isinstance(document, Problem):
            raise UsageError(f"{flag} {name}: {document.message}")
        chosen = choose(document.data)
        items = chosen.read(document) if chosen else ()
        found += [item.der for item in items if isinstance(item, Record) and item.der]
    if not found:
        raise UsageError(f"{flag} {name}: no certificate in it")
    return found


def files(request: Request) -> tuple[GivenFile, ...]:
    """Name the files beside evidence and policies that move the verdict, each with digest and size."""
    roles = {
        "configuration": (request.config_path,),
        "exceptions": request.exceptions,
        "baseline": (request.baseline,),
        "roots": request.roots,
        "mapping": (request.mapping,),
        "targets": request.targets,
    }
    return tuple(
        GivenFile(role, _relative(path, request.root), sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
        for role, names in roles.items()
        for path in dict.fromkeys(Path(name) for name in names if name is not None)
        if path.is_file()
    )


def _relative(path: Path, root: Path) -> str:
    """NOTE: an absolute path would tell of the machine, so a file outside the root is called by its name alone."""
    resolved = path.resolve()
    return spelled(resolved.relative_to(root) if resolved.is_relative_to(root) else path.name)


def assumed(known: Mapping[str, pl.DataFrame], request: Request) -> dict[str, pl.DataFrame]:
    """Apply --assume; a field that no kind has is refused."""
    for name in request.assume:
        if not any(tables.fact(kind, name) for kind in known):
            every = {name for facts in tables.FACTS.values() for name in facts}
            near = get_close_matches(name, every, 1)
            raise UsageError(f"--assume {name}: no such field{f'; nearest: {near[0]!r}' if near else ''}")
    return {kind: assume(kind, table, request.assume) for kind, table in known.items()}


def assume(kind: str, table: pl.DataFrame, values: Mapping[str, str]) -> pl.DataFrame:
    """Fill unknown facts, and declared ones that are absent; evidence is never overridden."""
    return table.with_columns(_filled(kind, table, name, text) for name, text in values.items() if tables.fact(kind, name))


def _filled(kind: str, table: pl.DataFrame, name: str, text: str) -> pl.Expr:
    fact = tables.fact(kind, name)
    assert fact is not None
    if fact.time:
        raise UsageError(f"--assume {name}: it follows from {' and '.join(fact.time)}; assume these, or use --as-of")
    if name in IDENTITY:
        raise UsageError(f"--assume {name}: it says which asset this is, and cannot be assumed")
    if fact.joined:
        raise UsageError(f"--assume {name}: it is a fact of {fact.joined}; assume it there")
    value = pl.lit(load.value(kind, name, text)).cast(fact.type.dtype)
    given = pl.col(name) if name in table.columns else pl.lit(None, fact.type.dtype)
    return pl.when(_blank(fact, given)).then(value).otherwise(given).alias(name)


def _blank(fact: Fact, given: pl.Expr) -> pl.Expr:
    """Tell a fact that may be assumed: what is known to be absent is evidence, but for what nobody declared."""
    if fact.origin is Origin.DECLARED:
        return given.is_null() | (given.list.len() == 0) if fact.type.name == "list" else given.is_null()
    unknown, absent = (pl.col(mark).list.contains(fact.name).fill_null(value=False) for mark in (tables.UNKNOWN, tables.ABSENT))
    absent |= pl.col(fact.known_by).is_not_null() & ~unknown if fact.known_by else pl.lit(value=False)
    if fact.origin is Origin.DECODED:
        absent |= pl.col(tables.DECODED).fill_null(value=False) & ~unknown
    return given.is_null() & ~absent


def where(known: Mapping[str, pl.DataFrame], request: Request) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """Keep the assets for which --where is true, and those for which it is unknown; say how many of these."""
    if request.where is None:
        return dict(known), []
    predicates = load.predicate(request.where, tuple(known))
    kept: dict[str, pl.DataFrame] = {}
    notes: list[Problem] = []
    for kind, table in known.items():
        if kind not in predicates:
            kept[kind] = table.clear()
            continue
        truth = table.select(column(predicates[kind], kind, table, request.as_of).alias("truth"))["truth"]
        kept[kind] = table.filter(truth.fill_null(value=True))
        if unknown := truth.null_count():
            words = f"{unknown} of {table.height} rows of kind {kind}"
            notes.append(
                Problem(
                    Severity.LOW,
                    "where-unknown",
                    f"--where could not be decided for {words}; they are kept",
                    Spot("--where"),
                )
            )
    return kept, notes


def policy_reports(loaded: Sequence[Policy]) -> tuple[PolicyReport, ...]:
    """Describe every policy that brought rules in, the named ones first; each once."""
    every = {(one.id, one.sha256): one for policy in loaded for one in policy.all()}
    ordered = sorted(every.values(), key=lambda one: not one.named)
    return tuple(policy_report(policy) for policy in ordered)


def policy_report(policy: Policy) -> PolicyReport:
    """Describe a policy for reports."""
    return PolicyReport(
        policy.id, policy.version, policy.title, policy.owner, policy.sha256, policy.path, policy.named, policy.advisory,
        tuple(_source(source) for source in policy.sources), merged.text(policy),
        loosened=tuple({"rule": one.rule, "what": one.what, "reason": one.reason} for one in policy.loosened),
        disabled=tuple(_disabled(policy)),
    )  # fmt: skip


def _disabled(policy: Policy) -> Iterator[dict[str, str]]:
    """Say which rules this policy itself takes out."""
    for rule in policy.rules:
        if rule.disabled is not None and rule.written["disabled"].header.policy == policy.id:
            until = handling.last_day(rule.disabled.until)
            yield {"rule": rule.id, "reason": rule.disabled.reason, "until": until}


def rule_report(rule: Rule, loaded: Sequence[Policy], evaluation: Evaluation, as_of: datetime) -> RuleReport:
    """Describe a rule for reports, with its counts."""
    counts = evaluation.counts(rule.id)
    return RuleReport(
        id=rule.id,
        policy=rule.policy,
        policy_version=rule.policy_version,
        policies=tuple(policy.id for policy in loaded if policy.named and any(one.id == rule.id for one in policy.rules)),
        title=message.settled(rule, rule.title, as_of),
        kinds=rule.kinds,
        severity=rule.severity,
        mode=rule.mode(as_of),
        if_unknown=rule.if_unknown,
        because=message.settled(rule, rule.because, as_of),
        fix=message.settled(rule, rule.fix, as_of),
        source=_source(rule.source) if rule.source else {},
        controls=rule.controls,
        limit=message.limit(rule, as_of),
        path=rule.mark.path,
        line=rule.mark.line,
        passed=counts.passed,
        failed=counts.failed,
        unknown=counts.unknown,
        skipped=counts.skipped,
        skipped_undeclared=counts.skipped_undeclared,
    )


def _source(source: Source) -> dict[str, str]:
    checked = source.checked.date().isoformat() if source.checked else ""
    fields = {
        "id": source.id,
        "doc": source.doc,
        "edition": source.edition,
        "clause": source.clause,
        "binding": source.binding,
        "confidence": source.confidence,
    }
    return {name: value for name, value in (fields | {"checked": checked, "url": source.url}).items() if value}

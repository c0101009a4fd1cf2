"""Baselines: findings known at a date, so that a gate can ask for new ones only; keyed by finding_id (interfaces.md)."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from scanner.errors import Fault, PolicyError, UsageError
from scanner.model import WORDS, BaselineReport, Report, finding_id
from scanner.record import record
from scanner.rules.compare.worse import worse
from scanner.rules.language.places import places_of
from scanner.rules.language.syntax import Rule
from scanner.rules.reader.exceptions import OWN
from scanner.when import parse_instant

SCHEMA_VERSION = 1
MOST_BYTES = 200_000_000
HEAD = ("schema_version", "created", "owner", "policies", "findings")
ENTRY = ("finding_id", "rule", "place", "kind", "severity", "mode", "outcome", "observed")


@record
class Baseline:
    """A baseline, read and checked."""

    path: str
    created: str
    """The date of evaluation of the result that it was made from."""
    owner: str
    policies: tuple[Mapping[str, str], ...]
    """id and version at that time."""
    findings: Mapping[str, Mapping[str, Any]]
    """Entries by finding_id."""


@record
class Compared:
    """A baseline beside the findings of a run."""

    known: frozenset[str]
    """finding_id of what it holds, and is no worse now."""
    worse: Mapping[str, str]
    """finding_id to what is worse."""
    gone: tuple[str, ...]
    """finding_id of entries that the run did not find again."""


def text(report: Report, owner: str) -> bytes:
    """Write the baseline of a result: all open findings, one a line; what is waived stays with its exception."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "created": report.as_of.date().isoformat(),
        "owner": owner,
        "policies": [{"id": one.id, "version": one.version} for one in report.policies],
    }
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
    held = sorted((_entry(row) for row in kept(report.findings).iter_rows(named=True)), key=lambda one: one["finding_id"])
    rows = ",\n".join(f"    {_json(one)}" for one in held)
    body = f'  "findings": [\n{rows}\n  ]' if rows else '  "findings": []'
    return "\n".join(["{", *lines, body, "}", ""]).encode()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def kept(found: pl.DataFrame) -> pl.DataFrame:
    """Choose what a baseline holds; a lapsed exception is never hidden by having been seen before."""
    return found.filter(pl.col("waived_by").is_null() & ~pl.col("rule_id").str.starts_with(OWN))


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    same = {name: row[name] for name in ("finding_id", "place", "kind", "severity", "mode", "outcome")}
    entry = same | {"rule": row["rule_id"], "observed": orjson.loads(row["observed"] or "{}")}
    return {name: entry[name] for name in ENTRY}


def load(name: str) -> Baseline:
    """Read a baseline; a newer schema is refused, and what is malformed is told with its place."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--baseline {name}: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        # NOTE: what is read is counted, since a link to a device says no size and has no end.
        raise UsageError(f"--baseline {name}: more than {MOST_BYTES:,} bytes")
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PolicyError([Fault(name, error.lineno, error.colno, f"not JSON: {error.msg}")]) from error
    version = said.get("schema_version") if isinstance(said, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        written = f"written by a newer certgate (schema {version}; this one reads up to {SCHEMA_VERSION})"
        raise UsageError(f"--baseline {name}: {written}")
    wrong = list(_wrong(said))
    if wrong:
        found = zip(wrong, places_of(data, [pointer for pointer, _ in wrong]), strict=True)
        raise PolicyError([Fault(name, *place, f"{pointer or '/'}: {why}") for (pointer, why), place in found])
    findings = {one["finding_id"]: one for one in said["findings"]}
    return Baseline(name, said["created"], said["owner"], tuple(said["policies"]), findings)


def _wrong(said: Any) -> Iterable[tuple[str, str]]:
    """Say what is wrong with a document, by JSON pointer; of entries the first few."""
    if not isinstance(said, dict) or set(said) != set(HEAD):
        yield "", f"a baseline is a mapping with {', '.join(HEAD)}"
        return
    if said["schema_version"] != SCHEMA_VERSION:
        yield "/schema_version", f"{SCHEMA_VERSION} is wanted"
    if not _is_day(said["created"]):
        yield "/created", "a day is wanted, as 2026-11-24"
    for name in ("owner",):
        if not isinstance(said[name], str) or not said[name].strip():
            yield f"/{name}", "a text is wanted, and not empty"
    policies = said["policies"]
    if not isinstance(policies, list) or not all(_texts(one) and set(one) == {"id", "version"} for one in policies):
        yield "/policies", "a list of { id, version } is wanted"
    if not isinstance(said["findings"], list):
        yield "/findings", "a list is wanted"
        return
    seen: set[str] = set()
    faulty = 0
    for number, one in enumerate(said["findings"]):
        why = _wrong_entry(one, seen)
        faulty += bool(why)
        if why and faulty <= 20:
            yield f"/findings/{number}", why


def _is_day(text: Any) -> bool:
    try:
        return isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None and bool(parse_instant(text))
    except UsageError:
        return False


def _texts(one: Any) -> bool:
    return isinstance(one, dict) and all(isinstance(value, str) for value in one.values())


def _wrong_entry(one: Any, seen: set[str]) -> str:
    if not isinstance(one, dict) or set(one) != set(ENTRY):
        return f"an entry has {', '.join(ENTRY)}"
    if not isinstance(one["observed"], dict):
        return "observed is a mapping of facts"
    if not all(isinstance(one[name], str) for name in ENTRY if name != "observed"):
        return f"{', '.join(name for name in ENTRY if name != 'observed')} are texts"
    for name, legal in WORDS.items():
        if one[name] not in legal:
            return f"{one[name]!r} is not a value of {name}; one of {', '.join(map(str, legal))}"
    named = finding_id(one["rule"], one["place"])
    if one["finding_id"] != named:
        # NOTE: else an entry that a reviewer reads as harmless could hide any other finding.
        return f"finding_id {one['finding_id'][:32]!r} is not that of this rule at this place, which is {named}"
    if one["finding_id"] in seen:
        return f"{one['finding_id']} is there twice"
    seen.add(one["finding_id"])
    return ""


def compare(held: Baseline, found: pl.DataFrame, rules: Mapping[str, Rule], left_out: Iterable[str], as_of: datetime) -> Compared:
    """Put findings beside the baseline; entries of rules that were left out of the run are not called gone."""
    known: set[str] = set()
    grown: dict[str, str] = {}
    ids = found["finding_id"].to_list()
    shared = found.filter(pl.col("finding_id").is_in(list(held.findings)) & ~pl.col("rule_id").str.starts_with(OWN))
    names = ("finding_id", "rule_id", "kind", "severity", "mode", "outcome", "observed")
    for row in shared.select(names).iter_rows(named=True):
        now = row | {"observed": orjson.loads(row["observed"] or "{}")}
        why = worse(held.findings[row["finding_id"]], now, rules.get(row["rule_id"]), as_of)
        if why:
            grown[row["finding_id"]] = why
        else:
            known.add(row["finding_id"])
    skipped = frozenset(left_out)
    missing = set(held.findings).difference(ids)
    gone = tuple(sorted(one for one in missing if held.findings[one]["rule"] not in skipped))
    return Compared(frozenset(known), grown, gone)


def mark(found: pl.DataFrame, compared: Compared, *, new_only: bool) -> pl.DataFrame:
    """Mark the findings that the baseline holds; under `--new-only` they do not count."""
    marked = found.with_columns(in_baseline=pl.col("finding_id").is_in(list(compared.known)))
    return marked.with_columns(counts=pl.col("counts") & ~pl.col("in_baseline")) if new_only else marked


def baseline_report(held: Baseline, compared: Compared, path: str, *, new_only: bool) -> BaselineReport:
    """Describe the baseline for reports."""
    counts = {"known": len(compared.known), "worse": len(compared.worse), "gone": len(compared.gone)}
    return BaselineReport(path, held.created, held.owner, held.policies, **counts, new_only=new_only)

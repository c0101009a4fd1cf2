"""An evaluation becomes findings, evidence gaps and an exit code (interfaces.md)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import polars as pl

from scanner import alike, finding_rows, run_findings, tables
from scanner.importers import all_importers
from scanner.model import FINDINGS, GAPS, Exit, ExitReport, Outcome, Problem, Severity, Spot
from scanner.request import Request
from scanner.rules.engine.evaluate import Evaluation
from scanner.rules.language.syntax import Policy, Rule
from scanner.tables import Origin

STALE = timedelta(days=366)
"""A policy source checked longer ago than this is said."""
CERTIFICATE, ISSUER = "the certificate itself", "the issuer's certificate (--roots)"
INVENTORY = "-inventory"
"""How the names of importers end that read rows which people keep."""
HINTS = {
    **dict.fromkeys(("trust", "trust_basis", "chain", "chain_complete", "root.fingerprint_sha256", "issuer.ca_owner"), ISSUER),
    **dict.fromkeys(("issuer.key.algorithm", "issuer.key.bits", "issuer.key.curve"), ISSUER),
    **dict.fromkeys(("tls.groups", "tls.pq_groups"), "a scanner that sees ML-KEM groups"),
    **dict.fromkeys(("in_inventory", "certificate.in_inventory"), "an inventory"),
    **dict.fromkeys(("on_network", "deployed_at", "endpoints"), "a scan"),
    "root.dn": ISSUER,
    "self_signed": "its signature checked by hand (openssl verify, then --assume)",
    **dict.fromkeys(("remaining", "elapsed_share", "age", "expired", "not_yet_valid"), CERTIFICATE),
}
"""What would tell a fact that no importer gives as it stands."""


def findings(
    evaluation: Evaluation,
    rules: Sequence[Rule],
    found: Mapping[str, pl.DataFrame],
    where: pl.DataFrame,
    request: Request,
) -> pl.DataFrame:
    """Write one row per fail and unknown, worst first; `where` says where each asset was seen first (kind, asset_id, uri …)."""
    placed = {kind: _placed(table, where.filter(pl.col("kind") == kind)) for kind, table in found.items()}
    rows = (one for rule in rules for one in finding_rows.of_rule(evaluation, rule, placed, request))
    return ordered(pl.concat([pl.DataFrame(schema=FINDINGS), *rows]))


def _placed(table: pl.DataFrame, where: pl.DataFrame) -> pl.DataFrame:
    return table.join(where.select("asset_id", *finding_rows.WHERE), on="asset_id", how="left", maintain_order="left")


def ordered(found: pl.DataFrame) -> pl.DataFrame:
    """Put findings in report order: counting ones, fails, worst first."""
    worst = pl.col("severity").replace_strict({str(one): one.rank for one in Severity}, return_dtype=pl.Int8)
    return found.sort(
        ~pl.col("counts"), pl.col("outcome") != Outcome.FAIL, worst, "rule_id", "place", "asset_id", maintain_order=True
    )


def gaps(found: pl.DataFrame) -> pl.DataFrame:
    """Say unknowns once per asset: which facts are missing, which sources would tell, which rules stay undecided."""
    undecided = found.filter(pl.col("outcome") == Outcome.UNKNOWN)
    ranks = {str(one): one.rank for one in Severity}
    rank = pl.col("severity").replace_strict(ranks, return_dtype=pl.Int8)
    first = ("place", "name", "uri", "line", "column", "pointer")
    # NOTE: groups are no assets, so each is told by its place.
    itself = pl.when(pl.col("asset_id") == "").then("place").alias("_group")
    grouped = undecided.group_by("kind", "asset_id", itself, maintain_order=True).agg(
        pl.col("missing").list.explode(keep_nulls=False, empty_as_null=False).unique().sort(),
        pl.col("rule_id").unique().sort().alias("rules"),
        rank.min().alias("rank"),
        pl.col("counts").any(),
        *(pl.col(name).first() for name in first),
    )
    told = alike.once_each(grouped.select("kind", "missing"), _would_tell, {"would_tell": GAPS["would_tell"]})
    words = {rank: name for name, rank in ranks.items()}
    return grouped.with_columns(
        told["would_tell"],
        severity=pl.col("rank").replace_strict(words, return_dtype=pl.String),
    ).select(pl.col(name).cast(dtype) for name, dtype in GAPS.items())


def _would_tell(asset: Mapping[str, Any]) -> tuple[list[str]]:
    return (sorted({source for name in asset["missing"] for source in sources(asset["kind"], name)}),)


def sources(kind: str, name: str) -> list[str]:
    """Name what can tell a fact: the certificate's bytes, a hint, or the importers that feed it."""
    fact = tables.fact(kind, name)
    if fact is not None and fact.joined == "certificate":
        return sources(fact.joined, name.removeprefix(tables.LEAF))
    if name in HINTS:
        return [HINTS[name]]
    if fact is not None and fact.origin is Origin.DECODED:
        return [CERTIFICATE]
    feeding = [one.name for one in all_importers() if any(fnmatchcase(f"{kind}:{name}", glob) for glob in one.feeds)]
    return sorted({"an inventory" if name.endswith(INVENTORY) else name for name in feeding}) or ["another source"]


def nothing_matched(
    evaluation: Evaluation, policies: Sequence[Policy], assets: int, request: Request, left_out: int = 0
) -> list[str]:
    """Say why a run judged nothing: no assets, but perhaps some left out, no rule that applied, or a named policy without one."""
    if request.allow_empty:
        return []
    if not assets and left_out:
        return [f"--where kept none of {_many(left_out, 'asset')}"]
    if not assets:
        return ["no assets were found in the evidence"]
    applied = {rule.id for policy in policies for rule in policy.rules if evaluation.applied(rule.id)}
    if not applied:
        return ["no rule of any policy applied to any asset"]
    if not request.policies_named:
        return []
    return [
        f"policy {policy.id} applied to no asset"
        for policy in policies
        if policy.named and not any(rule.id in applied for rule in policy.rules)
    ]


def nothing_judged(evaluation: Evaluation, rules: Sequence[Rule]) -> list[str]:
    """Say that no check was decided, though some applied: their facts are missing, whatever that counts for."""
    counts = [evaluation.counts(rule.id) for rule in rules]
    unknown = sum(one.unknown for one in counts)
    if not unknown or any(one.passed or one.failed for one in counts):
        return []
    checks = f"none of the {unknown:,} checks" if unknown > 1 else "not even the one check"
    return [f"{checks} that applied could be decided"]


def about_the_run(policies: Sequence[Policy], sightings: pl.DataFrame, as_of: datetime) -> Iterator[Problem]:
    """Say what a reader should know of dates: evidence seen after as_of, and policies whose sources were checked long before."""
    late = sightings.filter(pl.col("seen_at") > as_of)
    if late.height:
        text = f"{_many(late.height, 'sighting')} {'is' if late.height == 1 else 'are'} later than the date of evaluation"
        first = late.row(0, named=True)
        yield run_findings.EVIDENCE_AFTER_AS_OF.problem(text, Spot(first["uri"], first["line"]))
    for policy in policies:
        stale = [source.checked for source in policy.sources if source.checked is not None and as_of - source.checked > STALE]
        if stale:
            since = f"{_many(len(stale), 'source')} of policy {policy.id}, checked on {min(stale).date()}"
            text = f"{since}, {'is' if len(stale) == 1 else 'are'} more than a year older than the date of evaluation"
            yield run_findings.POLICY_STALE.problem(text, Spot(policy.path))


def verdict(found: pl.DataFrame, problems: Sequence[Problem], request: Request, hidden: Sequence[str] = ()) -> ExitReport:
    """Choose the exit code and say its reasons in words; `hidden` is what exceptions and a baseline keep from counting."""
    failed = found.filter(pl.col("counts") & (pl.col("outcome") == Outcome.FAIL)).height
    undecided = found.filter(pl.col("counts") & (pl.col("outcome") == Outcome.UNKNOWN))
    reasons = []
    if failed:
        new = "new finding" if request.new_only else "finding"
        reasons.append(f"{_many(failed, new)} at or above {request.fail_on} {'is' if failed == 1 else 'are'} open")
    incomplete = [problem for problem in problems if problem.incomplete]
    reasons += _incomplete(incomplete)
    if undecided.height:
        assets = undecided.select("kind", pl.when(pl.col("asset_id") == "").then("place").otherwise("asset_id")).n_unique()
        reasons.append(
            f"{_many(undecided.height, 'check')} of {_many(assets, 'asset')} could not be judged, because facts are missing"
        )
    if failed:
        return ExitReport(Exit.VIOLATIONS, (*reasons, *hidden))
    if incomplete or undecided.height:
        return ExitReport(Exit.INCOMPLETE, (*reasons, *hidden))
    gate = f"no {'new ' if request.new_only else ''}finding at or above {request.fail_on} is open"
    return ExitReport(Exit.OK, ("nothing blocks (--fail-on never)" if request.fail_on is None else gate, *hidden))


def _incomplete(problems: Sequence[Problem]) -> list[str]:
    """Group problems that make a run incomplete by their code."""
    words = run_findings.COUNTED
    counted: dict[str, int] = {}
    said = []
    for problem in problems:
        if problem.code in words:
            counted[problem.code] = counted.get(problem.code, 0) + 1
        else:
            said.append(problem.message)
    return [f"{count} {words[code][count > 1]}" for code, count in counted.items()] + said


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

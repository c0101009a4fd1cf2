"""The main job on one screen: policies, then evidence, then facts, then judgement, then the Report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from scanner import judge, problem_rows, run_findings, scope, tables
from scanner.collect import Collected, collect
from scanner.facts import certificate
from scanner.inventory import clock, cross
from scanner.inventory.merge import Merged, merge
from scanner.model import Problem, Report, RuleReport, Spot
from scanner.probes.progress import Progress
from scanner.request import Request
from scanner.rules import contradictions
from scanner.rules.acceptance import accepted
from scanner.rules.acceptance.accepted import Accepted, Marked
from scanner.rules.engine.evaluate import Evaluation, evaluate
from scanner.rules.language.syntax import Policy, Rule
from scanner.trust import chain, roots


def check(request: Request, tool: Mapping[str, str], progress: Progress) -> Report:
    """Judge evidence by policies; only a bad policy or request raises, everything else becomes part of the Report."""
    policies = scope.policies(request)
    rules = scope.rules(policies, request)
    held = accepted.read(request, policies)
    collected = collect(request, progress)
    merged = merge(collected.intake.frames(), certificate.read)
    known = derive(merged, scope.helpers(policies, request), scope.roots(request))
    chosen, notes = scope.where(timed(scope.assumed(known, request), request.as_of), request)
    notes += scope.left_out(policies, rules, request)
    return judged(request, tool, policies, rules, held, collected, merged, chosen, notes)


def derive(merged: Merged, helpers: Sequence[bytes], own_roots: Sequence[bytes]) -> dict[str, pl.DataFrame]:
    """Compute chain, trust and everything that one kind tells about another; never taken from a snapshot."""
    certificates = chain.derive(merged.tables["certificate"], roots.load(own_roots), helpers)
    types = set(merged.sightings["source_type"].unique())
    return cross.derive(
        {**merged.tables, "certificate": certificates}, inventories="inventory" in types, scans="network" in types
    )


def timed(known: Mapping[str, pl.DataFrame], as_of: datetime) -> dict[str, pl.DataFrame]:
    """Add what is computed at every evaluation: what one kind sees of another, and what depends on the date."""
    return {kind: clock.with_time(table, kind, as_of) for kind, table in cross.joined(known).items()}


def judged(
    request: Request,
    tool: Mapping[str, str],
    policies: Sequence[Policy],
    rules: Sequence[Rule],
    held: Accepted,
    collected: Collected,
    merged: Merged,
    known: Mapping[str, pl.DataFrame],
    notes: Sequence[Problem],
) -> Report:
    """Evaluate and gather all that reports may say."""
    evaluation = evaluate(rules, known, request.as_of)
    judgement = judge.findings(evaluation, rules, known, seen_first(merged.sightings), request)
    marked = accepted.put_on(held, judgement, rules, known, request, tool["version"])
    found = judge.ordered(marked.findings)
    dated = judge.about_the_run(policies, merged.sightings, request.as_of)
    problems = [*collected.problems, *merged.problems, *collected.told_beside(merged.problems), *notes, *dated]
    assets = sum(table.height for table in known.values())
    left_out = sum(table.height for table in merged.tables.values()) - assets
    nothing = judge.nothing_matched(evaluation, policies, assets, request, left_out)
    problems += [run_findings.NOTHING_MATCHED.problem(text, Spot("evidence")) for text in nothing]
    undecided = judge.nothing_judged(evaluation, rules)
    problems += [run_findings.NOTHING_JUDGED.problem(text, Spot("evidence")) for text in undecided]
    counted = (*(_rule(rule, policies, evaluation, marked, request.as_of) for rule in rules), *marked.rules)
    return Report(
        tool=tool,
        as_of=request.as_of,
        as_of_given=request.as_of_given,
        exit=judge.verdict(found, problems, request, marked.hidden),
        fail_on=str(request.fail_on or "never"),
        on_unknown=str(request.on_unknown) if request.on_unknown else None,
        show_from=str(request.show_from),
        assumed=request.assume,
        where=request.where,
        config=request.config,
        policies=scope.policy_reports(policies),
        sources=tuple(collected.sources),
        rules=counted,
        findings=found,
        gaps=judge.gaps(found),
        problems=problem_rows.rows(problems),
        tables={kind: table.select(*tables.schema(kind), *_labels(table)) for kind, table in known.items()},
        sightings=merged.sightings,
        undeclared=evaluation.undeclared(),
        exceptions=marked.exceptions,
        baseline=marked.baseline,
        files=scope.files(request),
        contradictions=contradictions.find(evaluation, rules, policies, known, request.as_of),
        anchor=request.anchor,
    )


def with_controls(report: Report) -> Report:
    """Add what the rules tell of the controls of frameworks; only what is written to files shows it, and the maps cost time."""
    from scanner.rules.controls import coverage

    return replace(report, frameworks=coverage.find(report.rules))


def _rule(rule: Rule, policies: Sequence[Policy], evaluation: Evaluation, marked: Marked, as_of: datetime) -> RuleReport:
    report = scope.rule_report(rule, policies, evaluation, as_of)
    return replace(report, waived=marked.waived.get(rule.id, 0))


def _labels(table: pl.DataFrame) -> list[str]:
    return [name for name in table.columns if name.startswith("labels.")]


def seen_first(sightings: pl.DataFrame) -> pl.DataFrame:
    """Say for every asset where it was seen first, files before addresses."""
    order = pl.col("uri").str.contains("://", literal=True)
    first = sightings.sort(order, maintain_order=True).unique(["kind", "asset_id"], keep="first", maintain_order=True)
    return first.select("kind", "asset_id", "uri", "line", "column", "pointer")

"""What a change of policies does to evidence: the findings that each rule gains and loses, read and judged once per side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scanner.model import Outcome
from scanner.probes.progress import Progress
from scanner.record import record
from scanner.request import Request
from scanner.rules.compare.diff import Diff
from scanner.rules.language.syntax import Policy

MOST_EXAMPLES = 3
Key = tuple[str, str, str, str]
"""Rule, kind, place, asset: what makes a finding the same on both sides."""


@record
class Effect:
    """What a rule says otherwise than before."""

    rule: str
    adds: tuple[Mapping[str, Any], ...]
    """Findings that fail now and did not; worst first."""
    clears: tuple[Mapping[str, Any], ...]
    """Findings that failed and no longer do."""
    undecided: int
    """How many more assets, or fewer, it cannot judge."""


@record
class Impact:
    """The whole effect on the evidence."""

    as_of: datetime
    assets: int
    effects: tuple[Effect, ...]
    """Only rules that say something otherwise; those with most changes first."""
    blocking: tuple[int, int]
    """Findings that fail the build, before and after."""
    problems: tuple[str, ...]
    """What of the evidence could not be read."""


def impact(request: Request, old: Sequence[Policy], new: Sequence[Policy], found: Diff, progress: Progress) -> Impact:
    """Judge the same evidence by both."""
    from scanner.collect import collect
    from scanner.facts import certificate
    from scanner.inventory.merge import merge

    collected = collect(request, progress)
    merged = merge(collected.intake.frames(), certificate.read)
    renamed = {change.new.id: change.id for change in found.rules if change.new is not None}
    before, after = (_judged(request, side, merged, renamed) for side in (old, new))
    rules = {**before.fails, **before.unknown, **after.fails, **after.unknown}
    effects = [_effect(rule, before, after) for rule in rules]
    effects = [one for one in effects if one.adds or one.clears or one.undecided]
    effects.sort(key=lambda one: (-len(one.adds) - len(one.clears), one.rule))
    problems = [*collected.problems, *collected.told_beside(merged.problems)]
    return Impact(
        request.as_of,
        sum(table.height for table in merged.tables.values()),
        tuple(effects),
        (before.blocking, after.blocking),
        tuple(f"{problem.spot.uri}: {problem.message}" for problem in problems),
    )


@record
class Side:
    """What one of two sides says, by rule."""

    fails: dict[str, dict[Key, Mapping[str, Any]]]
    unknown: dict[str, int]
    blocking: int


def _judged(request: Request, policies: Sequence[Policy], merged: Any, renamed: Mapping[str, str]) -> Side:
    """Judge by one side; rules that were renamed go by their former name."""
    from scanner import judge, pipeline, scope
    from scanner.rules.engine.evaluate import evaluate

    rules = scope.rules(policies, request)
    derived = pipeline.derive(merged, scope.helpers(policies, request), scope.roots(request))
    known = pipeline.timed(scope.assumed(derived, request), request.as_of)
    evaluation = evaluate(rules, known, request.as_of)
    found = judge.findings(evaluation, rules, known, pipeline.seen_first(merged.sightings), request)
    failed = found.filter(outcome=str(Outcome.FAIL))
    fails: dict[str, dict[Key, Mapping[str, Any]]] = {}
    for row in failed.iter_rows(named=True):
        rule = renamed.get(row["rule_id"], row["rule_id"])
        fails.setdefault(rule, {})[rule, row["kind"], row["place"], row["asset_id"]] = row
    counted = found.filter(outcome=str(Outcome.UNKNOWN)).group_by("rule_id").len().iter_rows()
    return Side(fails, {renamed.get(rule, rule): count for rule, count in counted}, int(failed["counts"].sum()))


def _effect(rule: str, before: Side, after: Side) -> Effect:
    was, now = (side.fails.get(rule, {}) for side in (before, after))
    return Effect(
        rule,
        adds=tuple(row for key, row in now.items() if key not in was),
        clears=tuple(row for key, row in was.items() if key not in now),
        undecided=after.unknown.get(rule, 0) - before.unknown.get(rule, 0),
    )

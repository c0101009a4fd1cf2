"""Accepted risk: exceptions and a baseline, read before the evidence and put on the findings after it is judged."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from scanner.errors import Fault, PolicyError
from scanner.model import BaselineReport, ExceptionReport, RuleReport
from scanner.record import record
from scanner.request import Request
from scanner.rules.acceptance import baseline, exception_findings, waiving
from scanner.rules.acceptance.baseline import Baseline
from scanner.rules.language.syntax import Policy, Rule
from scanner.rules.reader import exceptions


@record
class Accepted:
    """What was accepted before this run."""

    exceptions: tuple[waiving.Fitted, ...] = ()
    baseline: Baseline | None = None


@record
class Marked:
    """Findings with their marks, and what reports say of the accepted."""

    findings: pl.DataFrame
    """With those about exceptions themselves; not yet in report order."""
    waived: Mapping[str, int]
    """By rule id."""
    rules: tuple[RuleReport, ...]
    """Of findings about exceptions."""
    exceptions: tuple[ExceptionReport, ...]
    baseline: BaselineReport | None
    hidden: tuple[str, ...]
    """What would have counted, and which exceptions are findings themselves, in words."""


def read(request: Request, policies: Sequence[Policy]) -> Accepted:
    """Read what the request names; faults of both are told together."""
    wrong: list[Fault] = []
    try:
        fitted = waiving.fit(exceptions.load(request.exceptions), policies)
    except PolicyError as error:
        wrong += error.faults
    try:
        held = baseline.load(request.baseline) if request.baseline else None
    except PolicyError as error:
        wrong += error.faults
    if wrong:
        raise PolicyError(wrong)
    return Accepted(fitted, held)


def put_on(
    accepted: Accepted,
    found: pl.DataFrame,
    rules: Sequence[Rule],
    tables: Mapping[str, pl.DataFrame],
    request: Request,
    version: str,
) -> Marked:
    """Mark what is waived and what is in the baseline; exceptions that are findings themselves are in no baseline."""
    waived, became = waiving.waive(found, accepted.exceptions, rules, tables, request)
    marked, report = _compared(accepted.baseline, waived, rules, request)
    own = exception_findings.findings(became, request)
    return Marked(
        pl.concat([marked, own]) if own.height else marked,
        exception_findings.waived(waived),
        exception_findings.rule_reports(own, version),
        tuple(exception_findings.exception_report(one, request) for one in became),
        report,
        (*_hidden(found, waived, marked, report), *exception_findings.reasons(became)),
    )


def _hidden(found: pl.DataFrame, waived: pl.DataFrame, marked: pl.DataFrame, held: BaselineReport | None) -> Iterator[str]:
    """Count what would have moved the exit code without exceptions and baseline; no gate hides it silently."""
    excepted = _counting(found) - _counting(waived)
    if excepted:
        yield f"{excepted:,} {'finding is' if excepted == 1 else 'findings are'} waived by exceptions"
    known = _counting(waived) - _counting(marked)
    if known and held is not None:
        verb = "finding is" if known == 1 else "findings are"
        yield f"{known:,} known {verb} left to the baseline of {held.created}, owned by {held.owner}"


def _counting(found: pl.DataFrame) -> int:
    return int(found["counts"].sum())


def _compared(
    held: Baseline | None, found: pl.DataFrame, rules: Sequence[Rule], request: Request
) -> tuple[pl.DataFrame, BaselineReport | None]:
    if held is None:
        return found, None
    running = {rule.id: rule for rule in rules}
    narrowed = bool(request.only or request.skip)
    left_out = {str(one["rule"]) for one in held.findings.values()} - set(running) if narrowed else set()
    compared = baseline.compare(held, found, running, left_out, request.as_of)
    path = exception_findings.inside(held.path, request.root)
    report = baseline.baseline_report(held, compared, path, new_only=request.new_only)
    return baseline.mark(found, compared, new_only=request.new_only), report

"""Exceptions put on findings: which fails each one waives, and what became of it at as_of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

import polars as pl

from scanner.errors import Fault, PolicyError
from scanner.model import ExceptionState, Outcome
from scanner.record import record
from scanner.request import Request
from scanner.rules.acceptance.selecting import Selections, key
from scanner.rules.language.syntax import Policy, Predicate, Rule
from scanner.rules.language.tree import Faults
from scanner.rules.language.words import nearest
from scanner.rules.reader.exceptions import Waiver, standing
from scanner.rules.reader.predicates import Builder
from scanner.rules.reader.terms import Terms, forbidden, strictest


@record
class Fitted:
    """An exception beside the rules that it names."""

    waiver: Waiver
    rules: tuple[Rule, ...]
    """Of all policies, also those that --only and --skip leave out."""
    predicates: Mapping[str, Predicate]
    """Its selector, by kind."""
    forbidden: str
    """Why a rule does not allow it; empty where all do."""
    hint: str = ""
    """Where it names no rule: the nearest id."""


@record
class Became:
    """What became of an exception."""

    fitted: Fitted
    state: ExceptionState
    why: str = ""
    waives: tuple[str, ...] = ()
    """finding_id of what it waives; of a lapsed one, of what is open again."""


def fit(waivers: Iterable[Waiver], policies: Sequence[Policy]) -> tuple[Fitted, ...]:
    """Put exceptions beside the rules that they name; a selector that fits none of their kinds is refused."""
    known = {rule.id: rule for policy in policies for rule in policy.rules}
    terms = strictest(policies)
    wrong: list[Fault] = []
    found = [_fit(waiver, known, terms, wrong) for waiver in waivers]
    if wrong:
        raise PolicyError(wrong)
    return tuple(found)


def _fit(waiver: Waiver, known: Mapping[str, Rule], terms: Terms, wrong: list[Fault]) -> Fitted:
    rules = tuple(rule for rule_id, rule in known.items() if fnmatchcase(rule_id, waiver.rule))
    kinds = tuple(dict.fromkeys(kind for rule in rules for kind in rule.kinds))
    predicates = waiver.predicates(kinds)
    if rules and not predicates:
        tried = Faults(waiver.mark.path)
        Builder(tried, kinds[0], {}, {}).predicate(waiver.selector)
        wrong += tried.found
    hint = "" if rules else nearest(waiver.rule, known)
    return Fitted(waiver, rules, predicates, forbidden(waiver, rules, terms), hint)


def by_date(one: Fitted, as_of: datetime) -> Became:
    """Say what becomes of an exception whatever the evidence: by its dates and by what its rules forbid."""
    state = standing(one.waiver, as_of)
    if one.forbidden and state is not ExceptionState.LAPSED:
        return Became(one, ExceptionState.REFUSED, one.forbidden)
    return Became(one, state)


def waive(
    found: pl.DataFrame, fitted: Sequence[Fitted], rules: Sequence[Rule], tables: Mapping[str, pl.DataFrame], request: Request
) -> tuple[pl.DataFrame, tuple[Became, ...]]:
    """Mark the fails under an exception in force, the first one written where several cover one; say what became of each."""
    if not fitted:
        return found, ()
    matching = _Matching(found, tables, fitted, rules, request)
    marks: dict[str, str] = {}
    became = [_under(one, matching, marks, request) for one in fitted]
    became = [_lapsed(one, matching, marks) if one.state is ExceptionState.LAPSED else one for one in became]
    waived = pl.col("finding_id").replace_strict(marks, default=None, return_dtype=pl.String)
    fails = pl.col("outcome") == Outcome.FAIL
    marked = found.with_columns(waived_by=pl.when(fails).then(waived)) if marks else found
    return marked.with_columns(counts=pl.col("counts") & pl.col("waived_by").is_null()), tuple(became)


class _Matching:
    """Finds the findings that an exception covers."""

    def __init__(
        self, found: pl.DataFrame, tables: Mapping[str, pl.DataFrame], fitted: Sequence[Fitted], rules: Sequence[Rule],
        request: Request,
    ) -> None:  # fmt: skip
        self.running = {rule.id for rule in rules}
        named = {rule.id for one in fitted for rule in one.rules} & self.running
        concerned = found.filter(pl.col("rule_id").is_in(sorted(named)))
        columns = concerned.select("finding_id", "rule_id", "kind", "outcome", key().alias("key"))
        parts = columns.partition_by("rule_id", "kind", as_dict=True, maintain_order=True)
        self.parts = {(str(rule_id), str(kind)): part for (rule_id, kind), part in parts.items()}
        self.selections = Selections(concerned, tables, request.as_of)

    def hits(self, one: Fitted) -> pl.DataFrame:
        """Return finding_id, outcome and truth of the findings for which the selector is true or cannot be decided."""
        parts = [pl.DataFrame(schema={"finding_id": pl.String, "outcome": pl.String, "truth": pl.Boolean})]
        for rule in one.rules:
            for kind, predicate in one.predicates.items():
                part = self.parts.get((rule.id, kind))
                if part is None:
                    continue
                covered = self.selections.covered(predicate, kind)
                if covered.height:
                    parts.append(part.join(covered, on="key", maintain_order="left").select("finding_id", "outcome", "truth"))
        return pl.concat(parts)

    def fails(self, one: Fitted) -> list[str]:
        """Return the finding_id of every fail for which the selector is true."""
        hits = self.hits(one)
        return hits.filter(pl.col("truth") & (pl.col("outcome") == Outcome.FAIL))["finding_id"].to_list()


def _under(one: Fitted, matching: _Matching, marks: dict[str, str], request: Request) -> Became:
    """Decide the state of an exception, and note what it waives."""
    became = by_date(one, request.as_of)
    if became.state is not ExceptionState.IN_FORCE:
        return became
    waives = matching.fails(one)
    for finding_id in waives:
        marks.setdefault(finding_id, one.waiver.id)
    if waives:
        return Became(one, became.state, waives=tuple(waives))
    spared = _spared(one, matching, request)
    return Became(one, became.state, spared) if spared else Became(one, ExceptionState.UNUSED, _unused(one, matching))


def _spared(one: Fitted, matching: _Matching, request: Request) -> str:
    """Say why an exception that waives nothing must not be called unused: this run could not show what it is for."""
    if one.rules and not any(rule.id in matching.running for rule in one.rules) and (request.only or request.skip):
        return "its rules were left out of this run"
    if one.rules and request.where is not None:
        return "only some of the assets were judged (--where)"
    hits = matching.hits(one)
    undecided = hits.filter(pl.col("truth") & (pl.col("outcome") == Outcome.UNKNOWN)).height
    return f"what it is for could not be judged ({undecided:,} undecided)" if undecided else ""


def _unused(one: Fitted, matching: _Matching) -> str:
    if not one.rules:
        return f"no rule of these policies is called {one.waiver.rule}{one.hint}"
    if not any(rule.id in matching.running for rule in one.rules):
        return "its rules are not in force"
    unsure = matching.hits(one).filter(pl.col("truth").is_null() & (pl.col("outcome") == Outcome.FAIL)).height
    doubt = f"; for {unsure:,} its selector could not be decided, because facts are missing" if unsure else ""
    return f"it covers no open finding{doubt}"


def _lapsed(became: Became, matching: _Matching, marks: Mapping[str, str]) -> Became:
    """Name what is open again: what no other exception waives."""
    opened = tuple(one for one in matching.fails(became.fitted) if one not in marks)
    return Became(became.fitted, became.state, waives=opened)

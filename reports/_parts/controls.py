"""Controls of frameworks: what the rules mapped to each found, and what remains for people; never one figure for compliance."""

from collections.abc import Mapping, Sequence

import polars as pl

from reports import _words
from scanner.errors import UsageError
from scanner.model import ControlReport, Coverage, FrameworkReport, Report, RuleReport, Severity
from scanner.record import record

OPTION = "frameworks"
SAID = "ids of the frameworks whose controls are shown, with spaces or + between them (default: all, in the PDF one line each)"
"""What the option of HTML and PDF is for."""
NOT_MET = (
    "A rule gives evidence for a control and never shows that it is met: which systems a control binds, whether the evidence "
    "covers all of them, and what is decided about a finding is for people to say."
)
BRIEF = (
    "Each control has one line here. What remains for people to show is printed for each framework that is chosen: "
    "with -o pdf=report.pdf,{option}={plus} or, in certgate.yaml, report: {{ {option}: {spaced} }}."
)
"""Where nobody chose a framework, how to get one in full."""
_COVERAGES = {str(one): str(one).capitalize() for one in Coverage}


@record
class Row:
    """One control."""

    id: str
    title: str
    coverage: str
    """`Partial`."""
    mark: str
    """The worst open severity, else what tells most; empty where no rule was run."""
    found: str
    """`63 open, 4 could not be judged`."""
    rules: int
    note: str
    sort: str
    """open, unknown, none, or people: nothing was judged, so that evidence comes from elsewhere."""


@record
class Framework:
    """One framework, with a sentence that would stand alone."""

    id: str
    title: str
    edition: str
    """With the day on which it was checked."""
    url: str
    scope: str
    lead: str
    rows: tuple[Row, ...]


def rows(report: Report, opened: pl.DataFrame) -> list[Framework]:
    """Say of every control what is open in the rules mapped to it; `opened` are the open findings of the run."""
    counts = dict(opened.group_by("rule_id").len().iter_rows())
    known = {rule.id: rule for rule in report.rules}
    return [_framework(one, known, counts) for one in report.frameworks]


def chosen(frameworks: Sequence[Framework], wanted: str, output: str) -> list[Framework]:
    """Choose the frameworks that the option names, in its order, or all; a name that no framework has is refused."""
    held = {one.id: one for one in frameworks}
    names = wanted.replace("+", " ").split()
    unknown = [name for name in names if held and name not in held]
    if unknown:
        raise UsageError(f"--output {output}: {OPTION}={unknown[0]} is not known; write one or more of {', '.join(held)}")
    return [held[name] for name in dict.fromkeys(names) if name in held] if names else list(frameworks)


def brief(frameworks: Sequence[Framework]) -> str:
    """Say how to get one of these frameworks in full."""
    first = [one.id for one in frameworks[:2]]
    return BRIEF.format(option=OPTION, plus="+".join(first), spaced=" ".join(first)) if first else ""


def _framework(one: FrameworkReport, known: Mapping[str, RuleReport], counts: Mapping[str, int]) -> Framework:
    found = tuple(_row(control, known, counts) for control in one.controls)
    edition = f"{one.edition}, checked {one.checked}" if one.checked else one.edition
    return Framework(one.id, one.title, edition, one.url, one.scope, _lead(found), found)


def _row(control: ControlReport, known: Mapping[str, RuleReport], counts: Mapping[str, int]) -> Row:
    mapped = [known[rule] for rule in control.rules if rule in known]
    failing = [rule for rule in mapped if counts.get(rule.id)]
    opened = sum(counts[rule.id] for rule in failing)
    sort = "open" if opened else "unknown" if control.unknown else "none" if control.passed or control.failed else "people"
    return Row(
        control.id, control.title, _COVERAGES[control.coverage], _mark(sort, failing, control), _found(control, opened),
        len(mapped), control.note, sort,
    )  # fmt: skip


def _mark(sort: str, failing: Sequence[RuleReport], control: ControlReport) -> str:
    if failing:
        return str(min((rule.severity for rule in failing), key=lambda one: Severity(one).rank))
    if sort == "none":
        return "pass" if control.passed else "waived"
    return "unknown" if sort == "unknown" else ""


def _found(control: ControlReport, opened: int) -> str:
    """Say the outcomes in words, the worst first."""
    if not control.rules:
        return "by hand" if control.coverage is Coverage.MANUAL else "no rule of this run"
    apart = control.failed - control.waived - opened
    parts = [
        (opened, "open"),
        (control.unknown, "could not be judged"),
        (control.waived, "waived"),
        (apart, "known"),
        (control.passed, "pass"),
    ]
    said = [f"{_words.number(count)} {word}" for count, word in parts if count > 0]
    if not opened and not control.unknown and said:
        said.insert(0, "no open finding")
    return ", ".join(said) or "not applicable"


def _lead(found: Sequence[Row]) -> str:
    """Count the controls by what the rules found; what no rule judged needs evidence from elsewhere."""
    words = {
        "open": "with open findings",
        "unknown": "that could not be fully judged",
        "none": "without an open finding",
        "people": "that need evidence from elsewhere",
    }
    counted = {sort: sum(row.sort == sort for row in found) for sort in words}
    said = [f"{_words.number(counted[sort])} {word}" for sort, word in words.items() if counted[sort]]
    return f"{_words.many(len(found), 'control')}: {_words.listed(said)}."

"""Exceptions as reports show them: what is in force and what it covers, what ends soon, lapsed, matches nothing or is refused."""

from reports import _words
from scanner.model import ExceptionReport, ExceptionState, Report
from scanner.record import record

SOON = 31
"""Days before its end from which an exception is said to end."""
_ORDER = ("refused", "lapsed", "ending", "in force", "not yet in force", "unused")
_MARKS = {
    "refused": "high",
    "lapsed": "high",
    "ending": "medium",
    "in force": "waived",
    "not yet in force": "info",
    "unused": "info",
}


@record
class Row:
    """One line of the register."""

    id: str
    rule: str
    assets: str
    reason: str
    owner: str
    approved_by: str
    ticket: str
    created: str
    expires: str
    covers: int
    """Findings that it waives; of a lapsed one, those that are open again."""
    waives: tuple[str, ...]
    sort: str
    """A key of the order above."""
    mark: str
    state: str
    """In words."""
    where: str


def rows(report: Report) -> list[Row]:
    """List exceptions, those that ask for a decision first."""
    made = [_row(one) for one in report.exceptions]
    return sorted(made, key=lambda row: (_ORDER.index(row.sort), row.expires, row.id))


def _row(one: ExceptionReport) -> Row:
    sort = _sort(one)
    where = f"{one.path}:{one.line}" if one.path and one.line else one.path
    return Row(
        one.id, one.rule, one.assets, one.reason, one.owner, one.approved_by, one.ticket, one.created, one.expires,
        len(one.waives), one.waives, sort, _MARKS[sort], _state(one, sort), where,
    )  # fmt: skip


def _sort(one: ExceptionReport) -> str:
    ends = one.state is ExceptionState.IN_FORCE and one.days_left is not None and one.days_left <= SOON
    return "ending" if ends else str(one.state)


def _state(one: ExceptionReport, sort: str) -> str:
    if sort == "ending":
        return f"In force, ends in {_words.many(one.days_left, 'day')}" if one.days_left else "In force, ends today"
    if sort == "lapsed":
        count = len(one.waives)
        opened = f"{_words.many(count, 'finding')} open again" if count else "nothing it covered is open"
        return f"Lapsed: {opened}"
    return {
        "refused": f"Refused: {one.why}" if one.why else "Refused",
        "in force": "In force",
        "not yet in force": f"Not yet in force, from {one.created}",
        "unused": "In force, matches nothing",
    }[sort]


def lead(listed: list[Row], waived: int) -> str:
    """Open the part with one sentence: what is in force and covers how much, and what asks for a decision."""
    counts = {sort: sum(row.sort == sort for row in listed) for sort in _ORDER}
    ending, force = counts["ending"], counts["in force"] + counts["ending"] + counts["unused"]
    if force:
        first = f"{_words.many(force, 'exception')} {_words.verb(force)} in force and {_words.verb(force, 'covers', 'cover')}"
        first += f" {_words.many(waived, 'finding')}"
    else:
        first = "No exception is in force"
    said = [
        f"{_words.number(ending)} {_words.verb(ending, 'ends', 'end')} within {SOON} days" * bool(ending),
        _said(counts["lapsed"], "has lapsed", "have lapsed"),
        _said(counts["refused"], "is refused", "are refused"),
        _said(counts["unused"], "matches nothing", "match nothing"),
        _said(counts["not yet in force"], "is not yet in force", "are not yet in force"),
    ]
    return _words.sentence("; ".join([first, *filter(None, said)]))


def _said(count: int, one: str, more: str) -> str:
    return f"{_words.number(count)} {_words.verb(count, one, more)}" if count else ""


def ending(report: Report) -> int:
    """Count exceptions that end soon."""
    return sum(_sort(one) == "ending" for one in report.exceptions)


def words(report: Report) -> dict[str, str]:
    """Say of each exception, by its id, who approved it until when and why."""
    return {
        one.id: f"{one.id}, approved by {one.approved_by} to the end of {one.expires}: {one.reason}" for one in report.exceptions
    }

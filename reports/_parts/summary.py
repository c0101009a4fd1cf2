"""The summary: the lead in sentences that would stand alone in a mail, and the four key figures."""

from typing import TYPE_CHECKING

from reports import _safe, _words
from reports._parts import exceptions, inventory
from scanner.record import record

if TYPE_CHECKING:
    from reports.view import View

LONGEST = 60
"""Characters of a name inside a sentence."""


@record
class Figure:
    """One key figure with what it counts."""

    count: int
    caption: str


def lead(view: "View") -> str:
    """Say how many findings are open, how bad, where they concentrate, and what could not be judged."""
    if not view.assets:
        return "Nothing was examined: the evidence shows no identity."
    return " ".join(filter(None, (_open(view), _apart(view), _unknown(view))))


def _open(view: "View") -> str:
    count = view.open_count
    if not count:
        decided = view.applied - view.checks["unknown"]
        if view.applied and not decided:
            return "No check could be decided."
        examined = f"{_words.many(view.assets, 'identity')} {_words.verb(view.assets, 'was', 'were')} examined"
        return f"No finding is open; {examined} with {_words.many(decided, 'decided check')}."
    worst = next(share for share in view.severities if share.count)
    if count == 1:
        return f"1 finding is open, of severity {worst.word.lower()}."
    how_many = "all" if worst.count == count else _words.number(worst.count)
    said = f"{_words.many(count, 'finding')} are open; {how_many} {_words.verb(worst.count)} {worst.word.lower()}."
    return f"{said} {_concentration(view)}".strip()


def _concentration(view: "View") -> str:
    """Say where a quarter or more of the open findings concentrate, as far as the data show it."""
    total = view.open_count
    named = sorted(((owner, count) for owner, _, count in view.owners if owner), key=lambda row: (-row[1], row[0]))
    if len(named) > 2 and 4 * (named[0][1] + named[1][1]) >= total:
        (first, one), (second, two) = named[:2]
        owners = f"{_safe.cut(first, LONGEST)} and {_safe.cut(second, LONGEST)}"
        return f"The owners {owners} hold {_words.number(one + two)} of {_words.number(total)}."
    most = max(view.cards, key=lambda card: card.open)
    if len(view.cards) > 1 and 4 * most.open >= total:
        return f"The rule {most.rule.id} accounts for {_words.number(most.open)} of {_words.number(total)}."
    return ""


def _apart(view: "View") -> str:
    """Say what stands apart: what is hidden is counted."""
    known, waived = view.known, view.waived
    said = [f"{_words.many(known, 'known finding')} {_words.verb(known, 'stands', 'stand')} in the baseline"] if known else []
    said += [f"{_words.many(waived, 'finding')} {_words.verb(waived)} under an exception"] if waived else []
    return _words.sentence("; ".join(said))


def _unknown(view: "View") -> str:
    checks = view.checks["unknown"]
    return (
        f"{_words.many(checks, 'check')} of {_words.many(view.report.gaps.height, 'identity')} could not be judged."
        if checks
        else ""
    )


def figures(view: "View") -> tuple[Figure, ...]:
    """Make the key figures: identities, open findings, undecided checks, and passed checks or exceptions."""
    return (
        _listed(view),
        _open_figure(view),
        _undecided(view),
        _waived(view) if view.excepting or view.waived else _passed(view),
    )


def _listed(view: "View") -> Figure:
    silent = inventory.silent(view.report)
    answers = f"; {_words.many(silent, 'host')} gave no answer" if silent else ""
    return Figure(
        view.assets, f"{_words.verb(view.assets, 'identity', 'identities')} listed: {inventory.counted(view.report)}{answers}"
    )


def _open_figure(view: "View") -> Figure:
    count, blocking = view.open_count, view.blocking
    gate = f", {_words.number(blocking)} of which {_words.verb(blocking, 'counts', 'count')} against the gate" if count else ""
    return Figure(count, f"open {_words.verb(count, 'finding', 'findings')}{gate}")


def _undecided(view: "View") -> Figure:
    count = view.checks["unknown"]
    of_assets = f", of {_words.many(view.report.gaps.height, 'identity')}" if count else ""
    return Figure(count, f"{_words.verb(count, 'check', 'checks')} could not be judged{of_assets}")


def _waived(view: "View") -> Figure:
    count, ends = view.waived, exceptions.ending(view.report)
    soon = f"; {_words.many(ends, 'exception')} {_words.verb(ends, 'ends', 'end')} within {exceptions.SOON} days" if ends else ""
    return Figure(count, f"{_words.verb(count, 'finding', 'findings')} under an exception{soon}")


def _passed(view: "View") -> Figure:
    count = view.checks["pass"]
    return Figure(count, f"{_words.verb(count, 'check', 'checks')} passed, of {_words.number(view.applied)} that applied")

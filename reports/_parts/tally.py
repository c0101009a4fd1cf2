"""Counts: findings by status and severity, checks by outcome, identities by worst outcome, expiries by month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from reports import _words
from scanner.model import Report
from scanner.record import record

MONTHS = 6
"""Months ahead in the chart of expiries."""
_STEPS = (1, 2, 5)


@record
class Share:
    """One part of a whole, with its word; `key` chooses mark and colour."""

    key: str
    word: str
    count: int

    @property
    def text(self) -> str:
        """`11 Critical`."""
        return f"{_words.number(self.count)} {self.word}"


@record
class Waffle:
    """Identities by worst outcome as squares: one square is `per` of them."""

    total: int
    per: int
    shares: tuple[Share, ...]
    squares: tuple[int, ...]
    """Beside `shares`."""

    @property
    def caption(self) -> str:
        """Say what a square is."""
        if self.per == 1:
            return f"One square is one of the {_words.many(self.total, 'identity')} listed, by its worst outcome."
        return (
            f"One square is {_words.number(self.per)} of the {_words.many(self.total, 'identity')} listed, by its worst outcome."
        )


@record
class Expiries:
    """Certificates that expire, by month, and those that fall outside the months shown."""

    months: tuple[tuple[str, int], ...]
    expired: int
    later: int
    unknown: int

    @property
    def any(self) -> bool:
        """There is something to draw."""
        return any(count for _, count in self.months)

    @property
    def caption(self) -> str:
        """Say what the columns leave out."""
        parts = [] if self.any else [f"no certificate expires in the coming {MONTHS} months"]
        parts += [f"{_words.number(self.later)} {_words.verb(self.later, 'expires', 'expire')} later"] if self.later else []
        parts += [f"{_words.number(self.expired)} had expired before the evaluation date"] if self.expired else []
        parts += [f"of {_words.number(self.unknown)} the end is not known"] if self.unknown else []
        return _words.sentence("; ".join(parts)) if parts else "No certificate ends outside these months."


def severities(findings: pl.DataFrame) -> tuple[Share, ...]:
    """Count findings by severity, critical first, zeros included."""
    counted = dict(findings.group_by("severity").len().iter_rows())
    return tuple(Share(key, word, int(counted.get(key, 0))) for key, word in _words.SEVERITIES.items())


def outcomes(report: Report) -> tuple[Share, ...]:
    """Count checks (rule × identity) by outcome; waived ones stand apart from the other failures."""
    waived = sum(rule.waived for rule in report.rules)
    counts = {
        "pass": sum(rule.passed for rule in report.rules),
        "fail": sum(rule.failed for rule in report.rules) - waived,
        "unknown": sum(rule.unknown for rule in report.rules),
        "skip": sum(rule.skipped for rule in report.rules),
        "waived": waived,
    }
    return tuple(Share(key, _words.OUTCOMES[key], count) for key, count in counts.items())


def classes(report: Report, worst: Mapping[tuple[str, str], str]) -> tuple[Share, ...]:
    """Count identities by worst outcome, zeros left out."""
    known = {kind: set(table["asset_id"]) for kind, table in report.tables.items()}
    counted = Counter(outcome for (kind, asset), outcome in worst.items() if asset in known.get(kind, ()))
    return tuple(Share(key, word, counted[key]) for key, word in _words.CLASSES.items() if counted[key])


def waffle(shares: Sequence[Share], most: int = 500) -> Waffle:
    """Share out at most `most` squares: every class has one, and the largest takes what rounding leaves."""
    total = sum(share.count for share in shares)
    per = _per(total, len(shares), most)
    squares = [max(1, round(share.count / per)) for share in shares]
    if squares:
        largest = max(range(len(shares)), key=lambda index: shares[index].count)
        squares[largest] = max(1, squares[largest] + -(-total // per) - sum(squares))
    return Waffle(total, per, tuple(shares), tuple(squares))


def _per(total: int, kinds: int, most: int) -> int:
    power = 1
    while True:
        for step in _STEPS:
            if -(-total // (step * power)) + kinds <= most:
                return step * power
        power *= 10


def expiries(certificates: pl.DataFrame | None, as_of: datetime) -> Expiries | None:
    """Count certificates by the month in which they expire, from as_of on."""
    if certificates is None or certificates.is_empty():
        return None
    ends = certificates["not_after"]
    ahead = ends.drop_nulls().filter(ends.drop_nulls() >= as_of)
    counted = Counter(zip(ahead.dt.year(), ahead.dt.month(), strict=True))
    months = [_month(as_of, step) for step in range(MONTHS)]
    columns = tuple((_words.month(*month), counted[month]) for month in months)
    shown = sum(count for _, count in columns)
    return Expiries(columns, len(ends) - ends.null_count() - len(ahead), len(ahead) - shown, ends.null_count())


def _month(as_of: datetime, step: int) -> tuple[int, int]:
    first = as_of.astimezone(UTC)
    years, month = divmod(first.month - 1 + step, 12)
    return first.year + years, month + 1

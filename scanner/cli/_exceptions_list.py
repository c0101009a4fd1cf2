"""Exceptions as a list: text, Markdown and CSV for people, JSON for machines."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from scanner.errors import UsageError
from scanner.model import ExceptionReport, ExceptionState

COLUMNS = ("id", "state", "expires", "days_left", "rule", "assets", "owner", "approved_by", "ticket", "reason", "why")


def duration(text: str | None) -> timedelta | None:
    """Read the value of --lapsing."""
    if text is None:
        return None
    from scanner import tables
    from scanner.rules.language import scalars
    from scanner.rules.language.tree import Scalar

    try:
        found = scalars.typed(Scalar(text, 1, 1), tables.DURATION, "--lapsing")
    except scalars.NotTypedError as error:
        raise UsageError(f"--lapsing {text}: {error}") from error
    if not isinstance(found, timedelta) or found <= timedelta():
        raise UsageError(f"--lapsing {text}: a duration above 0 is wanted, for example 90d")
    return found


def chosen(rows: Sequence[ExceptionReport], within: timedelta | None) -> list[ExceptionReport]:
    """Choose the exceptions that lapse in time, or all, in the order in which they end."""
    ordered = sorted(rows, key=lambda one: (one.expires, one.id))
    if within is None:
        return ordered
    most = within // timedelta(days=1)
    return [one for one in ordered if one.state is not ExceptionState.LAPSED and 0 <= (one.days_left or 0) <= most]


def render(rows: Sequence[ExceptionReport], form: str, as_of: datetime, lapsing: str | None) -> str:
    """Write the list in one of the formats."""
    if form == "json":
        import orjson

        plain = [asdict(one) for one in rows]
        return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    if form == "csv":
        return _csv(rows)
    return _markdown(rows) if form == "markdown" else _text(rows, as_of, lapsing)


def _cells(one: ExceptionReport) -> list[str]:
    from reports._safe import visible

    return [visible(getattr(one, name)) for name in COLUMNS]


def _csv(rows: Sequence[ExceptionReport]) -> str:
    from reports._safe import formula

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in rows:
        writer.writerow([cell if name == "days_left" else formula(cell) for name, cell in zip(COLUMNS, _cells(one), strict=True)])
    return out.getvalue()


def _markdown(rows: Sequence[ExceptionReport]) -> str:
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    lines += [" | ".join(map(_escaped, _cells(one))) for one in rows]
    return "".join(f"| {line} |\n" for line in lines)


def _escaped(text: str) -> str:
    for sign in "\\`*_{}[]<>#|~":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("@", "&#64;")


def _text(rows: Sequence[ExceptionReport], as_of: datetime, lapsing: str | None) -> str:
    from reports._safe import visible

    lines = []
    for one in rows:
        lines.append(f"{one.id}  {_state(one)}  {one.rule}")
        lines += [f"  {label:<9} {text}" for label, text in _said(one) if text]
    within = f" lapsing within {lapsing}" if lapsing else ""
    count = f"{len(rows):,} {'exception' if len(rows) == 1 else 'exceptions'}{within}, as of {as_of.date()}"
    return "".join(f"{visible(line)}\n" for line in (*lines, count))


def _said(one: ExceptionReport) -> list[tuple[str, str]]:
    return [
        ("for", one.assets),
        ("because", one.reason),
        ("owner", f"{one.owner}, approved by {one.approved_by}, {one.ticket}"),
        ("why", one.why),
        ("waives", f"{len(one.waives):,}" if one.waives else ""),
    ]


def _state(one: ExceptionReport) -> str:
    left = one.days_left or 0
    days = f"{abs(left):,} {'day' if abs(left) == 1 else 'days'}"
    if one.state is ExceptionState.LAPSED:
        return f"lapsed after {one.expires}, {days} ago"
    return f"{one.state}, to the end of {one.expires} ({days} left)"

"""What changed between two limits, or two lists of entries, and from which day on, in words."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from scanner.record import record
from scanner.rules.language import limits
from scanner.rules.language.limits import AS_OF
from scanner.rules.language.syntax import Entry, FieldOperand, InList, Literal, Operand, Steps
from scanner.rules.language.values import in_words, instant, listed

_UPWARDS = {"at_most": True, "less_than": True, "before": True, "at_least": False, "more_than": False, "from": False}
"""Whether a greater limit lets more through."""
_LONGEST_KEY = 16


@record
class Step:
    """One difference."""

    looser: bool | None
    """None: it cannot be told."""
    words: str


@record
class _Span:
    start: datetime | None
    end: datetime | None
    old: Operand
    new: Operand


def steps(old: Operand, new: Operand, op: str, kinds: Sequence[str]) -> list[Step]:
    """Compare two limits wherever both stand still; nothing, where they run on two clocks."""
    clocks = {one.clock for one in (old, new) if isinstance(one, Steps)}
    if len(clocks) > 1 or any(isinstance(inner, Steps) for one in (old, new) for inner in _values(one)):
        return []
    clock = next(iter(clocks), AS_OF)
    told = []
    for span in _spans(old, new):
        if _plain(span.old) != _plain(span.new):
            figures = f"{_figure(span.new, span.old)} instead of {_figure(span.old, span.new)}"
            since = _since(clock, span, kinds)
            told.append(Step(_looser(op, span.old, span.new), f"{figures} {since}".rstrip()))
    return told


def _values(operand: Operand) -> Iterable[Operand]:
    return (operand.first, *(later for _, later in operand.later)) if isinstance(operand, Steps) else ()


def _spans(old: Operand, new: Operand) -> list[_Span]:
    """Cut time where either changes; spans with the same two limits are one."""
    starts = sorted({start for one in (old, new) if isinstance(one, Steps) for start, _ in one.later})
    spans: list[_Span] = []
    for number, start in enumerate([None, *starts]):
        end = starts[number] if number < len(starts) else None
        here = _Span(start, end, _at(old, start), _at(new, start))
        if spans and (_plain(spans[-1].old), _plain(spans[-1].new)) == (_plain(here.old), _plain(here.new)):
            spans[-1] = _Span(spans[-1].start, end, here.old, here.new)
        else:
            spans.append(here)
    return spans


def _at(operand: Operand, start: datetime | None) -> Operand:
    if not isinstance(operand, Steps):
        return operand
    return operand.first if start is None else limits.at(operand, start).operand


def _plain(operand: Operand) -> object:
    return operand.value if isinstance(operand, Literal) else operand


def _figure(operand: Operand, beside: Operand) -> str:
    if isinstance(operand, Literal):
        return in_words(operand.value, beside.value if isinstance(beside, Literal) else None)
    return f"the field {operand.name}" if isinstance(operand, FieldOperand) else "steps"


def _looser(op: str, old: Operand, new: Operand) -> bool | None:
    if not isinstance(old, Literal) or not isinstance(new, Literal):
        return None
    return (new.value > old.value) is _UPWARDS[op]  # type: ignore[operator]


def _since(clock: str, span: _Span, kinds: Sequence[str]) -> str:
    said = dated(span.start, span.end)
    if not said or clock == AS_OF:
        return said
    said = said.removesuffix(" on")
    if clock == "not_before":
        return f"for {listed([f'{kind}s' for kind in kinds])} issued {said}"
    return f"where {clock} is {said}"


def dated(start: datetime | None, end: datetime | None) -> str:
    """Say a span of dates: `from 2027-07-01 on`."""
    if start and not end:
        return f"from {instant(start)} on"
    return " and ".join(filter(None, (f"from {instant(start)}" if start else "", f"before {instant(end)}" if end else "")))


# entries of lists ----------------------------------------------------------------------------------------------------


def entries(old: InList, new: InList) -> list[Step]:
    """Compare two lists entry by entry."""
    before, after = ({_key(one): one for one in side.entries} for side in (old, new))
    come, gone = ([one for key, one in some.items() if key not in others] for some, others in ((after, before), (before, after)))
    label = f"list {new.name}" if old.name == new.name else f"list {new.name} instead of {old.name}"
    told = []
    if come:
        told.append(Step(looser=True, words=f"{label}: also {listed(list(map(_called, come)))}"))
    if gone:
        told.append(Step(looser=False, words=f"{label}: no longer {listed(list(map(_called, gone)))}"))
    for key, entry in after.items():
        if key in before:
            told += _dated(label, before[key], entry)
    return told


def _dated(label: str, old: Entry, new: Entry) -> list[Step]:
    ends = (("counts", old.until, new.until), ("counts for what was issued", old.issued_until, new.issued_until))
    return [
        Step(
            looser=after is None or (before is not None and after > before),
            words=f"{label}: {_called(new)} {what} {_until(after)} instead of {_until(before)}",
        )
        for what, before, after in ends
        if before != after
    ]


def _until(end: datetime | None) -> str:
    return f"until {instant(end - timedelta(days=1))}" if end else "without end"


def _key(entry: Entry) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(entry.keys.items()))


def _called(entry: Entry) -> str:
    """Call an entry by its label, else by its keys; a digest by its beginning."""
    if entry.label:
        return entry.label
    texts = {key: in_words(value) for key, value in entry.keys.items()}
    short = {key: f"{text[:_LONGEST_KEY]}…" if key.endswith("sha256") else text for key, text in texts.items()}
    return " and ".join(f"{key} {text}" if key else text for key, text in short.items())

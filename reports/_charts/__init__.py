"""Charts as hand-made SVG: one template a kind, values in the title, classes for colours, no script, no style.

The same SVG stands in HTML, where classes recolour it, and in PDF, where the light colours of its attributes hold.
Positions along the width are shares of it, so that text keeps its size however wide the chart is.
"""

from collections.abc import Sequence
from math import ceil, log10
from typing import TYPE_CHECKING

from reports import _tokens, _words
from reports._look import environment
from reports._parts.tally import Share, Waffle

if TYPE_CHECKING:
    from markupsafe import Markup

ROWS = 6
"""Squares in a column of the waffle."""
_STEP, _SIDE = 10, 8.6
_MOST_LINES = 5
_LEFT, _BASE, _TALL = 11, 145, 125
"""Columns: share of the width that the axis takes; where zero lies; height of the axis."""
COLOURS = {key: _tokens.LIGHT.get(key, _tokens.LIGHT["muted"]) for key in _words.CLASSES} | {"pass": _tokens.LIGHT["area"]}


def _svg(name: str, **values: object) -> "Markup":
    from markupsafe import Markup

    return Markup(environment().get_template(f"_charts/{name}.svg").render(**values, ink=_tokens.LIGHT).strip())  # noqa: S704 - escaped by the template


def _path(first: int, count: int) -> str:
    """Draw squares as one path, column by column from the top left."""
    corners = ((index // ROWS * _STEP, index % ROWS * _STEP) for index in range(first, first + count))
    return "".join(f"M{x} {y}h{_SIDE}v{_SIDE}h-{_SIDE}z" for x, y in corners)


def waffle(shares: Waffle) -> "Markup":
    """Draw identities by worst outcome; what could not be judged is hatched."""
    parts, first = [], 0
    for share, count in zip(shares.shares, shares.squares, strict=True):
        parts.append((share.key, COLOURS[share.key], _path(first, count)))
        first += count
    said = ", ".join(share.text for share in shares.shares)
    return _svg(
        "waffle",
        parts=parts,
        title=f"Identities by worst outcome: {said}.",
        width=max(1, ceil(first / ROWS)) * _STEP,
        height=ROWS * _STEP,
    )


def bar(shares: Sequence[Share], title: str) -> "Markup":
    """Draw the parts of a whole as one stacked bar, in their order."""
    total = sum(share.count for share in shares)
    parts, left = [], 0.0
    for share in shares:
        if share.count:
            width = 100 * share.count / total
            parts.append((share.key, COLOURS[share.key], round(left, 3), round(width, 3)))
            left += width
    said = ", ".join(share.text for share in shares)
    return _svg("bar", parts=parts, title=f"{title}: {said}.")


def columns(values: Sequence[tuple[str, int]], title: str) -> "Markup":
    """Draw one series as columns with their values above them, from zero."""
    top, lines = scale(max((value for _, value in values), default=0))
    room = 100 - _LEFT
    each = room / max(1, len(values))
    marks = [
        {
            "label": label,
            "value": value,
            "x": round(_LEFT + each * (index + 0.2), 2),
            "middle": round(_LEFT + each * (index + 0.5), 2),
            "y": _height(value, top),
        }
        for index, (label, value) in enumerate(values)
    ]
    grid = [(line, _height(line, top)) for line in lines]
    said = ", ".join(f"{label} {_words.number(value)}" for label, value in values)
    return _svg("columns", marks=marks, width=round(each * 0.6, 2), grid=grid, base=_BASE, left=_LEFT, title=f"{title}: {said}.")


def _height(value: int, top: int) -> float:
    return round(_BASE - _TALL * value / top, 1)


def scale(most: int) -> tuple[int, list[int]]:
    """Choose the top of an axis and at most five round lines above zero."""
    if most <= 0:
        return 1, [0, 1]
    power = 10 ** int(log10(most))
    steps = (max(1, step * power // 10) for step in (1, 2, 5, 10, 20, 50))
    step = next(step for step in steps if ceil(most / step) <= _MOST_LINES)
    count = ceil(most / step)
    return step * count, [step * index for index in range(count + 1)]

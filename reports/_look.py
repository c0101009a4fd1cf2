"""Templates of HTML, PDF and charts: one environment in which every printed text is made visible, drawable and escaped."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from reports import _fonts, _safe, _words

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment

_ROOM = 32
_PARTS = re.compile(r"(?<=[.\-/:_@])")


def text(value: object) -> str:
    """Make a text fit for HTML and PDF: composed, visible, and within what the fonts can draw."""
    shown = "" if value is None else str(value)
    if shown.isascii() and shown.isprintable():
        return shown
    return _safe.drawable(unicodedata.normalize("NFC", shown), _fonts.GLYPHS)


def cell(value: object, longest: int = _safe.LONGEST) -> str:
    """Make a text fit for a table cell: cut where it is very long."""
    if type(value) is str and len(value) <= longest and value.isascii() and value.isprintable():
        return value  # nearly all of them, and a large report has half a million
    return _safe.cut(text(value), longest)


def read(name: str) -> str:
    """Read a template or asset of this package."""
    return (files("reports") / name).read_text(encoding="utf-8")


@cache
def environment() -> "Environment":
    """Make the template environment; Jinja is imported only by formats that need it."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    filters: dict[str, Callable[..., Any]] = {
        "number": _words.number,
        "many": _words.many,
        "cell": cell,
        "date": _words.date,
        "day": _words.day,
        "moment": _words.moment,
        "kind": _words.kind,
        "size": _words.size,
        "breaks": breaks,
        "folds": folds,
        "sentence": _words.sentence,
    }
    made.filters.update(filters)
    return made


def _shown(value: object) -> object:
    """Let markup and numbers of layout pass; everything else is text from outside."""
    return value if hasattr(value, "__html__") or isinstance(value, int | float) else text(value)


def breaks(value: object, longest: int = _safe.LONGEST, room: int = _ROOM) -> Any:
    """Allow a long name to break after `.`, `-`, `/`, `:`, `_` and `@` first, as HTML."""
    return _joined("<wbr>", value, longest, room)


def folds(value: object, longest: int = _safe.LONGEST, room: int = _ROOM) -> Any:
    """Allow the same breaks for the PDF engine: by spaces without width, which it neither draws nor tags."""
    return _joined("\u200b", value, longest, room)


def _joined(joint: str, value: object, longest: int, room: int) -> Any:
    from markupsafe import Markup, escape

    shown = cell(value, longest)
    if len(shown) <= room:
        return escape(shown)
    return Markup(joint).join(escape(part) for part in _PARTS.split(shown))  # noqa: S704 - the joint is ours

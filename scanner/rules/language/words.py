"""The nearest legal word, for messages."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

LONGEST = 80
"""A longer word is near to nothing, and comparing it would take its time."""


def nearest(word: str, legal: Iterable[str]) -> str:
    """Write `; nearest: 'word'`, or the few legal words where nothing is near."""
    return _nearest(word, tuple(sorted(set(legal)))) if len(word) <= LONGEST else ""


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    lower = {one.lower(): one for one in known}
    near = get_close_matches(word, known, 1, 0.6) or [lower[found] for found in get_close_matches(word.lower(), lower, 1, 0.6)]
    if near:
        return f"; nearest: {near[0]!r}"
    return f"; one of {', '.join(known)}" if 0 < len(known) <= 12 else ""

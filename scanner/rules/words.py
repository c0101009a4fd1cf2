"""The nearest legal word, for messages."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, legal: Iterable[str]) -> str:
    """Write `; nearest: 'word'`, or the few legal words where nothing is near."""
    known = sorted(set(legal))
    lower = {one.lower(): one for one in known}
    near = get_close_matches(word, known, 1, 0.6) or [lower[found] for found in get_close_matches(word.lower(), lower, 1, 0.6)]
    if near:
        return f"; nearest: {near[0]!r}"
    return f"; one of {', '.join(known)}" if 0 < len(known) <= 12 else ""

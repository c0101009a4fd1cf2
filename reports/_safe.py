"""Hostile text made harmless: what cannot be seen is spelled out, then each format escapes in its own way (Unicode TR 36)."""

import re
from collections.abc import Set as AbstractSet
from urllib.parse import quote

LONGEST = 300
"""Characters of a text cell before it is cut."""

_INVISIBLE = re.compile(
    "["
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f"  # controls but TAB and LF
    "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f"  # soft hyphen, joiners, fillers, Arabic letter mark
    "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"  # zero width, separators, bidirectional controls
    "\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff"  # fillers, variation selectors, byte order mark, specials
    "\\ud800-\\udfff"  # surrogates
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff"  # format controls, tags
    "]"
)
_SPACES = re.compile("[\\t\\n\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]")


def spelled(character: str) -> str:
    """Spell one character out: `<U+202E>`."""
    return f"<U+{ord(character):04X}>"


def visible(text: object) -> str:
    """Make every control, bidirectional, zero-width and surrogate character visible; any other space becomes a space."""
    shown = _INVISIBLE.sub(lambda match: spelled(match.group()), "" if text is None else str(text))
    return _SPACES.sub(" ", shown)


def drawable(text: object, glyphs: AbstractSet[int]) -> str:
    """Make a text visible and spell out what the fonts have no glyph for, so that no fallback font is needed."""
    shown = visible(text)
    if shown.isascii():
        return shown
    return "".join(one if ord(one) in glyphs else spelled(one) for one in shown)


def cut(text: str, longest: int = LONGEST) -> str:
    """Cut a text cell, and say how long the whole was."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters)"


def formula(text: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula (CWE-1236)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def script_json(document: str) -> str:
    """Escape JSON so that it may stand inside an HTML script element."""
    for sign in "<>&\u2028\u2029":
        document = document.replace(sign, f"\\u{ord(sign):04x}")
    return document


def uri(text: str) -> str:
    """Percent-encode what a URI reference may not carry; a surrogate becomes its UTF-8-like bytes."""
    return quote(text, safe="/:?#[]@!$&'()*+,;=~-._%", errors="surrogatepass")

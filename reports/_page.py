"""Lines for a terminal: wrapped to its width, texts of others made harmless, with colour or without."""

import textwrap

from reports._safe import cut, visible

WIDEST, NARROWEST = 110, 40
LONGEST = 400
"""Characters of a paragraph that evidence wrote."""


class Page:
    """Lines of text with or without colour, wrapped to the terminal."""

    def __init__(self, *, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = max(NARROWEST, min(width, WIDEST))
        self.lines: list[str] = []

    def paint(self, text: str, code: str) -> str:
        """Colour a text that is already safe."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def say(self, text: str = "", indent: int = 0) -> None:
        """Add a paragraph."""
        pad = " " * indent
        shown = cut(visible(text), LONGEST)
        self.lines += textwrap.wrap(shown, self.width, initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False) or [""]

    def put(self, text: str) -> None:
        """Add a line as it stands."""
        self.lines.append(text)

    def head(self, text: str) -> None:
        """Add a heading after an empty line."""
        self.lines += ["", self.paint(text, "1")]

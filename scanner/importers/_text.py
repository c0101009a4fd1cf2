"""Text of a file in whatever encoding its tool chose: UTF-8 with or without BOM, UTF-16 as PowerShell writes it."""

import codecs
import re
from dataclasses import dataclass
from typing import AnyStr, Generic

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def unmarked(data: bytes) -> bytes:
    """Return the text without BOM, as UTF-8 where it is UTF-16; nothing else is checked."""
    return utf8(data)[0] if data.startswith(_UTF_16) else data.removeprefix(codecs.BOM_UTF8)


def utf8(data: bytes) -> tuple[bytes, bool]:
    """Return the text as UTF-8 without BOM, and whether all of it could be read (what could not is U+FFFD)."""
    if data.startswith(_UTF_16):
        text = data.decode("utf-16", "replace")
        return text.encode("utf-8", "replace"), "\ufffd" not in text
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.isascii():
        return data, True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode("utf-8"), False
    return data, True


def head(data: bytes) -> bytes:
    """Return the beginning of a file as a sniff wants it: without BOM, as UTF-8 where it is UTF-16."""
    if data.startswith(_UTF_16):
        return data[: len(data) & ~1].decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def printable(text: str, limit: int = 80) -> str:
    """Quote hostile text in a message: no control or direction characters, not too long."""
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", "\ufffd", text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


@dataclass(slots=True)
class Cursor(Generic[AnyStr]):
    """Turns ascending offsets into lines and columns, looking at every character once however long the lines are."""

    text: AnyStr
    end: AnyStr
    """The line end."""
    line: int = 1
    column: int = 1
    at: int = 0

    def move(self, to: int) -> tuple[int, int]:
        """Go forward to an offset and say where that is."""
        ends = self.text.count(self.end, self.at, to)
        if ends:
            self.line += ends
            self.column = to - self.text.rfind(self.end, self.at, to)
        else:
            self.column += to - self.at
        self.at = to
        return self.line, self.column

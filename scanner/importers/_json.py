"""JSON of strangers: parsed within bounds, and the places of its values (RFC 8259, pointers by RFC 6901)."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scanner.errors import InputError
from scanner.importers import Document, _text
from scanner.importers._text import Cursor
from scanner.model import Problem, Severity

_MAX_DIGITS = 100
"""Longer integers (RSA moduli) stay text: nothing here computes with them, and Python refuses those above 4,300 digits."""
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],]|[^\s{}\[\],:"]+', re.DOTALL)
_OPENING, _CLOSING = ("{", "["), ("}", "]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""What a backslash begins; the group is half of a character whose other half is missing."""
_SAID = 20
"""Halves that are named one by one; the rest is counted."""


def integer(digits: str) -> int | str:
    """Read an integer exactly, unless it is absurdly long."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


DECODER = json.JSONDecoder(parse_int=integer, parse_constant=str)


def text(document: Document) -> tuple[str, list[Problem]]:
    """Return the text of a document, where U+FFFD stands for what is no character, and what is to be said of that."""
    data, valid = _text.utf8(document.data)
    whole, halves = _mended(data.decode())
    told = [] if valid else [document.note("undecodable-text", "parts of the file are not valid UTF-8; they show as U+FFFD")]
    cursor = Cursor(whole, "\n")
    for at, escape in halves[:_SAID]:
        message = f"{escape} is half of a character (a lone surrogate), no text; it shows as U+FFFD"
        told.append(Problem(Severity.LOW, "undecodable-text", message, document.spot(*cursor.move(at))))
    if len(halves) > _SAID:
        message = f"{len(halves) - _SAID:,} more lone surrogates; they show as U+FFFD"
        told.append(Problem(Severity.LOW, "undecodable-text", message, document.spot(*cursor.move(halves[_SAID][0]))))
    return whole, told


def _mended(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Write U+FFFD for lone surrogates (RFC 8259 8.2), which no table or output can hold; all else keeps its place."""
    if not _SURROGATE.search(text):
        return text, []
    halves = [(found.start(), found[0]) for found in _ESCAPE.finditer(text) if found[1]]
    return _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text) if halves else text, halves


def load(text: str | bytes) -> Any:
    """Parse a document; InputError with line and column where it is broken. NaN and infinity stay texts."""
    whole = text if isinstance(text, str) else _mended(text.decode("utf-8", "replace"))[0]
    try:
        return DECODER.decode(whole)
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg}", line=error.lineno, column=error.colno) from None
    except RecursionError:
        line, column = Cursor(whole, "\n").move(_deepest(whole))
        raise InputError("not readable JSON: nested too deeply, here deepest", line=line, column=column) from None
    except ValueError as error:
        raise InputError(f"not readable JSON: {error}") from None


def _deepest(text: str) -> int:
    """Find the bracket in which most others are open."""
    depth = most = found = 0
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        depth += (first in _OPENING) - (first in _CLOSING)
        if depth > most:
            most, found = depth, token.start()
    return found


def escaped(key: str) -> str:
    """Write a key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def places(text: str, pointers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Find line and column of the values that JSON pointers name, in one pass over a valid document."""
    wanted = set(pointers)
    parents = {pointer[:end] for pointer in wanted for end, char in enumerate(pointer) if char == "/"}
    found: dict[str, tuple[int, int]] = {}
    cursor = Cursor(text, "\n")
    for pointer, at in _walk(text, parents):
        if pointer in wanted and pointer not in found:
            found[pointer] = cursor.move(at)
            if len(found) == len(wanted):
                break
    return found


@dataclass(slots=True)
class _Frame:
    """A container on the way to a wanted value."""

    pointer: str
    array: bool
    index: int = 0
    key: str | None = None

    def child(self) -> str:
        return f"{self.pointer}/{self.index if self.array else escaped(self.key or '')}"


def _walk(text: str, parents: set[str]) -> Iterator[tuple[str, int]]:
    """Yield pointer and offset of every value in the containers that are parents; pass over all others."""
    stack: list[_Frame] = []
    skipped = 0
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        if skipped:
            skipped += (first in _OPENING) - (first in _CLOSING)
        elif first in _CLOSING:
            stack.pop()
        elif first == ",":
            stack[-1].index += 1
            stack[-1].key = None
        elif stack and not stack[-1].array and stack[-1].key is None:
            stack[-1].key = json.loads(token[0])
        else:
            pointer = stack[-1].child() if stack else ""
            yield pointer, token.start()
            if first in _OPENING and pointer in parents:
                stack.append(_Frame(pointer, array=first == "["))
            elif first in _OPENING:
                skipped = 1

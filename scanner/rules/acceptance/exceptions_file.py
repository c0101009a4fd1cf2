"""A file of exceptions edited as its owner wrote it: whole lines are added or taken out, all others stay byte for byte.

What the edited text says is read back; an edit that would say anything else than was meant is refused.
"""

import re
from collections.abc import Collection

from scanner.errors import UsageError
from scanner.rules.language import flow
from scanner.rules.reader.exceptions import KEYS, Waiver, read

HEADER = "# Accepted risk: docs/exceptions.md says what an entry must hold.\nexceptions:\n"
_EMPTY = re.compile(rb"(?m)^exceptions:[ \t]*\[[ \t]*\](?=[ \t]*(#.*)?\r?$)")
_DASH = re.compile(rb"[ \t]*-[ \t]*")


def entry(texts: dict[str, str], indent: int = 2) -> str:
    """Write an entry; `assets` is a mapping in YAML on one line, the rest is plain text."""
    lines = [f"{name}: {texts[name] if name == 'assets' else flow.text(texts[name])}" for name in KEYS]
    first, *rest = lines
    return "".join([f"{' ' * indent}- {first}\n", *(f"{' ' * indent}  {line}\n" for line in rest)])


def added(path: str, data: bytes, texts: dict[str, str]) -> tuple[bytes, Waiver]:
    """Return the file with the entry at its end, and the entry as it is read back; all else is as it was."""
    before = read([(path, data)]) if data.strip() else ()
    old = _EMPTY.sub(b"exceptions:", data, count=1) if not before else data
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    head = old if data.strip() else data + HEADER.encode()
    joined = head if head.endswith(b"\n") else head + newline
    written = entry(texts, _indent(data, before)).encode().replace(b"\n", newline)
    after = read([(path, joined + written)])
    if after[:-1] != before or after[-1].id != texts["id"]:
        raise UsageError(
            f"{path}: an entry cannot be added at the end of this file as it is written; add this by hand:\n{entry(texts)}"
        )
    return joined + written, after[-1]


def _indent(data: bytes, before: Collection[Waiver]) -> int:
    """Find how far the dashes of the file stand in."""
    lines = data.splitlines()
    dashes = [_DASH.match(lines[one.mark.line - 1]) for one in before]
    found = [dash[0].index(b"-") for dash in dashes if dash]
    return found[-1] if found else 2


def without(path: str, data: bytes, ids: Collection[str]) -> bytes:
    """Return the file without the lines of these entries; comments above, between and below them stay."""
    before = read([(path, data)])
    lines = data.splitlines(keepends=True)
    starts = [one.mark.line - 1 for one in before]
    dropped: set[int] = set()
    for one, start, end in zip(before, starts, [*starts[1:], len(lines)], strict=True):
        if one.id in ids:
            dropped.update(range(start, _last(lines, start, end)))
    kept = b"".join(line for number, line in enumerate(lines) if number not in dropped)
    if not _says(path, kept, [one for one in before if one.id not in ids]):
        raise UsageError(f"{path}: {', '.join(ids)} cannot be taken out line by line as this file is written; do it by hand")
    return kept


def _last(lines: list[bytes], start: int, end: int) -> int:
    """Find where an entry ends: empty lines and comments behind it belong to what follows."""
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(b"#")):
        end -= 1
    return end


def _says(path: str, data: bytes, wanted: list[Waiver]) -> bool:
    return list(read([(path, data)])) == wanted if wanted or data.strip() else True

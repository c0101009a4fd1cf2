"""Evidence arguments that are paths: files, folders and standard input become documents, in a fixed order."""

import io
import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from scanner import run_findings
from scanner.importers import Document, _mapping, recognise
from scanner.importers._mapping import InventoryMapping
from scanner.model import Problem, Severity, Spot
from scanner.spelling import spelled

MAX_SIZE = 512 * 1024 * 1024
"""Bytes; a larger file is a problem, not an input."""
_HEAD = 65536
_LARGE = 64 * 1024 * 1024
"""Bytes from which on a file is read on all cores: memory for it takes longer than the copy."""
_TOO_LARGE = f"larger than {MAX_SIZE // 1024 // 1024} MiB; split it"


def documents(
    argument: str, *, root: Path, stdin: BinaryIO, mappings: Sequence[InventoryMapping] = ()
) -> Iterator[Document | Problem]:
    """Yield the documents behind one evidence argument; what cannot be read is a problem, and the rest goes on.

    A file in a folder that no importer recognises comes as a Document with only its head, so that it can be counted.
    """
    if argument == "-":
        yield _limited(Document("-", stdin.read(MAX_SIZE + 1), "-", mapping=_mapping.choose(mappings, "-")))
        return
    path = Path(argument)
    if path.is_dir():
        yield from _folder(argument, path, root, mappings)
    else:
        yield _named(argument, path, root, mappings)


def uri(argument: str, path: Path, root: Path) -> str:
    """Write a path relative to the root where it lies inside, else as it was given."""
    inside = _relative(path, root)
    return inside if inside is not None else spelled(argument)


def _named(argument: str, path: Path, root: Path, mappings: Sequence[InventoryMapping]) -> Document | Problem:
    where = uri(argument, path, root)
    try:
        with path.open("rb") as file:
            data = _whole(file)
    except (OSError, ValueError) as error:
        return _unreadable(where, error)
    relative = _relative(path, root) or spelled(path.name)
    return _limited(Document(where, data, spelled(argument), relative, mapping=_mapping.choose(mappings, where), path=path))


def _folder(argument: str, folder: Path, root: Path, mappings: Sequence[InventoryMapping]) -> Iterator[Document | Problem]:
    empty = True
    base = _relative(folder, root)
    shown = base if base is not None else spelled(argument).rstrip("/")
    for entry in _files(folder):
        if isinstance(entry, tuple):
            lost, error = entry
            yield _unreadable("/".join(part for part in (shown, _below(lost, folder)) if part not in {"", "."}), error)
            empty = False
            continue
        path, below = entry, _below(entry, folder)
        where = f"{shown}/{below}" if shown not in {"", "."} else below
        relative = where if base is not None else below
        mapping = _mapping.choose(mappings, where)
        found = _found(path, Document(where, b"", spelled(argument), relative, named=False, mapping=mapping, path=path))
        if found is not None:
            empty = False
            yield found
    if empty:
        message = "the folder holds no file (hidden ones are passed over)"
        yield run_findings.SOURCE_MISSING.problem(message, Spot(shown or "."))


def _files(folder: Path) -> Iterator[Path | tuple[Path, OSError]]:
    """Walk a folder in order of names; a folder reached twice through links is walked once."""
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            if not path.is_dir():
                yield path
                continue
            info = path.stat()
            if (info.st_dev, info.st_ino) in seen:
                continue
            seen.add((info.st_dev, info.st_ino))
            names = [inner for inner in path.iterdir() if not inner.name.startswith(".")]
        except OSError as error:
            yield path, error
            continue
        waiting += sorted(names, key=os.fsencode, reverse=True)


def _found(path: Path, document: Document) -> Document | Problem | None:
    """Read a file of a folder, whole only if an importer recognises its beginning; null for what is no file."""
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            return None
        with path.open("rb") as file:
            data = file.read(_HEAD)
            if recognise(replace(document, data=data)) is not None:
                file.seek(0)
                data = _whole(file)
    except OSError as error:
        return _unreadable(document.uri, error, incomplete=not path.is_symlink() or path.exists())
    return _limited(replace(document, data=data))


def _whole(file: BinaryIO) -> bytes:
    """Read a file up to the limit; one whose size is known in one piece, or if it is large in as many as there are cores."""
    size = os.fstat(file.fileno()).st_size
    if _LARGE <= size <= MAX_SIZE and hasattr(os, "preadv") and (data := _in_parts(file, size)):
        return data
    return file.read(min(size, MAX_SIZE) + 1) if 0 < size <= MAX_SIZE else file.read(MAX_SIZE + 1)


def _in_parts(file: BinaryIO, size: int) -> bytes | None:
    """Read a file from its beginning, each part in a thread; null where one comes short, for the file is being changed."""
    # NOTE: nobody else holds these bytes, so that they are filled where they are, and handed on, without a copy.
    buffer = io.BytesIO(bytes(size))
    step = -(-size // (os.cpu_count() or 1))
    with buffer.getbuffer() as whole, ThreadPoolExecutor() as pool:
        parts = pool.map(lambda start: os.preadv(file.fileno(), [whole[start : start + step]], start), range(0, size, step))
        complete = sum(parts) == size
    return buffer.getvalue() if complete else None


def _limited(document: Document) -> Document | Problem:
    return document if len(document.data) <= MAX_SIZE else document.broken(_TOO_LARGE)


def _unreadable(where: str, error: Exception, *, incomplete: bool = True) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    found = run_findings.UNREADABLE_INPUT.problem(f"cannot be read: {reason}", Spot(where))
    return found if incomplete else replace(found, severity=Severity.LOW, incomplete=False)


def _relative(path: Path, root: Path) -> str | None:
    """Write a path relative to the root with `/`; null outside of it. Links are not followed: the user's names count."""
    try:
        inside = Path(os.path.abspath(path)).relative_to(os.path.abspath(root))  # noqa: PTH100 - resolve() follows links
    except ValueError:
        return None
    return spelled(inside.as_posix())


def _below(path: Path, folder: Path) -> str:
    return spelled(path.relative_to(folder).as_posix())

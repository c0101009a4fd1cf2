"""Archives of policies, laid out in a folder of our own that goes with the process: bounded, and never executed."""

import atexit
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from scanner.errors import UsageError
from scanner.rules.reader.packs import KEPT, MOST_BYTES, MOST_MEMBERS

MOST_RATIO = 100
"""An archive that unpacks to more than this times its size is a bomb."""
_BLOCK = 512
_MOST_TAR = MOST_BYTES + 4 * _BLOCK * MOST_MEMBERS
"""Members with their headers and padding."""
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What the readers of archives raise on bytes that are none, or that lie."""
Member = tuple[str, bytes]


@lru_cache(maxsize=16)
def laid_out(name: str, data: bytes) -> Path:
    """Write the members of an archive into a folder of our own; a single folder at its top is stepped into."""
    try:
        members = list(_bounded(name, _zipped(name, data) if name.endswith(".zip") else _tarred(name, data), len(data)))
    except _BROKEN as error:
        raise UsageError(f"{name}: not an archive that can be read: {error}") from error
    holder = TemporaryDirectory(prefix="certgate-")
    atexit.register(holder.cleanup)
    root = Path(holder.name)
    try:
        for path, content in members:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except (OSError, ValueError) as error:
        # NOTE: one member is a file and the folder of another, or a name is longer than a file may be called.
        raise UsageError(f"{name}: its members cannot stand beside each other: {getattr(error, 'strerror', error)}") from error
    tops = list(root.iterdir())
    return tops[0] if len(tops) == 1 and tops[0].is_dir() else root


def _bounded(name: str, members: Iterator[Member], size: int) -> Iterator[Member]:
    """Let through what a pack is made of; refuse names that lead elsewhere, and too much of anything."""
    seen: set[str] = set()
    total = 0
    for path, content in members:
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts or "\\" in path or "\0" in path or not parts:
            raise UsageError(f"{name}: member {path[:200]!r} leads out of the pack")
        plain = PurePosixPath(path).as_posix()
        if plain in seen:
            raise UsageError(f"{name}: member {path[:200]!r} stands twice")
        seen.add(plain)
        total += len(content)
        if len(seen) > MOST_MEMBERS or total > MOST_BYTES or total > MOST_RATIO * size:
            raise UsageError(f"{name}: unpacks to more than a pack holds ({MOST_MEMBERS:,} files, {MOST_BYTES:,} bytes)")
        if path.endswith(KEPT):
            yield path, content


def _zipped(name: str, data: bytes) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            linked = member.external_attr >> 16 & 0o170000 == 0o120000
            if linked:
                raise UsageError(f"{name}: member {member.filename[:200]!r} is a link; a pack holds files only")
            if not member.is_dir():
                with archive.open(member) as file:
                    yield member.filename, file.read(MOST_BYTES + 1)


def _tarred(name: str, data: bytes) -> Iterator[Member]:
    plain = _expanded(name, data) if data.startswith(b"\x1f\x8b") else data
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
        for member in archive:
            if member.isdir():
                continue
            file = archive.extractfile(member) if member.isreg() else None
            if file is None:
                raise UsageError(f"{name}: member {member.name[:200]!r} is no file; a pack holds files only")
            yield member.name.removeprefix("./"), file.read(MOST_BYTES + 1)


def _expanded(name: str, data: bytes) -> bytes:
    """Decompress a tar archive within bounds: gigabytes can hide in headers and folders, too."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        plain = file.read(_MOST_TAR + 1)
    if len(plain) > _MOST_TAR:
        raise UsageError(f"{name}: unpacks to more than a pack holds ({MOST_MEMBERS:,} files, {MOST_BYTES:,} bytes)")
    return plain

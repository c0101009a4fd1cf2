"""Policy packs from elsewhere: a folder or an archive, pinned by its digest, bounded, and never executed.

`PATH#sha256=DIGEST` names one. An archive must be pinned; its members are laid out in a folder of our own that goes with the
process. Of an archive the digest is over its bytes; of a folder over the lines `sha256, two spaces, path` of its files, sorted.
"""

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
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from scanner.errors import UsageError

PIN = "#sha256="
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
KEPT = (".yaml", ".pem", ".crt", ".cer", ".der", ".p7b")
"""What a pack is made of; all else in it is left where it is."""
MOST_BYTES = 20_000_000
MOST_MEMBERS = 2_000
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


def pinned(name: str) -> tuple[str, str | None]:
    """Take a name and its pin apart; a pin that is no digest is refused."""
    path, mark, digest = name.partition(PIN)
    if not mark:
        return name, None
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise UsageError(f"{name}: after {PIN} 64 lower-case hexadecimal digits are wanted")
    return path, digest


def is_archive(path: Path) -> bool:
    """Tell an archive by its name."""
    return path.name.endswith(SUFFIXES) and path.is_file()


def folder(path: Path, pin: str | None) -> Path:
    """Return the folder that holds a pack's policies, once its digest is what the pin says."""
    if path.is_dir():
        if pin is not None:
            _same(path, pin, _digest(path))
        return path
    data = _bytes(path)
    held = sha256(data).hexdigest()
    if pin is None:
        raise UsageError(f"{path}: an archive of policies is pinned by its digest; if you trust it, write {path}{PIN}{held}")
    _same(path, pin, held)
    return _laid_out(path.name, data)


def covers(root: Path, path: Path) -> bool:
    """Tell whether the pin of a pack covers a file: it lies inside, also behind links, and is of what a pack is made of."""
    return path.suffix in KEPT and path.resolve().is_relative_to(root.resolve())


def _same(path: Path, pin: str, held: str) -> None:
    if pin != held:
        raise UsageError(f"{path} is not what it is pinned to: its sha256 is {held}; see what changed before you pin it anew")


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path}: more than {MOST_BYTES:,} bytes; a pack is smaller")
    return data


def _digest(root: Path) -> str:
    """Digest a folder: every file that a pack is made of, in the order of their paths."""
    lines = []
    for path in sorted(root.rglob("*"), key=lambda one: one.relative_to(root).as_posix()):
        if path.suffix not in KEPT:
            continue
        if path.is_symlink():
            raise UsageError(f"{path}: a link has no place in a pinned pack")
        if path.is_file():
            lines.append(f"{sha256(_bytes(path)).hexdigest()}  {path.relative_to(root).as_posix()}\n")
        if len(lines) > MOST_MEMBERS:
            raise UsageError(f"{root}: more than {MOST_MEMBERS:,} files; a pack has fewer")
    return sha256("".join(lines).encode()).hexdigest()


@lru_cache(maxsize=16)
def _laid_out(name: str, data: bytes) -> Path:
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

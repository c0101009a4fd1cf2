"""Policy packs from elsewhere: a folder or an archive, pinned by its digest, bounded, and never executed.

`PATH#sha256=DIGEST` names one. An archive must be pinned; its members are laid out in a folder of our own that goes with the
process. Of an archive the digest is over its bytes; of a folder over the lines `sha256, two spaces, path` of its files, sorted.
"""

from hashlib import sha256
from pathlib import Path

from scanner.errors import UsageError

PIN = "#sha256="
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
KEPT = (".yaml", ".pem", ".crt", ".cer", ".der", ".p7b")
"""What a pack is made of; all else in it is left where it is."""
MOST_BYTES = 20_000_000
MOST_MEMBERS = 2_000


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
    # What unpacks takes time to import, and few policies come in archives.
    from scanner.rules.reader import archives

    return archives.laid_out(path.name, data)


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

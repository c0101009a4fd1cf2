"""Where policies are: shipped by name, a file, or every policy of a folder or pack."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from scanner import resources
from scanner.errors import UsageError
from scanner.record import record
from scanner.rules.language.words import nearest
from scanner.rules.reader import packs
from scanner.spelling import spelled

SHIPPED = "certgate:policies/"
"""How reports name the path of a shipped policy."""


@record
class PolicyFile:
    """One policy file, read."""

    path: str
    data: bytes
    named: bool = True
    folder: Path | None = None
    """Where policies it extends, and certificates it names, are looked for first."""
    pack: Path | None = None
    """The folder of the pinned pack that it is part of."""
    proven: bool = False
    """Shipped: that its tests can be read, and come out as expected, was proven before."""

    @property
    def stem(self) -> str:
        """The id it must have."""
        return self.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def shipped() -> tuple[str, ...]:
    """Name the shipped policies."""
    return tuple(
        sorted(one.name.removesuffix(".yaml") for one in resources.folder("policies").iterdir() if one.name.endswith(".yaml"))
    )


def find(name: str, *, named: bool = True) -> list[PolicyFile]:
    """Find what the user names: a shipped policy, a file, or the policies of a folder or pack, pinned or not."""
    if name in shipped():
        return [_shipped(name, named=named)]
    said, pin = packs.pinned(name)
    path = Path(said)
    if path.is_dir() or packs.is_archive(path):
        folder = packs.folder(path, pin)
        pack = folder if pin is not None else None
        found = [
            replace(_file(one, named=named, shown=f"{path.as_posix()}/{one.name}"), pack=pack)
            for one in sorted(folder.glob("*.yaml"))
        ]
        if not found:
            raise UsageError(f"--policy {name}: no *.yaml in it")
        return found
    if path.is_file():
        return [_pinned(_file(path, named=named), pin)]
    hint = nearest(name, shipped())
    raise UsageError(f"{name}: no such policy; a shipped name, a file, a folder or a pack is wanted{hint}")


def _pinned(file: PolicyFile, pin: str | None) -> PolicyFile:
    held = sha256(file.data).hexdigest()
    if pin not in {None, held}:
        raise UsageError(
            f"{file.path} is not what it is pinned to: its sha256 is {held}; see what changed before you pin it anew"
        )
    return file


def extended(name: str, beside: Path | None) -> PolicyFile | None:
    """Find a policy that another extends: beside its file first, then among the shipped."""
    if beside is not None and (beside / f"{name}.yaml").is_file():
        return _file(beside / f"{name}.yaml", named=False)
    return _shipped(name, named=False) if name in shipped() else None


def _shipped(name: str, *, named: bool) -> PolicyFile:
    return PolicyFile(f"{SHIPPED}{name}.yaml", (resources.folder("policies") / f"{name}.yaml").read_bytes(), named, proven=True)


def _file(path: Path, *, named: bool, shown: str | None = None) -> PolicyFile:
    try:
        return PolicyFile(spelled(shown or path), path.read_bytes(), named, path.parent)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error

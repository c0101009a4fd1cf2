"""Where policies are: shipped by name, a file, or every policy of a folder."""

from dataclasses import dataclass
from pathlib import Path

from scanner import resources
from scanner.errors import UsageError
from scanner.rules.words import nearest

SHIPPED = "certgate:policies/"
"""How reports name the path of a shipped policy."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy file, read."""

    path: str
    data: bytes
    named: bool = True
    folder: Path | None = None
    """Where policies it extends, and certificates it names, are looked for first."""

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
    """Find what the user names: a shipped policy, a file, or the policies of a folder."""
    path = Path(name)
    if name in shipped():
        return [_shipped(name, named=named)]
    if path.is_dir():
        found = [_file(one, named=named) for one in sorted(path.glob("*.yaml"))]
        if not found:
            raise UsageError(f"--policy {name}: no *.yaml in this folder")
        return found
    if path.is_file():
        return [_file(path, named=named)]
    hint = nearest(name, shipped())
    raise UsageError(f"{name}: no such policy; a shipped name, a file or a folder is wanted{hint}")


def extended(name: str, beside: Path | None) -> PolicyFile | None:
    """Find a policy that another extends: beside its file first, then among the shipped."""
    if beside is not None and (beside / f"{name}.yaml").is_file():
        return _file(beside / f"{name}.yaml", named=False)
    return _shipped(name, named=False) if name in shipped() else None


def _shipped(name: str, *, named: bool) -> PolicyFile:
    return PolicyFile(f"{SHIPPED}{name}.yaml", (resources.folder("policies") / f"{name}.yaml").read_bytes(), named)


def _file(path: Path, *, named: bool) -> PolicyFile:
    try:
        return PolicyFile(path.as_posix(), path.read_bytes(), named, path.parent)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error

"""Finds and runs the programs that tests need; one that is missing is a failure, never a skip."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_SERVERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")
"""Where Debian keeps servers, which the PATH of a user need not name."""


class MissingToolError(Exception):
    """A program that `make test` installs is not there."""


def find(name: str) -> str:
    """Return the path of a program, or say what to do about its absence."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_SERVERS)))
    if found is None:
        msg = f"{name} is not installed; `make dev` sets up all that the tests need"
        raise MissingToolError(msg)
    return found


def run(
    command: Sequence[str | Path],
    *,
    seconds: float = 300,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end without input, and return what it said whatever its exit status."""
    program, *words = map(str, command)
    return subprocess.run(
        [find(program), *words],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
        errors="replace",
        stdin=subprocess.DEVNULL,
        timeout=seconds,
    )

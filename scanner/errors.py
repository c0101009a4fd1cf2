"""The errors that may leave a room; only `cli` prints them and chooses an exit code."""

from collections.abc import Sequence
from typing import NamedTuple


class CertgateError(Exception):
    """A fault whose text is written for the user."""


class UsageError(CertgateError):
    """The command line or configuration asks for what cannot be done: exit 2."""


class InputError(CertgateError):
    """One input cannot be read; the pipeline turns it into a problem row and goes on."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None, pointer: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.pointer = pointer


class Fault(NamedTuple):
    """One thing wrong in a policy, exception or mapping file, at its place (lines and columns from 1)."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Say the fault as `file:line:column: message`."""
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class PolicyError(CertgateError):
    """Policies that must not be used, with all their faults together: exit 2."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))

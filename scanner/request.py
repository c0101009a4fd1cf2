"""What a user asks of a run: the command line and configuration, checked and typed."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path

from scanner.model import OnUnknown, Severity
from scanner.record import record


@record
class Request:
    """One run of `check`."""

    evidence: tuple[str, ...]
    targets: tuple[str, ...]
    """Files that list hosts to scan."""
    policies: tuple[str, ...]
    as_of: datetime
    as_of_given: bool
    root: Path
    """Paths in results are relative to it."""
    anchor: str
    """The file inside the root that SARIF points at when nothing better does."""
    fail_on: Severity | None = Severity.HIGH
    """None: never."""
    show_from: Severity = Severity.INFO
    on_unknown: OnUnknown | None = None
    """Replaces every rule's own `if_unknown`."""
    allow_empty: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    """Rule ids or globs."""
    where: str | None = None
    assume: Mapping[str, str] = field(default_factory=dict)
    roots: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    """Files of exceptions."""
    baseline: str | None = None
    new_only: bool = False
    """What the baseline holds does not count."""
    mapping: str | None = None
    config: str | None = None
    config_path: Path | None = None
    sslyze: Path | None = None
    timeout: float = 10.0
    """Seconds a host may take for the first handshake."""

    @property
    def files_read(self) -> tuple[str, ...]:
        """What the run reads, as the user names it: some are files, others folders, hosts or shipped policies."""
        policies = (name.partition("#sha256=")[0] for name in self.policies)
        named = (self.baseline, self.mapping, str(self.config_path or ""))
        return tuple(filter(None, (*self.evidence, *self.targets, *policies, *self.roots, *self.exceptions, *named)))

    @property
    def policies_named(self) -> bool:
        """The user chose policies (on the command line or in the configuration)."""
        return self.policies != ("default",)

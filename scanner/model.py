"""The nouns that rooms hand to each other: spots, records, problems, findings' words, and the Report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import Any

import polars as pl

from scanner.record import record


class Severity(StrEnum):
    """How bad a finding is; it does not say whether it blocks."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical up to 4 for info."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What a rule says of an asset."""

    PASS = "pass"  # noqa: S105 - the outcome
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIP = "skip"


class Mode(StrEnum):
    """How a rule is enforced at as_of; only `block` counts for the exit code."""

    BLOCK = "block"
    WARN = "warn"
    REPORT = "report"


class OnUnknown(StrEnum):
    """What an undecided rule means for the gate."""

    FAIL = "fail"
    WARN = "warn"
    IGNORE = "ignore"


class Coverage(StrEnum):
    """How much of a framework's control rules answer; never that it is met."""

    AUTOMATED = "automated"
    """Rules answer wholly what can be tested of it."""
    PARTIAL = "partial"
    """Rules answer some of it; the note says what remains."""
    MANUAL = "manual"
    """No rule answers it; the note says what evidence a person brings."""


class Exit(IntEnum):
    """The exit codes of every command (interfaces.md)."""

    OK = 0
    VIOLATIONS = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERNAL = 4


@record
class Spot:
    """Where something stands: a path with `/` or an address, and a place in it (lines and columns from 1)."""

    uri: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None
    """JSON pointer (RFC 6901), `alias=…`, or the like."""


@record
class Sighting:
    """One showing of an asset."""

    source: str
    """The evidence argument it came from, as the user wrote it."""
    source_type: str
    """network, file, inventory or ct."""
    spot: Spot
    seen_at: datetime | None = None
    """When it was observed; null: read in this run."""


@record
class Record:
    """One asset as one source shows it: the unit that importers and probes yield."""

    kind: str
    sighting: Sighting
    der: bytes | None = None
    """The certificate's own bytes; what can be decoded from them fills the row, `facts` only the rest."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Registry field name to value of the field's Python type (instants aware, durations as timedelta)."""
    unknown: tuple[str, ...] = ()
    """Facts that the source tried to see and could not, though their null would mean absent."""
    key: str | None = None
    """The source's own record key (ARN, vault id, key column), if it has one."""
    position: str | None = None
    """What tells records of one file apart, when there is no key: `#2` for the second certificate of a bundle."""
    leaf_of: str | None = None
    """asset_id of the endpoint that serves this certificate as its leaf."""
    notes: tuple[str, ...] = ()


@record
class Table:
    """Many assets of one kind at once, as large inventories yield them.

    `frame` has registry field names as columns (any subset, of the declared dtypes), and beside them, all optional but
    `_uri`: `_uri`, `_pointer` (String), `_line`, `_column` (Int64), `_seen_at` (instant), `_key` (String), `_der` (Binary),
    `_unknown` (List(String)).
    """

    kind: str
    source: str
    source_type: str
    frame: pl.DataFrame


@record
class Problem:
    """Something about the run or its input that a reader must know."""

    severity: Severity
    code: str
    """An id of `docs/`: `certgate/unreadable-input`, `certgate/unreachable`, or a note such as `undecoded-field`."""
    message: str
    spot: Spot
    incomplete: bool = False
    """The run is incomplete because of it (exit 3)."""


@dataclass(slots=True)
class SourceReport:
    """What became of one evidence argument or file: the import log that the audit report prints."""

    name: str
    format: str
    kind: str
    """network, file, inventory, snapshot."""
    sha256: str | None = None
    size: int | None = None
    read: int = 0
    kept: int = 0
    partial: int = 0
    dropped: int = 0
    why: str = ""
    """Why not all was kept, in words."""
    files: int = 1
    ignored: int = 0
    """Files of a folder that nothing recognised."""


@record
class GivenFile:
    """A file beside evidence and policies that moved the verdict, as the manifest names it."""

    role: str
    """configuration, exceptions, baseline, roots, mapping or targets."""
    name: str
    """Relative to the root."""
    sha256: str
    size: int


@record
class PolicyReport:
    """A policy as reports name it."""

    id: str
    version: str
    title: str
    owner: str
    sha256: str
    path: str
    """Relative to the root, or `certgate:policies/public-tls.yaml` for a shipped one."""
    named: bool
    """Given by the user (not only extended)."""
    advisory: str | None = None
    sources: tuple[Mapping[str, str], ...] = ()
    """id, doc, edition, checked."""
    text: str = ""
    """The policy as evaluated; written to RESULT/policies/."""
    loosened: tuple[Mapping[str, str], ...] = ()
    """Rules that it makes less strict than what it extends: rule, what (in words), reason (its `override`)."""
    disabled: tuple[Mapping[str, str], ...] = ()
    """Rules that it takes out: rule, reason, until (a day, or empty)."""


@record
class RuleReport:
    """A rule as reports show it, with its counts over all assets."""

    id: str
    policy: str
    policy_version: str
    policies: tuple[str, ...]
    """Every given policy that brings it in."""
    title: str
    kinds: tuple[str, ...]
    severity: Severity
    mode: Mode
    if_unknown: OnUnknown
    because: str
    fix: str
    source: Mapping[str, str]
    """doc, edition, clause, binding, checked; url where known; confidence where it was said."""
    controls: tuple[str, ...]
    limit: str
    """What is asked, in words, at as_of."""
    path: str
    line: int
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    skipped_undeclared: int = 0
    waived: int = 0


class ExceptionState(StrEnum):
    """What became of an exception at as_of."""

    IN_FORCE = "in force"
    PENDING = "not yet in force"
    LAPSED = "lapsed"
    UNUSED = "unused"
    """In force, but it matches no open finding."""
    REFUSED = "refused"
    """A rule forbids it, so it is not applied."""


@record
class ExceptionReport:
    """An exception as reports show it (interfaces.md, exceptions.parquet)."""

    id: str
    rule: str
    """A rule id or a glob, as written."""
    assets: str
    """The selector, as written on one line."""
    reason: str
    owner: str
    approved_by: str
    ticket: str
    created: str
    expires: str
    """Days, as 2026-11-01; in force to the end of the last one, UTC."""
    state: ExceptionState
    why: str = ""
    """Why it is refused, in words."""
    waives: tuple[str, ...] = ()
    """finding_id of the fails it waives; of a lapsed one, of those that are open again."""
    days_left: int | None = None
    """Whole days from as_of to the end; negative when lapsed."""
    path: str = ""
    line: int | None = None


@record
class BaselineReport:
    """The baseline a run was compared with."""

    path: str
    created: str
    owner: str
    policies: tuple[Mapping[str, str], ...]
    """id and version at the time it was made."""
    known: int
    """Findings of this run that it holds."""
    worse: int
    """Findings that it holds in a milder form, and that are new therefore."""
    gone: int
    """Entries that this run did not find again."""
    new_only: bool
    """Known findings do not count (`--new-only`)."""


@record
class Contradiction:
    """Values of one fact that some rules accept by name and others reject, on the same assets."""

    kind: str
    field: str
    values: tuple[str, ...]
    """As they are named: `X25519`."""
    accepts: tuple[str, ...]
    """Ids of rules that pass there, and name these values or pass because of them."""
    rejects: tuple[str, ...]
    """Ids of rules that fail there because of them."""
    affected: int
    """How many assets have one of these values and are asked by both sides."""
    examples: tuple[str, ...]
    """Names of the first of them."""
    common: tuple[str, ...] | None
    """Values that all these rules accept; None where that cannot be told."""


@record
class ControlReport:
    """A control of a framework, with what the rules of this run say that give evidence for it; never that it is met."""

    id: str
    title: str
    coverage: Coverage
    note: str
    """What the rules do not show, and people bring."""
    rules: tuple[str, ...]
    """Ids of the rules of this run; the counts are theirs together."""
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    waived: int = 0


@record
class FrameworkReport:
    """A framework, as far as it is mapped, with its controls."""

    id: str
    title: str
    edition: str
    checked: str
    url: str
    scope: str
    """Which part of the framework is mapped."""
    controls: tuple[ControlReport, ...]


@record
class ExitReport:
    """The exit code and its reasons in words."""

    code: Exit
    reasons: tuple[str, ...]


def finding_id(rule_id: str, place: str) -> str:
    """Name a finding so that it survives renewal: rule × place (interfaces.md)."""
    return sha256(f"{rule_id}\0{place}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


FINDINGS: dict[str, pl.DataType] = {
    "finding_id": pl.String(),
    "rule_id": pl.String(),
    "policy_version": pl.String(),
    "kind": pl.String(),
    "asset_id": pl.String(),
    "place": pl.String(),
    "name": pl.String(),
    "outcome": pl.String(),
    "severity": pl.String(),
    "mode": pl.String(),
    "counts": pl.Boolean(),
    "waived_by": pl.String(),
    "in_baseline": pl.Boolean(),
    "members": pl.List(pl.String()),
    "missing": pl.List(pl.String()),
    "observed": pl.String(),
    "limit": pl.String(),
    "message": pl.String(),
    "uri": pl.String(),
    "line": pl.Int64(),
    "column": pl.Int64(),
    "pointer": pl.String(),
}
"""Columns of findings.parquet (interfaces.md): one row per fail or unknown, in report order."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "severity": tuple(Severity),
    "mode": tuple(Mode),
    "outcome": (Outcome.FAIL, Outcome.UNKNOWN),
}
"""Columns of findings that hold words of a closed list, wherever they are stored."""

SIGHTINGS: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "asset_id": pl.String(),
    "source": pl.String(),
    "source_type": pl.String(),
    "uri": pl.String(),
    "line": pl.Int64(),
    "column": pl.Int64(),
    "pointer": pl.String(),
    "seen_at": pl.Datetime("us", "UTC"),
}
"""Columns of sightings.parquet."""

PROBLEMS: dict[str, pl.DataType] = {
    "severity": pl.String(),
    "code": pl.String(),
    "uri": pl.String(),
    "line": pl.Int64(),
    "column": pl.Int64(),
    "pointer": pl.String(),
    "message": pl.String(),
}
"""Columns of problems.parquet."""

GAPS: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "asset_id": pl.String(),
    "place": pl.String(),
    "name": pl.String(),
    "missing": pl.List(pl.String()),
    "would_tell": pl.List(pl.String()),
    "rules": pl.List(pl.String()),
    "severity": pl.String(),
    "counts": pl.Boolean(),
    "uri": pl.String(),
    "line": pl.Int64(),
    "column": pl.Int64(),
    "pointer": pl.String(),
}
"""Evidence gaps: one row per asset with undecided rules; severity is the highest of those rules."""


@record
class Report:
    """Everything that any renderer may say; made by the pipeline or loaded from a RESULT."""

    tool: Mapping[str, str]
    """name, version, and the versions of what it stands on (python, polars, cryptography, openssl, sslyze)."""
    as_of: datetime
    as_of_given: bool
    exit: ExitReport
    fail_on: str
    on_unknown: str | None
    show_from: str
    assumed: Mapping[str, str]
    where: str | None
    config: str | None
    policies: tuple[PolicyReport, ...]
    sources: tuple[SourceReport, ...]
    rules: tuple[RuleReport, ...]
    findings: pl.DataFrame
    """Columns FINDINGS, worst first: counting ones, then severity, rule, place."""
    gaps: pl.DataFrame
    """Columns GAPS."""
    problems: pl.DataFrame
    """Columns PROBLEMS."""
    tables: Mapping[str, pl.DataFrame]
    """The inventory: kind to table (stored columns of scanner.tables)."""
    sightings: pl.DataFrame
    """Columns SIGHTINGS."""
    undeclared: tuple[Mapping[str, Any], ...] = ()
    """field, assets, rules: what a `when` skipped only because a declared field is absent."""
    exceptions: tuple[ExceptionReport, ...] = ()
    baseline: BaselineReport | None = None
    files: tuple[GivenFile, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    """Where rules of different bodies contradict each other, those that most assets show first."""
    frameworks: tuple[FrameworkReport, ...] = ()
    """What the run says of controls; no percentage of compliance is made of it."""
    anchor: str = "README.md"
    """The file that SARIF points at when the evidence lies nowhere inside the root."""

    def worst(self) -> dict[tuple[str, str], str]:
        """Return the worst outcome of every asset: its open severity, else `unknown`, else `pass`, by kind and asset_id.

        Rules pass over an endpoint that was not reached; so it is unknown, though none of them says so.
        """
        result = {(kind, asset): "pass" for kind, table in self.tables.items() for asset in table["asset_id"]}
        result |= {("endpoint", asset): "unknown" for asset in self._not_reached()}
        for kind, asset in self.gaps.select("kind", "asset_id").iter_rows():
            result[kind, asset] = "unknown"
        order = [*(str(severity) for severity in Severity), "unknown", "pass"]
        failed = self.findings.filter((pl.col("outcome") == "fail") & pl.col("waived_by").is_null())
        for kind, asset, severity in self._of_assets(failed).iter_rows():
            held = result.get((kind, asset), "pass")
            result[kind, asset] = min(held, severity, key=order.index)
        return result

    def called(self, label: str) -> pl.DataFrame:
        """Return the findings that a label may mean: `F-` and the beginning of their finding_id."""
        return self.findings.filter(pl.col("finding_id").str.starts_with(label.removeprefix("F-")))

    def _not_reached(self) -> pl.Series:
        table = self.tables.get("endpoint", pl.DataFrame(schema={"asset_id": pl.String, "reachable": pl.Boolean}))
        return table.filter(pl.col("reachable").eq(other=False))["asset_id"]

    def _of_assets(self, found: pl.DataFrame) -> pl.DataFrame:
        """Say kind, asset_id and severity of findings; that of a group is one of each member listed."""
        grouped = found.filter(pl.col("members").list.len() > 0)
        alone = found.filter(pl.col("members").list.len() == 0).select("kind", "asset_id", "severity")
        if grouped.is_empty():
            return alone
        places = [table.select(pl.lit(kind).alias("kind"), "asset_id", "place") for kind, table in self.tables.items()]
        listed = grouped.select("severity", place="members").explode("place")
        return pl.concat([alone, listed.join(pl.concat(places), on="place").select("kind", "asset_id", "severity")])

"""Evidence arguments to sightings: files, folders, snapshots, standard input and live hosts."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scanner import problem_rows, run_findings, tables
from scanner.errors import CertgateError, InputError, UsageError
from scanner.importers import Document, recognise
from scanner.importers._mapping import InventoryMapping
from scanner.importers._mapping import load as load_mappings
from scanner.importers._walk import documents, uri
from scanner.inventory import store
from scanner.inventory.intake import CARRIED, Intake
from scanner.model import Problem, Record, SourceReport, Spot
from scanner.probes.progress import Progress
from scanner.request import Request
from scanner.spelling import spelled

if TYPE_CHECKING:
    from scanner.probes.targets import Target

_MOST_MAPPING = 10_000_000
KNOWN = "PEM, DER, PKCS#7, sslyze JSON and inventories in CSV, JSON and JSON Lines"


@dataclass(slots=True)
class Collected:
    """All sightings of a run, what became of each source, and the problems met."""

    intake: Intake = field(default_factory=Intake)
    sources: list[SourceReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)
    """What stored results told of their evidence."""

    def problem(self, spot: Spot, message: str, *, incomplete: bool = True) -> None:
        """Note an input that could not be read."""
        found = run_findings.UNREADABLE_INPUT.problem(message, spot)
        self.problems.append(replace(found, incomplete=incomplete))

    def told_beside(self, found: Sequence[Problem] = ()) -> list[Problem]:
        """Take each thing that stored results told, but not what this run found itself at the same place."""
        known = {(one.code, one.spot) for one in (*self.problems, *found)}
        return [one for one in dict.fromkeys(self.told) if (one.code, one.spot) not in known]


def collect(request: Request, progress: Progress) -> Collected:
    """Read every evidence argument; a broken one is a problem, never the end."""
    mappings = _mappings(request.mapping)
    collected = Collected()
    hosts: list[Target] = []
    for argument in request.evidence:
        path = Path(argument)
        if argument != "-" and not path.exists() and (target := _target(argument)):
            hosts.append(target)
        elif path.is_dir() and store.is_snapshot(path):
            _snapshot(collected, path)
        else:
            _files(collected, argument, request, mappings)
    for name in request.targets:
        hosts += _targets(collected, name, request)
    if hosts:
        _live(collected, hosts, request, progress)
    return collected


def _target(argument: str) -> "Target | None":
    """Take what is no path and looks like a host; probes are imported only where one is named."""
    from scanner.probes import targets

    return targets.parse(argument, Spot(f"tls://{argument}")) if targets.is_target(argument) else None


def _mappings(name: str | None) -> tuple[InventoryMapping, ...]:
    """Read the mapping file before any evidence: what is wrong in it is exit 2."""
    if name is None:
        return ()
    try:
        with Path(name).open("rb") as file:
            data = file.read(_MOST_MAPPING + 1)
        if len(data) > _MOST_MAPPING:
            raise UsageError(f"--mapping {name}: more than {_MOST_MAPPING:,} bytes; a mapping is smaller")
        return load_mappings(name, data.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--mapping {name}: {getattr(error, 'strerror', None) or error}") from error


def _shown(argument: str, root: Path) -> str:
    """Name evidence relative to the root where it lies inside: nobody's home folder stands in a report."""
    return uri(argument, Path(argument), root) if argument != "-" else argument


def _files(collected: Collected, argument: str, request: Request, mappings: Sequence[InventoryMapping]) -> None:
    source = SourceReport(name=_shown(argument, request.root), format="", kind="file", files=0)
    formats: set[str] = set()
    digests: list[str] = []
    for found in documents(argument, root=request.root, stdin=sys.stdin.buffer, mappings=mappings):
        if isinstance(found, Problem):
            collected.problems.append(found)
            continue
        source.files += 1
        form = _document(collected, found, source)
        if form or found.named:
            # NOTE: of a file in a folder that nothing recognised only the head was read.
            formats.add(form)
            digests.append(f"{sha256(found.data).hexdigest()}  {found.relative or found.uri}")
            source.size = (source.size or 0) + len(found.data)
    source.format = ", ".join(sorted(form for form in formats if form))
    if len(digests) == 1:
        source.sha256 = digests[0].split()[0]
    elif digests:
        source.sha256 = sha256("\n".join(sorted(digests)).encode("utf-8", "surrogatepass")).hexdigest()
    collected.sources.append(source)


def _document(collected: Collected, document: Document, source: SourceReport) -> str:
    """Read one file; return its format, or nothing where no importer knows it."""
    chosen = recognise(document)
    if chosen is None:
        if document.named:
            collected.problem(document.spot(), _unrecognised(document.data))
        source.ignored += 1
        return ""
    source.kind = chosen.source_type
    kept = dropped = 0
    try:
        for item in chosen.read(document):
            if isinstance(item, Problem):
                collected.problems.append(item)
                dropped += item.incomplete
            elif isinstance(item, Record):
                collected.intake.add(item, document.relative)
                kept += 1
            else:
                collected.intake.add_table(item, document.relative)
                kept += item.frame.height
    except InputError as error:
        collected.problem(document.spot(error.line, error.column, error.pointer), str(error))
        dropped += 1
    source.kept += kept
    source.dropped += dropped
    source.read += kept + dropped
    return chosen.name


def _unrecognised(data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    return f"no importer recognises this file; certgate reads {KNOWN}"


def _snapshot(collected: Collected, folder: Path) -> None:
    """Take a snapshot's assets once per sighting, as if its sources were read again."""
    try:
        kinds, sightings, manifest = store.load_tables(folder)
        collected.told += problem_rows.carried(store.load_problems(folder), spelled(folder))
    except UsageError as error:
        collected.problem(Spot(spelled(folder)), str(error))
        return
    kept = 0
    for kind, table in kinds.items():
        stored = [name for name in tables.schema(kind) if name not in {"asset_id", "place", "name", "sources"}]
        labels = [name for name in table.columns if name.startswith("labels.")]
        known = [name for name in (*stored, *labels) if name in table.columns and name != tables.ABSENT]
        seen = sightings.filter(pl.col("kind") == kind).rename(
            {name: f"_{name}" for name in ("source", "source_type", "uri", "line", "column", "pointer", "seen_at")}
        )
        frame = seen.join(table.select("asset_id", *known), on="asset_id", how="inner", maintain_order="left")
        carried = [name for name in frame.columns if name in CARRIED or name in (*stored, *labels)]
        collected.intake.parts[kind].append(frame.select(carried))
        kept += table.height
    digest = sha256((folder / store.MANIFEST).read_bytes()).hexdigest()
    report = SourceReport(name=spelled(folder), format="snapshot", kind="snapshot", sha256=digest, read=kept, kept=kept)
    report.why = f"collected as of {manifest.get('as_of', 'an unknown date')}"
    collected.sources.append(report)


def _targets(collected: Collected, name: str, request: Request) -> list["Target"]:
    """Read a file of hosts; what cannot be read is a problem at its line."""
    from scanner.probes import targets

    found: list[Target] = []
    for document in documents(name, root=request.root, stdin=sys.stdin.buffer):
        if isinstance(document, Problem):
            collected.problems.append(document)
            continue
        for item in targets.read(document):
            if isinstance(item, Problem):
                collected.problems.append(item)
            else:
                found.append(item)
    return found


def _live(collected: Collected, hosts: Sequence["Target"], request: Request, progress: Progress) -> None:
    source = SourceReport(
        name=f"live scan of {len(hosts)} {'host' if len(hosts) == 1 else 'hosts'}",
        format="sslyze",
        kind="network",
        files=0,
    )
    for item in _scanned(collected, hosts, request, progress):
        if isinstance(item, Problem):
            collected.problems.append(item)
        else:
            collected.intake.add(item, "")
            if item.kind == "endpoint":
                source.read += 1
                source.kept += item.facts.get("reachable") is True
                source.dropped += item.facts.get("reachable") is not True
    collected.sources.append(source)


def _scanned(collected: Collected, hosts: Sequence["Target"], request: Request, progress: Progress) -> Iterator[Record | Problem]:
    from scanner.probes import scan

    try:
        yield from scan.scan(hosts, sslyze=request.sslyze, timeout=request.timeout, progress=progress)
    except UsageError:
        raise
    except CertgateError as error:
        collected.problem(Spot("live scan"), str(error))

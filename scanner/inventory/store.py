"""SNAPSHOT and RESULT folders: Parquet per kind, a manifest with digests, written aside and then renamed (interfaces.md)."""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import polars as pl

from scanner import tables
from scanner.errors import UsageError
from scanner.model import (
    FINDINGS,
    GAPS,
    PROBLEMS,
    SIGHTINGS,
    WORDS,
    BaselineReport,
    Contradiction,
    ControlReport,
    Coverage,
    ExceptionReport,
    ExceptionState,
    Exit,
    ExitReport,
    FrameworkReport,
    GivenFile,
    Mode,
    OnUnknown,
    PolicyReport,
    Report,
    RuleReport,
    Severity,
    SourceReport,
)
from scanner.when import instant, parse_instant

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
RESULT = "result.json"
TABLES = tuple(f'  "{name}": [\n'.encode() for name in ("findings", "evidence_gaps", "problems"))


def is_snapshot(path: Path) -> bool:
    """Tell a SNAPSHOT or RESULT folder by its manifest."""
    return (path / MANIFEST).is_file() and (path / "sightings.parquet").is_file()


def spare(folder: Path) -> None:
    """Refuse to write a result over anything but another one."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--save {folder}: a file of this name exists; a result is a folder")
    if folder.exists() and any(folder.iterdir()) and not is_snapshot(folder):
        raise UsageError(f"--save {folder}: the folder exists and is not a certgate result; name another")


def save(report: Report, folder: Path, result_json: Iterable[bytes]) -> None:
    """Write a RESULT folder; what stood there is replaced only once the new one is whole."""
    spare(folder)
    aside = folder.parent / f".{folder.name}.{uuid4().hex[:8]}"
    aside.mkdir(parents=True)
    try:
        _write(report, aside, result_json)
        if folder.exists():
            shutil.rmtree(folder)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _write(report: Report, folder: Path, result_json: Iterable[bytes]) -> None:
    frames = {
        **report.tables,
        "sightings": report.sightings,
        "problems": report.problems,
        "findings": report.findings,
        "gaps": report.gaps,
        "rules": rules_frame(report),
        "exceptions": exceptions_frame(report),
    }
    for name, frame in frames.items():
        # Opened here: Polars takes no path that is not UTF-8.
        with (folder / f"{name}.parquet").open("wb") as file:
            frame.write_parquet(file)
    (folder / "policies").mkdir()
    for policy in report.policies:
        (folder / "policies" / f"{policy.id}.yaml").write_text(policy.text, encoding="utf-8")
    with (folder / RESULT).open("wb") as file:
        file.writelines(result_json)
    (folder / MANIFEST).write_bytes(
        orjson.dumps(manifest(report, folder), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


def rules_frame(report: Report) -> pl.DataFrame:
    """Return rules.parquet: one row per rule with its counts."""
    names = (
        "id",
        "policies",
        "title",
        "severity",
        "mode",
        "passed",
        "failed",
        "unknown",
        "skipped",
        "skipped_undeclared",
        "waived",
    )
    rows = [{name: _flat(getattr(rule, name)) for name in names} for rule in report.rules]
    schema = dict.fromkeys(names, pl.Int64()) | dict.fromkeys(("id", "title", "severity", "mode"), pl.String())
    frame = pl.DataFrame(rows, schema=schema | {"policies": pl.List(pl.String())})
    return frame.rename(
        {
            "id": "rule_id",
            "passed": "pass",
            "failed": "fail",
            "skipped": "skip",
            "skipped_undeclared": "skip_undeclared",
        }
    )


def exceptions_frame(report: Report) -> pl.DataFrame:
    """Return exceptions.parquet: one row per exception with what became of it."""
    names = tuple(ExceptionReport.__dataclass_fields__)
    schema = dict.fromkeys(names, pl.String()) | dict.fromkeys(("days_left", "line"), pl.Int64())
    rows = [{name: _flat(getattr(one, name)) for name in names} for one in report.exceptions]
    return pl.DataFrame(rows, schema=schema | {"waives": pl.List(pl.String())})


def _flat(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def manifest(report: Report, folder: Path | None = None) -> dict[str, Any]:
    """Say what went in and, for a folder, what came out, each with digest and size."""
    outputs = [] if folder is None else sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": dict(report.tool),
        "as_of": instant(report.as_of),
        "as_of_given": report.as_of_given,
        "inputs": [{name: getattr(source, name) for name in source.__dataclass_fields__} for source in report.sources],
        "files": [asdict(one) for one in report.files],
        "policies": [{"id": one.id, "version": one.version, "path": one.path, "sha256": one.sha256} for one in report.policies],
        "outputs": [
            {
                "name": path.relative_to(folder).as_posix(),
                "sha256": _digest(path),
                "size": path.stat().st_size,
            }
            for path in outputs
            if folder is not None
        ],
    }


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
        version = int(found["schema_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{folder}: not a certgate result: {error}") from error
    if version > SCHEMA_VERSION:
        raise UsageError(f"{folder}: written by a newer certgate (schema {version}; this one reads up to {SCHEMA_VERSION})")
    _verify(folder, found)
    return found


def _verify(folder: Path, found: Mapping[str, Any]) -> None:
    """Hold every file that the manifest lists against its digest: a result that was touched is none."""
    try:
        listed = {str(one["name"]): str(one["sha256"]) for one in found["outputs"]}
    except (KeyError, TypeError) as error:
        raise UsageError(f"{folder / MANIFEST}: its list of outputs cannot be read") from error
    needed = {"sightings.parquet", "problems.parquet", *((RESULT, "findings.parquet") if (folder / RESULT).is_file() else ())}
    if lacking := needed - set(listed):
        raise UsageError(f"{folder / MANIFEST}: does not list {', '.join(sorted(lacking))}")
    # NOTE: a table that is read though nobody listed it could have been put there later.
    there = [f"{kind}.parquet" for kind in tables.KINDS if (folder / f"{kind}.parquet").is_file()]
    if strange := [name for name in there if name not in listed]:
        raise UsageError(f"{folder}: {', '.join(strange)} is not in the manifest")
    for name, digest in listed.items():
        path = folder / name
        if ".." in Path(name).parts or not path.is_file() or _digest(path) != digest:
            raise UsageError(
                f"{path}: is gone or was changed after the result was written; its digest is not that of the manifest"
            )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def load_tables(folder: Path) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, dict[str, Any]]:
    """Read the tables and sightings of a SNAPSHOT."""
    found = _read_manifest(folder)
    kinds = {
        kind: _table(folder / f"{kind}.parquet", {"asset_id": tables.TEXT.dtype}, tables.schema(kind))
        for kind in tables.KINDS
        if (folder / f"{kind}.parquet").is_file()
    }
    return kinds, _table(folder / "sightings.parquet", SIGHTINGS, {}), found


def load_problems(folder: Path) -> pl.DataFrame:
    """Read what a SNAPSHOT, which was verified, tells of the evidence it was made from."""
    return _table(folder / "problems.parquet", PROBLEMS, {}).select(*PROBLEMS)


def _table(path: Path, needed: Mapping[str, pl.DataType], known: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Read a table; what cannot be read, or is not of the declared types, is refused, for a folder may come from anywhere."""
    try:
        with path.open("rb") as file:
            frame = pl.read_parquet(file)
        types = {name: dtype for name, dtype in known.items() if name in frame.columns} | dict(needed)
        return frame.with_columns(pl.col(name).cast(dtype) for name, dtype in types.items())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(f"{path}: not a table of a certgate result: {error}") from error


def load(folder: Path) -> Report:
    """Read a RESULT back into the Report it was saved from; nothing is evaluated again."""
    if not (folder / RESULT).is_file():
        raise UsageError(f"{folder}: no {RESULT} in it; `certgate check … --save {folder}` writes one")
    try:
        return _report(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder / RESULT}: not the JSON output of a certgate result: {error!r}") from error


def _report(folder: Path) -> Report:
    kinds, sightings, _ = load_tables(folder)
    said = orjson.loads(_beside_the_tables(folder / RESULT))
    settings = said["settings"]
    return Report(
        tool=said["tool"],
        as_of=parse_instant(said["as_of"]),
        as_of_given=said["as_of_given"],
        exit=ExitReport(Exit(said["exit"]["code"]), tuple(said["exit"]["reasons"])),
        **{name: settings[name] for name in ("fail_on", "on_unknown", "show_from", "assumed", "where", "config", "anchor")},
        policies=tuple(_policy(folder, row) for row in said["policies"]),
        sources=tuple(SourceReport(**row) for row in said["sources"]),
        rules=tuple(_rule(row) for row in said["rules"]),
        findings=_findings(folder / "findings.parquet"),
        gaps=_worded(_table(folder / "gaps.parquet", GAPS, {}).select(*GAPS), folder / "gaps.parquet"),
        problems=_worded(load_problems(folder), folder / "problems.parquet"),
        tables=kinds,
        sightings=sightings,
        undeclared=tuple(said["summary"]["undeclared"]),
        exceptions=tuple(_exception(row) for row in said["exceptions"]),
        baseline=_baseline(said["baseline"]),
        files=tuple(GivenFile(**row) for row in said["files"]),
        contradictions=tuple(_contradiction(row) for row in said.get("contradictions", ())),
        frameworks=tuple(_framework(row) for row in said.get("frameworks", ())),
    )


def _findings(path: Path) -> pl.DataFrame:
    """Read findings; their observed facts are JSON objects, or they are refused, since outputs take them as they are."""
    found = _table(path, FINDINGS, {}).select(*FINDINGS)
    whole = pl.col("observed").str.json_path_match("$").str.starts_with("{")
    if not found.select(whole.fill_null(value=False).all()).item():
        raise UsageError(f"{path}: not a table of a certgate result: observed facts that are no JSON")
    return _worded(found, path)


def _worded(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Refuse words that no run writes: reports have no colour, sign or place for them."""
    for name, legal in WORDS.items():
        strange = table[name].unique().to_list() if name in table.columns else []
        if strange := [one for one in strange if one not in legal]:
            raise UsageError(f"{path}: not a table of a certgate result: {strange[0]!r} is no {name}")
    return table


def _beside_the_tables(path: Path) -> bytes:
    """Read result.json without the lists that stand in Parquet, too, and may be gigabytes; they begin and end with a line."""
    kept: list[bytes] = []
    passing = False
    with path.open("rb") as file:
        for line in file:
            passing = passing and not line.startswith(b"  ]")
            if not passing:
                kept.append(line)
                passing = line in TABLES
    return b"".join(kept)


def _policy(folder: Path, row: Mapping[str, Any]) -> PolicyReport:
    path = folder / "policies" / f"{os.path.basename(row['id'])}.yaml"  # noqa: PTH119 - an id, not a path
    return PolicyReport(
        **{**row, **{name: tuple(row[name]) for name in ("sources", "loosened", "disabled")}},
        text=path.read_text(encoding="utf-8") if path.is_file() else "",
    )


def _exception(row: Mapping[str, Any]) -> ExceptionReport:
    return ExceptionReport(**{**row, "state": ExceptionState(row["state"]), "waives": tuple(row["waives"])})


def _contradiction(row: Mapping[str, Any]) -> Contradiction:
    lists = {name: tuple(row[name]) for name in ("values", "accepts", "rejects", "examples")}
    return Contradiction(**{**row, **lists, "common": None if row["common"] is None else tuple(row["common"])})


def _framework(row: Mapping[str, Any]) -> FrameworkReport:
    return FrameworkReport(**{**row, "controls": tuple(_control(one) for one in row["controls"])})


def _control(row: Mapping[str, Any]) -> ControlReport:
    return ControlReport(**{**row, "coverage": Coverage(row["coverage"]), "rules": tuple(row["rules"])})


def _baseline(row: Mapping[str, Any] | None) -> BaselineReport | None:
    return None if row is None else BaselineReport(**{**row, "policies": tuple(row["policies"])})


def _rule(row: Mapping[str, Any]) -> RuleReport:
    lists = {name: tuple(row[name]) for name in ("policies", "kinds", "controls")}
    words = {
        "severity": Severity(row["severity"]),
        "mode": Mode(row["mode"]),
        "if_unknown": OnUnknown(row["if_unknown"]),
    }
    return RuleReport(**{**row, **lists, **words})

"""Outputs: `FORMAT=PATH[,KEY=VALUE…]` on the command line to files, written aside and then renamed."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scanner.errors import UsageError
from scanner.model import Report
from scanner.record import record

ATTACHED = {"json": "result.json", "sarif": "results.sarif", "csv": "inventory.csv"}
"""What an audit PDF carries with it, by format."""


@record
class Output:
    """One file to write."""

    format: str
    path: str
    """`-` is standard output."""
    options: dict[str, str] = field(default_factory=dict)


def parse(texts: Sequence[str]) -> list[Output]:
    """Read the values of --output; refuse unknown formats and options, and one path given twice."""
    if not texts:
        return []
    import reports

    known = {one.name: one for one in reports.renderers()}
    outputs = [_parse(text, known) for text in texts]
    paths = [os.path.realpath(output.path) if output.path != "-" else "-" for output in outputs]
    for output, path in zip(outputs, paths, strict=True):
        if paths.count(path) > 1:
            raise UsageError(f"--output: {output.path} is given twice")
    return outputs


def _parse(text: str, known: dict[str, Any]) -> Output:
    name, equals, rest = text.partition("=")
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"; nearest: {near[0]!r}" if near else f"; one of {', '.join(sorted(known))}"
        raise UsageError(f"--output {text}: {name!r} is not a format{hint}")
    path, *pairs = rest.split(",")
    if not equals or not path:
        raise UsageError(f"--output {text}: write {name}=PATH, or {name}=- for standard output")
    options = dict(_pair(text, name, pair, known[name].options) for pair in pairs)
    if path != "-" and not Path(path).parent.is_dir():
        raise UsageError(f"--output {text}: the folder {Path(path).parent} does not exist")
    if path != "-" and Path(path).is_dir():
        raise UsageError(f"--output {text}: {path} is a folder; name a file in it")
    return Output(name, path, options)


def _pair(text: str, name: str, pair: str, allowed: dict[str, str]) -> tuple[str, str]:
    key, _, value = pair.partition("=")
    if key not in allowed:
        legal = ", ".join(sorted(allowed)) or "none"
        raise UsageError(f"--output {text}: {key!r} is not an option of {name} (it has: {legal})")
    return key, value


def write(report: Report, outputs: Sequence[Output], said: Mapping[str, str] = MappingProxyType({})) -> None:
    """Render and write every output, those for standard output last; `said` fills options that were not given."""
    if not outputs:
        return
    import orjson

    import reports
    from scanner.inventory import store

    known = {one.name: one for one in reports.renderers()}
    for output in sorted(outputs, key=lambda one: one.path == "-"):
        renderer = known[output.format]
        options = {name: text for name, text in said.items() if name in renderer.options} | output.options
        if renderer.attaches:
            attachments = {name: reports.carry(known[form].parts(report, {})) for form, name in ATTACHED.items()}
            attachments["manifest.json"] = reports.carry([orjson.dumps(store.manifest(report), option=orjson.OPT_INDENT_2)])
            put(output.path, renderer.parts(report, options, attachments))
        else:
            put(output.path, renderer.parts(report, options))


def spare(outputs: Sequence[Output], names: Sequence[str]) -> None:
    """Refuse to write over a file that the run reads, or one of a stored result that it reads."""
    from scanner.inventory import store

    # NOTE: a name may be that of a host, or one that no file can have, at which `Path.is_file` would stop.
    read = [Path(name) for name in names if os.path.isfile(name)]  # noqa: PTH113
    results = [Path(name).resolve() for name in names if os.path.isdir(name) and store.is_snapshot(Path(name))]  # noqa: PTH112
    for output in outputs:
        target = Path(output.path)
        within = any(result in target.resolve().parents for result in results)
        if within or (target.is_file() and any(target.samefile(path) for path in read)):
            raise UsageError(f"--output {output.format}={output.path}: this run reads what stands there; name another file")


def put(path: str, parts: Iterable[bytes]) -> None:
    """Write one output; a reader never sees half a file."""
    if path == "-":
        sys.stdout.buffer.writelines(parts)
        sys.stdout.buffer.flush()
        return
    target = Path(os.path.realpath(path))
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if _is_device(path):
            with Path(path).open("wb") as file:
                file.writelines(parts)
            return
        with aside.open("wb") as file:
            file.writelines(parts)
        aside.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def _is_device(path: str) -> bool:
    """Tell what is written to and never replaced: a device, a pipe, or a name for something that is open already."""
    target = Path(path)
    return (target.exists() and not target.is_file()) or target.absolute().parts[1:2] in {("dev",), ("proc",)}

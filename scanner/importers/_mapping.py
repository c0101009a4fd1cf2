"""The inventory mapping file: what a company's own columns mean, checked with every fault at its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import available_timezones

import polars as pl
import yaml

from scanner import tables
from scanner.errors import Fault, PolicyError
from scanner.importers._dates import DAY_FIRST, MONTH_FIRST, Reading
from scanner.importers._synonyms import legal
from scanner.record import record

_KEYS = ("files", "kind", "key", "columns", "dates", "serial")
_MAX_SIZE = 1_000_000
_MAX_DEPTH = 12


@record
class InventoryMapping:
    """How the columns of some inventories are to be understood."""

    files: tuple[str, ...] = ()
    """Globs for paths as reports write them; none: every inventory."""
    kind: str | None = None
    key: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Column of the registry to the inventory's own header."""
    dates: Reading = field(default_factory=Reading)
    serial: str | None = None
    """hex or decimal."""


def load(path: str, text: str) -> tuple[InventoryMapping, ...]:
    """Read a mapping file; PolicyError with all its faults where something in it is wrong."""
    reader = _Reader(path)
    if len(text) > _MAX_SIZE:
        raise PolicyError([Fault(path, 1, 1, "too large for a mapping file")])
    try:
        _refuse_tricks(path, text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise PolicyError([Fault(path, line, column, f"not valid YAML: {getattr(error, 'problem', None) or error}")]) from None
    found = tuple(reader.mappings(node))
    if reader.faults:
        raise PolicyError(reader.faults)
    return found


def _refuse_tricks(path: str, text: str) -> None:
    """Refuse aliases and deep nesting before any node is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _MAX_DEPTH:
            what = (
                "aliases (*name) are not used in a mapping file"
                if depth <= _MAX_DEPTH
                else "nested too deeply for a mapping file"
            )
            mark = event.start_mark
            raise PolicyError([Fault(path, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, what)])


def choose(mappings: Sequence[InventoryMapping], uri: str) -> InventoryMapping | None:
    """Find the first mapping that is for this file."""
    return next((one for one in mappings if not one.files or any(_is_for(uri, glob) for glob in one.files)), None)


def _is_for(uri: str, glob: str) -> bool:
    return fnmatchcase(uri, glob) or fnmatchcase(uri.rpartition("/")[2], glob)


class _Reader:
    """Walks the nodes of a mapping file and gathers faults."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def fault(self, node: Any, message: str) -> None:
        mark = node.start_mark
        self.faults.append(Fault(self.path, mark.line + 1, mark.column + 1, message))

    def mappings(self, node: Any) -> Iterator[InventoryMapping]:
        """Read the whole file: one mapping, or a list of them under `mappings`."""
        if not isinstance(node, yaml.MappingNode):
            self.faults.append(
                Fault(
                    self.path,
                    1,
                    1,
                    f"a mapping file is a YAML mapping with {', '.join(_KEYS)}, or a list of such under `mappings`",
                )
            )
            return
        parts = node.value
        if len(parts) == 1 and parts[0][0].value == "mappings" and isinstance(parts[0][1], yaml.SequenceNode):
            for one in parts[0][1].value:
                yield self.mapping(one)
        else:
            yield self.mapping(node)

    def mapping(self, node: Any) -> InventoryMapping:
        """Read one mapping."""
        parts = self.members(node, _KEYS)
        kind = self.word(parts.get("kind"), tuple(tables.KINDS))
        return InventoryMapping(
            files=tuple(self.texts(parts.get("files"))),
            kind=kind,
            key=self.text(parts.get("key")),
            columns=self.columns(parts.get("columns"), kind),
            dates=self.dates(parts.get("dates")),
            serial=self.word(parts.get("serial"), ("hex", "decimal")),
        )

    def columns(self, node: Any, kind: str | None) -> dict[str, str]:
        """Read `columns`: each key a column of the registry, each value a header of the inventory."""
        allowed = {name for one in ([kind] if kind else tables.KINDS) for name in legal(one)}
        found: dict[str, str] = {}
        for name, value in self.members(node, sorted(allowed), labels=True).items():
            header = self.text(value)
            if header is not None:
                found[name] = header
        return found

    def dates(self, node: Any) -> Reading:
        """Read `dates`: order or pattern, and the zone of times without one."""
        parts = self.members(node, ("format", "tz"))
        order, zone = self.text(parts.get("format")), self.text(parts.get("tz")) or "UTC"
        if order is not None and order not in {DAY_FIRST, MONTH_FIRST} and not _is_pattern(order):
            near = _near(order, (DAY_FIRST, MONTH_FIRST)) or "."
            advice = "Write day-first, month-first or a pattern with %d, %m and %Y"
            self.fault(parts["format"], f"«{order}» is no date format{near} {advice}")
        if not _is_zone(zone):
            self.fault(parts["tz"], f"«{zone}» is no time zone{_near(zone, sorted(available_timezones()))}")
        return Reading(order, zone)

    def members(self, node: Any, allowed: Any, *, labels: bool = False) -> dict[str, Any]:
        """Read a mapping with known keys; unknown and doubled ones are faults."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "a mapping (key: value) is expected here")
            return {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self.fault(key, f"«{name}» is said twice")
            elif name in allowed or (labels and name.startswith("labels.") and len(name) > len("labels.")):
                found[name] = value
            else:
                self.fault(key, f"«{name}» is not known here{_near(name, allowed)}")
        return found

    def text(self, node: Any) -> str | None:
        """Read a text that is not empty."""
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and node.value.strip():
            return str(node.value)
        self.fault(node, "a text is expected here")
        return None

    def texts(self, node: Any) -> list[str]:
        """Read one text or a list of texts."""
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [] if node is None else [node]
        return [text for one in nodes if (text := self.text(one)) is not None]

    def word(self, node: Any, allowed: tuple[str, ...]) -> str | None:
        """Read one of a few words."""
        text = self.text(node)
        if text is None or text in allowed:
            return text
        self.fault(node, f"«{text}» is none of {', '.join(allowed)}{_near(text, allowed)}")
        return None


def _is_pattern(pattern: str) -> bool:
    """Tell whether a pattern names day, month and year, and is one that can be used."""
    if not all(any(part in pattern for part in parts) for parts in (("%d", "%e"), ("%m", "%b", "%B"), ("%Y", "%y"))):
        return False
    try:
        pl.select(pl.datetime(2026, 1, 2).dt.strftime(pattern))
        pl.Series(["x"]).str.to_datetime(pattern, strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        return False
    return True


def _is_zone(zone: str) -> bool:
    try:
        pl.Series([None], dtype=pl.Datetime("us")).dt.replace_time_zone(zone)
    except pl.exceptions.PolarsError:
        return False
    return True


def _near(name: str, allowed: Any) -> str:
    near = get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""

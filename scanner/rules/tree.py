"""YAML as a tree that knows line and column of every node: plain text scalars, no YAML 1.1 typing, nothing executed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from scanner.errors import Fault

MOST_BYTES = 10_000_000
MOST_DEPTH = 100
MOST_NODES = 500_000
AMBIGUOUS = re.compile(
    r"(?i:on|off|yes|no|y|n|null)|~|[-+]?[0-9.]+[eE][-+]?[0-9]+|[0-9]+(:[0-9]+)+|0x[0-9a-fA-F]+|0o?[0-7]+|[-+]?\.(?i:inf|nan)"
)
_CLASSES = {"0x": "a hexadecimal number", "0o": "an octal number"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text with its place; `plain` means it was not quoted."""

    text: str
    line: int
    column: int
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the order they are written, with the nodes of key and value."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """Find the value of a key."""
        return next((value for name, value in self.entries if name.text == key), None)

    def __iter__(self) -> Iterator[tuple[Scalar, "Node"]]:
        """Go through key and value."""
        return iter(self.entries)


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class Faults:
    """Collects everything wrong in one file."""

    path: str
    found: list[Fault] = field(default_factory=list)

    def add(self, node: Any, message: str) -> None:
        """Note a fault at a node."""
        if node is None:
            line, column = 1, 1
        elif isinstance(node, Scalar | Sequence | Mapping):
            line, column = node.line, node.column
        else:
            line, column = node.line + 1, node.column + 1
        self.found.append(Fault(self.path, line, column, message))


class _StopError(Exception):
    """The file cannot be read further."""


def parse(data: bytes, faults: Faults) -> Node | None:
    """Read one YAML document; faults that leave a usable tree do not stop the reading."""
    if len(data) > MOST_BYTES:
        faults.add(None, f"the file has {len(data):,} bytes; at most {MOST_BYTES:,} are read")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        faults.found.append(Fault(faults.path, line, len(before) - before.rfind("\n"), "not UTF-8; save the file as UTF-8"))
        return None
    try:
        return _Reader(text, faults).document()
    except yaml.YAMLError as error:
        _scanner_fault(error, text, faults)
    except _StopError:
        pass
    return None


def _scanner_fault(error: yaml.YAMLError, text: str, faults: Faults) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or "not YAML"
    if mark is None:
        faults.add(None, str(problem))
        return
    lines = text.splitlines()
    here = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    before = lines[mark.line][mark.column - 1 : mark.column] if mark.line < len(lines) else ""
    if "alias" in str(problem) or here.startswith("*") or before == "*":
        # NOTE: libyaml points behind the star, which is where it wants the name of an anchor.
        place = mark.column + (before != "*")
        faults.found.append(Fault(faults.path, mark.line + 1, place, "text that begins with * must be quoted"))
        return
    if "\t" in here[:1]:
        problem = "a tab stands here; indent with spaces"
    faults.add(mark, str(problem))


class _Reader:
    """Turns libyaml's events into the tree."""

    def __init__(self, text: str, faults: Faults) -> None:
        self.faults = faults
        self.nodes = 0
        self.events = yaml.parse(text, Loader=getattr(yaml, "CLoader", yaml.Loader))

    def document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.faults.add(event.start_mark, "a second document; one file holds one document")
                    return root
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, 0)
        if root is None:
            self.faults.add(None, "the file is empty")
        return root

    def node(self, event: Any, depth: int) -> Node:
        """Read one node; libyaml's events have no useful types."""
        self.nodes += 1
        mark = event.start_mark
        if depth > MOST_DEPTH:
            self.stop(mark, f"nested deeper than {MOST_DEPTH}")
        if self.nodes > MOST_NODES:
            self.stop(mark, f"more than {MOST_NODES:,} nodes")
        if isinstance(event, yaml.AliasEvent):
            self.stop(mark, "aliases are not allowed; text that begins with * must be quoted")
        if getattr(event, "anchor", None):
            self.faults.add(mark, "anchors are not allowed; write the value where it is wanted")
        if getattr(event, "tag", None) and event.tag != "!":
            self.faults.add(mark, f"tag {event.tag} is not allowed")
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line, column, plain=not event.style)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(inner, depth + 1))
            return Sequence(tuple(items), line, column)
        return self.mapping(line, column, depth)

    def mapping(self, line: int, column: int, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        while not isinstance(inner := next(self.events), yaml.MappingEndEvent):
            key = self.node(inner, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.faults.add(key, "a key must be text")
            elif key.text in seen:
                first = seen[key.text]
                self.faults.add(key, f"duplicate key {key.text!r}; first at {self.faults.path}:{first.line}:{first.column}")
            else:
                seen[key.text] = key
                entries.append((key, value))
        return Mapping(tuple(entries), line, column)

    def stop(self, mark: Any, message: str) -> None:
        self.faults.add(mark, message)
        raise _StopError

"""YAML as a tree that knows line and column of every node: plain text scalars, no YAML 1.1 typing, nothing executed."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from scanner.errors import Fault

MOST_BYTES = 10_000_000
MOST_DEPTH = 100
MOST_NODES = 500_000
LONGEST_MESSAGE = 400
AMBIGUOUS = re.compile(
    r"|(?i:on|off|yes|no|y|n|null)|~|[-+]?[0-9.]+[eE][-+]?[0-9]+|[-+]?[0-9]+(:[0-9]+)+|0[xX][0-9a-fA-F]+|0o?[0-7]+|0b[01]+"
    r"|[-+]?\.(?i:inf|nan)"
)
"""What YAML readers take for something else than text (nothing at all is null)."""
_AMBIGUOUS_FIRST = frozenset("oOyYnN~+-.0123456789") | {""}
_HIDDEN = re.compile(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control, bidirectional and invisible characters: what is read must be what is seen; a line may end in CR LF."""
_PROBLEMS = {
    "mapping values are not allowed": "a colon with a space behind it cannot stand in unquoted text; quote the whole text",
    "did not find expected ',' or ']'": "the list that begins with [ lacks a comma or its ]",
    "did not find expected ',' or '}'": "the mapping that begins with { lacks a comma or its }",
    "did not find expected key": "this line does not fit the indentation above, or text stands behind a closing quote or bracket",
    "did not find expected '-' indicator": "each item of this list begins with - in the same column",
    "could not find expected ':'": "a key needs a colon with a space behind it",
    "found unexpected end of stream": "a quote is opened here and never closed",
    "did not find expected node content": "a value is missing here",
    "block sequence entries are not allowed": "a list begins on a line of its own: - ITEM",
}
"""What libyaml says, and what an author does about it."""


@dataclass(slots=True)
class Scalar:
    """A text with its place; `plain` means it was not quoted.

    NOTE: nodes are not frozen, since a policy has thousands and freezing costs.
    """

    text: str
    line: int
    column: int
    plain: bool = True


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
    """Keys in the order they are written, with the nodes of key and value."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """Find the value of a key."""
        for name, value in self.entries:
            if name.text == key:
                return value
        return None

    def __iter__(self) -> Iterator[tuple[Scalar, "Node"]]:
        """Go through key and value."""
        return iter(self.entries)


Node = Scalar | Sequence | Mapping


class TooManyFaultsError(Exception):
    """So much is wrong in a file that the rest is not looked at."""


@dataclass(slots=True)
class Faults:
    """Collects everything wrong in one file."""

    path: str
    found: list[Fault] = field(default_factory=list)
    ambiguous: list[Scalar] = field(default_factory=list)
    """Unquoted scalars that other readers of YAML take for no text."""
    most: int | None = None
    """How many are collected before the file is given up."""

    def add(self, node: Any, message: str) -> None:
        """Note a fault at a node."""
        if node is None:
            line, column = 1, 1
        elif isinstance(node, Scalar | Sequence | Mapping):
            line, column = node.line, node.column
        else:
            line, column = node.line + 1, node.column + 1
        cut = message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…"
        self.found.append(Fault(self.path, line, column, cut))
        if self.most is not None and len(self.found) >= self.most:
            raise TooManyFaultsError

    def settle(self) -> None:
        """Refuse the ambiguous scalars that nothing else was said of."""
        told = {(fault.line, fault.column) for fault in self.found}
        for scalar in self.ambiguous:
            if (scalar.line, scalar.column) not in told:
                self.add(scalar, ambiguous(scalar.text, f'"{scalar.text}" in quotes'))
        self.ambiguous.clear()


def ambiguous(text: str, instead: str) -> str:
    """Say that an unquoted scalar is no clear text."""
    return (
        f"{text!r} is ambiguous in YAML; write {instead}" if text else "nothing stands here; write a value, or leave out the key"
    )


class _StopError(Exception):
    """The file cannot be read further."""


def parse(data: bytes, faults: Faults) -> Node | None:
    """Read one YAML document; faults that leave a usable tree do not stop the reading."""
    if len(data) > MOST_BYTES:
        faults.add(None, f"the file has {len(data):,} bytes; at most {MOST_BYTES:,} are read, so part it into several")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line = before.count("\n") + 1
        faults.found.append(Fault(faults.path, line, len(before) - before.rfind("\n"), "not UTF-8; save the file as UTF-8"))
        return None
    for hidden in _HIDDEN.finditer(text):
        before = text[: hidden.start()]
        line, column = before.count("\n") + 1, hidden.start() - before.rfind("\n")
        faults.found.append(Fault(faults.path, line, column, _hidden(hidden.group())))
        return None
    try:
        return _Reader(text, faults).document()
    except yaml.YAMLError as error:
        _scanner_fault(error, text, faults)
    except _StopError:
        pass
    return None


def _hidden(char: str) -> str:
    name = unicodedata.name(char, "control character")
    return f"U+{ord(char):04X} ({name}) cannot be seen, or changes how other text is seen; remove it"


def _scanner_fault(error: yaml.YAMLError, text: str, faults: Faults) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or "not YAML")
    if mark is None:
        faults.add(None, problem)
        return
    lines = text.splitlines()
    whole = lines[mark.line] if mark.line < len(lines) else ""
    here, before = whole[mark.column :], whole[mark.column - 1 : mark.column]
    if "alias" in problem or here.startswith("*") or before == "*":
        # NOTE: libyaml points behind the star, which is where it wants the name of an anchor.
        place = mark.column + (before != "*")
        faults.found.append(Fault(faults.path, mark.line + 1, place, "text that begins with * must be quoted"))
        return
    if here[:1] == "\t":
        problem = "a tab stands here; indent with spaces"
    elif here[:1] in {"@", "`", "%", "|", ">", "&", "!"}:
        problem = f"text that begins with {here[0]} must be quoted"
    if "end of stream" in problem:
        mark = getattr(error, "context_mark", None) or mark
    faults.add(mark, next((said for known, said in _PROBLEMS.items() if known in problem), problem))


class _Reader:
    """Turns libyaml's events into the tree, one at a time: a list of all of them would cost as much again."""

    def __init__(self, text: str, faults: Faults) -> None:
        self.faults = faults
        self.nodes = 0
        self.next: Callable[[], Any] = getattr(yaml, "CLoader", yaml.Loader)(text).get_event

    def document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        while not isinstance(event := self.next(), yaml.StreamEndEvent):
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
        kind = type(event)
        mark = event.start_mark
        if kind is yaml.AliasEvent:
            self.stop(mark, "aliases are not allowed; text that begins with * must be quoted")
        if event.anchor is not None or event.tag is not None:
            self.decorated(event)
        if kind is yaml.ScalarEvent:
            return self.scalar(event.value, mark.line + 1, mark.column + 1, event.style)
        if depth >= MOST_DEPTH:
            self.stop(mark, f"nested deeper than {MOST_DEPTH}; say it with fewer brackets")
        inside = self.sequence if kind is yaml.SequenceStartEvent else self.mapping
        return inside(mark.line + 1, mark.column + 1, depth + 1)

    def decorated(self, event: Any) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            self.faults.add(event.start_mark, "anchors are not allowed; write the value where it is wanted")
        if event.tag is not None and event.tag != "!":
            self.faults.add(event.start_mark, f"tag {event.tag} is not allowed; remove it")

    def scalar(self, text: str, line: int, column: int, style: str | None) -> Scalar:
        if style:
            found = Scalar(text, line, column, plain=False)
            if style == '"' and not text.isprintable() and (hidden := _HIDDEN.search(text)):
                self.faults.add(found, _hidden(hidden.group()))
            return found
        found = Scalar(text, line, column)
        if text[:1] in _AMBIGUOUS_FIRST and AMBIGUOUS.fullmatch(text):
            self.faults.ambiguous.append(found)
        return found

    def sequence(self, line: int, column: int, depth: int) -> Sequence:
        items: list[Node] = []
        event, held, end = self.next, self.faults.ambiguous, yaml.SequenceEndEvent
        while type(inner := event()) is not end:
            item = self.node(inner, depth)
            items.append(item)
            if held and held[-1] is item and held[-1].text == "null":
                # NOTE: null is the element that marks a list open; a list of texts refuses it where it is read.
                held.pop()
        self.count(len(items), line, column)
        return Sequence(tuple(items), line, column)

    def mapping(self, line: int, column: int, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        event, node, end = self.next, self.node, yaml.MappingEndEvent
        while type(inner := event()) is not end:
            key, value = node(inner, depth), node(event(), depth)
            if type(key) is not Scalar:
                self.faults.add(key, "a key must be text; a colon or bracket too many stands here")
            elif (first := seen.setdefault(key.text, key)) is not key:
                self.faults.add(key, f"duplicate key {key.text!r}; first at {self.faults.path}:{first.line}:{first.column}")
            else:
                entries.append((key, value))
        self.count(2 * len(entries), line, column)
        return Mapping(tuple(entries), line, column)

    def count(self, nodes: int, line: int, column: int) -> None:
        """Bound what a file may hold."""
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            self.faults.add(
                Scalar("", line, column),
                f"more than {MOST_NODES:,} nodes up to the end of what begins here; part the file into several",
            )
            raise _StopError

    def stop(self, mark: Any, message: str) -> None:
        self.faults.add(mark, message)
        raise _StopError

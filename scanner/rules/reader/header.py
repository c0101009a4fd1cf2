"""The head of a policy: its words, sources, healthy rows and dates, all that its rules are read with."""

import re
from collections.abc import Mapping as MappingType
from dataclasses import field, replace
from datetime import datetime

from scanner import tables
from scanner.record import record
from scanner.rules.language import scalars
from scanner.rules.language.syntax import Entry, Mark, Row, Source
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader import rows

NEEDED = ("policy", "version", "title", "owner")
SOURCE_KEYS = ("id", "doc", "edition", "checked", "url", "confidence")
CONFIDENCES = ("primary", "secondary")
RESERVED = "certgate"
ID = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


@record
class Header:
    """What rules of a policy are read with."""

    policy: str
    version: str
    faults: Faults
    params: MappingType[str, Scalar] = field(default_factory=dict)
    given_at: MappingType[str, str] = field(default_factory=dict)
    """Where the value of a parameter was written: FILE:LINE."""
    lists: MappingType[str, tuple[Entry, ...]] = field(default_factory=dict)
    sources: MappingType[str, Source] = field(default_factory=dict)
    healthy: MappingType[str, rows.Stated] = field(default_factory=dict)
    tests_as_of: datetime | None = None
    proven: bool = False
    """Tests are typed when somebody asks for them."""
    merged: bool = False
    """The policy is stored as it was evaluated: full ids, no tests."""

    def aside(self) -> "Header":
        """Return a copy that notes its faults elsewhere."""
        return replace(self, faults=Faults(self.faults.path))

    def mark(self, node: Node) -> Mark:
        """Say where a node stands."""
        return Mark(self.faults.path, node.line, node.column)


@record
class Written:
    """The value of a rule's key as it stands in a file, with what it was read with."""

    node: Node
    header: Header
    beside: tuple[str, ...] = ()
    """Where else parts of it were written: FILE:LINE."""


def keys(node: Mapping, legal: tuple[str, ...], faults: Faults, later: MappingType[str, str] | None = None) -> None:
    """Refuse keys that nobody reads."""
    for key, _ in node:
        if later and key.text in later:
            faults.add(key, later[key.text])
        elif key.text not in legal:
            faults.add(key, f"unknown key {key.text!r}{nearest(key.text, legal)}")


def word(node: Mapping, name: str, faults: Faults, *, needed: bool = True) -> str:
    """Read a text of the policy itself."""
    found = node.get(name)
    if found is None:
        if needed:
            faults.add(node, f"{name} is missing; a policy begins with policy, version, title and owner")
        return ""
    if not isinstance(found, Scalar) or not found.text.strip():
        faults.add(found, f"{name} is a text; write {_SAMPLES.get(name, 'a whole sentence')}")
        return ""
    if name == "policy" and found.text == RESERVED:
        faults.add(found, f"{found.text!r} is reserved for findings about the run itself; call the policy otherwise")
    if name == "policy" and not ID.fullmatch(found.text):
        faults.add(found, f"{found.text!r} is no id; lower-case words joined by hyphens, as in public-tls")
    return found.text


_SAMPLES = {
    "policy": "its id, which is the name of the file",
    "version": "it as 1.0.0",
    "owner": "who answers for it, for example pki@example.com",
    "advisory": "the reason why nothing in it blocks",
}


def sources(node: Node | None, faults: Faults) -> dict[str, Source]:
    """Read what the policy was written against."""
    found: dict[str, Source] = {}
    if node is None:
        return found
    if not isinstance(node, Sequence):
        faults.add(node, "sources is a list: - { id: cabf-br, doc: …, edition: …, checked: DATE }")
        return found
    for item in node.items:
        if not isinstance(item, Mapping):
            faults.add(item, "a source is { id: …, doc: …, edition: …, checked: DATE }")
            continue
        given = texts(item, SOURCE_KEYS, faults)
        if not given.get("id") or not given.get("doc"):
            faults.add(item, "a source needs id, by which rules name it, and doc")
            continue
        if given["id"] in found:
            faults.add(item, f"source {given['id']!r} is given twice")
        checked = instant(item.get("checked"), "checked", faults)
        found[given["id"]] = Source(
            given["id"],
            given["doc"],
            given.get("edition", ""),
            checked,
            url=given.get("url", ""),
            confidence=confidence(item, faults),
        )
    return found


def confidence(source: Mapping, faults: Faults) -> str:
    """Read whether the document itself was read."""
    node = source.get("confidence")
    said = node.text if isinstance(node, Scalar) else ""
    if isinstance(node, Scalar) and said not in CONFIDENCES:
        faults.add(node, f"{said!r} is no confidence{nearest(said, CONFIDENCES)}; legal: {', '.join(CONFIDENCES)}")
    return said


def texts(node: Mapping, legal: tuple[str, ...], faults: Faults) -> dict[str, str]:
    """Read a mapping of texts."""
    keys(node, legal, faults)
    for key, value in node:
        if key.text in legal and not isinstance(value, Scalar):
            faults.add(value, f"{key.text} is a text")
    return {key.text: value.text for key, value in node if isinstance(value, Scalar)}


def healthy(node: Node | None, faults: Faults) -> dict[str, rows.Stated]:
    """Read the rows of facts that no rule fails, by kind."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        faults.add(node, "healthy is a mapping of kinds to rows: { certificate: { FIELD: VALUE } }")
        return {}
    found = {}
    for key, value in node:
        if key.text in tables.KINDS:
            found[key.text] = rows.stated(value, key.text, faults)
        else:
            faults.add(key, f"{key.text!r} is not a kind{nearest(key.text, tables.KINDS)}")
    return found


def deviating(own: MappingType[str, rows.Stated], parents: MappingType[str, Row]) -> dict[str, rows.Stated]:
    """Put the deviations of a child into the healthy rows that it inherits."""
    inherited = {kind: rows.restated(row) for kind, row in parents.items() if kind not in own}
    return inherited | {
        kind: rows.deviated(rows.restated(parents[kind]) if kind in parents else None, row) for kind, row in own.items()
    }


def instant(node: Node | None, name: str, faults: Faults) -> datetime | None:
    """Read a date of the policy itself."""
    if node is None:
        return None
    try:
        return scalars.instant(node.text if isinstance(node, Scalar) else "", None, name)
    except scalars.NotTypedError as error:
        faults.add(node, str(error))
        return None

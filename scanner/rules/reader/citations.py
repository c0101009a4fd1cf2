"""What a rule says of itself: its sentences, the clause it stands on, and the controls it serves."""

import re
from collections.abc import Mapping as MappingType

from scanner.rules.language.syntax import Source
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader.header import SOURCE_KEYS as DOCUMENT_KEYS
from scanner.rules.reader.header import Written, confidence, instant, keys

PLACEHOLDERS = ("name", "observed", "limit")
SOURCE_KEYS = ("id", "clause", "binding", "url", "note", "confidence")
AMENDS = ("add", "remove")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*/[A-Za-z0-9]([^\s]|[ ](?=\S))*")


def text(node: Node | None, name: str, key: Scalar, faults: Faults) -> str:
    """Read title, because or fix."""
    if not isinstance(node, Scalar) or not node.text.strip():
        faults.add(node or key, f"rule {key.text}: {name} is missing; write a whole sentence")
        return ""
    if "{" in node.text:
        for placeholder in _PLACEHOLDER.findall(node.text):
            if placeholder not in PLACEHOLDERS:
                near = nearest(placeholder, PLACEHOLDERS)
                faults.add(node, f"unknown placeholder {{{placeholder}}} in {name}{near}")
    return node.text


def source(node: Node, known: MappingType[str, Source], faults: Faults, *, whole: bool = False) -> Source | None:
    """Read the clause a rule stands on; a whole one names its document itself."""
    if not isinstance(node, Mapping):
        faults.add(node, "source is { id: …, clause: …, binding: … }")
        return None
    keys(node, tuple(dict.fromkeys((*SOURCE_KEYS, *DOCUMENT_KEYS))) if whole else SOURCE_KEYS, faults)
    given = {key.text: value.text for key, value in node if isinstance(value, Scalar)}
    for key, value in node:
        if not isinstance(value, Scalar):
            faults.add(value, f"source: {key.text} is a text")
    if whole:
        checked = instant(node.get("checked"), "checked", faults)
        words = {name: given.get(name, "") for name in ("id", "doc", "edition", "clause", "binding", "url")}
        return Source(checked=checked, confidence=confidence(node, faults), **words)
    base = known.get(given.get("id", ""))
    if base is None:
        name = given.get("id", "")
        hint = nearest(name, known) if known else "; the policy has no sources: list it there first"
        faults.add(node.get("id") or node, f"{name!r} is no source of this policy{hint}")
        return None
    clause, binding = given.get("clause", ""), given.get("binding", "")
    read = confidence(node, faults) or base.confidence
    return Source(base.id, base.doc, base.edition, base.checked, clause, binding, given.get("url", base.url), read)


def controls(node: Node, faults: Faults) -> tuple[str, ...]:
    """Read names of controls, each FRAMEWORK/CONTROL."""
    if not isinstance(node, Sequence):
        faults.add(node, "controls is a list of FRAMEWORK/CONTROL, as in [pci-dss-4.0.1/4.2.1]")
        return ()
    for item in node.items:
        said = item.text if isinstance(item, Scalar) else ""
        if not _CONTROL.fullmatch(said):
            faults.add(item, f"{said!r} is no control; write FRAMEWORK/CONTROL, as in pci-dss-4.0.1/4.2.1")
    return tuple(item.text for item in node.items if isinstance(item, Scalar))


def amended(node: Node, held: Written | None, name: str, faults: Faults) -> tuple[Node, tuple[str, ...]]:
    """Put `{ add: […] }` and `{ remove: […] }` into the list that is inherited; say where its parts were written."""
    given = {key.text for key, _ in node} if isinstance(node, Mapping) else set()
    if not isinstance(node, Mapping) or not given & set(AMENDS):
        return node, ()
    keys(node, AMENDS, faults)
    if held is None:
        faults.add(node, f"add and remove change a list that is inherited; this rule inherits no {name}")
        return Sequence((), node.line, node.column), ()
    added, removed = ([item for item in _items(node.get(one), one, faults) if isinstance(item, Scalar)] for one in AMENDS)
    items = [item for item in _items(held.node, name, faults) if isinstance(item, Scalar)]
    present = {item.text for item in items}
    for item in removed:
        if item.text not in present:
            faults.add(item, f"remove: {item.text!r} is not in {name}{nearest(item.text, present)}")
    gone = {item.text for item in removed}
    kept = [item for item in items if item.text not in gone]
    new = [item for item in added if item.text not in present]
    return Sequence((*kept, *new), node.line, node.column), (f"{held.header.faults.path}:{held.node.line}", *held.beside)


def _items(node: Node | None, name: str, faults: Faults) -> tuple[Node, ...]:
    if node is None:
        return ()
    if isinstance(node, Mapping):
        faults.add(node, f"{name} is a list")
        return ()
    return node.items if isinstance(node, Sequence) else (node,)

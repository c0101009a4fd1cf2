"""`extends`: names of policies, or pins of them by version and digest."""

import re
from dataclasses import replace
from hashlib import sha256

from scanner.record import record
from scanner.rules.language.syntax import Policy
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence
from scanner.rules.language.words import nearest
from scanner.rules.reader import find
from scanner.rules.reader.find import PolicyFile
from scanner.rules.reader.header import ID, texts

PIN_KEYS = ("policy", "version", "sha256")
MOST = 20
"""How deep policies may extend each other."""


@record
class Parent:
    """A policy that is extended."""

    name: str
    node: Node
    version: Scalar | None = None
    sha256: Scalar | None = None


def read(node: Node | None, faults: Faults) -> list[Parent]:
    """Read `extends`."""
    if node is None:
        return []
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        faults.add(node, "extends names at least one policy")
    found = [parent for item in items if (parent := _parent(item, faults)) is not None]
    for number, parent in enumerate(found):
        if any(other.name == parent.name for other in found[:number]):
            faults.add(parent.node, f"{parent.name} is extended twice")
    return found


def _parent(node: Node, faults: Faults) -> Parent | None:
    named = node.get("policy") if isinstance(node, Mapping) else node
    if isinstance(node, Mapping):
        texts(node, PIN_KEYS, faults)
    if not isinstance(named, Scalar):
        faults.add(node, "extends lists names of policies, or pins: { policy: public-tls, version: 1.0.0, sha256: … }")
        return None
    if not ID.fullmatch(named.text):
        faults.add(named, f"{named.text!r} is no id of a policy; write the bare name, as in public-tls")
        return None
    version, digest = (node.get(name) if isinstance(node, Mapping) else None for name in ("version", "sha256"))
    if isinstance(digest, Scalar) and not re.fullmatch("[0-9a-f]{64}", digest.text):
        faults.add(digest, f"sha256 {digest.text[:80]!r}: 64 lower-case hexadecimal digits are wanted")
        digest = None
    return Parent(
        named.text, named, version if isinstance(version, Scalar) else None, digest if isinstance(digest, Scalar) else None
    )


def file(parent: Parent, child: PolicyFile, chain: tuple[str, ...], faults: Faults) -> PolicyFile | None:
    """Find the file of a policy that is extended: beside the child first, then among the shipped."""
    if parent.name in chain:
        faults.add(parent.node, f"{' extends '.join((*chain, parent.name))}: a circle; remove one of these")
        return None
    if len(chain) > MOST:
        faults.add(parent.node, f"policies extend each other more than {MOST} deep")
        return None
    found = find.extended(parent.name, child.folder)
    if found is None:
        near = nearest(parent.name, find.shipped())
        faults.add(parent.node, f"{parent.name!r}: no such policy beside this file or among the shipped{near}")
        return None
    held = sha256(found.data).hexdigest()
    if parent.sha256 is not None and parent.sha256.text != held:
        words = f"{parent.name} is pinned to other bytes than {found.path} has: its sha256 is {held}"
        faults.add(parent.sha256, f"{words}; compare both with `certgate policy diff` before you pin it anew")
    return replace(found, pack=child.pack)


def version(parent: Parent, loaded: Policy, faults: Faults) -> None:
    """Hold a pinned version against the one that was found."""
    if parent.version is None or parent.version.text == loaded.version:
        return
    wanted, found = parent.version.text, loaded.version
    older = _ordered(found) < _ordered(wanted)
    words = f"{parent.name} is pinned to version {wanted}, but {loaded.path} is {'the older' if older else 'version'} {found}"
    faults.add(
        parent.version,
        f"{words}; an older one is never taken, get version {wanted}"
        if older
        else f"{words}; review what changed, then pin {found}",
    )


def _ordered(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text))

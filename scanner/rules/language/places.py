"""Where a JSON pointer leads in a text: line and column, for messages about documents that machines wrote."""

from collections.abc import Iterable

from scanner.rules.language.tree import Faults, Mapping, Node, Sequence, parse


def places_of(data: bytes, pointers: Iterable[str]) -> list[tuple[int, int]]:
    """Find line and column (from 1) of what each pointer names, or of the nearest thing around it; else the beginning."""
    root = parse(data, Faults(""))
    return [(1, 1) if root is None else _place(root, pointer) for pointer in pointers]


def _place(node: Node, pointer: str) -> tuple[int, int]:
    for part in pointer.split("/")[1:]:
        inner = _step(node, part)
        if inner is None:
            break
        node = inner
    return node.line, node.column


def _step(node: Node, part: str) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(part)
    if isinstance(node, Sequence) and part.isdecimal() and int(part) < len(node.items):
        return node.items[int(part)]
    return None

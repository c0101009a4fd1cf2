"""Where a JSON pointer leads in a text: line and column, for messages about documents that machines wrote."""

from scanner.rules.tree import Faults, Mapping, Node, Sequence, parse


def place_of(data: bytes, pointer: str) -> tuple[int, int]:
    """Find line and column (from 1) of what a pointer names, or of the nearest thing around it; else the beginning."""
    node = parse(data, Faults(""))
    if node is None:
        return 1, 1
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

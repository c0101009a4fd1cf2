"""A node of YAML written on one line, as `{ san.dns: { any: pos.example.com } }`."""

from scanner.rules.language.tree import AMBIGUOUS, Mapping, Node, Scalar

_SPECIAL = frozenset("{}[],:#&*!|>'\"%@`\\?-= ")
_FLOW = frozenset("{}[],")


def flow(node: Node) -> str:
    """Write a node on one line; reading it again gives the same node."""
    if isinstance(node, Scalar):
        return node.text if node.plain and is_plain(node.text) and not _FLOW & set(node.text) else quoted(node.text)
    if isinstance(node, Mapping):
        return f"{{ {', '.join(f'{flow(key)}: {flow(value)}' for key, value in node)} }}" if node.entries else "{}"
    return f"[{', '.join(map(flow, node.items))}]"


def text(value: str) -> str:
    """Write a text so that YAML reads it as this text: bare where that is safe, else quoted."""
    return value if is_plain(value) and not AMBIGUOUS.fullmatch(value) else quoted(value)


def is_plain(value: str) -> bool:
    """Tell whether a text may stand without quotes outside a flow."""
    if not value or not value.isprintable() or value != value.strip() or value[0] in _SPECIAL:
        return False
    return ": " not in value and " #" not in value and not value.endswith(":")


def quoted(value: str) -> str:
    """Write a text in double quotes, with what cannot be seen spelled out."""
    shown = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in shown) + '"'

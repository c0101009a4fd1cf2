"""What predicates come down to: a few forms of three-valued logic (Kleene), in which constants are folded at once."""

from collections.abc import Iterable

from scanner.record import record
from scanner.rules.language.syntax import Operand


@record
class Constant:
    """True, false, or unknown (None)."""

    value: bool | None


@record
class Compare:
    """A positive comparison: false where its subject, an operand or its clock is absent."""

    subject: str
    """A field of the row; within a list a sub-field of the element, or `""` for the element itself."""
    op: str
    operands: tuple[Operand, ...]


@record
class Undecided:
    """A comparison with something unknown: false where the subject is absent, else unknown."""

    subject: str


@record
class Outside:
    """A comparison of the row's own field, asked within a list."""

    part: Compare


@record
class Length:
    """A comparison of the number of elements of a list."""

    subject: str
    op: str
    operands: tuple[Operand, ...]


@record
class Quantified:
    """Every element, or at least one."""

    subject: str
    every: bool
    part: "Node"


@record
class Both:
    """All parts hold."""

    parts: tuple["Node", ...]


@record
class Either:
    """At least one part holds."""

    parts: tuple["Node", ...]


@record
class Inverse:
    """The part does not hold."""

    part: "Node"


Node = Constant | Compare | Undecided | Outside | Length | Quantified | Both | Either | Inverse

TRUE, FALSE, UNKNOWN = Constant(value=True), Constant(value=False), Constant(value=None)


def both(parts: Iterable[Node]) -> Node:
    """Join with «and»."""
    kept: list[Node] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        kept += part.parts if isinstance(part, Both) else () if part == TRUE else (part,)
    return kept[0] if len(kept) == 1 else Both(tuple(kept)) if kept else TRUE


def either(parts: Iterable[Node]) -> Node:
    """Join with «or»."""
    kept: list[Node] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        kept += part.parts if isinstance(part, Either) else () if part == FALSE else (part,)
    return kept[0] if len(kept) == 1 else Either(tuple(kept)) if kept else FALSE


def inverse(part: Node) -> Node:
    """Say «not»; of unknown it is unknown."""
    if isinstance(part, Constant):
        return Constant(None if part.value is None else not part.value)
    return part.part if isinstance(part, Inverse) else Inverse(part)


def kids(node: Node) -> tuple[Node, ...]:
    """Name the forms that a form is made of."""
    match node:
        case Both(parts) | Either(parts):
            return parts
        case Inverse(part) | Quantified(part=part):
            return (part,)
    return ()


def lists(node: Node) -> set[str]:
    """Name the lists of the row that a form asks."""
    here = {node.subject} if isinstance(node, Length | Quantified) else set()
    return here.union(*map(lists, kids(node)))

"""What a predicate may name where it stands: fields of a kind, parts of a shape, operators that fit."""

from collections.abc import Mapping
from functools import lru_cache

from scanner import tables
from scanner.record import record
from scanner.rules.language.operators import OPERATORS
from scanner.tables import Type

LABELS = "labels"
IN_STRUCTURE = "inside a list of structures another field cannot be named"
IN_LIST = "inside a list another field is named only as any or none: { is: { field: … } }"


@record
class Names:
    """Fields of a kind, or sub-fields of a list's element."""

    kind: str
    members: Mapping[str, Type] | None = None
    """Of an element of a list (none, where it has no parts); None at the level of the row."""
    closed: str = ""
    """Why `{ field: NAME }` may not stand here."""

    def type_of(self, name: str) -> Type | None:
        """Find the type of a field."""
        if self.members is not None:
            return self.members.get(name)
        fact = tables.fact(self.kind, name)
        return fact.type if fact else None

    def all(self) -> list[str]:
        """Name every field."""
        return list(self.members if self.members is not None else tables.FACTS[self.kind])

    def prefix(self, name: str) -> bool:
        """Tell whether fields begin with `name.`."""
        if self.members is None:
            return name in _prefixes(self.kind)
        return any(field.startswith(f"{name}.") for field in self.members)

    def example(self, prefix: str) -> str:
        """Name one part of a shape, for a message."""
        return next((name.removeprefix(prefix) for name in self.all() if name.startswith(prefix)), "NAME")

    def where(self) -> str:
        """Say what kind of thing is meant."""
        return self.kind if self.members is None else "an element of the list"


@lru_cache(maxsize=64)
def _prefixes(kind: str) -> frozenset[str]:
    """Everything that stands before a dot in a field's name."""
    parts = [name.split(".")[:-1] for name in tables.FACTS[kind]]
    return frozenset({LABELS, *(".".join(path[: end + 1]) for path in parts for end in range(len(path)))})


@lru_cache(maxsize=64)
def fitting(type_name: str) -> tuple[str, ...]:
    """Name the operators that fit a type."""
    return tuple(one.name for one in OPERATORS.values() if type_name in one.types)


def described(type_: Type) -> str:
    """Say what a type is, for messages."""
    if type_.name == "list" and type_.element is not None:
        return f"list of {type_.element.name}s"
    return f"one of {len(type_.values)} words" if type_.values else type_.name

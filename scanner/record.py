"""Records: frozen, slotted dataclasses in a fourth of the time, of which every start makes a hundred."""

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Make a class that type checkers take for `@dataclass(frozen=True, slots=True)`.

    NOTE: that would compile six methods for each class. Here it is `__init__` alone: the others are shared, and that nothing
    is set later is for the type checker to hold.
    """
    made: Any = dataclass(slots=True, repr=False, eq=False)(cls)
    values = attrgetter("__class__", *(one.name for one in fields(made) if one.compare))
    made.__eq__ = lambda self, other: values(self) == values(other) if type(self) is type(other) else NotImplemented
    made.__hash__ = lambda self: hash(values(self))
    made.__repr__ = _shown
    return made  # type: ignore[no-any-return]


def _shown(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"

"""`in_list`: the entries of a list beside what is asked for them; an entry that could never match is a fault."""

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace

from scanner.rules.language import scalars
from scanner.rules.language.names import Names
from scanner.rules.language.syntax import Entry, InList
from scanner.rules.language.syntax import Scalar as Value
from scanner.rules.language.tree import Node, Scalar
from scanner.rules.language.words import nearest
from scanner.rules.reader.lists import CERTIFICATES
from scanner.rules.reader.operands import Operands
from scanner.tables import Type


@dataclass(slots=True)
class Memberships(Operands):
    """Reads `in_list` of one file for one kind."""

    lists: MappingType[str, tuple[Entry, ...]] = field(default_factory=dict)

    def in_list(self, name: str, type_: Type | None, value: Node, names: Names) -> InList | None:
        """Take the entries of a list: on a value of a type, or (None) on a shape, whose parts their keys name."""
        if not isinstance(value, Scalar) or value.text not in self.lists:
            word = value.text if isinstance(value, Scalar) else ""
            hint = nearest(word, self.lists) if self.lists else "; write its entries under lists"
            self.faults.add(value, f"{word!r} is no list of this policy{hint}")
            return None
        before = len(self.faults.found)
        entries = tuple(self._typed(value, name, type_, entry, names) for entry in self.lists[value.text])
        return InList(name, value.text, entries, self.mark(value)) if len(self.faults.found) == before else None

    def _typed(self, place: Scalar, name: str, type_: Type | None, entry: Entry, names: Names) -> Entry:
        typed = {key: self._wanted(place, name, type_, key, wanted, names) for key, wanted in entry.keys.items()}
        return replace(entry, keys=typed)

    def _wanted(self, place: Scalar, name: str, type_: Type | None, key: str, wanted: Value, names: Names) -> Value:
        if key == CERTIFICATES:
            return wanted
        part = ".".join(filter(None, (name, key)))
        known = (names.type_of(part) if key else None) if type_ is None else (None if key else type_)
        if known is None or known.name in {"list", "struct"}:
            self._once(place, self._misfit(place.text, part or name, key, type_, names))
            return wanted
        try:
            return scalars.typed(Scalar(str(wanted), place.line, place.column, plain=False), known, part or "the element")
        except scalars.NotTypedError as error:
            self._once(place, f"{error} (an entry of {place.text})")
            return wanted

    def _misfit(self, listed: str, part: str, key: str, type_: Type | None, names: Names) -> str:
        if not key:
            return f"entries of {listed} are bare values, but {part or 'an element'} has parts; name them: {{ PART: VALUE }}"
        if type_ is not None:
            return f"entries of {listed} name {key!r}, but {part.removesuffix(key).rstrip('.') or 'the element'} has no parts"
        what = "no part of an element of the list" if names.members is not None else f"no single field of {names.kind}"
        legal = [one for one in names.all() if one.startswith(part.removesuffix(key))]
        return f"entries of {listed} name {part!r}, which is {what}{nearest(part, legal)}"

    def _once(self, place: Scalar, message: str) -> None:
        """Ten thousand entries that err alike are one fault."""
        last = self.faults.found[-1] if self.faults.found else None
        if last is None or (last.line, last.column, last.message) != (place.line, place.column, message):
            self.faults.add(place, message)

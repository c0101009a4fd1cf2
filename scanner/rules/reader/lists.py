"""Lists of a policy: entries by key, fingerprint, CA owner or name, each with its own last day."""

import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingType
from collections.abc import Sequence as SequenceType
from dataclasses import dataclass, field
from datetime import datetime

from scanner.errors import CertgateError
from scanner.rules.language import scalars
from scanner.rules.language.syntax import Entry, Mark
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence, ambiguous
from scanner.rules.language.words import nearest
from scanner.rules.reader.header import keys

NOTES = ("label", "note")
LIMITS = ("until", "issued_until")
CERTIFICATES = "certificates"
"""Key of an entry that names a file of certificates."""
AMENDS = ("add", "remove")
_DIGEST = re.compile("[0-9a-f]{64}")

Listed = tuple[str, str, str]
"""A certificate of a file: spki_sha256, fingerprint_sha256, subject."""
Certificates = Callable[[str], SequenceType[Listed]]
"""Reads the certificates of a file; raises CertgateError where there are none."""


@dataclass(slots=True)
class Lists:
    """Reads `lists` of one file."""

    faults: Faults
    beside: Callable[[str], str]
    """Finds a file that an entry names."""
    certificates: Certificates | None
    """None: entries that name a file stay as they are."""
    inherited: MappingType[str, tuple[Entry, ...]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    """The certificate files that entries name."""

    def read(self, node: Node | None) -> dict[str, tuple[Entry, ...]]:
        """Read name to entries; `{ add: […] }` and `{ remove: […] }` change a list that is inherited."""
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self.faults.add(node, "lists is a mapping of names to lists: { approved_cas: [ … ] }")
            return {}
        return {name.text: self._list(name, value) for name, value in node}

    def _list(self, name: Scalar, node: Node) -> tuple[Entry, ...]:
        if isinstance(node, Sequence):
            return self._entries(node.items)
        if isinstance(node, Mapping) and any(key.text in AMENDS for key, _ in node):
            return self._amended(name, node)
        self.faults.add(node, f"{name.text} is a list; write each entry on a line that begins with -")
        return ()

    def _amended(self, name: Scalar, node: Mapping) -> tuple[Entry, ...]:
        keys(node, AMENDS, self.faults)
        held = self.inherited.get(name.text)
        if held is None:
            near = nearest(name.text, self.inherited)
            self.faults.add(name, f"add and remove change a list that is inherited; {name.text!r} is none{near}")
            return ()
        added, removed = node.get("add"), node.get("remove")
        for part in (added, removed):
            if part is not None and not isinstance(part, Sequence):
                self.faults.add(part, "a list of entries is wanted: [ … ]")
        gone = self._entries(removed.items) if isinstance(removed, Sequence) else ()
        for entry in gone:
            if not any(one.keys == entry.keys for one in held) and entry.mark is not None:
                place = Scalar("", entry.mark.line, entry.mark.column)
                self.faults.add(
                    place, f"remove: no entry of {name.text} has just these keys: {', '.join(map(str, entry.keys.values()))}"
                )
        kept = tuple(one for one in held if all(one.keys != entry.keys for entry in gone))
        return kept + (self._entries(added.items) if isinstance(added, Sequence) else ())

    def _entries(self, items: Iterable[Node]) -> tuple[Entry, ...]:
        return tuple(entry for item in items for entry in self._entry(item))

    def _entry(self, node: Node) -> tuple[Entry, ...]:
        mark = Mark(self.faults.path, node.line, node.column)
        if isinstance(node, Scalar):
            return (Entry({"": self._text(node)}, mark=mark),)
        if not isinstance(node, Mapping):
            self.faults.add(node, "an entry is a value, or a mapping as { spki_sha256: …, until: DAY }")
            return ()
        given = {key.text: value for key, value in node}
        texts = {name: self._text(value) for name, value in given.items() if name not in LIMITS}
        wanted = {("" if name == "value" else name): text for name, text in texts.items() if name not in NOTES}
        if not wanted:
            self.faults.add(
                node, "an entry needs a key that tells the CA or value: spki_sha256, fingerprint_sha256, ca_owner, value …"
            )
            return ()
        self._digests(given)
        entry = Entry(wanted, texts.get("label"), self._day(given, "until"), self._day(given, "issued_until"), mark)
        return self._from_file(entry, node) if CERTIFICATES in wanted else (entry,)

    def _from_file(self, entry: Entry, node: Mapping) -> tuple[Entry, ...]:
        """Put the certificates of a file, by their keys, in the place of the entry that names it."""
        place = node.get(CERTIFICATES)
        if len(entry.keys) > 1:
            self.faults.add(place, "certificates says which CAs are meant; beside it stand only label, note, until, issued_until")
            return ()
        try:
            path = self.beside(str(entry.keys[CERTIFICATES]))
            self.files.append(path)
            if self.certificates is None:
                return (entry,)
            found = self.certificates(path)
        except CertgateError as error:
            self.faults.add(place, str(error))
            return ()
        return tuple(
            Entry({"spki_sha256": spki}, entry.label or subject, entry.until, entry.issued_until, entry.mark)
            for spki, subject in {spki: subject for spki, _, subject in found}.items()
        )

    def _text(self, node: Node) -> str:
        if not isinstance(node, Scalar):
            self.faults.add(node, "a single value is wanted")
            return ""
        if node.plain and node.text == "null":
            self.faults.add(node, ambiguous(node.text, '"null" in quotes'))
        elif not node.text.strip() and not node.plain:
            self.faults.add(node, "an empty text tells nothing; write a value, or leave out the key")
        return node.text

    def _digests(self, given: MappingType[str, Node]) -> None:
        for name, value in given.items():
            if name.endswith("sha256") and isinstance(value, Scalar) and not _DIGEST.fullmatch(value.text):
                self.faults.add(value, f"{name} {value.text[:80]!r}: 64 lower-case hexadecimal digits are wanted")

    def _day(self, given: MappingType[str, Node], name: str) -> datetime | None:
        node = given.get(name)
        if node is None:
            return None
        try:
            return scalars.after_day(node.text if isinstance(node, Scalar) else "", name)
        except scalars.NotTypedError as error:
            self.faults.add(node, str(error))
            return None

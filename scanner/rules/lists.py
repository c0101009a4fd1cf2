"""Lists of a policy: entries by key, fingerprint, CA owner or name, each with its own last day."""

from collections.abc import Mapping as MappingType
from datetime import datetime

from scanner.rules import scalars
from scanner.rules.syntax import Entry
from scanner.rules.tree import Faults, Mapping, Node, Scalar, Sequence

NOTES = frozenset({"label", "note"})
LIMITS = frozenset({"until", "issued_until"})
CERTIFICATES = "certificates"
"""Key of an entry that names a file of certificates."""


def read(node: Node | None, faults: Faults) -> tuple[dict[str, tuple[Entry, ...]], tuple[str, ...]]:
    """Read `lists`: name to entries, and the certificate files they name."""
    found: dict[str, tuple[Entry, ...]] = {}
    files: list[str] = []
    if node is None:
        return found, ()
    if not isinstance(node, Mapping):
        faults.add(node, "lists is a mapping of names to lists")
        return found, ()
    for name, value in node:
        if not isinstance(value, Sequence):
            faults.add(value, f"{name.text} is a list; write each entry on a line that begins with -")
            continue
        entries = [_entry(item, faults, files) for item in value.items]
        found[name.text] = tuple(entry for entry in entries if entry is not None)
    return found, tuple(files)


def _entry(node: Node, faults: Faults, files: list[str]) -> Entry | None:
    if isinstance(node, Scalar):
        return Entry({"": node.text})
    if not isinstance(node, Mapping):
        faults.add(node, "an entry is a value or a mapping")
        return None
    given = {key.text: value for key, value in node}
    if set(given) == {"certificates"} and isinstance(given["certificates"], Scalar):
        files.append(given["certificates"].text)
        return Entry({"certificates": given["certificates"].text})
    keys = {
        ("" if name == "value" else name): _text(value, faults) for name, value in given.items() if name not in NOTES | LIMITS
    }
    if not keys:
        faults.add(node, "an entry needs a key that tells the CA or value: spki_sha256, fingerprint_sha256, ca_owner, value …")
        return None
    label = given.get("label")
    return Entry(
        keys, label.text if isinstance(label, Scalar) else None, _day(given, "until", faults), _day(given, "issued_until", faults)
    )


def _text(node: Node, faults: Faults) -> str:
    if isinstance(node, Scalar):
        return node.text
    faults.add(node, "a single value is wanted")
    return ""


def _day(given: MappingType[str, Node], name: str, faults: Faults) -> datetime | None:
    node = given.get(name)
    if node is None:
        return None
    if not isinstance(node, Scalar):
        faults.add(node, f"{name} is a day; write it as 2026-03-15")
        return None
    try:
        return scalars.after_day(node.text, name)
    except scalars.NotTypedError as error:
        faults.add(node, str(error))
        return None


def with_certificates(entries: tuple[Entry, ...], known: MappingType[str, tuple[tuple[str, str], ...]]) -> tuple[Entry, ...]:
    """Put the certificates of a file in the place of the entry that names it: by key (known: file to spki and fingerprint)."""
    result: list[Entry] = []
    for entry in entries:
        name = entry.keys.get("certificates")
        if name is None:
            result.append(entry)
        else:
            result += [
                Entry({"spki_sha256": spki}, entry.label, entry.until, entry.issued_until) for spki, _ in known.get(str(name), ())
            ]
    return tuple(result)

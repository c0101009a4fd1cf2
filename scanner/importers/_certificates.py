"""Certificates of one file as records: their bytes, positions, and what is said once for the whole file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner import tables
from scanner.importers import Document, _tlv
from scanner.model import Problem, Record
from scanner.tables import Origin

FEEDS = (
    *(f"certificate:{name}" for name, fact in tables.FACTS["certificate"].items() if fact.origin is Origin.DECODED),
    "certificate:private_key_beside",
)
"""What a certificate's own bytes tell, and the file they stand in."""
BESIDE = "a private key is stored in the same file; nothing of it was kept"


_SORTS = 12
_SAID = 100
"""Broken parts of one file that are named one by one; the rest is counted."""


@dataclass(slots=True)
class Bundle:
    """What a file of certificates has shown so far."""

    document: Document
    private_key_beside: bool = False
    count: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    key_line: int | None = None
    """Line of the first private key."""
    faults: int = 0

    def certificate(self, der: bytes, line: int | None = None, column: int | None = None) -> Iterator[Record | Problem]:
        """Take one certificate; anything after it (as in TRUSTED CERTIFICATE) is left off."""
        self.count += 1
        which = f"certificate {self.count}"
        outer = _tlv.value(der)
        if outer is None or outer.tag != _tlv.SEQUENCE:
            yield from self.broken(f"{which} is no whole DER value: cut off, or something else", line, column)
        elif outer.after > _tlv.MAX_CERTIFICATE:
            yield from self.broken(f"{which} has {outer.after:,} bytes; at most {_tlv.MAX_CERTIFICATE:,} are read", line, column)
        else:
            yield Record(
                "certificate",
                self.document.sighting("file", line, column),
                der=der[: outer.after],
                facts={"private_key_beside": self.private_key_beside},
                position=f"#{self.count}" if self.count > 1 else None,
                notes=(BESIDE,) if self.private_key_beside else (),
            )

    def pkcs7(self, data: bytes, line: int | None = None, column: int | None = None) -> Iterator[Record | Problem]:
        """Take the certificates of a PKCS#7."""
        found = _tlv.signed_certificates(data)
        if found is None:
            yield from self.broken(
                "the PKCS#7 is cut off, or of a kind that carries no certificates (not SignedData)", line, column
            )
        elif not found:
            self.ignored["PKCS7 without a certificate"] += 1
        for der in found or ():
            yield from self.certificate(der, line, column)

    def broken(self, message: str, line: int | None = None, column: int | None = None) -> Iterator[Problem]:
        """Say what cannot be read; past a limit only count."""
        self.faults += 1
        if self.faults <= _SAID:
            yield self.document.broken(message, line, column)

    def rest(self) -> Iterator[Problem]:
        """Say once what else the file held."""
        if self.faults > _SAID:
            yield self.document.broken(f"{self.faults - _SAID:,} more broken parts")
        if self.ignored:
            named = ", ".join(f"{count} {label}" for label, count in self.ignored.most_common(_SORTS))
            yield self.document.note("ignored-content", f"not certificates, and left aside: {named}")
        if self.private_key_beside:
            text = BESIDE if self.count else "a private key stands here; nothing of it was kept"
            yield self.document.note("private-key-seen", text, self.key_line)
        if not self.count and not self.faults and not self.ignored and not self.private_key_beside:
            yield self.document.note("ignored-content", "the file holds no certificate")

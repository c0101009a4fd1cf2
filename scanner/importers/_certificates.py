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


@dataclass(slots=True)
class Bundle:
    """What a file of certificates has shown so far."""

    document: Document
    private_key_beside: bool = False
    count: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    keys: list[int | None] = field(default_factory=list)
    """Lines of private keys."""

    def certificate(self, der: bytes, line: int | None = None, column: int | None = None) -> Record | Problem:
        """Take one certificate; anything after it (as in TRUSTED CERTIFICATE) is left off."""
        self.count += 1
        which = f"certificate {self.count}"
        outer = _tlv.value(der)
        if outer is None or outer.tag != _tlv.SEQUENCE:
            return self.document.broken(f"{which} is no whole DER value: cut off, or something else", line, column)
        if outer.after > _tlv.MAX_CERTIFICATE:
            return self.document.broken(
                f"{which} has {outer.after:,} bytes; at most {_tlv.MAX_CERTIFICATE:,} are read", line, column
            )
        return Record(
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
            yield self.document.broken(
                "the PKCS#7 is cut off, or of a kind that carries no certificates (not SignedData)", line, column
            )
            return
        if not found:
            yield self.document.note("ignored-content", "the PKCS#7 carries no certificate", line, column)
        for der in found:
            yield self.certificate(der, line, column)

    def rest(self) -> Iterator[Problem]:
        """Say once what else the file held."""
        if self.ignored:
            named = ", ".join(f"{count} {label}" for label, count in sorted(self.ignored.items()))
            yield self.document.note("ignored-content", f"not certificates, and left aside: {named}")
        if self.keys:
            yield self.document.note(
                "private-key-seen", BESIDE if self.count else "a private key stands here; nothing of it was kept", self.keys[0]
            )

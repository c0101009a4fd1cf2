"""Which column of an inventory says which fact: by the mapping, else by documented names; what is left over is said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from scanner import tables
from scanner.importers import Document, Yield, _text
from scanner.importers._mapping import InventoryMapping
from scanner.importers._synonyms import DER, FINGERPRINT, ISSUER, KEY, SAN, SUBJECT, is_secret, legal, names, plain
from scanner.model import Problem, Severity
from scanner.tables import Origin

_SPECIFIC = frozenset({
    FINGERPRINT, ISSUER, SAN, "serial", "not_before", "not_after", "san.dns", "key.algorithm", "key.bits", "signature.algorithm",
    "issuer.cn", "fingerprint_sha256", "issuer.dn", "subject.dn",
})  # fmt: skip
"""Columns that speak of certificates and hardly of anything else."""
_GENERAL = frozenset({DER, SUBJECT, "subject.cn", "extended_key_usage", "host", "port", "address"})
"""Columns that count beside another one."""


@dataclass(slots=True)
class Binding:
    """Column of the registry to index of the inventory's column, and what became of the others."""

    kind: str
    headers: Sequence[str]
    columns: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    doubled: list[tuple[str, str]] = field(default_factory=list)
    """Headers that say what another column says already, with that column's header."""
    secrets: list[str] = field(default_factory=list)

    def header(self, column: str) -> str:
        """Return the inventory's own name of a column."""
        return self.headers[self.columns[column]]

    def strength(self) -> int:
        """Say how sure it is that this is an inventory: 0 not at all, 1 if the user says so, 2 by itself."""
        specific = len(_SPECIFIC & self.columns.keys())
        general = len(_GENERAL & self.columns.keys())
        if (specific and specific + general > 1) or {"host", "port"} <= self.columns.keys():
            return 2
        return int(bool(specific or general))


def is_meant(document: Document, sureness: int) -> bool:
    """Tell whether to read: what merely could be an inventory is read only if the user or a mapping names it."""
    return sureness > 1 or document.named or document.mapping is not None


def bind(headers: Sequence[str], mapping: InventoryMapping | None = None) -> Binding:
    """Bind columns by the mapping and by their names; the kind is the mapping's, else what the columns speak of."""
    kinds = [mapping.kind] if mapping and mapping.kind else list(tables.KINDS)
    found = [_bound(kind, headers, mapping) for kind in kinds]
    telling = [sum(1 for name in one.columns if name != KEY and not _declared(one.kind, name)) for one in found]
    if len(found) == 1:
        return found[0]
    certificate, endpoint = found
    return endpoint if "host" in endpoint.columns and telling[0] == 0 else certificate


def _bound(kind: str, headers: Sequence[str], mapping: InventoryMapping | None) -> Binding:
    binding = Binding(kind, headers)
    taken = _mapped(binding, mapping) if mapping else set()
    for find in (_exact, _reduced, _leaf):
        for index, header in enumerate(headers):
            column = None if index in taken or not header.strip() else _label(header) or find(kind, header)
            if column is None:
                continue
            taken.add(index)
            if column in binding.columns:
                binding.doubled.append((header, binding.header(column)))
            else:
                binding.columns[column] = index
    for index, header in enumerate(headers):
        if index not in taken and header.strip():
            (binding.secrets if is_secret(header) else binding.unused).append(header)
    return binding


def _mapped(binding: Binding, mapping: InventoryMapping) -> set[int]:
    """Bind what the mapping names; a header it names that is missing is said by `notes`."""
    taken: set[int] = set()
    wanted = dict(mapping.columns) | ({KEY: mapping.key} if mapping.key else {})
    for column, header in wanted.items():
        index = _find(binding.headers, header)
        if index is not None:
            binding.columns[column] = index
            taken.add(index)
    return taken


def _find(headers: Sequence[str], wanted: str) -> int | None:
    exact = [index for index, header in enumerate(headers) if header.strip() == wanted.strip()]
    alike = [index for index, header in enumerate(headers) if plain(header) == plain(wanted)]
    return next(iter([*exact, *alike]), None)


def _exact(kind: str, header: str) -> str | None:
    """Take a column's own name."""
    return names(kind).get(plain(header)) if header.strip() in _own(kind) else None


@cache
def _own(kind: str) -> frozenset[str]:
    return frozenset(legal(kind)) | {KEY}


def _reduced(kind: str, header: str) -> str | None:
    return names(kind).get(plain(header))


def _leaf(kind: str, header: str) -> str | None:
    """Take the last part of a nested name (`X509.ValidTo`); an `id` in there belongs to something else."""
    column = names(kind).get(plain(header.rpartition(".")[2])) if "." in header else None
    return None if column == KEY else column


def _label(header: str) -> str | None:
    """Take `labels.NAME` and `label:NAME` as labels."""
    for prefix in ("labels.", "label.", "label:", "labels:"):
        if header.strip().lower().startswith(prefix) and len(header.strip()) > len(prefix):
            return "labels." + header.strip()[len(prefix) :]
    return None


def _declared(kind: str, name: str) -> bool:
    fact = tables.fact(kind, name)
    return fact is not None and fact.origin is Origin.DECLARED


def notes(document: Document, binding: Binding, mapping: InventoryMapping | None, line: int | None) -> list[Yield]:
    """Say once per file what is not used, not read, said twice, or missing though the mapping names it."""
    found: list[Yield] = []
    if mapping:
        absent = [header for column, header in mapping.columns.items() if column not in binding.columns]
        absent += [mapping.key] if mapping.key and KEY not in binding.columns else []
        if absent:
            text = f"the mapping names {quoted(absent)}, which this file does not have; it has {quoted(binding.headers)}"
            found.append(Problem(Severity.MEDIUM, "unmapped-column", text, document.spot(line)))
    if binding.secrets:
        text = f"{quoted(binding.secrets)} may hold secrets by the name; dropped unread"
        found.append(Problem(Severity.LOW, "secret-dropped", text, document.spot(line)))
    for header, other in binding.doubled:
        text = f"column {quoted([header])} says the same as {quoted([other])}; the first is used"
        found.append(Problem(Severity.LOW, "doubled-column", text, document.spot(line)))
    if binding.unused:
        count = len(binding.unused)
        hints = [hint for header in binding.unused if (hint := _hint(header, binding.kind))]
        told = f"; did you mean {', '.join(hints[:5])}?" if hints else ""
        text = f"{count} {'column is' if count == 1 else 'columns are'} not used: {quoted(binding.unused)}{told}"
        found.append(document.note("unused-column", text, line))
    return found


def _hint(header: str, kind: str) -> str | None:
    near = get_close_matches(plain(header), names(kind), n=1, cutoff=0.85)
    return f"{quoted([header])} → {names(kind)[near[0]]}" if near else None


def quoted(headers: Sequence[str]) -> str:
    shown = ", ".join(f"«{_text.printable(header, 40)}»" for header in headers[:12])
    return shown if len(headers) <= 12 else f"{shown} and {len(headers) - 12} more"

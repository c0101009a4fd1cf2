"""Rows of an inventory to a table of assets: what a cell tells is a fact, what it does not tell stays unknown and is said."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import polars as pl

from scanner import tables
from scanner.errors import InputError
from scanner.importers import Document, Yield, _binding, _cells, _consequences, _embedded, _facts_of_columns
from scanner.importers._binding import Binding
from scanner.importers._cells import Read
from scanner.importers._mapping import InventoryMapping
from scanner.importers._sheet import Complaints, Sheet, counted, quote
from scanner.importers._synonyms import DER, KEY
from scanner.model import Problem, Severity, Table
from scanner.tables import Origin

_NEVER = 9999
"""A year that some tools write for «never expires»; RFC 5280 4.1.2.5 gives it that meaning, too."""
_DEFAULT_PORT = 443
_LOOKS_LIKE = r"^(?:-----BEGIN|MII|3082)"

Facts = dict[str, pl.Series]


def bound(document: Document, headers: list[str], line: int | None) -> tuple[Binding, list[Yield]]:
    """Bind the columns of a file and say what is not used; InputError where it is no inventory."""
    binding = _binding.bind(headers, document.mapping)
    if not binding.strength() and not (document.mapping and document.mapping.columns and binding.columns):
        told = _binding.quoted(headers)
        raise InputError(
            f"no column of this file is known ({told}); rename them, or say in a mapping file what they are (--mapping)",
            line=line,
        )
    return binding, _binding.notes(document, binding, document.mapping, line)


def read(document: Document, sheet: Sheet) -> Iterator[Yield]:
    """Yield the table of a sheet, and what is to be said of its cells."""
    texts = {name: sheet.frame[str(index)] for name, index in sheet.binding.columns.items()}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        told = pool.map(lambda name: (_cells.trimmed if name == KEY else _cells.told)(texts[name]), list(texts))
        texts = dict(zip(list(texts), list(told), strict=True))
        alive = _any(texts, sheet.frame.height)
        if not alive.all():
            sheet, texts = sheet.filtered(alive), {name: one.filter(alive) for name, one in texts.items()}
        complaints = Complaints(document, sheet)
        facts = _facts(texts, document.mapping or InventoryMapping(), complaints, pool)
    frame = _frame(document, sheet, facts | _marks(texts, complaints))
    if sheet.binding.kind == "endpoint":
        frame = _endpoints(frame, complaints)
    yield from complaints.problems
    if frame.height:
        yield Table(sheet.binding.kind, document.source, "inventory", frame)
    else:
        yield Problem(Severity.LOW, "no-rows", "the inventory has no rows", document.spot())


def _any(texts: Mapping[str, pl.Series], height: int) -> pl.Series:
    """Tell the rows in which anything stands."""
    if not height or any(one.null_count() == 0 for one in texts.values()):
        return pl.repeat(True, height, eager=True, dtype=pl.Boolean)  # noqa: FBT003 - the value to be repeated
    return pl.DataFrame(texts).select(~pl.all_horizontal(pl.all().is_null())).to_series()


def _facts(texts: Mapping[str, pl.Series], mapping: InventoryMapping, complaints: Complaints, pool: Executor) -> Facts:
    """Read every column; where two tell the same fact, the one named after it goes first."""
    kind = complaints.sheet.binding.kind
    if mapping.serial is None and "serial" in texts:
        mapping = replace(mapping, serial=_base(complaints.sheet.binding.header("serial")))
    columns = [name for name in texts if name not in {KEY, DER}]
    found = list(pool.map(lambda name: _column(kind, name, texts[name], mapping), columns))
    told = [
        (fact != column, column, fact, one) for column, facts in zip(columns, found, strict=True) for fact, one in facts.items()
    ]
    facts: Facts = {}
    precise: list[pl.Series] = []
    unknown: list[pl.Expr] = []
    for _, column, fact, one in sorted(told, key=lambda entry: entry[0]):
        held = facts.get(fact)
        if held is None or held.null_count():
            facts[fact] = one.values if held is None else pl.select(pl.coalesce(held, one.values)).to_series()
        if one.unread.any():
            _complain(complaints, texts[column], column, one)
            unknown += _unknown(kind, fact, one.unread)
        if one.precise is not None and fact in {"not_before", "not_after"}:
            precise.append(one.precise)
    if "not_after" in facts:
        _complain_of_never(complaints, facts["not_after"])
    if len(precise) == 2 and "lifetime" not in facts:
        facts["lifetime"] = _consequences.lifetime(facts["not_before"], facts["not_after"], precise[0] & precise[1])
    if unknown:
        facts[tables.UNKNOWN] = pl.select(pl.concat_list(unknown).list.drop_nulls()).to_series()
    return facts


def _base(header: str) -> str | None:
    """Say in which base serial numbers are, where the column's own name does."""
    return next((base for base, mark in (("hex", "hex"), ("decimal", "dec")) if mark in header.lower()), None)


def _column(kind: str, name: str, texts: pl.Series, mapping: InventoryMapping) -> dict[str, Read]:
    """Read a column as it is; only where that leaves cells unread are blanks around them taken off."""
    long = _cells.long(texts)
    if long is not None:
        found = _column(kind, name, _cells.kept(texts, ~long), mapping)
        first, one = next(iter(found.items()))
        why = f"{one.why} of at most {_cells.LONGEST:,} bytes"
        return found | {first: replace(one, unread=one.unread | long, why=why)}
    found = _facts_of_columns.read(kind, name, texts, mapping)
    if any(one.unread.any() for one in found.values()):
        return _facts_of_columns.read(kind, name, _cells.trimmed(texts), mapping)
    return found


def _unknown(kind: str, fact: str, unread: pl.Series) -> list[pl.Expr]:
    """Mark a declared fact that stood there and was not understood: its null would mean absent."""
    known = tables.fact(kind, fact)
    declared = known is not None and known.origin is Origin.DECLARED
    return [pl.when(unread).then(pl.lit(fact))] if declared else []


def _complain(complaints: Complaints, texts: pl.Series, column: str, read: Read) -> None:
    unread = read.unread
    if read.ambiguous is not None and read.ambiguous.any():
        unread = unread & ~read.ambiguous
        header = complaints.header(column)
        complaints.once(
            read.ambiguous,
            lambda row, count: (
                f"column «{header}»: {counted(count, 'cell')} such as {quote(texts[row])} can be read in two ways; "
                f"left unknown until a mapping file says which is meant: {read.advice}"
            ),
            "ambiguous-value",
            Severity.MEDIUM,
        )
    complaints.cells(texts, unread, column, lambda text: f"{text} is not {read.why}")


def _complain_of_never(complaints: Complaints, not_after: pl.Series) -> None:
    last = not_after.max()
    if not isinstance(last, datetime) or last.year < _NEVER:
        return
    complaints.once(
        not_after.dt.year() == _NEVER,
        lambda _, count: f"{counted(count, 'date')} in the year {_NEVER}, as some tools write for «never»; taken as it stands",
        "year-9999",
    )


def _marks(texts: Mapping[str, pl.Series], complaints: Complaints) -> Facts:
    """Take the record's key and the certificate itself."""
    marks: Facts = {"_key": _key(texts[KEY], complaints)} if KEY in texts else {}
    if DER not in texts:
        return marks
    found = _embedded.read(texts[DER])
    header = complaints.header(DER)
    alike = texts[DER].str.contains(_LOOKS_LIKE).fill_null(value=False)
    complaints.cells(texts[DER], found.unread & alike, DER, lambda text: f"{text} is no whole certificate")
    complaints.once(
        found.unread & ~alike,
        lambda row, count: (
            f"column «{header}»: no certificate in PEM or base64 in {counted(count, 'cell')} such as {quote(texts[DER][row])}"
        ),
        "unreadable-value",
        Severity.LOW,
    )
    complaints.once(
        found.more,
        lambda _, count: f"column «{header}»: of {counted(count, 'chain')} only the first certificate is used",
        "ignored-content",
    )
    complaints.once(
        found.private,
        lambda _, count: f"column «{header}»: {counted(count, 'private key')} recognised; nothing of it was kept",
        "private-key-seen",
        Severity.LOW,
    )
    beside = {"private_key_beside": _cells.kept(found.private, found.private)} if found.private.any() else {}
    return marks | {tables.DER: found.ders} | beside


def _key(texts: pl.Series, complaints: Complaints) -> pl.Series:
    """Take the record's key, unless it is none that anybody could read."""
    long = _cells.long(texts)
    if long is None:
        return texts
    complaints.cells(texts, long, KEY, lambda text: f"{text} is not a key of at most {_cells.LONGEST:,} bytes")
    return _cells.kept(texts, ~long)


def _frame(document: Document, sheet: Sheet, facts: Facts) -> pl.DataFrame:
    """Put the facts side by side, each of its declared dtype, with where the rows stand."""
    kind = sheet.binding.kind
    declared = tables.schema(kind) | {"_key": pl.String()}
    places = [("_line", sheet.lines), ("_column", sheet.columns), ("_pointer", sheet.pointers)]
    columns = [one.cast(declared.get(name, pl.String())).alias(name) for name, one in facts.items()]
    # In one piece at once, on all cores: with some columns in pieces every step would do it.
    frame = pl.DataFrame([*columns, *(one.alias(name) for name, one in places if one is not None)]).rechunk()
    implied = _consequences.expressions(frozenset(facts)) if kind == "certificate" else ()
    return frame.with_columns(*implied, pl.lit(document.uri).alias("_uri"))


def _endpoints(frame: pl.DataFrame, complaints: Complaints) -> pl.DataFrame:
    """Keep the rows that name a host; without a port it is the one of HTTPS."""
    nameless = frame["host"].is_null()
    complaints.rows(nameless, lambda _: "a row without a host that can be read; it is left out", incomplete=True)
    port = frame["port"] if "port" in frame.columns else pl.Series("port", [None] * frame.height, dtype=pl.Int64)
    complaints.once(
        port.is_null() & ~nameless,
        lambda _, count: f"no port in {counted(count, 'row')}; {_DEFAULT_PORT} is taken",
        "default-port",
    )
    return frame.with_columns(port=port.fill_null(_DEFAULT_PORT)).filter(~nameless)

"""Objects of JSON text as rows of an inventory: nested names joined by dots, each with its place (RFC 8259, RFC 6901)."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import polars as pl

from scanner.errors import InputError
from scanner.importers import Document, Yield, _binding, _json, _text
from scanner.importers._mapping import InventoryMapping
from scanner.record import record

_BLANK = re.compile(r"[ \t\r\n]*")
_DEEPEST = 6
_WIDEST = 1000
_TELLING = ("value", "oid", "name", "dns", "address")
"""Members of the small objects that some tools make of a list's elements, the most telling first."""
_SAMPLE = 20
_NAMES = {type(None): "null", bool: "true or false", str: "a text", list: "an array", object: "a number"}
"""What stands where an object should; bool before the numbers, for it is one of them."""
_LIST = re.compile(rb"\[\s*\{")
_KEYS = re.compile(rb'"([^"\\]{1,60})"\s*:')


@record
class Found:
    """One object with its place."""

    value: Mapping[str, Any]
    line: int
    column: int
    pointer: str | None


def knows(head: bytes, *, lines: bool = False) -> bool:
    """Tell whether the names in the beginning of a document are those of an inventory."""
    text = _text.head(head)
    binding = _named(text)
    if binding.kind == "endpoint" and not lines and text.lstrip()[:1] == b"{":
        # Host and port of a single object are settings of a program; of a list they are an inventory.
        binding = _named(b"".join(_LIST.split(text, maxsplit=1)[1:]))
    return binding.strength() > 1


def _named(text: bytes) -> _binding.Binding:
    return _binding.bind([name.decode("utf-8", "replace") for name in dict.fromkeys(islice(_KEYS.findall(text), _WIDEST))])


def array(text: str) -> Iterator[Found | InputError]:
    """Yield the objects of an array one by one; where it is cut or broken, those before are kept."""
    at = _skip(text, _skip(text, 0) + 1)
    index = 0
    cursor = _text.Cursor(text, "\n")
    while text[at : at + 1] != "]":
        line, column = cursor.move(at)
        try:
            value, after = _json.DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield _broken(error, text, at, index)
            return
        yield _object(value, line, column, f"/{index}")
        at = _skip(text, after)
        index += 1
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            yield InputError(f"the array is cut off or broken after element {index}", **_place(text, at))
            return


def is_lines(text: str) -> bool:
    """Tell JSON Lines by a first line that is a whole object with another after it, however long it is."""
    first, _, rest = text.lstrip().partition("\n")
    return first.rstrip().endswith("}") and first.startswith("{") and rest[:_SAMPLE].lstrip().startswith("{")


def lines(text: str) -> Iterator[Found | InputError]:
    """Yield the objects of JSON Lines; a broken line does not hide the next."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _json.DECODER.decode(line)
        except RecursionError:
            yield InputError("nested too deeply", line=number, column=1)
            continue
        except ValueError as error:
            column = error.colno if isinstance(error, json.JSONDecodeError) else 1
            yield InputError(f"not valid JSON: {getattr(error, 'msg', error)}", line=number, column=column)
            continue
        yield _object(value, number, len(line) - len(line.lstrip()) + 1, None)


def members(text: str, mapping: InventoryMapping | None) -> Iterator[Found | InputError]:
    """Yield the objects that a root object holds: itself, or those of the lists in it that look like an inventory."""
    root = _json.load(text)
    found = dict(_records(root, "", 0, mapping))
    places = _json.places(text, found)
    for pointer, value in found.items():
        yield _object(value, *places.get(pointer, (1, 1)), pointer)


def _object(value: Any, line: int, column: int, pointer: str | None) -> Found | InputError:
    """Take an object as a record; anything else in its place is none, and is not passed over in silence."""
    if isinstance(value, dict):
        return Found(value, line, column, pointer)
    what = next(name for kind, name in _NAMES.items() if isinstance(value, kind))
    return InputError(f"{what} where a record should stand; only objects are records", line=line, column=column, pointer=pointer)


def _records(value: Any, pointer: str, depth: int, mapping: InventoryMapping | None) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    if depth == 0 and _is_record(value, mapping):
        yield pointer, value
        return
    for key, member in value.items():
        inner = f"{pointer}/{_json.escaped(key)}"
        if isinstance(member, list) and _recognised([one for one in member[:_SAMPLE] if isinstance(one, dict)], mapping):
            yield from ((f"{inner}/{index}", one) for index, one in enumerate(member))
        else:
            yield from _records(member, inner, depth + 1, mapping)


def _is_record(root: Mapping[str, Any], mapping: InventoryMapping | None) -> bool:
    """Tell a root that is a record itself; a host somewhere inside it is a setting, unless a mapping says otherwise."""
    binding = _bound([root], mapping)
    told = mapping is not None or binding.kind != "endpoint" or binding.header("host") in root
    return binding.strength() > 0 and told


def _recognised(values: list[Mapping[str, Any]], mapping: InventoryMapping | None) -> bool:
    return _bound(values, mapping).strength() > 0


def _bound(values: list[Mapping[str, Any]], mapping: InventoryMapping | None) -> _binding.Binding:
    names = list(dict.fromkeys(name for value in values for name, _ in _flat(value)))
    return _binding.bind(names[:_WIDEST], mapping)


def read(document: Document, found: Iterable[Found | InputError]) -> Iterator[Yield]:
    """Yield the table of the objects, and what could not be read of them."""
    # Sniffing knows the names of members; what reads cells is imported where there are some.
    from scanner.importers import _inventory
    from scanner.importers._sheet import Sheet

    faults: list[InputError] = []
    rows: list[tuple[Found, dict[str, Any]]] = []
    for one in found:
        if isinstance(one, InputError):
            faults.append(one)
        else:
            rows.append((one, dict(_flat(one.value))))
    yield from (document.broken(str(fault), fault.line, fault.column, fault.pointer) for fault in faults[:_SAMPLE])
    if len(faults) > _SAMPLE:
        yield document.broken(f"{len(faults) - _SAMPLE:,} more places like these", faults[_SAMPLE].line)
    if not rows:
        if not faults:
            raise InputError("the file holds no object that could be an asset")
        return
    headers = list(islice(dict.fromkeys(name for _, row in rows for name in row), _WIDEST))
    binding, notes = _inventory.bound(document, headers, None)
    yield from notes
    _unite([row for _, row in rows], binding)
    frame = {
        str(index): pl.Series([_written(row.get(headers[index]), column) for _, row in rows], dtype=pl.String)
        for column, index in binding.columns.items()
    }
    places = [one for one, _ in rows]
    yield from _inventory.read(
        document,
        Sheet(
            binding,
            pl.DataFrame(frame),
            pl.Series([one.line for one in places], dtype=pl.Int64),
            pl.Series([one.column for one in places], dtype=pl.Int64),
            pl.Series([one.pointer for one in places], dtype=pl.String),
        ),
    )


def _unite(rows: list[dict[str, Any]], binding: _binding.Binding) -> None:
    """Let a record say a fact under another name than the first record did."""
    for other, header in binding.doubled:
        for row in rows:
            if row.get(header) is None and row.get(other) is not None:
                row[header] = row[other]


def _flat(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Name every scalar and list of scalars by its path."""
    for key, member in value.items():
        name = f"{prefix}{key}"
        if isinstance(member, dict):
            if depth < _DEEPEST:
                yield from _flat(member, f"{name}.", depth + 1)
        else:
            yield name, member


def _written(value: Any, column: str) -> str | None:
    """Write a value as the cell of a spreadsheet would have it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and column == "serial":
        return hex(value)
    if isinstance(value, list):
        parts = [_written(_telling(one), column) for one in value]
        return "\n".join(part for part in parts if part) or None
    return None if isinstance(value, dict) else str(value)


def _telling(element: Any) -> Any:
    """Take out of a small object what it is about."""
    if not isinstance(element, dict):
        return None if isinstance(element, list) else element
    known = {key.lower(): value for key, value in element.items()}
    return next((known[key] for key in _TELLING if isinstance(known.get(key), str)), None)


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _broken(error: Exception, text: str, at: int, index: int) -> InputError:
    if isinstance(error, json.JSONDecodeError):
        return InputError(f"element {index} is cut off or not valid JSON: {error.msg}", **_place(text, error.pos))
    why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return InputError(f"element {index} cannot be read: {why}; what follows it is not read", **_place(text, at))


def _place(text: str, at: int) -> dict[str, Any]:
    line, column = _text.Cursor(text, "\n").move(min(at, len(text)))
    return {"line": line, "column": column}

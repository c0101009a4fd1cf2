"""Leaner PDFs: one drawing for all equal marks, and no structure elements that say nothing (ISO 32000-1, 14.7, 8.10)."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

Document: TypeAlias = Any
Pdf: TypeAlias = Any
"""Of WeasyPrint and pydyf, which say nothing of their types."""
_BARE = {"Type", "S", "K", "Pg", "P"}
_SILENT = {"/Span", "/NonStruct"}
_HOMES = {"/P", "/TD", "/TH", "/H1", "/H2", "/Caption", "/Link", "/LBody", "/Div"}
"""Elements that may hold text themselves; of others (a row, a list) silent children stay."""
_SHIFT = re.compile(rb"1 0 0 1 \S+ \S+ cm")


def slim(_document: Document, pdf: Pdf) -> None:
    """Rewrite a document that is ready to be written."""
    _lift(pdf)
    _share(pdf)


def _lift(pdf: Pdf) -> None:
    """Let text belong to its paragraph or cell, where the engine puts two elements without a meaning in between."""
    elements = {one.reference: one for one in _dictionaries(pdf) if one.get("Type") == "/StructElem"}
    homes = {reference: _home(element, elements) for reference, element in elements.items() if _silent(element)}
    lifted = {reference: home for reference, home in homes.items() if home["S"] in _HOMES}
    for reference, element in elements.items():
        if reference not in lifted:
            element["K"][:] = [_moved(kid, element, elements) for kid in _kids(element, elements, lifted)]
    _remap(pdf, lifted)
    for reference in lifted:
        _drop(elements[reference])


def _dictionaries(pdf: Pdf) -> list[Any]:
    return [one for one in pdf.objects if isinstance(one, dict)]


def _silent(element: Any) -> bool:
    return element["S"] in _SILENT and set(element) <= _BARE


def _home(element: Any, elements: dict[bytes, Any]) -> Any:
    while _silent(element):
        element = elements[element["P"]]
    return element


def _kids(element: Any, elements: dict[bytes, Any], lifted: dict[bytes, Any]) -> Iterator[Any]:
    for kid in element["K"]:
        if isinstance(kid, bytes) and kid in lifted:
            yield from _kids(elements[kid], elements, lifted)
        else:
            yield kid


def _moved(kid: Any, parent: Any, elements: dict[bytes, Any]) -> Any:
    if isinstance(kid, bytes) and kid in elements:
        elements[kid]["P"] = parent.reference
    return kid


def _remap(pdf: Pdf, lifted: dict[bytes, Any]) -> None:
    """Say of each piece of text on each page which element holds it now."""
    root = next(one for one in _dictionaries(pdf) if one.get("Type") == "/StructTreeRoot")
    tree = next(one for one in pdf.objects if one.number and one.reference == root["ParentTree"])
    for entry in tree["Nums"]:
        if isinstance(entry, list):
            entry[:] = [lifted[one].reference if one in lifted else one for one in entry]


def _share(pdf: Pdf) -> None:
    """Draw each mark once: the engine makes a drawing of its own for every place where one stands."""
    pages = [one for one in _dictionaries(pdf) if one.get("Type") == "/Page"]
    names = {reference: name for page in pages for name, reference in _drawings(pdf, page).items()}
    first: dict[tuple[bytes, ...], str] = {}
    draws: dict[bytes, tuple[bytes, bytes]] = {}
    for form in [one for one in pdf.objects if one.free == "n" and one.reference in names and _SHIFT.fullmatch(one.stream[0])]:
        shift, *drawing = form.stream
        name, resources = names[form.reference], _at(pdf, form.extra["Resources"])
        same = first.setdefault((*drawing, resources["ExtGState"].data), name)
        draws[f"/{name} Do".encode()] = (shift, f"/{same} Do".encode())
        if same == name:
            del form.stream[0]
        else:
            _drop(resources)
            _drop(form)
    for page in pages:
        _redraw(_at(pdf, page["Contents"]), draws)
        kept = {name: reference for name, reference in _drawings(pdf, page).items() if _at(pdf, reference).free == "n"}
        _drawings(pdf, page).clear()
        _drawings(pdf, page).update(kept)


def _at(pdf: Pdf, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _drawings(pdf: Pdf, page: Any) -> Any:
    """Give names and references of the drawings of a page; patterns use the same names for their own."""
    return _at(pdf, page["Resources"])["XObject"]


def _redraw(contents: Any, draws: dict[bytes, tuple[bytes, bytes]]) -> None:
    """Move to the place and draw the one that is kept; the engine saves and restores the state around each."""
    contents.stream[:] = [part for line in contents.stream for part in _drawn(line, draws)]


def _drawn(line: Any, draws: dict[bytes, tuple[bytes, bytes]]) -> tuple[Any, ...]:
    return draws.get(line, (line,)) if isinstance(line, bytes) else (line,)


def _drop(thing: Any) -> None:
    """Leave the object out of the file; it becomes a free entry of the cross-reference table."""
    thing.free, thing.number, thing.generation = "f", 0, 65535

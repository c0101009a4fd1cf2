"""What rules may ask for: every field with type, unit, values, origin, meaning, who feeds it and which shipped rules read it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from scanner import tables
from scanner.errors import UsageError
from scanner.importers import all_importers
from scanner.rules.engine.compile import fields_read
from scanner.rules.language.words import nearest
from scanner.rules.reader import find, load
from scanner.rules.said.operator_pages import operators_of
from scanner.tables import Fact, Origin

SHOWN_VALUES = 12
SHOWN_RULES = 8


def render(kind: str | None, form: str) -> str:
    """Write the fields of one kind, or of all, as text, markdown or json."""
    if kind is not None and kind not in tables.KINDS:
        raise UsageError(f"{kind!r} is not a kind{nearest(kind, tables.KINDS)}")
    kinds = [kind] if kind else list(tables.KINDS)
    if form == "json":
        return json.dumps({one: [described(one, fact) for fact in tables.FACTS[one].values()] for one in kinds}, indent=2) + "\n"
    return "\n".join((_markdown if form == "markdown" else _text)(one) for one in kinds)


def described(kind: str, fact: Fact) -> dict[str, Any]:
    """Describe one field."""
    shown = fact.type.element or fact.type
    return {
        "name": fact.name,
        "type": f"list of {shown.name}" if fact.type.name == "list" else fact.type.name,
        "unit": fact.unit,
        "values": list(shown.values),
        "origin": str(fact.origin),
        "doc": fact.doc,
        "clause": fact.clause,
        "absent_where_known": fact.known_by,
        "from": list(fact.time),
        "fed_by": feeders(kind, fact.name),
        "read_by": _readers().get((kind, fact.name), []),
    }


def feeders(kind: str, name: str) -> list[str]:
    """Name the importers that can give a fact."""
    return sorted(one.name for one in all_importers() if any(fnmatchcase(f"{kind}:{name}", glob) for glob in one.feeds))


@lru_cache(maxsize=1)
def _readers() -> dict[tuple[str, str], list[str]]:
    """Say which shipped rules read a field."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    # NOTE: each policy alone: a child restates rules of its parent, which one run would not take from both.
    for rule in (rule for name in find.shipped() for policy in load.load(find.find(name)) for rule in policy.rules):
        for kind in rule.kinds:
            for name in fields_read(rule, kind):
                found[kind, name].add(rule.id)
    return {field: sorted(rules) for field, rules in found.items()}


def facts(kind: str, fact: Fact) -> Iterator[tuple[str, str]]:
    """Say all that is known of a field, as label and text."""
    known = described(kind, fact)
    unit = f", in {known['unit']}" if known["unit"] else ""
    yield "type", f"{known['type']}{unit}"
    yield "parts", _parts(fact)
    yield "values", _some(known["values"], SHOWN_VALUES)
    yield "origin", f"{known['origin']}: {_ORIGINS[fact.origin]}"
    yield "no value", _nothing(fact)
    yield "follows from", ", ".join(known["from"])
    yield "fed by", ", ".join(known["fed_by"])
    yield "operators", ", ".join(operators_of(fact.type))
    yield "wanted by", fact.clause or ""
    yield "read by", _some(known["read_by"], SHOWN_RULES)


def _parts(fact: Fact) -> str:
    """Say what predicates may ask of a struct, or of each element of a list of them."""
    members = (fact.type.element or fact.type).members or {}
    return ", ".join(f"{name} ({type_.name})" for name, type_ in members.items())


def _nothing(fact: Fact) -> str:
    """Say what null means (policy language, Absent is not unknown)."""
    if fact.type.name == "list":
        return "an empty list says that there is none; no list at all is unknown"
    if fact.known_by:
        return f"absent where {fact.known_by} is known, else unknown"
    if fact.time:
        return "as of what it follows from"
    if fact.origin is Origin.DECODED:
        return "absent where the bytes were read, else unknown"
    return "absent: nobody declared it" if fact.origin is Origin.DECLARED else "unknown"


_ORIGINS = {
    Origin.DECODED: "read from the object's own bytes",
    Origin.OBSERVED: "seen by a scan or the reader of a file",
    Origin.DECLARED: "stated by an inventory",
    Origin.DERIVED: "computed from other facts",
}


def _some(values: list[str], most: int) -> str:
    more = len(values) - most
    return ", ".join(values[:most]) + (f" and {more} more" if more > 0 else "")


def _text(kind: str) -> str:
    lines = [f"{kind}: {(tables.KINDS[kind].__doc__ or '').strip()}", ""]
    for fact in tables.FACTS[kind].values():
        lines += [f"  {fact.name}", f"    {fact.doc}"]
        lines += [f"    {label}: {text}" for label, text in facts(kind, fact) if text]
    return "\n".join(lines) + "\n"


def _markdown(kind: str) -> str:
    """Write a section for every field; of a leaf's facts only their names, since they are explained above."""
    own = [fact for fact in tables.FACTS[kind].values() if not fact.name.startswith(tables.LEAF) or fact.joined is None]
    seen = [fact.name for fact in tables.FACTS[kind].values() if fact not in own]
    lines = [f"## {kind}", "", (tables.KINDS[kind].__doc__ or "").strip(), ""]
    for fact in own:
        lines += [f"### {kind}: `{fact.name}`", "", fact.doc, ""]
        lines += [f"- **{label}**: {text}" for label, text in facts(kind, fact) if text]
        lines.append("")
    if seen:
        lines += [f"### {kind}: the facts of its leaf", "", "As those of `certificate`, behind `certificate.`:", ""]
        lines += [", ".join(f"`{name}`" for name in seen), ""]
    return "\n".join(lines)

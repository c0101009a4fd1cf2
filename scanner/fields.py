"""What rules may ask for: every field with type, unit, values, origin, meaning, who feeds it and which shipped rules read it."""

import json
from collections import defaultdict
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from scanner import tables
from scanner.errors import UsageError
from scanner.importers import all_importers
from scanner.rules import find, load
from scanner.rules.compile import fields_read
from scanner.rules.words import nearest
from scanner.tables import Fact

SHOWN_VALUES = 12


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
        "absent_where_known": fact.known_by,
        "from": list(fact.time),
        "fed_by": feeders(kind, fact.name),
        "read_by": sorted(_readers().get((kind, fact.name), [])),
    }


def feeders(kind: str, name: str) -> list[str]:
    """Name the importers that can give a fact."""
    return sorted(one.name for one in all_importers() if any(fnmatchcase(f"{kind}:{name}", glob) for glob in one.feeds))


@lru_cache(maxsize=1)
def _readers() -> dict[tuple[str, str], list[str]]:
    """Say which shipped rules read a field."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    policies = load.load([file for name in find.shipped() for file in find.find(name)])
    for rule in {rule.id: rule for policy in policies for rule in policy.rules}.values():
        for kind in rule.kinds:
            for name in fields_read(rule, kind):
                found[kind, name].append(rule.id)
    return dict(found)


def _text(kind: str) -> str:
    lines = [f"{kind}: {(tables.KINDS[kind].__doc__ or '').strip()}", ""]
    width = max(map(len, tables.FACTS[kind]))
    for fact in tables.FACTS[kind].values():
        known = described(kind, fact)
        lines.append(f"  {fact.name:{width}}  {known['type']}, {known['origin']}")
        lines.append(f"  {'':{width}}  {fact.doc}")
        if known["values"]:
            lines.append(f"  {'':{width}}  values: {_some(known['values'])}")
    return "\n".join(lines) + "\n"


def _some(values: list[str]) -> str:
    more = len(values) - SHOWN_VALUES
    return ", ".join(values[:SHOWN_VALUES]) + (f" and {more} more" if more > 0 else "")


def _markdown(kind: str) -> str:
    lines = [
        f"## {kind}",
        "",
        (tables.KINDS[kind].__doc__ or "").strip(),
        "",
        "| field | type | origin | meaning | read by |",
        "|---|---|---|---|---|",
    ]
    for fact in tables.FACTS[kind].values():
        known = described(kind, fact)
        unit = f", {fact.unit}" if fact.unit else ""
        values = f" Values: {', '.join(f'`{value}`' for value in known['values'][:SHOWN_VALUES])}" if known["values"] else ""
        more = f" and {len(known['values']) - SHOWN_VALUES} more" if len(known["values"]) > SHOWN_VALUES else ""
        readers = ", ".join(f"`{rule}`" for rule in known["read_by"][:3]) + (" …" if len(known["read_by"]) > 3 else "")
        lines.append(f"| `{fact.name}` | {known['type']}{unit} | {known['origin']} | {fact.doc}{values}{more} | {readers} |")
    return "\n".join(lines) + "\n"

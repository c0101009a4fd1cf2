"""The keys of a rule as they stand in the merged policy, each with the file and line that its value came from."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from scanner.rules.language.flow import flow, text
from scanner.rules.language.syntax import Entry, Mark, Rule, Scalar, Source
from scanner.rules.language.tree import AMBIGUOUS, Mapping, Node, Sequence
from scanner.rules.language.tree import Scalar as Said
from scanner.rules.language.values import instant
from scanner.rules.reader.header import Written
from scanner.rules.reader.rule import KEYS, RESTATING_KEYS

WIDTH = 110
"""What is longer is written on several lines."""
_FILLED = frozenset({"default", "when", "require"})
"""Keys in which a parameter's value is put in."""


def lines(rule: Rule, indent: str) -> Iterator[str]:
    """Write the keys of a rule; tests stay with the policy that wrote them."""
    for key in (*KEYS, *RESTATING_KEYS):
        if key == "when":
            yield from _condition(rule, indent)
        elif key == "source":
            if rule.source is not None and "source" in rule.written:
                yield f"{indent}source: {_source(rule.source)}{_from(rule.written['source'])}"
        elif key in rule.written:
            yield from _value(key, rule.written[key], indent)


def _condition(rule: Rule, indent: str) -> Iterator[str]:
    """Write `when`, and-ed with that of the defaults it was written under."""
    parts = [rule.written[name] for name in ("default", "when") if name in rule.written]
    if len(parts) == 1:
        yield from _value("when", parts[0], indent)
    elif parts:
        yield f"{indent}when:"
        yield f"{indent}  all_of:"
        for part in parts:
            node, beside = _filled(part.node, part)
            yield f"{indent}    - {flow(node)}{_from(part, node, beside)}"


def _value(key: str, held: Written, indent: str) -> Iterator[str]:
    node, beside = _filled(held.node, held) if key in _FILLED else (held.node, ())
    yield from _spread(text(key), node, held, beside, indent)


def _spread(key: str, node: Node, held: Written, beside: tuple[str, ...], indent: str) -> Iterator[str]:
    """Write on one line what fits there, else its parts on lines of their own."""
    whole = f"{indent}{key}: {flow(node)}"
    if isinstance(node, Said) or len(whole) <= WIDTH:
        yield f"{whole}{_from(held, node, beside)}"
        return
    yield f"{indent}{key}:"
    if isinstance(node, Mapping):
        for name, value in node:
            yield from _spread(flow(name), value, held, beside, f"{indent}  ")
    else:
        for item in node.items:
            yield f"{indent}  - {flow(item)}{_from(held, item, beside)}"


def _filled(node: Node, held: Written) -> tuple[Node, tuple[str, ...]]:
    """Put the values of parameters in; say where these were written."""
    params, places = held.header.params, dict[str, None]()

    def put(part: Node) -> Node:
        if isinstance(part, Mapping):
            return Mapping(tuple((key, put(value)) for key, value in part), part.line, part.column)
        if isinstance(part, Sequence):
            return Sequence(tuple(map(put, part.items)), part.line, part.column)
        if not part.plain or not part.text.startswith("$") or part.text[1:] not in params:
            return part
        places[f"{part.text} from {name(held.header.given_at.get(part.text[1:], ''))}"] = None
        given = params[part.text[1:]]
        return Said(given.text, part.line, part.column, given.plain)

    return put(node), tuple(places)


def _from(held: Written, node: Node | None = None, beside: tuple[str, ...] = ()) -> str:
    at = f"{name(held.header.faults.path)}:{(node or held.node).line}"
    return f"  # from {', '.join((at, *map(name, held.beside), *beside))}"


def name(path: str) -> str:
    """Name a file without its folders, for these are the reader's own business."""
    return path.rsplit("/", 1)[-1]


def _source(source: Source) -> str:
    checked = instant(source.checked) if source.checked else ""
    fields = {
        "id": source.id, "doc": source.doc, "edition": source.edition, "checked": checked,
        "clause": source.clause, "binding": source.binding, "url": source.url, "confidence": source.confidence,
    }  # fmt: skip
    return _mapping({key: value for key, value in fields.items() if value})


def entry(given: Entry) -> str:
    """Write an entry of a list, with its origin."""
    written: dict[str, str] = {"label": given.label} if given.label else {}
    written |= {key or "value": _plain(value) for key, value in given.keys.items()}
    ends = (("until", given.until), ("issued_until", given.issued_until))
    # NOTE: an entry holds to the end of the day that is written; kept is the instant after it.
    written |= {key: (end - timedelta(days=1)).date().isoformat() for key, end in ends if end}
    return f"{_mapping(written)}{_mark(given.mark)}"


def _mark(mark: Mark | None) -> str:
    return f"  # from {name(mark.path)}:{mark.line}" if mark else ""


def _mapping(values: dict[str, str]) -> str:
    return f"{{ {', '.join(f'{key}: {within(value)}' for key, value in values.items())} }}"


def within(value: str) -> str:
    """Write a text inside brackets."""
    return flow(Said(value, 0, 0, plain=not AMBIGUOUS.fullmatch(value)))


def _plain(value: Scalar) -> str:
    if isinstance(value, datetime):
        return instant(value)
    return str(value)

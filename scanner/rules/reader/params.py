"""Parameters of a policy, and the values that policies which extend it give them, within its bounds."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from scanner import tables
from scanner.record import record
from scanner.rules.language import scalars
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar
from scanner.rules.language.words import nearest
from scanner.rules.reader.header import texts

PARAM_KEYS = ("default", "at_least", "at_most", "doc")


@record
class Setting:
    """A value that a child gives, with the faults of its file."""

    node: Scalar
    faults: Faults = field(compare=False)


def read(
    node: Node | None, given: MappingType[str, Setting], inherited: Iterable[str], faults: Faults
) -> tuple[dict[str, Scalar], dict[str, str]]:
    """Read parameters and where their values were written; what a child sets must lie within their bounds."""
    found: dict[str, Scalar] = {}
    places: dict[str, str] = {}
    if node is None:
        return found, places
    if not isinstance(node, Mapping):
        faults.add(node, "params is a mapping of names: { NAME: { default: …, at_least: …, doc: … } }")
        return found, places
    for name, value in node:
        default = value.get("default") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(default, Scalar):
            faults.add(value, f"{name.text}: a parameter is {{ default: …, at_least: …, doc: … }}")
            continue
        if name.text in inherited:
            faults.add(
                name, f"{name.text} is a parameter of what this policy extends; give it a value with set: {{ {name.text}: … }}"
            )
        _bounds(name.text, default, value, faults)
        chosen = given.get(name.text)
        if chosen is not None:
            _bounds(name.text, chosen.node, value, chosen.faults)
        found[name.text] = chosen.node if chosen else default
        places[name.text] = f"{(chosen.faults if chosen else faults).path}:{found[name.text].line}"
    return found, places


def _bounds(name: str, chosen: Scalar, param: Mapping, faults: Faults) -> None:
    written = texts(param, PARAM_KEYS, Faults("")) if chosen is not param.get("default") else texts(param, PARAM_KEYS, faults)
    for bound in ("at_least", "at_most"):
        if bound not in written:
            continue
        one, limit = _ordered(chosen.text), _ordered(written[bound])
        if one is None or limit is None or type(one) is not type(limit):
            faults.add(chosen, f"{name}: {chosen.text!r} cannot be compared with its bound {bound} {written[bound]}")
        elif (one < limit) if bound == "at_least" else (one > limit):
            faults.add(chosen, f"{name}: {chosen.text} is outside the bound {bound} {written[bound]}")


def _ordered(text: str) -> Any:
    for type_ in (tables.INTEGER, tables.SHARE, tables.DURATION, tables.INSTANT):
        try:
            typed = scalars.typed(Scalar(text, 1, 1), type_, "")
        except scalars.NotTypedError:
            continue
        return typed if isinstance(typed, int | float | timedelta | datetime) else None
    return None


def settings(node: Node | None, faults: Faults) -> dict[str, Setting]:
    """Read `set`."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        faults.add(node, "set is a mapping of parameters: { min_rsa_bits: 3072 }")
        return {}
    for key, value in node:
        if not isinstance(value, Scalar):
            faults.add(value, f"set: {key.text} is a single value")
    return {key.text: Setting(value, faults) for key, value in node if isinstance(value, Scalar)}


def known(node: Node | None, names: Iterable[str], faults: Faults) -> None:
    """Refuse to set what is no parameter of any ancestor."""
    legal = set(names)
    for key, _ in node if isinstance(node, Mapping) else ():
        if key.text not in legal:
            faults.add(key, f"{key.text!r} is no parameter of what this policy extends{nearest(key.text, legal)}")

"""Maps of frameworks: which rules give evidence for which control, and what remains for people (policies/frameworks)."""

import re
from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from scanner import resources
from scanner.errors import Fault, PolicyError, UsageError
from scanner.model import Coverage
from scanner.record import record
from scanner.rules.language.syntax import Mark
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence, parse
from scanner.rules.language.words import nearest
from scanner.rules.reader.find import SHIPPED
from scanner.rules.reader.header import ID, instant, keys

FOLDER = "frameworks"
TEXTS = ("framework", "title", "edition", "url", "scope")
KEYS = ("framework", "title", "edition", "checked", "url", "scope", "controls")
CONTROL_KEYS = ("title", "status", "rules", "note")
GLOB = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*/[a-z0-9.*?-]+")
"""A rule id, with * and ? behind the slash only: a map claims no rules of policies that it does not know."""


@record
class Control:
    """One control of a framework, and what gives evidence for it."""

    id: str
    title: str
    status: Coverage
    rules: tuple[str, ...]
    """Globs over rule ids."""
    note: str
    """What the rules do not show, and people bring."""
    mark: Mark
    places: tuple[Mark, ...] = ()
    """Where each of the globs stands."""

    def matching(self, rules: Iterable[str]) -> list[str]:
        """Choose the rules that give evidence for it."""
        named = set(self.rules)
        globs = [glob for glob in self.rules if "*" in glob or "?" in glob]
        return [rule for rule in rules if rule in named or any(fnmatchcase(rule, glob) for glob in globs)]


@record
class Framework:
    """A framework, as far as its map goes."""

    id: str
    title: str
    edition: str
    checked: datetime | None
    url: str
    scope: str
    """Which part of the framework is mapped."""
    controls: tuple[Control, ...]

    def count(self, status: Coverage) -> int:
        """Count the controls of a status."""
        return sum(control.status is status for control in self.controls)


def idle(framework: Framework, rules: Iterable[str]) -> list[tuple[str, Mark]]:
    """Name the globs that match none of these rules."""
    known = list(rules)
    return [
        (glob, place)
        for control in framework.controls
        for glob, place in zip(control.rules, control.places, strict=True)
        if not any(fnmatchcase(rule, glob) for rule in known)
    ]


def check(framework: Framework, rules: Iterable[str]) -> None:
    """Refuse globs that match no rule of a policy whose rules are here: they claim evidence that nothing gives."""
    known = list(rules)
    policies = {policy_of(rule) for rule in known}
    faults = [
        Fault(place.path, place.line, place.column, f"{glob!r} matches no rule{nearest(glob, known)}")
        for glob, place in idle(framework, known)
        if policy_of(glob) in policies
    ]
    if faults:
        raise PolicyError(faults)


def policy_of(rule: str) -> str:
    """Take the policy's id off a rule id or glob."""
    return rule.partition("/")[0]


def shipped() -> tuple[str, ...]:
    """Name the maps that are shipped."""
    folder = resources.folder("policies") / FOLDER
    return tuple(sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.name.endswith(".yaml")))


def find(name: str) -> Framework:
    """Read a shipped map, or one of the user's own from its file; raise PolicyError with every fault of it."""
    if name in shipped():
        path = f"{FOLDER}/{name}.yaml"
        return read(SHIPPED + path, (resources.folder("policies") / path).read_bytes())
    if not Path(name).is_file():
        raise UsageError(f"{name}: no such map of a framework; a shipped id or a file is wanted{nearest(name, shipped())}")
    try:
        return read(Path(name).as_posix(), Path(name).read_bytes())
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from error


def read(path: str, data: bytes) -> Framework:
    """Read the text of a map; raise PolicyError with every fault."""
    faults = Faults(path)
    node = parse(data, faults)
    if node is not None and not isinstance(node, Mapping):
        faults.add(node, "a map of a framework is a mapping; it begins with `framework: ID`")
    found = _framework(node, faults) if isinstance(node, Mapping) else None
    faults.settle()
    if found is None or faults.found:
        raise PolicyError(faults.found)
    return found


def _framework(node: Mapping, faults: Faults) -> Framework:
    keys(node, KEYS, faults)
    said = {name: _text(node, name, node, faults) for name in TEXTS}
    stem = faults.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if said["framework"] and not ID.fullmatch(said["framework"]):
        faults.add(node.get("framework"), f"{said['framework']!r} is no id; lower-case words joined by hyphens, as in soc2")
    elif said["framework"] and said["framework"] != stem:
        message = f"framework is {said['framework']!r}, but the file is called {stem!r}; they must agree"
        faults.add(node.get("framework"), message)
    if said["url"] and not said["url"].startswith("https://"):
        faults.add(node.get("url"), "url begins with https://")
    if node.get("checked") is None:
        faults.add(node, "checked is missing; write the day on which the framework was read, as 2026-11-23")
    checked = instant(node.get("checked"), "checked", faults)
    controls = _controls(node, faults)
    return Framework(said["framework"], said["title"], said["edition"], checked, said["url"], said["scope"], controls)


def _text(node: Mapping, name: str, place: Node, faults: Faults, owner: str = "") -> str:
    found = node.get(name)
    if isinstance(found, Scalar) and found.text.strip():
        return found.text
    faults.add(found or place, f"{owner}{name} is missing; write a text")
    return ""


def _controls(node: Mapping, faults: Faults) -> tuple[Control, ...]:
    controls = node.get("controls")
    if not isinstance(controls, Mapping) or not controls.entries:
        faults.add(controls or node, "controls is missing; write { ID: { title, status, rules, note } } for each control")
        return ()
    return tuple(_control(key, value, faults) for key, value in controls)


def _control(key: Scalar, node: Node, faults: Faults) -> Control:
    if not isinstance(node, Mapping):
        faults.add(node, f"control {key.text} is a mapping with {', '.join(CONTROL_KEYS)}")
        return Control(key.text, "", Coverage.MANUAL, (), "", Mark(faults.path, key.line, key.column))
    keys(node, CONTROL_KEYS, faults)
    owner = f"control {key.text}: "
    title, note = (_text(node, name, key, faults, owner) for name in ("title", "note"))
    status, globs = _status(key, node, faults), _globs(node.get("rules"), faults)
    rules, places = tuple(glob for glob, _ in globs), tuple(place for _, place in globs)
    if status is Coverage.MANUAL and rules:
        faults.add(node.get("rules"), f"{owner}no rule answers a manual control; leave out rules, or call it partial")
    elif status not in {None, Coverage.MANUAL} and node.get("rules") is None:
        faults.add(key, f"{owner}rules is missing; what is {status} names at least one, and what has none is manual")
    return Control(key.text, title, status or Coverage.MANUAL, rules, note, Mark(faults.path, key.line, key.column), places)


def _status(key: Scalar, node: Mapping, faults: Faults) -> Coverage | None:
    found = node.get("status")
    said = found.text if isinstance(found, Scalar) else ""
    if said in set(Coverage):
        return Coverage(said)
    legal = [str(status) for status in Coverage]
    if found is None:
        faults.add(key, f"control {key.text}: status is missing; one of {', '.join(legal)}")
    else:
        faults.add(found, f"{said!r} is no status{nearest(said, legal)}; legal: {', '.join(legal)}")
    return None


def _globs(node: Node | None, faults: Faults) -> tuple[tuple[str, Mark], ...]:
    if node is None:
        return ()
    if not isinstance(node, Sequence) or not node.items:
        faults.add(node, "rules is a list of rule ids or globs, as in [public-tls/expired, tls-endpoints/*]")
        return ()
    found: dict[str, Mark] = {}
    for item in node.items:
        said = item.text if isinstance(item, Scalar) else ""
        if not GLOB.fullmatch(said):
            faults.add(item, f"{said!r} is no glob over rules; write POLICY/KEY, with * and ? in KEY only, as in tls-endpoints/*")
        elif said in found:
            faults.add(item, f"{said!r} is there twice")
        found.setdefault(said, Mark(faults.path, item.line, item.column))
    return tuple(found.items())

"""Exceptions: accepted risk in a file of its own, with an owner, an approver and an end (policy language, Exceptions).

The word `exception` is Python's own, so in code one is called a waiver.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from pathlib import Path

from scanner import run_findings, tables
from scanner.errors import Fault, PolicyError, UsageError
from scanner.model import ExceptionState
from scanner.record import record
from scanner.rules.language import scalars
from scanner.rules.language.flow import flow
from scanner.rules.language.syntax import Mark, Predicate
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence, parse
from scanner.rules.language.words import nearest
from scanner.rules.reader.predicates import Builder
from scanner.spelling import spelled

TEXTS = ("id", "rule", "reason", "owner", "approved_by", "ticket")
DAYS = ("created", "expires")
KEYS = ("id", "rule", "assets", "reason", "owner", "approved_by", "ticket", *DAYS)
"""All compulsory, in the order in which they are written."""
OWN = run_findings.PREFIX
"""The prefix of findings about the run itself; they cannot be waived."""
MOST_ID = 100
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:]+@[^\s<>()\[\]\",;:]*[^\s<>()\[\]\",;:.]")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""What is not drawn (Unicode: Default_Ignorable_Code_Point); it tells nobody apart."""


@record
class Waiver:
    """One exception, checked and typed."""

    id: str
    rule: str
    """A rule id or a glob."""
    assets: str
    """The selector, as written, on one line."""
    selector: Mapping = field(compare=False)
    reason: str
    owner: str
    approved_by: str
    ticket: str
    created: datetime
    """In force from this instant."""
    ends: datetime
    """The first instant at which it is not in force any more: the day after `expires`, 00:00 UTC."""
    expires: str
    mark: Mark = field(compare=False)

    def predicates(self, kinds: Iterable[str]) -> dict[str, Predicate]:
        """Build the selector for each of these kinds that has its fields."""
        built = {kind: Builder(Faults(self.mark.path), kind, {}, {}) for kind in dict.fromkeys(kinds)}
        found = {kind: builder.predicate(self.selector) for kind, builder in built.items()}
        return {kind: one for kind, one in found.items() if one is not None and not built[kind].faults.found}


def standing(waiver: Waiver, as_of: datetime) -> ExceptionState:
    """Decide whether an exception is in force: from its first day to the end of its last one, UTC."""
    if as_of < waiver.created:
        return ExceptionState.PENDING
    return ExceptionState.IN_FORCE if as_of < waiver.ends else ExceptionState.LAPSED


def load(names: Iterable[str]) -> tuple[Waiver, ...]:
    """Read files of exceptions; raise PolicyError with every fault of every file."""
    return read([(name, _bytes(name)) for name in dict.fromkeys(names)])


def read(files: Iterable[tuple[str, bytes]]) -> tuple[Waiver, ...]:
    """Read the texts of files, given with their paths; an id stands for one exception in all of them."""
    found: list[Waiver] = []
    wrong: list[Fault] = []
    for path, data in files:
        faults = Faults(spelled(Path(path)))
        node = parse(data, faults)
        # NOTE: a file from which the last entry was taken out says `exceptions:` and nothing behind it.
        none_left = node.get("exceptions") if isinstance(node, Mapping) else None
        faults.ambiguous = [scalar for scalar in faults.ambiguous if scalar is not none_left]
        found += _file(node, faults)
        faults.settle()
        wrong += faults.found
    wrong += _same_ids(found)
    if wrong:
        raise PolicyError(list(dict.fromkeys(wrong)))
    return tuple(found)


def _bytes(name: str) -> bytes:
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"--exceptions {name}: no such file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"--exceptions {name}: {error.strerror}") from error


def _same_ids(waivers: list[Waiver]) -> Iterable[Fault]:
    seen: dict[str, Mark] = {}
    for one in waivers:
        first = seen.setdefault(one.id, one.mark)
        if first != one.mark:
            message = f"exception {one.id} is there twice; first at {first.path}:{first.line}:{first.column}"
            yield Fault(one.mark.path, one.mark.line, one.mark.column, message)


def _file(node: Node | None, faults: Faults) -> list[Waiver]:
    if node is None:
        return []
    if not isinstance(node, Mapping):
        faults.add(node, "a file of exceptions is a mapping; it begins with `exceptions:`")
        return []
    for key, _ in node:
        if key.text != "exceptions":
            faults.add(key, f"unknown key {key.text!r}{nearest(key.text, ['exceptions'])}")
    listed = node.get("exceptions")
    if listed is None:
        faults.add(node, "exceptions is missing; a file of exceptions begins with `exceptions:`")
    elif isinstance(listed, Sequence):
        return [one for one in (_waiver(item, faults) for item in listed.items) if one is not None]
    elif not (isinstance(listed, Scalar) and listed.plain and not listed.text):
        faults.add(listed, f"exceptions is a list of entries with {', '.join(KEYS)}")
    return []


def _waiver(node: Node, faults: Faults) -> Waiver | None:
    """Read one entry; None where it is unusable (its faults are noted)."""
    if not isinstance(node, Mapping):
        faults.add(node, f"an exception is a mapping with {', '.join(KEYS)}")
        return None
    before = len(faults.found)
    for key, _ in node:
        if key.text not in KEYS:
            faults.add(key, f"unknown key {key.text!r}{nearest(key.text, KEYS)}")
    missing = [name for name in KEYS if node.get(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        faults.add(node, f"{', '.join(missing)} {verb} missing; every field of an exception is compulsory")
    texts = {name: _text(node.get(name), name, faults) for name in TEXTS}
    _names(node, texts, faults)
    created = _day(node.get("created"), "created", faults)
    ends = _end(node.get("expires"), faults)
    if created is not None and ends is not None and ends <= created:
        faults.add(node.get("expires"), f"expires {_word(node, 'expires')} lies before created {_word(node, 'created')}")
    selector = _selector(node.get("assets"), faults)
    if len(faults.found) > before or selector is None or created is None or ends is None:
        return None
    mark = Mark(faults.path, node.line, node.column)
    return Waiver(**texts, assets=flow(selector), selector=selector, created=created, ends=ends,
                  expires=_word(node, "expires"), mark=mark)  # fmt: skip


def _word(node: Mapping, name: str) -> str:
    found = node.get(name)
    return found.text if isinstance(found, Scalar) else ""


def _text(node: Node | None, name: str, faults: Faults) -> str:
    if node is None:
        return ""
    if not isinstance(node, Scalar) or not node.text.strip():
        faults.add(node, f"{name} is a text, and not empty")
        return ""
    try:
        return str(scalars.typed(node, tables.TEXT, name))
    except scalars.NotTypedError as error:
        faults.add(node, str(error))
        return ""


def _names(node: Mapping, texts: dict[str, str], faults: Faults) -> None:
    """Refuse ids that cannot be written in a report, rules that cannot be waived, and an owner who approves."""
    if texts["id"] and not re.fullmatch(rf"[A-Za-z0-9][A-Za-z0-9._/-]{{0,{MOST_ID - 1}}}", texts["id"]):
        faults.add(
            node.get("id"), f"{texts['id'][:MOST_ID]!r} is no id; letters, digits, and . _ / - between them, as in EX-2026-014"
        )
    if texts["rule"].startswith(OWN):
        faults.add(node.get("rule"), f"{texts['rule']}: findings about the run itself cannot be waived")
    if texts["owner"] and texts["approved_by"] and people(texts["owner"]) & people(texts["approved_by"]):
        faults.add(node.get("approved_by"), f"approved_by is the owner, {texts['owner']}; somebody else must approve")


def people(text: str) -> frozenset[str]:
    """Reduce names to what tells people apart: the addresses in them, else the text; no case, nothing that is not seen."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text))).casefold()
    joined = re.sub(r"\s*@\s*", "@", plain)
    return frozenset(_ADDRESS.findall(joined)) or frozenset({"".join(one for one in plain if one.isalnum())})


def _day(node: Node | None, name: str, faults: Faults) -> datetime | None:
    if node is None:
        return None
    text = node.text if isinstance(node, Scalar) else ""
    try:
        start = scalars.instant(text, None, name)
    except scalars.NotTypedError as error:
        faults.add(node, str(error))
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        faults.add(node, f"{text!r}: {name} is a day; write it as 2026-03-15")
        return None
    return start


def _end(node: Node | None, faults: Faults) -> datetime | None:
    if _day(node, "expires", faults) is None or not isinstance(node, Scalar):
        return None
    try:
        return scalars.after_day(node.text, "expires")
    except scalars.NotTypedError:
        faults.add(node, f"{node.text!r}: an exception ends; write a day that will come")
        return None


def _selector(node: Node | None, faults: Faults) -> Mapping | None:
    """Accept a selector that fits some kind; else say what is wrong with it for the kind that it fits best."""
    if node is None:
        return None
    if not isinstance(node, Mapping) or not node.entries:
        faults.add(
            node, "assets: {} would cover every asset; write predicates, for example { place: … } or { san.dns: { any: … } }"
        )
        return None
    found = {kind: _faults_of(node, kind, faults.path) for kind in tables.KINDS}
    fewest = min(found.values(), key=len)
    faults.found += fewest
    return None if fewest else node


def _faults_of(node: Mapping, kind: str, path: str) -> list[Fault]:
    tried = Faults(path)
    Builder(tried, kind, {}, {}).predicate(node)
    return tried.found

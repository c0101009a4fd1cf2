"""The configuration file certgate.yaml: what a team writes once instead of flags; every fault with its place.

NOTE: hosts to scan are never read from it, because a pull request must not choose what CI connects to.
"""

from pathlib import Path
from typing import Any

from scanner.errors import PolicyError
from scanner.model import OnUnknown, Severity
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence, parse
from scanner.rules.language.words import nearest
from scanner.spelling import spelled

LISTS = ("policies", "evidence", "roots", "exceptions")
WORDS = {
    "fail_on": (*(str(one) for one in Severity), "never"),
    "show_from": tuple(str(one) for one in Severity),
    "on_unknown": tuple(str(one) for one in OnUnknown),
}
TEXTS = ("mapping", "baseline")
REPORT = ("organisation", "prepared_for", "prepared_by", "classification", "paper", "frameworks")
"""What a person must say of a report; options of its renderers."""
KEYS = (*LISTS, *WORDS, *TEXTS, "report")


def load(path: Path) -> dict[str, Any]:
    """Read the configuration; raise PolicyError with every fault."""
    faults = Faults(spelled(path))
    node = parse(path.read_bytes(), faults)
    settings: dict[str, Any] = {}
    if node is not None and not isinstance(node, Mapping):
        faults.add(node, f"the configuration is a mapping with {', '.join(KEYS)}")
    for key, value in node if isinstance(node, Mapping) else ():
        if key.text == "targets":
            faults.add(key, "hosts to scan are not read from the configuration; give --targets FILE on the command line")
        elif key.text not in KEYS:
            faults.add(key, f"unknown key {key.text!r}{nearest(key.text, KEYS)}")
        else:
            settings[key.text] = _setting(key.text, value, faults)
    faults.settle()
    if faults.found:
        raise PolicyError(faults.found)
    return settings


def _setting(name: str, value: Node, faults: Faults) -> Any:
    if name in LISTS:
        return _texts(name, value, faults)
    if name == "report":
        return _report(value, faults)
    text = value.text if isinstance(value, Scalar) else ""
    if name in WORDS and text not in WORDS[name]:
        faults.add(value, f"{text!r} is not a value of {name}{nearest(text, WORDS[name])}")
    elif not text:
        faults.add(value, f"{name} is a text")
    return text


def _texts(name: str, value: Node, faults: Faults) -> list[str]:
    items = value.items if isinstance(value, Sequence) else (value,)
    for item in items:
        if not isinstance(item, Scalar) or not item.text:
            faults.add(item, f"{name} is a list of paths")
    return [item.text for item in items if isinstance(item, Scalar)]


def _report(value: Node, faults: Faults) -> dict[str, str]:
    if not isinstance(value, Mapping):
        faults.add(value, f"report is a mapping with {', '.join(REPORT)}")
        return {}
    for key, _ in value:
        if key.text not in REPORT:
            faults.add(key, f"unknown key {key.text!r} of report{nearest(key.text, REPORT)}")
    return {key.text: text.text for key, text in value if isinstance(text, Scalar)}

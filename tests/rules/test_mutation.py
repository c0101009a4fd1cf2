"""Shipped policies with one node changed: what is misspelt or of another type never loads, whatever it was."""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import tables
from scanner.errors import PolicyError
from scanner.rules.language.flow import flow
from scanner.rules.language.tree import Faults, Mapping, Node, Scalar, Sequence, parse
from scanner.rules.reader import find, load
from scanner.rules.reader.find import PolicyFile

NAMES = ("approved-cas", "pqc-readiness", "public-tls", "tls-endpoints")
FREE = frozenset({"params", "lists"})
"""Where an author makes up names."""
TEXTS = frozenset({"title", "because", "fix", "owner", "doc", "edition", "clause", "binding", "url", "label", "note", "advisory"})
WORDS = frozenset({"severity", "enforce", "if_unknown", "for"})
Path = tuple[str | int, ...]


@lru_cache(maxsize=8)
def tree(name: str) -> Mapping:
    """Read a shipped policy."""
    found = parse(find.find(name)[0].data, Faults(name))
    assert isinstance(found, Mapping)
    return found


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Go through all nodes."""
    yield path, node
    if isinstance(node, Mapping):
        for key, value in node:
            yield from walk(value, (*path, key.text))
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from walk(item, (*path, number))


@lru_cache(maxsize=32)
def places(name: str, what: str) -> list[Path]:
    """Find what may be misspelt: keys (of any mapping whose keys are not made up), or words of an enumeration."""
    return [
        path for path, node in walk(tree(name)) if path and path[0] not in FREE and (_key if what == "key" else _word)(path, node)
    ]


def _key(path: Path, _node: Node) -> bool:
    """Rules, and their kinds of facts, are named by the policy; ids, labels and parts of chains by nobody else."""
    return (
        isinstance(path[-1], str) and not (len(path) == 2 and path[0] == "rules") and path[-1] not in {"advisory", "tests_as_of"}
    )


def _word(path: Path, node: Node) -> bool:
    if not isinstance(node, Scalar) or not node.text.isascii() or "$" in node.text or not node.text:
        return False
    field = ".".join(one for one in path if isinstance(one, str)).rpartition(".")[2]
    typed = path[-1] in WORDS or (isinstance(path[-1], int) and len(path) > 1 and path[-2] in WORDS)
    return typed or (field in _ENUMERATED and "tests" not in path)


_ENUMERATED = frozenset(
    name.rpartition(".")[2]
    for facts in tables.FACTS.values()
    for name, fact in facts.items()
    if fact.type.values and not fact.type.pattern and name.count(".") < 2
) - {"name", "sources"}


def replaced(node: Node, path: Path, change: object) -> Node:
    """Change one node: a new one, a new name for its key, or None to drop it."""
    head, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        entries = []
        for key, value in node:
            if key.text != head:
                entries.append((key, value))
            elif rest:
                entries.append((key, replaced(value, rest, change)))
            elif isinstance(change, str):
                entries.append((Scalar(change, 1, 1), value))
            elif change is not None:
                assert isinstance(change, Scalar | Sequence | Mapping)
                entries.append((key, change))
        return Mapping(tuple(entries), node.line, node.column)
    assert isinstance(node, Sequence)
    assert isinstance(head, int)
    items = list(node.items)
    if rest:
        items[head] = replaced(items[head], rest, change)
    elif change is None:
        del items[head]
    else:
        assert isinstance(change, Scalar | Sequence | Mapping)
        items[head] = change
    return Sequence(tuple(items), node.line, node.column)


def faults(name: str, changed: Node) -> list[str]:
    """Load the changed policy; none where it loads."""
    try:
        load.load([PolicyFile(f"{name}.yaml", flow(changed).encode())])
    except PolicyError as error:
        return [str(fault) for fault in error.faults]
    return []


def misspelt(draw: st.DrawFn, word: str) -> str:
    """Drop, double, swap or change a letter."""
    at = draw(st.integers(0, len(word) - 1))
    return draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + "q" + word[at + 1 :],
                word + "x",
                word[::-1],
            ]
        ).filter(lambda other: other not in {"", word})
    )


@st.composite
def misspellings(draw: st.DrawFn, what: str) -> tuple[str, Path, str]:
    """Choose a policy, a place in it, and what is written there instead."""
    name = draw(st.sampled_from([one for one in NAMES if places(one, what)]))
    path = draw(st.sampled_from(places(name, what)))
    word = str(path[-1]) if what == "key" else at(tree(name), path).text
    return name, path, misspelt(draw, word)


def at(node: Node, path: Path) -> Scalar:
    """Find the scalar at a path."""
    for step in path:
        found = (
            node.get(str(step)) if isinstance(node, Mapping) else node.items[int(step)] if isinstance(node, Sequence) else None
        )
        assert found is not None
        node = found
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize("name", NAMES)
def test_an_unchanged_policy_loads(name: str) -> None:
    """Written anew without comments and places it is still the policy."""
    assert faults(name, tree(name)) == []


@settings(max_examples=400, deadline=None)
@given(misspellings("key"))
def test_a_misspelt_key_operator_or_field_never_loads(case: tuple[str, Path, str]) -> None:
    """Whatever letter is wrong, and wherever; the fault quotes the word."""
    name, path, word = case
    found = faults(name, replaced(tree(name), path, word))
    assert found, f"{name}: {path} as {word} loads"


@settings(max_examples=200, deadline=None)
@given(misspellings("word"))
def test_a_misspelt_word_of_an_enumeration_never_loads(case: tuple[str, Path, str]) -> None:
    """Polars would compare with a foreign word and quietly say no."""
    name, path, word = case
    found = faults(name, replaced(tree(name), path, Scalar(word, 1, 1, plain=False)))
    assert any(repr(word) in one for one in found), f"{name}: {path} as {word} gives {found[:3]}"


OTHER_TYPES: tuple[Node, ...] = (
    Scalar("~", 1, 1),
    Scalar("no", 1, 1),
    Mapping((), 1, 1),
    Mapping(((Scalar("zzz", 1, 1), Scalar("zzz", 1, 1)),), 1, 1),
    Sequence((Sequence((), 1, 1),), 1, 1),
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_node_of_another_type_never_loads(data: st.DataObject) -> None:
    """Nothing, an ambiguous word, an empty mapping, a mapping of nonsense and a list of lists stand for nothing."""
    name = data.draw(st.sampled_from(NAMES))
    paths = [path for path, _ in walk(tree(name)) if path and not _may_be_empty(path)]
    path = data.draw(st.sampled_from(paths))
    other = data.draw(st.sampled_from(OTHER_TYPES))
    assert faults(name, replaced(tree(name), path, other)), f"{name}: {path} as {flow(other)} loads"


def _may_be_empty(path: Path) -> bool:
    """A test's deviations, a healthy row and its kinds, and lists of entries and parameters may be empty mappings."""
    return path[0] in {"healthy", "params", "lists"} or (len(path) > 2 and path[2] == "tests")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_needed_node_that_is_dropped_is_missed(data: st.DataObject) -> None:
    """What every rule must say is told by name where it is left out."""
    name = data.draw(st.sampled_from(NAMES))
    needed = {"title", "severity", "require", "because", "fix", "tests"}
    paths = [path for path, _ in walk(tree(name)) if path[:1] == ("rules",) and len(path) == 3 and path[2] in needed]
    path = data.draw(st.sampled_from(paths))
    found = faults(name, replaced(tree(name), path, None))
    told = str(path[2]).removesuffix("s")
    assert any(told in one and f"rule {path[1]}" in one for one in found), found


@pytest.mark.parametrize("unit", ["D", " d", "days", "y", "mo", "ms", "%", ""])
def test_a_misspelt_unit_never_loads(unit: str) -> None:
    """Every duration of every shipped policy, with another unit."""
    for name in NAMES:
        for path, node in walk(tree(name)):
            if isinstance(node, Scalar) and node.plain and node.text[:-1].isdigit() and node.text.endswith("d"):
                assert faults(name, replaced(tree(name), path, Scalar(node.text[:-1] + unit, 1, 1))), (name, path, unit)

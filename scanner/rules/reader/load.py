"""Policies from YAML: read, checked, typed; all faults of all files are listed together before anything is evaluated."""

from collections.abc import Iterable
from dataclasses import replace

from scanner import tables
from scanner.errors import Fault, PolicyError, UsageError
from scanner.memory import uncollected
from scanner.rules.language.syntax import Policy, Predicate
from scanner.rules.language.tree import Faults, Scalar, parse
from scanner.rules.language.tree import Sequence as Items
from scanner.rules.reader import rows
from scanner.rules.reader.find import PolicyFile
from scanner.rules.reader.header import NEEDED, SOURCE_KEYS
from scanner.rules.reader.lists import Certificates
from scanner.rules.reader.loader import KEYS, Loader
from scanner.rules.reader.params import PARAM_KEYS
from scanner.rules.reader.predicates import Builder

__all__ = ["KEYS", "NEEDED", "PARAM_KEYS", "SOURCE_KEYS", "load", "predicate", "value"]

MOST_SHOWN = 100


def load(files: Iterable[PolicyFile], certificates: Certificates | None = None) -> tuple[Policy, ...]:
    """Load policies with what they extend; raise PolicyError with every fault of every file.

    `certificates` reads the files that entries of lists name; without it, these entries match nothing.
    """
    loader = Loader(certificates)
    with uncollected():
        loaded = [(file, loader.policy(file, {}, ())) for file in files]
    policies = [replace(one.policy, named=file.named) for file, one in loaded if one is not None]
    loader.same_ids(policies)
    if loader.faults:
        raise PolicyError(bounded(loader.faults))
    return tuple(policies)


def bounded(faults: Iterable[Fault]) -> list[Fault]:
    """Keep as many faults as anybody reads at once, and say how many more there are."""
    found = sorted(set(faults))
    if len(found) <= MOST_SHOWN:
        return found
    at = found[MOST_SHOWN]
    more = f"here and below are {len(found) - MOST_SHOWN:,} more faults; mend those above first"
    return [*found[:MOST_SHOWN], Fault(at.path, at.line, at.column, more)]


def predicate(text: str, kinds: Iterable[str]) -> dict[str, Predicate]:
    """Read the predicate of --where for every kind that has its fields; refused where none has."""
    built: dict[str, Predicate] = {}
    wrong: list[Fault] = []
    for kind in kinds:
        faults = Faults("--where")
        node = parse(text.encode("utf-8", "surrogateescape"), faults)
        found = Builder(faults, kind, {}, {}).predicate(node) if node is not None else None
        if found is not None and not faults.found:
            built[kind] = found
        wrong += faults.found
    if not built:
        raise PolicyError(wrong)
    return built


def value(kind: str, name: str, text: str) -> object:
    """Read the value of --assume FIELD=VALUE by the field's type."""
    fact = tables.fact(kind, name)
    faults = Faults("--assume")
    node = parse(text.encode("utf-8", "surrogateescape"), faults)
    if fact is None or node is None:
        raise UsageError(f"--assume {name}={text}: " + (faults.found[0].message if faults.found else "no such field"))
    if fact.type.name == "list" and isinstance(node, Scalar):
        node = Items((node,), node.line, node.column)
    try:
        return rows.value_of(node, fact.type, name)
    except ValueError as error:
        raise UsageError(f"--assume {name}={text}: {error}") from error

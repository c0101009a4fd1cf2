"""What is said of groups: their names and places, the figures that were seen, what is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from scanner.model import Outcome
from scanner.rules.engine.groups_found import Found
from scanner.rules.engine.groups_sizes import constant
from scanner.rules.language.syntax import AllOf, AnyOf, Distinct, Group, Literal, Members, Not, Predicate, Rule, Share, Size, Test
from scanner.rules.language.values import bounded, in_words, listed
from scanner.rules.said import asked
from scanner.when import plain

LONGEST_KEY, LONGEST_VALUES = 24, 140
UNJUDGED = "could not be judged: "
MEMBERS = "the number of members"
PLURALS = {name: f"{name}s" for name in ("owner", "team", "environment", "service", "name", "place", "profile", "host")}


def place(group: Group, key: Any) -> str:
    """Name a group for good: `group:<field>=<value>`."""
    return f"group:{group.by}={_exact(key)}"


def _exact(key: Any) -> str:
    if isinstance(key, bool):
        return in_words(key)
    if isinstance(key, timedelta):
        return f"{key.total_seconds():.6f}".rstrip("0").rstrip(".") + "s"
    return str(plain(key))


def name(group: Group, key: Any) -> str:
    """Call a group by its field and value, a long one by its beginning."""
    return f"{group.by} {bounded(in_words(key), LONGEST_KEY)}"


def limit(rule: Rule, group: Group, as_of: datetime) -> str:
    """Say what is asked of a group: `at most 1 owner for each key.spki_sha256`."""
    return bounded(_asked(group, rule.kinds, as_of, f" for each {group.by}"))


def figure(group: Group, as_of: datetime) -> str:
    """Write the figure that fills `{limit}`."""
    demand = group.demand
    if isinstance(demand, Distinct):
        return _many(constant(demand.at_most, as_of), demand.of)
    return in_words(_share(demand, as_of)) if isinstance(demand, Share) else _asked(group, (), as_of)


def _share(demand: Share, as_of: datetime) -> float:
    return float(constant(demand.at_most, as_of))


def _asked(group: Group, kinds: Sequence[str], as_of: datetime, each: str = "") -> str:
    demand = group.demand
    if isinstance(demand, Distinct):
        return f"at most {_many(constant(demand.at_most, as_of), demand.of)}{each}"
    if isinstance(demand, Members):
        return f"{_sized(demand.predicate, as_of)}{each}"
    least = f", where there are at least {constant(demand.when_total, as_of):,}" if demand.when_total is not None else ""
    return f"at most {in_words(_share(demand, as_of))} of all {_noun(kinds)}s{each}{least}"


def _sized(predicate: Predicate, as_of: datetime) -> str:
    """Say a demand on the number of members: of a single comparison only the comparison."""
    if isinstance(predicate, Size):
        words = asked.verb(_test(predicate), as_of).removeprefix("is ")
        return f"{words} {'member' if words == '1' or words.endswith(' 1') else 'members'}"
    return asked.sentence(_tests(predicate), as_of)


def _tests(predicate: Predicate) -> Predicate:
    if isinstance(predicate, AllOf | AnyOf):
        return type(predicate)(tuple(map(_tests, predicate.parts)))
    if isinstance(predicate, Not):
        return Not(_tests(predicate.part))
    return _test(predicate) if isinstance(predicate, Size) else predicate


def _test(size: Size) -> Test:
    return Test(MEMBERS, size.op, tuple(Literal(one.value) if isinstance(one, Literal) else one for one in size.operands))


def says(rule: Rule, group: Group, found: Found, why: str, as_of: datetime) -> str:
    """Write the message of a finding; `why` says what an undecided one misses."""
    seen = f"{seen_of(rule, group, found)}; {_asked(group, rule.kinds, as_of)}"
    return bounded(seen if found.outcome is Outcome.FAIL else f"{UNJUDGED}{seen}; {why.removeprefix(UNJUDGED)}")


def seen_of(rule: Rule, group: Group, found: Found) -> str:
    """Say the figures of a group."""
    size = f"{_between(found.size)} {_noun(rule.kinds)}{'' if found.size[1] == 1 else 's'}"
    demand = group.demand
    if isinstance(demand, Distinct):
        some = f": {bounded(listed(found.values), LONGEST_VALUES)}" if found.values else ""
        count = _between(found.distinct)
        return f"shared by {size} with {count} {_counted(found.distinct[1], demand.of)}{some}"
    if isinstance(demand, Members):
        return f"shared by {size}"
    least, most = shares(found)
    limit_ = demand.at_most.value if isinstance(demand.at_most, Literal) else None
    share = " to ".join(dict.fromkeys(in_words(one, limit_) for one in (least, most)))
    return f"{share} of all {_noun(rule.kinds)}s ({_between(found.size)} of {_between(found.total)})"


def shares(found: Found) -> tuple[float, float]:
    """Compute the least and the greatest share of all rows that a group may have."""
    (sure, most), (least_total, most_total) = found.size, found.total
    others = most_total - (most - sure)
    return sure / others if others else 0.0, most / (least_total + most - sure)


def observed(group: Group, found: Found) -> str:
    """Write the figures of a group as JSON."""
    demand = group.demand
    figures: dict[str, Any] = {group.by: plain(found.key)} | _range("count", found.size)
    if isinstance(demand, Distinct):
        figures |= _range("distinct", found.distinct) | {demand.of: [plain(value) for value in found.values]}
    if isinstance(demand, Share):
        figures |= _range("share", shares(found)) | _range("total", found.total)
    return orjson.dumps(figures).decode()


def _range(name_: str, ends: tuple[float, float]) -> dict[str, float]:
    least, most = ends
    return {name_: least} if least == most else {f"{name_}.least": least, f"{name_}.most": most}


def _between(ends: tuple[int, int]) -> str:
    least, most = ends
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _noun(kinds: Sequence[str]) -> str:
    return kinds[0] if len(kinds) == 1 else "asset"


def _many(count: float, of: str) -> str:
    return f"{count:,} {_counted(count, of)}"


def _counted(count: float, of: str) -> str:
    """Say what is counted: owners, or values of a field."""
    if of in PLURALS:
        return of if count == 1 else PLURALS[of]
    return f"value of {of}" if count == 1 else f"values of {of}"

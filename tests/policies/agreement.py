"""Rules beside the lints of others that ask the same: what both say of every certificate, and why where they differ.

The pairs stand in rules_and_lints.yaml. `python -m tests.policies.agreement --write` writes docs/rules-and-lints.md.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import CORPUS
from tests.policies import witnesses
from tests.tools import pkilint

FILE = Path(__file__).with_name("rules_and_lints.yaml")
PROFILES = {"pkilint-tls": "tls", "pkilint-smime": "smime", "pkilint-ca": "serverauth", "pkilint-pkix": "pkix"}
"""Judge to what pkilint is asked to take a certificate for."""
MAIL = r"2\.23\.140\.1\.5\.[1-4]\.[1-3]"
SCOPES: Mapping[str, Mapping[str, object]] = {
    "pkilint-ca": {"is_ca": True},
    "pkilint-smime": {
        "is_ca": False,
        "any_of": [
            {"extended_key_usage": {"any": "emailProtection"}},
            {"san.email": {"empty": False}},
            {"policy_oids": {"any": {"matches": MAIL}}},
        ],
    },
}
"""Judge to the certificates that it is asked about at all."""
RECORDED = ("zlint", "verdicts")
"""Judges of whom the corpus has the record alone, so that certificates made here cannot be laid before them."""
Said = Mapping[str, str]
"""Certificate to verdict."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Certificates of which we and they say something else, and why."""

    ours: str
    theirs: str
    count: int
    because: str
    clause: str
    where: Mapping[str, object] | None = None
    certificates: tuple[str, ...] = ()

    def concerned(self) -> set[str]:
        """Say which certificates the explanation is about."""
        return set(self.certificates) if self.where is None else witnesses.matching(self.where)


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule beside lints of one judge that together ask the same."""

    rule: str
    judge: str
    lints: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    only: str = ""
    """The one verdict that the lints ever give, where they give but one."""
    since: str = ""
    """Why that is so."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """Say which verdicts must be seen on both sides; who can be asked anew must give both."""
        if self.only:
            return (self.only,)
        return () if self.judge in RECORDED else ("pass", "fail")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pair says of all certificates."""

    pair: Pair
    both: Counter[str]
    """Verdict to the number of certificates of which both say it; `na`: those that no lint looked at."""
    differing: Mapping[str, tuple[str, str]]
    """Certificate to our verdict and theirs."""
    undecided: frozenset[str]
    """Certificates that our reader leaves unknown."""
    explained: tuple[frozenset[str], ...]
    """The certificates that each explanation of the pair is about."""

    @property
    def faults(self) -> list[str]:
        """Say what is wrong with the pair: an unexplained difference, an explanation of nothing, a side never seen."""
        told = Counter(name for names in self.explained for name in names)
        found = [f"{name}: we say {o}, they say {t}" for name, (o, t) in self.differing.items() if name not in told]
        found += [f"{name}: explained {count} times" for name, count in told.items() if count > 1]
        for one, names in zip(self.pair.differences, self.explained, strict=True):
            if len(names) != one.count:
                found.append(f"explanation of {one.count} certificates fits {len(names)}: {one.because}")
        found += [f"no certificate on which both say {verdict}" for verdict in self.pair.wanted if not self.both[verdict]]
        return [f"{self.pair.rule} / {self.pair.judge} {' '.join(self.pair.lints)}: {fault}" for fault in found]


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@cache
def pairs() -> tuple[Pair, ...]:
    """Read the pairs of the file."""
    return tuple(_pair(rule, dict(one)) for rule, some in _read()["pairs"].items() for one in some)


def _pair(rule: str, given: dict[str, Any]) -> Pair:
    differences = tuple(_difference(one) for one in given.pop("differences", ()))
    only, since = given.pop("only", ""), given.pop("since", "")
    ((judge_, lints),) = given.items()
    return Pair(rule, judge_, tuple(lints), differences, only, since)


def undecided() -> Mapping[str, str]:
    """Say which certificates our reader leaves unknown, and why."""
    found: dict[str, str] = _read()["undecided"]
    return found


def _difference(given: Mapping[str, Any]) -> Difference:
    return Difference(**{**given, "certificates": tuple(given.get("certificates", ()))})


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Judge every pair of the file."""
    return tuple(judge(pairs()))


def judge(asked: Sequence[Pair]) -> Iterator[Outcome]:
    """Hold our verdicts against theirs."""
    ours = witnesses.judged([witnesses.rules()[one] for one in dict.fromkeys(pair.rule for pair in asked)])
    for pair in asked:
        yield _compared(pair, ours[pair.rule], theirs(pair.judge, pair.lints))


def _compared(pair: Pair, ours: Said, theirs_: Said) -> Outcome:
    both: Counter[str] = Counter()
    differing = {}
    unknown = frozenset(name for name in undecided() if ours[name] == "unknown")
    for name, own in ours.items():
        other = theirs_.get(name, "na")
        if name in unknown or _of_another(pair, name):
            continue
        if other in {own, "na"}:
            both[other] += 1
        else:
            differing[name] = (own, other)
    explained = tuple(
        frozenset(name for name in one.concerned() if differing.get(name) == (one.ours, one.theirs)) for one in pair.differences
    )
    return Outcome(pair, both, differing, unknown, explained)


def _of_another(pair: Pair, name: str) -> bool:
    """Tell whether a certificate was made for the policy of another rule."""
    policy, folder, _ = name.removeprefix("made:").partition("/")
    return name.startswith("made:") and bool(folder) and policy != pair.rule.partition("/")[0]


def theirs(judge_: str, lints: Sequence[str]) -> Said:
    """Say what lints together say of each certificate: fail if one found fault, else pass if one looked, else nothing."""
    said: dict[str, str] = {}
    for lint in lints:
        for name, verdict in _verdicts(judge_, lint).items():
            said[name] = "fail" if "fail" in {verdict, said.get(name)} else "pass"
    return said


def _verdicts(judge_: str, lint: str) -> Said:
    if judge_ == "zlint":
        return _zlint(lint)
    if judge_ == "verdicts":
        return {name: said[lint] for name, said in _recorded_verdicts().items() if said[lint] in {"pass", "fail"}}
    return {name: said[lint] for name, said in _pkilint(judge_).items() if lint in said}


@cache
def _pkilint(judge_: str) -> dict[str, dict[str, str]]:
    """Run pkilint on every certificate that it can read; as a CA's only those of CAs, for mail only those that speak of it."""
    ders = {name: der for name, der in witnesses.certificates().items() if pkilint.readable(der)}
    if judge_ in SCOPES:
        ders = {name: der for name, der in ders.items() if name in witnesses.matching(SCOPES[judge_])}
    return {name: pkilint.verdicts(der, PROFILES[judge_]) for name, der in ders.items()}


@cache
def fired() -> dict[str, set[str]]:
    """Read which lints of zlint found fault with each certificate of the corpus that zlint could read."""
    names = {row["sha256"]: row["file"].removeprefix("certs/") for row in _lines("cert_verdicts.jsonl")}
    return {
        names[row["sha256"]]: {lint for lints in row["zlint"].values() for lint in lints}
        for row in _lines("cert_lint.jsonl")
        if isinstance(row["zlint"], dict)
    }


@cache
def _zlint(lint: str) -> Said:
    """Take what a lint looked at from the file, because zlint's record holds findings only; a finding elsewhere is an error."""
    looked_at = _looked_at(**_read()["zlint"]["lints"][lint]) & set(fired())
    strange = {name for name, lints in fired().items() if lint in lints} - looked_at
    if strange:
        msg = f"{lint} found fault with {sorted(strange)}, at which it should not look by rules_and_lints.yaml"
        raise ValueError(msg)
    return {name: "fail" if lint in fired()[name] else "pass" for name in looked_at}


def _looked_at(of: Sequence[str] = (), where: Mapping[str, object] | None = None, **dates: object) -> set[str]:
    asked = [where] if where is not None else []
    if dates:
        asked.append({"not_before": dates})
    return set.intersection(set(witnesses.certificates()), *map(_scope, of), *map(witnesses.matching, asked))


@cache
def _scope(name: str) -> set[str]:
    """Find what a named scope holds, or with `not` what it is not known to hold."""
    held = witnesses.matching(_read()["zlint"]["scopes"][name.removeprefix("not ")])
    return set(witnesses.certificates()) - held if name.startswith("not ") else held


@cache
def _recorded_verdicts() -> dict[str, dict[str, str]]:
    return {row["file"].removeprefix("certs/"): row["verdicts"] for row in _lines("cert_verdicts.jsonl") if row["verdicts"]}


def _lines(name: str) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, (CORPUS / name).read_text(encoding="utf-8").splitlines())


def main() -> int:
    """Write the pages, or list what is wrong with the pairs whose names hold the words given."""
    from tests.policies import agreement_pages

    if "--write" in sys.argv:
        agreement_pages.write()
        return 0
    asked = [pair for pair in pairs() if all(word in f"{pair.rule} {pair.judge} {' '.join(pair.lints)}" for word in sys.argv[1:])]
    faults = [fault for outcome in judge(asked) for fault in outcome.faults]
    print(*faults, sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())

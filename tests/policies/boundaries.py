"""Boundaries of shipped policies: every date that a rule is bound by, and what a certificate of that second gets, from DER."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import polars as pl
import yaml

from scanner.facts import certificate
from scanner.inventory.clock import with_time
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import find, load
from scanner.trust import chain, roots

SECOND = timedelta(seconds=1)
Make = Callable[[datetime], bytes]
"""Makes a certificate whose clock, notBefore as a rule, stands at an instant."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule says one thing of a certificate until the last second before a date, and another from then on."""

    rule: str
    date: str
    before: str
    after: str
    make: Make
    trust: str = "public"

    @property
    def instant(self) -> datetime:
        """The first second of the date (BR 1.6.4)."""
        return datetime.fromisoformat(self.date).replace(tzinfo=UTC)

    def outcomes(self, policy: Policy) -> tuple[str, str, str]:
        """Judge a certificate of the second before, one of the second itself and one of the second after."""
        around = (self.instant - SECOND, self.instant, self.instant + SECOND)
        before, at, after = (outcome(policy, self.rule, self.make(one), one, self.trust) for one in around)
        return before, at, after


@cache
def policy(name: str) -> Policy:
    """Load a shipped policy."""
    return load.load(find.find(name))[0]


def outcome(known: Policy, rule: str, der: bytes, as_of: datetime, trust: str, issuers: tuple[bytes, ...] = ()) -> str:
    """Judge one certificate by one rule, with its chain from the issuers at hand, as of public or private trust."""
    table = certificate.read([der]).frame.with_columns(asset_id="fingerprint_sha256")
    table = chain.derive(table, roots.load(), issuers).with_columns(trust=pl.lit(trust))
    (chosen,) = [one for one in known.rules if one.id == f"{known.id}/{rule}"]
    evaluation = evaluate([chosen], {"certificate": with_time(table, "certificate", as_of)}, as_of)
    counts = evaluation.counts(chosen.id)
    said = {"pass": counts.passed, "fail": counts.failed, "unknown": counts.unknown, "skip": counts.skipped}
    (found,) = [name for name, count in said.items() if count]
    return found


def dates(name: str) -> dict[str, set[tuple[str, str]]]:
    """List the dates that stand in a policy's own rules, as (rule, date): by the certificate's clock, and by as_of (`enforce`)."""
    found: dict[str, set[tuple[str, str]]] = {"rule": set(), "enforce": set()}
    for rule, body in yaml.safe_load(policy(name).text)["rules"].items():
        for key in ("when", "when_only", "require", "enforce"):
            sort = "enforce" if key == "enforce" else "rule"
            found[sort] |= {(rule, day) for day in _days(body.get(key))}
    return found


def _days(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in {"from", "before"} and isinstance(value, date):
                yield value.isoformat()
            yield from _days(value)
    elif isinstance(node, list):
        for one in node:
            yield from _days(one)


def unasked(bounds: list[Bound], name: str) -> set[tuple[str, str]]:
    """Find dates of a policy's rules that no boundary is given for, and boundaries at no date of the rule."""
    return dates(name)["rule"] ^ {(one.rule, one.date) for one in bounds}

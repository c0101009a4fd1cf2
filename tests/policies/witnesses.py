"""Certificates that bear witness for rules: the corpus, and those that the recipes of made.py make where it has none."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import polars as pl

from scanner.facts import certificate
from scanner.inventory.clock import with_time
from scanner.rules.engine.compile import column
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.engine.lower import lower
from scanner.rules.language.syntax import Policy, Rule
from scanner.rules.reader import find, load
from scanner.trust import chain, roots
from tests.conftest import CORPUS
from tests.policies import made
from tests.tools.pkilint import pem_or_der

TODAY = datetime(2026, 11, 24, tzinfo=UTC)
"""The date of judgement where a certificate's own notBefore cannot be read."""
SHIPPED = tuple(name for name in find.shipped() if name != "default")


@cache
def policies() -> dict[str, Policy]:
    """Load every shipped policy that has rules of its own."""
    return {name: load.load(find.find(name))[0] for name in SHIPPED}


@cache
def rules() -> dict[str, Rule]:
    """List the rules of all shipped policies, each by the policy that wrote its `require`."""
    return {rule.id: rule for policy in policies().values() for rule in policy.rules if rule.policy == policy.id}


@cache
def certificates() -> dict[str, bytes]:
    """Read the corpus by the names of its files, then make what it lacks by the names of the recipes."""
    listed = [json.loads(line) for line in (CORPUS / "cert_verdicts.jsonl").read_text().splitlines()]
    found = {row["file"].removeprefix("certs/"): pem_or_der((CORPUS / row["file"]).read_bytes()) for row in listed}
    found |= {f"made:{name}": make() for name, make in made.CERTIFICATES.items()}
    return found | {f"made:{name}": der for name, der in made.of_policies().items()}


@cache
def facts() -> pl.DataFrame:
    """Decode them, with what follows from one another and from the roots; the time is that of each one's notBefore."""
    table = certificate.read(list(certificates().values())).frame.with_columns(asset_id="fingerprint_sha256")
    named = chain.derive(table, roots.load()).with_columns(witness=pl.Series(list(certificates())))
    timed = [with_time(some, "certificate", date) for date, some in _by_date(named)]
    return pl.concat(timed)


def _by_date(table: pl.DataFrame) -> Iterable[tuple[datetime, pl.DataFrame]]:
    for (date,), some in table.group_by(["not_before"], maintain_order=True):
        yield date if isinstance(date, datetime) else TODAY, some


def judged(asked: Sequence[Rule]) -> dict[str, dict[str, str]]:
    """Say of each rule whether its `require` alone holds of each certificate at its notBefore: pass, fail or unknown."""
    lifted = [replace(rule, when=None) for rule in asked]
    said: dict[str, dict[str, str]] = {rule.id: dict.fromkeys(certificates(), "pass") for rule in lifted}
    dates = list(dict.fromkeys(date for date, _ in _by_date(facts())))
    dated = [rule for rule in lifted if len({lower(rule.require, "certificate", date) for date in dates}) > 1]
    timeless = [rule for rule in lifted if rule not in dated]
    for date, some, rules_ in [(TODAY, facts(), timeless), *((date, some, dated) for date, some in _by_date(facts()))]:
        evaluation = evaluate(rules_, {"certificate": some}, date)
        for rule in rules_:
            for row, outcome, _ in evaluation.findings(rule.id, "certificate").iter_rows():
                said[rule.id][some["witness"][row]] = outcome
    return said


def matching(predicate: Mapping[str, object]) -> set[str]:
    """Find the certificates of which a predicate of the policy language is known to hold."""
    read = load.predicate(json.dumps(predicate, default=str), ("certificate",))["certificate"]
    held = facts().select("witness", held=column(read, "certificate", facts(), TODAY))
    return set(held.filter(pl.col("held").fill_null(value=False))["witness"])

"""What a shipped policy says of certificates, from their bytes: of any, and of the 46 post-quantum ones of the corpus."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import polars as pl

from scanner import tables
from scanner.facts import certificate
from scanner.inventory.clock import with_time
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import find, load
from scanner.trust import chain, roots
from scanner.vocabulary import COMPOSITE_ML_DSA, ML_DSA, ML_KEM, SLH_DSA
from tests.policies.test_corpus import corpus

ALGORITHMS = (*ML_DSA, *ML_KEM, *COMPOSITE_ML_DSA, *SLH_DSA)
"""Every one has at least one certificate in the corpus."""
SAID = pl.Schema({"fingerprint_sha256": pl.String(), "rule": pl.String(), "outcome": pl.String()})


@cache
def policy(name: str) -> Policy:
    """Load a shipped policy."""
    return load.load(find.find(name))[0]


def derived(ders: Sequence[bytes]) -> pl.DataFrame:
    """Decode certificates that no inventory tags, with what follows from one another and the shipped roots."""
    read = pl.concat([tables.empty("certificate"), certificate.read(ders).frame], how="diagonal")
    tagged = read.with_columns(asset_id="fingerprint_sha256", tags=pl.lit([], pl.List(pl.String())))
    return chain.derive(tagged, roots.load())


def said(name: str, table: pl.DataFrame, as_of: datetime, **facts: object) -> pl.DataFrame:
    """Judge a table of certificates, with facts where they are not known; a row per rule that fails or could not tell."""
    known = table.with_columns(pl.coalesce(fact, pl.lit(value)).alias(fact) for fact, value in facts.items())
    rules = [rule for rule in policy(name).rules if rule.kinds == ("certificate",) and rule.group is None]
    evaluation = evaluate(rules, {"certificate": with_time(known, "certificate", as_of)}, as_of)
    rows = [
        (known["fingerprint_sha256"][number], rule.id.partition("/")[2], outcome)
        for rule in rules
        for number, outcome, _ in evaluation.findings(rule.id, "certificate").iter_rows()
    ]
    return pl.DataFrame(rows, schema=SAID, orient="row")


def failed(name: str, der: bytes, as_of: datetime, **facts: object) -> set[str]:
    """Say which rules one certificate fails, known to the last fact that they read."""
    found = said(name, derived([der]), as_of, **facts)
    assert set(found["outcome"]) <= {"fail"}, found
    return set(found["rule"])


@cache
def post_quantum() -> pl.DataFrame:
    """Take the post-quantum certificates of the corpus."""
    return derived(corpus()[tables.DER].to_list()).filter(pl.col("key.algorithm").is_in(ALGORITHMS))


@cache
def by_algorithm(name: str, as_of: datetime) -> dict[str, tuple[set[str], set[str]]]:
    """Say for each algorithm of a key the rules that a private certificate with it fails, and those that could not tell."""
    table = post_quantum()
    found = said(name, table, as_of, trust="private").join(table, on="fingerprint_sha256")
    outcomes = {one: found.filter(pl.col("key.algorithm") == one) for one in set(table["key.algorithm"])}
    return {
        one: (set(rows.filter(outcome="fail")["rule"]), set(rows.filter(outcome="unknown")["rule"]))
        for one, rows in outcomes.items()
    }

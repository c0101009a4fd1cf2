"""The shipped certificate rules as somebody would write them in Polars for one table: the measure of the compiler.

A module for each policy. Fewer meanings, on purpose: absent and unknown are the same null, an open list is a closed one, and
only fails are counted. Where no row is unknown, the fails are those of the rules. Rules on groups are measured in `groups`.
"""

from collections.abc import Container

import polars as pl

from benchmarks.by_hand import (
    approved_cas,
    browser_roots,
    ca_agility,
    client_certificates,
    cnsa,
    code_signing,
    device_certificates,
    internal_pki,
    key_hygiene,
    nist_keys,
    pqc_readiness,
    public_tls,
    smime,
)
from benchmarks.by_hand.words import SHARED, Rules

RULES: Rules = {
    **public_tls.RULES,
    **browser_roots.RULES,
    **code_signing.RULES,
    **smime.RULES,
    **internal_pki.RULES,
    **client_certificates.RULES,
    **device_certificates.RULES,
    **nist_keys.RULES,
    **cnsa.RULES,
    **key_hygiene.RULES,
    **pqc_readiness.RULES,
    **approved_cas.RULES,
    **ca_agility.RULES,
}


def fails(table: pl.DataFrame, only: Container[str] | None = None) -> dict[str, int]:
    """Count the fails of every rule, or of some; each distinct `when`, and what several share, is asked once."""
    rules = {rule: known for rule, known in RULES.items() if only is None or rule in only}
    whens = {id(when): when for when, _ in rules.values()}
    asked = table.lazy()
    for name, condition in SHARED.items():
        asked = asked.with_columns(condition.alias(name))
    asked = asked.with_columns(when.alias(f"_{key}") for key, when in whens.items())
    counted = asked.select((pl.col(f"_{id(when)}") & ~require()).sum().alias(rule) for rule, (when, require) in rules.items())
    return counted.collect().row(0, named=True)

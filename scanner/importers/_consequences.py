"""Facts that follow from those an inventory gives, where a certificate's bytes would have told both."""

from collections.abc import Iterator

import polars as pl

from scanner.importers._algorithm_names import QUANTUM_SAFE, USAGE_OF

_SECOND = pl.duration(seconds=1)


def expressions(names: frozenset[str], *, precise: bool) -> Iterator[pl.Expr]:
    """Yield the facts that the named columns imply and none of them states."""
    for name, needed, expression in _RULES:
        if name not in names and needed <= names:
            yield expression.alias(name)
    if precise and "lifetime" not in names:
        # Only dates with seconds: between two days the Baseline Requirements' extra second would break a limit of whole days.
        yield (
            pl.when("_precise").then(pl.col("not_after") - pl.col("not_before") + _SECOND).alias("lifetime")
        )


def _safe(name: str) -> pl.Expr:
    algorithm = pl.col(name)
    return pl.when(algorithm != "other").then(algorithm.is_in(sorted(QUANTUM_SAFE)))


def _bits() -> pl.Expr:
    """Length of the serial number in bits: four a digit, less what the first digit lacks."""
    digits = pl.col("serial").str.strip_prefix("-")
    first = digits.str.head(1).str.to_integer(base=16, strict=False)
    lead = pl.when(first >= 8).then(4).when(first >= 4).then(3).when(first >= 2).then(2).when(first >= 1).then(1).otherwise(0)
    bits = (digits.str.len_bytes().cast(pl.Int64) - 1) * 4 + lead
    return pl.when(pl.col("serial").str.starts_with("-")).then(-bits).otherwise(bits)


def _usage() -> pl.Expr:
    known = pl.element().replace_strict(USAGE_OF, default=None, return_dtype=pl.String)
    return pl.col("extended_key_usage").list.eval(known.drop_nulls()).list.unique(maintain_order=True)


_RULES = (
    ("wildcard", {"san.dns"}, pl.col("san.dns").list.eval(pl.element().str.starts_with("*.")).list.any()),
    ("key.quantum_safe", {"key.algorithm"}, _safe("key.algorithm")),
    ("signature.quantum_safe", {"signature.algorithm"}, _safe("signature.algorithm")),
    ("serial_bits", {"serial"}, _bits()),
    ("usage", {"extended_key_usage"}, _usage()),
)

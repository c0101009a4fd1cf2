"""The rules of `browser-roots` by hand."""

import polars as pl

from benchmarks.by_hand.distrusted import ENTRUST, EPKI, GLOBALTRUST, HIPKI, NETLOCK
from benchmarks.by_hand.public_tls import LIVE, TLS, WRONG_PURPOSES
from benchmarks.by_hand.words import (
    CA,
    ISSUED,
    LEAF,
    POISON,
    PRIVATE,
    PUBLIC,
    RSA,
    VALID,
    Rules,
    among,
    col,
    day,
    days,
    filled,
    holds,
    only,
    shared,
    since,
)

SUB_CA = shared(
    "_sub_ca",
    CA & ISSUED & PUBLIC & VALID & (among("usage", ["tls-server", "any"]) | ~filled("extended_key_usage")),
)
INTERNAL = LIVE & PRIVATE
ROOT = col("root.fingerprint_sha256")
FORBIDDEN = [*WRONG_PURPOSES, "anyExtendedKeyUsage"]
FROM_ENTRUST = TLS & ROOT.is_in(ENTRUST)
FROM_GLOBALTRUST = TLS & (ROOT == GLOBALTRUST)


def said_already() -> pl.Expr:
    """Judged by public-tls: a CA for servers that is for something forbidden beside it."""
    return holds("extended_key_usage", "serverAuth") & among("extended_key_usage", FORBIDDEN)


def logged(year: int, month: int, number: int) -> pl.Expr:
    """Logged before this day; what was not logged counts by its notBefore."""
    return col("earliest_sct").fill_null(col("not_before")) < day(year, month, number)


RULES: Rules = {
    "browser-roots/server-auth-only": (
        TLS & since(2027, 3, 15) & holds("extended_key_usage", "serverAuth") & ~among("extended_key_usage", FORBIDDEN),
        lambda: only("extended_key_usage", ["serverAuth"]),
    ),
    "browser-roots/sub-ca-server-auth-only": (
        SUB_CA & since(2026, 6, 15),
        lambda: (only("extended_key_usage", ["serverAuth"]) & filled("extended_key_usage")) | said_already(),
    ),
    "browser-roots/sub-ca-purposes": (
        SUB_CA & (col("not_before") < day(2026, 6, 15)),
        lambda: (
            (only("extended_key_usage", ["serverAuth", "clientAuth"]) & filled("extended_key_usage"))
            | (since(2023, 9, 15) & said_already())
        ),
    ),
    "browser-roots/sub-ca-lifetime": (SUB_CA & since(2026, 2, 5), lambda: col("lifetime") <= days(1096, 1)),
    "browser-roots/transparency": (
        TLS & since(2022, 4, 15) & ~holds("extensions", POISON),
        lambda: col("sct_logs").list.len() >= pl.when(col("lifetime") <= days(180)).then(2).otherwise(3),
    ),
    "browser-roots/chrome-entrust": (FROM_ENTRUST, lambda: logged(2024, 11, 12)),
    "browser-roots/chrome-globaltrust": (FROM_GLOBALTRUST, lambda: logged(2024, 7, 1)),
    "browser-roots/chrome-chunghwa": (TLS & ROOT.is_in([EPKI, HIPKI]), lambda: logged(2025, 8, 1)),
    "browser-roots/chrome-netlock": (TLS & (ROOT == NETLOCK), lambda: logged(2025, 8, 1)),
    "browser-roots/mozilla-entrust": (FROM_ENTRUST, lambda: col("not_before") < day(2024, 12, 1)),
    "browser-roots/mozilla-globaltrust": (FROM_GLOBALTRUST, lambda: col("not_before") < day(2024, 7, 1)),
    "browser-roots/mozilla-removed": (TLS, lambda: ~ROOT.is_in([*ENTRUST, GLOBALTRUST, EPKI])),
    "browser-roots/apple-key": (INTERNAL & RSA, lambda: col("key.bits") >= 2048),
    "browser-roots/apple-signature": (INTERNAL, lambda: ~col("signature.hash").is_in(["MD2", "MD4", "MD5", "SHA-1"])),
    "browser-roots/apple-name": (INTERNAL, lambda: filled("san.dns") | filled("san.ip")),
    "browser-roots/apple-purpose": (
        among("usage", ["tls-server", "any"]) & filled("san.dns") & LEAF & PRIVATE & VALID & since(2019, 7, 2),
        lambda: holds("extended_key_usage", "serverAuth"),
    ),
    "browser-roots/apple-lifetime": (INTERNAL & since(2019, 7, 2), lambda: col("lifetime") <= days(825, 1)),
}

"""The rules of `ca-agility` by hand, but for those on shares."""

from benchmarks.by_hand import distrusted
from benchmarks.by_hand.words import ISSUED, VALID_LEAF, Rules, among, col, el, some

RULES: Rules = {
    "ca-agility/distrusted": (
        VALID_LEAF & among("usage", ["tls-server", "any"]) & ~col("self_signed"),
        lambda: ~some("chain", el().struct.field("fingerprint_sha256").is_in(distrusted.ALL)),
    ),
    "ca-agility/issuer-known": (VALID_LEAF & ISSUED, lambda: col("chain_complete")),
}

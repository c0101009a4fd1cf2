"""The rules of `approved-cas` by hand."""

from benchmarks.by_hand.words import VALID_LEAF, Rules, col, day, el, some

RULES: Rules = {
    "approved-cas/issuer": (
        VALID_LEAF & ~col("self_signed"),
        lambda: (
            some(
                "chain",
                (el().struct.field("spki_sha256") == f"{1:064d}") | (el().struct.field("ca_owner") == "Example Trust Services"),
            )
            | (some("chain", el().struct.field("fingerprint_sha256") == f"{2:064d}") & (col("not_before") < day(2027, 1, 1)))
        ),
    ),
    "approved-cas/self-signed": (VALID_LEAF, lambda: ~col("self_signed")),
}

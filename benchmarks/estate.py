"""A large table of certificates as a scan and an inventory would leave it, made in columns and never signed.

Every value follows from the number of its row. Three in a hundred rows came without bytes, so that their facts are
unknown; one in twenty chains is open, one in twenty trusts nobody can tell.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from scanner import tables
from scanner.inventory.clock import with_time
from scanner.tables import Origin

KIND = "certificate"
AS_OF = datetime(2026, 11, 24, 12, tzinfo=UTC)
DV, OV, EV = "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.1"
SERVER = ["tls-server"]
SUBJECT_ALT_NAME, BASIC, KEY_USAGE = "2.5.29.17", "2.5.29.19", "2.5.29.15"


def make(rows: int) -> pl.DataFrame:
    """Make the table, with every column of the registry and the time facts."""
    frame = pl.DataFrame([pl.int_range(rows, eager=True).alias("i")])
    frame = frame.with_columns(_dates(), _decoded=_one(7, [True] * 97 + [False] * 3)).with_columns(_facts())
    known = {name: frame[name] for name in frame.columns if name != "i"}
    facts = tables.schema(KIND)
    wide = pl.DataFrame(
        [known.get(name, pl.Series(name, [None], dtype=dtype).new_from_index(0, rows)) for name, dtype in facts.items()]
    )
    bytes_only = [
        pl.when(tables.DECODED).then(name).alias(name)
        for name, fact in tables.FACTS[KIND].items()
        if fact.origin is Origin.DECODED and name not in {"not_after", "subject.cn"}
    ]
    return with_time(wide.with_columns(bytes_only).cast(pl.Schema(facts)), KIND, AS_OF)


def _pick(seed: int, size: int) -> pl.Expr:
    return pl.col("i").hash(seed) % size


def _one(seed: int, values: Sequence[Any], dtype: pl.DataType | None = None) -> pl.Expr:
    """Choose one of the values for each row."""
    return pl.lit(pl.Series(values, dtype=dtype)).gather(_pick(seed, len(values)))


def _dates() -> list[pl.Expr]:
    days = _one(1, [90] * 12 + [47, 199, 397, 397, 398, 825, 1095, 3650])
    start = pl.lit(AS_OF) - pl.duration(minutes=_pick(2, 1440 * 110).cast(pl.Int64))
    return [
        start.alias("not_before"),
        (start + pl.duration(days=days) - pl.duration(seconds=1)).alias("not_after"),
        pl.duration(days=days).alias("lifetime"),
    ]


def _facts() -> list[pl.Expr]:
    host = pl.format("host{}.apps.example.com", "i")
    names = (
        pl.when(_pick(3, 40) == 0)
        .then(pl.concat_list(host, pl.format("host{}.corp.internal", "i")))
        .when(_pick(3, 40) < 12)
        .then(pl.concat_list(host))
        .otherwise(pl.concat_list(host, pl.format("www.host{}.example.com", "i"), pl.format("*.h{}.example.com", "i")))
    )
    texts = pl.List(pl.String())
    rsa: list[tuple[Any, ...]] = [("RSA", 2048, None, 65537, True)] * 5
    rsa += [("RSA", 4096, None, 65537, True), ("RSA", 1024, None, 3, True)]
    others: list[tuple[Any, ...]] = [("EC", 256, "P-256", None, None)] * 6
    others += [("EC", 256, "secp256k1", None, None), ("ML-DSA-65", 15616, None, None, None)]
    keys = [*rsa, *others]
    shapes = [dict(zip(("algorithm", "bits", "curve", "exponent", "octets"), key, strict=True)) for key in keys]
    key = pl.lit(pl.Series(shapes)).gather(_pick(4, len(shapes)))
    signature = _one(5, ["SHA-256"] * 15 + ["SHA-384", "SHA-1", None])
    policies = _one(6, [[DV]] * 9 + [[OV]] * 4 + [[EV], [DV, OV], []], texts)
    return [
        *(pl.format(f"{field}{{}}", "i").alias(field) for field in ("asset_id", "place", "fingerprint_sha256")),
        host.alias("subject.cn"),
        pl.format("CN=host{}.apps.example.com", "i").alias("subject.dn"),
        _one(8, [None, None, "Example AG"]).alias("subject.organization"),
        _one(9, [2, 3, 3, 3, 3, 3, 3, 3, 3, 3]).alias("version"),
        (_pick(10, 100).cast(pl.Int64) + 64).alias("serial_bits"),
        key.struct.field("algorithm").alias("key.algorithm"),
        key.struct.field("bits").alias("key.bits"),
        key.struct.field("curve").alias("key.curve"),
        key.struct.field("exponent").alias("key.exponent"),
        key.struct.field("octets").alias("key.whole_octets"),
        (key.struct.field("algorithm") == "ML-DSA-65").alias("key.quantum_safe"),
        _one(4, ["1.2.840.113549.1.1.1"] * 7 + ["1.2.840.10045.2.1"] * 7 + ["2.16.840.1.101.3.4.3.18"]).alias("key.oid"),
        _one(11, ["RSASSA-PKCS1-v1_5"] * 9 + ["ECDSA"] * 9 + ["ML-DSA-65"]).alias("signature.algorithm"),
        _one(11, ["1.2.840.113549.1.1.11"] * 9 + ["1.2.840.10045.4.3.2"] * 9 + ["2.16.840.1.101.3.4.3.18"]).alias(
            "signature.oid"
        ),
        signature.alias("signature.hash"),
        _one(12, [False] * 29 + [True]).alias("is_ca"),
        _one(13, [None] * 39 + [0]).alias("path_length"),
        _one(14, [SERVER] * 8 + [["tls-server", "tls-client"]] * 6 + [["email"], ["code-signing"]], texts).alias("usage"),
        _one(14, [["serverAuth"]] * 8 + [["serverAuth", "clientAuth"]] * 6 + [["emailProtection"], ["codeSigning"]], texts).alias(
            "extended_key_usage"
        ),
        _one(15, [["digitalSignature"]] * 5 + [["digitalSignature", "keyEncipherment"]] * 4 + [["keyCertSign"], []], texts).alias(
            "key_usage"
        ),
        _one(16, [[KEY_USAGE]] * 8 + [[KEY_USAGE, BASIC]] * 8 + [[SUBJECT_ALT_NAME], []], texts).alias("critical_extensions"),
        names.alias("san.dns"),
        _one(17, [[]] * 30 + [["10.0.0.1"], ["192.0.2.7", "203.0.113.9"]], texts).alias("san.ip"),
        _one(18, [[]] * 50 + [["a@example.com"]], texts).alias("san.email"),
        _one(19, [[]] * 50 + [["https://example.com/"]], texts).alias("san.uri"),
        _one(20, [0] * 60 + [1]).alias("san.other"),
        _one(6, ["DV"] * 9 + ["OV"] * 4 + ["EV", "DV", None]).alias("validation"),
        policies.alias("policy_oids"),
        _one(21, [["http://crl.example.com/1.crl"]] * 9 + [[], ["https://crl.example.com/2.crl"]], texts).alias(
            "revocation.crl_urls"
        ),
        _one(22, [["http://ocsp.example.com/"]] * 5 + [[]] * 5, texts).alias("revocation.ocsp_urls"),
        _one(23, [2, 2, 2, 3, 3, 0]).alias("sct_count"),
        _one(24, ["public"] * 15 + ["private"] * 4 + [None]).alias("trust"),
        _one(25, [False] * 19 + [True]).alias("self_signed"),
        _one(26, _chains(), tables.FACTS[KIND]["chain"].type.dtype).alias("chain"),
        _one(26, ["a" * 64] * 38 + [None] * 2).alias("root.fingerprint_sha256"),
        _one(27, [None] * 3 + ["payments", "retail"]).alias("team"),
    ]


def _chains() -> list[list[dict[str, Any] | None]]:
    """Make chains of an issuing CA and a root; the last ones end open, at an issuer known by name only."""
    whole: list[list[dict[str, Any] | None]]
    whole = [[_link(f"Issuing {number}", number), _link("Root", number + 100)] for number in range(38)]
    return [*whole, *([_link(f"Lost {number}"), None] for number in range(2))]


def _link(name: str, number: int | None = None) -> dict[str, Any]:
    if number is None:
        return {"subject.dn": f"CN={name}"} | dict.fromkeys(("spki_sha256", "fingerprint_sha256", "ca_owner", "verified"))
    return {
        "subject.dn": f"CN={name}",
        "spki_sha256": f"{number:064x}",
        "fingerprint_sha256": f"{number + 1000:064x}",
        "ca_owner": "Other Trust" if number % 10 else "Example Trust Services",
        "verified": True,
    }

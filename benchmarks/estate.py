"""A large table of certificates as a scan and an inventory would leave it, made in columns and never signed.

Every value follows from the number of its row. Three in a hundred rows came without bytes, so that their facts are
unknown; one in twenty chains is open, one in twenty trusts nobody can tell. Most are for servers; a few in a hundred are for
mail, code, clients or devices, and a few in a hundred deviate in any one fact.
"""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from benchmarks import profiles
from benchmarks.by_hand import distrusted
from benchmarks.pools import one, pick, shape
from scanner import tables
from scanner.inventory.clock import with_time
from scanner.tables import Origin

KIND = "certificate"
AS_OF = datetime(2026, 11, 24, 12, tzinfo=UTC)
ENDLESS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
LOGS = ["11", "22", "33"]
SECOND = pl.duration(seconds=1)


def make(rows: int) -> pl.DataFrame:
    """Make the table, with every column of the registry and the time facts."""
    frame = pl.DataFrame([pl.int_range(rows, eager=True).alias("i")])
    frame = frame.with_columns(one(7, {True: 97, False: 3}).alias("_decoded"), one(14, profiles.PURPOSES).alias("for"))
    for columns in (_dates(), _facts(), profiles.facts(), _derived()):
        frame = frame.with_columns(columns)
    facts = tables.schema(KIND)
    wide = pl.DataFrame(
        [
            frame[name] if name in frame.columns else pl.Series(name, [None], dtype=dtype).new_from_index(0, rows)
            for name, dtype in facts.items()
        ]
    )
    bytes_only = [
        pl.when(tables.DECODED).then(name).alias(name)
        for name, fact in tables.FACTS[KIND].items()
        if fact.origin is Origin.DECODED and name not in {"not_after", "subject.cn"}
    ]
    return with_time(wide.with_columns(bytes_only).cast(pl.Schema(facts)), KIND, AS_OF)


def _dates() -> list[pl.Expr]:
    """Issued in the last months; a few soon or long ago, and a few without end."""
    days = one(1, {90: 24, 47: 2, 199: 1, 200: 1, 397: 4, 398: 2, 825: 2, 1095: 2, 3650: 2})
    long = one(1, {825: 2, 1095: 4, 3650: 4, 9125: 3, 11000: 1})
    old, soon = pick(40, 25) == 0, pick(40, 25) == 1
    minutes = pick(2, 1440 * 110).cast(pl.Int64)
    start = pl.lit(AS_OF) - pl.duration(minutes=pl.when(old).then(minutes * 36).when(soon).then(minutes * -2).otherwise(minutes))
    lifetime = pl.duration(days=pl.when(old).then(long).otherwise(days))
    end = pl.when(pick(41, 100) == 0).then(pl.lit(ENDLESS, pl.Datetime("us", "UTC"))).otherwise(start + lifetime - SECOND)
    return [start.alias("not_before"), end.alias("not_after"), (end - start + SECOND).alias("lifetime")]


def _facts() -> list[pl.Expr]:
    return [
        *(pl.format(f"{field}{{}}", "i").alias(field) for field in ("asset_id", "place", "fingerprint_sha256")),
        pl.when(pick(42, 50) > 0).then(pl.format("CN=host{}.apps.example.com", "i")).alias("subject.dn"),
        one(8, {None: 60, "Example AG": 30, "-": 1}).alias("subject.organization"),
        one(43, {"CH": 90, None: 8, "ch": 2}).alias("subject.country"),
        one(44, {(): 60, ("streetAddress",): 1, ("organizationalUnitName",): 2}).alias("subject.repeated"),
        one(9, {3: 97, 2: 3}).alias("version"),
        pl.when(pick(69, 60) > 0).then(pick(10, 140).cast(pl.Int64) + 24).otherwise(0).alias("serial_bits"),
        *shape(4, profiles.KEYS, "key"),
        *shape(5, profiles.SIGNATURES, "signature"),
        one(45, {(): 88, **{(fault,): 1 for fault in profiles.FAULTS}}).alias("encoding_faults"),
        one(12, {False: 19, True: 1}).alias("is_ca"),
        one(13, {None: 39, 0: 1}).alias("path_length"),
        one(46, {("keyIdentifier",): 40, (): 1, profiles.KEY_IDENTIFIER: 1}).alias("authority_key_identifier"),
        one(17, {(): 30, ("10.0.0.1",): 1, ("192.0.2.7", "203.0.113.9"): 1, ("198.41.0.4",): 2}).alias("san.ip"),
        one(19, {(): 60, ("https://example.com/",): 2, ("spiffe://example.com/ns/web",): 2, profiles.SPIFFE: 1}).alias("san.uri"),
        one(20, {0: 60, 1: 1}).alias("san.other"),
        one(47, {(): 20, ("cps",): 4, ("cps", "userNotice"): 1}).alias("policy_qualifiers"),
        one(48, {("ocsp", "caIssuers"): 24, ("caIssuers",): 24, ("ocsp",): 1, (): 1, profiles.REPOSITORY: 1}).alias(
            "aia.methods"
        ),
        one(49, {("http://ca.example.com/1.der",): 60, (): 2, ("https://ca.example.com/1.der",): 1}).alias("aia.ca_issuers_urls"),
        one(21, {("http://crl.example.com/1.crl",): 40, (): 4, ("https://crl.example.com/2.crl",): 1}).alias(
            "revocation.crl_urls"
        ),
        one(22, {("http://ocsp.example.com/",): 20, (): 20, ("https://ocsp.example.com/",): 1}).alias("revocation.ocsp_urls"),
        one(23, {2: 30, 3: 20, 1: 1, 0: 9}).alias("sct_count"),
        one(24, {"public": 15, "private": 4, None: 1}).alias("trust"),
        one(25, {False: 15, True: 1}).alias("self_signed"),
        *shape(26, _chains(), None),
        one(27, {None: 3, "payments": 1, "retail": 1}).alias("team"),
        one(50, {("network",): 10, ("network", "inventory"): 8, ("file",): 2}).alias("sources"),
        one(51, {(): 30, ("internet",): 6, ("device",): 1, ("IoT", "lab"): 1, ("vpn",): 1, ("mtls",): 1}).alias("tags"),
        one(52, {None: 9, "software": 2, "hardware": 1, "certified-hardware": 2}).alias("private_key_protection"),
        one(53, {None: 1, False: 8, True: 1}).alias("private_key_beside"),
    ]


def _derived() -> list[pl.Expr]:
    """What follows from facts that are there by now."""
    rsa, elliptic = pl.col("key.algorithm") == "RSA", pl.col("signature.algorithm") == "ECDSA"
    issued, plain_root = ~pl.col("self_signed"), pl.col("is_ca") & pl.col("self_signed") & (pick(70, 2) == 0)
    nothing = pl.lit([], pl.List(pl.String()))
    return [
        *(pl.when(~plain_root).then(name).otherwise(nothing).alias(name) for name in ("policy_oids", "revocation.crl_urls")),
        pl.when(rsa)
        .then(one(31, {(): 190, **{(name,): 1 for name in profiles.WEAKNESSES}}))
        .otherwise(nothing)
        .alias("key.weakness"),
        pl.col("key.algorithm").is_in(profiles.QUANTUM_SAFE).alias("key.quantum_safe"),
        pl.when(issued).then(pl.when(elliptic).then(pl.lit("EC")).otherwise(pl.lit("RSA"))).alias("issuer.key.algorithm"),
        pl.when(elliptic & issued).then(one(54, {"P-256": 20, "P-384": 6, "P-521": 1})).alias("issuer.key.curve"),
        pl.when(issued)
        .then(pl.format("CN=Issuing {}", pick(26, 40)))
        .otherwise(pl.coalesce("subject.dn", pl.lit("CN=?")))
        .alias("issuer.dn"),
        pl.when(issued).then(one(55, {"Issuing": 20, "kubernetes": 1})).otherwise("subject.cn").alias("issuer.cn"),
        pl.when(pl.col("sct_count") > 0).then("not_before").alias("earliest_sct"),
        pl.lit(LOGS).list.head(pl.col("sct_count")).alias("sct_logs"),
        (pl.col("san.dns").list.get(-1, null_on_oob=True).str.starts_with("*.")).fill_null(value=False).alias("wildcard"),
    ]


def _chains() -> list[tuple[int, dict[str, Any]]]:
    """Make chains of an issuing CA and a root, some distrusted; the last end open, at an issuer known by name only."""
    roots = ["a" * 64] * 33 + [distrusted.ENTRUST[0], *distrusted.ALL[-4:]]
    whole: list[dict[str, Any]] = [
        {
            "chain": [_link(f"Issuing {number}", number), _link("Root", number + 100) | {"fingerprint_sha256": root}],
            "chain_complete": True,
            "root.fingerprint_sha256": root,
        }
        for number, root in enumerate(roots)
    ]
    lost: list[dict[str, Any]] = [
        {"chain": [_link(f"Lost {number}"), None], "chain_complete": False, "root.fingerprint_sha256": None}
        for number in range(2)
    ]
    return [(1, one) for one in [*whole, *lost]]


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

"""Facts that one kind tells about another: deployed, listed, seen on the network, named by the host."""

from collections.abc import Mapping

import polars as pl

from scanner import tables
from scanner.inventory.hostname import matches

LINK = "certificate.fingerprint_sha256"
"""What ties an endpoint to its leaf."""
READ = "certificate.decoded"


def derive(known: Mapping[str, pl.DataFrame], *, inventories: bool, scans: bool) -> dict[str, pl.DataFrame]:
    """Add the cross-asset facts; `inventories` and `scans` say whether such a source was given at all."""
    certificates, endpoints = known["certificate"], known["endpoint"]
    certificates = certificates.with_columns(
        in_inventory=_listed("inventory", given=inventories), on_network=_listed("network", given=scans)
    )
    leaves = _leaves(certificates, endpoints).select(pl.col("asset_id").alias(LINK), "in_inventory", "san.dns", "san.ip")
    beside = endpoints.drop("certificate.in_inventory").join(leaves, on=LINK, how="left", maintain_order="left")
    hosts = beside.select("host", "san.dns", "san.ip", "certificate.hostname_matches").iter_rows()
    named = [said if said is not None else _named(host, dns, ip) for host, dns, ip, said in hosts]
    endpoints = beside.with_columns(
        pl.Series("certificate.hostname_matches", named, dtype=pl.Boolean),
        pl.col("in_inventory").alias("certificate.in_inventory"),
    ).select(endpoints.columns)
    return {**known, "certificate": certificates, "endpoint": endpoints}


def joined(known: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Let an endpoint see the facts of its leaf, and a certificate the endpoints that serve it; for evaluation only."""
    certificates, endpoints = known["certificate"], known["endpoint"]
    return {
        **known,
        "certificate": _with_endpoints(certificates, endpoints),
        "endpoint": _with_leaf(endpoints, certificates),
    }


def _leaves(certificates: pl.DataFrame, endpoints: pl.DataFrame) -> pl.DataFrame:
    """Keep the certificates that some endpoint sends: of a large inventory often none, and a join prepares every row."""
    return certificates.filter(pl.col("asset_id").is_in(endpoints[LINK].implode()))


def _with_leaf(endpoints: pl.DataFrame, certificates: pl.DataFrame) -> pl.DataFrame:
    """What could not be read of the leaf is unknown of the endpoint, too."""
    names = [name for name, fact in tables.FACTS["endpoint"].items() if fact.joined and not fact.time and name != READ]
    leaves = _leaves(certificates, endpoints).select(
        pl.col("asset_id").alias(LINK),
        pl.when(tables.DECODED).then(statement=True).alias(READ),
        pl.col(tables.UNKNOWN).list.eval(tables.LEAF + pl.element()).alias("_unread"),
        *(pl.col(name.removeprefix(tables.LEAF)).alias(name) for name in names),
    )
    found = endpoints.join(leaves, on=LINK, how="left", maintain_order="left")
    unread = pl.concat_list(pl.col(tables.UNKNOWN, "_unread").fill_null([]))
    told = pl.when(pl.col("_unread").is_not_null()).then(unread).otherwise(tables.UNKNOWN)
    return found.with_columns(told.alias(tables.UNKNOWN)).drop("_unread")


def _with_endpoints(certificates: pl.DataFrame, endpoints: pl.DataFrame) -> pl.DataFrame:
    """The list is open: its null element says that endpoints nobody scanned may serve it, too."""
    dtype = pl.List(tables.SERVER.dtype)
    linked = endpoints.filter(pl.col(LINK).is_not_null())
    if linked.is_empty():
        return certificates.with_columns(endpoints=pl.lit(None, dtype))
    served = (
        linked.group_by(LINK, maintain_order=True)
        .agg(pl.struct(*(tables.SERVER.members or {})).alias("endpoints"))
        .with_columns(pl.concat_list("endpoints", pl.lit([None], dtype)))
    )
    return certificates.join(served, left_on="asset_id", right_on=LINK, how="left", maintain_order="left")


def _listed(source: str, *, given: bool) -> pl.Expr:
    return pl.col("sources").list.contains(source) if given else pl.lit(None, pl.Boolean)


def _named(host: str, dns: list[str] | None, ip: list[str] | None) -> bool | None:
    return None if dns is None or ip is None else matches(host, dns, ip)

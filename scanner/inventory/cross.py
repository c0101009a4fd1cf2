"""Facts that one kind tells about another: deployed, listed, seen on the network, named by the host."""

from collections.abc import Mapping

import polars as pl

from scanner.inventory.hostname import matches


def derive(tables: Mapping[str, pl.DataFrame], *, inventories: bool, scans: bool) -> dict[str, pl.DataFrame]:
    """Add the cross-asset facts; `inventories` and `scans` say whether such a source was given at all."""
    certificates, endpoints = tables["certificate"], tables["endpoint"]
    certificates = certificates.with_columns(
        in_inventory=_listed("inventory", given=inventories), on_network=_listed("network", given=scans)
    )
    leaves = certificates.select(pl.col("asset_id").alias("certificate.fingerprint_sha256"), "in_inventory", "san.dns", "san.ip")
    joined = endpoints.drop("certificate.in_inventory").join(
        leaves, on="certificate.fingerprint_sha256", how="left", maintain_order="left"
    )
    hosts = joined.select("host", "san.dns", "san.ip", "certificate.hostname_matches").iter_rows()
    named = [said if said is not None else _named(host, dns, ip) for host, dns, ip, said in hosts]
    endpoints = joined.with_columns(
        pl.Series("certificate.hostname_matches", named, dtype=pl.Boolean),
        pl.col("in_inventory").alias("certificate.in_inventory"),
    ).select(endpoints.columns)
    return {**tables, "certificate": certificates, "endpoint": endpoints}


def _listed(source: str, *, given: bool) -> pl.Expr:
    return pl.col("sources").list.contains(source) if given else pl.lit(None, pl.Boolean)


def _named(host: str, dns: list[str] | None, ip: list[str] | None) -> bool | None:
    return None if dns is None or ip is None else matches(host, dns, ip)

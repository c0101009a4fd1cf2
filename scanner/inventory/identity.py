"""Who an asset is (`asset_id`), what people call it (`name`) and what stays when it is renewed (`place`)."""

from collections.abc import Callable
from hashlib import sha256

import polars as pl

from scanner import tables

AT_ONCE = 4096
"""Values made Python objects at once: so many stay in the processor's cache."""


def digest(*parts: str) -> str:
    """SHA-256 over texts joined with NUL, lower hex."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def finding_ids(rule_id: str, places: pl.Series) -> pl.Series:
    """Name the findings of a rule at many places, as `model.finding_id` does one."""
    told = pl.select(pl.concat_str(pl.lit(f"{rule_id}\0"), pl.lit(places))).to_series()
    return _digests(told.cast(pl.Binary)).str.slice(0, 32)


def column(frame: pl.DataFrame, name: str, dtype: pl.DataType | None = None) -> pl.Expr:
    """Take a column, or nulls where the frame has none."""
    return pl.col(name) if name in frame.columns else pl.lit(None, dtype or pl.String())


def certificate_ids(frame: pl.DataFrame) -> pl.Series:
    """Identify certificates: by their bytes, else a given fingerprint, issuer and serial, or source and record key."""
    der, given = frame[tables.DER], column(frame, "fingerprint_sha256")
    ids = frame.select("_source", given=pl.when(given != "").then(given))["given"]
    ids = _filled(ids, der.is_not_null(), lambda mask: _digests(der.filter(mask)))
    return _filled(ids, ids.is_null(), lambda mask: _digests(_told(frame if mask.all() else frame.filter(mask))))


def _told(frame: pl.DataFrame) -> pl.Series:
    """Join issuer and serial, or where one is missing source and record key, as `digest` does."""
    issuer, serial = column(frame, "issuer.dn"), column(frame, "serial")
    issued = pl.when((issuer != "") & (serial != "")).then(pl.concat_str(issuer, pl.lit("\0"), serial))
    found = frame.select("_source", issued=issued)["issued"]
    if found.null_count():
        spot = pl.concat_str("_uri", pl.lit("#"), pl.coalesce("_pointer", pl.col("_line").cast(pl.String), pl.lit("")))
        record = pl.concat_str("_source", pl.lit("\0"), pl.coalesce("_key", spot))
        found = frame.select(pl.coalesce(found, record)).to_series()
    return found.cast(pl.Binary)


def _filled(ids: pl.Series, mask: pl.Series, found: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Put what is found for the rows of the mask in their place."""
    if not mask.any():
        return ids
    return found(mask) if mask.all() else ids.scatter(mask.arg_true(), found(mask))


def _digests(data: pl.Series) -> pl.Series:
    """Compute SHA-256, lower hex (a memo of equal values would cost as much as it saves)."""
    parts = (data.slice(start, AT_ONCE).to_list() for start in range(0, len(data), AT_ONCE))
    found = [pl.Series([sha256(one).hexdigest() for one in part], dtype=pl.String) for part in parts]
    return pl.concat(found, rechunk=True)


def are_distinct(values: pl.Series) -> bool:
    """Tell whether no value occurs twice: none does where no hash does, and hashes are counted in half the time."""
    return values.hash().n_unique() == len(values) or values.n_unique() == len(values)


def endpoint_ids() -> pl.Expr:
    """Identify endpoints by the address people gave them: `tls://host:port#sni`."""
    host = pl.when(pl.col("host").str.contains(":", literal=True)).then("[" + pl.col("host") + "]").otherwise(pl.col("host"))
    return pl.concat_str(pl.lit("tls://"), host, pl.lit(":"), pl.col("port").cast(pl.String), pl.lit("#"), pl.col("host"))


def certificate_name(frame: pl.DataFrame) -> pl.Expr:
    """Call a certificate by its common name, first SAN, subject, or what else there is."""
    if not frame["subject.cn"].null_count():
        return pl.col("subject.cn")
    return pl.coalesce(
        "subject.cn",
        pl.col("san.dns").list.first(),
        pl.col("san.ip").list.first(),
        pl.col("san.uri").list.first(),
        pl.col("san.email").list.first(),
        "subject.dn",
        pl.concat_str(pl.lit("serial "), "serial"),
        "_key",
        pl.concat_str(pl.lit("certificate "), pl.col("asset_id").str.slice(0, 12)),
    )


def endpoint_name() -> pl.Expr:
    """Call an endpoint host:port."""
    return pl.concat_str("host", pl.lit(":"), pl.col("port").cast(pl.String))


def certificate_place() -> pl.Expr:
    """Say what stays when a certificate is renewed, by the first that exists (interfaces.md, Identity)."""
    return pl.coalesce(
        pl.when(pl.col("is_ca")).then(pl.concat_str(pl.lit("ca:"), "key.spki_sha256")),
        pl.concat_str(pl.col("_least_endpoint"), pl.lit("/"), pl.col("key.algorithm").fill_null("")),
        "_key",
        "_place",
    )


def with_place(frame: pl.DataFrame, place: pl.Expr) -> pl.DataFrame:
    """Add `place`; what has none of its own gets a digest of subject, names and issuer's organisation."""
    placed = frame.with_columns(place=place)
    lost = placed["place"].is_null()
    if not lost.any():
        return without_ties(placed)
    found = placed.filter(lost).select(_described()).to_series().to_list()
    words = pl.Series([digest(text) for text in found], dtype=pl.String)
    return without_ties(placed.with_columns(place=placed["place"].scatter(lost.arg_true(), words)))


def _described() -> pl.Expr:
    return pl.concat_str(
        pl.col("subject.dn").fill_null(""),
        pl.concat_list(pl.col(f"san.{kind}").fill_null([]) for kind in ("dns", "ip", "email", "uri")).list.sort().list.join(","),
        pl.col("issuer.organization").fill_null(""),
        separator="\0",
    )


def without_ties(frame: pl.DataFrame) -> pl.DataFrame:
    """Give places that several assets share a `~2`, `~3` in order of asset_id."""
    if are_distinct(frame["place"]):
        return frame
    rank = pl.col("asset_id").rank("ordinal").over("place")
    numbered = pl.when(rank > 1).then(pl.concat_str("place", pl.lit("~"), rank.cast(pl.String))).otherwise(pl.col("place"))
    return without_ties(frame.with_columns(place=numbered))  # NOTE: a source may itself have a key that ends in ~2.

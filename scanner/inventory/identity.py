"""Who an asset is (`asset_id`), what people call it (`name`) and what stays when it is renewed (`place`)."""

from hashlib import sha256

import polars as pl

from scanner import tables


def digest(*parts: str) -> str:
    """SHA-256 over texts joined with NUL, lower hex."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def finding_id(rule_id: str, place: str) -> str:
    """Name a finding so that it survives renewal: rule × place (interfaces.md)."""
    return digest(rule_id, place)[:32]


def column(frame: pl.DataFrame, name: str, dtype: pl.DataType | None = None) -> pl.Expr:
    """Take a column, or nulls where the frame has none."""
    return pl.col(name) if name in frame.columns else pl.lit(None, dtype or pl.String())


def certificate_ids(frame: pl.DataFrame) -> pl.Series:
    """Identify certificates: by their bytes, else a given fingerprint, issuer and serial, or source and record key."""
    known = frame.select(
        given=column(frame, "fingerprint_sha256"),
        issuer=column(frame, "issuer.dn"),
        serial=column(frame, "serial"),
        source=pl.col("_source"),
        key=pl.coalesce(
            "_key",
            pl.concat_str("_uri", pl.lit("#"), pl.coalesce("_pointer", pl.col("_line").cast(pl.String), pl.lit(""))),
        ),
        der=pl.col(tables.DER),
    )
    if known["der"].null_count() == known.height and known["given"].null_count() == 0:
        return known["given"]
    memo: dict[bytes, str] = {}
    ids: list[str] = []
    for given, issuer, serial, source, key, der in known.iter_rows():
        if der is not None:
            ids.append(memo.get(der) or memo.setdefault(der, sha256(der).hexdigest()))
        elif given:
            ids.append(given)
        else:
            ids.append(digest(issuer, serial) if issuer and serial else digest(source, key))
    return pl.Series(ids, dtype=pl.String)


def endpoint_ids() -> pl.Expr:
    """Identify endpoints by the address people gave them: `tls://host:port#sni`."""
    host = pl.when(pl.col("host").str.contains(":", literal=True)).then("[" + pl.col("host") + "]").otherwise(pl.col("host"))
    return pl.concat_str(pl.lit("tls://"), host, pl.lit(":"), pl.col("port").cast(pl.String), pl.lit("#"), pl.col("host"))


def certificate_name() -> pl.Expr:
    """Call a certificate by its common name, first SAN, subject, or what else there is."""
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
        pl.col("san.dns").list.sort().list.join(",").fill_null(""),
        pl.col("issuer.organization").fill_null(""),
        separator="\0",
    )


def without_ties(frame: pl.DataFrame) -> pl.DataFrame:
    """Give places that several assets share a `~2`, `~3` in order of asset_id."""
    if frame["place"].n_unique() == frame.height:
        return frame
    rank = pl.col("asset_id").rank("ordinal").over("place")
    return frame.with_columns(
        place=pl.when(rank > 1).then(pl.concat_str("place", pl.lit("~"), rank.cast(pl.String))).otherwise(pl.col("place"))
    )

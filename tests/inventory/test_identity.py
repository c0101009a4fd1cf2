"""Identity, name and place of assets (interfaces.md, Identity)."""

from collections.abc import Mapping
from hashlib import sha256

import polars as pl

from scanner import tables
from scanner.inventory import identity
from scanner.inventory.intake import CARRIED


def sightings(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Make a frame of sightings."""
    schema = tables.schema("certificate") | CARRIED
    names = {name for row in rows for name in row} | set(CARRIED)
    return pl.DataFrame(rows, schema={name: dtype for name, dtype in schema.items() if name in names})


def test_bytes_identify_a_certificate_before_a_given_fingerprint() -> None:
    """asset_id is the SHA-256 of the DER wherever there are bytes."""
    frame = sightings({"_der": b"abc", "fingerprint_sha256": "ff" * 32}, {"fingerprint_sha256": "ee" * 32})
    assert identity.certificate_ids(frame).to_list() == [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "ee" * 32,
    ]


def test_issuer_and_serial_identify_where_bytes_and_fingerprint_are_missing() -> None:
    """The same issuer and serial are the same certificate, whatever file says so."""
    one = {"issuer.dn": "CN=CA", "serial": "0a", "_uri": "a.csv"}
    ids = identity.certificate_ids(sightings(one, one | {"_uri": "b.csv"}, one | {"serial": "0b"}))
    assert ids[0] == ids[1] != ids[2]


def test_rows_that_know_nothing_are_told_apart_by_source_and_line() -> None:
    """Two rows without identity of their own are two assets."""
    ids = identity.certificate_ids(
        sightings({"_uri": "a.csv", "_source": "a.csv", "_line": 2}, {"_uri": "a.csv", "_source": "a.csv", "_line": 3})
    )
    assert ids[0] != ids[1]


def test_finding_id_is_the_documented_digest() -> None:
    """finding_id is the first 32 hex of SHA-256(rule_id NUL place): a promise to users."""
    assert (
        identity.finding_id("public-tls/lifetime", "tls://a:443#a/EC")
        == identity.digest("public-tls/lifetime", "tls://a:443#a/EC")[:32]
    )
    assert identity.digest("a", "b") == sha256(b"a\0b").hexdigest()


def test_endpoint_id_puts_ipv6_in_brackets() -> None:
    """tls://[::1]:443#::1 is an address that can be read back."""
    frame = pl.DataFrame({"host": ["::1", "a.example"], "port": [443, 8443]})
    assert frame.select(identity.endpoint_ids()).to_series().to_list() == [
        "tls://[::1]:443#::1",
        "tls://a.example:8443#a.example",
    ]


def test_ties_of_place_are_numbered_in_order_of_asset_id() -> None:
    """Two assets at one place are `p` and `p~2`, whatever order they came in."""
    frame = pl.DataFrame({"asset_id": ["b", "a", "c"], "place": ["p", "p", "q"]})
    assert identity.without_ties(frame)["place"].to_list() == ["p~2", "p", "q"]

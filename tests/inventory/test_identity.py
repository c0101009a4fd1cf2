"""Identity, name and place of assets (interfaces.md, Identity)."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.facts import certificate as facts
from scanner.inventory import identity
from scanner.inventory.intake import CARRIED, Intake
from scanner.inventory.merge import Merged, merge
from scanner.model import Record, Sighting, Spot, finding_id
from tests.factories import START, Issued, certificate, key, root


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
        finding_id("public-tls/lifetime", "tls://a:443#a/EC") == identity.digest("public-tls/lifetime", "tls://a:443#a/EC")[:32]
    )
    assert identity.digest("a", "b") == sha256(b"a\0b").hexdigest()


def test_endpoint_id_puts_ipv6_in_brackets() -> None:
    """tls://[::1]:443#::1 is an address that can be read back."""
    frame = pl.DataFrame({"host": ["::1", "a.example"], "port": [443, 8443]})
    assert frame.select(identity.endpoint_ids()).to_series().to_list() == [
        "tls://[::1]:443#::1",
        "tls://a.example:8443#a.example",
    ]


@pytest.mark.parametrize(
    ("values", "distinct"), [(["a", "b", None], True), (["a", "b", "a"], False), ([None, None], False), ([], True)]
)
def test_values_are_distinct_where_none_occurs_twice(values: list[str | None], *, distinct: bool) -> None:
    """A missing value is one, too."""
    assert identity.are_distinct(pl.Series(values, dtype=pl.String)) is distinct


def test_ties_of_place_are_numbered_in_order_of_asset_id() -> None:
    """Two assets at one place are `p` and `p~2`, whatever order they came in."""
    frame = pl.DataFrame({"asset_id": ["b", "a", "c"], "place": ["p", "p", "q"]})
    assert identity.without_ties(frame)["place"].to_list() == ["p~2", "p", "q"]


def test_a_key_that_looks_like_a_tie_is_no_tie() -> None:
    """A source may call its record `p~2`; every place is still of one asset, else two findings would be one."""
    frame = pl.DataFrame({"asset_id": ["a", "b", "c"], "place": ["p", "p", "p~2"]})
    assert identity.without_ties(frame)["place"].to_list() == ["p", "p~2", "p~2~2"]


def test_finding_ids_are_the_published_ones() -> None:
    """Baselines and exceptions of users hold these: a change here needs a schema version."""
    assert finding_id("public-tls/lifetime", "tls://a:443#a/EC") == "97e5f538a14d42b8ab53f2142a95a290"


TOP = root()


def seen(issued: Issued, **more: Any) -> Record:
    """Show a certificate's bytes, by default from standard input."""
    return Record("certificate", Sighting("-", "file", Spot("-")), der=issued.der, **more)


def merged(*records: Record, relative: str = "") -> Merged:
    """Merge records as a run does; `relative` is the path of their file."""
    intake = Intake()
    for record in records:
        intake.add(record, relative)
    return merge(intake.frames(), facts.read)


def place(*records: Record, relative: str = "") -> str:
    """Give the only place."""
    found: str = merged(*records, relative=relative).tables["certificate"]["place"].item()
    return found


def renewed(**more: Any) -> tuple[Issued, Issued]:
    """Make a certificate and its renewal, which has another serial and other dates."""
    later: dict[str, Any] = {"serial": 5, "start": START + timedelta(days=60), "lifetime": timedelta(days=47)}
    return certificate("a.example", issuer=TOP, **more), certificate("a.example", issuer=TOP, **later, **more)


WAYS: list[tuple[dict[str, object], str, str]] = [
    ({"leaf_of": "tls://a.example:443#a.example"}, "certs/a.pem", "tls://a.example:443#a.example/EC"),
    ({"leaf_of": "tls://a.example:443#a.example", "key": "arn:1"}, "certs/a.pem", "tls://a.example:443#a.example/EC"),
    ({"key": "arn:1", "position": "#2"}, "certs/a.pem", "arn:1"),
    ({"position": "#2"}, "certs/a.pem", "certs/a.pem#2"),
    ({}, "certs/a.pem", "certs/a.pem"),
]


@pytest.mark.parametrize(("said", "path", "expected"), WAYS, ids=["endpoint", "endpoint first", "key", "alias", "path"])
def test_a_place_stays_when_its_certificate_is_renewed(said: dict[str, object], path: str, expected: str) -> None:
    """Endpoint, then record key, then path: never anything that the renewal changes (interfaces.md, Identity)."""
    assert [place(seen(one, **said), relative=path) for one in renewed()] == [expected] * 2


def test_without_endpoint_key_and_path_a_place_is_who_it_is_for_and_by_whom() -> None:
    """A digest of subject, sorted names and the issuer's organisation."""
    names = ["a.example", "b.example"]
    (here,) = {place(seen(one)) for one in (*renewed(names=names), *renewed(names=names[::-1]))}
    other = certificate("Other CA", ca=True, organization="Other Company")
    for unlike in (
        certificate("b.example", issuer=TOP, names=names),
        certificate("a.example", issuer=TOP, names=["a.example"]),
        certificate("a.example", issuer=other, names=names),
    ):
        assert place(seen(unlike)) != here


def test_addresses_are_names_too() -> None:
    """Two certificates that differ only in an iPAddress are for two servers."""
    first, second = (place(seen(certificate("a.example", issuer=TOP, names=[one]))) for one in ("192.0.2.1", "192.0.2.2"))
    assert first != second


def test_a_ca_is_its_key_wherever_it_is_seen() -> None:
    """A cross-signed or renewed CA certificate of one key is at one place, and that place says so."""
    said = place(seen(TOP, key="arn:1", leaf_of="tls://a:443#a"), relative="ca.pem")
    spki = facts.read([TOP.der]).frame["key.spki_sha256"][0]
    assert said == f"ca:{spki}"


def test_two_keys_at_one_endpoint_are_two_places() -> None:
    """A server may serve an RSA and an EC certificate; neither is the renewal of the other."""
    at = "tls://a.example:443#a.example"
    both = merged(
        seen(certificate("a.example", issuer=TOP, of=key("rsa", rsa_bits=2048)), leaf_of=at),
        seen(certificate("a.example", issuer=TOP), leaf_of=at),
    )
    assert sorted(both.tables["certificate"]["place"]) == [f"{at}/EC", f"{at}/RSA"]


def test_two_objects_at_one_place_are_told_apart_by_number_whatever_order_they_came_in() -> None:
    """The least asset_id keeps the place, the next is `~2`."""
    records = [seen(one) for one in renewed()]
    tables_ = [merged(*ordered, relative="a.pem").tables["certificate"] for ordered in (records, records[::-1])]
    said = [dict(table.select("asset_id", "place").iter_rows()) for table in tables_]
    least, other = sorted(said[0])
    assert said == [{least: "a.pem", other: "a.pem~2"}] * 2


def test_every_sighting_is_kept_with_its_place() -> None:
    """The same bytes in two files and at an endpoint are one asset, seen three times."""
    issued = certificate("a.example", issuer=TOP)
    spots = [Spot("a.pem", 1), Spot("b.pem", 40), Spot("scan.json", pointer="/server_scan_results/0")]
    found = merged(*(Record("certificate", Sighting(one.uri, "file", one), der=issued.der) for one in spots))
    assert found.tables["certificate"]["asset_id"].to_list() == [sha256(issued.der).hexdigest()]
    assert found.sightings.select("uri", "line", "pointer").rows() == [(one.uri, one.line, one.pointer) for one in spots]

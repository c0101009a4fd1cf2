"""Sightings of one object become one row: bytes beat fields, every sighting is kept, conflicts are said."""

from typing import Any

import polars as pl
import pytest

from scanner.facts import certificate as facts
from scanner.inventory.intake import Intake
from scanner.inventory.merge import Merged, merge
from scanner.model import Record, Sighting, Spot, Table
from tests.factories import certificate, root

TOP = root()
LEAF = certificate(issuer=TOP)


def seen(kind: str = "certificate", source: str = "file", uri: str = "a.pem", line: int | None = None, **more: Any) -> Record:
    """Make a record."""
    return Record(kind, Sighting(uri, source, Spot(uri, line)), **more)


def merged(*records: Record | Table) -> Merged:
    """Merge records as a run does."""
    intake = Intake()
    for record in records:
        if isinstance(record, Record):
            intake.add(record, record.sighting.spot.uri)
        else:
            intake.add_table(record, "inv.csv")
    return merge(intake.frames(), facts.read)


def only(result: Merged, kind: str = "certificate") -> dict[str, Any]:
    """Give the one row."""
    assert result.tables[kind].height == 1
    return result.tables[kind].row(0, named=True)


def test_one_certificate_from_three_sources_is_one_row_with_three_sightings() -> None:
    """File, inventory and network are told apart in sightings and joined in `sources`."""
    fingerprint = facts.read([LEAF.der]).frame["fingerprint_sha256"][0]
    result = merged(
        seen(der=LEAF.der),
        seen(source="inventory", uri="inv.csv", line=2, facts={"fingerprint_sha256": fingerprint, "owner": "retail"}),
        seen(source="network", uri="scan.json", der=LEAF.der),
    )
    row = only(result)
    assert row["sources"] == ["file", "inventory", "network"]
    assert row["owner"] == "retail"
    assert result.sightings.select("source_type", "uri").rows() == [
        ("file", "a.pem"),
        ("inventory", "inv.csv"),
        ("network", "scan.json"),
    ]
    assert set(result.sightings["asset_id"]) == {row["asset_id"]}


def test_issuer_and_serial_join_an_inventory_row_to_the_bytes() -> None:
    """A row that knows only these two is the certificate whose bytes another source has."""
    told = facts.read([LEAF.der]).frame.row(0, named=True)
    listed = {"issuer.dn": told["issuer.dn"], "serial": told["serial"], "team": "web"}
    row = only(merged(seen(source="inventory", uri="inv.csv", facts=listed), seen(der=LEAF.der)))
    assert row["team"] == "web"
    assert row["asset_id"] == told["fingerprint_sha256"]


def test_bytes_beat_fields() -> None:
    """What a tool printed is used only where no bytes tell."""
    wrong = {"fingerprint_sha256": facts.read([LEAF.der]).frame["fingerprint_sha256"][0], "key.bits": 1024}
    row = only(merged(seen(source="inventory", facts=wrong), seen(der=LEAF.der)))
    assert row["key.bits"] == 256
    bare = only(merged(seen(source="inventory", facts={"fingerprint_sha256": "aa" * 32, "key.bits": 1024})))
    assert bare["key.bits"] == 1024
    assert bare["_decoded"] is False


def test_sources_that_disagree_are_a_problem_and_the_first_is_used() -> None:
    """Two owners of one certificate are said, with where."""
    one, two = ({"fingerprint_sha256": "aa" * 32, "owner": owner} for owner in ("retail", "payments"))
    result = merged(seen(facts=one, uri="one.csv"), seen(facts=two, uri="two.csv"))
    assert only(result)["owner"] == "retail"
    (problem,) = result.problems
    assert problem.code == "certgate/conflicting-facts"
    assert "'retail', 'payments'" in problem.message


def test_tags_of_all_sources_are_joined() -> None:
    """Each source knows a part."""
    one, two = ({"fingerprint_sha256": "aa" * 32, "tags": tags} for tags in (["b", "a"], ["c", "a"]))
    assert only(merged(seen(facts=one), seen(facts=two)))["tags"] == ["a", "b", "c"]


def test_labels_are_columns_of_their_own() -> None:
    """labels.NAME is a fact for any name."""
    assert only(merged(seen(facts={"fingerprint_sha256": "aa" * 32, "labels.zone": "dmz"})))["labels.zone"] == "dmz"


def test_a_private_key_beside_it_in_one_file_is_enough() -> None:
    """True as soon as one source says so."""
    row = only(
        merged(
            seen(der=LEAF.der, facts={"private_key_beside": False}),
            seen(der=LEAF.der, uri="b.pem", facts={"private_key_beside": True}),
        )
    )
    assert row["private_key_beside"] is True


def test_a_closed_list_beats_an_open_one() -> None:
    """A scanner that sees all groups beats one that cannot see ML-KEM."""
    here = {"host": "a.example", "port": 443}
    result = merged(
        seen("endpoint", "network", facts=here | {"tls.groups": ["X25519", None]}),
        seen("endpoint", "network", facts=here | {"tls.groups": ["X25519MLKEM768", "X25519"]}),
    )
    assert only(result, "endpoint")["tls.groups"] == ["X25519MLKEM768", "X25519"]


def test_what_serves_it_is_an_open_list_and_its_place() -> None:
    """Not every endpoint was scanned; the least endpoint names the place, with the key's algorithm."""
    row = only(merged(*(seen(source="network", der=LEAF.der, leaf_of=f"tls://{host}:443#{host}") for host in ("b", "a"))))
    assert row["deployed_at"] == ["tls://a:443#a", "tls://b:443#b", None]
    assert row["place"] == "tls://a:443#a/EC"


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (seen(der=TOP.der), "ca:"),
        (seen(der=LEAF.der, key="arn:1"), "arn:1"),
        (seen(der=LEAF.der, position="#2"), "a.pem#2"),
    ],
    ids=["a CA", "record key", "path and position"],
)
def test_place_is_the_first_that_exists(record: Record, place: str) -> None:
    """CA key, endpoint, record key, path (interfaces.md, Identity)."""
    assert only(merged(record))["place"].startswith(place)


def test_every_column_has_its_declared_dtype_whatever_came() -> None:
    """Empty tables included."""
    from scanner import tables

    result = merged(seen(der=LEAF.der), seen("endpoint", "network", facts={"host": "a", "port": 1}))
    for kind in tables.KINDS:
        assert dict(result.tables[kind].schema) == tables.schema(kind)
        assert dict(merged().tables[kind].schema) == tables.schema(kind)


def test_a_table_of_an_inventory_joins_records() -> None:
    """Large inventories come as tables; their rows are sightings like any other."""
    frame = pl.DataFrame(
        {"fingerprint_sha256": ["aa" * 32, "bb" * 32], "owner": ["x", None], "_uri": ["inv.csv"] * 2, "_line": [2, 3]}
    )
    result = merged(
        Table("certificate", "inv.csv", "inventory", frame), seen(facts={"fingerprint_sha256": "bb" * 32, "owner": "y"})
    )
    assert result.tables["certificate"].select("fingerprint_sha256", "owner").rows() == [("aa" * 32, "x"), ("bb" * 32, "y")]
    assert result.sightings.height == 3


def test_undecoded_parts_are_problems_where_the_bytes_were_seen() -> None:
    """Noise that claims to be a certificate keeps its place."""
    result = merged(seen(der=b"noise", uri="x.der", line=7))
    assert [(problem.code, problem.spot.uri, problem.spot.line) for problem in result.problems] == [
        ("undecoded-field", "x.der", 7)
    ]

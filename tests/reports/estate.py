"""A believable estate for the reports' tests: certificates and endpoints as rows of field names, and where they were seen."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import polars as pl

from scanner.model import SIGHTINGS

Row = dict[str, Any]

AS_OF = datetime(2026, 9, 30, tzinfo=UTC)
SCANNED = datetime(2026, 9, 30, 2, 14, 51, tzinfo=UTC)
OWNERS = ("platform", "build", "payments", "data-eng", "identity", "retail-web", None)
STAGES = ("prod", "stage", "dev")
ISSUERS = ("Example Issuing CA 3", "Example Issuing CA 3", "Example Issuing CA 4", "Example Issuing CA 4", "Legacy CA G1")


def certificates(count: int, seed: int = 7) -> list[Row]:
    """Certificates of many ages, a few expired, weak, nameless or known from a list only."""
    chance = random.Random(seed)
    return [_certificate(index, chance) for index in range(count)]


def _certificate(index: int, chance: random.Random) -> Row:
    owner = chance.choice(OWNERS)
    host = f"{owner or 'legacy'}-{index}.{chance.choice(STAGES)}.example.com"
    days = chance.choice((90, 90, 199, 199, 199, 200, 397))
    late = chance.random() < 0.03
    start = AS_OF - timedelta(days=days + chance.randrange(1, 40) if late else int(days * chance.random() * 0.8) + 1)
    fingerprint = sha256(host.encode()).hexdigest()
    known: Row = {
        "asset_id": fingerprint,
        "place": f"tls://{host}:443#{host}/EC",
        "name": host,
        "sources": ["network", "inventory"],
        "owner": owner,
        "in_inventory": chance.random() > 0.05,
        "on_network": chance.random() > 0.04,
        "_decoded": chance.random() > 0.04,
        "not_after": None,
        "san.dns": None,
    }
    return known | _decoded(host, fingerprint, start, days, chance) if known["_decoded"] else known


def _decoded(host: str, fingerprint: str, start: datetime, days: int, chance: random.Random) -> Row:
    weak = chance.random() < 0.03
    return {
        "subject.cn": host,
        "issuer.cn": chance.choice(ISSUERS),
        "not_before": start,
        "not_after": start + timedelta(days=days) - timedelta(seconds=1),
        "lifetime": timedelta(days=days),
        "key.algorithm": "RSA" if weak else "EC",
        "key.bits": 1024 if weak else 256,
        "key.curve": None if weak else "P-256",
        "serial_bits": 32 if chance.random() < 0.05 else 127,
        "san.dns": [] if chance.random() < 0.02 else [host],
        "fingerprint_sha256": fingerprint,
        "trust": "public",
    }


def endpoints(count: int, seed: int = 8) -> list[Row]:
    """Endpoints, a few old, a few silent, half of them with post-quantum groups that nobody could see."""
    chance = random.Random(seed)
    return [_endpoint(index, chance) for index in range(count)]


def _endpoint(index: int, chance: random.Random) -> Row:
    owner = chance.choice(OWNERS)
    host = f"{owner or 'legacy'}-{index}.{chance.choice(STAGES)}.example.com"
    known: Row = {
        "asset_id": f"tls://{host}:443#{host}",
        "place": f"tls://{host}:443#{host}",
        "name": f"{host}:443",
        "sources": ["network"],
        "owner": owner,
        "host": host,
        "port": 443,
        "reachable": chance.random() > 0.06,
    }
    if not known["reachable"]:
        return known
    return known | {
        "tls.versions": ["TLS 1.0", "TLS 1.2"] if chance.random() < 0.2 else ["TLS 1.2", "TLS 1.3"],
        "tls.pq_groups": chance.choice((None, None, [], ["X25519MLKEM768"])),
        "certificate.trusted": chance.random() > 0.1,
        "certificate.hostname_matches": chance.random() > 0.1,
        "hsts.sent": chance.random() > 0.4,
    }


def spot(row: Row) -> Row:
    """Say where a row was seen first: a line of the inventory, or its address."""
    if row.get("host") is not None:
        return {"uri": row["asset_id"], "line": None, "column": None, "pointer": None}
    line = int(sha256(row["asset_id"].encode()).hexdigest()[:3], 16) + 1
    return {"uri": "inventory/tls.csv", "line": line, "column": None, "pointer": None}


def sightings(rows: Mapping[str, list[Row]]) -> pl.DataFrame:
    """Show every asset where its findings say, and certificates on the network too."""
    shown = []
    for kind, assets in rows.items():
        for row in assets:
            seen = {"kind": kind, "asset_id": row["asset_id"]} | spot(row)
            if kind == "endpoint":
                shown.append(seen | {"source": "targets.txt", "source_type": "network", "seen_at": SCANNED})
                continue
            shown.append(seen | {"source": "inventory/tls.csv", "source_type": "inventory", "seen_at": None})
            if row.get("on_network"):
                address = {"uri": f"tls://{row['name']}:443", "line": None, "source": "targets.txt", "source_type": "network"}
                shown.append(seen | address | {"seen_at": SCANNED})
    return pl.DataFrame(shown, schema=SIGHTINGS)

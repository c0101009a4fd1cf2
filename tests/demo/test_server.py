"""The demo's server: local, throw-away, and with faults that a scan finds."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.demo import evidence, server
from scanner.importers import Document
from scanner.model import Problem, Record, Spot
from scanner.probes import targets
from scanner.probes.progress import Silent
from scanner.probes.scan import scan

pytestmark = pytest.mark.xdist_group("live")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Record | Problem]:
    """What a scan by its targets file finds."""
    made = evidence.make(tmp_path_factory.mktemp("demo"), datetime.now(UTC).replace(microsecond=0))
    with server.running(made):
        document = Document("targets.txt", made.targets.read_bytes(), "targets.txt")
        hosts = [one for one in targets.read(document) if isinstance(one, targets.Target)]
        return list(scan(hosts, sslyze=None, timeout=10, progress=Silent()))


def test_the_scan_is_whole(found: list[Record | Problem]) -> None:
    """Nothing of it makes a run incomplete, and it points at the line of the targets file."""
    assert [one for one in found if isinstance(one, Problem)] == []
    assert {one.sighting.spot for one in found if isinstance(one, Record)} == {Spot("targets.txt", 2)}


def test_its_faults(found: list[Record | Problem]) -> None:
    """Old versions, suites without forward secrecy, no HSTS, a chain that no browser trusts."""
    facts = dict(next(one.facts for one in found if isinstance(one, Record) and one.kind == "endpoint"))
    assert facts["tls.versions"] == ["TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"]
    suites = facts["tls.ciphers"]
    assert isinstance(suites, list)
    assert any(one["key_exchange"] == "RSA" for one in suites)
    assert (facts["hsts.sent"], facts["certificate.trusted"], facts["chain.order_ok"]) == (False, False, True)


def test_its_chain(found: list[Record | Problem]) -> None:
    """A leaf and the company's intermediate."""
    chain = [one for one in found if isinstance(one, Record) and one.kind == "certificate"]
    assert [one.leaf_of is not None for one in chain] == [True, False]


def test_it_is_gone_afterwards(tmp_path: Path) -> None:
    """The port is closed when the block ends, also when it ends badly."""
    made = evidence.make(tmp_path, datetime.now(UTC))

    def broken() -> None:
        with server.running(made) as address:
            addresses.append(address)
            raise RuntimeError

    addresses: list[str] = []
    with pytest.raises(RuntimeError):
        broken()
    host, port = addresses[0].split(":")
    with socket.socket() as probe:
        assert host == "127.0.0.1"
        assert probe.connect_ex((host, int(port))) != 0

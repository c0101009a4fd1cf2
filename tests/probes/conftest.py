"""Certificates, contexts and real servers that the probes' tests talk to, all on loopback."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.demo import issue


@dataclass(frozen=True, slots=True)
class Served:
    """A chain and key in one file each, as servers want them."""

    chain: Path
    key: Path
    root: Path
    ders: tuple[bytes, ...]
    """What the server sends, leaf first."""

    def context(self) -> ssl.SSLContext:
        """Settings of a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A leaf for localhost, with its intermediate, under a private root."""
    folder = tmp_path_factory.mktemp("served")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)
    root = issue.authority("Test Root", start, 1000)
    middle = issue.authority("Test Intermediate", start, 900, root)
    key = issue.key_of(rsa_bits=2048)
    leaf = issue.certificate(issue.Order(("localhost", "127.0.0.1", "::1"), start, 90), middle, key)
    made = Served(
        folder / "chain.pem",
        folder / "key.pem",
        folder / "root.pem",
        tuple(ssl.PEM_cert_to_DER_cert(issue.pem(one).decode()) for one in (leaf, middle.certificate)),
    )
    made.chain.write_bytes(issue.pem(leaf, middle.certificate))
    made.key.write_bytes(issue.key_pem(key))
    made.root.write_bytes(issue.pem(root.certificate))
    return made

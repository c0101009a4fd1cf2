"""Certificates, contexts and real servers that the probes' tests talk to, all on loopback."""

import json
import ssl
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.demo import issue
from tests.conftest import SAMPLES


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


@dataclass(frozen=True, slots=True)
class Fake:
    """A program that stands in for sslyze."""

    path: Path

    @property
    def answered(self) -> Path:
        """The scan it answers with."""
        return self.path.parent / "answer.json"

    def answer(self, scan: dict[str, Any]) -> None:
        """Change what it answers."""
        self.answered.write_text(json.dumps(scan))

    def batches(self) -> list[dict[str, Any]]:
        """What it was asked, batch by batch."""
        return [json.loads(line) for line in (self.path.parent / "batches").read_text().splitlines()]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Put the stand-in for sslyze into a folder of its own."""
    made = Fake(tmp_path / "bin" / "sslyze")
    made.path.parent.mkdir()
    made.path.write_text(f"#!{sys.executable}\n" + (Path(__file__).parent / "fake_sslyze.py").read_text())
    made.path.chmod(0o755)
    made.answered.write_text((SAMPLES / "sslyze" / "loopback-modern-6.3.1.json").read_text())
    return made


def ended(pid: int) -> bool:
    """Tell whether a process is gone, or a zombie, within a while."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False

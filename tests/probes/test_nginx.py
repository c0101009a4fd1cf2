"""A server and a scanner nobody here wrote: nginx on loopback, seen by our handshake and the real sslyze."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from scanner.model import Record, Spot
from scanner.probes import targets
from scanner.probes.progress import Silent
from scanner.probes.scan import scan
from tests.probes.conftest import Served
from tests.tools.program import find

SETTINGS = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {chain}; ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_ecdh_curve X25519:secp384r1;
    add_header Strict-Transport-Security "max-age=63072000" always;
    return 200 "nothing to see";
  }}
}}
"""


def _free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server accepts, or say why it does not."""
    for _ in range(200):
        with socket.socket() as link:
            if link.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start: {log.read_text() if log.exists() else 'no log'}")


@pytest.fixture(scope="module")
def nginx(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Start nginx with two versions, one suite of TLS 1.2 and two groups; give its port."""
    folder, port = tmp_path_factory.mktemp("nginx"), _free_port()
    user = "user root;" if os.geteuid() == 0 else ""  # else its worker could not read what pytest keeps to its owner
    settings = folder / "nginx.conf"
    settings.write_text(SETTINGS.format(folder=folder, port=port, chain=served.chain, key=served.key, user=user))
    process = subprocess.Popen(
        [find("nginx"), "-p", folder, "-c", settings, "-e", folder / "error.log"], stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process, folder / "error.log")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def found(nginx: int) -> list[Record]:
    """Scan it once, with the sslyze that is installed beside certgate."""
    wanted = [targets.parse(f"localhost:{nginx}", Spot("hosts.txt", 1))]
    records = list(scan(wanted, sslyze=None, timeout=30.0, progress=Silent()))
    assert all(isinstance(one, Record) for one in records), records
    return [one for one in records if isinstance(one, Record)]


@pytest.fixture(scope="module")
def endpoint(found: list[Record]) -> Record:
    """Return the endpoint of the scan."""
    (one,) = (record for record in found if record.kind == "endpoint")
    return one


def test_the_versions_it_speaks_are_those_of_its_settings(endpoint: Record) -> None:
    """TLS 1.2 and 1.3 and no other."""
    assert endpoint.facts["reachable"] is True
    assert sorted(endpoint.facts["tls.versions"]) == ["TLS 1.2", "TLS 1.3"]  # type: ignore[call-overload]


def test_the_only_suite_of_tls_1_2_is_the_one_it_was_given(endpoint: Record) -> None:
    """One suite, by its registered name, with its parts."""
    suites = [suite for suite in endpoint.facts["tls.ciphers"] if suite["version"] == "TLS 1.2"]  # type: ignore[attr-defined]
    assert [suite["name"] for suite in suites] == ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    assert (suites[0]["aead"], suites[0]["forward_secrecy"], suites[0]["bits"]) == (True, True, 128)


def test_its_header_for_strict_transport_is_read(endpoint: Record) -> None:
    """The header that the server sends, with its age."""
    assert (endpoint.facts["hsts.sent"], endpoint.facts["hsts.max_age"]) == (True, timedelta(days=730))


def test_the_whole_chain_it_sends_comes_as_sent(found: list[Record], served: Served) -> None:
    """Leaf and intermediate, byte for byte, and the leaf belongs to the endpoint."""
    sent = {sha256(record.der).hexdigest() for record in found if record.der is not None}
    assert sent == {sha256(der).hexdigest() for der in served.ders}
    leaves = {record.der for record in found if record.leaf_of is not None}
    assert leaves == {served.ders[0]}

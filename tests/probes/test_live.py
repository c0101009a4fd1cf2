"""One scan, with the real sslyze, of real servers and of hosts that are none: what each shows, and what must stay unknown."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from scanner.model import Problem, Record, Spot
from scanner.probes import targets
from scanner.probes.progress import Silent
from scanner.probes.scan import scan
from tests.probes import listeners, servers
from tests.probes.conftest import Served
from tests.probes.test_handshake import closed_port

pytestmark = pytest.mark.xdist_group("live")


@dataclass(frozen=True)
class World:
    """What the scan found, host by host."""

    found: Mapping[str, list[Record | Problem]]

    def endpoint(self, name: str) -> dict[str, object]:
        """The facts of the one endpoint."""
        (record,) = [one for one in self.found[name] if isinstance(one, Record) and one.kind == "endpoint"]
        return dict(record.facts)

    def ders(self, name: str) -> list[bytes | None]:
        """The certificates it sent."""
        return [one.der for one in self.found[name] if isinstance(one, Record) and one.kind == "certificate"]

    def suites(self, name: str) -> list[dict[str, object]]:
        """Its cipher suites; the list must be closed."""
        told = self.endpoint(name)["tls.ciphers"]
        assert isinstance(told, list)
        assert None not in told
        return told

    def incomplete(self, name: str) -> list[tuple[str, str]]:
        """Code and text of what makes the run incomplete."""
        return [(one.code, one.message) for one in self.found[name] if isinstance(one, Problem) and one.incomplete]


@pytest.fixture(scope="module")
def world(served: Served) -> Iterator[World]:
    """Start everything, scan it once."""
    with tempfile.TemporaryDirectory(prefix="certgate-test-") as name, ExitStack() as held:
        folder = Path(name)
        web = held.enter_context(servers.nginx(folder / "nginx", served))
        texts = {
            "modern": f"localhost:{web['modern']}",
            "ipv6": f"[::1]:{web['modern']}",
            "legacy": f"127.0.0.1:{web['legacy']}",
            "optional": f"127.0.0.1:{web['optional']}",
            "required": f"127.0.0.1:{web['required']}",
            "mail": f"smtp://127.0.0.1:{held.enter_context(servers.postfix(folder / 'postfix', served))}",
            "ssh": f"127.0.0.1:{held.enter_context(servers.sshd(folder / 'sshd'))}",
            "hybrid": f"127.0.0.1:{held.enter_context(servers.post_quantum(folder / 'hybrid', served, tls13_only=False))}",
            "hybrid13": f"127.0.0.1:{held.enter_context(servers.post_quantum(folder / 'hybrid13', served, tls13_only=True))}",
            "silent": f"127.0.0.1:{held.enter_context(listeners.serving(listeners.silent))}",
            "dripping": f"127.0.0.1:{held.enter_context(listeners.serving(listeners.dripping))}",
            "refused": f"127.0.0.1:{closed_port()}",
            "unresolved": "nonexistent.invalid",
        }
        wanted = [targets.parse(text, Spot("hosts.txt", line)) for line, text in enumerate(texts.values(), 1)]
        found: dict[str, list[Record | Problem]] = {name: [] for name in texts}
        for one in scan(wanted, sslyze=None, timeout=4, progress=Silent()):
            spot = one.sighting.spot if isinstance(one, Record) else one.spot
            assert spot.line is not None
            found[list(texts)[spot.line - 1]].append(one)
        yield World(found)


@pytest.mark.parametrize("name", ["modern", "ipv6", "legacy", "optional", "required", "mail", "hybrid"])
def test_live_servers_are_scanned_whole(name: str, world: World, served: Served) -> None:
    """Reached, the chain as sent with its leaf, nothing that makes the run incomplete."""
    facts = world.endpoint(name)
    assert (facts["reachable"], facts["chain.order_ok"]) == (True, True)
    assert facts["certificate.fingerprint_sha256"] == sha256(served.ders[0]).hexdigest()
    assert world.ders(name) == list(served.ders)
    assert world.incomplete(name) == []


def test_a_modern_server(world: World) -> None:
    """TLS 1.2 and 1.3 with forward secrecy and HSTS, and no group list that claims to be whole."""
    facts = world.endpoint("modern")
    assert facts["tls.versions"] == ["TLS 1.2", "TLS 1.3"]
    assert all(one["aead"] and one["forward_secrecy"] for one in world.suites("modern"))
    assert (facts["hsts.sent"], facts["hsts.max_age"]) == (True, timedelta(seconds=63072000))
    assert (facts["client_auth"], facts["protocol"]) == ("none", "tls")
    assert facts["address"] in {"127.0.0.1", "::1"}, "either is localhost, and some machines ask for IPv6 first"
    groups = facts["tls.groups"]
    assert isinstance(groups, list)
    assert {"X25519", "P-256", None} <= set(groups)
    assert facts["tls.pq_groups"] == [None]
    curves = facts["tls.curves"]
    assert isinstance(curves, list)
    assert {"X25519", "P-256"} <= set(curves)
    assert None not in curves


def test_ipv6(world: World) -> None:
    """A host in brackets is reached and is itself."""
    facts = world.endpoint("ipv6")
    assert (facts["host"], facts["address"], facts["tls.versions"]) == ("::1", "::1", ["TLS 1.2", "TLS 1.3"])


def test_a_legacy_server(world: World) -> None:
    """What modern clients refuse is seen: old versions, suites without forward secrecy; no HSTS."""
    facts = world.endpoint("legacy")
    assert facts["tls.versions"] == ["TLS 1.0", "TLS 1.1", "TLS 1.2"]
    assert any(one["key_exchange"] == "RSA" for one in world.suites("legacy"))
    assert facts["hsts.sent"] is False


@pytest.mark.parametrize("name", ["optional", "required"])
def test_client_certificates(name: str, world: World) -> None:
    """Nginx refuses only after the handshake, so neither can be told from the other, and neither is claimed."""
    assert "client_auth" not in world.endpoint(name)
    assert [one.code for one in world.found[name] if isinstance(one, Problem)].count("client-auth-unclear") == 1


def test_a_mail_server(world: World) -> None:
    """STARTTLS leads to the same facts; HTTP is not asked of it, so HSTS is unknown and nothing is said to have failed."""
    facts = world.endpoint("mail")
    assert facts["protocol"] == "smtp+starttls"
    assert world.suites("mail")
    assert "hsts.sent" not in facts
    assert [one for one in world.found["mail"] if isinstance(one, Problem)] == []


def test_a_post_quantum_server(world: World) -> None:
    """The hybrid group is seen and true; sslyze takes TLS 1.3 for switched off, which is put right."""
    facts = world.endpoint("hybrid")
    assert facts["tls.groups"] == ["X25519MLKEM768", None]
    assert facts["tls.pq_groups"] == ["X25519MLKEM768", None]
    assert facts["tls.versions"] == ["TLS 1.2", "TLS 1.3"]
    assert facts["tls.curves"] == [None]


def test_a_post_quantum_server_that_sslyze_cannot_speak_to(world: World, served: Served) -> None:
    """What our handshake saw stands in open lists, the rest is unknown, and it is said why."""
    facts = world.endpoint("hybrid13")
    assert facts["reachable"] is True
    assert (facts["tls.versions"], facts["tls.pq_groups"]) == (["TLS 1.3", None], ["X25519MLKEM768", None])
    assert world.ders("hybrid13") == list(served.ders)
    (problem,) = [one for one in world.found["hybrid13"] if isinstance(one, Problem)]
    assert (problem.code, problem.incomplete) == ("scan-incomplete", False)
    assert "could not be scanned further (TLS probing failed" in problem.message
    assert "it chose X25519MLKEM768, which sslyze does not know" in problem.message


@pytest.mark.parametrize(
    ("name", "reachable", "code", "said"),
    [
        ("ssh", True, "certgate/no-tls", "answers, but not with TLS: it says 'SSH-2.0-OpenSSH"),
        ("silent", True, "certgate/unreachable", "accepts the connection and says nothing for 4 s"),
        ("dripping", True, "certgate/unreachable", "answers too slowly"),
        ("refused", False, "certgate/unreachable", "cannot be reached: it refuses the connection"),
        ("unresolved", False, "certgate/unreachable", "cannot be reached: the name has no address"),
    ],
)
def test_hosts_that_are_none(name: str, reachable: bool, code: str, said: str, world: World) -> None:  # noqa: FBT001 - a table
    """Each keeps its reason, and every TLS fact is unknown."""
    facts = world.endpoint(name)
    assert facts["reachable"] is reachable
    assert not [fact for fact in facts if fact.startswith(("tls.", "hsts.", "certificate."))]
    assert world.ders(name) == []
    ((seen, told),) = world.incomplete(name)
    assert seen == code
    assert said in told

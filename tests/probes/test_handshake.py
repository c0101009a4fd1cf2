"""The first handshake: what it sees of a live host, and a distinct word for every way in which a host is not alive."""

import asyncio
import socket
import ssl
import threading
from contextlib import ExitStack

import pytest

from scanner.model import Spot
from scanner.probes import link
from scanner.probes.handshake import Handshake, State, shake
from scanner.probes.targets import parse
from tests.probes import listeners
from tests.probes.conftest import Served
from tests.probes.listeners import serving


def look(text: str, seconds: float = 5.0) -> Handshake:
    """Shake hands with a host as users write it; one that is not done long after its clock fails the test."""
    return asyncio.run(asyncio.wait_for(shake(parse(text, Spot(text)), seconds), 30))


def closed_port() -> int:
    """Find a port of 127.0.0.1 where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_live_host_shows_all_it_sends(served: Served) -> None:
    """The whole chain in order, version, suite, group and address; nothing is verified."""
    with serving(listeners.talking([], served.context())) as port:
        seen = look(f"localhost:{port}")
    assert (seen.state, seen.reachable, seen.reason) == (State.SPOKE, True, "")
    assert seen.chain == served.ders
    assert (seen.order_ok, seen.version, seen.address) == (True, "TLS 1.3", "127.0.0.1")
    assert seen.cipher is not None
    assert seen.cipher.startswith("TLS_")
    assert seen.group == "x25519"


def test_a_chain_in_disorder_is_seen_so(served: Served) -> None:
    """The order is said as it was sent, not mended."""
    text = served.chain.read_text()
    leaf, middle = (f"{part}-----END CERTIFICATE-----\n" for part in text.split("-----END CERTIFICATE-----\n")[:2])
    mixed = served.chain.parent / "mixed.pem"
    mixed.write_text(leaf + served.root.read_text() + middle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mixed, served.key)
    with serving(listeners.talking([], context)) as port:
        assert look(f"127.0.0.1:{port}").order_ok is False


def test_the_server_name_is_sent_for_names_only(served: Served) -> None:
    """A name is asked for by SNI, an address is not."""
    asked: list[str | None] = []
    context = served.context()
    context.sni_callback = lambda _link, name, _context: asked.append(name)
    with serving(listeners.talking([], context)) as port:
        look(f"localhost:{port}")
        look(f"127.0.0.1:{port}")
    assert asked == ["localhost", None]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(("version", "name"), [(ssl.TLSVersion.TLSv1, "TLS 1.0"), (ssl.TLSVersion.TLSv1_2, "TLS 1.2")])
def test_old_servers_are_spoken_to(served: Served, version: ssl.TLSVersion, name: str) -> None:
    """What modern clients refuse is exactly what is to be seen."""
    context = served.context()
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with serving(listeners.talking([], context)) as port:
        seen = look(f"127.0.0.1:{port}")
    assert (seen.state, seen.version, seen.chain) == (State.SPOKE, name, served.ders)


def test_a_server_that_insists_on_a_client_certificate_still_shows_its_chain(served: Served) -> None:
    """TLS 1.2 breaks the handshake off after the chain was sent."""
    context = served.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(served.root)
    with serving(listeners.talking([], context)) as port:
        seen = look(f"127.0.0.1:{port}")
    assert (seen.state, seen.worth_more, seen.chain) == (State.DECLINED, True, served.ders)
    assert seen.version is None


def test_ipv6(served: Served) -> None:
    """Hosts on IPv6 are hosts."""
    with serving(listeners.talking([], served.context()), host="::1") as port:
        seen = look(f"[::1]:{port}")
    assert (seen.state, seen.address) == (State.SPOKE, "::1")


@pytest.mark.parametrize(
    ("behaviour", "state", "reason"),
    [
        (listeners.silent, State.SILENT, "accepts the connection and says nothing for 1 s"),
        (listeners.dripping, State.DRIPPING, "answers too slowly"),
        (
            listeners.saying(b"SSH-2.0-OpenSSH_9.2p1\r\n", first=True),
            State.NOT_TLS,
            "not with TLS: it says 'SSH-2.0-OpenSSH_9.2p1'",
        ),
        (
            listeners.saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            State.NOT_TLS,
            "not with TLS: it says 'HTTP/1.1 400 Bad Request'",
        ),
        (listeners.saying(b"\x1b[31m\xe2\x80\xae\r\n"), State.NOT_TLS, "not with TLS: it says '\ufffd[31m\ufffd'"),
        (
            listeners.saying(b"\x15\x03\x01\x00\x02\x02\x28"),
            State.DECLINED,
            "tls alert handshake failure)",
        ),
        (listeners.saying(b"\x16\x03\x03\x00\x04\xff\xff\xff\xff"), State.DECLINED, "does not agree on TLS"),
        (listeners.closing, State.CLOSED, "closes the connection during the handshake"),
        (listeners.resetting, State.CLOSED, "breaks the connection off (Connection reset by peer)"),
    ],
)
def test_hosts_that_answer_otherwise(behaviour: listeners.Behaviour, state: State, reason: str) -> None:
    """Each way of not shaking hands has its own word; TCP was there, so the host is reachable."""
    with serving(behaviour) as port:
        seen = look(f"127.0.0.1:{port}", 1.0)
    assert (seen.state, seen.reachable, seen.chain) == (state, True, ())
    assert reason in seen.reason


def test_the_clock_is_over_all_not_per_read() -> None:
    """A host that drips holds nobody longer than the clock says, however often it sends."""
    with serving(listeners.dripping) as port:
        seen = look(f"127.0.0.1:{port}", 1.0)
    assert seen.state is State.DRIPPING
    assert not seen.worth_more


def test_a_refused_port() -> None:
    """Nobody listens there."""
    seen = look(f"127.0.0.1:{closed_port()}")
    assert (seen.state, seen.reachable, seen.worth_more) == (State.REFUSED, False, False)
    assert "refuses the connection" in seen.reason


def test_a_name_without_address() -> None:
    """`.invalid` is never delegated (RFC 6761)."""
    seen = look("nonexistent.invalid")
    assert (seen.state, seen.reachable, seen.address) == (State.UNRESOLVED, False, None)
    assert "the name has no address" in seen.reason


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up cannot be cancelled; the clock does not wait for it."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [over.wait(30)][:0])
    seen = look("www.example.test", 0.5)
    over.set()
    assert (seen.state, seen.reachable) == (State.UNRESOLVED, False)
    assert "no name server answered within 0.5 s" in seen.reason


def test_a_connection_that_is_never_accepted() -> None:
    """A full queue drops connections as a filter does."""
    with socket.socket() as listener, ExitStack() as held:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(address)
        seen = look(f"127.0.0.1:{address[1]}", 0.5)
    assert (seen.state, seen.reachable) == (State.TIMED_OUT, False)
    assert "no connection within 0.5 s" in seen.reason


def test_a_network_that_rejects(monkeypatch: pytest.MonkeyPatch) -> None:
    """No route is no refusal."""

    async def unreachable(_address: link.Address) -> link.Link:
        raise OSError(113, "No route to host")

    monkeypatch.setattr("scanner.probes.handshake.connect", unreachable)
    seen = look("127.0.0.1:443")
    assert (seen.state, seen.reachable) == (State.REJECTED, False)
    assert "No route to host" in seen.reason


def test_the_next_address_is_tried(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with several addresses is reached at the first that answers."""
    with serving(listeners.talking([], served.context())) as port:
        found = [(socket.AF_INET6, 0, 0, "", ("::1", port, 0, 0)), (socket.AF_INET, 0, 0, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
        seen = look(f"www.example.test:{port}")
    assert (seen.state, seen.address) == (State.SPOKE, "127.0.0.1")


def test_a_server_that_sends_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes in is bounded."""
    monkeypatch.setattr(link, "MOST_BYTES", 1000)
    with serving(listeners.saying(b"\x16\x03\x03\x40\x00" + bytes(5000))) as port:
        seen = look(f"127.0.0.1:{port}")
    assert (seen.state, seen.reason) == (State.NOT_TLS, "sends without end")

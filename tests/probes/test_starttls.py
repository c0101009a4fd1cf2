"""STARTTLS: each protocol's words before TLS, the refusals, and servers that speak something else."""

import asyncio

import pytest

from scanner.model import Spot
from scanner.probes.handshake import Handshake, State, shake
from scanner.probes.targets import parse
from tests.probes import listeners
from tests.probes.conftest import Served
from tests.probes.listeners import serving

Script = list[tuple[bytes, bytes]]
XMPP_OFFER = b"<stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
SCRIPTS: dict[str, Script] = {
    "smtp": [(b"220-mail\r\n220 ESMTP\r\n", b"EHLO certgate.invalid\r\n"), (b"250-mail\r\n250-starttls\r\n250 8BITMIME\r\n", b"STARTTLS\r\n"), (b"220 go on\r\n", b"")],
    "imap": [(b"* OK IMAP4rev2\r\n", b"a1 STARTTLS\r\n"), (b"* CAPABILITY IMAP4rev2\r\na1 OK begin\r\n", b"")],
    "pop3": [(b"+OK POP3\r\n", b"STLS\r\n"), (b"+OK begin\r\n", b"")],
    "ftp": [(b"220-Welcome\r\n stranger\r\n220 FTP\r\n", b"AUTH TLS\r\n"), (b"234 go on\r\n", b"")],
    "ldap": [(b"", b"1466.20037"), (bytes.fromhex("300c02010178070a010004000400"), b"")],
    "postgres": [(b"", b"\x04\xd2\x16\x2f"), (b"S", b"")],
    "rdp": [(b"", b"\x03\0\0\0"), (bytes.fromhex("030000130ed000001234000200080001000000"), b"")],
    "xmpp": [(b"", b"jabber:client"), (b"", b"version='1.0'>"), (XMPP_OFFER, b"xmpp-tls'/>"), (b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"")],
    "xmpp-server": [(b"", b"jabber:server"), (b"", b"version='1.0'>"), (XMPP_OFFER, b"xmpp-tls'/>"), (b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"")],
}  # fmt: skip


def look(protocol: str, behaviour: listeners.Behaviour, seconds: float = 5.0) -> Handshake:
    """Shake hands with a server that behaves so."""
    with serving(behaviour) as port:
        text = f"{protocol}://127.0.0.1:{port}"
        return asyncio.run(asyncio.wait_for(shake(parse(text, Spot(text)), seconds), 30))


@pytest.mark.parametrize("protocol", SCRIPTS)
def test_each_protocol_is_talked_into_tls(protocol: str, served: Served) -> None:
    """The words of the standard lead to a handshake that shows the chain."""
    seen = look(protocol, listeners.talking(SCRIPTS[protocol], served.context()))
    assert (seen.state, seen.reason, seen.chain) == (State.SPOKE, "", served.ders)


@pytest.mark.parametrize(
    ("protocol", "script", "reason"),
    [
        ("smtp", [(b"220 mail\r\n", b"\n"), (b"250-mail\r\n250 8BITMIME\r\n", b"QUIT")], "answers with SMTP, but does not offer STARTTLS"),
        ("smtp", [(b"554 go away\r\n", b"QUIT")], "does not begin TLS as SMTP does: it says '554 go away'"),
        ("smtp", [(b"220 mail\r\n", b"\n"), (b"250-mail\r\n250 STARTTLS\r\n", b"\n"), (b"454 not now\r\n", b"QUIT")], "it says '454 not now'"),
        ("smtp", [(b"SSH-2.0-OpenSSH_9.2p1\r\n", b"QUIT")], "it says 'SSH-2.0-OpenSSH_9.2p1'"),
        ("imap", [(b"* BYE full\r\n", b"QUIT")], "it says '* BYE full'"),
        ("imap", [(b"* OK\r\n", b"\n"), (b"a1 NO off\r\n", b"QUIT")], "it says 'a1 NO off'"),
        ("pop3", [(b"+OK\r\n", b"\n"), (b"-ERR off\r\n", b"QUIT")], "it says '-ERR off'"),
        ("ftp", [(b"220 ftp\r\n", b"\n"), (b"502 no\r\n", b"QUIT")], "it says '502 no'"),
        ("ldap", [(b"", b"20037"), (bytes.fromhex("300c02010178070a013404000400"), b"QUIT")], "does not begin TLS as LDAP does"),
        ("ldap", [(b"", b"20037"), (b"HTTP/1.1 400\r\n", b"QUIT")], "does not begin TLS as LDAP does: it says 'HT'"),
        ("postgres", [(b"", b"\x2f"), (b"N", b"QUIT")], "answers with PostgreSQL, but has TLS switched off"),
        ("postgres", [(b"", b"\x2f"), (b"E", b"QUIT")], "does not begin TLS as PostgreSQL does"),
        ("rdp", [(b"", b"\x03\0\0\0"), (bytes.fromhex("030000130ed000001234000300080005000000"), b"QUIT")], "does not begin TLS as RDP does"),
        ("xmpp", [(b"", b"1.0'>"), (b"<stream:stream><stream:features></stream:features>", b"QUIT")], "answers with XMPP, but does not offer STARTTLS"),
        ("xmpp", [(b"", b"1.0'>"), (XMPP_OFFER, b"/>"), (b"<failure xmlns='urn:x'/>", b"QUIT")], "it says \"<failure xmlns='urn:x'/\""),
    ],
)  # fmt: skip
def test_servers_that_do_not_begin_tls_are_quoted(protocol: str, script: Script, reason: str, served: Served) -> None:
    """A refusal is the server's own words, and the host is reachable."""
    seen = look(protocol, listeners.talking(script, served.context()))
    assert (seen.state, seen.reachable, seen.worth_more) == (State.NOT_TLS, True, False)
    assert reason in seen.reason


@pytest.mark.parametrize("protocol", SCRIPTS)
def test_a_server_that_hangs_up_before_tls(protocol: str) -> None:
    """It is said that TLS had not begun."""
    seen = look(protocol, lambda link, _over: link.close())
    assert seen.reachable
    assert "before TLS began" in seen.reason or "breaks the connection off" in seen.reason


@pytest.mark.parametrize("protocol", ["smtp", "imap", "ldap", "xmpp"])
def test_silence_before_tls_is_under_the_same_clock(protocol: str) -> None:
    """A server that says nothing in the clear is a silent host."""
    assert look(protocol, listeners.silent, 0.3).state is State.SILENT


@pytest.mark.parametrize("words", [b"220 " + b"x" * 20000, b"220-x\r\n" * 2000])
def test_endless_greetings_end(words: bytes) -> None:
    """Neither a line nor a reply goes on for ever."""
    seen = look("smtp", listeners.saying(words, first=True), 2.0)
    assert seen.state in {State.NOT_TLS, State.CLOSED}


def test_what_comes_after_the_go_ahead_is_part_of_tls(served: Served) -> None:
    """Words smuggled in behind the go-ahead (CVE-2011-0411) are not taken for part of the protocol."""
    script = [*SCRIPTS["smtp"][:2], (b"220 go on\r\n250 injected\r\n", b"")]
    seen = look("smtp", listeners.talking(script, served.context()))
    assert (seen.state, seen.chain) == (State.NOT_TLS, ())
    assert "250 injected" in seen.reason

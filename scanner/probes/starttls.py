"""What is said in the clear before TLS begins, protocol by protocol (RFC 3207, 9051, 2595, 4217, 4511, 6120, MS-RDPBCGR)."""

import re
from collections.abc import Awaitable, Callable

from scanner.importers import _text
from scanner.probes.link import BrokenLinkError, Link

_LDAP = bytes.fromhex("301d02010177188016312e332e362e312e342e312e313436362e3230303337")
"""ExtendedRequest 1 with requestName 1.3.6.1.4.1.1466.20037 (RFC 4511 4.14.1)."""
_POSTGRES = bytes.fromhex("0000000804d2162f")
"""SSLRequest: length 8, code 80877103 (PostgreSQL protocol 3.0, message formats)."""
_RDP = bytes.fromhex("030000130ee000000000000100080003000000")
"""X.224 connection request with an RDP negotiation request for TLS and CredSSP (MS-RDPBCGR 2.2.1.1)."""
_MOST_LINES = 100


async def begin(protocol: str, link: Link, host: str) -> None:
    """Talk the server into TLS; BrokenLinkError says why it would not."""
    await _WAYS[protocol](link, host)


async def _smtp(link: Link, _host: str) -> None:
    await _replied(link, "220", "SMTP")
    await link.write(b"EHLO certgate.invalid\r\n")
    offered = await _replied(link, "250", "SMTP")
    if not any(re.fullmatch(rb"250[ -]STARTTLS\s*", line, re.IGNORECASE) for line in offered):
        raise BrokenLinkError("answers with SMTP, but does not offer STARTTLS")
    await link.write(b"STARTTLS\r\n")
    await _replied(link, "220", "SMTP")


async def _ftp(link: Link, _host: str) -> None:
    await _replied(link, "220", "FTP")
    await link.write(b"AUTH TLS\r\n")
    await _replied(link, "234", "FTP")


async def _replied(link: Link, code: str, name: str) -> list[bytes]:
    """Read a reply of one or more lines (RFC 5321 4.2.1, RFC 959 4.2); any code but the hoped for is a refusal."""
    lines: list[bytes] = []
    while len(lines) < _MOST_LINES:
        lines.append(await link.line())
        if re.match(rb"[2-5]\d\d( |$)", lines[-1]):
            break
        if not re.match(rb"[2-5]\d\d-", lines[-1]) and len(lines) == 1:
            break
    if not lines[-1].startswith(code.encode()):
        raise _refused(name, lines[-1])
    return lines


async def _imap(link: Link, _host: str) -> None:
    greeting = await link.line()
    if not greeting.startswith(b"* OK"):
        raise _refused("IMAP", greeting)
    await link.write(b"a1 STARTTLS\r\n")
    for _ in range(_MOST_LINES):
        answer = await link.line()
        if not answer.startswith(b"*"):
            break
    if not answer.upper().startswith(b"A1 OK"):
        raise _refused("IMAP", answer)


async def _pop3(link: Link, _host: str) -> None:
    for request in (b"", b"STLS\r\n"):
        await link.write(request)
        answer = await link.line()
        if not answer.startswith(b"+OK"):
            raise _refused("POP3", answer)


async def _ldap(link: Link, _host: str) -> None:
    await link.write(_LDAP)
    head = await link.exactly(2)
    body = await link.exactly(head[1]) if len(head) == 2 and head[0] == 0x30 and head[1] < 0x80 else b""
    # ExtendedResponse (application 24) with resultCode success as its first element
    if not re.match(rb"\x02\x01\x01\x78.\x0a\x01\x00", body, re.DOTALL):
        raise _refused("LDAP", head + body)


async def _postgres(link: Link, _host: str) -> None:
    await link.write(_POSTGRES)
    answer = await link.exactly(1)
    if answer != b"S":
        raise (
            BrokenLinkError("answers with PostgreSQL, but has TLS switched off")
            if answer == b"N"
            else _refused("PostgreSQL", answer)
        )


async def _rdp(link: Link, _host: str) -> None:
    await link.write(_RDP)
    answer = await link.exactly(19)
    # type 2 is a negotiation response; protocols 1 (TLS), 2 and 8 (CredSSP) begin with TLS
    if len(answer) < 19 or answer[:2] != b"\x03\x00" or answer[11] != 2 or not answer[15] & 0b1011:
        raise _refused("RDP", answer)


async def _xmpp(link: Link, host: str, namespace: str = "jabber:client") -> None:
    spaces = f"xmlns='{namespace}' xmlns:stream='http://etherx.jabber.org/streams'"
    await link.write(f"<?xml version='1.0'?><stream:stream to='{host}' {spaces} version='1.0'>".encode())
    features = await link.until(b"</stream:features>")
    if b"urn:ietf:params:xml:ns:xmpp-tls" not in features:
        raise (
            BrokenLinkError("answers with XMPP, but does not offer STARTTLS")
            if b"<stream:" in features
            else _refused("XMPP", features)
        )
    await link.write(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    answer = await link.until(b">")
    if b"<proceed" not in answer:
        raise _refused("XMPP", answer)


async def _xmpp_server(link: Link, host: str) -> None:
    await _xmpp(link, host, "jabber:server")


def _refused(name: str, answer: bytes) -> BrokenLinkError:
    if not answer:
        return BrokenLinkError(f"closed the connection before TLS began ({name})")
    said = _text.printable(answer.decode("utf-8", "replace"), 80)
    return BrokenLinkError(f"answers, but does not begin TLS as {name} does: it says {said!r}")


_WAYS: dict[str, Callable[[Link, str], Awaitable[None]]] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ftp": _ftp,
    "ldap": _ldap,
    "xmpp": _xmpp,
    "xmpp-server": _xmpp_server,
    "postgres": _postgres,
    "rdp": _rdp,
}

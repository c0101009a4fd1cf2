"""Our own first handshake with a host (RFC 8446, RFC 5246): whether it lives and what it sends, under one clock."""

import asyncio
import socket
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

from scanner.facts import links
from scanner.importers import _text
from scanner.probes import starttls
from scanner.probes.link import BrokenLinkError, Link, connect, resolve
from scanner.probes.targets import Target
from scanner.record import record

_VERSIONS = {"SSLv3": "SSL 3.0", "TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
_LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT: servers without RFC 5746 are to be seen, not avoided."""
_RECORDS = (0x15, 0x16)
"""Content types of a first TLS record: alert, handshake."""


class State(StrEnum):
    """How far the handshake came."""

    UNRESOLVED = "unresolved"
    REFUSED = "refused"
    REJECTED = "rejected"
    TIMED_OUT = "timed-out"
    SILENT = "silent"
    DRIPPING = "dripping"
    NOT_TLS = "not-tls"
    CLOSED = "closed"
    DECLINED = "declined"
    SPOKE = "spoke"


_DEAD = frozenset({State.UNRESOLVED, State.REFUSED, State.REJECTED, State.TIMED_OUT})
_WORTH_MORE = frozenset({State.SPOKE, State.CLOSED, State.DECLINED})


@record
class Handshake:
    """What one handshake showed."""

    target: Target
    state: State
    reason: str = ""
    """Completes «host:port …»; empty where the handshake came to its end."""
    address: str | None = None
    chain: tuple[bytes, ...] = ()
    """The certificates as they were sent, leaf first."""
    order_ok: bool | None = None
    """Each certificate sent is followed by its issuer."""
    version: str | None = None
    cipher: str | None = None
    """Name of the suite as OpenSSL writes it."""
    group: str | None = None
    """The key exchange group as OpenSSL writes it."""

    @property
    def reachable(self) -> bool:
        """A TCP connection was made."""
        return self.state not in _DEAD

    @property
    def worth_more(self) -> bool:
        """A longer scan may learn more, and will come to an end."""
        return self.state in _WORTH_MORE


@dataclass(slots=True)
class _Trace:
    """How far an attempt has come, for the word about it when its time is up."""

    step: str = "resolve"
    address: str | None = None
    link: Link | None = None


async def shake(target: Target, seconds: float) -> Handshake:
    """Resolve, connect and shake hands, all within so many seconds however the bytes come."""
    trace = _Trace()
    try:
        async with asyncio.timeout(seconds):
            return await _attempt(target, trace, time.monotonic() + seconds)
    except TimeoutError:
        return _late(target, trace, seconds)
    finally:
        if trace.link is not None:
            trace.link.socket.close()


def _late(target: Target, trace: _Trace, seconds: float) -> Handshake:
    span = f"{seconds:g} s"
    came = trace.link.received if trace.link else 0
    if trace.step == "resolve":
        return Handshake(target, State.UNRESOLVED, f"cannot be reached: no name server answered within {span}")
    if trace.step == "connect":
        return Handshake(target, State.TIMED_OUT, f"cannot be reached: no connection within {span}", trace.address)
    if not came:
        return Handshake(target, State.SILENT, f"accepts the connection and says nothing for {span}", trace.address)
    return Handshake(target, State.DRIPPING, f"answers too slowly: {came} bytes within {span}, and no handshake", trace.address)


async def _attempt(target: Target, trace: _Trace, deadline: float) -> Handshake:
    try:
        addresses = await resolve(target.host, target.port)
    except OSError as error:
        return Handshake(target, State.UNRESOLVED, f"cannot be reached: the name has no address ({_said(error)})")
    trace.step = "connect"
    try:
        link = trace.link = await _connected(addresses, trace, deadline)
    except ConnectionRefusedError:
        return Handshake(target, State.REFUSED, "cannot be reached: it refuses the connection", trace.address)
    except TimeoutError:
        raise
    except OSError as error:
        reason = f"cannot be reached: the network rejects the connection ({_said(error)})"
        return Handshake(target, State.REJECTED, reason, trace.address)
    trace.step = "talk"
    try:
        if target.starttls:
            await starttls.begin(target.starttls, link, target.host)
        return await _tls(target, trace, link)
    except BrokenLinkError as error:
        return Handshake(target, State.NOT_TLS, str(error), trace.address)
    except OSError as error:
        return Handshake(target, State.CLOSED, f"answers, but breaks the connection off ({_said(error)})", trace.address)


async def _connected(addresses: list[Any], trace: _Trace, deadline: float) -> Link:
    """Try the addresses in turn, each with its share of what is left of the clock."""
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        trace.address = str(address[1][0])
        try:
            async with asyncio.timeout((deadline - time.monotonic()) / left):
                return await connect(address)
        except OSError:
            if left == 1:
                raise
    raise socket.gaierror(socket.EAI_NONAME, "no address")


async def _tls(target: Target, trace: _Trace, link: Link) -> Handshake:
    from OpenSSL import SSL

    talk = SSL.Connection(_context(), None)
    talk.set_connect_state()
    if target.sni:
        talk.set_tlsext_host_name(target.sni.encode("ascii"))
    first = True
    while True:
        try:
            talk.do_handshake()
        except SSL.WantReadError:
            await _flush(talk, link)
        except SSL.Error as error:
            reason = f"answers, but does not agree on TLS ({_alert(error)})"
            return _seen(target, State.DECLINED, reason, trace.address, talk)
        else:
            await _flush(talk, link)
            return _seen(target, State.SPOKE, "", trace.address, talk)
        came = await link.read()
        if not came:
            return _seen(target, State.CLOSED, "answers, but closes the connection during the handshake", trace.address, talk)
        if first and (came[0] not in _RECORDS or came[1:2] not in {b"", b"\x03"}):
            told = _text.printable(came[:200].decode("utf-8", "replace").split("\n")[0].strip(), 60)
            raise BrokenLinkError(f"answers, but not with TLS: it says {told!r}")
        first = False
        talk.bio_write(came)


async def _flush(talk: Any, link: Link) -> None:
    from OpenSSL import SSL

    try:
        while True:
            await link.write(talk.bio_read(65536))
    except SSL.WantReadError:
        return


def _seen(target: Target, state: State, reason: str, address: str | None, talk: Any) -> Handshake:
    """Take what the handshake showed; the chain also when it failed later."""
    from OpenSSL import crypto

    chain = tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in talk.get_peer_cert_chain() or [])
    done = state is State.SPOKE
    return Handshake(
        target,
        state,
        reason,
        address,
        chain=chain,
        order_ok=_in_order(chain),
        version=_VERSIONS.get(talk.get_protocol_version_name()) if done else None,
        cipher=talk.get_cipher_name() if done else None,
        group=_group(talk) if done else None,
    )


def _in_order(chain: Sequence[bytes]) -> bool | None:
    """Say whether each certificate is followed by its issuer; None where one cannot be read."""
    tied = [links.read(one) for one in chain]
    known = [one for one in tied if one is not None]
    return all(one.issuer == above.subject for one, above in pairwise(known)) if known and len(known) == len(tied) else None


def _group(talk: Any) -> str | None:
    try:
        return str(talk.get_group_name())
    except NotImplementedError:  # an OpenSSL before 3.2
        return None


@cache
def _context() -> Any:
    """Make the settings of every handshake: all that the library can speak, nothing verified."""
    from OpenSSL import SSL

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(0)
        context.set_options(_LEGACY_SERVER_CONNECT)
        context.set_verify(SSL.VERIFY_NONE)
        # Anonymous suites last: a server that has certificates is to show them.
        context.set_cipher_list(b"ALL:COMPLEMENTOFALL:+aNULL:+eNULL:@SECLEVEL=0")
    return context


def _alert(error: Any) -> str:
    """Say what OpenSSL says of a failed handshake."""
    reasons = [entry[2] for entry in error.args[0] if len(entry) == 3] if error.args and isinstance(error.args[0], list) else []
    return _text.printable(", ".join(reasons) or str(error) or "no reason given", 120)


def _said(error: OSError) -> str:
    return _text.printable(error.strerror or str(error) or type(error).__name__, 120)

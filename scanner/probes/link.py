"""A TCP connection that never blocks: resolved, connected, read and written under the caller's clock, bounded in bytes."""

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from scanner.errors import CertgateError

MOST_BYTES = 1 << 20
"""A handshake has a few kilobytes; OpenSSL itself takes chains of up to 100."""
_LONGEST_LINE = 8192
_CHUNK = 16384

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class BrokenLinkError(CertgateError):
    """The other side ended the talk, or it is no use going on; the text completes «host:port …»."""


@dataclass(slots=True)
class Link:
    """A connected socket, and what came in that nobody has read yet."""

    socket: socket.socket
    received: int = 0
    _held: bytes = field(default=b"")

    async def read(self) -> bytes:
        """Return the next bytes; none at the end of the stream."""
        if self._held:
            held, self._held = self._held, b""
            return held
        came = await asyncio.get_running_loop().sock_recv(self.socket, _CHUNK)
        self.received += len(came)
        if self.received > MOST_BYTES:
            raise BrokenLinkError("sends without end")
        return came

    async def exactly(self, count: int) -> bytes:
        """Return so many bytes, or fewer at the end of the stream."""
        held = b""
        while len(held) < count and (came := await self.read()):
            held += came
        self._held = held[count:]
        return held[:count]

    async def line(self) -> bytes:
        """Return the next line without its end; at the end of the stream what there is."""
        return (await self.until(b"\n")).rstrip(b"\r")

    async def until(self, mark: bytes) -> bytes:
        """Return what comes before a mark, and go past it."""
        held = b""
        while mark not in held and len(held) <= _LONGEST_LINE and (came := await self.read()):
            held += came
        before, found, self._held = held.partition(mark)
        if not found and len(held) > _LONGEST_LINE:
            raise BrokenLinkError("sends a line without end")
        return before

    async def write(self, data: bytes) -> None:
        """Send all of it."""
        await asyncio.get_running_loop().sock_sendall(self.socket, data)


async def resolve(host: str, port: int) -> list[Address]:
    """Look up the addresses of a host, in the order of the system; OSError where there are none."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def told(found: list[Address] | None, error: OSError | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def look() -> None:
        found: list[Address] | None = None
        failed: OSError | None = None
        try:
            found = [(family, address) for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except UnicodeError:
            failed = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        except OSError as error:
            failed = error
        with suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(told, found, failed)

    # NOTE: a look-up cannot be cancelled. A thread that nobody waits for lets the clock of this host, and Ctrl-C, go on.
    threading.Thread(target=look, daemon=True).start()
    return await answer


async def connect(address: Address) -> Link:
    """Open a TCP connection; OSError where it does not come about."""
    family, where = address
    made = socket.socket(family, socket.SOCK_STREAM)
    made.settimeout(0)
    try:
        await asyncio.get_running_loop().sock_connect(made, where)
    except BaseException:
        made.close()
        raise
    return Link(made)

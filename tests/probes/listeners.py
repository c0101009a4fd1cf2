"""Servers that misbehave, on loopback: each a function of one connection, served by a thread."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

Behaviour = Callable[[socket.socket, Event], None]


@contextmanager
def serving(behaviour: Behaviour, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve every connection with a behaviour; give the port."""
    over = Event()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, 0))
        listener.listen(64)
        listener.settimeout(0.05)
        thread = Thread(target=_accept, args=(listener, behaviour, over))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join()


def _accept(listener: socket.socket, behaviour: Behaviour, over: Event) -> None:
    threads: list[Thread] = []
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            link, _ = listener.accept()
            link.settimeout(5)
            threads.append(Thread(target=_serve, args=(link, behaviour, over)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def _serve(link: socket.socket, behaviour: Behaviour, over: Event) -> None:
    with link, contextlib.suppress(OSError):
        behaviour(link, over)


def silent(_link: socket.socket, over: Event) -> None:
    """Accept, and say nothing."""
    over.wait(30)


def dripping(link: socket.socket, over: Event) -> None:
    """Begin a long handshake message and send it a byte at a time, so that no single read waits long."""
    link.sendall(b"\x16\x03\x03\x40\x00")
    while not over.wait(0.1):
        link.sendall(b"\x02")


def saying(words: bytes, *, first: bool = False) -> Behaviour:
    """Say these words: to whoever connects, or in answer."""

    def behave(link: socket.socket, _over: Event) -> None:
        if not first:
            link.recv(4096)
        link.sendall(words)
        link.recv(4096)

    return behave


def closing(link: socket.socket, _over: Event) -> None:
    """Read the first words, and hang up."""
    link.recv(4096)


def resetting(link: socket.socket, _over: Event) -> None:
    """Break off as a crash does."""
    link.recv(16)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def talking(script: list[tuple[bytes, bytes]], context: ssl.SSLContext) -> Behaviour:
    """Follow a script in the clear (what is said, what is waited for), then shake hands."""

    def behave(link: socket.socket, _over: Event) -> None:
        for said, awaited in script:
            link.sendall(said)
            heard = b""
            while awaited not in heard:
                came = link.recv(1) if awaited else b""
                if not came:
                    return
                heard += came
        with context.wrap_socket(link, server_side=True) as spoken:
            spoken.recv(1)

    return behave

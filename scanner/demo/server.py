"""A throw-away TLS server on this machine, with Python's own `ssl` and faults worth finding; it answers 127.0.0.1 only."""

import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from tempfile import TemporaryDirectory
from threading import Thread

from scanner.demo.evidence import Made

_SECONDS = 5.0
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\nConnection: close\r\n\r\ncertgate demo\n"


@contextmanager
def running(made: Made) -> Iterator[str]:
    """Serve while the block runs; give the address, and name it in the targets file."""
    with _Server(("127.0.0.1", 0), _context(made)) as server:
        address = f"127.0.0.1:{server.server_address[1]}"
        made.targets.write_text(f"# The throw-away server of certgate demo\n{address}\n", "utf-8")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(address, _Answer)


class _Answer(BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Shake hands, read a request, answer; scanners break off in every way there is."""
        plain = self.request
        plain.settimeout(_SECONDS)
        with suppress(OSError), self.server.context.wrap_socket(plain, server_side=True) as link:
            if link.recv(65536):
                link.sendall(_ANSWER)


def _context(made: Made) -> ssl.SSLContext:
    """Offer what servers of ten years ago did: TLS 1.0, suites without forward secrecy; no HSTS above it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0")
    with TemporaryDirectory(prefix="certgate-") as name:
        both = Path(name) / "server.pem"
        both.touch(mode=0o600)
        both.write_bytes(made.server_key + made.server_chain)
        context.load_cert_chain(both)
    return context

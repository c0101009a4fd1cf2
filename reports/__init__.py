"""Renderers: a Report to the bytes of one file, one module or folder per format; found by folder, named by the user.

A renderer module has one function marked with `@renderer`: `render(report, options) -> bytes`, or one that yields the
bytes in parts where they may be more than memory should hold. One that carries other files inside its own says
`attaches=True` and takes a third argument, file name to what it carries. The same Report, options and attachments give
the same bytes; no renderer asks the clock, the network or the file system of the user.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any

from scanner import registry
from scanner.record import record

MOST_CARRIED = 100 * 1024 * 1024
"""Bytes of a file that another one carries along; of a larger one only the digest is told."""


@record
class Carried:
    """One file to be carried along inside another."""

    size: int
    sha256: str
    data: bytes | None
    """None: it is too large."""


def carry(parts: Iterable[bytes]) -> Carried:
    """Take a file that is made in parts; memory holds it only while it is small enough to be carried."""
    told, size, kept = sha256(), 0, bytearray()
    for part in parts:
        told.update(part)
        size += len(part)
        kept += part if size <= MOST_CARRIED else b""
    return Carried(size, told.hexdigest(), bytes(kept) if size == len(kept) else None)


@record
class Renderer:
    """One output format."""

    name: str
    """As in `--output NAME=PATH`."""
    description: str
    make: Callable[..., bytes | Iterable[bytes]]
    """make(report, options), or make(report, options, attachments) where `attaches` is true."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Options it knows (`--output NAME=PATH,OPTION=VALUE`), each with a sentence for `docs`."""
    attaches: bool = False
    """It takes other files to carry along."""

    def parts(self, *given: Any) -> Iterator[bytes]:
        """Render in parts, which joined are the file."""
        made = self.make(*given)
        yield from [made] if isinstance(made, bytes) else made

    def render(self, *given: Any) -> bytes:
        """Render the whole file in memory."""
        return b"".join(self.parts(*given))


def renderer(
    *, name: str, description: str, options: Mapping[str, str] | None = None, attaches: bool = False
) -> Callable[[Callable[..., bytes | Iterable[bytes]]], Renderer]:
    """Mark the function that renders a format."""
    return lambda make: Renderer(name, description, make, dict(options or {}), attaches)


def renderers() -> list[Renderer]:
    """Find every renderer of this folder."""
    package = __import__("reports")
    found = (thing for module in registry.modules(package) for thing in vars(module).values())
    return [thing for thing in found if isinstance(thing, Renderer)]

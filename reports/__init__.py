"""Renderers: a Report to the bytes of one file, one module or folder per format; found by folder, named by the user.

A renderer module has one function marked with `@renderer`: `render(report, options) -> bytes`. One that carries other
files inside its own says `attaches=True` and takes a third argument, file name to bytes. The same Report, options and
attachments give the same bytes; no renderer asks the clock, the network or the file system of the user.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scanner import registry


@dataclass(frozen=True, slots=True)
class Renderer:
    """One output format."""

    name: str
    """As in `--output NAME=PATH`."""
    description: str
    render: Callable[..., bytes]
    """render(report, options), or render(report, options, attachments) where `attaches` is true."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Options it knows (`--output NAME=PATH,OPTION=VALUE`), each with a sentence for `docs`."""
    attaches: bool = False
    """It takes other files to carry along."""


def renderer(
    *, name: str, description: str, options: Mapping[str, str] | None = None, attaches: bool = False
) -> Callable[[Callable[..., bytes]], Renderer]:
    """Mark the function that renders a format."""
    return lambda render: Renderer(name, description, render, dict(options or {}), attaches)


def renderers() -> list[Renderer]:
    """Find every renderer of this folder."""
    package = __import__("reports")
    found = (thing for module in registry.modules(package) for thing in vars(module).values())
    return [thing for thing in found if isinstance(thing, Renderer)]

"""The one door to files that travel with the package: policies, schemas, sample evidence."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent


def folder(name: str) -> Traversable:
    """Return the folder `policies` or `schemas`, from the installed package or from the checkout."""
    packed = files("scanner") / "_data" / name
    return packed if packed.is_dir() else _CHECKOUT / name

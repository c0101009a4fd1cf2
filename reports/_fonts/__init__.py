"""The fonts of reports, Atkinson Hyperlegible, and what they can draw (origin and licence: README.md)."""

from importlib.resources import files

FACES = (
    ("Atkinson Hyperlegible Next", 400, ("next-latin-400.woff2", "next-latin-ext-400.woff2")),
    ("Atkinson Hyperlegible Next", 600, ("next-latin-600.woff2", "next-latin-ext-600.woff2")),
    ("Atkinson Hyperlegible Mono", 400, ("mono-latin-400.woff2", "mono-latin-ext-400.woff2")),
)
"""Family, weight, and the files that share its characters."""

_RANGES = (
    "20-7E A1-AC AE-B4 B6-107 10A-113 116-11B 11E-123 126-127 12A-12B 12E-133 136-137 139-13E 141-148 150-155 158-15B 15E-165 "
    "16A-16B 16E-17E 192 218-21B 237 2C6-2C7 2C9 2DA 2DC-2DD 1E80-1E85 1E9E 1EF2-1EF3 2013-2014 2018-201A 201C-201E 2020 2022 "
    "2026 2039-203A 2044 20AC 2122 2212 2215"
)


def _points(ranges: str) -> frozenset[int]:
    bounds = ((part.split("-")[0], part.split("-")[-1]) for part in ranges.split())
    return frozenset(point for first, last in bounds for point in range(int(first, 16), int(last, 16) + 1))


GLYPHS = _points(_RANGES)
"""Code points that every face draws, without combining marks and spaces of other widths."""


def data(name: str) -> bytes:
    """Read a font file."""
    return (files(__name__) / name).read_bytes()

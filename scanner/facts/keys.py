"""Public keys: SubjectPublicKeyInfo to algorithm, size, curve and exponent (RFC 5280 4.1.2.7, RFC 3279, RFC 5480)."""

from dataclasses import dataclass
from functools import lru_cache

from scanner.facts import der, oids

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Algorithm:
    """What is read of an AlgorithmIdentifier of a key."""

    oid: str
    name: str
    curve: str | None = None
    bits: int | None = None
    """Of an EC or DSA key: told by the parameters."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is read of a key."""

    algorithm: Algorithm
    bits: int | None
    exponent: int | None


@lru_cache(maxsize=4096)
def algorithm(content: bytes) -> Algorithm:
    """Read the content of an AlgorithmIdentifier."""
    start, stop = der.expect(content, 0, len(content), der.OBJECT)
    dotted = der.oid(content[start:stop])
    name = oids.KEYS.get(dotted, "other")
    if name == "EC":
        curve, bits = _curve(content, stop)
        return Algorithm(dotted, name, curve, bits)
    if name == "DSA" and stop < len(content):
        first, last = der.expect(content, stop, len(content), der.SEQUENCE)
        return Algorithm(dotted, name, bits=der.integer(content, *der.expect(content, first, last, der.INTEGER)).bit_length())
    return Algorithm(dotted, name)


def _curve(content: bytes, at: int) -> tuple[str | None, int | None]:
    tag, start, stop = der.header(content, at, len(content))
    if tag == der.OBJECT:
        return oids.CURVES.get(der.oid(content[start:stop]), ("other", None))
    if tag != der.SEQUENCE:
        return "other", None
    _, version = der.expect(content, start, stop, der.INTEGER)
    field, _ = der.expect(content, version, stop, der.SEQUENCE)
    _, kind = der.expect(content, field, stop, der.OBJECT)
    tag, first, last = der.header(content, kind, stop)
    return "explicit", der.integer(content, first, last).bit_length() if tag == der.INTEGER else None


def read(data: bytes, start: int, end: int) -> Key:
    """Read the content of a SubjectPublicKeyInfo."""
    first, last = der.expect(data, start, end, der.SEQUENCE)
    known = algorithm(data[first:last])
    key = der.bits(data, *der.expect(data, last, end, der.BIT_STRING))
    if known.name in {"RSA", "RSASSA-PSS"}:
        begin, stop = der.whole(key, der.SEQUENCE)
        _, middle, after = modulus = der.header(key, begin, stop)
        number = der.integer(key, middle, after)
        exponent = der.integer(key, *der.expect(key, modulus[2], stop, der.INTEGER))
        return Key(known, number.bit_length(), min(exponent, LARGEST))
    if known.name in {"EC", "DSA", "DH"}:
        return Key(known, known.bits, None)
    return Key(known, len(key) * 8, None)

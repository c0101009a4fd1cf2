"""Public keys: SubjectPublicKeyInfo to algorithm, size, curve and exponent (RFC 5280 4.1.2.7, RFC 3279, RFC 5480)."""

from functools import lru_cache
from hashlib import sha256

from scanner.facts import der, encoding, oids, weakness
from scanner.facts.columns import NOTHING, OPEN, SEPARATOR, Facts
from scanner.record import record

LARGEST = 2**63 - 1
MOST_OCTETS = 4096
"""Of a key that is remembered."""
_RSA = frozenset({"RSA", "RSASSA-PSS"})
_NAME, _BITS = 2, 5
"""Where they stand in the facts of a key."""
_SIZED_BY_PARAMETERS = frozenset({"EC", "DSA", "DH"})


@record
class Algorithm:
    """What is read of an AlgorithmIdentifier of a key."""

    name: str
    facts: Facts
    """What it states of the key: OID, name, curve, whether it is quantum-safe."""
    bits: int | None
    """Of an EC or DSA key: told by the parameters."""
    weakness: str
    """Of a key that is no RSA key: none, or open where one may be within."""
    faults: tuple[str, ...]
    """Of its encoding."""


@lru_cache(maxsize=4096)
def algorithm(content: bytes) -> Algorithm:
    """Read the content of an AlgorithmIdentifier."""
    start, stop = der.expect(content, 0, len(content), der.OBJECT)
    dotted = der.oid(content[start:stop])
    name = oids.KEYS.get(dotted, "other")
    curve, bits = None, None
    if name == "EC":
        curve, bits = _curve(content, stop)
    elif name == "DSA" and stop < len(content):
        first, last = der.expect(content, stop, len(content), der.SEQUENCE)
        bits = der.integer(content, *der.expect(content, first, last, der.INTEGER)).bit_length()
    weakness = OPEN if name == "other" or "-RSA" in name else NOTHING
    faults = encoding.of_key(dotted, content[stop:])
    return Algorithm(name, (dotted, name, curve, name in oids.QUANTUM_SAFE), bits, weakness, faults)


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


def read(data: bytes, start: int, end: int, spki: int) -> tuple[Facts, tuple[str, ...]]:
    """Read the content of a SubjectPublicKeyInfo, whose header stands at `spki`; say what is wrong with its encoding, too."""
    first, last = der.expect(data, start, end, der.SEQUENCE)
    known = algorithm(data[first:last])
    key = der.bits(data, *der.expect(data, last, end, der.BIT_STRING))
    print_ = sha256(data[spki:end]).hexdigest()
    if known.name in _RSA:
        return (print_, *known.facts, *(_rsa if len(key) <= MOST_OCTETS else _read_rsa)(key)), known.faults
    bits = known.bits if known.name in _SIZED_BY_PARAMETERS else len(key) * 8
    return (print_, *known.facts, bits, None, None, known.weakness), known.faults


def read_algorithm(data: bytes, start: int, end: int, spki: int) -> tuple[Facts, tuple[str, ...], str]:
    """Read what a SubjectPublicKeyInfo states although its key is broken; return the algorithm's name, too."""
    first, last = der.expect(data, start, end, der.SEQUENCE)
    known = algorithm(data[first:last])
    return (sha256(data[spki:end]).hexdigest(), *known.facts, None, None, None, None), known.faults, known.name


def doubt(facts: Facts) -> str | None:
    """Say why it stays open which weaknesses an RSA key has; nothing where that is closed, and of other keys."""
    name, bits, found = str(facts[_NAME]), facts[_BITS], str(facts[-1])
    if name not in _RSA or OPEN not in found:
        return None
    if isinstance(bits, int) and bits > weakness.MOST_BITS:
        return f"its RSA modulus of {bits:,} bits is too long to be searched for close primes"
    return "its RSA modulus is no positive number, so that weaknesses cannot be looked for"


def _read_rsa(key: bytes) -> tuple[int, int, bool, str]:
    """Read an RSAPublicKey (RFC 3279 2.3.1): bits of the modulus, exponent, whether the bits are whole octets, weaknesses."""
    start, stop = der.whole(key, der.SEQUENCE)
    _, first, last = der.header(key, start, stop)
    modulus = der.integer(key, first, last)
    exponent = der.integer(key, *der.expect(key, last, stop, der.INTEGER))
    found = [OPEN if one is None else one for one in weakness.of_rsa(modulus, exponent)]
    bits = modulus.bit_length()
    return bits, min(exponent, LARGEST), bits % 8 == 0, SEPARATOR.join(found) or NOTHING


_rsa = lru_cache(maxsize=16384)(_read_rsa)
"""Renewals keep their key, and looking for its weaknesses costs as much as the rest of a certificate."""

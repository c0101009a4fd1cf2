"""Certificates with one part replaced, whatever libraries would refuse to write; their signatures are no longer any."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from scanner.facts import der

VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = range(8)
"""Parts of a TBSCertificate of version 3."""
Part = Callable[[bytes], bytes]
"""From a value, as it is encoded, to another."""


def tlv(tag: int, *contents: bytes) -> bytes:
    """Write a value."""
    content = b"".join(contents)
    length = len(content)
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, length]) + content if length < 0x80 else bytes([tag, 0x80 | len(octets)]) + octets + content


def values(data: bytes) -> list[bytes]:
    """Cut the content of a constructed value into values, as they are encoded."""
    _, start, stop = der.header(data, 0, len(data))
    return [data[begin:end] for begin, end in pairwise([start, *(end for _, _, end in der.children(data, start, stop))])]


def replaced(data: bytes, at: Sequence[int], part: Part) -> bytes:
    """Replace the value that is reached by these numbers, and set all lengths anew."""
    if not at:
        return part(data)
    found = values(data)
    found[at[0]] = replaced(found[at[0]], at[1:], part)
    return tlv(data[0], *found)


def signed(data: bytes, at: Sequence[int], part: Part) -> bytes:
    """Replace a value of the TBSCertificate."""
    return replaced(data, (0, *at), part)


def algorithm(data: bytes, part: Part) -> bytes:
    """Replace the algorithm of the signature, within and outside."""
    return replaced(signed(data, (ALGORITHM,), part), (1,), part)


def extension(oid: str, value: bytes, *, critical: bytes = b"") -> bytes:
    """Write an extension; `critical` is a whole BOOLEAN."""
    return tlv(der.SEQUENCE, object_(oid), critical, tlv(der.OCTET_STRING, value))


def added(data: bytes, *extensions: bytes) -> bytes:
    """Put extensions behind those of a certificate."""
    return signed(data, (EXTENSIONS, 0), lambda value: tlv(der.SEQUENCE, *values(value), *extensions))


def object_(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER."""
    one, two, *rest = map(int, dotted.split("."))
    return tlv(der.OBJECT, b"".join(_base128(arc) for arc in (one * 40 + two, *rest)))


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(0x80 | number & 0x7F)
    return bytes(reversed(octets))

"""Embedded signed certificate timestamps (RFC 6962 3.2, 3.3)."""

from struct import Struct

from scanner.facts import der
from scanner.facts.columns import NOTHING, SEPARATOR, Facts

_SCT = Struct(">H33xQ")
"""Length; version and log; time; extensions and signature follow."""
_LOG = slice(3, 35)
"""Where an SCT holds the id of its log."""
_LEAST_SCT = 43


def read(value: bytes) -> Facts:
    """Read a list of SCTs: how many, microseconds of the earliest, ids of their logs."""
    start, stop = der.whole(value, der.OCTET_STRING)
    at, earliest = start + 2, None
    count = 0
    logs: dict[str, None] = {}
    if stop - start < 2 or int.from_bytes(value[start : start + 2]) != stop - start - 2:
        raise der.DerError("a list of SCTs whose length is wrong")
    while at < stop:
        if at + _SCT.size > stop:
            raise der.DerError("an SCT that is cut off")
        length, taken = _SCT.unpack_from(value, at)
        if length < _LEAST_SCT or at + 2 + length > stop:
            raise der.DerError("an SCT that is cut off")
        if earliest is None or taken < earliest:
            earliest = taken
        logs[value[at + _LOG.start : at + _LOG.stop].hex()] = None
        count += 1
        at += 2 + length
    if earliest is not None and earliest >= 2**48:
        raise der.DerError("an SCT with a date out of range")
    return count, None if earliest is None else earliest * 1000, SEPARATOR.join(logs) or NOTHING

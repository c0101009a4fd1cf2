"""Signature algorithms: AlgorithmIdentifier to name, hash and OID (RFC 5280 4.1.1.2, RFC 4055)."""

from functools import lru_cache

from scanner.facts import der, encoding, oids
from scanner.facts.columns import Facts


@lru_cache(maxsize=1024)
def read(content: bytes) -> tuple[Facts, tuple[str, ...]]:
    """Read the content of an AlgorithmIdentifier of a signature; say what is wrong with its encoding, too."""
    start, stop = der.expect(content, 0, len(content), der.OBJECT)
    dotted = der.oid(content[start:stop])
    faults = encoding.of_signature(dotted, content[stop:])
    if dotted == oids.PSS:
        return (dotted, "RSASSA-PSS", _pss_hash(content, stop), False), faults
    name, hash_ = oids.SIGNATURES.get(dotted, ("other", None))
    return (dotted, name, hash_, name in oids.QUANTUM_SAFE), faults


def _pss_hash(content: bytes, at: int) -> str:
    """Read the hash of RSASSA-PSS-params (RFC 4055 3.1); SHA-1 where it is not said."""
    if at == len(content):
        return "SHA-1"
    first, last = der.expect(content, at, len(content), der.SEQUENCE)
    for tag, begin, end in der.children(content, first, last):
        if tag == 0xA0:
            inner, _ = der.expect(content, begin, end, der.SEQUENCE)
            one, two = der.expect(content, inner, end, der.OBJECT)
            return oids.HASHES.get(der.oid(content[one:two]), "other")
    return "SHA-1"

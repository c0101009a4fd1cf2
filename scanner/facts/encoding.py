"""What a certificate encodes otherwise than DER, RFC 5280 or the Baseline Requirements want (X.690 11, BR 7.1.3)."""

import re
from collections.abc import Callable, Collection

from scanner.facts import der, oids
from scanner.facts.columns import NOTHING, OPEN, SEPARATOR
from scanner.vocabulary import ENCODING_FAULTS, HASH_SLH_DSA, ML_DSA, ML_KEM, SLH_DSA

ABSENT, NULL = b"", b"\x05\x00"
"""Parameters of an AlgorithmIdentifier."""
_UTC, _GENERALIZED = re.compile(rb"\d{12}Z"), re.compile(rb"\d{14}Z")
_FIRST_GENERALIZED = b"2050"
_EMPTY = b"\x30\x00"


def listed(faults: Collection[str]) -> str:
    """Pack faults in the order of the registry; one that is `OPEN` says that there may be more."""
    if not faults:
        return NOTHING
    return SEPARATOR.join([*(one for one in ENCODING_FAULTS if one in faults), *((OPEN,) if OPEN in faults else ())])


def of_time(tag: int, content: bytes) -> tuple[str, ...]:
    """Judge a Time: its form, and GeneralizedTime before 2050 (RFC 5280 4.1.2.5); UTCTime cannot name a later year."""
    if tag == der.UTC_TIME and _UTC.fullmatch(content):
        return ()
    if tag == der.GENERALIZED_TIME:
        early = ("time-type",) if content[:4] < _FIRST_GENERALIZED else ()
        return early if _GENERALIZED.fullmatch(content) else (*early, "time-form")
    return ("time-form",)


def of_signature(dotted: str, parameters: bytes) -> tuple[str, ...]:
    """Judge the parameters of a signature algorithm (BR 7.1.3.2, RFC 3279, 4055, 5758, 8410, 9881, 9909)."""
    wanted = _SIGNATURE_PARAMETERS.get(dotted)
    return () if wanted is None or parameters in wanted else ("signature-parameters",)


def of_key(dotted: str, parameters: bytes) -> tuple[str, ...]:
    """Judge the parameters of a key's algorithm (BR 7.1.3.1, RFC 3279, 5480, 8410, 9881, 9909, 9935)."""
    if dotted == _EC:
        return () if parameters[:1] == bytes([der.OBJECT]) else ("key-parameters",)
    wanted = _KEY_PARAMETERS.get(dotted)
    return () if wanted is None or parameters == wanted else ("key-parameters",)


def of_extension(dotted: str) -> Callable[[bytes], tuple[str, ...]]:
    """Tell who judges the value of an extension."""
    return _JUDGES.get(dotted, _nothing)


def _nothing(_: bytes) -> tuple[str, ...]:
    return ()


def _elements(value: bytes) -> tuple[str, ...]:
    """Judge a SEQUENCE that must hold something."""
    return ("empty-extension",) if value == _EMPTY else ()


def _basic_constraints(value: bytes) -> tuple[str, ...]:
    """Find cA FALSE written out, which is what is meant without it (X.690 11.5)."""
    start, stop = der.whole(value, der.SEQUENCE)
    found = der.children(value, start, stop)
    written = found and found[0][0] == der.BOOLEAN and not der.boolean(value, *found[0][1:])
    return ("default-encoded",) if written else ()


def _key_usage(value: bytes) -> tuple[str, ...]:
    """Find trailing zero bits in the list of named bits (X.690 11.2.2), and a list without a bit (RFC 5280 4.2.1.3)."""
    start, stop = der.whole(value, der.BIT_STRING)
    unused, flags = value[start], value[start + 1 : stop]
    trailing = bool(flags) and not flags[-1] >> unused & 1
    return (*(("key-usage-bits",) if trailing else ()), *(() if any(flags) else ("empty-extension",)))


_JUDGES: dict[str, Callable[[bytes], tuple[str, ...]]] = {
    "2.5.29.19": _basic_constraints,
    "2.5.29.15": _key_usage,
    **dict.fromkeys(
        (
            "2.5.29.9", "2.5.29.17", "2.5.29.18", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.37",
            "2.5.29.46", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11",
        ),
        _elements,
    ),
}  # fmt: skip
"""The second group: what RFC 5280 gives SIZE (1..MAX), and nameConstraints and policyConstraints (4.2.1.10, 4.2.1.11)."""


def _pss(hash_: int, octets: int) -> bytes:
    """Write RSASSA-PSS-params as BR 7.1.3.2.1 has them: a hash with NULL, MGF1 with the same, a salt as long as it."""
    digest = bytes.fromhex("300d06096086480165030402") + bytes([hash_]) + NULL
    mask = bytes.fromhex("a11c301a06092a864886f70d010108") + digest
    return bytes.fromhex("3034a00f") + digest + mask + bytes.fromhex("a2030201") + bytes([octets])


_EC = "1.2.840.10045.2.1"
_PKCS1 = "1.2.840.113549.1.1"
_BARE = frozenset({"Ed25519", "Ed448", "X25519", "X448", "ECDSA", "DSA", "HSS-LMS", "XMSS", "XMSSMT"}) | {
    *ML_DSA, *SLH_DSA, *HASH_SLH_DSA, *ML_KEM,
}  # fmt: skip
"""Algorithms whose parameters are left out."""
_SIGNATURE_PARAMETERS: dict[str, frozenset[bytes]] = {
    **{dotted: frozenset({ABSENT}) for dotted, (name, _) in oids.SIGNATURES.items() if name in _BARE},
    **{dotted: frozenset({NULL}) for dotted in oids.SIGNATURES if dotted.startswith(f"{_PKCS1}.")},
    oids.PSS: frozenset(_pss(*hash_) for hash_ in ((1, 32), (2, 48), (3, 64))),
}
_KEY_PARAMETERS: dict[str, bytes] = {
    **{dotted: ABSENT for dotted, name in oids.KEYS.items() if name in _BARE - {"DSA"}},
    f"{_PKCS1}.1": NULL,
}

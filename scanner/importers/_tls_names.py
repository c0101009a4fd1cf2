"""Names of cipher suites and groups taken apart (IANA TLS Cipher Suites and Supported Groups registries)."""

import re
from functools import lru_cache

from scanner import vocabulary as words

_SUITE = re.compile(r"(?:TLS|SSL)_(?:CK_)?(?:(?P<kx>[A-Za-z0-9_]+?)_WITH_)?(?P<cipher>[A-Za-z0-9_]+)")
_ANONYMOUS = re.compile(r"_(?:anon|ANON)\b")
_EXPORT = re.compile(r"_EXPORT\d*")
_METHODS = {
    "RSA": ("RSA", "RSA"), "DHE_RSA": ("DHE", "RSA"), "DHE_DSS": ("DHE", "DSS"), "DH_RSA": ("DH", "RSA"),
    "DH_DSS": ("DH", "DSS"), "ECDHE_RSA": ("ECDHE", "RSA"), "ECDHE_ECDSA": ("ECDHE", "ECDSA"), "ECDH_RSA": ("ECDH", "RSA"),
    "ECDH_ECDSA": ("ECDH", "ECDSA"), "DH_anon": ("DHE", "anonymous"), "ECDH_anon": ("ECDHE", "anonymous"),
    "PSK": ("PSK", "PSK"), "DHE_PSK": ("DHE_PSK", "PSK"), "PSK_DHE": ("DHE_PSK", "PSK"), "ECDHE_PSK": ("ECDHE_PSK", "PSK"),
    "RSA_PSK": ("RSA_PSK", "PSK"), "SRP_SHA": ("SRP", "SRP"), "SRP_SHA_RSA": ("SRP", "RSA"), "SRP_SHA_DSS": ("SRP", "DSS"),
    "KRB5": ("KRB5", "KRB5"), "NULL": ("NULL", "NULL"), "GOSTR341112_256": ("GOST", "GOST"), "GOSTR341094": ("GOST", "GOST"),
    "GOSTR341001": ("GOST", "GOST"),
}  # fmt: skip
"""What stands before WITH, to key exchange and authentication. An anonymous key exchange is ephemeral (RFC 5246 F.1.1.1)."""
_EPHEMERAL = frozenset({"DHE", "ECDHE", "DHE_PSK", "ECDHE_PSK", "TLS 1.3"})
_BITS = (
    ("3DES", 112), ("DES_192_EDE3", 112), ("DES40", 40), ("_40", 40), ("EXPORT40", 40), ("DES", 56), ("NULL", 0),
    ("CHACHA20", 256), ("_256", 256), ("GOST", 256), ("KUZNYECHIK", 256), ("MAGMA", 256), ("28147", 256), ("_192", 192),
    ("_128", 128), ("IDEA", 128), ("SEED", 128), ("SM4", 128), ("RC4", 128),
)  # fmt: skip
"""Strength of the cipher by a part of its name, the first that fits. 3DES counts 112 (NIST SP 800-57 part 1, table 2)."""
_AEAD = re.compile(r"_(?:GCM|CCM|CCM_8|OCB|MGM_L|MGM_S)(?:_|\b)|CHACHA20_POLY1305|ASCON|AEGIS")
CURVES = {
    "prime192v1": "P-192", "secp192r1": "P-192", "secp224r1": "P-224", "prime256v1": "P-256", "secp256r1": "P-256",
    "secp384r1": "P-384", "secp521r1": "P-521", "x25519": "X25519", "x448": "X448",
}  # fmt: skip
"""Other spellings of groups to the registry's."""


@lru_cache(maxsize=4096)
def suite(name: str, version: str) -> dict[str, object]:
    """Take a cipher suite apart by its IANA name; what its name does not tell is null."""
    found = _SUITE.fullmatch(name)
    cipher = found["cipher"] if found else ""
    aead = _AEAD.search(f"_{cipher}") is not None
    exchange, authentication = _methods(found["kx"] if found else None, name, aead=aead)
    return {
        "name": name,
        "version": version,
        "key_exchange": exchange,
        "authentication": authentication,
        "aead": aead if found else None,
        "forward_secrecy": exchange in _EPHEMERAL if exchange != "other" else None,
        "bits": _strength(f"{found['kx'] or ''}_{cipher}") if found else None,
    }


def _methods(method: str | None, name: str, *, aead: bool) -> tuple[str, str]:
    if method is None:
        return ("TLS 1.3", "certificate") if aead else ("other", "other")
    if name.startswith("SSL_CK_"):
        return "RSA", "RSA"
    return _METHODS.get(_ANONYMOUS.sub("_anon", _EXPORT.sub("", method)), ("other", "other"))


def _strength(name: str) -> int | None:
    # A hash at the end (SHA256, SHA384) is not the cipher's size.
    bare = re.sub(r"_(?:SHA\d*|MD5|SM3|INTRINSIC|8|CCM_8_SHA256)$", "", name)
    return next((bits for part, bits in _BITS if part in bare), None)


def group(name: str) -> str:
    """Name a group as the registry of facts does."""
    return CURVES.get(name, CURVES.get(name.lower(), name))


def is_curve(name: str) -> bool:
    """Tell whether the registry of facts takes this name for an elliptic curve of TLS."""
    return name in words.TLS_CURVES or re.fullmatch(words.OLD_CURVE, name) is not None


def is_group(name: str) -> bool:
    """Tell whether the registry of facts takes this name of a group."""
    return name in words.TLS_GROUPS or re.fullmatch(words.CODE_POINT_OR_CURVE, name) is not None

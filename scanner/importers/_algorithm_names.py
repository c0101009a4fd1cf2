"""Algorithms, sizes and purposes as tools print them, to the words of the registry; null where a text is not understood."""

import re
from collections.abc import Mapping
from typing import TypeVar

from scanner import vocabulary as words
from scanner.facts import oids

_CURVES = (
    ("P-256", r"prime256v1|secp256r1|\b(nist ?)?p-?256\b"),
    ("P-384", r"secp384r1|\b(nist ?)?p-?384\b"),
    ("P-521", r"secp521r1|\b(nist ?)?p-?521\b"),
    ("P-224", r"secp224r1|\b(nist ?)?p-?224\b"),
    ("P-192", r"prime192v1|secp192r1|\b(nist ?)?p-?192\b"),
    ("secp256k1", r"secp256k1"),
    ("brainpoolP256r1", r"brainpool-?p256r1"),
    ("brainpoolP384r1", r"brainpool-?p384r1"),
    ("brainpoolP512r1", r"brainpool-?p512r1"),
    ("SM2", r"\bsm2"),
)
_OF_CURVE = {"P-192": 192, "P-224": 224, "P-256": 256, "P-384": 384, "P-521": 521, "secp256k1": 256, "SM2": 256}
_OF_CURVE |= {f"brainpoolP{bits}r1": bits for bits in (256, 384, 512)}
_KEYS = (
    ("RSASSA-PSS", r"pss"),
    ("Ed25519", r"ed-?25519"),
    ("Ed448", r"ed-?448"),
    ("X25519", r"x25519"),
    ("X448", r"x448"),
    ("RSA", r"rsa"),
    ("EC", r"\becc?(?![a-z])|ecdsa|ecdh|elliptic|ecpublickey"),
    ("DSA", r"\bdsa|dsapublickey"),
    ("DH", r"\bdh\b|diffie"),
)
_POST_QUANTUM = re.compile(r"ml[-_ ]?dsa|slh[-_ ]?dsa|ml[-_ ]?kem|dilithium|sphincs|kyber|falcon", re.IGNORECASE)
"""Names that are taken whole or not at all: a part of a composite must not pass for the whole."""
_OID = re.compile(r"(?<![\d.])[0-2](?:\.\d+){2,}")
_SIZE = re.compile(r"(?<![\d.])(\d{3,5})(?![\d.])")
_HASHES = (
    (r"sha-?3[-_]?(224|256|384|512)", "SHA3-{}"),
    (r"sha-?512[/_](224|256)", "SHA-512/{}"),
    (r"sha[-_]?2?[-_]?(224|256|384|512)", "SHA-{}"),
    (r"sha[-_]?1(?!\d)|sha(?=with|rsa|dsa|ecdsa|$)", "SHA-1"),
    (r"ripemd-?160", "RIPEMD-160"),
    (r"md([245])", "MD{}"),
)
_SIGNATURES = (
    ("RSASSA-PSS", r"pss|mgf1"),
    ("ECDSA", r"ecdsa"),
    ("RSASSA-PKCS1-v1_5", r"rsa"),
    ("DSA", r"dsa"),
)
_EKU_NAMES = {
    "serverauthentication": "serverAuth", "tlswebserverauthentication": "serverAuth", "sslserver": "serverAuth",
    "tlsserver": "serverAuth", "clientauthentication": "clientAuth", "tlswebclientauthentication": "clientAuth",
    "sslclient": "clientAuth", "tlsclient": "clientAuth", "secureemail": "emailProtection", "email": "emailProtection",
    "any": "anyExtendedKeyUsage", "anyextendedkeyusage": "anyExtendedKeyUsage", "smartcardlogon": "smartcardLogon",
    "iPSecIKEintermediate".lower(): "ipsecIKE",
}  # fmt: skip


Known = TypeVar("Known")


def squash(text: str) -> str:
    """Reduce a word to letters and digits in lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def word(text: str, values: tuple[str, ...]) -> str | None:
    """Find the word of a closed list that differs in case and punctuation only."""
    return {squash(value): value for value in values}.get(squash(text)) if squash(text) else None


def _dotted(text: str, known: Mapping[str, Known]) -> Known | None:
    """Look up the object identifier that a text holds."""
    return next((known[dotted] for dotted in _OID.findall(text) if dotted in known), None)


def curve(text: str) -> str | None:
    """Name a curve."""
    low = text.lower().replace("_", " ")
    return next((name for name, form in _CURVES if re.search(form, low)), None)


def key(text: str) -> tuple[str | None, int | None, str | None]:
    """Take algorithm, bits and curve out of a text such as `RSA_2048`, `EC 256 (P-256)` or `id-ecPublicKey`."""
    exact = _dotted(text, oids.KEYS) or word(text.removeprefix("KEY_ALG_"), words.KEY_ALGORITHMS)
    if exact is not None or _POST_QUANTUM.search(text):
        return exact, None, None
    low = text.lower().replace("_", " ")
    named = curve(low)
    algorithm = next((name for name, form in _KEYS if re.search(form, low)), "EC" if named else None)
    if algorithm == "EC" and named is not None:
        return "EC", _OF_CURVE[named], named
    sizes = _SIZE.findall(_OID.sub(" ", re.sub(r"[a-z]+", " ", _OID.sub(" ", low))))
    bits = int(sizes[0]) if len(sizes) == 1 and algorithm in {"RSA", "RSASSA-PSS", "EC", "DSA", "DH"} else None
    return algorithm, bits, None


def hash_name(text: str) -> str | None:
    """Name the hash that a text speaks of."""
    low = text.lower()
    for form, name in _HASHES:
        found = re.search(form, low)
        if found:
            return name.format(*found.groups())
    return None


def signature(text: str) -> tuple[str | None, str | None]:
    """Take algorithm and hash out of a text such as `sha256WithRSAEncryption` or `ecdsa-with-SHA384`."""
    known = _dotted(text, oids.SIGNATURES)
    if known is not None:
        return known
    exact = word(text, words.SIGNATURE_ALGORITHMS)
    if exact is not None or _POST_QUANTUM.search(text):
        return exact, None
    low = text.lower()
    return next((name for name, form in _SIGNATURES if re.search(form, low)), None), hash_name(low)


def purpose(text: str) -> str | None:
    """Name a purpose of extendedKeyUsage; an object identifier without a name stays dotted."""
    found = _OID.search(text)
    if found:
        return oids.EXTENDED_KEY_USAGES.get(found[0], found[0])
    return _EKU_NAMES.get(squash(text)) or word(text, words.EXTENDED_KEY_USAGES)


def is_quantum_safe(algorithm: str | None) -> bool | None:
    """Tell whether a word of the registry withstands a quantum computer; null where it does not say which algorithm it is."""
    return None if algorithm in {None, "other"} else algorithm in oids.QUANTUM_SAFE

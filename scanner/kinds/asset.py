"""What every kind has, and what every kind with a public key has."""

from scanner import vocabulary as words
from scanner.fact import BOOLEAN, INTEGER, TEXT, declared, decoded, derived, enum, many


class Asset:
    """What every kind has."""

    asset_id = derived(TEXT, "Identity of this object; the same in every source that shows it.")
    place = derived(TEXT, "What stays when the object is renewed: the endpoint that serves it, its record key, or its path.")
    name = derived(TEXT, "What people call it: the common name, a DNS name, host and port, or the record's own name.")
    sources = derived(many(enum(words.SOURCES)), "The sorts of source that showed it.")
    owner = declared(TEXT, "Who answers for it.")
    team = declared(TEXT, "The team that runs it.")
    environment = declared(TEXT, "Where it is used: production, test and so on, in the words of the inventory.")
    service = declared(TEXT, "The service or application it belongs to.")
    tags = declared(many(TEXT), "Words that the inventory puts on it.")


class KeyFacts:
    """A public key (SubjectPublicKeyInfo, RFC 5280 4.1.2.7)."""

    algorithm = decoded(
        enum(words.KEY_ALGORITHMS), "Algorithm of the public key; `other` where certgate has no name for the OID."
    )
    oid = decoded(TEXT, "Object identifier of the key's algorithm, dotted.")
    bits = decoded(INTEGER, "Size: RSA and DSA modulus, EC field, post-quantum public key.", unit="bits", clause="BR 6.1.5")
    whole_octets = decoded(BOOLEAN, "The RSA modulus length is divisible by 8; absent on other keys.", clause="BR 6.1.5")
    curve = decoded(enum(words.CURVES), "Curve of an EC key; absent on other keys.", clause="BR 6.1.5; RFC 5480 2.1.1")
    exponent = decoded(
        INTEGER, "Public exponent of an RSA key (one above 2^63-1 is held as 2^63-1); absent on other keys.", clause="BR 6.1.6"
    )
    spki_sha256 = decoded(TEXT, "SHA-256 of the SubjectPublicKeyInfo as it stands in the object, lower hex.")
    quantum_safe = decoded(BOOLEAN, "The algorithm withstands a quantum computer (composites with a post-quantum part included).")
    weakness = decoded(
        many(enum(words.KEY_WEAKNESSES)),
        "What an RSA key betrays by itself: a bad exponent or modulus, a prime factor below 752, primes found by 100 rounds of "
        "Fermat's method, the fingerprint of ROCA. Lists of known keys are not asked. Open where a test was not made: above "
        "16384 bits, and on keys that may hold an RSA key that is not read.",
        clause="BR 6.1.1.3 and 6.1.6",
    )

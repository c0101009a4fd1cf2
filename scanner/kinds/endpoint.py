"""TLS endpoints."""

from scanner import vocabulary as words
from scanner.fact import BOOLEAN, DURATION, INTEGER, TEXT, derived, enum, many, observed, struct
from scanner.kinds.asset import Asset

CIPHER = struct(
    name=TEXT,
    version=enum(words.TLS_VERSIONS),
    key_exchange=enum(words.KEY_EXCHANGES),
    authentication=enum(words.AUTHENTICATIONS),
    aead=BOOLEAN,
    forward_secrecy=BOOLEAN,
    bits=INTEGER,
)


class Endpoint(Asset):
    """One row per host, port and server name."""

    host = observed(TEXT, "Host name or address, lower case, without a final dot.")
    port = observed(INTEGER, "TCP port.")
    address = observed(TEXT, "IP address that was reached.")
    protocol = observed(TEXT, "tls, or the protocol that starts it: smtp+starttls and so on.")
    reachable = observed(BOOLEAN, "A TCP connection was made.")

    class tls:
        versions = observed(many(enum(words.TLS_VERSIONS)), "Protocol versions the server accepts.")
        ciphers = observed(many(CIPHER), "Cipher suites the server accepts, of every version.")
        groups = observed(
            many(enum(words.TLS_GROUPS, words.CODE_POINT_OR_CURVE)),
            "Key exchange groups; open where the scanner cannot see ML-KEM.",
        )
        curves = observed(
            many(enum(words.TLS_CURVES, words.OLD_CURVE)),
            "Elliptic curves among them, X25519 and X448 included; closed where a scan tried every curve in the highest version "
            "that the server speaks (an older version may accept more), else open.",
        )
        pq_groups = observed(many(enum(words.PQ_GROUPS)), "Post-quantum and hybrid groups among them; open likewise.")
        vulnerabilities = observed(many(enum(words.VULNERABILITIES)), "Weaknesses found; open where a test did not run.")

    class hsts:
        sent = observed(BOOLEAN, "The answer carries Strict-Transport-Security (RFC 6797).")
        max_age = observed(DURATION, "Its max-age; absent where no header was sent.", known_by="hsts.sent")

    ocsp_stapled = observed(BOOLEAN, "The server staples an OCSP response.")
    client_auth = observed(enum(("none", "optional", "required")), "Whether the server asks for a client certificate.")

    class certificate:
        fingerprint_sha256 = observed(TEXT, "SHA-256 of the leaf certificate it serves (the first, where it serves several).")
        trusted = observed(BOOLEAN, "A root store of the scanner accepts the chain.")
        hostname_matches = observed(BOOLEAN, "The leaf names the host (RFC 9525).")
        in_inventory = derived(BOOLEAN, "An inventory lists the leaf; unknown where no inventory was given.")
        decoded = derived(
            BOOLEAN, "True where the leaf's own bytes were read, so that what it lacks is absent.", joined="certificate"
        )

    class chain:
        order_ok = observed(BOOLEAN, "The server sends its chain in order (RFC 5246 7.4.2).")

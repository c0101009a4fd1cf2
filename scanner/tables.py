"""The registry of facts: every field of every kind, once; schema, completion, docs and tables are made from it.

A kind is a class, a fact an attribute, a dotted name a nested class: `Certificate.key.bits` is `key.bits` of `certificate`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import polars as pl

from scanner import vocabulary as words


class Origin(StrEnum):
    """Where a fact comes from; it decides whether null means absent or unknown (docs: policy language, Meaning)."""

    DECODED = "decoded"
    OBSERVED = "observed"
    DECLARED = "declared"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a fact: what policies may compare it with, and its Polars dtype."""

    name: str
    dtype: pl.DataType
    values: tuple[str, ...] = ()
    """The words an enumerated text may be."""
    pattern: str | None = None
    """Other texts that an enumerated text may be beside `values` (a dotted OID)."""
    element: "Type | None" = None
    """Of a list."""
    members: "Mapping[str, Type] | None" = None
    """Of a struct: its keys."""
    known_by: str | None = None
    """Of a key of a struct: its null is absent (not unknown) in rows where the named fact is not null."""


TEXT = Type("text", pl.String())
BOOLEAN = Type("boolean", pl.Boolean())
INTEGER = Type("integer", pl.Int64())
SHARE = Type("share", pl.Float64())
DURATION = Type("duration", pl.Duration("us"))
INSTANT = Type("instant", pl.Datetime("us", "UTC"))


def enum(values: Sequence[str], pattern: str | None = None) -> Type:
    """Text that is one of these words, or matches the pattern."""
    return replace(TEXT, values=tuple(values), pattern=pattern)


def many(element: Type) -> Type:
    """A list; a null element says that there may be more (an open list)."""
    return Type("list", pl.List(element.dtype), element=element)


def struct(**members: Type) -> Type:
    """A structure; a double underscore in a keyword stands for the dot of a dotted key."""
    named = {name.replace("__", "."): type_ for name, type_ in members.items()}
    return Type("struct", pl.Struct({name: type_.dtype for name, type_ in named.items()}), members=named)


@dataclass(frozen=True, slots=True)
class Fact:
    """One field: its dotted name is given by where it stands in the class of its kind."""

    type: Type
    origin: Origin
    doc: str
    unit: str | None = None
    known_by: str | None = None
    """Null of this fact is absent (not unknown) in rows where the named fact is not null."""
    time: tuple[str, ...] = ()
    """A time fact: computed from `as_of` and these facts at evaluation, never stored."""
    joined: str | None = None
    """Taken at evaluation from the rows of this kind, never stored."""
    clause: str | None = None
    """The clause of a standard that makes policies ask for it."""
    name: str = field(default="")

    @property
    def stored(self) -> bool:
        """It is a column of the kind's table; else it is computed at every evaluation."""
        return not self.time and self.joined is None


def decoded(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact read from the object's own bytes."""
    return Fact(type_, Origin.DECODED, doc, **more)


def observed(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact seen by a probe, a scan or the reader of a file."""
    return Fact(type_, Origin.OBSERVED, doc, **more)


def declared(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact somebody states about the asset."""
    return Fact(type_, Origin.DECLARED, doc, **more)


def derived(type_: Type, doc: str, **more: Any) -> Fact:
    """A fact computed from other facts."""
    return Fact(type_, Origin.DERIVED, doc, **more)


CHAIN_ELEMENT = struct(
    subject__dn=TEXT,
    spki_sha256=TEXT,
    fingerprint_sha256=TEXT,
    ca_owner=replace(TEXT, known_by="root.fingerprint_sha256"),
    verified=BOOLEAN,
)
CIPHER = struct(
    name=TEXT,
    version=enum(words.TLS_VERSIONS),
    key_exchange=enum(words.KEY_EXCHANGES),
    authentication=enum(words.AUTHENTICATIONS),
    aead=BOOLEAN,
    forward_secrecy=BOOLEAN,
    bits=INTEGER,
)
SERVER = struct(
    host=TEXT,
    port=INTEGER,
    address=TEXT,
    protocol=TEXT,
    owner=replace(TEXT, known_by="name"),
    environment=replace(TEXT, known_by="name"),
)


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


class IssuerKey:
    """The key that signed a certificate, where the issuer's certificate is at hand and verifies it."""

    algorithm = derived(
        enum(words.KEY_ALGORITHMS),
        "Algorithm of the issuer's key; unknown where no certificate at hand verifies the signature.",
        clause="BR 7.1.3.2; CNSA 2.0; NIST SP 800-57 part 1, 5.6",
    )
    bits = derived(
        INTEGER, "Size of the issuer's key.", unit="bits", known_by="issuer.key.algorithm", clause="BR 7.1.3.2; SP 800-57 part 1"
    )
    curve = derived(
        enum(words.CURVES),
        "Curve of the issuer's key; absent where it is no EC key.",
        known_by="issuer.key.algorithm",
        clause="BR 7.1.3.2.2: P-256 signs with SHA-256, P-384 with SHA-384, P-521 with SHA-512",
    )


class Certificate(Asset):
    """One row per distinct certificate (RFC 5280)."""

    class subject:
        dn = decoded(TEXT, "Subject name in RFC 4514 form; absent where it is empty.", clause="RFC 5280 4.1.2.6")
        cn = decoded(TEXT, "The last (most specific) common name of the subject.", clause="BR 7.1.4.3")
        organization = decoded(TEXT, "organizationName of the subject.", clause="BR 7.1.2.7.4")
        attributes = decoded(
            many(enum(words.ATTRIBUTE_TYPES, words.OID)),
            "Types of the subject's attributes in order, repeats kept; named or dotted.",
            clause="BR 7.1.4.2 and 7.1.2.7.2 to 7.1.2.7.5; SBR 7.1.4.2; RFC 5280 4.1.2.4",
        )
        repeated = decoded(
            many(enum(words.ATTRIBUTE_TYPES, words.OID)),
            "Types of attributes that the subject holds more than once.",
            clause="BR 7.1.4.1",
        )
        country = decoded(TEXT, "countryName of the subject.", clause="BR 7.1.4.2 and 3.2.2.3; RFC 5280 Appendix A.1")
        emails = decoded(many(TEXT), "emailAddress attributes of the subject.", clause="RFC 5280 4.1.2.6; SBR 7.1.4.2.1")

    class issuer:
        dn = decoded(TEXT, "Issuer name in RFC 4514 form.")
        cn = decoded(TEXT, "Common name of the issuer.")
        organization = decoded(TEXT, "organizationName of the issuer.")
        key = IssuerKey
        ca_owner = derived(
            TEXT, "Owner of the root that the chain reaches: its organizationName.", known_by="root.fingerprint_sha256"
        )

    class root:
        dn = derived(TEXT, "Name of the root that the chain reaches.", known_by="root.fingerprint_sha256")
        fingerprint_sha256 = derived(TEXT, "SHA-256 of the root that the chain reaches, lower hex.")

    serial = decoded(
        TEXT,
        "Serial number in lower hex without leading zeros; a negative one with a minus sign.",
        clause="RFC 5280 4.1.2.2; BR 7.1.2.7",
    )
    serial_bits = decoded(
        INTEGER,
        "Bit length of the serial number; 0 where it is zero, negative where it is negative.",
        unit="bits",
        clause="RFC 5280 4.1.2.2; BR 7.1.2.7",
    )
    version = decoded(INTEGER, "X.509 version: 1, 2 or 3.", clause="RFC 5280 4.1.2.1; BR 7.1.1")
    profile = declared(TEXT, "Template or profile of the issuer that made it.")
    fingerprint_sha256 = decoded(TEXT, "SHA-256 of the certificate, lower hex.")
    encoding_faults = decoded(
        many(enum(words.ENCODING_FAULTS)),
        "What is encoded otherwise than DER, RFC 5280 or the Baseline Requirements want; open where a part could not be read.",
        clause="X.690 11.2.2 and 11.5; RFC 5280 4.1.1.2, 4.1.2.5, 4.1.2.8, 4.2; BR 7.1.3.1 and 7.1.3.2; RFC 9881, 9909, 9935",
    )
    key = KeyFacts

    class signature:
        algorithm = decoded(enum(words.SIGNATURE_ALGORITHMS), "Algorithm that signed the certificate.", clause="BR 7.1.3.2")
        hash = decoded(
            enum(words.HASHES),
            "Hash of the signature; absent where the algorithm has no hash of its own choice (EdDSA, ML-DSA).",
        )
        oid = decoded(TEXT, "Object identifier of the signature algorithm, dotted.")
        quantum_safe = decoded(
            BOOLEAN, "The algorithm withstands a quantum computer (composites with a post-quantum part included)."
        )

    not_before = decoded(INSTANT, "notBefore: start of validity.", clause="RFC 5280 4.1.2.5; BR 7.1.2.7")
    not_after = decoded(INSTANT, "notAfter: last second of validity.", clause="RFC 5280 4.1.2.5; BR 6.3.2")
    lifetime = decoded(
        DURATION, "Validity period as the Baseline Requirements count it: notAfter is included (1.6.1).", clause="BR 6.3.2"
    )
    remaining = derived(DURATION, "Time from as_of to the end of validity; negative when expired.", time=("not_after",))
    elapsed_share = derived(
        SHARE,
        "Share of the lifetime that has passed at as_of; 100 % and more when expired.",
        time=("not_before", "not_after"),
    )
    age = derived(DURATION, "Time from notBefore to as_of.", time=("not_before",))
    expired = derived(BOOLEAN, "notAfter lies before as_of.", time=("not_after",))
    not_yet_valid = derived(BOOLEAN, "notBefore lies after as_of.", time=("not_before",))
    is_ca = decoded(
        BOOLEAN, "basicConstraints says cA TRUE; false where the extension is missing.", clause="RFC 5280 4.2.1.9; BR 7.1.2.7.8"
    )
    path_length = decoded(INTEGER, "pathLenConstraint of a CA certificate.", clause="RFC 5280 4.2.1.9")
    usage = decoded(many(enum(words.USAGES)), "What it may be used for, from extendedKeyUsage and keyUsage.")
    key_usage = decoded(many(enum(words.KEY_USAGES)), "Bits of the keyUsage extension.", clause="RFC 5280 4.2.1.3; BR 7.1.2.7.11")
    extended_key_usage = decoded(
        many(enum(words.EXTENDED_KEY_USAGES, words.OID)),
        "Purposes of the extendedKeyUsage extension, named or dotted.",
        clause="RFC 5280 4.2.1.12; BR 7.1.2.7.10",
    )
    critical_extensions = decoded(
        many(TEXT), "Object identifiers of the extensions marked critical.", clause="RFC 5280 4.2; BR 7.1.2.7.6"
    )
    extensions = decoded(
        many(TEXT),
        "Object identifiers of all extensions in order; one that stands twice is listed twice.",
        clause="BR 7.1.2.7.6 and 7.1.2.4; RFC 5280 4.2",
    )
    authority_key_identifier = decoded(
        many(enum(words.KEY_IDENTIFIER_PARTS)),
        "Parts of the authorityKeyIdentifier extension.",
        clause="BR 7.1.2.11.1; RFC 5280 4.2.1.1",
    )

    class san:
        dns = decoded(
            many(TEXT),
            "dNSName entries of subjectAltName, lower case, without a final dot.",
            clause="RFC 5280 4.2.1.6; BR 7.1.2.7.12",
        )
        ip = decoded(many(TEXT), "iPAddress entries.", clause="RFC 5280 4.2.1.6; BR 7.1.2.7.12")
        email = decoded(many(TEXT), "rfc822Name entries.", clause="RFC 5280 4.2.1.6; SBR 7.1.4.2.1")
        uri = decoded(many(TEXT), "uniformResourceIdentifier entries.")
        other = decoded(INTEGER, "Count of entries of other types (otherName, directoryName, registeredID).")

    wildcard = decoded(BOOLEAN, "A dNSName begins with `*.`.")
    self_signed = derived(BOOLEAN, "Subject and issuer are the same name and its own key verifies its signature.")
    trust = derived(enum(("public", "private")), "Whose rules it lives under; unknown where nothing at hand tells.")
    trust_basis = derived(TEXT, "What `trust` was concluded from.", known_by="trust")
    validation = decoded(
        enum(("DV", "OV", "IV", "EV")), "Validation level by the reserved policy identifiers of the CA/Browser Forum."
    )
    policy_oids = decoded(many(TEXT), "Object identifiers of certificatePolicies.", clause="RFC 5280 4.2.1.4; BR 7.1.2.7.9")
    policy_qualifiers = decoded(
        many(enum(words.POLICY_QUALIFIERS, words.OID)),
        "Types of qualifiers in certificatePolicies, each once; named or dotted.",
        clause="BR 7.1.2.7.9; RFC 5280 4.2.1.4",
    )
    chain = derived(
        many(CHAIN_ELEMENT),
        "The issuers upwards, issuer first; open where the next one is missing; empty when self-signed.",
    )
    chain_complete = derived(BOOLEAN, "The chain at hand reaches a self-signed root.")

    class aia:
        methods = decoded(
            many(enum(words.ACCESS_METHODS, words.OID)),
            "Access methods of authorityInfoAccess, each once; named or dotted.",
            clause="BR 7.1.2.7.7; RFC 5280 4.2.2.1",
        )
        ca_issuers_urls = decoded(
            many(TEXT),
            "Where authorityInfoAccess says that the issuer's certificate can be had.",
            clause="BR 7.1.2.7.7; RFC 5280 4.2.2.1",
        )

    class revocation:
        ocsp_urls = decoded(many(TEXT), "OCSP responders named in authorityInfoAccess.", clause="RFC 5280 4.2.2.1; BR 7.1.2.7.7")
        crl_urls = decoded(many(TEXT), "CRL distribution points.", clause="RFC 5280 4.2.1.13; BR 7.1.2.11.2")
        must_staple = decoded(BOOLEAN, "Carries the TLS feature status_request (RFC 7633).", clause="RFC 7633 4")

    sct_count = decoded(INTEGER, "Embedded signed certificate timestamps (RFC 6962).", clause="RFC 6962 3.3; Chrome CT policy")
    earliest_sct = decoded(INSTANT, "Timestamp of the earliest embedded SCT.", clause="RFC 6962 3.2")
    sct_logs = decoded(
        many(TEXT), "Ids of the logs of the embedded SCTs, each once, lower hex.", clause="RFC 6962 3.2; Chrome CT policy"
    )
    deployed_at = observed(many(TEXT), "Endpoints that were seen serving it; open, since not every endpoint was scanned.")
    endpoints = derived(
        many(SERVER),
        "The endpoints in the evidence that serve it as leaf; open, since not every endpoint was scanned.",
        joined="endpoint",
    )
    in_inventory = derived(BOOLEAN, "An inventory lists it; unknown where no inventory was given.")
    on_network = derived(BOOLEAN, "A scan saw it; unknown where nothing was scanned.")
    private_key_beside = observed(BOOLEAN, "A private key is stored in the same file; unknown where no file was read.")
    private_key_protection = observed(
        enum(words.KEY_PROTECTIONS),
        "Where the private key is held, as an inventory states it: `hardware` is any, `certified-hardware` one of FIPS 140-2 or "
        "140-3 level 2, Common Criteria EAL 4+, or better; unknown where nobody states it.",
        clause="CSBR 6.2.7.4",
    )
    managed_by = declared(TEXT, "The tool that renews it (certbot, cert-manager, acm).")

    class renewal:
        automated = declared(BOOLEAN, "Renewal is automatic.")
        next = declared(INSTANT, "When it will be renewed.")


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


KINDS: dict[str, type[Asset]] = {"certificate": Certificate, "endpoint": Endpoint}

UNKNOWN = "_unknown"
"""Column: names of facts of this row that are unknown though their null would mean absent (bytes that could not be read)."""
ABSENT = "_absent"
"""Column: names of facts of this row that are absent though their null would mean unknown."""
DECODED = "_decoded"
"""Column: the row was read from the object's own bytes."""
DER = "_der"
"""Column: the object's own bytes, null where no source carried them; never rendered."""
MARKS: dict[str, pl.DataType] = {
    DECODED: pl.Boolean(),
    UNKNOWN: pl.List(pl.String()),
    ABSENT: pl.List(pl.String()),
    DER: pl.Binary(),
}


def _walk(owner: type, prefix: str = "") -> Iterator[tuple[str, Fact]]:
    seen: dict[str, Any] = {}
    for layer in reversed(owner.__mro__[:-1]):
        seen.update(vars(layer))
    for name, value in seen.items():
        if isinstance(value, Fact):
            yield prefix + name, replace(value, name=prefix + name)
        elif isinstance(value, type) and not name.startswith("_"):
            yield from _walk(value, f"{prefix}{name}.")


FACTS: dict[str, dict[str, Fact]] = {kind: dict(_walk(owner)) for kind, owner in KINDS.items()}
"""Kind, then dotted name, to fact."""

LEAF = "certificate."
"""Before the facts of its leaf, as an endpoint has them."""


def _of_leaf(one: Fact) -> Fact:
    """Make an endpoint's fact of a certificate's; its null is absent where the leaf's own would be."""
    known_by = {Origin.DECODED: "decoded", Origin.DECLARED: "name"}.get(one.origin, one.known_by)
    return replace(
        one,
        origin=Origin.DERIVED,
        doc=f"Of the leaf: {one.doc}",
        known_by=LEAF + known_by if known_by else None,
        time=tuple(LEAF + source for source in one.time),
        joined="certificate",
        name=LEAF + one.name,
    )


_OWN_OF_CERTIFICATE = frozenset({"asset_id", "place", "sources", "deployed_at", "endpoints"})
FACTS["endpoint"] |= {
    LEAF + name: _of_leaf(one)
    for name, one in FACTS["certificate"].items()
    if name not in _OWN_OF_CERTIFICATE and LEAF + name not in FACTS["endpoint"]
}


def fact(kind: str, name: str) -> Fact | None:
    """Find a fact; `labels.NAME` is one for any name."""
    if name.startswith("labels.") and len(name) > len("labels."):
        return declared(TEXT, "A label of the inventory.", name=name)
    return FACTS[kind].get(name)


def schema(kind: str) -> dict[str, pl.DataType]:
    """Columns of a kind's table as stored, then the marks."""
    return {name: known.type.dtype for name, known in FACTS[kind].items() if known.stored} | MARKS


def empty(kind: str) -> pl.DataFrame:
    """Return the table without rows."""
    return pl.DataFrame(schema=schema(kind))


def frame(kind: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Build a table with every declared column from a few rows of field names; a fact left out is null."""
    names = schema(kind) | {name: pl.String() for row in rows for name in row if name.startswith("labels.")}
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=names)


def utc(year: int, month: int = 1, day: int = 1) -> datetime:
    """A date as the instant it begins (BR 1.6.4: a bare date is 00:00:00 UTC)."""
    return datetime(year, month, day, tzinfo=UTC)

"""Certificates (RFC 5280)."""

from dataclasses import replace

from scanner import vocabulary as words
from scanner.fact import (
    BOOLEAN,
    DURATION,
    INSTANT,
    INTEGER,
    SHARE,
    TEXT,
    declared,
    decoded,
    derived,
    enum,
    many,
    observed,
    struct,
)
from scanner.kinds.asset import Asset, KeyFacts

CHAIN_ELEMENT = struct(
    subject__dn=TEXT,
    spki_sha256=TEXT,
    fingerprint_sha256=TEXT,
    ca_owner=replace(TEXT, known_by="root.fingerprint_sha256"),
    verified=BOOLEAN,
)


SERVER = struct(
    host=TEXT,
    port=INTEGER,
    address=TEXT,
    protocol=TEXT,
    owner=replace(TEXT, known_by="name"),
    environment=replace(TEXT, known_by="name"),
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

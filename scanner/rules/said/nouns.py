"""What people call the facts that rules ask for: a noun for each field, a clause for each yes or no, a name for each OID."""

from scanner import tables

NOUNS = {
    "aia.ca_issuers_urls": "the addresses of the issuer's certificate (authorityInfoAccess)",
    "aia.methods": "the access methods of authorityInfoAccess",
    "age": "the time since notBefore",
    "authority_key_identifier": "the parts of authorityKeyIdentifier",
    "chain": "the issuers above it",
    "client_auth": "what the server asks of a client's certificate",
    "critical_extensions": "the critical extensions",
    "deployed_at": "the endpoints that were seen serving it",
    "earliest_sct": "the earliest embedded certificate timestamp (SCT)",
    "elapsed_share": "the share of the lifetime that has passed",
    "encoding_faults": "the faults of its encoding",
    "endpoints": "the endpoints that serve it",
    "environment": "the environment that the inventory says",
    "extended_key_usage": "the purposes of extendedKeyUsage",
    "extensions": "the extensions",
    "fingerprint_sha256": "the SHA-256 of the certificate",
    "host": "the host name",
    "hsts.max_age": "max-age of Strict-Transport-Security",
    "issuer.ca_owner": "the owner of the root",
    "issuer.cn": "the common name of the issuer",
    "issuer.dn": "the issuer's name",
    "issuer.organization": "the organization of the issuer",
    "issuer.key.algorithm": "the algorithm of the issuer's key",
    "issuer.key.bits": "the size of the issuer's key",
    "issuer.key.curve": "the curve of the issuer's key",
    "key.algorithm": "the algorithm of the key",
    "key.bits": "the size of the key",
    "key.curve": "the curve of the key",
    "key.exponent": "the public exponent",
    "key.oid": "the identifier of the key's algorithm",
    "key.spki_sha256": "the public key (its SHA-256)",
    "key.weakness": "the known weaknesses of the key",
    "key_usage": "the bits of keyUsage",
    "lifetime": "the validity period",
    "managed_by": "the tool that renews it",
    "name": "the name",
    "not_after": "notAfter",
    "not_before": "notBefore",
    "owner": "the owner that the inventory names",
    "path_length": "pathLenConstraint",
    "place": "the place",
    "policy_oids": "the policies of certificatePolicies",
    "policy_qualifiers": "the qualifiers of certificatePolicies",
    "port": "the port",
    "private_key_protection": "the protection of the private key",
    "profile": "the profile of the issuer",
    "protocol": "the protocol",
    "remaining": "the time left until notAfter",
    "renewal.next": "the next renewal",
    "revocation.crl_urls": "the CRL distribution points",
    "revocation.ocsp_urls": "the OCSP responders",
    "root.dn": "the name of the root",
    "root.fingerprint_sha256": "the root (its SHA-256)",
    "san.dns": "the DNS names",
    "san.email": "the mail addresses of subjectAltName",
    "san.ip": "the IP addresses of subjectAltName",
    "san.other": "the number of names of other types in subjectAltName",
    "san.uri": "the URIs of subjectAltName",
    "sct_count": "the number of embedded certificate timestamps (SCT)",
    "sct_logs": "the logs of the embedded certificate timestamps (SCT)",
    "serial": "the serial number",
    "serial_bits": "the length of the serial number",
    "service": "the service that the inventory says",
    "signature.algorithm": "the algorithm of the signature",
    "signature.hash": "the hash of the signature",
    "signature.oid": "the identifier of the signature's algorithm",
    "sources": "the sorts of source that showed it",
    "subject.attributes": "the attributes of the subject",
    "subject.cn": "the common name",
    "subject.country": "the country of the subject",
    "subject.dn": "the subject",
    "subject.emails": "the mail addresses of the subject",
    "subject.organization": "the organization of the subject",
    "subject.repeated": "the attributes that the subject holds more than once",
    "tags": "the tags of the inventory",
    "team": "the team that the inventory names",
    "tls.ciphers": "the cipher suites",
    "tls.curves": "the elliptic curves of the key exchange",
    "tls.groups": "the key exchange groups",
    "tls.pq_groups": "the post-quantum key exchange groups",
    "tls.versions": "the protocol versions",
    "tls.vulnerabilities": "the weaknesses found",
    "trust_basis": "what the kind of trust follows from",
    "usage": "its uses",
    "validation": "the level of validation",
    "version": "the X.509 version",
}
"""Field to noun, plural where the field is a list."""

CLAUSES = {
    ("expired", True): ("it has expired", "it has not expired"),
    ("not_yet_valid", True): ("it is not yet valid", "its validity has begun"),
    ("is_ca", True): ("it is a CA's", "it is no CA's"),
    ("self_signed", True): ("it is self-signed", "it is not self-signed"),
    ("wildcard", True): ("it has a wildcard name", "it has no wildcard name"),
    ("chain_complete", True): ("its chain reaches a root", "its chain reaches no root"),
    ("trust", "public"): ("it is publicly trusted", "it is not publicly trusted"),
    ("trust", "private"): ("it is under a private CA", "it is not under a private CA"),
    ("key.quantum_safe", True): ("its key withstands a quantum computer", "its key does not withstand a quantum computer"),
    ("signature.quantum_safe", True): (
        "its signature withstands a quantum computer",
        "its signature does not withstand a quantum computer",
    ),
    ("key.whole_octets", True): ("the size of the key is a multiple of 8", "the size of the key is no multiple of 8"),
    ("private_key_beside", True): ("a private key is stored in the same file", "no private key is stored in the same file"),
    ("revocation.must_staple", True): ("it demands stapling (must-staple)", "it does not demand stapling"),
    ("renewal.automated", True): ("it is renewed automatically", "it is not renewed automatically"),
    ("in_inventory", True): ("an inventory lists it", "no inventory lists it"),
    ("on_network", True): ("a scan saw it", "no scan saw it"),
    ("reachable", True): ("it answers", "it does not answer"),
    ("hsts.sent", True): ("it sends Strict-Transport-Security", "it sends no Strict-Transport-Security"),
    ("ocsp_stapled", True): ("it staples an OCSP response", "it staples no OCSP response"),
    ("chain.order_ok", True): ("it sends its chain in order", "it sends its chain out of order"),
    ("certificate.trusted", True): ("a root store accepts its chain", "no root store accepts its chain"),
    ("certificate.hostname_matches", True): ("its leaf names the host", "its leaf does not name the host"),
}
"""Field and value to what people say when it is so, and when not; of the leaf likewise."""

OIDS = {
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.32.0": "anyPolicy",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extendedKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.24": "TLS feature",
    "1.3.6.1.5.5.7.48.1.5": "ocsp-nocheck",
    "1.3.6.1.4.1.11129.2.4.2": "SCT list",
    "1.3.6.1.4.1.11129.2.4.3": "precertificate poison",
    "2.23.140.1.1": "EV",
    "2.23.140.1.2.1": "DV",
    "2.23.140.1.2.2": "OV",
    "2.23.140.1.2.3": "IV",
    "2.23.140.1.3": "EV code signing",
    "2.23.140.1.4.1": "code signing",
    "2.23.140.1.4.2": "timestamping",
}


def noun(kind: str, name: str) -> str:
    """Call a field as people do; one without a noun by its own name."""
    if name in NOUNS:
        return NOUNS[name]
    if kind == "endpoint" and name.startswith(tables.LEAF):
        own = name.removeprefix(tables.LEAF)
        return f"the {NOUNS[own].removeprefix('its ').removeprefix('the ')} of its leaf" if own in NOUNS else name
    return name


def clause(kind: str, name: str, value: object, *, so: bool) -> str:
    """Say a yes or no as people do; nothing where nobody does."""
    if isinstance(value, bool):
        so, value = so is value, True
    if not isinstance(value, str | bool):
        return ""
    said = CLAUSES.get((name, value))
    if said is None and kind == "endpoint" and name.startswith(tables.LEAF):
        said = CLAUSES.get((name.removeprefix(tables.LEAF), value))
        said = (said[0].replace("it ", "its leaf ", 1), said[1].replace("it ", "its leaf ", 1)) if said else None
    return said[not so] if said else ""


def oid(value: object) -> str:
    """Name an object identifier beside its number; other values stay as they are."""
    return f"{OIDS[value]} ({value})" if isinstance(value, str) and value in OIDS else ""

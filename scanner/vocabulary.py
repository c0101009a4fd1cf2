"""The closed word lists of the registry: how standards spell algorithms, curves, usages and groups."""

SECONDARY = "known from secondary sources, so it warns until checked"
"""What is said of a rule whose clause was not read in the document itself."""
ML_DSA = ("ML-DSA-44", "ML-DSA-65", "ML-DSA-87")
SLH_DSA = tuple(f"SLH-DSA-{family}-{size}{speed}" for family in ("SHA2", "SHAKE") for size in (128, 192, 256) for speed in "sf")
HASH_ML_DSA = tuple(f"Hash{name}" for name in ML_DSA)
HASH_SLH_DSA = tuple(f"Hash{name}" for name in SLH_DSA)
STATEFUL_HASH = ("HSS-LMS", "XMSS", "XMSSMT")
ML_KEM = ("ML-KEM-512", "ML-KEM-768", "ML-KEM-1024")
COMPOSITE_ML_DSA = (
    "MLDSA44-RSA2048-PSS-SHA256", "MLDSA44-RSA2048-PKCS15-SHA256", "MLDSA44-Ed25519-SHA512", "MLDSA44-ECDSA-P256-SHA256",
    "MLDSA65-RSA3072-PSS-SHA512", "MLDSA65-RSA3072-PKCS15-SHA512", "MLDSA65-RSA4096-PSS-SHA512", "MLDSA65-RSA4096-PKCS15-SHA512",
    "MLDSA65-ECDSA-P256-SHA512", "MLDSA65-ECDSA-P384-SHA512", "MLDSA65-ECDSA-brainpoolP256r1-SHA512", "MLDSA65-Ed25519-SHA512",
    "MLDSA87-ECDSA-P384-SHA512", "MLDSA87-ECDSA-brainpoolP384r1-SHA512", "MLDSA87-Ed448-SHAKE256", "MLDSA87-RSA3072-PSS-SHA512",
    "MLDSA87-RSA4096-PSS-SHA512", "MLDSA87-ECDSA-P521-SHA512",
)  # fmt: skip
COMPOSITE_ML_KEM = (
    "MLKEM768-RSA2048-SHA3-256", "MLKEM768-RSA3072-SHA3-256", "MLKEM768-RSA4096-SHA3-256", "MLKEM768-X25519-SHA3-256",
    "MLKEM768-ECDH-P256-SHA3-256", "MLKEM768-ECDH-P384-SHA3-256", "MLKEM768-ECDH-brainpoolP256r1-SHA3-256",
    "MLKEM1024-RSA3072-SHA3-256", "MLKEM1024-ECDH-P384-SHA3-256", "MLKEM1024-ECDH-brainpoolP384r1-SHA3-256",
    "MLKEM1024-X448-SHA3-256", "MLKEM1024-ECDH-P521-SHA3-256",
)  # fmt: skip

POST_QUANTUM_SIGNATURES = (*ML_DSA, *SLH_DSA, *HASH_ML_DSA, *HASH_SLH_DSA, *STATEFUL_HASH)
KEY_ALGORITHMS = (
    "RSA", "RSASSA-PSS", "DSA", "DH", "EC", "Ed25519", "Ed448", "X25519", "X448",
    *POST_QUANTUM_SIGNATURES, *ML_KEM, *COMPOSITE_ML_DSA, *COMPOSITE_ML_KEM, "other",
)  # fmt: skip
"""`other` is an algorithm that certgate has no name for; `key.oid` tells which."""
SIGNATURE_ALGORITHMS = (
    "RSASSA-PKCS1-v1_5", "RSASSA-PSS", "DSA", "ECDSA", "Ed25519", "Ed448", *POST_QUANTUM_SIGNATURES, *COMPOSITE_ML_DSA, "other",
)  # fmt: skip
HASHES = (
    "MD2", "MD4", "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA-512/224", "SHA-512/256",
    "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "RIPEMD-160", "other",
)  # fmt: skip
CURVES = (
    "P-192", "P-224", "P-256", "P-384", "P-521", "secp256k1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1",
    "SM2", "explicit", "other",
)  # fmt: skip
"""`explicit`: the curve is spelled out in parameters (RFC 5480 forbids it); `other`: named by an OID we have no name for."""
USAGES = (
    "tls-server",
    "tls-client",
    "code-signing",
    "email",
    "timestamping",
    "ocsp-signing",
    "document-signing",
    "any",
)
KEY_USAGES = (
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
    "encipherOnly", "decipherOnly",
)  # fmt: skip
EXTENDED_KEY_USAGES = (
    "serverAuth", "clientAuth", "codeSigning", "emailProtection", "timeStamping", "OCSPSigning", "anyExtendedKeyUsage",
    "documentSigning", "smartcardLogon", "ipsecIKE", "precertificateSigning", "msLifetimeSigning", "msDocumentSigning",
)  # fmt: skip
OID = r"[0-2](\.(0|[1-9][0-9]*))+"
"""An object identifier in dotted form, where certgate has no name for it."""
ATTRIBUTE_TYPES = (
    "commonName", "surname", "serialNumber", "countryName", "localityName", "stateOrProvinceName", "streetAddress",
    "organizationName", "organizationalUnitName", "title", "description", "businessCategory", "postalAddress", "postalCode",
    "postOfficeBox", "telephoneNumber", "name", "givenName", "initials", "generationQualifier", "x500UniqueIdentifier",
    "dnQualifier", "pseudonym", "organizationIdentifier", "domainComponent", "userId", "emailAddress", "unstructuredName",
    "jurisdictionLocalityName", "jurisdictionStateOrProvinceName", "jurisdictionCountryName",
)  # fmt: skip
ACCESS_METHODS = ("ocsp", "caIssuers")
POLICY_QUALIFIERS = ("cps", "userNotice")
KEY_IDENTIFIER_PARTS = ("keyIdentifier", "authorityCertIssuer", "authorityCertSerialNumber")
ENCODING_FAULTS = (
    "time-type", "time-form", "signature-mismatch", "signature-parameters", "key-parameters", "default-encoded",
    "key-usage-bits", "empty-extension", "duplicate-extension", "unique-identifiers",
)  # fmt: skip
KEY_WEAKNESSES = ("even-exponent", "exponent-too-large", "even-modulus", "small-factor", "close-primes", "roca")
KEY_PROTECTIONS = ("software", "hardware", "certified-hardware")
TLS_VERSIONS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
PQ_GROUPS = (
    "X25519MLKEM768",
    "SecP256r1MLKEM768",
    "SecP384r1MLKEM1024",
    "curveSM2MLKEM768",
    "MLKEM512",
    "MLKEM768",
    "MLKEM1024",
)
TLS_CURVES = (
    "P-192", "P-224", "P-256", "P-384", "P-521", "X25519", "X448", "secp256k1",
    "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1",
)  # fmt: skip
OLD_CURVE = r"(sect|secp)[0-9]{3}[kr][12]"
"""A curve of RFC 4492 that RFC 8422 took out of TLS and that has no name here."""
TLS_GROUPS = (
    *TLS_CURVES,
    "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192", *PQ_GROUPS,
    "X25519Kyber768Draft00", "SecP256r1Kyber768Draft00",
)  # fmt: skip
CODE_POINT_OR_CURVE = r"0x[0-9A-F]{4}|(sect|secp|prime|c2|wap|sm|Oakley)[A-Za-z0-9-]+"
"""A group without a name here: its code point, or the old curve name that OpenSSL gives."""
VULNERABILITIES = (
    "heartbleed", "openssl-ccs-injection", "robot", "tls-compression", "client-renegotiation-dos", "insecure-renegotiation",
    "no-fallback-scsv", "no-extended-master-secret", "early-data",
)  # fmt: skip
KEY_EXCHANGES = (
    "RSA",
    "DHE",
    "ECDHE",
    "DH",
    "ECDH",
    "PSK",
    "DHE_PSK",
    "ECDHE_PSK",
    "RSA_PSK",
    "SRP",
    "GOST",
    "KRB5",
    "TLS 1.3",
    "NULL",
    "other",
)
AUTHENTICATIONS = ("RSA", "ECDSA", "DSS", "PSK", "anonymous", "GOST", "SRP", "KRB5", "certificate", "NULL", "other")
"""`certificate`: TLS 1.3 suites name no signature; the certificate decides."""
SOURCES = ("network", "file", "inventory", "ct")

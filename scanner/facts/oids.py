"""Object identifiers by the names the standards give them (RFC 3279, 5480, 8410, 9881, 9909, 9935; NIST CSOR)."""

from scanner.vocabulary import (
    COMPOSITE_ML_DSA,
    COMPOSITE_ML_KEM,
    HASH_ML_DSA,
    HASH_SLH_DSA,
    ML_DSA,
    ML_KEM,
    SLH_DSA,
)

_NIST_SIGNATURES = "2.16.840.1.101.3.4.3"
_POST_QUANTUM = (
    {f"{_NIST_SIGNATURES}.{17 + index}": name for index, name in enumerate((*ML_DSA, *SLH_DSA, *HASH_ML_DSA, *HASH_SLH_DSA))}
    | {"1.2.840.113549.1.9.16.3.17": "HSS-LMS", "1.3.6.1.5.5.7.6.34": "XMSS", "1.3.6.1.5.5.7.6.35": "XMSSMT"}
    | {f"1.3.6.1.5.5.7.6.{37 + index}": name for index, name in enumerate(COMPOSITE_ML_DSA)}
)  # fmt: skip
"""NIST numbers ML-DSA 17-19, SLH-DSA SHA2 20-25 and SHAKE 26-31, HashML-DSA 32-34, HashSLH-DSA 35-46 in one row."""
KEYS = (
    {
        "1.2.840.113549.1.1.1": "RSA",
        "1.2.840.113549.1.1.10": "RSASSA-PSS",
        "1.2.840.10040.4.1": "DSA",
        "1.2.840.10046.2.1": "DH",
        "1.2.840.10045.2.1": "EC",
        "1.3.101.110": "X25519",
        "1.3.101.111": "X448",
        "1.3.101.112": "Ed25519",
        "1.3.101.113": "Ed448",
    }
    | _POST_QUANTUM
    | {f"2.16.840.1.101.3.4.4.{1 + index}": name for index, name in enumerate(ML_KEM)}
    | {f"1.3.6.1.5.5.7.6.{55 + index}": name for index, name in enumerate(COMPOSITE_ML_KEM)}
)
HASHES = {
    "1.2.840.113549.2.2": "MD2",
    "1.2.840.113549.2.4": "MD4",
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.4": "SHA-224",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "2.16.840.1.101.3.4.2.5": "SHA-512/224",
    "2.16.840.1.101.3.4.2.6": "SHA-512/256",
    "2.16.840.1.101.3.4.2.7": "SHA3-224",
    "2.16.840.1.101.3.4.2.8": "SHA3-256",
    "2.16.840.1.101.3.4.2.9": "SHA3-384",
    "2.16.840.1.101.3.4.2.10": "SHA3-512",
    "1.3.36.3.2.1": "RIPEMD-160",
}
_RSA, _ECDSA, _DSA = "RSASSA-PKCS1-v1_5", "ECDSA", "DSA"
PSS = "1.2.840.113549.1.1.10"
"""Its hash stands in the parameters (RFC 4055 3.1; SHA-1 where they are absent)."""
SIGNATURES: dict[str, tuple[str, str | None]] = {
    "1.2.840.113549.1.1.2": (_RSA, "MD2"),
    "1.2.840.113549.1.1.3": (_RSA, "MD4"),
    "1.2.840.113549.1.1.4": (_RSA, "MD5"),
    "1.2.840.113549.1.1.5": (_RSA, "SHA-1"),
    "1.3.14.3.2.29": (_RSA, "SHA-1"),
    "1.2.840.113549.1.1.14": (_RSA, "SHA-224"),
    "1.2.840.113549.1.1.11": (_RSA, "SHA-256"),
    "1.2.840.113549.1.1.12": (_RSA, "SHA-384"),
    "1.2.840.113549.1.1.13": (_RSA, "SHA-512"),
    "1.2.840.113549.1.1.15": (_RSA, "SHA-512/224"),
    "1.2.840.113549.1.1.16": (_RSA, "SHA-512/256"),
    **{
        f"{_NIST_SIGNATURES}.{13 + index}": (_RSA, name)
        for index, name in enumerate(("SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"))
    },
    "1.2.840.10045.4.1": (_ECDSA, "SHA-1"),
    **{
        f"1.2.840.10045.4.3.{1 + index}": (_ECDSA, name)
        for index, name in enumerate(("SHA-224", "SHA-256", "SHA-384", "SHA-512"))
    },
    **{
        f"{_NIST_SIGNATURES}.{9 + index}": (_ECDSA, name)
        for index, name in enumerate(("SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"))
    },
    "1.2.840.10040.4.3": (_DSA, "SHA-1"),
    "1.3.14.3.2.27": (_DSA, "SHA-1"),
    **{
        f"{_NIST_SIGNATURES}.{1 + index}": (_DSA, name) for index, name in enumerate(("SHA-224", "SHA-256", "SHA-384", "SHA-512"))
    },
    "1.3.101.112": ("Ed25519", None),
    "1.3.101.113": ("Ed448", None),
    **{dotted: (name, None) for dotted, name in _POST_QUANTUM.items()},
}
QUANTUM_SAFE = frozenset({*_POST_QUANTUM.values(), *ML_KEM, *COMPOSITE_ML_KEM})
CURVES = {
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
    "1.2.156.10197.1.301": ("SM2", 256),
}
EXTENDED_KEY_USAGES = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.36": "documentSigning",
    "1.3.6.1.4.1.311.20.2.2": "smartcardLogon",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
    "1.3.6.1.4.1.11129.2.4.4": "precertificateSigning",
    "1.3.6.1.4.1.311.10.3.13": "msLifetimeSigning",
    "1.3.6.1.4.1.311.10.3.12": "msDocumentSigning",
}
USAGE_OF = {
    "serverAuth": "tls-server",
    "clientAuth": "tls-client",
    "codeSigning": "code-signing",
    "emailProtection": "email",
    "timeStamping": "timestamping",
    "OCSPSigning": "ocsp-signing",
    "documentSigning": "document-signing",
    "msDocumentSigning": "document-signing",
    "anyExtendedKeyUsage": "any",
}
VALIDATION = {"2.23.140.1.2.1": "DV", "2.23.140.1.2.2": "OV", "2.23.140.1.2.3": "IV", "2.23.140.1.1": "EV"}
ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
"""The short names of RFC 4514 section 3; others are written dotted."""
ATTRIBUTE_TYPES = {
    "2.5.4.3": "commonName",
    "2.5.4.4": "surname",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "countryName",
    "2.5.4.7": "localityName",
    "2.5.4.8": "stateOrProvinceName",
    "2.5.4.9": "streetAddress",
    "2.5.4.10": "organizationName",
    "2.5.4.11": "organizationalUnitName",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.16": "postalAddress",
    "2.5.4.17": "postalCode",
    "2.5.4.18": "postOfficeBox",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.42": "givenName",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.45": "x500UniqueIdentifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "userId",
    "0.9.2342.19200300.100.1.25": "domainComponent",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.2.840.113549.1.9.2": "unstructuredName",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionLocalityName",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionStateOrProvinceName",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionCountryName",
}
ACCESS_METHODS = {"1.3.6.1.5.5.7.48.1": "ocsp", "1.3.6.1.5.5.7.48.2": "caIssuers"}
POLICY_QUALIFIERS = {"1.3.6.1.5.5.7.2.1": "cps", "1.3.6.1.5.5.7.2.2": "userNotice"}

"""DER to the table of certificate facts, against the plain loop over cryptography's documented interface; one core.

Both fill the same columns, in one process, in turn, each round on certificates that neither has seen, and the tables are
compared. Two estates: one whose issuers and extensions repeat as they do in life, and one where nothing repeats.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from math import isqrt
from typing import Any

import polars as pl
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from benchmarks import certificates
from scanner import tables
from scanner.facts import certificate, oids
from scanner.tables import Origin
from scanner.vocabulary import KEY_IDENTIFIER_PARTS, KEY_USAGES

ROUNDS = 5
SIZE = 4000
LIMITS = {True: 5.0, False: 1.5}
LABELS = {True: "with ordinary repeats", False: "when nothing repeats"}
SIGNATURES = {
    "1.2.840.10045.4.3.2": bytes.fromhex("300a06082a8648ce3d040302"),
    "1.2.840.113549.1.1.11": bytes.fromhex("300d06092a864886f70d01010b0500"),
}
"""AlgorithmIdentifiers as BR 7.1.3.2 has them."""
PRIMES = [number for number in range(2, 752) if all(number % divisor for divisor in range(2, number))]
COLUMNS = {name: fact.type.dtype for name, fact in tables.FACTS["certificate"].items() if fact.origin is Origin.DECODED}


def main() -> None:
    """Print both ratios with their limits."""
    for repeats, limit in LIMITS.items():
        ders = certificates.make(SIZE * (ROUNDS + 1), repeats=repeats)
        ours, plain = compare([ders[at : at + SIZE] for at in range(0, len(ders), SIZE)])
        print(
            f"DER to table, {LABELS[repeats]}: the plain loop takes {plain / ours:.2f} times as long (at least {limit}); "
            f"{ours / SIZE * 1e6:.0f} and {plain / SIZE * 1e6:.0f} µs a certificate"
        )


def compare(parts: Sequence[Sequence[bytes]]) -> tuple[float, float]:
    """Return the median times of both; the first round warms up and compares what they say."""
    times: dict[Callable[[Sequence[bytes]], pl.DataFrame], list[float]] = {_ours: [], _plain: []}
    for number, part in enumerate(parts):
        said = []
        for run, taken in times.items():
            start = time.process_time()
            said.append(run(part))
            if number:
                taken.append(time.process_time() - start)
        if not said[0].equals(said[1]):
            raise SystemExit("the two tables differ")
    return statistics.median(times[_ours]), statistics.median(times[_plain])


def _ours(ders: Sequence[bytes]) -> pl.DataFrame:
    return certificate.read(ders).frame.select(*COLUMNS)


def _plain(ders: Sequence[bytes]) -> pl.DataFrame:
    rows = [_row(data) for data in ders]
    return pl.DataFrame({name: [row[name] for row in rows] for name in COLUMNS}, schema=COLUMNS)


def _row(data: bytes) -> dict[str, Any]:
    """Read a certificate as the library's documentation shows."""
    one = x509.load_der_x509_certificate(data)
    name, hash_ = oids.SIGNATURES[one.signature_algorithm_oid.dotted_string]
    serial = one.serial_number
    key = one.public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        **_name("subject", one.subject),
        **_attributes(one.subject),
        **_name("issuer", one.issuer),
        "serial": f"{serial:x}",
        "serial_bits": serial.bit_length(),
        "version": one.version.value + 1,
        "fingerprint_sha256": sha256(data).hexdigest(),
        **_key(one, key, encoded),
        "signature.algorithm": name,
        "signature.hash": hash_,
        "signature.oid": one.signature_algorithm_oid.dotted_string,
        "signature.quantum_safe": name in oids.QUANTUM_SAFE,
        "not_before": one.not_valid_before_utc,
        "not_after": one.not_valid_after_utc,
        "lifetime": one.not_valid_after_utc - one.not_valid_before_utc + timedelta(seconds=1),
        **_extensions(one.extensions),
        "encoding_faults": _faults(one, data, encoded),
    }


def _attributes(subject: x509.Name) -> dict[str, Any]:
    types = [oids.ATTRIBUTE_TYPES.get(one.oid.dotted_string, one.oid.dotted_string) for one in subject]
    countries = subject.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME)
    return {
        "subject.attributes": types,
        "subject.repeated": [one for one in dict.fromkeys(types) if types.count(one) > 1],
        "subject.country": countries[-1].value if countries else None,
        "subject.emails": [one.value for one in subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)],
    }


def _faults(one: x509.Certificate, data: bytes, key: bytes) -> list[str]:
    """Write anew what the library read, and see whether it stands in the certificate as it should.

    What else would be a fault (a default written out, an extension twice) the library refuses.
    """
    signed = one.tbs_certificate_bytes
    algorithm = SIGNATURES[one.signature_algorithm_oid.dotted_string]
    times = [f"{moment:%y%m%d%H%M%SZ}".encode() for moment in (one.not_valid_before_utc, one.not_valid_after_utc)]
    usages = [extension.value for extension in one.extensions if isinstance(extension.value, x509.KeyUsage)]
    found = {
        "time-type": not all(b"\x17\x0d" + moment in signed for moment in times),
        "signature-mismatch": algorithm not in signed,
        "signature-parameters": not data.startswith(algorithm, data.index(signed) + len(signed)),
        "key-parameters": key not in signed,
        "key-usage-bits": not all(usage.public_bytes() in signed for usage in usages),
    }
    return [name for name, told in found.items() if told]


def _name(prefix: str, name: x509.Name) -> dict[str, Any]:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    organization = name.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return {
        f"{prefix}.dn": name.rfc4514_string() or None,
        f"{prefix}.cn": common[-1].value if common else None,
        f"{prefix}.organization": organization[-1].value if organization else None,
    }


def _key(one: x509.Certificate, key: Any, encoded: bytes) -> dict[str, Any]:
    facts = {
        "key.algorithm": oids.KEYS[one.public_key_algorithm_oid.dotted_string],
        "key.oid": one.public_key_algorithm_oid.dotted_string,
        "key.spki_sha256": sha256(encoded).hexdigest(),
        "key.quantum_safe": False,
        "key.whole_octets": None,
        "key.curve": None,
        "key.exponent": None,
        "key.weakness": [],
    }
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        facts |= {"key.bits": key.key_size, "key.exponent": numbers.e, "key.whole_octets": key.key_size % 8 == 0}
        facts |= {"key.weakness": _weakness(numbers.n, numbers.e)}
    elif isinstance(key, ec.EllipticCurvePublicKey):
        facts |= {"key.bits": key.key_size, "key.curve": {"secp256r1": "P-256"}[key.curve.name]}
    return facts


@lru_cache
def _weakness(modulus: int, exponent: int) -> list[str]:
    """Look for what a key betrays, once for each key: there are few, and nobody would do it for each certificate."""
    root = isqrt(modulus)
    first = root + (root * root < modulus)
    found = {
        "even-exponent": exponent % 2 == 0,
        "exponent-too-large": exponent >= 2**256,
        "even-modulus": modulus % 2 == 0,
        "small-factor": any(modulus % prime == 0 for prime in PRIMES),
        "close-primes": any(isqrt(rest) ** 2 == rest for rest in ((first + step) ** 2 - modulus for step in range(100))),
        "roca": all(any(pow(65537, step, prime) == modulus % prime for step in range(prime)) for prime in PRIMES[1:39]),
    }
    return [name for name, told in found.items() if told]


def _extensions(extensions: x509.Extensions) -> dict[str, Any]:
    held: Mapping[type[x509.ExtensionType], Any] = {type(one.value): one.value for one in extensions}
    purposes = [oids.EXTENDED_KEY_USAGES.get(one.dotted_string, one.dotted_string) for one in held.get(x509.ExtendedKeyUsage, ())]
    constraints = held.get(x509.BasicConstraints)
    policies = [one.policy_identifier.dotted_string for one in held.get(x509.CertificatePolicies, ())]
    features = held.get(x509.TLSFeature, ())
    scts = list(held.get(x509.PrecertificateSignedCertificateTimestamps, ()))
    taken = [one.timestamp for one in scts]
    access = list(held.get(x509.AuthorityInformationAccess, ()))
    qualifiers = [
        "cps" if isinstance(one, str) else "userNotice"
        for policy in held.get(x509.CertificatePolicies, ())
        for one in policy.policy_qualifiers or ()
    ]
    return {
        "is_ca": constraints is not None and constraints.ca,
        "path_length": constraints.path_length if constraints is not None else None,
        "usage": list(dict.fromkeys(oids.USAGE_OF[one] for one in purposes if one in oids.USAGE_OF)),
        "key_usage": _key_usage(held.get(x509.KeyUsage)),
        "extended_key_usage": purposes,
        "extensions": [one.oid.dotted_string for one in extensions],
        "authority_key_identifier": _key_identifier(held.get(x509.AuthorityKeyIdentifier)),
        "critical_extensions": [one.oid.dotted_string for one in extensions if one.critical],
        **_alternative_names(held.get(x509.SubjectAlternativeName)),
        "validation": next((level for dotted, level in oids.VALIDATION.items() if dotted in policies), None),
        "policy_oids": policies,
        "policy_qualifiers": list(dict.fromkeys(qualifiers)),
        "revocation.ocsp_urls": [
            one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.OCSP
        ],
        "aia.methods": list(dict.fromkeys(oids.ACCESS_METHODS[one.access_method.dotted_string] for one in access)),
        "aia.ca_issuers_urls": [
            one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        ],
        "revocation.crl_urls": [
            name.value for point in held.get(x509.CRLDistributionPoints, ()) for name in point.full_name or ()
        ],
        "revocation.must_staple": x509.TLSFeatureType.status_request in features,
        "sct_count": len(taken),
        "earliest_sct": min(taken) if taken else None,
        "sct_logs": list(dict.fromkeys(one.log_id.hex() for one in scts)),
    }


def _key_identifier(identifier: x509.AuthorityKeyIdentifier | None) -> list[str]:
    if identifier is None:
        return []
    parts = identifier.key_identifier, identifier.authority_cert_issuer, identifier.authority_cert_serial_number
    return [name for name, part in zip(KEY_IDENTIFIER_PARTS, parts, strict=True) if part is not None]


def _key_usage(usage: x509.KeyUsage | None) -> list[str]:
    if usage is None:
        return []
    flags = [
        usage.digital_signature,
        usage.content_commitment,
        usage.key_encipherment,
        usage.data_encipherment,
        usage.key_agreement,
        usage.key_cert_sign,
        usage.crl_sign,
        usage.key_agreement and usage.encipher_only,
        usage.key_agreement and usage.decipher_only,
    ]
    return [name for name, flag in zip(KEY_USAGES, flags, strict=True) if flag]


def _alternative_names(names: x509.SubjectAlternativeName | None) -> dict[str, Any]:
    held = names or x509.SubjectAlternativeName([])
    dns = [name.lower().removesuffix(".") for name in held.get_values_for_type(x509.DNSName)]
    return {
        "san.dns": dns,
        "san.ip": [str(address) for address in held.get_values_for_type(x509.IPAddress)],
        "san.email": held.get_values_for_type(x509.RFC822Name),
        "san.uri": held.get_values_for_type(x509.UniformResourceIdentifier),
        "san.other": sum(1 for one in held if isinstance(one, x509.OtherName | x509.DirectoryName | x509.RegisteredID)),
        "wildcard": any(name.startswith("*.") for name in dns),
    }


if __name__ == "__main__":
    main()

"""Algorithms, sizes and purposes as tools print them."""

import pytest

from scanner import vocabulary as words
from scanner.importers import _algorithm_names as names


@pytest.mark.parametrize(
    ("text", "algorithm", "bits", "curve"),
    [
        ("RSA", "RSA", None, None),
        ("rsaEncryption", "RSA", None, None),
        ("RSA 2048", "RSA", 2048, None),
        ("RSA_2048", "RSA", 2048, None),
        ("RSA2048", "RSA", 2048, None),
        ("RSA (2048 Bits)", "RSA", 2048, None),
        ("KEY_ALG_RSA_2048", "RSA", 2048, None),
        ("1.2.840.113549.1.1.1", "RSA", None, None),
        ("RSA-PSS", "RSASSA-PSS", None, None),
        ("_RSAPublicKey", "RSA", None, None),
        ("EC 256", "EC", 256, None),
        ("ECC", "EC", None, None),
        ("ECDSA", "EC", None, None),
        ("id-ecPublicKey", "EC", None, None),
        ("1.2.840.10045.2.1 ECC", "EC", None, None),
        ("EC_prime256v1", "EC", 256, "P-256"),
        ("ECDSA_P384", "EC", 384, "P-384"),
        ("EC 521 bits (curve P-521)", "EC", 521, "P-521"),
        ("secp384r1", "EC", 384, "P-384"),
        ("Ed25519", "Ed25519", None, None),
        ("Ed25519PublicKey", "Ed25519", None, None),
        ("ML_DSA_65", "ML-DSA-65", None, None),
        ("mldsa44", "ML-DSA-44", None, None),
        ("2.16.840.1.101.3.4.3.18", "ML-DSA-65", None, None),
        ("SLH-DSA-SHA2-128s", "SLH-DSA-SHA2-128s", None, None),
        ("MLDSA44-RSA2048-PSS-SHA256", "MLDSA44-RSA2048-PSS-SHA256", None, None),
        ("ML-DSA-44 with RSA 2048", None, None, None),
        ("DSA 1024", "DSA", 1024, None),
        ("RSA 2048/4096", "RSA", None, None),
        ("2", None, None, None),
        ("", None, None, None),
    ],
)
def test_key(text: str, algorithm: str | None, bits: int | None, curve: str | None) -> None:
    """Algorithm, size and curve; a part of a composite never passes for the whole."""
    assert names.key(text) == (algorithm, bits, curve)


@pytest.mark.parametrize(
    ("text", "algorithm", "digest"),
    [
        ("sha256WithRSAEncryption", "RSASSA-PKCS1-v1_5", "SHA-256"),
        ("SHA256-RSA", "RSASSA-PKCS1-v1_5", "SHA-256"),
        ("SHA1 with RSA", "RSASSA-PKCS1-v1_5", "SHA-1"),
        ("sha1RSA", "RSASSA-PKCS1-v1_5", "SHA-1"),
        ("md5WithRSAEncryption", "RSASSA-PKCS1-v1_5", "MD5"),
        ("ecdsa-with-SHA384", "ECDSA", "SHA-384"),
        ("SHA-256withECDSA", "ECDSA", "SHA-256"),
        ("dsa_with_sha256", "DSA", "SHA-256"),
        ("rsa_pss_rsae_sha256", "RSASSA-PSS", "SHA-256"),
        ("RSASSA-PSS", "RSASSA-PSS", None),
        ("1.2.840.113549.1.1.11", "RSASSA-PKCS1-v1_5", "SHA-256"),
        ("Ed25519", "Ed25519", None),
        ("ML-DSA-65", "ML-DSA-65", None),
        ("SHA3-256", None, "SHA3-256"),
        ("SHA256", None, "SHA-256"),
        ("nonsense", None, None),
    ],
)
def test_signature(text: str, algorithm: str | None, digest: str | None) -> None:
    """Algorithm and hash, in whatever order they are written."""
    assert names.signature(text) == (algorithm, digest)


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("serverAuth", "serverAuth"),
        ("Server Authentication (1.3.6.1.5.5.7.3.1)", "serverAuth"),
        ("TLS Web Client Authentication", "clientAuth"),
        ("Code Signing", "codeSigning"),
        ("1.2.3.4", "1.2.3.4"),
        ("Secure Email", "emailProtection"),
        ("nonsense", None),
    ],
)
def test_purpose(text: str, purpose: str | None) -> None:
    """Names of purposes, and object identifiers that have none."""
    assert names.purpose(text) == purpose


def test_every_word_of_the_registry_is_itself() -> None:
    """What certgate writes it reads."""
    assert [names.key(word)[0] for word in words.KEY_ALGORITHMS] == list(words.KEY_ALGORITHMS)
    assert [names.signature(word)[0] for word in words.SIGNATURE_ALGORITHMS] == list(words.SIGNATURE_ALGORITHMS)
    named = [word for word in words.HASHES if word != "other"]
    assert [names.hash_name(word) for word in named] == named
    curves = [word for word in words.CURVES if word not in {"explicit", "other"}]
    assert [names.curve(word) for word in curves] == curves


def test_quantum_safety_follows_the_algorithm() -> None:
    """Unknown where the algorithm is unknown."""
    assert [names.is_quantum_safe(one) for one in ("ML-DSA-65", "RSA", "other", None)] == [True, False, None, None]

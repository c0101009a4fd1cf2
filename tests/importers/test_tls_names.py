"""Cipher suites and groups by their names."""

import json

import pytest

from scanner import vocabulary as words
from scanner.importers import _tls_names
from tests.conftest import CORPUS, SAMPLES


@pytest.mark.parametrize(
    ("name", "exchange", "authentication", "aead", "forward", "bits"),
    [
        ("TLS_AES_128_GCM_SHA256", "TLS 1.3", "certificate", True, True, 128),
        ("TLS_AES_128_CCM_8_SHA256", "TLS 1.3", "certificate", True, True, 128),
        ("TLS_SM4_GCM_SM3", "TLS 1.3", "certificate", True, True, 128),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE", "RSA", True, True, 256),
        ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE", "ECDSA", True, True, 256),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE", "RSA", False, True, 128),
        ("TLS_RSA_WITH_AES_256_CCM_8", "RSA", "RSA", True, False, 256),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "RSA", "RSA", False, False, 112),
        ("TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256", "DHE", "RSA", True, True, 128),
        ("TLS_DH_DSS_WITH_AES_128_GCM_SHA256", "DH", "DSS", True, False, 128),
        ("TLS_ECDH_ECDSA_WITH_NULL_SHA", "ECDH", "ECDSA", False, False, 0),
        ("TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "ECDHE", "anonymous", False, True, 128),
        ("TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", "DHE", "anonymous", False, True, 40),
        ("TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", "RSA", "RSA", False, False, 40),
        ("TLS_RSA_WITH_DES_CBC_SHA", "RSA", "RSA", False, False, 56),
        ("TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", "ECDHE_PSK", "PSK", True, True, 128),
        ("TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA", "KRB5", "KRB5", False, False, 40),
        ("TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC", "GOST", "GOST", False, False, 256),
        ("SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5", "RSA", "RSA", False, False, 40),
        ("SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "RSA", "RSA", False, False, 112),
        ("TLS_NULL_WITH_NULL_NULL", "NULL", "NULL", False, False, 0),
        ("TLS_SHA256_SHA256", "other", "other", False, None, None),
        ("no suite", "other", "other", None, None, None),
    ],
)
def test_suite(name: str, exchange: str, authentication: str, aead: bool | None, forward: bool | None, bits: int | None) -> None:  # noqa: FBT001
    """The IANA name tells key exchange, authentication and cipher; what it does not tell is null."""
    assert _tls_names.suite(name, "TLS 1.2") == {
        "name": name,
        "version": "TLS 1.2",
        "key_exchange": exchange,
        "authentication": authentication,
        "aead": aead,
        "forward_secrecy": forward,
        "bits": bits,
    }


def test_every_suite_that_sslyze_knows_is_understood() -> None:
    """No name in any sample is `other`; sslyze's own sizes agree but for 3DES (strength) and two of its slips."""
    told: dict[str, tuple[int, bool]] = {}
    for path in [*(SAMPLES / "sslyze").glob("*.json"), *(CORPUS / "scans").glob("*.json")]:
        for server in json.loads(path.read_text())["server_scan_results"]:
            for test, attempt in (server.get("scan_result") or {}).items():
                result = (attempt or {}).get("result") if test.endswith("cipher_suites") else None
                for one in [*result["accepted_cipher_suites"], *result["rejected_cipher_suites"]] if result else []:
                    suite = one["cipher_suite"]
                    told[suite["name"]] = suite["key_size"], suite["is_anonymous"]
    assert len(told) > 150
    slips = {"TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_CCM_8"}
    for name, (bits, anonymous) in told.items():
        suite = _tls_names.suite(name, "TLS 1.2")
        assert suite["key_exchange"] in words.KEY_EXCHANGES[:-1]
        assert suite["authentication"] in words.AUTHENTICATIONS[:-1]
        assert (suite["authentication"] == "anonymous") is anonymous
        assert suite["bits"] == bits or name in slips or (bits, suite["bits"]) == (168, 112)


@pytest.mark.parametrize(
    ("name", "known"),
    [("secp256r1", "P-256"), ("prime256v1", "P-256"), ("x25519", "X25519"), ("X448", "X448"), ("sect571r1", "sect571r1")],
)
def test_group(name: str, known: str) -> None:
    """Groups take the registry's names; old curves keep OpenSSL's."""
    assert _tls_names.group(name) == known
    assert _tls_names.is_group(known)
    assert not _tls_names.is_group("nonsense group")

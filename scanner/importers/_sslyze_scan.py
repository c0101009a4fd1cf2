"""What one server's sslyze scan shows, as facts of an endpoint; a test that did not finish leaves its fact open or unknown."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from scanner import vocabulary as words
from scanner.importers import _tls_names
from scanner.record import record

VERSIONS = {
    "ssl_2_0_cipher_suites": "SSL 2.0",
    "ssl_3_0_cipher_suites": "SSL 3.0",
    "tls_1_0_cipher_suites": "TLS 1.0",
    "tls_1_1_cipher_suites": "TLS 1.1",
    "tls_1_2_cipher_suites": "TLS 1.2",
    "tls_1_3_cipher_suites": "TLS 1.3",
}
_HIGHEST = {name.removesuffix("_cipher_suites").upper(): version for name, version in VERSIONS.items()}
_IN_TLS_1_3 = frozenset({"P-256", "P-384", "P-521", "X25519", "X448"})
"""Curves of TLS 1.3 (RFC 8446 4.2.7); others there are none of ours (RFC 8734, RFC 8998)."""
_BEFORE_TLS_1_3 = frozenset(words.TLS_CURVES) | {
    "sect163k1", "sect163r1", "sect163r2", "sect193r1", "sect193r2", "sect233k1", "sect233r1", "sect239k1", "sect283k1",
    "sect283r1", "sect409k1", "sect409r1", "sect571k1", "sect571r1", "secp160k1", "secp160r1", "secp160r2", "secp192k1",
    "secp224k1",
}  # fmt: skip
"""Curves that RFC 4492, RFC 7027 and RFC 8422 name."""
_CLIENT_AUTH = {"DISABLED": "none", "REQUIRED": "required"}
"""OPTIONAL is left unknown: a server that lets the handshake pass and refuses the request afterwards (nginx with
`ssl_verify_client on`) looks just like it."""
_VULNERABLE = {
    "heartbleed": ("heartbleed", "is_vulnerable_to_heartbleed", True),
    "openssl-ccs-injection": ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", True),
    "tls-compression": ("tls_compression", "supports_compression", True),
    "client-renegotiation-dos": ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", True),
    "insecure-renegotiation": ("session_renegotiation", "supports_secure_renegotiation", False),
    "no-fallback-scsv": ("tls_fallback_scsv", "supports_fallback_scsv", False),
    "no-extended-master-secret": ("tls_extended_master_secret", "supports_ems_extension", False),
    "early-data": ("tls_1_3_early_data", "supports_early_data", True),
}
"""Weakness to the test that finds it, the member of its result, and the value that means it is there."""
_ROBOT = {
    "VULNERABLE_STRONG_ORACLE": True,
    "VULNERABLE_WEAK_ORACLE": True,
    "NOT_VULNERABLE_NO_ORACLE": False,
    "NOT_VULNERABLE_RSA_NOT_SUPPORTED": False,
}
_LONGEST = 2**40
"""Seconds; a longer max-age (RFC 6797 sets no bound) is held as this."""


def mapping(value: Any) -> Mapping[str, Any]:
    """Take an object of the document, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Take an array of the document, or an empty one."""
    return value if isinstance(value, list) else []


def truth(value: Any) -> bool | None:
    """Take a boolean, or null where something else stands."""
    return value if isinstance(value, bool) else None


@record
class Scan:
    """The tests that were run on one server."""

    tests: Mapping[str, Any]
    connectivity: Mapping[str, Any]

    def result(self, test: str) -> Mapping[str, Any] | None:
        """Return the result of a completed test; null where it was not run or failed."""
        attempt = mapping(self.tests.get(test))
        return mapping(attempt.get("result")) or None if attempt.get("status") == "COMPLETED" else None

    def failed(self) -> list[str]:
        """Name the tests that were tried and gave no result, with the reason."""
        tried = {name: mapping(attempt) for name, attempt in self.tests.items()}
        return [
            f"{name} ({one.get('error_reason') or 'no reason given'})"
            for name, one in tried.items()
            if one.get("status") == "ERROR"
        ]

    def deployments(self) -> list[Mapping[str, Any]]:
        """Return the certificate deployments, one per sort of key."""
        return [mapping(one) for one in items((self.result("certificate_info") or {}).get("certificate_deployments"))]

    def facts(self) -> dict[str, object]:
        """Return the facts of the endpoint."""
        sent, max_age = self._hsts()
        return {
            "tls.versions": self._versions(),
            "tls.ciphers": self._ciphers(),
            "tls.groups": [*dict.fromkeys(self._groups()), None],
            "tls.curves": self._curves(),
            "tls.pq_groups": [None],
            "tls.vulnerabilities": self._vulnerabilities(),
            "hsts.sent": sent,
            "hsts.max_age": max_age,
            "client_auth": _CLIENT_AUTH.get(str(self.connectivity.get("client_auth_requirement"))),
            "ocsp_stapled": _every(
                one.get("ocsp_response") is not None if "ocsp_response" in one else None for one in self.deployments()
            ),
            "certificate.trusted": _every(map(_trusted, self.deployments())),
            "chain.order_ok": _every(truth(one.get("received_chain_has_valid_order")) for one in self.deployments()),
        }

    def _versions(self) -> list[str | None]:
        """Versions accepted; open where a version was not tried."""
        results = {version: self.result(test) for test, version in VERSIONS.items()}
        highest = _HIGHEST.get(str(self.connectivity.get("highest_tls_version_supported")))
        accepted = [
            name for name, one in results.items() if name == highest or (one and one.get("is_tls_version_supported") is True)
        ]
        return [*accepted, *([None] if None in results.values() else [])]

    def _ciphers(self) -> list[dict[str, object] | None]:
        """Suites accepted with every version; open where a version was not tried."""
        found: list[dict[str, object] | None] = []
        for test, version in VERSIONS.items():
            accepted = [
                mapping(mapping(one).get("cipher_suite")).get("name")
                for one in items((self.result(test) or {}).get("accepted_cipher_suites"))
            ]
            # sslyze tries suites in threads: their order differs from run to run and says nothing.
            found += [
                _tls_names.suite(name[:80], version) for name in sorted({name for name in accepted if isinstance(name, str)})
            ]
        return [*found, None] if any(self.result(test) is None for test in VERSIONS) else found

    def _groups(self) -> Iterator[str]:
        """Groups that the curve test or an accepted suite showed."""
        yield from self._tried("supported_curves")
        for test in VERSIONS:
            for one in items((self.result(test) or {}).get("accepted_cipher_suites")):
                yield from _named(mapping(mapping(one).get("ephemeral_key")).get("curve_name"))

    def _tried(self, answer: str) -> Iterator[str]:
        """Curves that the curve test saw accepted (`supported_curves`) or refused (`rejected_curves`)."""
        for curve in items((self.result("elliptic_curves") or {}).get(answer)):
            yield from _named(mapping(curve).get("name"))

    def _curves(self) -> list[str | None]:
        """Curves seen; closed where each was tried, with the highest version, and no answer contradicts another.

        sslyze says `supports_ecdh_key_exchange: false` also of a server that accepts Brainpool curves alone, so no curve at all
        is never concluded.
        """
        seen: list[str | None] = [name for name in dict.fromkeys(self._groups()) if _tls_names.is_curve(name)]
        accepted, refused = set(self._tried("supported_curves")), set(self._tried("rejected_curves"))
        version = _HIGHEST.get(str(self.connectivity.get("highest_tls_version_supported")))
        newest = [one for one in self._versions() if one is not None][-1:]
        wanted = _IN_TLS_1_3 if version == "TLS 1.3" else _BEFORE_TLS_1_3
        whole = newest == [version] and accepted and wanted <= accepted | refused and not refused.intersection(seen)
        return seen if whole else [*seen, None]

    def _vulnerabilities(self) -> list[str | None]:
        """Weaknesses found; open where a test gave no answer."""
        answers: dict[str, bool | None] = {"robot": _ROBOT.get(str((self.result("robot") or {}).get("robot_result")))}
        for weakness, (test, member, bad) in _VULNERABLE.items():
            seen = truth((self.result(test) or {}).get(member))
            answers[weakness] = None if seen is None else seen is bad
        found = [weakness for weakness, answer in answers.items() if answer]
        return [*sorted(found), *([None] if None in answers.values() else [])]

    def _hsts(self) -> tuple[bool | None, timedelta | None]:
        """Whether the header was sent, and its max-age; unknown where no answer came over HTTP."""
        answer = self.result("http_headers") or {}
        if answer.get("http_error_trace") or "strict_transport_security_header" not in answer:
            return None, None
        header = answer["strict_transport_security_header"]
        return header is not None, _age(mapping(header).get("max_age"))


def _named(name: Any) -> Iterator[str]:
    known = _tls_names.group(name) if isinstance(name, str) else None
    if known is not None and _tls_names.is_group(known):
        yield known


def _every(answers: Any) -> bool | None:
    """Say whether it holds for every deployment: one that fails decides, else one that is unknown (Kleene)."""
    told = list(answers)
    if False in told:
        return False
    return None if not told or None in told else True


def _trusted(deployment: Mapping[str, Any]) -> bool | None:
    told = [truth(mapping(one).get("was_validation_successful")) for one in items(deployment.get("path_validation_results"))]
    return any(told) if told and (True in told or None not in told) else None


def _age(seconds: Any) -> timedelta | None:
    return (
        timedelta(seconds=min(seconds, _LONGEST))
        if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0
        else None
    )

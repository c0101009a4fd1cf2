"""Rules for the reports' tests, each with the judgement that stands in for the engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scanner.model import Mode, OnUnknown, RuleReport, Severity
from tests.reports.estate import AS_OF, Row

BR = {"id": "cabf-br", "doc": "CA/Browser Forum TLS BR", "edition": "2.2.6", "binding": "mandatory", "checked": "2026-09-01"}
TLS = {"id": "mozilla-tls", "doc": "Mozilla Server Side TLS", "edition": "5.8", "binding": "recommended", "checked": "2026-09-01"}
PQC = {"id": "nist-ir-8547", "doc": "NIST IR 8547 ipd", "edition": "2024-11", "url": "https://doi.example/NIST.IR.8547"}
OLD = "none of SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1"
Said = tuple[str, str] | str
"""`pass`, `skip`, `unknown`, or `fail` with a message."""


@dataclass(frozen=True)
class Trial:
    """A rule, its judgement of a row, and the facts it reads."""

    rule: RuleReport
    judge: Callable[[Row], Said]
    reads: tuple[str, ...]


def rule(
    rule_id: str, title: str, severity: Severity, kind: str, source: Mapping[str, str], clause: str = "", **more: Any
) -> RuleReport:
    """Make a rule with ordinary words."""
    policy = rule_id.split("/", maxsplit=1)[0]
    given: dict[str, Any] = {
        "mode": Mode.BLOCK,
        "if_unknown": OnUnknown.FAIL,
        "because": "Clients refuse the connection, or people learn to click warnings away.",
        "fix": "Reissue {name} within the limit ({limit}) and move it to automatic renewal.",
        "controls": ("pci-dss-4.0.1/4.2.1", "nist-800-53r5/SC-17"),
        "limit": "as the policy asks",
    }
    return RuleReport(
        id=rule_id,
        policy=policy,
        policy_version="1.4.0",
        policies=(policy,),
        title=title,
        kinds=(kind,),
        severity=severity,
        source={**source, "clause": clause},
        path=f"certgate:policies/{policy}.yaml",
        line=40,
        **given | more,
    )


def _expired(row: Row) -> Said:
    if row["not_after"] is None:
        return "unknown"
    days = (AS_OF - row["not_after"]).days
    end = f"{row['not_after']:%Y-%m-%d}"
    return (
        ("fail", f"expired is yes, must be no; notAfter {end} lies {days} d before the evaluation date") if days > 0 else "pass"
    )


def _strong(row: Row) -> Said:
    if row["key.algorithm"] is None:
        return "unknown"
    weak = row["key.algorithm"] == "RSA" and row["key.bits"] < 2048
    return ("fail", f"key is RSA of {row['key.bits']} bits; at least 2048 bits") if weak else "pass"


def _limited(row: Row) -> Said:
    if row["lifetime"] is None:
        return "unknown"
    recent, days = row["not_before"] >= datetime(2026, 3, 15, tzinfo=UTC), row["lifetime"].days
    limit, since = (200, "2026-03-15") if recent else (398, "2020-09-01")
    return ("fail", f"lifetime is {days} d; at most {limit} d for certificates issued from {since}") if days > limit else "pass"


def _late(row: Row) -> Said:
    if row["not_after"] is None:
        return "unknown"
    share = (AS_OF - row["not_before"]) / (row["not_after"] - row["not_before"])
    if share >= 1:
        return "skip"
    return ("fail", f"elapsed_share is {share:.0%}; less than 67%") if share > 0.67 else "pass"


def _of(field: str, bad: Callable[[Any], bool], message: str) -> Callable[[Row], Said]:
    def judge(row: Row) -> Said:
        found = row[field]
        if found is None:
            return "unknown"
        return ("fail", message.replace("{}", str(found))) if bad(found) else "pass"

    return judge


def trials() -> list[Trial]:
    """Twelve rules of four policies."""
    return [*_certificate_trials(), *_endpoint_trials()]


def _certificate_trials() -> list[Trial]:
    critical, high, medium, _, info = Severity
    return [
        Trial(
            rule(
                "public-tls/expired", "The certificate has not expired", critical, "certificate", BR, "4.9", limit="expired is no"
            ),
            _expired,
            ("not_after",),
        ),
        Trial(
            rule(
                "public-tls/key",
                "Key type and strength are on the allow list",
                critical,
                "certificate",
                BR,
                "6.1.5",
                because="A 1024-bit RSA key can be factored within the lifetime of the data it protects.",
                fix="Replace it by ECDSA P-256 or RSA 3072.",
                limit="RSA of 2048 bits or more, EC P-256, P-384 or P-521",
                controls=("pci-dss-4.0.1/4.2.1", "nist-800-53r5/SC-12"),
            ),
            _strong,
            ("key.algorithm", "key.bits"),
        ),
        Trial(
            rule(
                "public-tls/lifetime",
                "Lifetime follows the SC-081v3 schedule",
                high,
                "certificate",
                BR,
                "6.3.2",
                limit="at most 200 d",
                because="Browsers reject longer certificates; the limit depends on the day of issue.",
            ),
            _limited,
            ("lifetime", "not_before"),
        ),
        Trial(
            rule("public-tls/san", "Names stand in subjectAltName", high, "certificate", BR, "7.1.2.7.12"),
            _of("san.dns", lambda names: not names, "san.dns is empty; at least one name"),
            ("san.dns", "subject.cn"),
        ),
        Trial(
            rule("public-tls/serial", "The serial number has 64 bits or more", medium, "certificate", BR, "7.1"),
            _of("serial_bits", lambda bits: bits < 64, "serial_bits is {}; at least 64 bits"),
            ("serial_bits",),
        ),
        Trial(
            rule("public-tls/renewal", "Two thirds of the lifetime have not passed", medium, "certificate", BR, mode=Mode.WARN),
            _late,
            ("elapsed_share", "not_after"),
        ),
        Trial(
            rule("approved-cas/owner", "The issuing CA is known by name", info, "certificate", BR, mode=Mode.REPORT),
            _of("issuer.cn", lambda found: "Legacy" in found, "issuer.cn is {}; an approved CA"),
            ("issuer.cn",),
        ),
    ]


def _endpoint_trials() -> list[Trial]:
    _, high, medium, low, _ = Severity
    return [
        Trial(
            rule(
                "tls-endpoints/versions",
                "TLS 1.0 and 1.1 are refused",
                high,
                "endpoint",
                TLS,
                because="Old protocol versions have known breaks.",
                fix="Allow TLS 1.2 and 1.3 only.",
                limit=OLD,
            ),
            _of("tls.versions", lambda found: "TLS 1.0" in found, f"tls.versions has TLS 1.0; {OLD}"),
            ("tls.versions",),
        ),
        Trial(
            rule("tls-endpoints/trusted", "A root store accepts the chain", high, "endpoint", TLS),
            _of("certificate.trusted", lambda found: not found, "certificate.trusted is no; must be yes"),
            ("certificate.trusted",),
        ),
        Trial(
            rule("tls-endpoints/hostname", "The certificate names the host", medium, "endpoint", TLS),
            _of("certificate.hostname_matches", lambda found: not found, "certificate.hostname_matches is no; must be yes"),
            ("certificate.hostname_matches", "host"),
        ),
        Trial(
            rule("tls-endpoints/hsts", "HSTS is sent for half a year or more", low, "endpoint", TLS, if_unknown=OnUnknown.WARN),
            _of("hsts.sent", lambda found: not found, "hsts.sent is no; must be yes"),
            ("hsts.sent",),
        ),
        Trial(
            rule(
                "pqc-readiness/key-exchange",
                "Endpoint offers a post-quantum hybrid group",
                medium,
                "endpoint",
                PQC,
                mode=Mode.REPORT,
                if_unknown=OnUnknown.WARN,
                fix="Enable X25519MLKEM768 in the TLS library or the load balancer.",
            ),
            _of("tls.pq_groups", lambda found: not found, "tls.pq_groups is none; at least one of X25519MLKEM768"),
            ("tls.pq_groups",),
        ),
    ]

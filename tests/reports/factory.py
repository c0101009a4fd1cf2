"""Reports made by hand for the tests of renderers: a believable run, and the odd ones."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import polars as pl

from scanner import tables
from scanner.model import (
    FINDINGS,
    GAPS,
    PROBLEMS,
    SIGHTINGS,
    Exit,
    ExitReport,
    Mode,
    OnUnknown,
    PolicyReport,
    Report,
    RuleReport,
    Severity,
    SourceReport,
)

AS_OF = datetime(2026, 9, 30, tzinfo=UTC)
OWNERS = ("platform", "build", "payments", "data-eng", "identity", "retail-web", None)
STAGES = ("prod", "stage", "dev")
BR = {"id": "cabf-br", "doc": "CA/Browser Forum TLS BR", "edition": "2.2.6", "binding": "mandatory", "checked": "2026-09-01"}
TLS = {"id": "mozilla-tls", "doc": "Mozilla Server Side TLS", "edition": "5.8", "binding": "recommended", "checked": "2026-09-01"}
PQC = {"id": "nist-ir-8547", "doc": "NIST IR 8547 ipd", "edition": "2024-11", "binding": "informative", "checked": "2026-09-01"}
Row = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """A rule with the judgement that the factory passes in place of the engine."""

    rule: RuleReport
    judge: Callable[[Row], tuple[str, str] | str]
    """`pass`, `skip`, `unknown`, or (`fail`, message)."""
    reads: tuple[str, ...]


def rule(rule_id: str, title: str, severity: Severity, kind: str, source: Mapping[str, str], clause: str, **more: Any) -> RuleReport:
    """Make a rule with ordinary words."""
    policy = rule_id.split("/")[0]
    given: dict[str, Any] = {
        "because": "Clients refuse the connection, or people learn to click warnings away.",
        "fix": "Reissue {name} within the limit ({limit}) and move it to automatic renewal.",
        "controls": ("pci-dss-4.0.1/4.2.1", "nist-800-53r5/SC-17"),
        "limit": "as the policy asks",
        "mode": Mode.BLOCK,
        "if_unknown": OnUnknown.FAIL,
    } | more
    return RuleReport(
        id=rule_id, policy=policy, policy_version="1.4.0", policies=(policy,), title=title, kinds=(kind,), severity=severity,
        source={**source, "clause": clause}, path=f"certgate:policies/{policy}.yaml", line=40, **given,
    )  # fmt: skip


def _limited(row: Row) -> tuple[str, str] | str:
    if row["lifetime"] is None:
        return "unknown"
    limit = 200 if row["not_before"] >= datetime(2026, 3, 15, tzinfo=UTC) else 398
    days = row["lifetime"].days
    if days <= limit:
        return "pass"
    return "fail", f"lifetime is {days} d; at most {limit} d for certificates issued from {'2026-03-15' if limit == 200 else '2020-09-01'}"


def _strong(row: Row) -> tuple[str, str] | str:
    if row["key.algorithm"] is None:
        return "unknown"
    weak = row["key.algorithm"] == "RSA" and row["key.bits"] < 2048
    return ("fail", f"key is RSA of {row['key.bits']} bits; at least 2048 bits") if weak else "pass"


def _expired(row: Row) -> tuple[str, str] | str:
    if row["not_after"] is None:
        return "unknown"
    days = (AS_OF - row["not_after"]).days
    return ("fail", f"expired is yes, must be no; notAfter {row['not_after']:%Y-%m-%d} lies {days} d before the evaluation date") if days > 0 else "pass"


def _of(field: str, bad: Callable[[Any], bool], message: str) -> Callable[[Row], tuple[str, str] | str]:
    def judge(row: Row) -> tuple[str, str] | str:
        found = row[field]
        if found is None:
            return "unknown"
        return ("fail", message.replace("{}", ", ".join(found) if isinstance(found, list) else str(found))) if bad(found) else "pass"

    return judge


def trials() -> list[Trial]:
    """Twelve rules of four policies."""
    critical, high, medium, low, info = Severity
    return [
        Trial(rule("public-tls/expired", "The certificate has not expired", critical, "certificate", BR, "4.9", limit="expired is no"), _expired, ("not_after",)),
        Trial(
            rule(
                "public-tls/key", "Key type and strength are on the allow list", critical, "certificate", BR, "6.1.5",
                because="A 1024-bit RSA key can be factored within the lifetime of the data it protects.",
                fix="Replace it by ECDSA P-256 or RSA 3072.", limit="RSA of 2048 bits or more, EC P-256, P-384 or P-521",
                controls=("pci-dss-4.0.1/4.2.1", "nist-800-53r5/SC-12"),
            ),
            _strong, ("key.algorithm", "key.bits"),
        ),  # fmt: skip
        Trial(
            rule("public-tls/lifetime", "Lifetime follows the SC-081v3 schedule", high, "certificate", BR, "6.3.2", limit="at most 200 d", because="Browsers reject longer certificates; the limit depends on the day of issue."),
            _limited, ("lifetime", "not_before"),
        ),  # fmt: skip
        Trial(rule("public-tls/san", "Names stand in subjectAltName", high, "certificate", BR, "7.1.2.7.12"), _of("san.dns", lambda names: not names, "san.dns is empty; at least one name"), ("san.dns", "subject.cn")),
        Trial(rule("public-tls/serial", "The serial number has 64 bits or more", medium, "certificate", BR, "7.1"), _of("serial_bits", lambda bits: bits < 64, "serial_bits is {}; at least 64 bits"), ("serial_bits",)),
        Trial(rule("public-tls/renewal", "Two thirds of the lifetime have not passed", medium, "certificate", BR, "", mode=Mode.WARN), _late, ("elapsed_share", "not_after")),
        Trial(
            rule("tls-endpoints/versions", "TLS 1.0 and 1.1 are refused", high, "endpoint", TLS, "", because="Old protocol versions have known breaks.", fix="Allow TLS 1.2 and 1.3 only.", limit="none of SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1"),
            _of("tls.versions", lambda found: "TLS 1.0" in found, "tls.versions has TLS 1.0; none of SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1"), ("tls.versions",),
        ),  # fmt: skip
        Trial(rule("tls-endpoints/trusted", "A root store accepts the chain", high, "endpoint", TLS, ""), _of("certificate.trusted", lambda found: not found, "certificate.trusted is no; must be yes"), ("certificate.trusted",)),
        Trial(rule("tls-endpoints/hostname", "The certificate names the host", medium, "endpoint", TLS, ""), _of("certificate.hostname_matches", lambda found: not found, "certificate.hostname_matches is no; must be yes"), ("certificate.hostname_matches", "host")),
        Trial(rule("tls-endpoints/hsts", "HSTS is sent for half a year or more", low, "endpoint", TLS, "", if_unknown=OnUnknown.WARN), _of("hsts.sent", lambda found: not found, "hsts.sent is no; must be yes"), ("hsts.sent",)),
        Trial(
            rule("pqc-readiness/key-exchange", "Endpoint offers a post-quantum hybrid group", medium, "endpoint", PQC, "", mode=Mode.REPORT, if_unknown=OnUnknown.WARN, fix="Enable X25519MLKEM768 in the TLS library or the load balancer."),
            _of("tls.pq_groups", lambda found: not found, "tls.pq_groups is none; at least one of X25519MLKEM768, SecP384r1MLKEM1024"), ("tls.pq_groups",),
        ),  # fmt: skip
        Trial(rule("approved-cas/owner", "The issuing CA is known by name", info, "certificate", BR, "", mode=Mode.REPORT), _of("issuer.cn", lambda found: "Legacy" in found, "issuer.cn is {}; an approved CA"), ("issuer.cn",)),
    ]  # fmt: skip


def _late(row: Row) -> tuple[str, str] | str:
    if row["not_after"] is None:
        return "unknown"
    share = (AS_OF - row["not_before"]) / (row["not_after"] - row["not_before"])
    if share >= 1:
        return "skip"
    return ("fail", f"elapsed_share is {share:.0%}; less than 67%") if share > 0.67 else "pass"


def certificates(count: int, seed: int = 7) -> list[Row]:
    """Certificates of many ages, a few expired, weak, nameless or known from a list only."""
    chance = random.Random(seed)
    return [_certificate(index, chance) for index in range(count)]


def _certificate(index: int, chance: random.Random) -> Row:
    owner = chance.choice(OWNERS)
    host = f"{owner or 'legacy'}-{index}.{chance.choice(STAGES)}.example.com"
    days = chance.choice((90, 90, 199, 199, 199, 200, 397))
    start = AS_OF - timedelta(days=days + chance.randrange(1, 40) if chance.random() < 0.03 else int(days * chance.random() * 0.8) + 1)
    fingerprint = sha256(host.encode()).hexdigest()
    listed_only = chance.random() < 0.04
    weak = chance.random() < 0.03
    row: Row = {
        "asset_id": fingerprint, "place": f"tls://{host}:443#{host}/EC", "name": host, "sources": ["network", "inventory"],
        "owner": owner, "in_inventory": chance.random() > 0.05, "on_network": chance.random() > 0.04, "_decoded": not listed_only,
        "not_after": None, "san.dns": None,
    }  # fmt: skip
    if listed_only:
        return row
    return row | {
        "subject.cn": host, "issuer.cn": chance.choice(("Example Issuing CA 3", "Example Issuing CA 3", "Example Issuing CA 4", "Example Issuing CA 4", "Legacy CA G1")),
        "not_before": start, "not_after": start + timedelta(days=days) - timedelta(seconds=1), "lifetime": timedelta(days=days),
        "key.algorithm": "RSA" if weak else "EC", "key.bits": 1024 if weak else 256, "key.curve": None if weak else "P-256",
        "serial_bits": 32 if chance.random() < 0.05 else 127, "san.dns": [] if chance.random() < 0.02 else [host],
        "fingerprint_sha256": fingerprint, "trust": "public",
    }  # fmt: skip


def endpoints(count: int, seed: int = 8) -> list[Row]:
    """Endpoints, a few old, a few silent, whose post-quantum groups nobody could see."""
    chance = random.Random(seed)
    return [_endpoint(index, chance) for index in range(count)]


def _endpoint(index: int, chance: random.Random) -> Row:
    owner = chance.choice(OWNERS)
    host = f"{owner or 'legacy'}-{index}.{chance.choice(STAGES)}.example.com"
    silent = chance.random() < 0.06
    row: Row = {
        "asset_id": f"tls://{host}:443#{host}", "place": f"tls://{host}:443#{host}", "name": f"{host}:443", "sources": ["network"],
        "owner": owner, "host": host, "port": 443, "reachable": not silent,
    }  # fmt: skip
    if silent:
        return row
    return row | {
        "tls.versions": ["TLS 1.0", "TLS 1.2"] if chance.random() < 0.2 else ["TLS 1.2", "TLS 1.3"],
        "tls.pq_groups": None if chance.random() < 0.5 else [] if chance.random() < 0.5 else ["X25519MLKEM768"],
        "certificate.trusted": chance.random() > 0.1, "certificate.hostname_matches": chance.random() > 0.1, "hsts.sent": chance.random() > 0.4,
    }  # fmt: skip


def report(rows: Mapping[str, list[Row]] | None = None, **more: Any) -> Report:
    """Judge rows and make a Report; the believable one where no rows are given."""
    rows = rows if rows is not None else {"certificate": certificates(180), "endpoint": endpoints(60)}
    made = [_judged(trial, rows.get(trial.rule.kinds[0], [])) for trial in trials()]
    found = [row for _, rows_ in made for row in rows_]
    found.sort(key=lambda row: (not row["counts"], row["outcome"] != "fail", Severity(row["severity"]).rank, row["rule_id"], row["place"]))
    blocking = sum(row["counts"] and row["outcome"] == "fail" for row in found)
    unknown = sum(row["counts"] and row["outcome"] == "unknown" for row in found)
    given: dict[str, Any] = {
        "exit": _exit(blocking, unknown), "rules": tuple(rule_ for rule_, _ in made),
        "findings": pl.DataFrame(found, schema=FINDINGS), "gaps": gaps(found), "problems": problems(),
        "tables": {kind: _table(kind, rows.get(kind, [])) for kind in tables.KINDS}, "sightings": sightings(rows),
    } | more  # fmt: skip
    return Report(**_about() | given)


def _table(kind: str, rows: list[Row]) -> pl.DataFrame:
    return tables.frame(kind, rows) if rows else tables.empty(kind)


def _exit(blocking: int, unknown: int) -> ExitReport:
    reasons = [f"{blocking:,} finding{'' if blocking == 1 else 's'} at or above high {'is' if blocking == 1 else 'are'} open"] if blocking else []
    reasons += [f"{unknown:,} checks could not be judged, because facts are missing"] if unknown else []
    code = Exit.VIOLATIONS if blocking else Exit.INCOMPLETE if unknown else Exit.OK
    return ExitReport(code, tuple(reasons or ["no finding at or above high is open"]))


def _about() -> dict[str, Any]:
    names = {"public-tls": "Publicly trusted TLS server certificates", "tls-endpoints": "TLS endpoints", "pqc-readiness": "Post-quantum readiness", "approved-cas": "Approved CAs"}
    return {
        "tool": {"name": "certgate", "version": "0.1.0", "python": "3.11.9", "polars": "2.1.0", "cryptography": "46.0.7", "sslyze": "6.3.1"},
        "as_of": AS_OF, "as_of_given": True, "fail_on": "high", "on_unknown": None, "show_from": "info", "assumed": {}, "where": None, "config": None,
        "policies": tuple(
            PolicyReport(name, "1.4.0", title, "pki@example.com", sha256(name.encode()).hexdigest(), f"certgate:policies/{name}.yaml", named=name == "public-tls", sources=(BR,))
            for name, title in names.items()
        ),
        "sources": (
            SourceReport("targets.txt", "sslyze", "network", None, None, read=60, kept=57, dropped=3),
            SourceReport("inventory/tls.csv", "csv", "inventory", sha256(b"csv").hexdigest(), 48211, read=182, kept=180, partial=4, dropped=2, why="2 rows have neither a name nor a serial number"),
            SourceReport("certs/", "der, pem", "file", sha256(b"folder").hexdigest(), 310442, read=151, kept=151, files=151, ignored=2),
        ),
        "undeclared": ({"field": "environment", "assets": 12, "rules": ["approved-cas/owner"]},),
    }  # fmt: skip


def _judged(trial: Trial, rows: list[Row]) -> tuple[RuleReport, list[Row]]:
    """Judge every row by a rule, as the engine would."""
    counts = {"pass": 0, "fail": 0, "unknown": 0, "skip": 0}
    found = []
    for row in rows:
        full = {name: row.get(name) for name in tables.schema(trial.rule.kinds[0])}
        said = trial.judge(full)
        outcome, message = said if isinstance(said, tuple) else (said, "")
        counts[outcome] += 1
        if outcome in {"fail", "unknown"}:
            found.append(_finding(trial, full, outcome, message))
    return replace(trial.rule, passed=counts["pass"], failed=counts["fail"], unknown=counts["unknown"], skipped=counts["skip"]), found


def _finding(trial: Trial, row: Row, outcome: str, message: str) -> Row:
    rule_ = trial.rule
    missing = [name for name in trial.reads if row.get(name) is None] if outcome == "unknown" else []
    counts = rule_.mode is Mode.BLOCK and rule_.severity.rank <= 1 and (outcome == "fail" or rule_.if_unknown is OnUnknown.FAIL)
    return {
        "finding_id": sha256(f"{rule_.id}\0{row['place']}".encode()).hexdigest()[:32], "rule_id": rule_.id, "policy_version": "1.4.0",
        "kind": rule_.kinds[0], "asset_id": row["asset_id"], "place": row["place"], "name": row["name"], "outcome": outcome,
        "severity": str(rule_.severity), "mode": str(rule_.mode), "counts": counts, "waived_by": None, "in_baseline": False, "members": [],
        "missing": missing, "observed": orjson.dumps({name: _plain(row[name]) for name in trial.reads if name in row}).decode(),
        "limit": rule_.limit, "message": message or f"not known: {', '.join(missing)}", **_spot(row),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _spot(row: Row) -> Row:
    line = int(sha256(row["asset_id"].encode()).hexdigest()[:3], 16)
    network = row.get("host") is not None
    return {"uri": row["asset_id"] if network else "inventory/tls.csv", "line": None if network else line + 1, "column": None, "pointer": None}


def gaps(found: list[Row]) -> pl.DataFrame:
    """Gather unknown findings by asset."""
    assets: dict[tuple[str, str], Row] = {}
    for row in found:
        if row["outcome"] == "unknown":
            gap = assets.setdefault((row["kind"], row["asset_id"]), {name: row.get(name) for name in GAPS} | {"missing": set(), "rules": set(), "counts": False})
            gap["missing"] |= set(row["missing"])
            gap["rules"].add(row["rule_id"])
            gap["counts"] |= row["counts"]
            gap["severity"] = min(gap["severity"], row["severity"], key=lambda one: Severity(one).rank)
    rows = [gap | {"missing": sorted(gap["missing"]), "rules": sorted(gap["rules"]), "would_tell": _would_tell(gap)} for gap in assets.values()]
    return pl.DataFrame(rows, schema=GAPS)


def _would_tell(gap: Row) -> list[str]:
    if "tls.pq_groups" in gap["missing"]:
        return ["TLS group probe"]
    return ["der", "pem"] if gap["kind"] == "certificate" else ["sslyze"]


def sightings(rows: Mapping[str, list[Row]]) -> pl.DataFrame:
    """Show every asset where its findings say, and certificates on the network too."""
    seen = datetime(2026, 9, 30, 2, 14, 51, tzinfo=UTC)
    shown = []
    for kind, assets in rows.items():
        for row in assets:
            spot = _spot(row)
            shown.append({"kind": kind, "asset_id": row["asset_id"], "source": "targets.txt" if kind == "endpoint" else "inventory/tls.csv", "source_type": "network" if kind == "endpoint" else "inventory", **spot, "seen_at": seen if kind == "endpoint" else None})
            if kind == "certificate" and row.get("on_network"):
                shown.append({"kind": kind, "asset_id": row["asset_id"], "source": "targets.txt", "source_type": "network", "uri": f"tls://{row['name']}:443", "line": None, "column": None, "pointer": None, "seen_at": seen})
    return pl.DataFrame(shown, schema=SIGHTINGS)


def problems(*more: tuple[Any, ...]) -> pl.DataFrame:
    """Three silent hosts, an unreadable row, and a note."""
    rows = [("high", "certgate/unreachable", f"tls://silent-{index}.example.com:443", None, None, None, "no answer within 10 s") for index in range(3)]
    rows += [("low", "certgate/conflicting-facts", "inventory/tls.csv", 17, None, None, "sources disagree about owner of certificate 27922b7179884f51: 'build', 'platform'; the first is used")]
    return pl.DataFrame([*rows, *more], schema=PROBLEMS, orient="row")


def empty() -> Report:
    """A run without any asset."""
    return report(
        {}, exit=ExitReport(Exit.INCOMPLETE, ("no assets were found in the evidence",)), sources=(), undeclared=(),
        problems=problems(("high", "certgate/nothing-matched", "evidence", None, None, None, "no assets were found in the evidence")).tail(1),
    )  # fmt: skip


def clean() -> Report:
    """A run without an open finding or gap."""
    rows = [row | {"issuer.cn": "Example Issuing CA 3", "serial_bits": 127, "san.dns": [row["name"]]} for row in certificates(40) if row["_decoded"]]
    healthy = {"not_before": AS_OF - timedelta(days=10), "not_after": AS_OF + timedelta(days=79), "lifetime": timedelta(days=90), "key.algorithm": "EC", "key.bits": 256, "key.curve": "P-256"}
    return report({"certificate": [row | healthy for row in rows]}, problems=problems().clear(), undeclared=())


def only_unknown() -> Report:
    """A run that could judge nothing: certificates known from a list only."""
    names = ("asset_id", "place", "name", "sources", "owner", "in_inventory")
    rows = [{name: row[name] for name in names} | {"_decoded": False} for row in certificates(12)]
    return report({"certificate": rows}, problems=problems().clear(), undeclared=())


def incomplete() -> Report:
    """A run with open findings whose evidence is broken."""
    broken = ("high", "certgate/unreadable-input", "certs/cut.der", None, None, None, "the file ends in the middle of the certificate")
    whole = report(problems=problems(broken))
    return replace(whole, exit=ExitReport(Exit.VIOLATIONS, (*whole.exit.reasons, "3 hosts gave no answer", "1 input could not be read")))


HOSTILE = (
    "<script>document.title='acted'</script>",
    "<img src=x onerror=\"document.title='acted'\">",
    "\"><style>body{display:none}</style>",
    "</script><script>document.title='acted'</script>",
    "javascript:document.title='acted'",
    "\u202egnp.exe\u2066",
    "zero\u200bwidth\ufeff\u2028line\x00\x1b[31mred",
    "=cmd|' /C calc'!A0",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "a" * 10_000,
    "&lt;b&gt; ]]> <!-- --!>",
    "e\u0301\u0302\u0303\u0304\u0305 Z\u0351\u036b\u0343",
)


def hostile() -> Report:
    """A run whose names and messages try to act."""
    rows = [
        row | {"name": text, "subject.cn": text, "issuer.cn": f"Legacy {text}", "owner": text, "place": f"{text}#{index}"}
        for index, (row, text) in enumerate(zip([row for row in certificates(60) if row["_decoded"]], HOSTILE, strict=False))
    ]
    return report({"certificate": rows}, problems=problems(("high", "certgate/unreadable-input", HOSTILE[0], None, None, None, HOSTILE[1])))


def cjk() -> Report:
    """A run whose owners write in scripts that the fonts of reports do not have, and in Latin Extended ones that they do."""
    owners = ("中文团队", "Łukasz", "Őri", "Ελένη", "Борис", "日本語 → 決済", "Zoë")
    rows = [row | {"owner": owners[index % len(owners)]} for index, row in enumerate(certificates(60))]
    return report({"certificate": rows})


def large(count: int) -> Report:
    """A run with at least `count` findings."""
    return report({"certificate": certificates(count), "endpoint": endpoints(count // 2)})

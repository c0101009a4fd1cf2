"""Odd runs for the reports' tests: empty, clean, undecided, incomplete, hostile, in other scripts, large."""

from datetime import timedelta
from functools import cache

from scanner.model import Exit, ExitReport, Report
from tests.reports.estate import AS_OF, certificates, endpoints
from tests.reports.factory import FOLDER, problems, report, unreadable

HOSTILE = (
    "<script>document.title='acted'</script>",
    "<img src=x onerror=\"document.title='acted'\">",
    '"><style>body{display:none}</style>',
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
OTHER_SCRIPTS = ("中文团队", "Łukasz", "Őri", "Ελένη", "Борис", "日本語 → 決済", "Zoë")


def small() -> Report:
    """A run like the believable one, for what takes long."""
    return report({"certificate": certificates(40), "endpoint": endpoints(12)})


def empty() -> Report:
    """A run without any asset."""
    why = "no assets were found in the evidence"
    nothing = ("high", "certgate/nothing-matched", "evidence", None, None, None, why)
    return report({}, exit=ExitReport(Exit.INCOMPLETE, (why,)), sources=(), undeclared=(), problems=problems(nothing).tail(1))


def clean() -> Report:
    """A run without an open finding or gap."""
    healthy = {
        "issuer.cn": "Example Issuing CA 3",
        "serial_bits": 127,
        "not_before": AS_OF - timedelta(days=10),
        "not_after": AS_OF + timedelta(days=79),
        "lifetime": timedelta(days=90),
        "key.algorithm": "EC",
        "key.bits": 256,
        "key.curve": "P-256",
    }
    rows = [row | healthy | {"san.dns": [row["name"]]} for row in certificates(40) if row["_decoded"]]
    return report({"certificate": rows}, problems=problems().clear(), undeclared=(), sources=(FOLDER,))


def only_unknown() -> Report:
    """A run that could judge nothing: certificates known from a list only."""
    names = ("asset_id", "place", "name", "sources", "owner", "in_inventory")
    rows = [{name: row[name] for name in names} | {"_decoded": False} for row in certificates(12)]
    return report({"certificate": rows}, problems=problems().clear(), undeclared=())


def incomplete() -> Report:
    """A run with open findings whose evidence is broken."""
    return report(problems=problems(unreadable("certs/cut.der", "the file ends in the middle of the certificate")))


def hostile() -> Report:
    """A run whose names and messages try to act."""
    late = {"not_before": AS_OF - timedelta(days=20), "not_after": AS_OF + timedelta(days=377), "lifetime": timedelta(days=397)}
    whole = [row for row in certificates(60) if row["_decoded"]]
    rows = [
        row | late | {"name": text, "subject.cn": text, "issuer.cn": f"Legacy {text}", "owner": text, "place": f"{text}#{index}"}
        for index, (row, text) in enumerate(zip(whole, HOSTILE, strict=False))
    ]
    return report({"certificate": rows}, problems=problems(unreadable(HOSTILE[0], HOSTILE[1])))


def cjk() -> Report:
    """A run whose owners write in scripts that the fonts of reports do not have, and in Latin Extended that they do."""
    rows = [row | {"owner": OTHER_SCRIPTS[index % len(OTHER_SCRIPTS)]} for index, row in enumerate(certificates(60))]
    return report({"certificate": rows})


@cache
def large(count: int) -> Report:
    """A run of many certificates and half as many endpoints."""
    return report({"certificate": certificates(count), "endpoint": endpoints(count // 2)})

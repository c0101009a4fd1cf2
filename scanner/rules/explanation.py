"""Why a finding is one: the clock and the step that applied, the evidence, the clause, and a command that shows it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scanner.model import Outcome
from scanner.rules import asked, message
from scanner.rules.single import chosen
from scanner.rules.syntax import Rule, Source
from scanner.rules.values import in_words, instant
from scanner.vocabulary import SECONDARY

_SHOW = {
    "not_before": "-dates", "not_after": "-dates", "lifetime": "-dates", "remaining": "-dates", "elapsed_share": "-dates",
    "expired": "-dates", "not_yet_valid": "-dates", "age": "-dates", "serial": "-serial", "serial_bits": "-serial",
    "san": "-ext subjectAltName", "wildcard": "-ext subjectAltName", "extended_key_usage": "-ext extendedKeyUsage",
    "key_usage": "-ext keyUsage", "is_ca": "-ext basicConstraints", "path_length": "-ext basicConstraints",
    "policy_oids": "-ext certificatePolicies", "validation": "-ext certificatePolicies", "usage": "-ext extendedKeyUsage",
    "subject": "-subject", "issuer": "-issuer",
}  # fmt: skip
"""Field, or its first part, to the option of `openssl x509` that prints it; others need the whole text."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding, explained; texts are for people and not escaped."""

    says: str
    asks: str
    clock: str
    """Which date chose the limit, and the step it chose; empty where the limit does not change with time."""
    schedule: tuple[tuple[str, str], ...]
    """All limits of the rule by date."""
    evidence: Mapping[str, str]
    """The fields that the rule read, in words; what is missing says so."""
    clause: str
    command: str
    """A command that shows the evidence to somebody who does not trust ours; empty where there is none."""


def explain(
    rule: Rule, kind: str, row: Mapping[str, Any], outcome: Outcome, missing: Sequence[str], as_of: datetime, uri: str = ""
) -> Explanation:
    """Explain a finding from its rule and row; `uri` says where the asset was seen."""
    words = message.message(rule, kind, row, outcome, missing, as_of)
    seen = message.observed(rule, kind, row)
    return Explanation(
        says=words.text,
        asks=words.limit,
        clock=_clock(rule, row, as_of),
        schedule=tuple(asked.schedule(rule)),
        evidence={name: _in_words(name, value, missing) for name, value in seen.items()},
        clause=clause(rule.source),
        command=command(kind, tuple(seen), row, uri),
    )


def _in_words(name: str, value: Any, missing: Sequence[str]) -> str:
    if value is None or (name in missing and not isinstance(value, list)):
        return "not known" if name in missing else "absent or not known"
    return in_words(value)


def _clock(rule: Rule, row: Mapping[str, Any], as_of: datetime) -> str:
    steps = asked.dated(rule)
    if steps is None:
        return ""
    moment = as_of if steps.clock == "as_of" else row.get(steps.clock)
    if not isinstance(moment, datetime):
        return f"{steps.clock} picks the limit, and is not known"
    start, value = chosen(steps, moment)
    step = f"the step from {instant(start)}" if start else "the first step"
    return f"{steps.clock} {instant(moment)} picks {step}: {asked.operand(value, moment)}"


def clause(source: Source | None) -> str:
    """Cite what a rule was written against."""
    if source is None:
        return ""
    checked = f"checked {instant(source.checked)}" if source.checked else ""
    read = SECONDARY if source.confidence == "secondary" else ""
    return ", ".join(filter(None, (f"{source.doc} {source.edition}".strip(), source.clause, source.binding, checked, read)))


def command(kind: str, fields: Sequence[str], row: Mapping[str, Any], uri: str) -> str:
    """Write a command of OpenSSL that shows these fields."""
    if kind == "endpoint":
        host, port = row.get("host"), row.get("port")
        if not host or not port:
            return ""
        at = shlex.quote(f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}")
        return f"openssl s_client -connect {at} -servername {shlex.quote(str(host))} -showcerts </dev/null"
    if kind != "certificate" or not uri or "://" in uri:
        return ""
    found = [_SHOW.get(name) or _SHOW.get(name.split(".")[0]) for name in fields]
    options = dict.fromkeys(option for option in found if option)
    # NOTE: of several -ext only the last would count.
    extensions = ",".join(option.removeprefix("-ext ") for option in options if option.startswith("-ext "))
    shown = [option for option in options if not option.startswith("-ext ")] + [f"-ext {extensions}"] * bool(extensions)
    return f"openssl x509 -in {shlex.quote(uri)} -noout {' '.join(shown) if all(found) and shown else '-text'}"

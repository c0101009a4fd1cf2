"""What a handshake and sslyze saw of one host, as records: sslyze tells more, the handshake fills what it could not see."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from scanner import run_findings
from scanner import vocabulary as words
from scanner.importers import _tls_names
from scanner.model import Problem, Record, Severity, Sighting
from scanner.probes.handshake import Handshake, State
from scanner.probes.targets import Target

Told = Sequence[Record | Problem] | str
"""What sslyze told of a host, or in words why it told nothing."""


def sighting(target: Target) -> Sighting:
    """Say where the host was named: there a finding about it points."""
    return Sighting(target.source, "network", target.spot)


def records(seen: Handshake, told: Told) -> Iterator[Record | Problem]:
    """Yield the endpoint, its certificates, and what a reader must know of how they were seen."""
    if not isinstance(told, str) and (endpoint := _scanned(told)) is not None:
        yield from _both(seen, endpoint, told)
        return
    yield _endpoint(seen)
    yield from _certificates(seen, frozenset())
    spot = seen.target.spot
    if seen.state is State.SPOKE:
        # Not incomplete by itself: what is missing is unknown, and the rules that ask for it say so.
        yield Problem(Severity.MEDIUM, "scan-incomplete", f"{seen.target.shown} {_alone(seen, told)}", spot)
    else:
        gone = not seen.reachable or seen.state in {State.SILENT, State.DRIPPING}
        lacking = run_findings.UNREACHABLE if gone else run_findings.NO_TLS
        yield lacking.problem(f"{seen.target.shown} {seen.reason}", spot)


def _scanned(told: Sequence[Record | Problem]) -> Record | None:
    """Find the endpoint of a scan that came about; one without TLS knows no versions."""
    return next((one for one in told if isinstance(one, Record) and one.kind == "endpoint" and "tls.versions" in one.facts), None)


def _both(seen: Handshake, endpoint: Record, told: Sequence[Record | Problem]) -> Iterator[Record | Problem]:
    filled = dict(endpoint.facts)
    missed = seen.version is not None and seen.version not in _elements(filled.get("tls.versions"))
    for name, value in _facts(seen).items():
        filled[name] = _joined(filled.get(name), value)
    if missed or set(_elements(filled.get("tls.curves"))) - set(_elements(endpoint.facts.get("tls.curves"))):
        # sslyze did not try the highest version, or took a curve for refused that is not.
        filled["tls.curves"] = _open(filled.get("tls.curves"))
    if missed:
        # sslyze could not speak the version, so it saw neither its suites nor its weaknesses; the others it has tried.
        filled |= {name: _open(filled.get(name)) for name in ("tls.ciphers", "tls.vulnerabilities")}
    yield replace(endpoint, facts=filled)
    yield from (one for one in told if one is not endpoint)
    yield from _certificates(seen, {one.der for one in told if isinstance(one, Record) and one.der})


def _joined(held: object, value: object) -> object:
    """Let sslyze's word stand, and add to its list what only the handshake saw."""
    if held is None:
        return value
    if not isinstance(held, list):
        return held
    new = [one for one in _elements(value) if one not in held]
    return [*_elements(held), *new, *([None] if None in held else [])]


def _elements(held: object) -> list[object]:
    return [one for one in held if one is not None] if isinstance(held, list) else []


def _open(held: object) -> list[object]:
    return [*_elements(held), None]


def _facts(seen: Handshake) -> dict[str, object]:
    """Return what one handshake shows; a chain also where it failed after that."""
    facts: dict[str, object] = {"address": seen.address} if seen.address and seen.reachable else {}
    if seen.chain:
        facts |= {"chain.order_ok": seen.order_ok, "certificate.fingerprint_sha256": sha256(seen.chain[0]).hexdigest()}
    if seen.state is not State.SPOKE:
        return facts
    group = _tls_names.group(seen.group) if seen.group else None
    named = [group] if group and _tls_names.is_group(group) else []
    # Names of suites before TLS 1.3 are OpenSSL's own; only sslyze gives those of the standard.
    suites = [_tls_names.suite(seen.cipher, "TLS 1.3")] if seen.version == "TLS 1.3" and seen.cipher else []
    return facts | {
        "tls.versions": [*([seen.version] if seen.version else []), None],
        "tls.ciphers": [*suites, None],
        "tls.groups": [*named, None],
        "tls.curves": [*(one for one in named if _tls_names.is_curve(one)), None],
        "tls.pq_groups": [*(one for one in named if one in words.PQ_GROUPS), None],
    }


def _endpoint(seen: Handshake) -> Record:
    target = seen.target
    known = {"host": target.host, "port": target.port, "protocol": target.protocol, "reachable": seen.reachable}
    notes = (f"{target.shown} {seen.reason}",) if seen.reason else ()
    return Record("endpoint", sighting(target), facts=known | _facts(seen), notes=notes)


def _certificates(seen: Handshake, known: frozenset[bytes] | set[bytes]) -> Iterator[Record]:
    for index, der in enumerate(dict.fromkeys(seen.chain)):
        if der not in known:
            fingerprint = sha256(der).hexdigest()
            leaf_of = seen.target.asset_id if index == 0 else None
            yield Record("certificate", sighting(seen.target), der, {"fingerprint_sha256": fingerprint}, leaf_of=leaf_of)


def _alone(seen: Handshake, told: Told) -> str:
    """Say why only the handshake tells of a host."""
    reason = (
        told
        if isinstance(told, str)
        else next((_said(one) for one in told if isinstance(one, Problem)), "sslyze told nothing of it")
    )
    known = f"; it chose {seen.group}, which sslyze does not know" if seen.group in words.PQ_GROUPS else ""
    return f"shook hands, but could not be scanned further ({reason}{known}); only what one handshake shows is known"


def _said(problem: Problem) -> str:
    """Take sslyze's own reason out of what the importer makes of it."""
    return problem.message.partition(": ")[2] or problem.message

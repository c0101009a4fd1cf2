"""One server of an sslyze scan: who it is, whether it answered, and how its parts become records."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any

from scanner import run_findings
from scanner.importers import _text
from scanner.importers._sslyze_scan import Scan, items, mapping
from scanner.inventory import hostname
from scanner.model import Problem, Record, Severity, Sighting
from scanner.record import record

Place = Callable[[str, str, int], Sighting]
_HOST = re.compile(r"[a-z0-9_.:%-]{1,253}")
"""What a name or address is once it is written as A-labels; anything else is no host."""
_ERROR = re.compile(r"sslyze\.errors\.(\w+): ?([^\n]*)")
_DEAD = frozenset({"ServerRejectedConnection", "ConnectionToServerTimedOut", "ServerHostnameCouldNotBeResolved"})
"""No TCP connection came about: refused, rejected, timed out, no address."""
_ALIVE = frozenset({
    "ServerRejectedTlsHandshake", "ServerTlsConfigurationNotSupported", "TlsHandshakeTimedOut",
    "ServerRejectedOpportunisticTlsNegotiation",
})  # fmt: skip
"""TCP answered, and no TLS that sslyze speaks; that says nothing of other TLS (post-quantum groups, for one)."""
_UNRESOLVED = re.compile(r"resolve", re.IGNORECASE)


@record
class Server:
    """A server as one scan names it."""

    host: str
    port: int
    pointer: str
    sni: str = ""
    """The server name that was asked for, where it is not the host."""
    scan: Scan | None = None
    """Null where no TLS connection came about."""
    error: tuple[str, str] = ("", "")
    """The class and text of the error that stopped the scan."""
    proxied: bool = False
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def asset_id(self) -> str:
        """The identity of the endpoint (interfaces.md)."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"tls://{shown}:{self.port}#{self.host}"

    def record(self, place: Place, facts: Mapping[str, object]) -> Record:
        """Make the endpoint's record."""
        known = {"host": self.host, "port": self.port, "reachable": True} | dict(self.facts) | dict(facts)
        return Record(
            "endpoint",
            place(self.pointer, self.host, self.port),
            facts={name: one for name, one in known.items() if one is not None},
        )

    def certificate(self, der: bytes | None, printed: Mapping[str, object], sighting: Sighting, *, leaf: bool) -> Record:
        """Make the record of a certificate that it sent; without its bytes, of what the scan printed."""
        facts = printed if der is None else {"fingerprint_sha256": sha256(der).hexdigest()}
        return Record("certificate", sighting, der, facts, leaf_of=self.asset_id if leaf else None)

    def named(self, scan: Scan) -> dict[str, object]:
        """Judge the names of the leaf where another server name than the host was asked for; else that is derived later."""
        if not self.sni:
            return {}
        sent = [items(one.get("received_certificate_chain")) for one in scan.deployments()]
        names = [mapping(mapping(chain[0]).get("subject_alternative_name")) for chain in sent if chain]
        told = [hostname.matches(self.sni, _names(one, "dns"), _names(one, "ip")) for one in names]
        return {"certificate.hostname_matches": all(told) if told else None}

    def without_tls(self, place: Place) -> Iterator[Record | Problem]:
        """Say that no TLS connection came about, and whether TCP did; every other fact stays unknown."""
        name, text = self.error
        reachable = False if name in _DEAD else True if name in _ALIVE else None
        reason = text.rpartition('-> "')[2].rstrip('".') or name or "sslyze gives no reason"
        sighting = place(self.pointer, self.host, self.port)
        said = f"{self.host}:{self.port} {_WITHOUT[reachable]}: {_text.printable(reason, 200)}"
        yield Record(
            "endpoint",
            sighting,
            facts={"host": self.host, "port": self.port, **self.facts} | ({} if reachable is None else {"reachable": reachable}),
            notes=(said,),
        )
        lacking = run_findings.NO_TLS if reachable else run_findings.UNREACHABLE
        yield lacking.problem(said, sighting.spot)

    def notes(self, place: Place) -> Iterator[Problem]:
        """Say what a reader of a scanned server should know."""
        spot = place(self.pointer, self.host, self.port).spot
        failed = self.scan.failed() if self.scan else []
        if failed:
            tests = _text.printable(", ".join(failed), 400)
            told = f"{self.host}:{self.port}: sslyze could not finish {tests}; what they would tell is unknown"
            yield Problem(Severity.LOW, "scan-incomplete", told, spot)
        if self.scan and self.scan.connectivity.get("client_auth_requirement") == "OPTIONAL":
            told = f"{self.host}:{self.port} asks for a client certificate; sslyze cannot tell whether it insists on one"
            yield Problem(Severity.INFO, "client-auth-unclear", told, spot)
        if self.proxied:
            yield Problem(
                Severity.INFO, "secret-dropped", "the password of an HTTP proxy stands in the file; it was not read", spot
            )


_WITHOUT = {
    True: "answers, but no TLS that sslyze speaks; its TLS facts are unknown",
    False: "cannot be reached",
    None: "gave no answer that could be judged",
}


def server(entry: Mapping[str, Any], pointer: str) -> Server | None:
    """Read one element of `server_scan_results`; null where it names no server."""
    location, network = mapping(entry.get("server_location")), mapping(entry.get("network_configuration"))
    host, port = _host(location.get("hostname")), location.get("port")
    if host is None or not isinstance(port, int) or not _is_port(port):
        return None
    trace = _ERROR.findall(str(entry.get("connectivity_error_trace") or ""))
    tests = entry.get("scan_result")
    asked = _host(network.get("tls_server_name_indication"))
    address = _host(location.get("ip_address"))
    return Server(
        host,
        port,
        pointer,
        sni=asked if asked and asked != host else "",
        scan=Scan(mapping(tests), mapping(entry.get("connectivity_result"))) if isinstance(tests, dict) else None,
        error=trace[-1] if trace else ("", ""),
        proxied=bool(mapping(location.get("http_proxy_settings")).get("basic_auth_password")),
        facts={"protocol": _protocol(network.get("tls_opportunistic_encryption"))} | ({"address": address} if address else {}),
    )


def _host(name: Any) -> str | None:
    host = hostname.normal(name) if isinstance(name, str) else ""
    return host if _HOST.fullmatch(host) else None


def unresolved(entry: Mapping[str, Any], pointer: str, place: Place) -> Iterator[Record | Problem]:
    """Say which target of the scan could not even be tried; one without an address is an endpoint that is not reachable."""
    target, reason = (_text.printable(str(entry.get(key) or "?"), 300) for key in ("server_string", "error_message"))
    named, _, digits = target.partition("{")[0].rpartition(":")
    host = _host(named)
    port = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    valid = host is not None and _is_port(port)
    sighting = place(pointer, host if valid and host else "", port if valid else 0)
    if valid and _UNRESOLVED.search(reason):
        yield Record("endpoint", sighting, facts={"host": host, "port": port, "reachable": False}, notes=(reason,))
    yield run_findings.UNREACHABLE.problem(f"{target}: {reason}", sighting.spot)


def _names(san: Mapping[str, Any], sort: str) -> list[str]:
    """Names of a certificate as sslyze prints them: `dns_names` in version 6, `dns` in version 5."""
    found = {"dns": ("dns_names", "dns"), "ip": ("ip_addresses", "ip_address")}[sort]
    return [name for key in found for name in items(san.get(key)) if isinstance(name, str)]


def _protocol(opportunistic: Any) -> str:
    starter = re.sub(r"[^a-z0-9]+", "-", opportunistic.lower())[:20] if isinstance(opportunistic, str) else ""
    return f"{starter}+starttls" if starter else "tls"


def _is_port(port: int) -> bool:
    return not isinstance(port, bool) and 0 < port < 65536

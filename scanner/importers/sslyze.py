"""sslyze's JSON (`--json_out`) of versions 5 and 6: endpoints as scanned, and the certificates they sent."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scanner import run_findings
from scanner.errors import InputError
from scanner.importers import Document, Yield, _json, _sslyze_certificate, _text, _tlv, importer
from scanner.importers._certificates import FEEDS as FILES
from scanner.importers._pem_blocks import blocks
from scanner.importers._sslyze_scan import Scan, items, mapping
from scanner.importers._sslyze_server import Server, server, unresolved
from scanner.model import Problem, Record, Sighting

Place = Callable[[str, str, int], Sighting]
"""Says where a thing was seen, from its JSON pointer and the host and port it belongs to."""
_MARK = re.compile(rb'"sslyze_version"\s*:|"server_scan_results"\s*:\s*\[|"invalid_server_strings"\s*:\s*\[')
_FEEDS = (
    "endpoint:host", "endpoint:port", "endpoint:address", "endpoint:protocol", "endpoint:reachable", "endpoint:tls.versions",
    "endpoint:tls.ciphers", "endpoint:tls.curves", "endpoint:tls.vulnerabilities", "endpoint:hsts.*", "endpoint:ocsp_stapled",
    "endpoint:client_auth", "endpoint:certificate.fingerprint_sha256", "endpoint:certificate.trusted",
    "endpoint:certificate.hostname_matches", "endpoint:chain.order_ok", "certificate:deployed_at", "certificate:on_network",
    *(feed for feed in FILES if feed != "certificate:private_key_beside"),
)  # fmt: skip


def sniff(head: bytes) -> int:
    """Recognise a member that only sslyze writes."""
    text = _text.head(head).lstrip()
    return 3 if text.startswith(b"{") and _MARK.search(text) else 0


@importer(
    name="sslyze",
    description="sslyze scans (JSON of versions 5 and 6)",
    suffixes=(".json",),
    sniff=sniff,
    source_type="network",
    feeds=_FEEDS,
)
def read(document: Document) -> Iterator[Yield]:
    """Yield what a scan file shows."""
    text, told = _json.text(document)
    yield from told
    scan = checked(_json.load(text))
    found = list(
        records(scan, lambda pointer, _host, _port: document.sighting("network", pointer=pointer), seen_at=completed(scan))
    )
    places = _json.places(text, [pointer for one in found if (pointer := _spot(one).pointer) is not None])
    for one in found:
        line, column = places.get(_spot(one).pointer or "", (None, None))
        spot = replace(_spot(one), line=line, column=column)
        yield replace(one, sighting=replace(one.sighting, spot=spot)) if isinstance(one, Record) else replace(one, spot=spot)


def checked(scan: Any) -> Mapping[str, Any]:
    """Refuse what is not a scan of sslyze 5 or 6, and say what it is."""
    version = str(mapping(scan).get("sslyze_version", "of unknown version"))
    if not isinstance(mapping(scan).get("server_scan_results"), list):
        raise InputError("looks like sslyze's JSON, but has no list `server_scan_results`; write it with sslyze --json_out=FILE")
    if version.partition(".")[0] not in {"5", "6"}:
        told = _text.printable(version, 20)
        raise InputError(f"written by sslyze {told}; certgate reads versions 5 and 6: scan again with sslyze 6 --json_out=FILE")
    return mapping(scan)


def completed(scan: Mapping[str, Any]) -> datetime | None:
    """Read when the scan ended; sslyze 5 wrote UTC without saying so."""
    try:
        ended = datetime.fromisoformat(str(scan.get("date_scans_completed")))
        return (ended if ended.tzinfo else ended.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def records(scan: Mapping[str, Any], place: Place, *, seen_at: datetime | None = None) -> Iterator[Record | Problem]:
    """Yield the endpoints and certificates of a parsed scan; `place` gives each its sighting."""

    def dated(pointer: str, host: str, port: int) -> Sighting:
        sighting = place(pointer, host, port)
        return sighting if seen_at is None else replace(sighting, seen_at=seen_at)

    for index, entry in enumerate(items(scan.get("invalid_server_strings"))):
        yield from unresolved(mapping(entry), f"/invalid_server_strings/{index}", dated)
    for index, entry in enumerate(items(scan.get("server_scan_results"))):
        pointer = f"/server_scan_results/{index}"
        found = server(mapping(entry), pointer)
        if found is None:
            spot = dated(pointer, "", 0).spot
            yield run_findings.UNREADABLE_INPUT.problem("a scan result without host and port", spot)
        elif found.scan is None:
            yield from found.without_tls(dated)
        else:
            yield from _scanned(found, found.scan, dated)


def _scanned(found: Server, scan: Scan, place: Place) -> Iterator[Record | Problem]:
    certificates = list(_certificates(found, scan, place))
    leaf = next((one.facts.get("fingerprint_sha256") for one in certificates if isinstance(one, Record) and one.leaf_of), None)
    yield found.record(place, scan.facts() | found.named(scan) | {"certificate.fingerprint_sha256": leaf})
    yield from found.notes(place)
    yield from certificates


def _certificates(found: Server, scan: Scan, place: Place) -> Iterator[Record | Problem]:
    """Yield each certificate that the server sent once: leaves first shown as leaves."""
    seen: set[bytes] = set()
    base = f"{found.pointer}/scan_result/certificate_info/result"
    sent = [(f"{base}/certificate_deployments/{index}", one, True) for index, one in enumerate(scan.deployments())]
    bare = mapping((scan.result("certificate_info") or {}).get("certificate_deployment_with_sni_disabled"))
    for pointer, deployment, named in [*sent, (f"{base}/certificate_deployment_with_sni_disabled", bare, False)]:
        for index, entry in enumerate(items(deployment.get("received_certificate_chain"))):
            where = f"{pointer}/received_certificate_chain/{index}"
            der = _der(mapping(entry).get("as_pem"))
            sighting = place(where, found.host, found.port)
            if der is None:
                message = "the certificate's PEM cannot be read; what sslyze printed of it is used"
                yield run_findings.UNREADABLE_INPUT.problem(message, sighting.spot)
            if der is None or der not in seen:
                seen.add(der or b"")
                printed = _sslyze_certificate.facts(mapping(entry)) if der is None else {}
                yield found.certificate(der, printed, sighting, leaf=index == 0 and named)


def _der(pem: Any) -> bytes | None:
    block = next(blocks(pem.encode("utf-8", "replace")), None) if isinstance(pem, str) else None
    return _tlv.certificate(block.data) if block and block.data else None


def _spot(one: Record | Problem) -> Any:
    return one.sighting.spot if isinstance(one, Record) else one.spot

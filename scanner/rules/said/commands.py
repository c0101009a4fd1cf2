"""A command that shows the evidence of a finding to somebody who does not trust ours: OpenSSL, and curl for HTTP headers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from shlex import quote
from typing import Any

from scanner import tables
from scanner.rules.engine.reads import fields_read, reads
from scanner.rules.engine.single import Item, judge
from scanner.rules.language.syntax import Rule
from scanner.rules.said.stances import Stance, accepting, rejecting

TEXT = "-text"
_NAMES = "-nameopt multiline"
_EXTENSIONS = {
    "subjectAltName": ("san.dns", "san.ip", "san.email", "san.uri", "san.other", "wildcard"),
    "extendedKeyUsage": ("extended_key_usage", "usage"),
    "keyUsage": ("key_usage",),
    "basicConstraints": ("is_ca", "path_length"),
    "certificatePolicies": ("policy_oids", "policy_qualifiers", "validation"),
    "authorityKeyIdentifier": ("authority_key_identifier",),
    "authorityInfoAccess": ("aia.methods", "aia.ca_issuers_urls", "revocation.ocsp_urls"),
    "crlDistributionPoints": ("revocation.crl_urls",),
    "tlsfeature": ("revocation.must_staple",),
    "ct_precert_scts": ("sct_count", "sct_logs", "earliest_sct"),
}
_SHOW = {
    **{name: f"-ext {extension}" for extension, names in _EXTENSIONS.items() for name in names},
    **dict.fromkeys(
        ("not_before", "not_after", "lifetime", "remaining", "elapsed_share", "expired", "not_yet_valid", "age"), "-dates"
    ),
    **dict.fromkeys(("serial", "serial_bits"), "-serial"),
    **dict.fromkeys(("subject.dn", "subject.cn", "subject.organization", "subject.country"), f"-subject {_NAMES}"),
    **dict.fromkeys(("subject.attributes", "subject.repeated", "subject.emails"), f"-subject {_NAMES}"),
    **dict.fromkeys(("issuer.dn", "issuer.cn", "issuer.organization"), f"-issuer {_NAMES}"),
    "fingerprint_sha256": "-fingerprint -sha256",
}
"""Field to the options of `openssl x509` that print it; what else stands in the certificate wants the whole text."""
_THROUGH = {
    "key.spki_sha256": "-pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256",
    "encoding_faults": "-outform DER | openssl asn1parse -inform DER -i",
}
"""Fields that another command shows, behind this one."""
_NOT_INSIDE = frozenset(
    {
        "trust",
        "trust_basis",
        "chain",
        "chain_complete",
        "self_signed",
        "issuer.ca_owner",
        "issuer.key.algorithm",
        "issuer.key.bits",
    }
    | {
        "issuer.key.curve",
        "root.dn",
        "root.fingerprint_sha256",
        "in_inventory",
        "on_network",
        "deployed_at",
        "endpoints",
        "sources",
    }
    | {"private_key_beside", "private_key_protection", "managed_by", "renewal.automated", "renewal.next", "profile"}
    | {"owner", "team", "environment", "service", "tags", "asset_id", "place", "name", "decoded", "trusted", "hostname_matches"}
)
"""What no certificate says of itself."""
_BARE = frozenset({"", ".pem", ".crt", ".cer", ".cert", ".der", ".ca-bundle", ".txt", ".key", ".p7b", ".p7c", ".p7s", ".p7"})
"""Files that OpenSSL reads as they are; a name without a suffix may be any of them."""
_VERSIONS = {"TLS 1.0": "-tls1", "TLS 1.1": "-tls1_1", "TLS 1.2": "-tls1_2", "TLS 1.3": "-tls1_3"}
_OLD = " -cipher ALL:@SECLEVEL=0"
"""OpenSSL itself refuses TLS 1.0 and 1.1 with its own keys and hashes, unless told."""
_SCANNED = re.compile(r"(/[a-z_]+|/[0-9]+)+/received_certificate_chain/[0-9]+")
"""Where sslyze holds a certificate; in inventories the member is called as its author likes."""
_WORD = re.compile(r"[A-Za-z0-9_-]+")
NEWER = "  # OpenSSL 3.5 and later"
_QUIET = "</dev/null 2>/dev/null"
_STATUS = {
    "tls-compression": "",
    "insecure-renegotiation": " -tls1_2",
    "no-extended-master-secret": " -tls1_2",
    "early-data": " -tls1_3",
}
"""Weaknesses that the text of s_client tells, with the version that shows them."""


def command(
    rule: Rule, kind: str, row: Mapping[str, Any], uri: str, line: int | None, as_of: datetime, pointer: str | None = None
) -> str:
    """Write the command for what a rule asks of a row that was seen at a file or address; nothing where there is none."""
    asks = list(reads(rule.require, kind)) or list(fields_read(rule, kind))
    if kind == "endpoint":
        return _of_endpoint(rule, asks, row, as_of)
    if kind == "certificate" and pointer and _SCANNED.fullmatch(pointer):
        return f"jq -r '{_filter(pointer)}.as_pem' <{quote(uri)} | openssl x509 {_x509(asks)}"
    return _of_certificate(asks, uri, line) if kind == "certificate" and uri else ""


def _filter(pointer: str) -> str:
    """Write a JSON pointer of plain words and numbers (RFC 6901) as jq does."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in pointer.split("/")[1:])


def _of_certificate(fields: Sequence[str], uri: str, line: int | None) -> str:
    inner = _x509(fields)
    if uri.startswith("tls://"):
        return f"{_connect(uri)} {_QUIET} | openssl x509 {inner}" if _connect(uri) else ""
    suffix = PurePosixPath(uri).suffix.lower()
    if "://" in uri or suffix not in _BARE:
        return ""
    if suffix.startswith(".p7"):
        return f"openssl pkcs7 -in {quote(uri)} -print_certs -text -noout"
    if line and line > 1:
        return f"tail -n +{line} -- {quote(uri)} | openssl x509 {inner}"
    return f"openssl x509 -in {quote(uri)} {inner}"


def _x509(fields: Sequence[str]) -> str:
    """Choose the options of `openssl x509`; of several -ext only the last would count, so they are put together."""
    inside = [name for name in fields if name not in _NOT_INSIDE]
    through = [_THROUGH[name] for name in inside if name in _THROUGH]
    if through:
        return through[0] if "-outform" in through[0].split("|")[0] else f"-noout {through[0]}"
    shown = dict.fromkeys(_SHOW.get(name, TEXT) for name in inside)
    if not shown or TEXT in shown:
        return f"-noout {TEXT}"
    extensions = ",".join(one.removeprefix("-ext ") for one in shown if one.startswith("-ext "))
    plain = dict.fromkeys(word for one in shown if not one.startswith("-ext ") for word in one.split(" -"))
    options = " ".join(word if word.startswith("-") else f"-{word}" for word in plain)
    return " ".join(filter(None, ("-noout", options, f"-ext {extensions}" if extensions else "")))


def _connect(uri: str, protocol: str = "") -> str:
    """Write the connection to an address, `tls://host:port#name`."""
    where, _, name = uri.partition("://")[2].partition("#")
    host, _, port = where.rpartition(":")
    if not host or not port.isdigit():
        return ""
    start = protocol.removesuffix("+starttls") if protocol.endswith("+starttls") else ""
    starttls = f" -starttls {quote(start)}" if start else ""
    return f"openssl s_client -connect {quote(where)} -servername {quote(name or host.strip('[]'))}{starttls}"


def _address(row: Mapping[str, Any]) -> str:
    """Find the address of an endpoint: its identity, else host and port."""
    known = str(row.get("asset_id") or "")
    if known.startswith("tls://"):
        return known
    host, port = row.get("host"), row.get("port")
    return f"tls://{f'[{host}]' if ':' in str(host) else host}:{port}" if host and port else ""


def _of_endpoint(rule: Rule, fields: Sequence[str], row: Mapping[str, Any], as_of: datetime) -> str:
    start = _connect(_address(row), str(row.get("protocol") or ""))
    if not start:
        return ""
    host = str(row.get("host") or "")
    for field in fields:
        if field.startswith("hsts."):
            where = _address(row).removeprefix("tls://").partition("#")[0]
            return f"curl -skI {quote(f'https://{where}/')} | grep -i strict-transport"
        if field == "certificate.hostname_matches":
            return f"{start} -verify_hostname {quote(host)} </dev/null"
        if field == "ocsp_stapled":
            return f"{start} -status </dev/null"
        if field in {"chain.order_ok", "certificate.trusted"}:
            return f"{start} -showcerts </dev/null"
        if field.startswith(tables.LEAF):
            inner = _x509([one.removeprefix(tables.LEAF) for one in fields if one.startswith(tables.LEAF)])
            return f"{start} {_QUIET} | openssl x509 {inner}"
        if field.startswith("tls."):
            asked = [one for one in fields if one.startswith("tls.")]
            told = (_flags(one, value) for one in asked for value in _blamed(rule, one, row, as_of))
            flags = next((said for said in told if said is not None), "")
            return f"{start}{flags} </dev/null{NEWER if 'MLKEM' in flags else ''}"
    return f"{start} -showcerts </dev/null"


def _blamed(rule: Rule, field: str, row: Mapping[str, Any], as_of: datetime) -> Iterator[Any]:
    """Name the values of a list that make a rule fail; where it asks for one that is missing, those it would take."""
    for stance in rejecting(rule, "endpoint"):
        if stance.field == field:
            yield from (value for value in row.get(field) or () if value is not None and _wrong(stance, value, as_of))
    for stance in accepting(rule, "endpoint"):
        if stance.field == field and stance.needed and not {*map(str, stance.named)} & {*map(str, row.get(field) or ())}:
            yield from stance.named


def _wrong(stance: Stance, value: Any, as_of: datetime) -> bool:
    return judge(stance.predicate, Item("endpoint", {}, as_of).inside(stance.field, value)) is stance.wrong


def _flags(field: str, value: Any) -> str | None:
    """Choose the flags of `openssl s_client` that show one value; none where it knows no way."""
    if field == "tls.versions":
        flag = _VERSIONS.get(str(value))
        return None if flag is None else f" {flag}{_OLD if value in {'TLS 1.0', 'TLS 1.1'} else ''}"
    if field in {"tls.groups", "tls.curves", "tls.pq_groups"}:
        return f" -groups {value}" if _WORD.fullmatch(str(value)) else None
    if field == "tls.vulnerabilities":
        return _STATUS.get(str(value))
    name, version = (value.get("name"), value.get("version")) if isinstance(value, dict) else (value, None)
    if not _WORD.fullmatch(str(name)):
        return None
    if version == "TLS 1.3":
        return f" -tls1_3 -ciphersuites {name}"
    flag = f" {_VERSIONS[version]}" if version in _VERSIONS else " -no_tls1_3"
    return f"{flag} -cipher \"$(openssl ciphers -convert {name} | sed 's/.*: //'):@SECLEVEL=0\""

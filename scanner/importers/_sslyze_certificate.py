"""What sslyze prints of a certificate, for the rare file in which its PEM is missing or blacked out."""

import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scanner.importers import _algorithm_names, _distinguished_names
from scanner.importers._sslyze_scan import items, mapping


def facts(certificate: Mapping[str, Any]) -> dict[str, object]:
    """Return the facts that the fields tell."""
    key, names = mapping(certificate.get("public_key")), mapping(certificate.get("subject_alternative_name"))
    algorithm, _, curve = _algorithm_names.key(f"{key.get('algorithm') or ''} {key.get('ec_curve_name') or ''}")
    oid = mapping(certificate.get("signature_algorithm_oid")).get("dotted_string")
    signature, digest = _algorithm_names.signature(oid) if isinstance(oid, str) else (None, None)
    serial = certificate.get("serial_number")
    found = {
        "fingerprint_sha256": _hex(certificate.get("fingerprint_sha256")),
        "serial": format(serial, "x") if isinstance(serial, int) and not isinstance(serial, bool) else None,
        "not_before": _instant(certificate.get("not_valid_before")),
        "not_after": _instant(certificate.get("not_valid_after")),
        "key.algorithm": algorithm,
        "key.bits": _positive(key.get("key_size")),
        "key.curve": curve,
        "key.exponent": _positive(key.get("rsa_e")),
        "signature.oid": oid if isinstance(oid, str) else None,
        "signature.algorithm": signature,
        "signature.hash": digest,
        "san.dns": _texts(names, "dns_names", "dns"),
        "san.ip": _texts(names, "ip_addresses", "ip_address"),
        **_name(certificate.get("subject"), "subject"),
        **_name(certificate.get("issuer"), "issuer"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _name(name: Any, whose: str) -> dict[str, object]:
    text = mapping(name).get("rfc4514_string")
    parts = _distinguished_names.parse(text) if isinstance(text, str) else (None, None, None)
    return {f"{whose}.{part}": value for part, value in zip(("dn", "cn", "organization"), parts, strict=True)}


def _texts(names: Mapping[str, Any], *keys: str) -> list[str] | None:
    if not any(key in names for key in keys):
        return None
    return [text.lower() for key in keys for text in items(names.get(key)) if isinstance(text, str)]


def _hex(text: Any) -> str | None:
    try:
        data = binascii.a2b_base64(text, strict_mode=True) if isinstance(text, str) else b""
    except ValueError:
        return None
    return data.hex() if len(data) == 32 else None


def _instant(text: Any) -> datetime | None:
    try:
        when = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return when if when is None or when.tzinfo else when.replace(tzinfo=UTC)


def _positive(number: Any) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**62 else None

"""Whether a certificate names a host (RFC 9525): A-labels, one wildcard as the whole left-most label, addresses by value."""

import ipaddress
from collections.abc import Sequence

_LONGEST = 253
"""Characters of a DNS name (RFC 1035 3.1); converting longer ones would only cost time."""


def normal(host: str) -> str:
    """Write a host name as the registry holds it: A-labels in lower case without final dot; addresses in their short form."""
    bare = host.strip().removeprefix("[").removesuffix("]").removesuffix(".").lower()
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    return _a_labels(bare)


def matches(host: str, dns_names: Sequence[str | None], ips: Sequence[str | None]) -> bool:
    """Tell whether one of the names of a certificate is the host."""
    wanted = normal(host)
    address = _address(wanted)
    if address is not None:
        # RFC 9525 6.5: an address is compared with iPAddress entries only, never with text in a dNSName.
        return any(ip is not None and _address(ip) == address for ip in ips)
    return any(name is not None and _names(_a_labels(name.removesuffix(".").lower()), wanted) for name in dns_names)


def _names(pattern: str, host: str) -> bool:
    """Compare label by label; `*` stands for exactly one label, and only as the whole left-most one (RFC 9525 6.3)."""
    labels, wanted = pattern.split("."), host.split(".")
    if not all(wanted) or not all(labels) or len(labels) != len(wanted):
        return False
    if labels[0] == "*":  # `*.test` would name a whole top-level domain
        return len(labels) > 2 and labels[1:] == wanted[1:]
    return labels == wanted


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _a_labels(name: str) -> str:
    try:
        return name if name.isascii() or len(name) > _LONGEST else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name

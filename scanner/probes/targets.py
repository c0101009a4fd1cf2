"""Hosts to scan: what a user wrote, as host, port and protocol (RFC 3986 3.2.2, names by RFC 1123 and RFC 5890)."""

import ipaddress
import re
from collections.abc import Iterator

from scanner.errors import InputError
from scanner.importers import Document, _text
from scanner.inventory import hostname
from scanner.model import Problem, Spot
from scanner.record import record

TLS = "tls"
_STARTTLS = {
    "smtp": 25, "imap": 143, "pop3": 110, "ldap": 389, "xmpp": 5222, "xmpp-server": 5269, "postgres": 5432, "rdp": 3389,
    "ftp": 21,
}  # fmt: skip
"""Protocols that begin in the clear and change to TLS, with the port they are known by."""
_WRAPPED = {"tls": 443, "https": 443, "smtps": 465, "imaps": 993, "pop3s": 995, "ldaps": 636, "ftps": 990, "xmpps": 5223}
"""Prefixes that mean TLS from the first byte."""
_ALIASES = {"postgresql": "postgres", "submission": "smtp", "pop": "pop3"}
_BY_PORT = {port: name for name, port in _STARTTLS.items()} | {587: "smtp", 3268: "ldap"}
_FILES = frozenset({
    "pem", "crt", "cer", "der", "p7b", "p7c", "p7s", "p12", "pfx", "jks", "key", "csr", "json", "jsonl", "ndjson", "csv",
    "tsv", "txt", "yaml", "yml", "xml", "xlsx", "html", "pdf", "sarif", "md", "log", "conf", "cnf", "cfg", "ini", "bundle",
    "parquet", "gz", "tgz", "tar", "zip", "bak", "old",
})  # fmt: skip
"""Endings that make a word a file, not a host; a host under such a top-level domain needs its port."""
_PREFIXED = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_SECRETS = re.compile(r"[^/@]+(?=@)|(?<=[?]).+", re.DOTALL)
"""Parts of a URL that may be secret and have no use here: who asks, and the query."""
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME = 253
_LONGEST_TEXT = 1000
MOST = 100_000
"""Hosts that one file may name."""


@record
class Target:
    """One host to scan."""

    host: str
    """A-labels in lower case without final dot, or an address in its short form."""
    port: int
    sni: str
    """The server name asked for; empty for an address (RFC 6066 3)."""
    protocol: str
    """`tls`, or the protocol that starts it (`smtp+starttls`), as `endpoint.protocol` says it."""
    spot: Spot
    source: str

    @property
    def starttls(self) -> str | None:
        """The protocol to begin with in the clear."""
        return None if self.protocol == TLS else self.protocol.removesuffix("+starttls")

    @property
    def shown(self) -> str:
        """Host and port as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def asset_id(self) -> str:
        """The identity of the endpoint (interfaces.md)."""
        return f"tls://{self.shown}#{self.host}"


def parse(text: str, spot: Spot, source: str | None = None) -> Target:
    """Read one target as a user writes it; InputError says what is wrong and what was likely meant."""
    told = _text.printable(_SECRETS.sub("…", text.strip()), 120)
    if not text.strip() or len(text) > _LONGEST_TEXT or re.search(r"[\s\x00-\x1f\x7f]", text.strip()):
        raise InputError(f"{told!r} is not one host; write host, host:port or [IPv6]:port")
    scheme, rest = _scheme(text.strip(), told)
    name, digits = _split(rest, told)
    host = _host(name, told)
    port = _port(digits, told) if digits is not None else (_WRAPPED | _STARTTLS)[scheme or TLS]
    starter = scheme if scheme in _STARTTLS else _BY_PORT.get(port) if scheme is None else None
    return Target(
        host=host,
        port=port,
        sni="" if _address(host) else host,
        protocol=f"{starter}+starttls" if starter else TLS,
        spot=spot,
        source=source or text,
    )


def is_target(text: str) -> bool:
    """Tell whether an argument that is no existing path reads like a host; `missing.pem` does not, `missing.pem:443` does."""
    bare = text.strip()
    if _PREFIXED.fullmatch(bare) or _address(bare.removeprefix("[").removesuffix("]")):
        return True
    if re.fullmatch(r"\[[0-9A-Fa-f:.]+\](:\d+)?|[^/\\\s:]+:\d+", bare):
        return True
    labels = bare.rstrip(".").split(".")
    named = bool(re.fullmatch(r"[^\W_][\w.-]*", bare)) and ".." not in bare
    return bare.lower() == "localhost" or (named and len(labels) > 1 and labels[-1].lower() not in _FILES)


def read(document: Document) -> Iterator[Target | Problem]:
    """Read a file of targets, one a line, `#` begins a comment; bad lines are problems, doubles are taken once."""
    text, _ = _text.utf8(document.data)
    seen: set[tuple[str, int]] = set()
    for number, line in enumerate(text.decode("utf-8").split("\n"), 1):
        written = re.sub(r"(^|\s)#.*", "", line, flags=re.DOTALL).strip()
        if not written:
            continue
        try:
            target = parse(written, document.spot(number), document.source)
        except InputError as error:
            yield document.broken(str(error), number)
            continue
        if (target.host, target.port) in seen:
            continue
        if len(seen) == MOST:
            yield document.broken(f"names more than {MOST:,} hosts; the rest is not scanned", number)
            return
        seen.add((target.host, target.port))
        yield target
    if not seen:
        yield document.broken("names no host to scan; write one host or host:port a line")


def _scheme(text: str, told: str) -> tuple[str | None, str]:
    """Take the prefix off; a URL that says more than host and port is refused."""
    found = _PREFIXED.fullmatch(text)
    scheme, rest = (found[1].lower(), found[2]) if found else (None, text)
    scheme = _ALIASES.get(scheme or "", scheme)
    place = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if scheme and scheme not in _WRAPPED and scheme not in _STARTTLS:
        known = ", ".join(_STARTTLS)
        instead = place if re.fullmatch(r".+:\d+", place) else f"{place or 'host'}:443"
        raise InputError(f"{told!r}: certgate has no probe for {scheme}://; write {instead}, or before :// one of {known}")
    if "/" in rest.removesuffix("/") and not found and re.fullmatch(r"[0-9A-Fa-f.:]+/\d{1,3}", rest):
        raise InputError(f"{told!r} is a network; name its hosts one by one")
    if rest.removesuffix("/" if scheme else "") != place or "\\" in rest:
        prefix = f"{scheme}://" if scheme and (scheme in _STARTTLS or _WRAPPED[scheme] != _WRAPPED[TLS]) else ""
        raise InputError(f"{told!r} is more than a host and port; write {prefix}{place or 'host:port'}")
    return scheme, place


def _split(text: str, told: str) -> tuple[str, str | None]:
    """Part host and port; an IPv6 address without brackets has no port."""
    bracketed = re.fullmatch(r"\[([^\[\]]*)\](?::(.*))?", text)
    if bracketed:
        if _address(bracketed[1]) is None or ":" not in bracketed[1]:
            raise InputError(f"{told!r}: what stands in brackets is not an IPv6 address")
        return bracketed[1], bracketed[2]
    if text.count(":") > 1:
        if _address(text) is None:
            raise InputError(f"{told!r} is neither host:port nor an IPv6 address; write [2001:db8::1]:443")
        return text, None
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _port(digits: str, told: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise InputError(f"{told!r}: {_text.printable(digits, 20)!r} is not a port; write a number from 1 to 65535")
    if not 0 < int(digits) < 65536:
        raise InputError(f"{told!r}: port {int(digits)} does not exist; ports go from 1 to 65535")
    return int(digits)


def _host(name: str, told: str) -> str:
    """Write a host as the registry holds it: A-labels in lower case, addresses in their short form."""
    address = _address(name)
    if address is not None:
        if getattr(address, "scope_id", None):
            raise InputError(f"{told!r}: an address with a zone (%…) is another one on every machine; use its name")
        return str(address)
    bare = hostname.normal(name)
    labels = bare.split(".")
    if "*" in bare:
        raise InputError(f"{told!r} is a pattern; name the hosts one by one")
    if not bare or len(bare) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        rule = f"labels of letters, digits and hyphens, up to 63 each, up to {_LONGEST_NAME} in all"
        raise InputError(f"{told!r} is not a host name: {rule}")
    if labels[-1].isdigit() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]):
        raise InputError(f"{told!r} is not an IPv4 address; write four numbers from 0 to 255, such as 192.0.2.1")
    return bare


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None

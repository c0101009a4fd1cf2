"""Certificate extensions to facts, each distinct extension read once (RFC 5280 4.2, RFC 6962 3.3, RFC 7633)."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from ipaddress import ip_address

from scanner.facts import der, encoding, oids, timestamps
from scanner.facts.columns import (
    AUTHORITY,
    CONSTRAINTS,
    CRLS,
    EXTENDED_USAGE,
    FEATURES,
    INFORMATION,
    KEY_USAGE,
    LISTED,
    NAMES,
    NOTHING,
    OPEN,
    POLICIES,
    SCTS,
    SEPARATOR,
    Facts,
    Row,
    packed,
)
from scanner.vocabulary import KEY_IDENTIFIER_PARTS, KEY_USAGES

MOST_NAMES = 20_000
MOST_EXTENSIONS = 500
MOST_REMEMBERED, MOST_OCTETS = 16_384, 4096
"""Extensions that are remembered, and how long one may be for it."""
STATUS_REQUEST = 5
_KEY_IDENTIFIER_TAGS = dict(zip((0x80, 0xA1, 0x82), KEY_IDENTIFIER_PARTS, strict=True))
_NEXT_WILDCARD = f"{SEPARATOR}*."
Odd = tuple[str | None, tuple[str, ...]]
"""Why an extension could not be read; what is wrong with its encoding."""
Extension = tuple[str, bool, int | None, Facts, Odd | None]
"""OID, whether critical, the block of columns that it fills, what it says there, and what is odd with it."""
_REMEMBERED: dict[bytes, Extension] = {}
"""What was read of the extensions that many certificates share, by their bytes."""


def fill(row: Row, data: bytes, start: int, end: int, faults: list[str]) -> list[tuple[int | None, str]]:
    """Put what the content of Extensions says into a row, and what is wrong with their encoding into a list.

    Return what could not be read: the block lost and a sentence.
    """
    problems: list[tuple[int | None, str]] = []
    found = [_REMEMBERED.get(content) or read(content) for content in der.contents(data, start, end, der.SEQUENCE)]
    present = [one[0] for one in found]
    if len(set(present)) < len(present):
        faults.append("duplicate-extension")
        found, problems = _first(found)
    if len(present) > MOST_EXTENSIONS:
        raise der.DerError(f"more than {MOST_EXTENSIONS} extensions")
    critical = []
    for oid, is_critical, block, facts, odd in found:
        if is_critical:
            critical.append(oid)
        if odd is not None:
            fault, encoded = odd
            faults += encoded
            if fault is not None:
                problems.append((block, f"its extension {oid} cannot be read: {fault}"))
                continue
        if block is not None:
            row[block] = facts
    row[LISTED] = SEPARATOR.join(critical) or NOTHING, SEPARATOR.join(present) or NOTHING
    return problems


def _first(found: Sequence[Extension]) -> tuple[list[Extension], list[tuple[int | None, str]]]:
    """Keep the first extension of each OID, and say which stand twice."""
    kept: dict[str, Extension] = {}
    problems: list[tuple[int | None, str]] = []
    for one in found:
        if one[0] in kept:
            problems.append((None, f"extension {one[0]} stands twice; the first one is read"))
        else:
            kept[one[0]] = one
    return list(kept.values()), problems


def read(content: bytes) -> Extension:
    """Read the content of an Extension; a broken value is a fault of this extension only."""
    start, stop = der.expect(content, 0, len(content), der.OBJECT)
    dotted, block, interpret, judge, own = _kind(content[start:stop])
    tag, first, last = der.header(content, stop, len(content))
    critical = False
    faults: tuple[str, ...] = ()
    if tag == der.BOOLEAN:
        critical = der.boolean(content, first, last)
        faults = () if critical else ("default-encoded",)
        tag, first, last = der.header(content, last, len(content))
    if tag != der.OCTET_STRING or last != len(content):
        raise der.DerError("an extension without a value")
    value = content[first:last]
    try:
        faults += judge(value)
        found: Extension = dotted, critical, block, interpret(value), (None, faults) if faults else None
    except (der.DerError, UnicodeDecodeError, ValueError, OverflowError) as error:
        found = dotted, critical, block, (), (str(error), (*faults, OPEN))
    if not own and len(content) <= MOST_OCTETS:
        if len(_REMEMBERED) >= MOST_REMEMBERED:
            _REMEMBERED.clear()
        _REMEMBERED[content] = found
    return found


@lru_cache(maxsize=1024)
def _kind(content: bytes) -> tuple[str, int | None, Callable[[bytes], Facts], Callable[[bytes], tuple[str, ...]], bool]:
    """Tell of an extension's OID: its text, the block it fills, who reads and who judges it, whether it is seldom shared."""
    dotted = der.oid(content)
    return dotted, *READERS.get(dotted, (None, _nothing)), encoding.of_extension(dotted), dotted in _OWN


def _nothing(_: bytes) -> Facts:
    return ()


def _basic_constraints(value: bytes) -> Facts:
    start, stop = der.whole(value, der.SEQUENCE)
    found = list(der.children(value, start, stop))
    is_ca = False
    if found and found[0][0] == der.BOOLEAN:
        is_ca = der.boolean(value, *found.pop(0)[1:])
    length = der.integer(value, *found[0][1:]) if found and found[0][0] == der.INTEGER else None
    if length is not None and not 0 <= length < 2**31:
        raise der.DerError("a path length out of range")
    return is_ca, length


def _key_usage(value: bytes) -> Facts:
    start, stop = der.whole(value, der.BIT_STRING)
    if stop == start or value[start] > (7 if stop - start > 1 else 0):
        raise der.DerError("a keyUsage that is no bit string")
    flags = value[start + 1 : stop]
    used = [name for bit, name in enumerate(KEY_USAGES) if bit // 8 < len(flags) and flags[bit // 8] & 0x80 >> bit % 8]
    return (packed(used),)


def _oids(value: bytes) -> list[str]:
    return [der.oid(content) for content in der.contents(value, *der.whole(value, der.SEQUENCE), der.OBJECT)]


def _extended_key_usage(value: bytes) -> Facts:
    names = [oids.EXTENDED_KEY_USAGES.get(dotted, dotted) for dotted in _oids(value)]
    return packed(names), packed(dict.fromkeys(use for name in names if (use := oids.USAGE_OF.get(name))))


def _subject_alt_name(value: bytes) -> Facts:
    start, stop = der.whole(value, der.SEQUENCE)
    dns: list[str] = []
    ip: list[str] = []
    email: list[str] = []
    uri: list[str] = []
    other = 0
    text = value.decode("latin-1")
    found = der.children(value, start, stop)
    if len(found) > MOST_NAMES:
        raise der.DerError(f"more than {MOST_NAMES:,} names")
    for tag, first, last in found:
        if tag == 0x82:
            dns.append(text[first:last].lower().removesuffix("."))
        elif tag == 0x87:
            ip.append(_address(value[first:last]))
        elif tag == 0x81:
            email.append(text[first:last])
        elif tag == 0x86:
            uri.append(text[first:last])
        else:
            other += 1
    hosts = packed(dns)
    wildcard = hosts.startswith("*.") or _NEXT_WILDCARD in hosts
    if len(dns) == len(found):
        return hosts, NOTHING, NOTHING, NOTHING, 0, wildcard
    return hosts, packed(ip), packed(email), packed(uri), other, wildcard


def _address(content: bytes) -> str:
    if len(content) not in {4, 16}:
        raise der.DerError(f"an IP address of {len(content)} octets")
    return str(ip_address(content))


def _policies(value: bytes) -> Facts:
    found: list[str] = []
    qualifiers: dict[str, None] = {}
    for content in der.contents(value, *der.whole(value, der.SEQUENCE), der.SEQUENCE):
        begin, end = der.expect(content, 0, len(content), der.OBJECT)
        found.append(der.oid(content[begin:end]))
        if end < len(content):
            qualifiers.update(dict.fromkeys(_qualifiers(content, end)))
    validation = next((level for dotted, level in oids.VALIDATION.items() if dotted in found), None)
    return packed(found), validation, packed(qualifiers)


def _qualifiers(content: bytes, at: int) -> Iterator[str]:
    start, stop = der.expect(content, at, len(content), der.SEQUENCE)
    for one in der.contents(content, start, stop, der.SEQUENCE):
        begin, end = der.expect(one, 0, len(one), der.OBJECT)
        dotted = der.oid(one[begin:end])
        yield oids.POLICY_QUALIFIERS.get(dotted, dotted)


def _uris(value: bytes, start: int, stop: int) -> Iterator[str]:
    for tag, first, last in der.children(value, start, stop):
        if tag == 0x86:
            yield value[first:last].decode("latin-1")


def _authority_information(value: bytes) -> Facts:
    start, stop = der.whole(value, der.SEQUENCE)
    urls: dict[str, list[str]] = {}
    for _, first, last in der.children(value, start, stop):
        begin, end = der.expect(value, first, last, der.OBJECT)
        dotted = der.oid(value[begin:end])
        urls.setdefault(oids.ACCESS_METHODS.get(dotted, dotted), []).extend(_uris(value, end, last))
    return packed(urls.get("ocsp", ())), packed(urls), packed(urls.get("caIssuers", ()))


def _authority_key_identifier(value: bytes) -> Facts:
    start, stop = der.whole(value, der.SEQUENCE)
    tags = [tag for tag, _, _ in der.children(value, start, stop)]
    if not set(tags) <= _KEY_IDENTIFIER_TAGS.keys():
        raise der.DerError("a part that an authorityKeyIdentifier does not have")
    return (packed([_KEY_IDENTIFIER_TAGS[tag] for tag in tags]),)


def _crl_points(value: bytes) -> Facts:
    start, stop = der.whole(value, der.SEQUENCE)
    urls: list[str] = []
    for _, first, last in der.children(value, start, stop):
        for tag, begin, end in der.children(value, first, last):
            if tag == 0xA0:
                for inner, one, two in der.children(value, begin, end):
                    urls += _uris(value, one, two) if inner == 0xA0 else ()
    return (packed(urls),)


def _tls_feature(value: bytes) -> Facts:
    start, stop = der.whole(value, der.SEQUENCE)
    features = [der.integer(value, first, last) for _, first, last in der.children(value, start, stop)]
    return (STATUS_REQUEST in features,)


READERS: dict[str, tuple[int, Callable[[bytes], Facts]]] = {
    "2.5.29.19": (CONSTRAINTS, _basic_constraints),
    "2.5.29.15": (KEY_USAGE, _key_usage),
    "2.5.29.37": (EXTENDED_USAGE, _extended_key_usage),
    "2.5.29.17": (NAMES, _subject_alt_name),
    "2.5.29.32": (POLICIES, _policies),
    "2.5.29.35": (AUTHORITY, _authority_key_identifier),
    "1.3.6.1.5.5.7.1.1": (INFORMATION, _authority_information),
    "2.5.29.31": (CRLS, _crl_points),
    "1.3.6.1.5.5.7.1.24": (FEATURES, _tls_feature),
    "1.3.6.1.4.1.11129.2.4.2": (SCTS, timestamps.read),
}
_OWN = frozenset({"2.5.29.17", "2.5.29.14", "1.3.6.1.4.1.11129.2.4.2"})
"""Names, key identifier and SCTs: every certificate has its own, and remembering them would only crowd out the others."""

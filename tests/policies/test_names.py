"""The patterns of public-tls for names and addresses say what the standards they cite say."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from scanner.rules import proof
from scanner.rules.language.syntax import Row
from scanner.rules.reader import find, load

(POLICY,) = load.load(find.find("public-tls"))
SPECIAL = [
    ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::1/128", "::/128", "::ffff:0:0/96",
        "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16",
        "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
    )
]  # fmt: skip
"""The blocks of IANA's special-purpose address registries, which BR 1.6.1 calls reserved."""
NEIGHBOURS = "64:ff9b"
"""The pattern takes all of 64:ff9b::/32, of which only two blocks are registered and nothing is assigned."""


def verdicts(rule_id: str, field: str, values: list[str]) -> dict[str, str]:
    """Judge each value as the only one of a list field by one rule."""
    healthy = POLICY.healthy["certificate"]
    rules = tuple(
        replace(rule, tests=tuple(replace(rule.tests[0], row=_row(healthy, field, value)) for value in values))
        for rule in POLICY.rules
        if rule.id == rule_id
    )
    results = proof.run(replace(POLICY, rules=rules, healthy={}))
    return {value: str(result.got) for value, result in zip(values, results, strict=True)}


def _row(healthy: Row, field: str, value: str) -> Row:
    return Row("certificate", dict(healthy.facts) | {field: [value]})


def test_reserved_addresses_are_those_of_the_registries() -> None:
    """Of addresses in and beside every special-purpose block exactly those inside are refused."""
    draw = random.Random(3)
    addresses: set[str] = set()
    for block in SPECIAL:
        kind = IPv4Address if block.version == 4 else IPv6Address
        last = 2 ** (32 if block.version == 4 else 128) - 1
        first, end = int(block.network_address), int(block.broadcast_address)
        inside = {first, end, *(draw.randint(first, end) for _ in range(5))}
        addresses |= {str(kind(min(max(one, 0), last))) for one in (*inside, first - 1, end + 1)}
    addresses |= {str(IPv4Address(draw.getrandbits(32))) for _ in range(500)}
    addresses |= {str(IPv6Address(draw.getrandbits(125) | 1 << 125)) for _ in range(200)}
    values = sorted(one for one in addresses if not one.startswith(NEIGHBOURS))
    wrong = {}
    for value, outcome in verdicts("public-tls/reserved-addresses", "san.ip", values).items():
        reserved = any(ip_address(value) in block for block in SPECIAL if block.version == ip_address(value).version)
        if (outcome == "fail") is not reserved:
            wrong[value] = outcome
    assert wrong == {}


def test_labels_are_letters_digits_and_inner_hyphens() -> None:
    """Proper names pass; underscores, edge hyphens, empty and long labels, and partial wildcards fail."""
    good = ["a", "a.b", "1.2.example.com", "*.example.com", "a-b.example.com", f"{'a' * 63}.example.com", "ab--c.example"]
    bad = [
        "_a.example.com", "a_b.example.com", "-a.example.com", "a-.example.com", "a..example.com", ".example.com", "*", "*.",
        "*.*.example.com", "a*.example.com", "a.*.com", f"{'a' * 64}.example.com", "bücher.example", "a b.example",
        "a.example.com\n",
    ]  # fmt: skip
    judged = verdicts("public-tls/dns-syntax", "san.dns", [*good, *bad])
    assert {name for name in good if judged[name] != "pass"} == set()
    assert {name for name in bad if judged[name] != "fail"} == set()


def test_reserved_labels_are_those_with_two_hyphens_in_places_3_and_4() -> None:
    """IDNs, and hyphens elsewhere, pass; every other prefix of two letters fails, in whichever label it stands."""
    good = ["xn--bcher-kva.example", "www.xn--bcher-kva.example", "a--b.example", "abc--d.example", "*.example.com"]
    bad = [
        "ab--c.example.com",
        "www.ab--c.com",
        "*.ab--c.com",
        "xm--a.example",
        "yn--a.example",
        "x1--a.example",
        "11--a.example",
    ]
    judged = verdicts("public-tls/reserved-labels", "san.dns", [*good, *bad])
    assert {name for name in good if judged[name] != "pass"} == set()
    assert {name for name in bad if judged[name] != "fail"} == set()

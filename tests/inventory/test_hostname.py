"""Matching hosts against the names of a certificate (RFC 9525)."""

import pytest

from scanner.inventory.hostname import matches, normal


@pytest.mark.parametrize(
    ("host", "names", "ips", "match"),
    [
        ("www.example.com", ["www.example.com"], [], True),
        ("WWW.Example.COM.", ["www.example.com"], [], True),
        ("www.example.com", ["WWW.EXAMPLE.COM."], [], True),
        ("www.example.com", ["example.com"], [], False),
        ("www.example.com", ["*.example.com"], [], True),
        ("a.b.example.com", ["*.example.com"], [], False),
        ("example.com", ["*.example.com"], [], False),
        ("www.example.com", ["w*.example.com"], [], False),
        ("www.example.com", ["www.*.com"], [], False),
        ("www.a.example.com", ["*.*.example.com"], [], False),
        ("example.com", ["*.com"], [], False),
        ("com", ["*"], [], False),
        (".example.com", ["*.example.com"], [], False),
        ("www..example.com", ["*..example.com"], [], False),
        ("*.example.com", ["*.example.com"], [], True),
        ("bücher.example", ["xn--bcher-kva.example"], [], True),
        ("xn--bcher-kva.example", ["bücher.example"], [], True),
        ("xn--bcher-kva.example.com", ["*.example.com"], [], True),
        ("192.0.2.1", ["192.0.2.1"], [], False),
        ("192.0.2.1", [], ["192.0.2.1"], True),
        ("192.0.2.1", ["*.0.2.1"], ["192.0.2.2"], False),
        ("::1", [], ["0:0:0:0:0:0:0:1"], True),
        ("[2001:db8::1]", [], ["2001:DB8::1"], True),
        ("www.example.com", [], ["192.0.2.1"], False),
        ("www.example.com", [None, "www.example.com"], [None], True),
        ("192.0.2.1", [], [None, "nonsense"], False),
        ("www.example.com", [" www.example.com"], [], False),
        ("", [""], [], False),
        ("www.example.com", ["\ud800"], [], False),
    ],
)
def test_matches(host: str, names: list[str | None], ips: list[str | None], match: bool) -> None:  # noqa: FBT001 - a table
    """Label by label; a wildcard only as the whole left-most label; addresses only by iPAddress; A-labels on both sides."""
    assert matches(host, names, ips) is match


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("WWW.Example.COM.", "www.example.com"),
        (" a.test ", "a.test"),
        ("[::1]", "::1"),
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("a" * 64 + "é.test", "a" * 64 + "é.test"),
    ],
)
def test_normal(text: str, host: str) -> None:
    """Hosts are held in lower case, without final dot, as A-labels, addresses in their short form."""
    assert normal(text) == host

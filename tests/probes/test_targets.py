"""Targets: what users write, what it means, and what is refused with the nearest meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import InputError
from scanner.importers import Document
from scanner.model import Problem, Spot
from scanner.probes import targets
from scanner.probes.targets import Target, is_target, parse

SPOT = Spot("hosts.txt", 3)


def read(text: str | bytes) -> list[Target | Problem]:
    """Read a targets file."""
    return list(targets.read(Document("hosts.txt", text.encode() if isinstance(text, str) else text, "hosts.txt")))


@pytest.mark.parametrize(
    ("text", "host", "port", "protocol"),
    [
        ("www.example.test", "www.example.test", 443, "tls"),
        ("www.example.test:8443", "www.example.test", 8443, "tls"),
        ("WWW.Example.Test.:443", "www.example.test", 443, "tls"),
        ("bücher.example.test", "xn--bcher-kva.example.test", 443, "tls"),
        ("_dmarc.example.test:443", "_dmarc.example.test", 443, "tls"),
        ("intranet:443", "intranet", 443, "tls"),
        ("192.0.2.7", "192.0.2.7", 443, "tls"),
        ("192.0.2.7:8443", "192.0.2.7", 8443, "tls"),
        ("[2001:DB8::1]:8443", "2001:db8::1", 8443, "tls"),
        ("[::1]", "::1", 443, "tls"),
        ("2001:db8:0:0::1", "2001:db8::1", 443, "tls"),
        ("mail.example.test:25", "mail.example.test", 25, "smtp+starttls"),
        ("mail.example.test:587", "mail.example.test", 587, "smtp+starttls"),
        ("mail.example.test:110", "mail.example.test", 110, "pop3+starttls"),
        ("mail.example.test:143", "mail.example.test", 143, "imap+starttls"),
        ("ldap.example.test:389", "ldap.example.test", 389, "ldap+starttls"),
        ("chat.example.test:5222", "chat.example.test", 5222, "xmpp+starttls"),
        ("chat.example.test:5269", "chat.example.test", 5269, "xmpp-server+starttls"),
        ("db.example.test:5432", "db.example.test", 5432, "postgres+starttls"),
        ("pc.example.test:3389", "pc.example.test", 3389, "rdp+starttls"),
        ("ftp.example.test:21", "ftp.example.test", 21, "ftp+starttls"),
        ("smtp://mail.example.test:2525", "mail.example.test", 2525, "smtp+starttls"),
        ("smtp://mail.example.test", "mail.example.test", 25, "smtp+starttls"),
        ("postgresql://db.example.test:6432", "db.example.test", 6432, "postgres+starttls"),
        ("imaps://mail.example.test", "mail.example.test", 993, "tls"),
        ("tls://mail.example.test:25", "mail.example.test", 25, "tls"),
        ("https://www.example.test", "www.example.test", 443, "tls"),
        ("https://www.example.test:8443/", "www.example.test", 8443, "tls"),
        ("https://[::1]:8443", "::1", 8443, "tls"),
    ],
)
def test_what_users_write(text: str, host: str, port: int, protocol: str) -> None:
    """Hosts, addresses, ports and prefixes mean what they say; well-known ports begin in the clear."""
    found = parse(text, SPOT)
    assert (found.host, found.port, found.protocol) == (host, port, protocol)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://www.example.test/login", "write www.example.test"),
        ("https://user:secret@www.example.test", "write www.example.test"),
        ("www.example.test/login", "write www.example.test"),
        ("smtp://mail.example.test:25/x", "write smtp://mail.example.test:25"),
        ("imaps://mail.example.test/x", "write imaps://mail.example.test"),
        ("https://[2001:db8::1]:8443/x", "write [2001:db8::1]:8443"),
        ("https:///x", "write host:port"),
        ("http://www.example.test/x", "no probe for http://; write www.example.test:443, or"),
        ("http://127.0.0.1:18443/x", "write 127.0.0.1:18443, or"),
        ("http://[2001:db8::1]/", "write [2001:db8::1]:443, or"),
        ("http://[2001:db8::1]:8443/", "write [2001:db8::1]:8443, or"),
        ("gopher://www.example.test", "no probe for gopher://"),
        ("www.example.test:0", "port 0 does not exist"),
        ("www.example.test:65536", "from 1 to 65535"),
        ("www.example.test:https", "'https' is not a port"),
        ("www.example.test:", "is not a port"),
        ("www.example.test:443:443", "neither host:port nor an IPv6 address"),
        ("[www.example.test]:443", "not an IPv6 address"),
        ("[192.0.2.1]:443", "not an IPv6 address"),
        ("192.0.2.256", "not an IPv4 address"),
        ("127.1", "not an IPv4 address"),
        ("2130706433:443", "not an IPv4 address"),
        ("0x7f000001:443", "not an IPv4 address"),
        ("192.0.2.0/24", "is a network"),
        ("*.example.test", "is a pattern"),
        ("-www.example.test", "not a host name"),
        ("www..example.test", "not a host name"),
        (f"{'a' * 64}.example.test", "not a host name"),
        (".".join(["a" * 60] * 5), "not a host name"),
        ("fe80::1%eth0", "zone"),
        ("two hosts", "not one host"),
        ("www.example.test\x00.test", "not one host"),
        ("", "not one host"),
        ("a" * 2000, "not one host"),
    ],
)
def test_what_is_no_host_is_refused_with_its_nearest_meaning(text: str, said: str) -> None:
    """A target that cannot be meant is refused in words that say what to write."""
    with pytest.raises(InputError) as error:
        parse(text, SPOT)
    assert said in str(error.value)


def test_a_refusal_repeats_no_password() -> None:
    """The user information of a URL is not offered as what to write."""
    with pytest.raises(InputError) as error:
        parse("https://user:secret@www.example.test", SPOT)
    assert "secret@" not in str(error.value).partition("write")[2]


def test_a_name_is_asked_for_and_an_address_is_not() -> None:
    """RFC 6066 knows server names, no addresses."""
    assert parse("www.example.test", SPOT).sni == "www.example.test"
    assert parse("[::1]:443", SPOT).sni == ""


def test_identity() -> None:
    """A target's identity is that of its endpoint."""
    assert parse("[::1]:443", SPOT).asset_id == "tls://[::1]:443#::1"
    assert parse("www.example.test", SPOT).asset_id == "tls://www.example.test:443#www.example.test"


@pytest.mark.parametrize(
    "text",
    [
        "www.example.test",
        "www.example.test:443",
        "localhost",
        "localhost:8443",
        "intranet:443",
        "192.0.2.1",
        "[::1]:443",
        "::1",
        "[::1]",
        "smtp://mail",
        "https://www.example.test/x",
        "host.example:99999",
        "missing.pem:443",
    ],
)
def test_arguments_that_are_hosts(text: str) -> None:
    """An argument that is no existing path is a host where it reads like one."""
    assert is_target(text)


@pytest.mark.parametrize(
    "text",
    [
        "missing.pem",
        "certs",
        "certs/",
        "./a.test",
        "certs/a.pem",
        "inventory.csv",
        "result.json",
        "HOSTS.TXT",
        "backup.tar.gz",
        "-",
        "..",
        ".hidden",
        "a b.test",
        "C:\\certs\\a.test",
        "",
    ],
)
def test_arguments_that_are_missing_files(text: str) -> None:
    """A file that does not exist is not taken for a host."""
    assert not is_target(text)


def test_a_file_of_targets() -> None:
    """One host a line; comments, blank lines, a BOM and Windows line ends do not matter; line numbers are kept."""
    found = read("\ufeff# ours\r\n\r\nwww.example.test\r\n  mail.example.test:25  # the old one\r\n[::1]:8443\r\n")
    assert [(one.shown, one.spot.line) for one in found if isinstance(one, Target)] == [
        ("www.example.test:443", 3),
        ("mail.example.test:25", 4),
        ("[::1]:8443", 5),
    ]


def test_a_host_named_twice_is_taken_once() -> None:
    """However it is spelled, the first line counts."""
    (found,) = read("www.example.test\nWWW.EXAMPLE.TEST.:443\nhttps://www.example.test\n")
    assert found.spot.line == 1


def test_a_bad_line_does_not_end_the_file() -> None:
    """It is a problem at its line that makes the run incomplete; the others are scanned."""
    bad, good = read("www.example.test:99999\nmail.example.test\n")
    assert isinstance(bad, Problem)
    assert (bad.spot.line, bad.incomplete, bad.code) == (1, True, "certgate/unreadable-input")
    assert isinstance(good, Target)


@pytest.mark.parametrize("text", [b"", b"# nothing\n\n", b"\xff\xfe"])
def test_a_file_without_hosts_is_a_problem(text: bytes) -> None:
    """Nothing to scan is not success."""
    (problem,) = read(text)
    assert isinstance(problem, Problem)
    assert problem.incomplete
    assert "names no host" in problem.message


def test_a_file_of_too_many_hosts_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is not scanned, and that is said."""
    monkeypatch.setattr(targets, "MOST", 2)
    *hosts, problem = read("a.test\nb.test\nc.test\nd.test\n")
    assert len(hosts) == 2
    assert isinstance(problem, Problem)
    assert (problem.spot.line, problem.incomplete) == (3, True)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    """Nothing but InputError leaves the parser, and what it gives is fit for the wire."""
    try:
        found = parse(text, SPOT)
    except InputError:
        return
    assert found.host.isascii()
    assert 0 < found.port < 65536
    assert all(0 < len(label) < 64 for label in found.host.split(".")) or ":" in found.host


@given(st.binary(max_size=200))
def test_any_file_is_read(data: bytes) -> None:
    """A file of anything gives hosts and problems."""
    assert read(data)


@pytest.mark.parametrize(
    "text",
    ["https://ann:s3cret@host.example/", "ann:s3cret@host.example", "https://host.example/x?token=s3cret&a=b", "ftp://a:s3cret@@host.example",
     "gopher://ann:s3cret@host.example:70", "https://s3cret@host.example?s3cret"],
)  # fmt: skip
def test_what_may_be_secret_in_a_url_is_told_to_nobody(text: str) -> None:
    """A message goes into reports, and those to many."""
    with pytest.raises(InputError) as caught:
        targets.parse(text, Spot("hosts", 1))
    assert "s3cret" not in str(caught.value)
    assert "host.example" in str(caught.value)

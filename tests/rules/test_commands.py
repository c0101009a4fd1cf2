"""The command beside a finding really works: the real openssl (and curl) run it, and its output shows the fact."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from scanner.rules.language.syntax import Rule
from scanner.rules.reader import find, load
from scanner.rules.said import commands
from tests import factories
from tests.rules.rules import compared, rule
from tests.tools.program import find as program

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
RULES: dict[str, Rule] = {
    one.id: one for name in ("default", "bsi-tls", "cnsa-2.0") for one in load.load(find.find(name))[0].rules
}


def run(command: str, folder: Path) -> str:
    """Run a command as a user would paste it."""
    shell = [program("sh"), "-c", command]
    done = subprocess.run(shell, cwd=folder, capture_output=True, check=False, encoding="utf-8", timeout=30)
    return done.stdout + done.stderr


def url(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write certificates with all that commands show: as PEM, as DER, second in a bundle."""
    made = tmp_path_factory.mktemp("commands")
    access = [(Access.OCSP, "http://ocsp.example.com"), (Access.CA_ISSUERS, "http://ca.example.com/ca.cer")]
    points = [x509.DistributionPoint([url("http://crl.example.com/1.crl")], None, None, None)]
    full = factories.certificate(
        "www.example.com",
        names=["www.example.com", "*.example.com", "192.0.2.7"],
        organization="Example Ltd",
        usages=[Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH],
        policies=["2.23.140.1.2.2"],
        extensions=[
            (x509.KeyUsage(True, False, False, False, True, False, False, False, False), True),  # noqa: FBT003 - bits of the extension
            (x509.AuthorityInformationAccess([x509.AccessDescription(kind, url(at)) for kind, at in access]), False),
            (x509.CRLDistributionPoints(points), False),
            (x509.TLSFeature([x509.TLSFeatureType.status_request]), False),
        ],
    )
    other = factories.certificate("first.example.com")
    (made / "a.pem").write_bytes(full.pem)
    (made / "a.der").write_bytes(full.der)
    (made / "bundle.pem").write_bytes(b"first\n" + other.pem + b"second\n" + full.pem)
    (made / "-odd name; exit 9 .pem").write_bytes(b"x\n" + full.pem)
    (made / "key.pem").write_bytes(full.key_pem)
    return made


SHOWN = [
    ("not_after", "notAfter=Dec 29 23:59:59 2026 GMT"),
    ("lifetime", "notBefore=Oct  1 00:00:00 2026 GMT"),
    ("serial_bits", "serial=7A5C3E1F0B2D4C6E8F9A1B3C5D7E9F01"),
    ("subject.cn", "commonName                = www.example.com"),
    ("subject.attributes", "organizationName          = Example Ltd"),
    ("subject.repeated", "organizationName"),
    ("subject.emails", "commonName"),
    ("issuer.dn", "issuer="),
    ("san.dns", "DNS:*.example.com"),
    ("san.ip", "IP Address:192.0.2.7"),
    ("wildcard", "DNS:*.example.com"),
    ("extended_key_usage", "TLS Web Client Authentication"),
    ("usage", "TLS Web Server Authentication"),
    ("key_usage", "Digital Signature, Key Agreement"),
    ("is_ca", "CA:FALSE"),
    ("policy_oids", "Policy: 2.23.140.1.2.2"),
    ("policy_qualifiers", "X509v3 Certificate Policies"),
    ("authority_key_identifier", "X509v3 Authority Key Identifier"),
    ("aia.methods", "OCSP - URI:http://ocsp.example.com"),
    ("aia.ca_issuers_urls", "CA Issuers - URI:http://ca.example.com/ca.cer"),
    ("revocation.ocsp_urls", "http://ocsp.example.com"),
    ("revocation.crl_urls", "URI:http://crl.example.com/1.crl"),
    ("revocation.must_staple", "status_request"),
    ("extensions", "X509v3 CRL Distribution Points"),
    ("critical_extensions", "X509v3 Key Usage: critical"),
    ("key.algorithm", "Public Key Algorithm: id-ecPublicKey"),
    ("key.curve", "NIST CURVE: P-256"),
    ("key.bits", "Public-Key: (256 bit)"),
    ("key.weakness", "Public-Key: (256 bit)"),
    ("key.exponent", "Public-Key: (256 bit)"),
    ("signature.hash", "Signature Algorithm: ecdsa-with-SHA256"),
    ("version", "Version: 3 (0x2)"),
    ("encoding_faults", "UTCTIME           :261001000000Z"),
    ("fingerprint_sha256", "Fingerprint="),
    ("key.spki_sha256", "(stdin)= "),
    ("trust", "Issuer: O = Example Ltd, CN = www.example.com"),
]


@pytest.mark.parametrize(("field", "shown"), SHOWN, ids=[name for name, _ in SHOWN])
@pytest.mark.parametrize(("uri", "line"), [("a.pem", 1), ("a.der", None), ("bundle.pem", 0)], ids=["pem", "der", "bundle"])
def test_a_command_shows_the_fact(field: str, shown: str, uri: str, line: int | None, folder: Path) -> None:
    """The output of the command has the observed value, from each sort of file, of the right certificate."""
    if line == 0:
        line = (folder / uri).read_text().splitlines().index("second") + 2
    asks = rule(None, compared(field, "present", True))  # noqa: FBT003 - what a policy writes
    said = run(commands.command(asks, "certificate", {}, uri, line, AS_OF), folder)
    assert shown in said
    assert "first.example.com" not in said


def test_several_fields_are_shown_at_once(folder: Path) -> None:
    """Extensions share one flag, of which OpenSSL takes the last."""
    asks = RULES["public-tls/revocation-source"]
    said = commands.command(asks, "certificate", {}, "a.pem", 1, AS_OF)
    assert said.count("-ext") == 1
    assert "http://crl.example.com/1.crl" in run(said, folder)


def test_a_certificate_is_taken_out_of_a_scan() -> None:
    """By its place in sslyze's JSON, which OpenSSL cannot read; no other place is trusted to be a plain word."""
    asks = rule(None, compared("lifetime", "present", True))  # noqa: FBT003 - what a policy writes
    pointer = "/server_scan_results/0/scan_result/certificate_info/result/certificate_deployments/1/received_certificate_chain/2"
    said = commands.command(asks, "certificate", {}, "-my scan.json", 40, AS_OF, pointer)
    path = "server_scan_results[0].scan_result.certificate_info.result.certificate_deployments[1].received_certificate_chain[2]"
    assert said == f"jq -r '.{path}.as_pem' <'-my scan.json' | openssl x509 -noout -dates"
    hostile = "/a'$(exit 9)'/received_certificate_chain/0"
    assert commands.command(asks, "certificate", {}, "scan.json", 40, AS_OF, hostile) == ""


def test_a_hostile_name_of_a_file_stays_one_word(folder: Path) -> None:
    """A name smuggles neither a command nor an option into what a user copies."""
    asks = rule(None, compared("lifetime", "present", True))  # noqa: FBT003 - what a policy writes
    for line in (1, 2):
        assert "notAfter=Dec 29" in run(commands.command(asks, "certificate", {}, "-odd name; exit 9 .pem", line, AS_OF), folder)
    row = {"asset_id": "tls://a.test$(exit 9):443#`id`", "reachable": True, "tls.versions": ["TLS 1.0"]}
    said = commands.command(RULES["tls-endpoints/old-tls"], "endpoint", row, "", None, AS_OF)
    assert "-connect 'a.test$(exit 9):443' -servername '`id`'" in said
    row |= {
        "asset_id": "tls://a.test:443",
        "tls.curves": ["sect$(id)"],
        "tls.ciphers": [{"name": "A$(id)", "version": "TLS 1.2"}],
    }
    for name in ("tls-endpoints/curves", "tls-endpoints/ciphers"):
        assert "$(id)" not in commands.command(RULES[name], "endpoint", row, "", None, AS_OF)


@pytest.mark.parametrize("uri", ["inventory.csv", "export.json", "keys.jks", "s3://bucket/a.pem", "tls://no-port", ""])
def test_where_no_command_would_work_there_is_none(uri: str) -> None:
    """An inventory, a key store and an address that cannot be reached are not handed to OpenSSL."""
    asks = rule(None, compared("lifetime", "present", True))  # noqa: FBT003 - what a policy writes
    assert commands.command(asks, "certificate", {}, uri, None, AS_OF) == ""


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[str]:
    """Run OpenSSL's own server on loopback."""
    port = _port()
    words = ["s_server", "-accept", f"127.0.0.1:{port}", "-cert", "a.pem", "-key", "key.pem", *flags]
    null = subprocess.DEVNULL
    # NOTE: it ends where its input ends, so that stays open.
    with subprocess.Popen([program("openssl"), *words], cwd=folder, stdin=subprocess.PIPE, stdout=null, stderr=null) as server:
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"tls://127.0.0.1:{port}#www.example.com"
        finally:
            server.kill()


MORE = {"authentication": "ECDSA", "bits": 256}
SUITE = {"name": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "version": "TLS 1.2"} | MORE
CHACHA = {"name": "TLS_CHACHA20_POLY1305_SHA256", "version": "TLS 1.3"} | MORE
ENDPOINTS: list[tuple[str, dict[str, Any], tuple[str, ...], str]] = [
    ("tls-endpoints/old-tls", {"tls.versions": ["TLS 1.1", "TLS 1.2"]}, ("-cipher", "ALL:@SECLEVEL=0"), "Protocol  : TLSv1.1"),
    ("tls-endpoints/tls13", {"tls.versions": ["TLS 1.2"]}, ("-no_tls1_3",), "alert"),
    ("tls-endpoints/curves", {"tls.curves": ["X25519", "P-521"]}, (), "Server Temp Key: ECDH, secp521r1, 521 bits"),
    ("bsi-tls/curves", {"tls.curves": ["X25519", "P-521"]}, (), "Server Temp Key: X25519, 253 bits"),
    ("tls-endpoints/ciphers", {"tls.ciphers": [SUITE]}, ("-cipher", "ALL:@SECLEVEL=0"), "Cipher is ECDHE-ECDSA-AES256-SHA384"),
    ("bsi-tls/ciphers", {"tls.ciphers": [CHACHA]}, (), "Cipher is TLS_CHACHA20_POLY1305_SHA256"),
    ("tls-endpoints/hostname", {"certificate.hostname_matches": False, "host": "other.test"}, (), "hostname mismatch"),
    ("tls-endpoints/must-staple", {"ocsp_stapled": False}, (), "OCSP response: no response sent"),
    ("tls-endpoints/chain-order", {"chain.order_ok": False}, (), "Certificate chain"),
    ("tls-endpoints/trusted", {"certificate.trusted": False}, (), "self-signed certificate"),
    ("tls-endpoints/certificate-lifetime", {}, (), "notAfter=Dec 29 23:59:59 2026 GMT"),
    ("tls-endpoints/certificate-key", {}, (), "NIST CURVE: P-256"),
    ("tls-endpoints/extended-master-secret", {"tls.vulnerabilities": ["no-extended-master-secret"]}, (), "Extended master secret: yes"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "facts", "flags", "shown"), ENDPOINTS, ids=[name for name, *_ in ENDPOINTS])
def test_a_command_shows_what_a_server_does(
    name: str, facts: dict[str, Any], flags: tuple[str, ...], shown: str, folder: Path
) -> None:
    """Version, group, suite, stapling, chain and leaf are seen on the connection that the command makes."""
    with serving(folder, *flags) as address:
        row = {"asset_id": address, "host": "127.0.0.1", "reachable": True} | facts
        said = commands.command(RULES[name], "endpoint", row, address, None, AS_OF)
        assert shown in run(said, folder)


def test_a_header_is_shown_by_curl(folder: Path) -> None:
    """Strict-Transport-Security is of HTTP, which OpenSSL does not speak."""
    program("curl")
    (folder / "head.txt").write_bytes(b"HTTP/1.0 200 OK\r\nStrict-Transport-Security: max-age=60\r\n\r\n")
    with serving(folder, "-HTTP") as address:
        row = {"asset_id": address, "reachable": True, "hsts.sent": True}
        said = commands.command(RULES["tls-endpoints/hsts-age"], "endpoint", row, "", None, AS_OF)
        assert said.startswith(f"curl -skI https://{address[6:].partition('#')[0]}/ | grep")
        assert "max-age=60" in run(said.replace("/ |", "/head.txt |").replace("-skI", "-ski"), folder)


def test_a_certificate_of_the_network_is_shown_by_a_connection(folder: Path) -> None:
    """What a scan saw is asked of the server again."""
    with serving(folder) as address:
        said = commands.command(RULES["public-tls/lifetime"], "certificate", {}, address, None, AS_OF)
        assert "notAfter=Dec 29 23:59:59 2026 GMT" in run(said, folder)


def test_mail_servers_are_asked_in_their_own_way() -> None:
    """STARTTLS is part of the command, and IPv6 goes in brackets."""
    row = {"host": "2001:db8::1", "port": 25, "protocol": "smtp+starttls", "chain.order_ok": False}
    said = commands.command(RULES["tls-endpoints/chain-order"], "endpoint", row, "", None, AS_OF)
    assert said == "openssl s_client -connect '[2001:db8::1]:25' -servername 2001:db8::1 -starttls smtp -showcerts </dev/null"


def test_a_missing_post_quantum_group_is_asked_for() -> None:
    """A rule that wants a group is shown by offering nothing else; older OpenSSL does not know it. Without TLS 1.3 there is none."""
    row = {"host": "a.test", "port": 443, "tls.versions": ["TLS 1.3"], "tls.pq_groups": [None]}
    said = commands.command(RULES["pqc-readiness/key-exchange"], "endpoint", row, "", None, AS_OF)
    assert said == f"openssl s_client -connect a.test:443 -servername a.test -groups X25519MLKEM768 </dev/null{commands.NEWER}"
    said = commands.command(RULES["pqc-readiness/key-exchange"], "endpoint", row | {"tls.versions": ["TLS 1.2"]}, "", None, AS_OF)
    assert said == "openssl s_client -connect a.test:443 -servername a.test -tls1_3 </dev/null"
    assert shutil.which("openssl")

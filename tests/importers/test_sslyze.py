"""sslyze's JSON: every scan in the samples and the corpus, and what must stay unknown."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scanner import tables
from scanner.importers import sslyze
from scanner.model import Problem, Record, Sighting, Spot
from scanner.vocabulary import CODE_POINT_OR_CURVE, TLS_GROUPS
from tests.conftest import CORPUS, SAMPLES
from tests.importers.reading import Result, read

SCANS = SAMPLES / "sslyze"
TELLING = sorted([*SCANS.glob("*.json"), *(CORPUS / "scans").glob("*.json")])
OLD = "dd-one_target_many_vuln_old"
FACTS = [json.loads(line) for line in (CORPUS / "scan_facts.jsonl").read_text().splitlines()]


def scan(name: str) -> Result:
    """Read a sample."""
    return read(SCANS / f"{name}.json")


def document(name: str = "loopback-allcommands-6.3.1") -> dict[str, Any]:
    """Load a sample to change something in it."""
    found: dict[str, Any] = json.loads((SCANS / f"{name}.json").read_text())
    return found


def endpoint(changed: dict[str, Any]) -> dict[str, Any]:
    """Read a changed scan and return the facts of its only endpoint."""
    (record,) = read(json.dumps(changed)).of("endpoint")
    return dict(record.facts)


def results(changed: dict[str, Any]) -> dict[str, Any]:
    """Return the test results of the first server."""
    found: dict[str, Any] = changed["server_scan_results"][0]["scan_result"]
    return found


@pytest.mark.parametrize("path", [path for path in TELLING if path.stem != OLD], ids=lambda path: path.stem)
def test_every_scan_gives_typed_facts(path: Path) -> None:
    """All facts are of the registry, of its types and words; groups and post-quantum groups are always open."""
    found = read(path)
    assert found.importer == "sslyze"
    assert found.of("endpoint")
    for kind in tables.KINDS:
        rows = [dict(record.facts) for record in found.of(kind)]
        assert {name for row in rows for name in row} <= set(tables.schema(kind))
        tables.frame(kind, rows)
    for record in found.of("endpoint"):
        groups = record.facts.get("tls.groups")
        if groups is not None:
            assert isinstance(groups, list)
            assert None in groups
            assert record.facts["tls.pq_groups"] == [None]


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts["file"])
def test_corpus_scans_agree_with_the_recorded_facts(facts: dict[str, Any]) -> None:
    """Host, port, whether it answered, and the certificates sent agree with what other tools recorded."""
    found = read(CORPUS / "scans" / facts["file"])
    endpoints = found.of("endpoint")
    assert [(one.facts["host"], one.facts["port"]) for one in endpoints] == [
        (one["hostname"], one["port"]) for one in facts["servers"]
    ]
    for record, server in zip(endpoints, facts["servers"], strict=True):
        up = server["scan_status"] == "COMPLETED"
        assert record.facts["reachable"] is up
        assert record.facts.get("certificate.fingerprint_sha256") == facts["leaf_sha256"]
    sent = {digest for server in facts["servers"] for chain in server["received_chain_sha256"] for digest in chain}
    assert {one.facts["fingerprint_sha256"] for one in found.of("certificate")} == sent
    leaves = {one.facts["fingerprint_sha256"] for one in found.of("certificate") if one.leaf_of}
    assert leaves == ({facts["leaf_sha256"]} if facts["leaf_sha256"] else set())


def test_version_3_is_a_clear_error() -> None:
    """A file of sslyze 3 says what it is and what to do."""
    assert str(scan(OLD).error) == (
        "written by sslyze 3.0.7; certgate reads versions 5 and 6: scan again with sslyze 6 --json_out=FILE"
    )


def test_rsa_and_ec_deployments_both_give_certificates() -> None:
    """A server with two sorts of key serves two leaves; both are leaves of the endpoint."""
    found = scan("loopback-modern-6.3.1")
    leaves = [one for one in found.of("certificate") if one.leaf_of]
    assert len(leaves) == 2
    assert {one.leaf_of for one in leaves} == {"tls://www.example.test:8443#www.example.test"}
    assert found.of("endpoint")[0].facts["certificate.fingerprint_sha256"] == leaves[0].facts["fingerprint_sha256"]


def test_everything_that_was_seen() -> None:
    """The facts of a full scan, one by one."""
    (record,) = scan("loopback-allcommands-6.3.1").of("endpoint")
    facts = dict(record.facts)
    ciphers = facts.pop("tls.ciphers")
    assert isinstance(ciphers, list)
    assert len(ciphers) == 7
    assert ciphers[-1] == {
        "name": "TLS_CHACHA20_POLY1305_SHA256",
        "version": "TLS 1.3",
        "key_exchange": "TLS 1.3",
        "authentication": "certificate",
        "aead": True,
        "forward_secrecy": True,
        "bits": 256,
    }
    assert facts == {
        "host": "www.example.test",
        "port": 8443,
        "address": "127.0.0.1",
        "protocol": "tls",
        "reachable": True,
        "tls.versions": ["TLS 1.2", "TLS 1.3"],
        "tls.groups": ["X25519", "P-256", "P-384", None],
        "tls.curves": ["X25519", "P-256", "P-384"],
        "tls.pq_groups": [None],
        "tls.vulnerabilities": [],
        "hsts.sent": True,
        "hsts.max_age": timedelta(seconds=63072000),
        "client_auth": "none",
        "ocsp_stapled": False,
        "certificate.trusted": True,
        "chain.order_ok": True,
        "certificate.fingerprint_sha256": "7d58dcd3d8d893ba556adca442fff1d9353dd279a7a4633a3d2fe812693dfb8e",
    }
    assert record.sighting.seen_at == datetime(2026, 11, 23, 9, 44, 12, 622181, UTC)


def test_places_are_line_column_and_pointer() -> None:
    """An endpoint stands at its element, a certificate at its own, in the file a person opens."""
    found = scan("loopback-modern-6.3.1")
    text = (SCANS / "loopback-modern-6.3.1.json").read_text().splitlines()
    spots = [record.sighting.spot for record in found.records]
    assert spots[0] == Spot("evidence", 4, 5, "/server_scan_results/0")
    assert '"as_pem"' in text[(spots[1].line or 0)]
    assert spots[1].pointer == (
        "/server_scan_results/0/scan_result/certificate_info/result/certificate_deployments/0/received_certificate_chain/0"
    )


def test_a_file_on_one_line_is_placed_by_column() -> None:
    """Minified JSON has only line 1; the column tells where."""
    found = read(json.dumps(document("loopback-errors-6.3.1")))
    columns = [one.sighting.spot.column or 0 for one in found.of("endpoint")]
    assert [one.sighting.spot.line for one in found.of("endpoint")] == [1] * len(columns)
    assert columns == sorted(columns)
    assert len(set(columns)) == len(columns)


@pytest.mark.parametrize(
    ("error", "reachable"),
    [
        ("ServerRejectedConnection", False),
        ("ConnectionToServerTimedOut", False),
        ("ServerTlsConfigurationNotSupported", True),
        ("ServerRejectedTlsHandshake", True),
        ("TlsHandshakeTimedOut", True),
        ("ServerRejectedOpportunisticTlsNegotiation", True),
        ("ConnectionToServerFailed", None),
        ("HttpProxyRejectedConnection", None),
        ("SomethingNew", None),
    ],
)
def test_reachable_says_whether_tcp_answered(error: str, reachable: bool | None) -> None:  # noqa: FBT001 - a table of answers
    """False only for refused, rejected and timed out; where TCP answered without TLS it is true; else unknown."""
    changed = document("loopback-pqc-only-6.3.1")
    changed["server_scan_results"][0]["connectivity_error_trace"] = f'…\nsslyze.errors.{error}: a:1 -> "why it was".\n'
    found = read(json.dumps(changed))
    (record,) = found.of("endpoint")
    assert record.facts.get("reachable") is reachable
    assert {"tls.versions", "tls.ciphers", "tls.groups"}.isdisjoint(record.facts)
    (problem,) = found.problems
    assert "why it was" in problem.message
    assert (problem.code, problem.incomplete) == ("certgate/no-tls" if reachable else "certgate/unreachable", True)


def test_a_post_quantum_server_is_reachable_and_all_its_tls_is_unknown() -> None:
    """The scanner cannot speak to a server that offers ML-KEM only; that says nothing of the server's TLS."""
    for name in ("loopback-pqc-only-6.3.1", "loopback-mldsa-cert-6.3.1"):
        found = scan(name)
        (record,) = found.of("endpoint")
        assert record.facts["reachable"] is True
        assert set(record.facts) == {"host", "port", "address", "protocol", "reachable"}
        assert found.codes() == ["certgate/no-tls"]


def test_hosts_without_an_address_are_endpoints_that_cannot_be_reached() -> None:
    """`invalid_server_strings` hold unresolved names (not reachable) and nonsense (only a problem)."""
    found = scan("loopback-errors-6.3.1")
    dead = [(one.facts["host"], one.facts["port"]) for one in found.of("endpoint") if one.facts["reachable"] is False]
    assert dead == [("no-such-host.invalid", 443), ("www.example.test", 1)]
    assert [one.spot.line for one in found.problems if one.code == "certgate/unreachable"] == [3, 7, 13]


def untold(changed: dict[str, Any], *names: str) -> None:
    """Leave these curves out of the test of curves, as if they had not been tried."""
    told = results(changed)["elliptic_curves"]["result"]
    for answer in ("supported_curves", "rejected_curves"):
        told[answer] = [one for one in told[answer] if one["name"] not in names]


def test_curves_are_closed_where_each_was_tried() -> None:
    """With TLS 1.3 that is the five that it has, before it all that its standards name."""
    changed = document()
    untold(changed, "brainpoolP256r1", "sect571r1", "secp256k1")
    assert endpoint(changed)["tls.curves"] == ["X25519", "P-256", "P-384"]
    untold(changed, "X448")
    assert endpoint(changed)["tls.curves"] == ["X25519", "P-256", "P-384", None]
    legacy = document("loopback-legacy-6.3.1")
    assert endpoint(legacy)["tls.curves"] == ["X25519", "X448", "P-256", "P-384", "P-521"]
    untold(legacy, "brainpoolP256r1")
    assert endpoint(legacy)["tls.curves"][-1] is None


def test_version_5_did_not_try_brainpool_curves() -> None:
    """So its list is closed of a server with TLS 1.3, and open of one without."""
    closed = [record.facts for name in ("issue_9848", "one_target_zero_vuln_new") for record in scan(f"dd-{name}").of("endpoint")]
    assert [one["tls.curves"] for one in closed] == [["P-256", None], ["X25519", "X448", "P-256", "P-384", "P-521"]]


def test_a_curve_both_refused_and_seen_opens_the_list() -> None:
    """A test of curves that a suite gives the lie may have missed others too."""
    (record,) = scan("loopback-mtls-6.3.1").of("endpoint")
    assert record.facts["tls.curves"] == ["P-256", "X25519", None]


def test_no_curve_at_all_is_never_concluded() -> None:
    """Where sslyze finds no ECDHE, or saw every curve refused, there may be one that it did not offer."""
    changed = document()
    told = results(changed)["elliptic_curves"]["result"]
    told |= {"supports_ecdh_key_exchange": False, "supported_curves": None, "rejected_curves": None}
    assert endpoint(changed)["tls.curves"] == ["X25519", "P-256", None]
    refused = document()
    told = results(refused)["elliptic_curves"]["result"]
    told |= {"supported_curves": None, "rejected_curves": told["supported_curves"] + told["rejected_curves"]}
    for name in ("tls_1_2_cipher_suites", "tls_1_3_cipher_suites"):
        for one in results(refused)[name]["result"]["accepted_cipher_suites"]:
            one["ephemeral_key"] = None
    assert endpoint(refused)["tls.curves"] == [None]


def test_curves_of_another_than_the_highest_version_are_open() -> None:
    """Where the connection came about with TLS 1.2 and a suite of TLS 1.3 was accepted later, TLS 1.3 was not tried."""
    changed = document()
    changed["server_scan_results"][0]["connectivity_result"]["highest_tls_version_supported"] = "TLS_1_2"
    assert endpoint(changed)["tls.curves"] == ["X25519", "P-256", "P-384", None]


@pytest.mark.parametrize("status", ["NOT_SCHEDULED", "ERROR"])
def test_a_test_that_gave_nothing_leaves_its_facts_open(status: str) -> None:
    """Not scheduled and failed are unknown, never absent."""
    changed = document()
    for attempt in results(changed).values():
        attempt.update(status=status, result=None, error_reason="CONNECTIVITY_ISSUE" if status == "ERROR" else None)
    facts = endpoint(changed)
    assert facts["tls.versions"] == ["TLS 1.3", None]
    assert facts["tls.ciphers"] == [None]
    assert facts["tls.groups"] == facts["tls.curves"] == [None]
    assert facts["tls.vulnerabilities"] == [None]
    assert {"hsts.sent", "ocsp_stapled", "certificate.trusted", "chain.order_ok", "certificate.fingerprint_sha256"}.isdisjoint(
        facts
    )
    told = read(json.dumps(changed)).codes()
    assert told == (["scan-incomplete"] if status == "ERROR" else [])


def test_one_missing_version_opens_versions_and_ciphers() -> None:
    """A version that was not tried may be accepted, with suites of its own."""
    changed = document()
    results(changed)["ssl_2_0_cipher_suites"] = {"status": "NOT_SCHEDULED", "result": None}
    facts = endpoint(changed)
    assert facts["tls.versions"] == ["TLS 1.2", "TLS 1.3", None]
    assert facts["tls.ciphers"][-1] is None


@pytest.mark.parametrize(
    ("test", "member", "bad", "weakness"),
    [
        ("heartbleed", "is_vulnerable_to_heartbleed", True, "heartbleed"),
        ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", True, "openssl-ccs-injection"),
        ("robot", "robot_result", "VULNERABLE_WEAK_ORACLE", "robot"),
        ("tls_compression", "supports_compression", True, "tls-compression"),
        ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", True, "client-renegotiation-dos"),
        ("session_renegotiation", "supports_secure_renegotiation", False, "insecure-renegotiation"),
        ("tls_fallback_scsv", "supports_fallback_scsv", False, "no-fallback-scsv"),
        ("tls_extended_master_secret", "supports_ems_extension", False, "no-extended-master-secret"),
        ("tls_1_3_early_data", "supports_early_data", True, "early-data"),
    ],
)
def test_weaknesses(test: str, member: str, bad: object, weakness: str) -> None:
    """Each test finds its weakness; where the others all ran, the list is closed."""
    changed = document()
    results(changed)[test]["result"][member] = bad
    assert endpoint(changed)["tls.vulnerabilities"] == [weakness]


def test_an_inconsistent_robot_test_is_unknown() -> None:
    """Its own «unknown» opens the list."""
    changed = document()
    results(changed)["robot"]["result"]["robot_result"] = "UNKNOWN_INCONSISTENT_RESULTS"
    assert endpoint(changed)["tls.vulnerabilities"] == [None]


def test_no_hsts_header_is_known_and_a_failed_request_is_not() -> None:
    """Three values: sent, not sent, could not tell."""
    changed = document()
    answer = results(changed)["http_headers"]["result"]
    answer["strict_transport_security_header"] = None
    assert endpoint(changed)["hsts.sent"] is False
    answer["http_error_trace"] = "Traceback …"
    assert "hsts.sent" not in endpoint(changed)


def test_an_optional_client_certificate_is_unknown() -> None:
    """A server (nginx) that insists on a client certificate looks optional to sslyze, so nothing is claimed, and that is said."""
    found = scan("loopback-mtls-6.3.1")
    assert "client_auth" not in found.of("endpoint")[0].facts
    assert found.codes() == ["client-auth-unclear"]


def test_every_deployment_must_hold() -> None:
    """One chain out of order is out of order, whichever key it belongs to."""
    changed = document()
    deployments = results(changed)["certificate_info"]["result"]["certificate_deployments"]
    deployments[1]["received_chain_has_valid_order"] = False
    assert endpoint(changed)["chain.order_ok"] is False
    deployments[1]["received_chain_has_valid_order"] = None
    assert "chain.order_ok" not in endpoint(changed)


def test_another_server_name_is_matched_here() -> None:
    """Where the scan asked for another name than the host, the leaf is judged by the name that was asked for."""
    changed = document()
    network = changed["server_scan_results"][0]["network_configuration"]
    assert "certificate.hostname_matches" not in endpoint(changed)
    network["tls_server_name_indication"] = "api.example.test"
    assert endpoint(changed)["certificate.hostname_matches"] is True
    network["tls_server_name_indication"] = "shop.example.test"
    assert endpoint(changed)["certificate.hostname_matches"] is False


@pytest.mark.parametrize(
    ("said", "protocol"), [("SMTP", "smtp+starttls"), ("XMPP_SERVER", "xmpp-server+starttls"), (None, "tls")]
)
def test_protocol(said: str | None, protocol: str) -> None:
    """What starts TLS is part of the protocol."""
    changed = document()
    changed["server_scan_results"][0]["network_configuration"]["tls_opportunistic_encryption"] = said
    assert endpoint(changed)["protocol"] == protocol


def test_a_proxy_password_is_dropped_and_said() -> None:
    """The secret of an HTTP proxy leaves the file nowhere."""
    changed = document()
    changed["server_scan_results"][0]["server_location"]["http_proxy_settings"] = {"basic_auth_password": "hunter2"}
    found = read(json.dumps(changed))
    assert found.codes() == ["secret-dropped"]
    assert "hunter2" not in repr(found)


def test_a_blacked_out_certificate_falls_back_to_what_is_printed() -> None:
    """Without bytes the printed fields are the facts, and the missing bytes a problem."""
    found = scan("dd-one_target_zero_vuln_new")
    leaf = next(one for one in found.of("certificate") if one.leaf_of)
    assert leaf.der is None
    assert leaf.facts["serial"] == "330028677bb130c90ea6751ab100000028677b"
    assert leaf.facts["not_before"] == datetime(2022, 1, 24, 4, 39, 56, tzinfo=UTC)
    assert found.of("endpoint")[0].facts["certificate.fingerprint_sha256"] == leaf.facts["fingerprint_sha256"]
    assert found.codes() == ["certgate/unreadable-input"] * 2
    tables.frame("certificate", [dict(one.facts) for one in found.of("certificate")])


def test_the_printed_fields_agree_with_the_bytes() -> None:
    """What the fall-back reads is what cryptography decodes from the bytes beside it."""
    from cryptography.x509 import load_pem_x509_certificate

    from scanner.importers import _sslyze_certificate

    deployment = results(document())["certificate_info"]["result"]["certificate_deployments"][0]
    for printed in deployment["received_certificate_chain"]:
        facts = _sslyze_certificate.facts(printed)
        certificate = load_pem_x509_certificate(printed["as_pem"].encode())
        assert facts["subject.dn"] == certificate.subject.rfc4514_string()
        assert facts["issuer.dn"] == certificate.issuer.rfc4514_string()
        assert facts["serial"] == f"{certificate.serial_number:x}"
        assert facts["not_after"] == certificate.not_valid_after_utc
        assert facts["signature.hash"] == f"SHA-{certificate.signature_hash_algorithm.digest_size * 8}"  # type: ignore[union-attr]


def test_the_probe_may_say_where_things_were_seen() -> None:
    """A live scan points at the line of the targets file, through the same reader."""
    target = Sighting("targets.txt", "network", Spot("targets.txt", 7))
    found = list(sslyze.records(document(), lambda _pointer, _host, _port: target))
    assert all(one.sighting == target for one in found if isinstance(one, Record))
    assert not [one for one in found if isinstance(one, Problem)]


def test_groups_are_words_of_the_registry() -> None:
    """Old curves keep OpenSSL's name, known ones take the registry's."""
    pattern = pl.Series([CODE_POINT_OR_CURVE])
    for path in TELLING:
        for record in read(path).of("endpoint"):
            for group in record.facts.get("tls.groups", []):  # type: ignore[attr-defined]
                assert group is None or group in TLS_GROUPS or pl.Series([group]).str.contains(f"^{pattern[0]}$").item()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"sslyze_version": "6.3.1", "server_scan_results": [', "not valid JSON"),
        ('{"sslyze_version": "6.3.1", "server_scan_results": ' + "[" * 100_000, "nested too deeply"),
        ('{"sslyze_version": "6.3.1"}', "no list `server_scan_results`"),
        ('{"sslyze_version": "7.0.0", "server_scan_results": []}', "versions 5 and 6"),
        ('{"server_scan_results": []}', "of unknown version"),
    ],
)
def test_broken_scans_are_errors_in_words(text: str, said: str) -> None:
    """Cut, deep or foreign: the file is unusable and says why."""
    found = read(text)
    assert found.importer == "sslyze"
    assert said in str(found.error)


@pytest.mark.parametrize(
    "location", [{}, {"hostname": "a", "port": 0}, {"hostname": "a b", "port": 443}, {"hostname": 5, "port": True}, None]
)
def test_a_result_without_host_and_port_is_a_problem(location: object) -> None:
    """One bad element is named at its place; the others are read."""
    changed = document("loopback-errors-6.3.1")
    changed["server_scan_results"][0]["server_location"] = location
    found = read(json.dumps(changed))
    assert "without host and port" in next(one.message for one in found.problems if one.code == "certgate/unreadable-input")
    assert any(one.facts["port"] == 8443 for one in found.of("endpoint"))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_scan_that_ended_outside_the_calendar_says_no_date(text: str) -> None:
    """The zone moves it out of what UTC can say; the rest of the scan is read."""
    assert sslyze.completed({"date_scans_completed": text}) is None


def test_half_a_character_becomes_a_mark_and_is_said() -> None:
    """A lone surrogate in a scan is a problem at its place, and no table or output has to hold it."""
    text = (SCANS / "dd-one_target_zero_vuln_new.json").read_text().replace(': "CN=', ': "CN=\\ud800')
    found = read(text)
    tables.frame("certificate", [dict(one.facts) for one in found.of("certificate")])
    assert any("\ufffd" in repr(one.facts) for one in found.of("certificate"))
    assert found.codes().count("undecodable-text") > 1

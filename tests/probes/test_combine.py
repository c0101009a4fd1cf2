"""One host from two sights: sslyze tells more, the handshake fills what it could not see, and neither invents."""

from hashlib import sha256

import pytest

from scanner.model import Problem, Record, Severity, Sighting, Spot
from scanner.probes import combine
from scanner.probes.combine import Told, records
from scanner.probes.handshake import Handshake, State
from scanner.probes.targets import parse

TARGET = parse("www.example.test", Spot("hosts.txt", 7), "hosts.txt")
LEAF, MIDDLE, OTHER = b"leaf", b"middle", b"other"
ALL = ["TLS 1.2", "TLS 1.3"]
SUITE = {"name": "TLS_AES_256_GCM_SHA384", "version": "TLS 1.3", "key_exchange": "TLS 1.3", "authentication": "certificate", "aead": True, "forward_secrecy": True, "bits": 256}  # fmt: skip


def spoke(**more: object) -> Handshake:
    """A handshake that came to its end, with a post-quantum group."""
    facts: dict[str, object] = {
        "address": "127.0.0.1", "chain": (LEAF, MIDDLE), "order_ok": True, "version": "TLS 1.3", "cipher": "TLS_AES_256_GCM_SHA384",
        "group": "X25519MLKEM768",
    }  # fmt: skip
    return Handshake(TARGET, State.SPOKE, **(facts | more))  # type: ignore[arg-type]


def scanned(**facts: object) -> list[Record | Problem]:
    """What sslyze tells of a host with TLS 1.2 and 1.3."""
    known = {"host": TARGET.host, "port": 443, "reachable": True, "tls.versions": ALL, "tls.ciphers": [SUITE], "tls.groups": ["X25519", None], "tls.curves": ["X25519"], "tls.pq_groups": [None], "tls.vulnerabilities": []}  # fmt: skip
    place = combine.sighting(TARGET)
    return [Record("endpoint", place, facts=known | facts), Record("certificate", place, LEAF, leaf_of=TARGET.asset_id)]


def endpoint(seen: Handshake, told: Told) -> dict[str, object]:
    """The facts of the endpoint, of which there is one."""
    (found,) = (one for one in records(seen, told) if isinstance(one, Record) and one.kind == "endpoint")
    return dict(found.facts)


def ders(seen: Handshake, told: Told) -> list[bytes | None]:
    """The certificates, in order."""
    return [one.der for one in records(seen, told) if isinstance(one, Record) and one.kind == "certificate"]


def problems(seen: Handshake, told: Told) -> list[Problem]:
    """What went wrong."""
    return [one for one in records(seen, told) if isinstance(one, Problem)]


def test_the_negotiated_group_joins_the_open_list() -> None:
    """The scan by sslyze cannot see ML-KEM; the handshake did; there may be more."""
    facts = endpoint(spoke(), scanned())
    assert facts["tls.groups"] == ["X25519", "X25519MLKEM768", None]
    assert facts["tls.pq_groups"] == ["X25519MLKEM768", None]


def test_a_group_that_sslyze_saw_too_is_not_doubled() -> None:
    """One element, whoever saw it, in the registry's spelling."""
    assert endpoint(spoke(group="x25519"), scanned())["tls.groups"] == ["X25519", None]


def test_a_group_without_name_here_is_left_out() -> None:
    """No word that the registry does not know gets in."""
    assert endpoint(spoke(group="brand-new"), scanned())["tls.groups"] == ["X25519", None]


def test_closed_lists_stay_closed() -> None:
    """Where sslyze has tried all versions, suites and curves, an open list of one handshake does not reopen them."""
    facts = endpoint(spoke(), scanned())
    assert facts["tls.curves"] == endpoint(spoke(group="x25519"), scanned())["tls.curves"] == ["X25519"]
    assert (facts["tls.versions"], facts["tls.ciphers"], facts["tls.vulnerabilities"]) == (ALL, [SUITE], [])


def test_a_curve_that_sslyze_took_for_refused_opens_the_list() -> None:
    """It may have missed others too; a group that is no curve is none of them."""
    assert endpoint(spoke(group="secp256r1"), scanned())["tls.curves"] == ["X25519", "P-256", None]
    assert endpoint(spoke(group="ffdhe2048"), scanned())["tls.curves"] == ["X25519"]


def test_a_version_that_sslyze_cannot_speak_opens_what_depends_on_it() -> None:
    """With post-quantum groups only, sslyze takes TLS 1.3 for switched off: its suites and weaknesses are not known."""
    facts = endpoint(spoke(), scanned(**{"tls.versions": ["TLS 1.2"], "tls.ciphers": []}))
    assert facts["tls.versions"] == ALL
    assert facts["tls.ciphers"] == [SUITE, None]
    assert facts["tls.vulnerabilities"] == [None]
    assert facts["tls.curves"] == ["X25519", None]


def test_what_sslyze_says_stands() -> None:
    """It has looked longer."""
    facts = endpoint(
        spoke(), scanned(**{"chain.order_ok": False, "certificate.fingerprint_sha256": "aa", "address": "192.0.2.1"})
    )
    assert (facts["chain.order_ok"], facts["certificate.fingerprint_sha256"], facts["address"]) == (False, "aa", "192.0.2.1")


def test_what_sslyze_left_out_is_filled() -> None:
    """A certificate test that failed loses neither leaf nor order."""
    facts = endpoint(spoke(), scanned())
    assert facts["certificate.fingerprint_sha256"] == sha256(LEAF).hexdigest()
    assert facts["chain.order_ok"] is True


def test_certificates_that_sslyze_did_not_show_are_added() -> None:
    """Each once; the first of the chain is served as leaf."""
    assert ders(spoke(), scanned()) == [LEAF, MIDDLE]
    (added,) = [one for one in records(spoke(chain=(OTHER,)), scanned()) if isinstance(one, Record) and one.der == OTHER]
    assert added.leaf_of == TARGET.asset_id


def test_problems_that_sslyze_notes_are_kept() -> None:
    """They stand beside what was seen."""
    note = Problem(Severity.INFO, "client-auth-unclear", "asks", TARGET.spot)
    assert problems(spoke(), [*scanned(), note]) == [note]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("sslyze did not finish within 35 s", "sslyze did not finish within 35 s"),
        (
            [
                Record("endpoint", combine.sighting(TARGET), facts={"host": TARGET.host, "port": 443, "reachable": True}),
                Problem(
                    Severity.MEDIUM,
                    "certgate/no-tls",
                    "www.example.test:443 answers, but not that: TLS probing failed: no suite",
                    TARGET.spot,
                ),
            ],
            "further (TLS probing failed: no suite; it chose X25519MLKEM768, which sslyze does not know)",
        ),
        ([], "sslyze told nothing of it"),
    ],
)
def test_where_sslyze_fails_the_handshake_stands_alone(told: Told, said: str) -> None:
    """Everything it saw is an element of an open list; everything else is unknown, and it is said why."""
    facts = endpoint(spoke(), told)
    assert facts["reachable"] is True
    assert (facts["tls.versions"], facts["tls.ciphers"]) == (["TLS 1.3", None], [SUITE, None])
    assert (facts["tls.groups"], facts["tls.pq_groups"]) == (["X25519MLKEM768", None], ["X25519MLKEM768", None])
    assert facts["tls.curves"] == [None]
    assert not {"tls.vulnerabilities", "hsts.sent", "certificate.trusted", "client_auth"} & set(facts)
    assert ders(spoke(), told) == [LEAF, MIDDLE]
    (problem,) = problems(spoke(), told)
    assert (problem.code, problem.incomplete) == ("scan-incomplete", False)
    assert said in problem.message


def test_suites_before_tls_13_are_not_named_by_one_handshake() -> None:
    """OpenSSL spells them its own way; an open list says that there is one."""
    assert endpoint(spoke(version="TLS 1.2", cipher="ECDHE-RSA-AES256-GCM-SHA384"), "gone")["tls.ciphers"] == [None]


@pytest.mark.parametrize("state", [State.UNRESOLVED, State.REFUSED, State.REJECTED, State.TIMED_OUT])
def test_dead_hosts_are_endpoints_that_cannot_be_reached(state: State) -> None:
    """Known to be unreachable, everything else unknown, the run incomplete, at the line that named the host."""
    seen = Handshake(TARGET, state, "cannot be reached: somehow")
    assert endpoint(seen, "") == {"host": TARGET.host, "port": 443, "protocol": "tls", "reachable": False}
    (problem,) = problems(seen, "")
    assert (problem.code, problem.incomplete, problem.spot) == ("certgate/unreachable", True, Spot("hosts.txt", 7))
    assert problem.message == "www.example.test:443 cannot be reached: somehow"


@pytest.mark.parametrize("state", [State.SILENT, State.DRIPPING])
def test_hosts_that_accept_and_do_not_answer(state: State) -> None:
    """TCP was there, so they are reachable; they gave no answer, so the run is incomplete."""
    seen = Handshake(TARGET, state, "says nothing", "127.0.0.1")
    assert endpoint(seen, "")["reachable"] is True
    assert problems(seen, "")[0].code == "certgate/unreachable"


@pytest.mark.parametrize("state", [State.NOT_TLS, State.CLOSED, State.DECLINED])
def test_hosts_that_answer_otherwise(state: State) -> None:
    """They answer, but not with TLS: their TLS facts are unknown, and the run is incomplete."""
    seen = Handshake(TARGET, state, "answers, but not with TLS", "127.0.0.1")
    facts = endpoint(seen, "")
    assert facts == {"host": TARGET.host, "port": 443, "protocol": "tls", "reachable": True, "address": "127.0.0.1"}
    (problem,) = problems(seen, "")
    assert (problem.code, problem.incomplete) == ("certgate/no-tls", True)


def test_a_handshake_that_failed_does_not_hide_a_scan_that_did_not() -> None:
    """Its OpenSSL speaks versions that our library does not."""
    seen = Handshake(TARGET, State.DECLINED, "answers, but does not agree on TLS", "127.0.0.1")
    assert endpoint(seen, scanned())["tls.versions"] == ALL
    assert problems(seen, scanned()) == []


def test_a_chain_sent_before_the_handshake_failed_is_kept() -> None:
    """Servers that insist on a client certificate show theirs first."""
    seen = Handshake(TARGET, State.DECLINED, "answers", "127.0.0.1", chain=(LEAF, MIDDLE), order_ok=True)
    assert ders(seen, "gone") == [LEAF, MIDDLE]
    assert endpoint(seen, "gone")["certificate.fingerprint_sha256"] == sha256(LEAF).hexdigest()


def test_every_record_points_where_the_host_was_named() -> None:
    """A live finding is placed at the line of the targets file."""
    for told in (scanned(), "gone"):
        found = [one for one in records(spoke(), told) if isinstance(one, Record)]
        assert {one.sighting for one in found} == {Sighting("hosts.txt", "network", Spot("hosts.txt", 7))}

"""Every date of browser-roots, second by second, by the clock that each programme reads: from DER to outcome."""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import certifi
import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from scanner.facts import certificate
from scanner.model import Mode
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile
from scanner.tables import utc
from tests import factories
from tests.facts.surgery import tlv
from tests.policies import made
from tests.policies.boundaries import SECOND, Bound, dates, outcome, policy, unasked
from tests.policies.test_corpus import blocks
from tests.policies.test_public_tls import ca, leaf

BROWSERS = policy("browser-roots")
ROOT = factories.root("Example Root", start=utc(2019))
BOTH = made.purposes(Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH)
MAIL_TOO = made.purposes(Purpose.SERVER_AUTH, Purpose.EMAIL_PROTECTION)

BOUNDS = [
    Bound("server-auth-only", "2027-03-15", "skip", "fail", leaf(purposes=BOTH)),
    Bound("sub-ca-server-auth-only", "2026-06-15", "skip", "fail", ca(purposes=BOTH)),
    Bound("sub-ca-purposes", "2023-09-15", "fail", "pass", ca(purposes=MAIL_TOO)),
    Bound("sub-ca-purposes", "2026-06-15", "fail", "skip", ca(purposes=None)),
    Bound("sub-ca-lifetime", "2026-02-05", "skip", "fail", ca(lifetime=timedelta(days=1096, seconds=2))),
    Bound("transparency", "2022-04-15", "skip", "fail", leaf(scts=made.scts(1))),
    Bound("apple-purpose", "2019-07-02", "skip", "fail", leaf(purposes=None, usage=None), trust="private"),
    Bound("apple-lifetime", "2019-07-02", "skip", "fail", leaf(lifetime=timedelta(days=825, seconds=2)), trust="private"),
]
BY_SCT = {
    "chrome-entrust": ("entrust", utc(2024, 11, 12)),
    "chrome-globaltrust": ("globaltrust", utc(2024, 7)),
    "chrome-chunghwa": ("hipki", utc(2025, 8)),
    "chrome-netlock": ("netlock", utc(2025, 8)),
}
"""Chrome's constraints: the list of roots, and the first second of an SCT that is refused."""
BY_NOT_BEFORE = {
    "mozilla-entrust": ("entrust", utc(2024, 12)),
    "mozilla-globaltrust": ("globaltrust", utc(2024, 7)),
}
"""Mozilla's dates: the list of roots, and the first second of a notBefore that is refused."""


def listing(name: str) -> Policy:
    """Put the root of the tests on a list in place of its first, for nobody here has the key of a real one."""
    text = BROWSERS.text
    first = yaml.safe_load(text)["lists"][name][0]["value"]
    (known,) = load.load([PolicyFile("browser-roots.yaml", text.replace(first, sha256(ROOT.der).hexdigest()).encode())])
    return known


def logged(instant: datetime) -> tuple[x509.UnrecognizedExtension, bool]:
    """Write the SCTs of two logs, one of this instant and one a day later (RFC 6962 3.2 and 3.3)."""
    each = b""
    for log, at in ((b"\x01", instant + timedelta(days=1)), (b"\x02", instant)):
        one = b"\x00" + log * 32 + (int(at.timestamp()) * 1000).to_bytes(8, "big") + b"\x00\x00\x04\x03\x00\x08" + bytes(8)
        each += len(one).to_bytes(2, "big") + one
    return made.extension("1.3.6.1.4.1.11129.2.4.2", tlv(4, len(each).to_bytes(2, "big") + each)), False


def below_root(start: datetime, sct: datetime) -> bytes:
    """Issue a certificate below the root of the tests."""
    return factories.certificate(issuer=ROOT, start=start, policies=["2.23.140.1.2.1"], extensions=[logged(sct)]).der


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.rule}-{bound.date}")
def test_a_rule_binds_from_the_first_second_of_its_date(bound: Bound) -> None:
    """A second before, the rule says one thing; at the date and a second later it says the other."""
    assert bound.outcomes(BROWSERS) == (bound.before, bound.after, bound.after)


def test_every_date_of_the_policy_is_a_boundary_here() -> None:
    """No date stands in a rule that no certificate was made for; those of distrust follow below."""
    days = {(rule, first.date().isoformat()) for rule, (_, first) in (BY_SCT | BY_NOT_BEFORE).items()}
    assert unasked(BOUNDS, "browser-roots") == days


@pytest.mark.parametrize("rule", BY_SCT)
def test_chrome_reads_the_earliest_sct(rule: str) -> None:
    """An SCT of the second before is trusted, one of the second itself is not, whatever notBefore says."""
    name, first = BY_SCT[rule]
    known = listing(name)
    for seconds, expected in ((-1, "pass"), (0, "fail"), (1, "fail")):
        for start in (first - timedelta(days=2), first + timedelta(days=2)):
            der = below_root(start, first + seconds * SECOND)
            assert outcome(known, rule, der, start, "public", (ROOT.der,)) == expected


@pytest.mark.parametrize("rule", BY_NOT_BEFORE)
def test_mozilla_reads_not_before(rule: str) -> None:
    """A notBefore of the second before is trusted, one of the second itself is not, whatever the SCTs say."""
    name, first = BY_NOT_BEFORE[rule]
    known = listing(name)
    for seconds, expected in ((-1, "pass"), (0, "fail"), (1, "fail")):
        start = first + seconds * SECOND
        for sct in (first - timedelta(days=2), first + timedelta(days=2)):
            assert outcome(known, rule, below_root(start, sct), start, "public", (ROOT.der,)) == expected


@pytest.mark.parametrize("name", ["entrust", "globaltrust", "epki"])
def test_a_root_that_left_mozillas_store_blocks_from_the_month_after_it_was_seen_gone(name: str) -> None:
    """The finding is there before and after; from the date on it blocks."""
    known, at, start = listing(name), utc(2026, 8), utc(2026, 7)
    (asked,) = [rule for rule in known.rules if rule.id == "browser-roots/mozilla-removed"]
    for now, mode in ((at - SECOND, Mode.REPORT), (at, Mode.BLOCK), (at + SECOND, Mode.BLOCK)):
        assert outcome(known, "mozilla-removed", below_root(start, start), now, "public", (ROOT.der,)) == "fail"
        assert asked.mode(now) is mode


def test_older_intermediates_are_warned_of_since_chrome_asks() -> None:
    """One for every use is reported before 2026-06-15 and warned of from then on. These are all the dates of enforcement."""
    assert dates("browser-roots")["enforce"] == {("mozilla-removed", "2026-08-01"), ("sub-ca-purposes", "2026-06-15")}
    (asked,) = [rule for rule in BROWSERS.rules if rule.id == "browser-roots/sub-ca-purposes"]
    at, der = utc(2026, 6, 15), ca(purposes=None)(utc(2025))
    for now, mode in ((at - SECOND, Mode.REPORT), (at, Mode.WARN), (at + SECOND, Mode.WARN)):
        assert outcome(BROWSERS, "sub-ca-purposes", der, now, "public") == "fail"
        assert asked.mode(now) is mode


@pytest.mark.parametrize("rule", [*BY_SCT, *BY_NOT_BEFORE, "mozilla-removed"])
def test_a_root_on_no_list_is_not_distrusted_and_an_unknown_one_is_unknown(rule: str) -> None:
    """Below another root nothing is said; without the chain nobody can tell, unless the certificate is private."""
    der, now = below_root(utc(2026, 7), utc(2026, 7)), utc(2026, 9)
    known = outcome(BROWSERS, rule, der, now, "public", (ROOT.der,))
    assert known == ("pass" if rule == "mozilla-removed" else "skip")
    assert outcome(BROWSERS, rule, der, now, "public") == "unknown"
    assert outcome(BROWSERS, rule, der, now, "private") == "skip"


def test_the_listed_roots_are_those_that_mozilla_holds_or_not() -> None:
    """By their fingerprints, HiPKI and NetLock are in the bundle under the names that the lists give, and the others are not."""
    bundle = certificate.read(blocks(Path(certifi.where()).read_bytes())).frame
    held = dict(bundle.select("fingerprint_sha256", "subject.dn").iter_rows())
    listed = yaml.safe_load(BROWSERS.text)["lists"]
    assert {name for name, roots in listed.items() if {root["value"] for root in roots} & held.keys()} == {"hipki", "netlock"}
    assert "CN=HiPKI Root CA - G1" in held[listed["hipki"][0]["value"]]
    assert "NetLock Arany (Class Gold)" in held[listed["netlock"][0]["value"]]
    assert sorted(map(len, listed.values())) == [1, 1, 1, 1, 9]


@pytest.mark.parametrize(("lifetime", "logs", "expected"), [(0, 2, "pass"), (1, 2, "fail"), (1, 3, "pass"), (0, 1, "fail")])
def test_timestamps_are_counted_by_lifetime_and_log(lifetime: int, logs: int, expected: str) -> None:
    """180 d, notAfter included, need two logs, and a second more needs three."""
    der = made.leaf(lifetime=timedelta(days=180, seconds=lifetime), scts=made.scts(logs))
    assert outcome(BROWSERS, "transparency", der, made.START, "public") == expected


@pytest.mark.parametrize("seconds", [0, 1])
def test_limits_of_private_servers_and_intermediates_hold_to_the_second(seconds: int) -> None:
    """825 d between notBefore and notAfter for Apple, three years for Chrome's intermediates, and a second more is too long."""
    expected = "fail" if seconds else "pass"
    apple = made.leaf(lifetime=timedelta(days=825, seconds=1 + seconds))
    chrome = ca(lifetime=timedelta(days=1096, seconds=1 + seconds))(made.START)
    assert outcome(BROWSERS, "apple-lifetime", apple, made.START, "private") == expected
    assert outcome(BROWSERS, "sub-ca-lifetime", chrome, made.START, "public") == expected


def test_healthy_certificates_give_no_finding_beside_the_unknown_root() -> None:
    """A server's certificate, an intermediate and a root that keep to the profile pass or are not concerned."""
    for make in (leaf(), ca(), ca(root=True)):
        der = make(made.START)
        rules = [rule.id.partition("/")[2] for rule in BROWSERS.rules if rule.policy == "browser-roots"]
        said = {rule: outcome(BROWSERS, rule, der, made.START, "public") for rule in rules}
        unknown = {rule for rule, one in said.items() if one == "unknown"}
        assert unknown <= {*BY_SCT, *BY_NOT_BEFORE, "mozilla-removed"}
        assert "fail" not in said.values()


def test_what_public_tls_asks_is_asked_unchanged() -> None:
    """Every rule of public-tls is there, as it stands."""
    inherited = {rule.id: rule.require for rule in BROWSERS.rules if rule.policy == "public-tls"}
    assert inherited == {rule.id: rule.require for rule in policy("public-tls").rules}

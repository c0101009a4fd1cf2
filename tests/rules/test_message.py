"""The words of findings: what was seen, what is asked, why this limit; and nothing of what held."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scanner.model import Outcome
from scanner.rules.language.syntax import Rule
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile
from scanner.rules.said import message

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
SCHEDULE = "{ lifetime: { at_most: { by: not_before, steps: [398d, { from: 2026-03-15, value: 200d }] } } }"
KEY = "{ key: { one_of: [{ algorithm: RSA, bits: { at_least: 2048 } }, { algorithm: EC, curve: [P-256, P-384] }] } }"


def rule(require: str, kind: str = "certificate", fix: str = "Mend it.", more: str = "") -> Rule:
    """Write a policy of one rule and load it."""
    text = f"""\
policy: p
version: 1.0.0
title: A policy
owner: pki@example.com
tests_as_of: 2026-11-24
{more}
rules:
  r:
    title: It is right
    for: {kind}
    severity: high
    require: {require}
    because: It matters.
    fix: {fix}
    tests: [{{ pass: {{}} }}, {{ fail: {{}} }}]
"""
    (policy,) = load.load([PolicyFile("p.yaml", text.encode())])
    return policy.rules[0]


def said(require: str, row: Mapping[str, Any], kind: str = "certificate", more: str = "") -> str:
    """Write the message of a failure on a decoded row."""
    return message.message(rule(require, kind, more=more), kind, {"_decoded": True, **row}, Outcome.FAIL, (), AS_OF).text


def day(text: str) -> datetime:
    """Read a date as the instant it begins."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_limit_names_the_clock_that_picked_it() -> None:
    """A limit that changes with time says from when it holds and which date of the asset chose it."""
    row = {"lifetime": timedelta(days=398), "not_before": day("2026-04-02")}
    assert said(SCHEDULE, row) == (
        "lifetime is 398 d, at most 200 d for certificates issued from 2026-03-15, because it was issued 2026-04-02"
    )


def test_the_first_limit_says_until_when_it_held() -> None:
    """The value of the past is told by the day of the first step."""
    row = {"lifetime": timedelta(days=398, seconds=1), "not_before": day("2026-03-14")}
    assert said(SCHEDULE, row) == (
        "lifetime is 398 d 1 s, at most 398 d for certificates issued before 2026-03-15, because it was issued 2026-03-14"
    )


def test_the_limit_of_a_rule_is_that_of_the_day_of_judgement() -> None:
    """Without an asset the limit is the one that something made today would have to meet."""
    asked = rule(SCHEDULE)
    assert message.limit(asked, AS_OF) == "at most 200 d for certificates issued from 2026-03-15"
    assert message.limit(asked, day("2026-03-14")) == "at most 398 d for certificates issued before 2026-03-15"


def test_the_limit_of_a_finding_is_that_of_its_asset() -> None:
    """An asset judged by an earlier step has that step as its limit."""
    row = {"_decoded": True, "lifetime": timedelta(days=400), "not_before": day("2026-03-01")}
    words = message.message(rule(SCHEDULE), "certificate", row, Outcome.FAIL, (), AS_OF)
    assert words.limit == "at most 398 d for certificates issued before 2026-03-15"
    assert words.observed == "400 d"


def test_a_step_on_the_day_of_judgement_says_so() -> None:
    """A limit whose clock is as_of is explained by the date of judgement."""
    require = "{ key.bits: { at_least: { by: as_of, steps: [2048, { from: 2026-01-01, value: 3072 }] } } }"
    assert (
        said(require, {"key.bits": 2048})
        == "key.bits is 2048, at least 3072 from 2026-01-01 on, because it is judged as of 2026-11-24"
    )


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"key.algorithm": "RSA", "key.bits": 1024}, "key.bits is 1024, at least 2048"),
        ({"key.algorithm": "EC", "key.bits": 256, "key.curve": "secp256k1"}, "key.curve is secp256k1, not P-256 or P-384"),
        ({"key.algorithm": "Ed25519", "key.bits": 256}, "key.algorithm is Ed25519, not RSA or EC"),
        ({"key.algorithm": "ML-DSA-65", "key.bits": 15616}, "key.algorithm is ML-DSA-65, not RSA or EC"),
    ],
)
def test_of_several_shapes_the_assets_own_is_told(row: Mapping[str, Any], text: str) -> None:
    """An RSA key is never measured by the shape of EC keys; a key of no shape is told its sort only."""
    assert said(KEY, row) == text


@pytest.mark.parametrize(
    ("require", "row", "text"),
    [
        ("{ version: 3 }", {"version": 1}, "version is 1, not 3"),
        ("{ version: { is_not: 1 } }", {"version": 1}, "version is 1, which is refused"),
        (
            "{ signature.hash: [SHA-256, SHA-384] }",
            {"signature.hash": "SHA-1"},
            "signature.hash is SHA-1, not SHA-256 or SHA-384",
        ),
        ("{ signature.hash: { none_of: [MD5, SHA-1] } }", {"signature.hash": "MD5"}, "signature.hash is MD5, which is refused"),
        ("{ is_ca: false }", {"is_ca": True}, "is_ca is true, and must be false"),
        ("{ path_length: { present: false } }", {"path_length": 0}, "path_length is 0, and must be absent"),
        ("{ subject.cn: { present: true } }", {"subject.cn": None}, "subject.cn is absent, and must be present"),
        (
            "{ subject.cn: { glob: '*.example.com' } }",
            {"subject.cn": "a.test"},
            "subject.cn is a.test, which does not match '*.example.com'",
        ),
        (
            "{ subject.cn: { under_domain: example.com } }",
            {"subject.cn": "a.test"},
            "subject.cn is a.test, which is not under example.com",
        ),
        (
            "{ subject.cn: { not: { matches: 'a.*' } } }",
            {"subject.cn": "ab"},
            "subject.cn is ab, which matches the pattern 'a.*'",
        ),
        ("{ san.other: { not: { more_than: 0 } } }", {"san.other": 2}, "san.other is 2, and must be at most 0"),
        ("{ sct_count: { at_least: 2 } }", {"sct_count": None}, "sct_count is absent, at least 2"),
        ("{ not_after: { before: 2030-01-01 } }", {"not_after": day("2031-06-01")}, "not_after is 2031-06-01, before 2030-01-01"),
        (
            "{ subject.cn: { is: { field: issuer.cn } } }",
            {"subject.cn": "a", "issuer.cn": "b"},
            "subject.cn is a, not issuer.cn (b)",
        ),
        ("{ elapsed_share: { at_most: 90% } }", {"elapsed_share": 0.90004}, "elapsed_share is 90.004 %, at most 90 %"),
        ("{ san.dns: { empty: false } }", {"san.dns": []}, "san.dns is empty"),
        ("{ san.email: { empty: true } }", {"san.email": ["a@b"]}, "san.email is a@b, and must be empty"),
        ("{ san.dns: { count: { at_most: 1 } } }", {"san.dns": ["a", "b"]}, "san.dns has 2 elements, at most 1"),
        ("{ san.dns: { count: { at_least: 2 } } }", {"san.dns": ["a"]}, "san.dns has 1 element, at least 2"),
        ("{ usage: { any: tls-server } }", {"usage": ["email"]}, "usage is email, without tls-server"),
        ("{ usage: { any: [tls-server, any] } }", {"usage": []}, "usage is empty, without tls-server or any"),
        (
            "{ usage: { none: [email, any] } }",
            {"usage": ["email", "any", "tls-server"]},
            "usage has email and any, which must not be there",
        ),
        ("{ usage: { all: [tls-server] } }", {"usage": ["tls-server", "email"]}, "usage has email, which is not tls-server"),
        (
            "{ san.dns: { all: { under_domain: a.test } } }",
            {"san.dns": ["x", "y"]},
            "san.dns has x and y, which are not one that is under a.test",
        ),
    ],
)
def test_every_predicate_says_what_it_missed(require: str, row: Mapping[str, Any], text: str) -> None:
    """Each operator has its own words for a failure."""
    assert said(require, row) == text


def test_only_what_failed_is_told() -> None:
    """Parts that hold are not mentioned."""
    row = {"version": 1, "is_ca": False, "san.dns": ["a"]}
    assert said("{ version: 3, is_ca: false, san.dns: { empty: false } }", row) == "version is 1, not 3"


def test_parts_and_alternatives_are_told_apart() -> None:
    """What must all be mended is listed with semicolons, of what one mending is enough with «and»."""
    row = {"version": 1, "is_ca": True, "san.dns": [], "san.ip": []}
    assert said("{ version: 3, is_ca: false }", row) == "version is 1, not 3; is_ca is true, and must be false"
    either = "{ any_of: [{ san.dns: { empty: false } }, { san.ip: { empty: false } }] }"
    assert said(either, row) == "san.dns is empty, and san.ip is empty"


def test_elements_of_structures_are_called_by_their_name() -> None:
    """A cipher suite is named, not printed as a structure."""
    row = {"tls.ciphers": [{"name": "TLS_RSA_WITH_RC4_128_SHA", "version": "TLS 1.2", "bits": 128}]}
    require = "{ tls.ciphers: { none: { name: { glob: '*_RC4_*' } } } }"
    assert said(require, row, "endpoint") == "tls.ciphers has TLS_RSA_WITH_RC4_128_SHA, which must not be there"


@pytest.mark.parametrize(
    ("require", "text"),
    [
        ("{ none: { bits: 128 } }", "has TLS_B and TLS_A, which must not be there"),
        ("{ all: { name: TLS_A } }", "has TLS_B, which is not one whose name is TLS_A"),
        ("{ all: { name: TLS_C } }", "has TLS_B and TLS_A, which are not one whose name is TLS_C"),
        ("{ any: { name: TLS_C } }", "is TLS_B and TLS_A, without one whose name is TLS_C"),
    ],
)
def test_a_suite_of_several_versions_is_said_once(require: str, text: str) -> None:
    """Where the list has it for each version that accepts it; in the order of its first place."""
    found = [("TLS_B", "TLS 1.0"), ("TLS_A", "TLS 1.0"), ("TLS_B", "TLS 1.2"), ("TLS_A", "TLS 1.2")]
    row = {"tls.ciphers": [{"name": name, "version": version, "bits": 128} for name, version in found]}
    assert said(f"{{ tls.ciphers: {require} }}", row, "endpoint") == f"tls.ciphers {text}"


def test_plain_values_that_repeat_are_said_as_often_as_they_stand() -> None:
    """There the repeat may be what is wrong."""
    row = {"subject.attributes": ["commonName", "commonName"]}
    asked = said("{ subject.attributes: { none: commonName } }", row)
    assert asked == "subject.attributes has commonName and commonName, which must not be there"


def test_a_list_of_the_policy_is_named() -> None:
    """A chain without an approved CA says which list it was held against."""
    lists = "lists: { cas: [{ label: ours, ca_owner: Our Company }] }"
    row = {"chain": [{"subject.dn": "CN=Other", "ca_owner": "Somebody"}]}
    text = said("{ chain: { any: { in_list: cas } } }", row, more=lists)
    assert text == "chain is CN=Other, without one that is on the list cas"


def test_a_yes_or_no_fact_of_time_tells_its_dates() -> None:
    """`expired` alone would not let a reader check it."""
    row = {"expired": True, "not_after": day("2026-11-01")}
    assert (
        said("{ expired: false }", row) == "expired is true (not_after is 2026-11-01, judged as of 2026-11-24), and must be false"
    )


def test_long_lists_are_bounded() -> None:
    """Of many elements the first five are named, and how many more there are."""
    row = {"san.dns": [f"{number}.bad" for number in range(17)]}
    text = said("{ san.dns: { none: { under_domain: bad } } }", row)
    assert text == "san.dns has 0.bad, 1.bad, 2.bad, 3.bad, 4.bad and 12 more, which must not be there"


def test_hostile_text_is_bounded_and_left_as_it_is() -> None:
    """A name of a megabyte is cut, and not escaped: that is for the renderers."""
    text = said("{ subject.cn: { is: a } }", {"subject.cn": "<script>\x1b" + "x" * 1_000_000})
    assert len(text) <= 300
    assert text.startswith("subject.cn is <script>\x1bxxx")


def test_a_pattern_that_would_explode_elsewhere_is_harmless() -> None:
    """Evidence is matched by a linear-time engine, in messages too."""
    require = "{ san.dns: { all: { matches: '(a+)+' }, count: { at_most: 9 } } }"
    assert "which is not one that matches" in said(require, {"san.dns": ["a" * 40 + "!", "aaa"]})


def test_an_unknown_says_what_is_missing_and_why() -> None:
    """What could not be judged names the facts, by the reason that they are not known."""
    words = message.message(rule(KEY), "certificate", {}, Outcome.UNKNOWN, ["key.algorithm", "key.bits", "trust"], AS_OF)
    assert words.text == (
        "could not be judged: key.algorithm and key.bits are not known (no source gave the certificate itself, or this "
        "part could not be read); trust is not known (no root at hand tells; give --roots, or --assume trust=private)"
    )


def test_an_open_list_is_told_as_far_as_it_is_known() -> None:
    """What a scan saw is said beside what it could not see."""
    row = {"tls.groups": ["X25519", None]}
    asked = rule("{ tls.groups: { any: X25519MLKEM768 } }", "endpoint")
    words = message.message(asked, "endpoint", row, Outcome.UNKNOWN, ["tls.groups"], AS_OF)
    assert words.text == "could not be judged: tls.groups is known in part: X25519 (sslyze cannot see ML-KEM groups)"


def test_texts_take_the_bare_figure() -> None:
    """`{limit}` in a remedy is the figure of the day, so that «for at most {limit}» reads well."""
    asked = rule(SCHEDULE, fix="Reissue for at most {limit}.")
    assert message.settled(asked, asked.fix, AS_OF) == "Reissue for at most 200 d."
    assert message.fill("{name} was {observed}.", name="a.test", observed="398 d") == "a.test was 398 d."


def test_the_row_needs_what_tells_a_null() -> None:
    """Beside what the rule reads a message wants the sources of time facts and the facts that others are known by."""
    assert message.needed(rule("{ expired: false }"), "certificate") == ("expired", "not_after")
    assert "root.fingerprint_sha256" in message.needed(rule("{ issuer.ca_owner: A }"), "certificate")


@pytest.mark.parametrize(
    ("require", "text"),
    [
        (KEY, "key.algorithm is RSA and key.bits is at least 2048, or key.algorithm is EC and key.curve is P-256 or P-384"),
        (
            "{ any_of: [{ version: 3 }, { is_ca: true }], wildcard: false }",
            "(version is 3, or is_ca is true) and wildcard is false",
        ),
        ("{ not: { version: 3, is_ca: true } }", "version is not 3, or is_ca is false"),
        ("{ san.dns: { empty: false } }", "san.dns is not empty"),
        ("{ san.dns: { count: 1 } }", "san.dns has 1 element"),
        ("{ usage: { none: [email, any] } }", "usage has no email or any"),
        ("{ usage: { all: [email, any] } }", "usage has nothing but email or any"),
        ("{ san.dns: { all: { under_domain: a.test } } }", "each element of san.dns is one that is under a.test"),
        (
            "{ san.dns: { none: { any_of: [{ under_domain: a }, { under_domain: b }, { glob: 'c*' }] } } }",
            "san.dns has no element that is under a or b or that matches 'c*'",
        ),
    ],
)
def test_the_limit_of_a_rule_is_a_sentence(require: str, text: str) -> None:
    """What is not one figure is said whole."""
    assert message.limit(rule(require), AS_OF) == text


def test_what_an_endpoint_does_not_know_of_its_leaf_has_the_reason_of_the_leaf() -> None:
    """`certificate.trust` is missing for the reason for which `trust` is; another fact, because the leaf does not tell."""
    assert "give --roots" in message.undecided("endpoint", ["certificate.trust"])
    assert "its leaf is not in the evidence" in message.undecided("endpoint", ["certificate.key.bits"])

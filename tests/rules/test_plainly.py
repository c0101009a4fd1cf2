"""Predicates as people say them: nouns for fields, clauses for yes and no, lists where a sentence would be long."""

from datetime import UTC, datetime

import pytest

from scanner.rules.language.syntax import Predicate
from scanner.rules.reader import load
from scanner.rules.said import plainly

PAST = datetime(1, 1, 1, tzinfo=UTC)


def read(text: str, kind: str = "certificate") -> Predicate:
    """Read a predicate as a policy writes it."""
    return load.predicate(text, [kind])[kind]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{ expired: false }", "it has not expired"),
        ("{ not: { is_ca: true } }", "it is no CA's"),
        ("{ trust: public }", "it is publicly trusted"),
        ("{ key.bits: { at_least: 2048 } }", "the size of the key is at least 2048 bits"),
        ("{ serial_bits: { at_least: 1 } }", "the length of the serial number is at least 1 bit"),
        ("{ key.algorithm: [RSA, EC] }", "the algorithm of the key is RSA or EC"),
        ("{ key.algorithm: { none_of: [RSA, EC] } }", "the algorithm of the key is not RSA or EC"),
        ("{ san.dns: { empty: true } }", "there is none of the DNS names"),
        ("{ san.dns: { empty: false } }", "there is at least one of the DNS names"),
        ("{ san.dns: { count: { at_most: 3 } } }", "the number of DNS names is at most 3"),
        ("{ san.dns: { none: { under_domain: local } } }", "none of the DNS names is one that is under local"),
        ("{ key_usage: { all: [keyCertSign, cRLSign] } }", "the bits of keyUsage are only keyCertSign or cRLSign"),
        ("{ not: { key_usage: { all: keyCertSign } } }", "the bits of keyUsage include others than keyCertSign"),
        ("{ not: { key_usage: { any: keyCertSign } } }", "the bits of keyUsage do not include keyCertSign"),
        ("{ extensions: { any: 2.5.29.15 } }", "the extensions include keyUsage (2.5.29.15)"),
        ("{ subject.cn: { present: false } }", "the common name is not there"),
        ("{ subject.dn: { field: issuer.dn } }", "the subject is the issuer's name"),
        ("{ labels.zone: blue }", "labels.zone is blue"),
        ("{ lifetime: { at_most: { by: not_before, steps: [398d, { from: 2026-03-15, value: 200d }] } } }", "the validity period is at most the limit of the table"),
        ("{ is_ca: true, expired: false, trust: private }", "it is a CA's, it has not expired and it is under a private CA"),
    ],
)  # fmt: skip
def test_a_predicate_is_said_plainly(text: str, said: str) -> None:
    assert plainly.sentence(read(text), "certificate", PAST) == said


def test_the_leaf_of_an_endpoint_is_named() -> None:
    """An endpoint has its own facts, and those of its leaf."""
    assert plainly.sentence(read("{ certificate.key.bits: { less_than: 2048 } }", "endpoint"), "endpoint", PAST) == (
        "the size of the key of its leaf is less than 2048 bits"
    )
    assert plainly.sentence(read("{ certificate.expired: false }", "endpoint"), "endpoint", PAST) == "its leaf has not expired"


def test_members_of_an_element_are_named() -> None:
    """A cipher suite is told by what it has."""
    text = "{ tls.ciphers: { none: { any_of: [{ bits: { less_than: 112 } }, { name: { glob: '*_RC4_*' } }] } } }"
    assert plainly.sentence(read(text, "endpoint"), "endpoint", PAST) == (
        "none of the cipher suites is one whose bits is less than 112, or whose name matches '*_RC4_*'"
    )


def test_what_is_long_is_a_list() -> None:
    """Parts that a sentence would crowd stand below each other, nested as they are asked."""
    text = "{ any_of: [{ key.algorithm: RSA, key.bits: { at_least: 2048 } }, { key.algorithm: EC, key.curve: [P-256, P-384] }] }"
    assert plainly.outline(read(text), "certificate", PAST) == [
        (0, "one of these holds:"),
        (1, "the algorithm of the key is RSA and the size of the key is at least 2048 bits"),
        (1, "all of these hold:"),
        (2, "the algorithm of the key is EC"),
        (2, "the curve of the key is P-256 or P-384"),
    ]


def test_brackets_keep_the_meaning() -> None:
    """An «or» inside an «and» is never read as one beside it."""
    text = "{ expired: false, any_of: [{ is_ca: true }, { usage: { any: [email, any] } }] }"
    assert plainly.sentence(read(text), "certificate", PAST) == (
        "it has not expired; and (it is a CA's; or its uses include email or any)"
    )

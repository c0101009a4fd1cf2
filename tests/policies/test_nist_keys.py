"""nist-keys says of every post-quantum certificate what NIST approves, and keeps to the dates of IR 8547."""

from datetime import datetime, timedelta

import pytest

from scanner.model import Mode
from scanner.tables import utc
from scanner.vocabulary import KEY_ALGORITHMS
from tests import factories
from tests.policies import verdicts
from tests.policies.verdicts import ALGORITHMS

POLICY = verdicts.policy("nist-keys")
NOT_APPROVED = {"DSA", "other"}
SECOND = timedelta(seconds=1)
TODAY = utc(2026, 11, 24)


@pytest.mark.parametrize("as_of", [TODAY, utc(2031), utc(2034)], ids=str)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_post_quantum_certificate_has_no_finding_at_any_date(algorithm: str, as_of: datetime) -> None:
    """ML-DSA, ML-KEM and SLH-DSA are approved, and a composite holds by its approved part, whatever stands beside it."""
    assert verdicts.by_algorithm("nist-keys", as_of)[algorithm] == (set(), set())


def test_the_table_covers_all_46() -> None:
    """Every algorithm of the table has a certificate, and no post-quantum certificate of the corpus is left out."""
    assert verdicts.post_quantum().height == 46
    assert set(verdicts.post_quantum()["key.algorithm"]) == set(ALGORITHMS)


def test_the_list_leaves_out_what_nist_does_not_approve() -> None:
    """Of all algorithms that certgate has a name for, only DSA is not approved; what has none is not either."""
    listed = {str(entry.keys[""]) for entry in POLICY.lists["approved_keys"]}
    assert set(KEY_ALGORITHMS) - listed == NOT_APPROVED


def until(end: datetime, rsa_bits: int = 0) -> bytes:
    """Make a certificate that ends at this second, with a P-256 key or an RSA key."""
    start = utc(2026)
    signer = factories.root("CA")
    key = factories.key("nist", rsa_bits=rsa_bits)
    return factories.certificate(issuer=signer, of=key, start=start, lifetime=end - start + SECOND).der


@pytest.mark.parametrize(
    ("end", "rsa_2048", "rsa_3072"),
    [
        (utc(2031) - SECOND, set(), set()),
        (utc(2031), {"deprecated-after-2030"}, set()),
        (utc(2031) + SECOND, {"deprecated-after-2030"}, set()),
        (utc(2036) - SECOND, {"deprecated-after-2030"}, set()),
        (utc(2036), {"deprecated-after-2030", "disallowed-after-2035"}, {"disallowed-after-2035"}),
        (utc(2036) + SECOND, {"deprecated-after-2030", "disallowed-after-2035"}, {"disallowed-after-2035"}),
    ],
    ids=["2030", "2031", "2031 and a second", "2035", "2036", "2036 and a second"],
)
def test_112_bits_end_with_2030_and_classical_keys_with_2035(end: datetime, rsa_2048: set[str], rsa_3072: set[str]) -> None:
    """From DER to finding, a second before, at and after each date; P-256 and RSA-3072 have no step in 2030."""
    assert verdicts.failed("nist-keys", until(end, 2048), TODAY, trust="private") == rsa_2048
    assert verdicts.failed("nist-keys", until(end, 3072), TODAY, trust="private") == rsa_3072
    assert verdicts.failed("nist-keys", until(end), TODAY, trust="private") == rsa_3072


def test_nothing_blocks_and_the_policy_says_why() -> None:
    """Every document is known from secondary sources."""
    assert {source.confidence for source in POLICY.sources} == {"secondary"}
    assert {mode for rule in POLICY.rules for _, mode in rule.enforce} == {Mode.WARN}
    assert "secondary sources" in str(POLICY.advisory)

"""approved-cas, given a company's list, approves what it names, to the day, and nothing else."""

from datetime import datetime, timedelta

import pytest

from scanner.inventory.clock import with_time
from scanner.rules.engine.evaluate import evaluate
from scanner.rules.language.syntax import Policy
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile
from scanner.tables import utc
from tests import factories
from tests.policies import verdicts

ROOT = factories.root("Acme Root")
OURS = factories.intermediate(ROOT, "Acme Issuing CA")
OTHERS = factories.intermediate(factories.root("Other Root"), "Other Issuing CA")
CHILD = """\
policy: acme-cas
version: 1.0.0
title: Acme's CAs
owner: pki@acme.example
extends: [approved-cas]
advisory: Nothing blocks while we look.
lists: {{ approved_cas: {{ add: [{{ label: ours, {entry} }}] }} }}
rules: {{ approved-cas/issuer: {{ override: The list of the template approves examples only. }} }}
"""
SECOND = timedelta(seconds=1)
TODAY = utc(2026, 10, 15)


def of(issued: factories.Issued, name: str) -> str:
    """Read a fact of a certificate."""
    return str(verdicts.derived([issued.der])[name][0])


def filled(entry: str) -> Policy:
    """Add an entry to the list."""
    return load.load([PolicyFile("acme-cas.yaml", CHILD.format(entry=entry).encode())])[0]


def outcome(policy: Policy, leaf: factories.Issued, *issuers: factories.Issued, as_of: datetime = TODAY) -> str:
    """Judge the issuer of a leaf, with these certificates above it at hand."""
    table = with_time(verdicts.derived([one.der for one in (leaf, *issuers)]), "certificate", as_of)
    found = evaluate(policy.rules, {"certificate": table}, as_of).findings("approved-cas/issuer", "certificate")
    return {number: str(said) for number, said, _ in found.iter_rows()}.get(0, "pass")


@pytest.mark.parametrize("by", ["spki_sha256", "fingerprint_sha256"])
def test_an_issuing_ca_is_approved_by_its_key_or_its_certificate(by: str) -> None:
    """What it issued passes, even where its root is not at hand; what another issued fails, and is unknown without its root."""
    name = {"spki_sha256": "key.spki_sha256"}.get(by, by)
    policy = filled(f'{by}: "{of(OURS, name)}"')
    assert outcome(policy, factories.certificate(issuer=OURS), OURS, ROOT) == "pass"
    assert outcome(policy, factories.certificate(issuer=OURS), OURS) == "pass"
    stranger = factories.certificate(issuer=OTHERS)
    assert outcome(policy, stranger, OTHERS, factories.root("Other Root")) == "fail"
    assert outcome(policy, stranger) == "unknown"


def test_a_key_survives_cross_signing_and_a_fingerprint_does_not() -> None:
    """The issuing CA below another root has the same key in another certificate."""
    other = factories.root("New Root")
    crossed = factories.intermediate(other, "Acme Issuing CA", of=OURS.key)
    leaf = factories.certificate(issuer=crossed)
    assert outcome(filled(f'spki_sha256: "{of(OURS, "key.spki_sha256")}"'), leaf, crossed, other) == "pass"
    assert outcome(filled(f'fingerprint_sha256: "{of(OURS, "fingerprint_sha256")}"'), leaf, crossed, other) == "fail"


def test_an_owner_is_approved_by_the_root_that_the_chain_reaches() -> None:
    """Any CA below a root of that owner is approved, once the root is at hand."""
    policy = filled("ca_owner: Test Company")
    leaf = factories.certificate(issuer=OURS)
    assert outcome(policy, leaf, OURS, ROOT) == "pass"
    assert outcome(policy, leaf, OURS) == "unknown"


def test_an_entry_ends_with_its_day() -> None:
    """issued_until runs on notBefore, until on the day of the check, both to the last second of the day."""
    key = of(OURS, "key.spki_sha256")
    issued = filled(f'spki_sha256: "{key}", issued_until: 2026-10-01')
    for start, expected in ((utc(2026, 10, 2) - SECOND, "pass"), (utc(2026, 10, 2), "fail")):
        assert outcome(issued, factories.certificate(issuer=OURS, start=start), OURS, ROOT) == expected
    ended = filled(f'spki_sha256: "{key}", until: 2026-10-14')
    leaf = factories.certificate(issuer=OURS)
    assert outcome(ended, leaf, OURS, ROOT, as_of=utc(2026, 10, 15) - SECOND) == "pass"
    assert outcome(ended, leaf, OURS, ROOT, as_of=utc(2026, 10, 15)) == "fail"


def test_a_name_alone_approves_nobody() -> None:
    """Whoever calls himself like an approved CA signs with another key."""
    policy = filled(f'spki_sha256: "{of(OURS, "key.spki_sha256")}"')
    root = factories.root("Acme Root", of=factories.key("forger"))
    forged = factories.intermediate(root, "Acme Issuing CA", of=factories.key("forger's issuing CA"))
    leaf = factories.certificate(issuer=forged)
    assert outcome(policy, leaf, OURS, ROOT) != "pass"
    assert outcome(policy, leaf, forged, root) == "fail"

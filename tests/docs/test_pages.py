from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests import factories
from tests.docs import transcript

ROOT = Path(__file__).parents[2]
RESERVED = ["2.23.140.1.2.1"]
"""Domain validated, as the CA/Browser Forum names it: such a certificate is publicly trusted."""

HOUSE = """\
policy: house
version: 1.0.0
title: House rules
owner: pki@acme.example
tests_as_of: 2026-11-20
defaults: { for: certificate, when: { is_ca: false } }
healthy: { certificate: { is_ca: false, lifetime: 90d, in_inventory: true } }
rules:
  lifetime:
    title: Certificates live at most 200 days
    severity: high
    require: { lifetime: { at_most: 200d } }
    because: Short lifetimes make renewal a habit.
    fix: Reissue for at most {limit}.
    tests: [{ pass: { lifetime: 200d } }, { fail: { lifetime: 201d } }]
  listed:
    title: Every certificate is in the inventory
    severity: high
    require: { in_inventory: true }
    because: What nobody listed, nobody renews.
    fix: Add it to the inventory.
    tests: [{ pass: { in_inventory: true } }, { fail: { in_inventory: false } }]
"""
LAPSED = """\
exceptions:
  - id: EX-2026-014
    rule: house/lifetime
    assets: { san.dns: { any: pay.acme.example } }
    reason: The terminals in the field cannot renew before January.
    owner: retail@acme.example
    approved_by: ciso@acme.example
    ticket: RISK-2231
    created: 2026-11-01
    expires: 2027-01-15
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Lay out the evidence that the pages speak of, in a folder that is a repository."""
    (tmp_path / ".git").mkdir()
    for folder in ("certs", "typo"):
        (tmp_path / folder).mkdir()
    (tmp_path / "house.yaml").write_text(HOUSE)
    (tmp_path / "typo" / "house.yaml").write_text(HOUSE.replace("at_most: 200d", "at_mots: 200d"))
    (tmp_path / "lapsed.yaml").write_text(LAPSED)
    spring, autumn = datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
    shared = ec.derive_private_key(0xACE, ec.SECP256R1())
    issuer = factories.intermediate(factories.root("Example Root"), "Example Issuing CA")
    estate = {
        "shop": factories.certificate("shop.acme.example", issuer=issuer, start=autumn, policies=RESERVED),
        "pay": factories.certificate(
            "pay.acme.example", issuer=issuer, start=spring, lifetime=timedelta(days=390), policies=RESERVED
        ),
        "edge": factories.certificate(
            "*.acme.example",
            issuer=issuer,
            start=autumn,
            lifetime=timedelta(days=60),
            of=shared,
            policies=RESERVED,
        ),
        "intranet": factories.certificate(
            "intranet.acme.example", issuer=issuer, start=autumn, lifetime=timedelta(days=60), of=shared
        ),
    }
    for name, issued in estate.items():
        (tmp_path / "certs" / f"{name}.pem").write_bytes(issued.pem)
    return tmp_path


@pytest.mark.parametrize(
    ("page", "begin", "end"),
    [("README.md", "<!-- three mistakes -->", "<!-- end -->"), ("docs/first-policy.md", "", "")],
    ids=["README", "first-policy"],
)
def test_what_a_page_shows_is_what_comes_out(estate: Path, page: str, begin: str, end: str) -> None:
    """Commands, messages and exit codes on the page are those of this version."""
    for written, said in transcript.run(ROOT / page, estate, begin, end):
        assert written == said

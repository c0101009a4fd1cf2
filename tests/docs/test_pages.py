from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests import factories
from tests.docs import transcript

ROOT = Path(__file__).parents[2]
RESERVED = ["2.23.140.1.2.1"]
"""Domain validated, as the CA/Browser Forum names it: such a certificate is publicly trusted."""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Lay out the evidence that the pages speak of, in a folder that is a repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "certs").mkdir()
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

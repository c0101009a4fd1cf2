"""pkilint itself: what it says today is what the corpus has recorded of it, and it complains when something is wrong."""

import json
from functools import cache
from typing import Any

import pytest

from tests import factories
from tests.conftest import CORPUS
from tests.tools import pkilint


@cache
def recorded() -> list[dict[str, Any]]:
    """Read what the corpus has recorded, with the bytes of each certificate."""
    files = {row["sha256"]: row["file"] for row in map(json.loads, (CORPUS / "cert_facts.jsonl").read_text().splitlines())}
    rows = [json.loads(line) for line in (CORPUS / "cert_lint.jsonl").read_text().splitlines()]
    return [row | {"der": pkilint.pem_or_der((CORPUS / files[row["sha256"]]).read_bytes())} for row in rows]


def test_it_reads_what_it_read_when_the_corpus_was_made() -> None:
    """Three of the 231 are no certificate to it: a cut one, and two files of several."""
    unread = [row for row in recorded() if not pkilint.readable(row["der"])]
    assert len(recorded()) == 231
    assert [row["pkilint_pkix"] for row in unread] == [None, None, None]


def test_its_findings_by_rfc_5280_are_those_recorded() -> None:
    """228 certificates, every finding."""
    rows = [row for row in recorded() if row["pkilint_pkix"] is not None]
    assert len(rows) == 228
    for row in rows:
        assert pkilint.findings(row["der"], "pkix") == sorted(row["pkilint_pkix"]), row["sha256"]


def test_its_findings_by_the_baseline_requirements_are_those_recorded() -> None:
    """40 certificates for servers and their CAs, every finding and for what it took them."""
    rows = [row for row in recorded() if row["pkilint_serverauth"] is not None]
    assert len(rows) == 40
    for row in rows:
        told = row["pkilint_serverauth"]
        assert pkilint.kind(row["der"]).to_option_str == told["type"]
        assert pkilint.findings(row["der"], "serverauth") == sorted(told["findings"]), row["sha256"]


@pytest.mark.parametrize(
    ("made", "lint", "verdict"),
    [
        (factories.certificate(names=["www.example.com"]), "cabf.internal_domain_name", "pass"),
        (factories.certificate(names=["www.example.corp"]), "cabf.internal_domain_name", "fail"),
        (factories.certificate(), "cabf.serverauth.subscriber_required_ku_missing", None),
    ],
)
def test_a_lint_passes_fails_or_has_nothing_to_look_at(made: factories.Issued, lint: str, verdict: str | None) -> None:
    """What it did not look at is neither."""
    assert pkilint.verdicts(made.der, "tls").get(lint) == verdict

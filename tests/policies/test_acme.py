"""Acme's policy, written from the documentation alone, does on the corpus what its author meant."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import _main
from tests.conftest import CORPUS

ACME = Path(__file__).with_name("acme")
POLICY, EXCEPTIONS = str(ACME / "acme.yaml"), str(ACME / "exceptions.yaml")
AS_OF = "2018-06-01"
WAIVED = {
    ("acme/distrusted-issuers", "certs/badssl/0c105e23ec21fbc9.der"): "EX-2018-001",
    ("public-tls/expired", "certs/asn1crypto/e56d973a227755e4.pem"): "EX-2018-002",
}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the policy with its exceptions on the corpus, keep the result and the JSON output."""
    folder = tmp_path_factory.mktemp("acme")
    evidence = [str(CORPUS / "certs"), str(CORPUS / "scans"), "--root", str(CORPUS), "--as-of", AS_OF]
    outputs = ["--save", str(folder / "result"), "-o", f"json={folder / 'out.json'}", "--quiet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(CORPUS)
        assert _main.run(["check", *evidence, "-p", POLICY, "--exceptions", EXCEPTIONS, *outputs]) == 1
    return folder


@pytest.fixture(scope="module")
def told(result: Path) -> Any:
    return json.loads((result / "out.json").read_bytes())


def test_policy_and_exceptions_have_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """Lint and test pass; two exceptions are in force on the day."""
    assert _main.run(["policy", "lint", POLICY]) == 0
    assert _main.run(["policy", "test", POLICY]) == 0
    assert _main.run(["exceptions", "lint", EXCEPTIONS, "-p", POLICY, "--as-of", AS_OF]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^1 policy, \d{2,} rules: no fault$", said, re.MULTILINE)
    assert "15 tests of 1 policy: all pass" in said
    assert said.endswith("2 exceptions: no fault\n")


def test_the_difference_to_what_it_extends_is_what_was_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Against both parents in a folder: one rule looser, with its reason; two tighter, one by the parameter; three added."""
    for parent in ("public-tls", "tls-endpoints"):
        assert _main.run(["policy", "show", parent]) == 0
        (tmp_path / f"{parent}.yaml").write_text(capsys.readouterr().out)
    assert _main.run(["policy", "diff", str(tmp_path), POLICY]) == 1
    said = capsys.readouterr().out
    assert "loosened (1)\n  tls-endpoints/old-tls" in said
    assert "override: The till printers speak TLS 1.1" in said
    assert "tightened (2)\n  public-tls/key" in said
    assert "key.bits: at least 3072 instead of 2048" in said
    assert said.endswith("rules: 1 loosened, 2 tightened, 3 added\n")


def test_every_outcome_comes_out(told: Any) -> None:
    """Some assets pass, fail, could not be judged, are not concerned, and two are waived."""
    assert all(told["summary"][outcome] for outcome in ("pass", "fail", "unknown", "skip"))
    assert told["summary"]["waived"] == len(WAIVED)
    failed = {row["rule_id"] for row in told["findings"] if row["outcome"] == "fail"}
    assert failed >= {"acme/key-shared", "acme/distrusted-issuers", "acme/endpoint-key", "public-tls/key", "public-tls/lifetime"}
    unknown = {row["rule_id"] for row in told["findings"] if row["outcome"] == "unknown"}
    assert unknown >= {"acme/distrusted-issuers", "tls-endpoints/old-tls"}


def test_the_two_waived_assets_are_waived(told: Any) -> None:
    """They stay in the result, name their exception, and do not count."""
    waived = {(row["rule_id"], row["place"]): row for row in told["findings"] if row["waived_by"]}
    assert {key: row["waived_by"] for key, row in waived.items()} == WAIVED
    assert not any(row["counts"] for row in waived.values())
    assert [one["state"] for one in told["exceptions"]] == ["in force", "in force"]
    assert "2 findings are waived by exceptions" in told["exit"]["reasons"]


def test_what_was_loosened_is_listed(result: Path, told: Any) -> None:
    """The JSON output and the stored result name the rule, what became looser, and why."""
    assert json.loads((result / "result" / "result.json").read_bytes())["policies"] == told["policies"]
    (loosened,) = [one for policy in told["policies"] for one in policy["loosened"]]
    assert loosened["rule"] == "tls-endpoints/old-tls"
    assert "no longer refuses TLS 1.1" in loosened["what"]
    assert loosened["reason"].startswith("The till printers")


def test_explain_explains_every_finding(result: Path, told: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Why, limit, evidence and what to do; of what is unknown also what is missing, of what is waived by which exception."""
    for row in told["findings"]:
        label = f"F-{row['finding_id']}"
        assert _main.run(["explain", label, str(result / "result")]) == 0, label
        said = capsys.readouterr().out
        labels = {line[2:14].strip() for line in said.splitlines()[1:] if line[2:3].strip()}
        assert labels >= {"outcome", "says", "asks", "evidence", "why", "what to do"}, said
        assert ("missing" in labels) == (row["outcome"] == "unknown"), said
        assert ("waived by" in labels) == bool(row["waived_by"]), said
        assert ("Should it fail then" in " ".join(said.split())) == (row["outcome"] == "unknown"), said

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from reports import json as whole
from scanner.cli._main import run as main
from scanner.inventory import store
from tests import factories
from tests.reports import quarrel
from tests.reports.factory import report
from tests.reports.governed import governed
from tests.tools.program import find as program


@pytest.mark.parametrize("field", ["chain", "certificate.chain"])
def test_a_list_of_structs_says_what_its_elements_hold(field: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes a rule over the chain need not guess the names."""
    assert main(["explain", field]) == 0
    assert "parts        subject.dn (text), spki_sha256 (text), fingerprint_sha256 (text)" in capsys.readouterr().out


def test_ids_and_flags_are_broken_at_no_hyphen(capsys: pytest.CaptureFixture[str]) -> None:
    """What a reader copies is whole."""
    assert main(["explain", "public-tls/expired"]) == 0
    said = capsys.readouterr().out
    assert not any(line.endswith("-") for line in said.splitlines())
    assert "nist-csf-2.0/ID.AM-08" in said


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Check a bundle whose second certificate lives too long; return the RESULT, beside the bundle."""
    issuer = factories.intermediate(factories.root())
    good = factories.certificate("good.example.com", issuer=issuer)
    long = factories.certificate("www.example.com", issuer=issuer, lifetime=timedelta(days=398))
    (tmp_path / "bundle.pem").write_bytes(good.pem + long.pem)
    monkeypatch.chdir(tmp_path)
    words = ["check", "bundle.pem", "--policy", "public-tls", "--assume", "trust=public", "--as-of", "2026-11-24"]
    assert main([*words, "--save", "result"]) == 1
    capsys.readouterr()
    return tmp_path / "result"


def identity(result: Path, rule: str) -> str:
    return str(pl.read_parquet(result / "findings.parquet").filter(rule_id=rule)["finding_id"][0])


@pytest.mark.parametrize("short", [True, False], ids=["F-id", "fingerprint"])
def test_a_finding_is_explained_whole(short: bool, result: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001
    """Clause with address, clock, limits, evidence with its place, command, why and what to do."""
    full = identity(result, "public-tls/lifetime")
    assert main(["explain", f"F-{full[:8]}" if short else full, str(result)]) == 0
    said = capsys.readouterr().out
    for line in (
        "clock        not_before 2026-10-01 picks the step from 2026-03-15: 200 d",
        "evidence     lifetime: 398 d",
        "source       CA/Browser Forum TLS Baseline Requirements 2.2.6, 6.3.2, mandatory, checked 2026-11-23",
        "read it at   https://cabforum.org/working-groups/server/baseline-requirements/documents/",
        "seen at      bundle.pem:1",
        "what to do   Reissue the certificate for at most 200 d",
    ):
        assert " ".join(line.split()) in " ".join(said.split())


def test_the_command_of_a_finding_works(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It stands on one line, and what it prints is the observed value of the right certificate."""
    assert main(["explain", identity(result, "public-tls/lifetime"), str(result)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  see it by")]
    shell = [program("sh"), "-c", line.removeprefix("  see it by").strip()]
    done = subprocess.run(shell, cwd=result.parent, capture_output=True, check=True, encoding="utf-8")
    assert "notAfter=Nov  2 23:59:59 2027 GMT" in done.stdout


def test_a_finding_that_another_body_contradicts_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who reads of a failure learns that another document accepts what failed."""
    made = replace(governed(), contradictions=quarrel.QUARRELS)
    row = made.findings.row(0, named=True) | {
        "rule_id": "bsi-tls/groups",
        "kind": "endpoint",
        "finding_id": "ab" * 16,
        "members": [],
    }
    made = replace(made, findings=pl.DataFrame([row], schema=made.findings.schema))
    store.save(made, tmp_path / "result", whole.render.parts(made, {}))
    assert main(["explain", "ab" * 16, str(tmp_path / "result")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "contradicts X25519 and X25519MLKEM768 in tls.groups, 14 endpoints: tls-endpoints/groups accepts them" in said


def test_hostile_evidence_is_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with an escape sequence cannot draw on the terminal."""
    made = report()
    rows = made.findings.with_columns(message=pl.lit("red \x1b[31m"), name=pl.lit("\u202ename"))
    made = replace(made, findings=rows)
    store.save(made, tmp_path / "result", whole.render.parts(made, {}))
    assert main(["explain", made.findings["finding_id"][0], str(tmp_path / "result")]) == 0
    said = capsys.readouterr().out
    assert "<U+001B>[31m" in said
    assert "<U+202E>name" in said
    assert "\x1b" not in said

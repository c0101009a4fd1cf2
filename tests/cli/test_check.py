"""The main job as a user runs it: exit codes, messages, outputs, determinism (interfaces.md, Exit code)."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.cli import main
from tests.conftest import SAMPLES
from tests.factories import certificate, root

CERTIFICATES = SAMPLES / "openssl-x509"
LEGACY = SAMPLES / "sslyze" / "loopback-legacy-6.3.1.json"
AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder that is its own root."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def good(tmp_path: Path) -> Path:
    """Give a healthy certificate of a private CA that is not at hand."""
    path = tmp_path / "good.pem"
    path.write_bytes(certificate(issuer=root()).pem)
    return path


def test_violations_are_exit_1_and_say_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """An expired certificate fails the build; the summary names rule, place and fix."""
    assert main(["check", str(CERTIFICATES / "expired.pem"), "--policy", "public-tls", *AS_OF]) == 1
    out = capsys.readouterr().out
    assert out.startswith("Policy not met\n")
    for words in (
        "public-tls/expired",
        "expired.pem:1",
        "→ Renew the certificate now",
        "exit 1: 1 finding at or above high is open",
    ):
        assert words in out


def test_nothing_wrong_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A private certificate within its dates meets the policy."""
    assert main(["check", str(good(tmp_path)), "--policy", "public-tls", "--assume", "trust=private", *AS_OF]) == 0
    assert "exit 0: no finding at or above high is open" in capsys.readouterr().out


def test_an_undecided_blocking_rule_is_exit_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing tells whose rules a certificate lives under, the gate is not green."""
    assert main(["check", str(good(tmp_path)), "--policy", "public-tls", *AS_OF]) == 3
    out = capsys.readouterr().out
    assert out.startswith("Could not be fully judged\n")
    assert re.search(r"missing [a-z., \n]*\btrust\b", out)


def test_on_unknown_warn_lets_undecided_rules_pass_the_gate(tmp_path: Path) -> None:
    """The user may say that missing facts do not block; the default of every rule is that they do."""
    assert main(["check", str(good(tmp_path)), "--policy", "public-tls", "--on-unknown", "warn", *AS_OF]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no evidence given"),
        (["x.pem", "--policy", "publik-tls"], "nearest: 'public-tls'"),
        (["x.pem", "--output", "sarf=o"], "'sarf' is not a format; nearest: 'sarif'"),
        (["x.pem", "--output", "json=a/b/c.json"], "the folder a/b does not exist"),
        (["x.pem", "--output", "sarif=o,colour=red"], "'colour' is not an option of sarif"),
        (["x.pem", "--output", "json=o", "--output", "csv=o"], "o is given twice"),
        (["x.pem", "--as-of", "tomorrow"], "'tomorrow' is not a date or instant"),
        (["x.pem", "--only", "public-tls/lifetme"], "nearest: 'public-tls/lifetime'"),
        (["x.pem", "--assume", "trusts=public"], "no such field; nearest: 'trust'"),
        (["x.pem", "--assume", "expired=true"], "it follows from not_after"),
        (["x.pem", "--assume", "trust=pubic"], "'pubic' is not a value of trust; nearest: 'public'"),
        (["x.pem", "--where", "{team payments}"], "--where:1:"),
        (["x.pem", "--where", "{teem: payments}"], "'teem' is not a field of certificate; nearest: 'team'"),
        (["x.pem", "--roots", "none.pem"], "--roots none.pem"),
        (["-", "-"], "standard input (-) is given twice"),
    ],
)
def test_bad_usage_is_exit_2_before_anything_is_written(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every refusal says what is wrong and what would be right, on standard error."""
    Path("x.pem").write_bytes((CERTIFICATES / "good.pem").read_bytes())
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.endswith("certgate: exit 2\n")
    assert not captured.out
    assert not Path("o").exists()


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ("missing.pem", "missing.pem"),
        ("empty.pem", "the file is empty"),
        ("noise.bin", "no importer recognises this file"),
        ("cut.pem", "cut.pem:1"),
        ("folder", "the folder holds no file"),
    ],
)
def test_unreadable_evidence_is_exit_3_never_0(evidence: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What could not be read is said with its place; nothing evaluated is never green."""
    Path("empty.pem").write_bytes(b"")
    Path("noise.bin").write_bytes(bytes(range(256)))
    Path("cut.pem").write_bytes((CERTIFICATES / "good.pem").read_bytes()[:400])
    Path("folder").mkdir()
    assert main(["check", evidence, *AS_OF]) == 3
    assert message in capsys.readouterr().out


def test_one_broken_file_never_stops_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    """The good certificate is judged, the broken one is a problem, and the run is incomplete."""
    Path("certs").mkdir()
    Path("certs/a.pem").write_bytes(certificate(issuer=root()).pem)
    Path("certs/b.pem").write_bytes((CERTIFICATES / "good.pem").read_bytes()[:400])
    arguments = ["check", "certs", "--policy", "public-tls", "--assume", "trust=private", *AS_OF]
    assert main([*arguments, "--output", "json=o.json"]) == 3
    result = json.loads(Path("o.json").read_text())
    assert result["summary"]["assets"]["certificate"] == 1
    assert [problem["uri"] for problem in result["problems"]] == ["certs/b.pem"]
    assert result["exit"] == {"code": 3, "reasons": ["1 input could not be read"]}
    assert "certs/b.pem:1" in capsys.readouterr().out


def test_allow_empty_makes_an_empty_match_green() -> None:
    """Only when the user says so."""
    arguments = ["check", str(CERTIFICATES / "good.pem"), "--policy", "tls-endpoints", *AS_OF]
    assert main(arguments) == 3
    assert main([*arguments, "--allow-empty"]) == 0


def test_a_folder_without_files_is_no_empty_match(capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence that has gone is never green: it was named, and nobody knows what it held."""
    Path("folder").mkdir()
    assert main(["check", "folder", "--allow-empty", "-q", *AS_OF]) == 3
    assert "exit 3: the folder holds no file (hidden ones are passed over)\n" in capsys.readouterr().out


def test_a_where_that_keeps_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """The evidence has assets; whoever asked for others reads of how many none was kept."""
    arguments = ["check", str(CERTIFICATES / "good.pem"), "--where", "{key.bits: {at_least: 100000}}", "-q", *AS_OF]
    assert main(arguments) == 3
    assert "exit 3: --where kept none of 1 asset\n" in capsys.readouterr().out
    assert main([*arguments, "--allow-empty"]) == 0


def test_every_output_has_the_same_exit_code_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON repeats code and reasons; standard output stays clean for the machine."""
    code = main(["check", str(CERTIFICATES), "--policy", "public-tls", "--output", "json=-", *AS_OF])
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert result["exit"]["code"] == code == 1
    assert f"exit 1: {'; '.join(result['exit']['reasons'])}" in captured.err


def test_the_same_run_twice_gives_the_same_bytes() -> None:
    """Every format, the audit PDF included, is a function of evidence, policies and as_of."""
    forms = ("json", "sarif", "html", "csv", "pdf")
    for folder in ("one", "two"):
        Path(folder).mkdir()
        outputs = [part for form in forms for part in ("--output", f"{form}={folder}/o.{form}")]
        main(["check", str(CERTIFICATES), str(LEGACY), *outputs, *AS_OF])
    for form in forms:
        assert Path(f"one/o.{form}").read_bytes() == Path(f"two/o.{form}").read_bytes(), form


def test_a_stored_result_renders_to_the_same_bytes_as_the_run() -> None:
    """`report` never evaluates again: what it writes is what `check` wrote."""
    forms = ("json", "sarif", "html", "csv")
    run = [part for form in forms for part in ("--output", f"{form}=run.{form}")]
    main(["check", str(CERTIFICATES), str(LEGACY), "--save", "result", *run, *AS_OF])
    again = [part for form in forms for part in ("--output", f"{form}=again.{form}")]
    assert main(["report", "result", *again]) == 0
    for form in forms:
        assert Path(f"run.{form}").read_bytes() == Path(f"again.{form}").read_bytes(), form


def test_a_stored_result_is_evidence_again() -> None:
    """Checking a RESULT at the same date finds the same findings at the same places."""
    main(["check", str(CERTIFICATES), str(LEGACY), "--save", "result", "--output", "json=run.json", *AS_OF])
    main(["check", "result", "--output", "json=again.json", *AS_OF])
    run, again = (json.loads(Path(name).read_text()) for name in ("run.json", "again.json"))
    assert [one["finding_id"] for one in again["findings"]] == [one["finding_id"] for one in run["findings"]]


def test_as_of_is_a_time_machine() -> None:
    """The same certificate passes while it is valid and fails a second after its notAfter."""
    result = []
    for day in ("2026-11-24", "2046-01-01"):
        main(["check", str(CERTIFICATES / "good.pem"), "--assume", "trust=private", "--as-of", day, "-o", f"json={day}.json"])
        found = json.loads(Path(f"{day}.json").read_text())["findings"]
        result.append({one["rule_id"] for one in found if one["outcome"] == "fail"})
    assert "public-tls/expired" not in result[0]
    assert "public-tls/expired" in result[1]


def test_standard_input_is_evidence() -> None:
    """`-` reads a bundle from the pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "check", "-", "--policy", "public-tls", *AS_OF],
        input=(CERTIFICATES / "expired.pem").read_bytes(),
        capture_output=True,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert done.returncode == 1
    assert b"public-tls/expired" in done.stdout


def test_without_any_flag_a_stranger_gets_an_answer_worth_having(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The default policies run, and what is missing is said with who would tell it; the date is today's, whichever that is."""
    path = tmp_path / "fresh.pem"
    path.write_bytes(certificate(issuer=root(), start=datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)).pem)
    main(["check", str(path)])
    out = capsys.readouterr().out
    assert "public-tls" in out or "default" in out
    assert "--roots" in out


def test_a_stranger_with_a_private_certificate_hears_which_policies_judge_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Public policies ask nothing of it, so that they are met says nothing."""
    path = tmp_path / "own.pem"
    path.write_bytes(root().pem)
    main(["check", str(path)])
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "1 certificate is not publicly trusted, and browser-roots and public-tls ask nothing of it; the policies internal-pki,"
        in said
    )
    assert main(["check", str(path), "--policy", "internal-pki", "--quiet"]) in {0, 1}
    main(["check", str(path), "--policy", "internal-pki"])
    assert "not publicly trusted" not in capsys.readouterr().out


def test_no_colour_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences stay out of pipes and logs."""
    main(["check", str(CERTIFICATES), *AS_OF])
    assert "\x1b" not in capsys.readouterr().out


def test_hostile_names_reach_the_terminal_as_visible_signs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters and bidirectional overrides of an inventory are spelled out."""
    (tmp_path / "inv.csv").write_text('name,not_after\n"evil\x1b[31m\u202egpj.exe",2020-01-01\n', encoding="utf-8")
    main(["check", "inv.csv", *AS_OF])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.parametrize("scan", ["loopback-mldsa-cert-6.3.1", "loopback-pqc-only-6.3.1"])
@pytest.mark.parametrize("flags", [(), ("--on-unknown", "ignore"), ("--fail-on", "never"), ("--allow-empty",)])
def test_a_run_that_decided_nothing_is_exit_3_never_0(scan: str, flags: tuple[str, ...]) -> None:
    """A server that the scanner cannot speak to: every check that applies is undecided, whatever that counts for."""
    path = str(SAMPLES / "sslyze" / f"{scan}.json")
    assert main(["check", path, "--policy", "tls-endpoints", "-o", "json=o.json", *flags, *AS_OF]) == 3
    result = json.loads(Path("o.json").read_text())
    assert [one["code"] for one in result["problems"]] == ["certgate/no-tls", "certgate/nothing-judged"]
    assert result["exit"]["reasons"][:2] == [
        "1 host showed no TLS that could be judged",
        "none of the 24 checks that applied could be decided",
    ]

"""Baselines as a user meets them, and the exit code of everything that is accepted (interfaces.md, Exit code)."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.rules.acceptance import baseline
from tests.conftest import SAMPLES

CERTIFICATES = SAMPLES / "openssl-x509"
EXPIRED = str(CERTIFICATES / "expired.pem")
AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder that is its own root."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def policy(severity: str = "high", mode: str = "block", if_unknown: str = "fail") -> None:
    """One rule: certificates have not expired."""
    Path("p.yaml").write_text(
        "policy: p\nversion: 1.0.0\ntitle: T\nowner: o\nadvisory: Only a test.\nrules:\n  expired:\n    title: T\n    for: certificate\n"
        f"    severity: {severity}\n    enforce: {mode}\n    if_unknown: {if_unknown}\n    require: {{ expired: false }}\n    because: B.\n    fix: F.\n"
        "    tests: [{ pass: { expired: false }, as_of: 2026-01-01 }, { fail: { expired: true }, as_of: 2026-01-01 }]\n",
        encoding="utf-8",
    )


def run(*more: str, evidence: str = EXPIRED) -> tuple[int, Any]:
    code = main(["check", evidence, "--policy", "p.yaml", "-o", "json=o.json", "-q", *AS_OF, *more])
    return code, json.loads(Path("o.json").read_text())


def known(evidence: str = EXPIRED) -> None:
    """Write the baseline of what is open now."""
    run("--save", "known", evidence=evidence)
    assert main(["baseline", "create", "known", "-o", "b.json", "--owner", "pki@example.com", "--replace"]) == 0


def test_new_only_leaves_known_findings_to_the_baseline_and_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    """The finding stays in the result, marked; without --new-only the mark is all."""
    policy()
    known()
    code, result = run("--baseline", "b.json", "--new-only", "--save", "r")
    assert code == 0
    assert result["exit"]["reasons"] == [
        "no new finding at or above high is open",
        "1 known finding is left to the baseline of 2026-11-24, owned by pki@example.com",
    ]
    assert [(one["in_baseline"], one["counts"]) for one in result["findings"]] == [(True, False)]
    assert result["baseline"] == {
        "path": "b.json", "created": "2026-11-24", "owner": "pki@example.com", "policies": [{"id": "p", "version": "1.0.0"}],
        "known": 1, "worse": 0, "gone": 0, "new_only": True,
    }  # fmt: skip
    assert "1 known finding is left to the baseline" in capsys.readouterr().out
    assert main(["report", "r", "-o", "json=again.json", "-q"]) == 0
    assert Path("again.json").read_bytes() == Path("o.json").read_bytes()
    code, result = run("--baseline", "b.json")
    assert code == 1
    assert [(one["in_baseline"], one["counts"]) for one in result["findings"]] == [(True, True)]


def test_sarif_leaves_known_findings_out_unless_asked() -> None:
    """Code scanning would show suppressed results as closed."""
    policy()
    known()
    run("--baseline", "b.json", "-o", "sarif=o.sarif", "-o", "sarif=s.sarif,suppressed=true")
    assert json.loads(Path("o.sarif").read_text())["runs"][0]["results"] == []
    (result,) = json.loads(Path("s.sarif").read_text())["runs"][0]["results"]
    assert result["suppressions"][0]["justification"].rstrip(".").endswith("in the baseline")


def test_what_got_worse_or_came_is_new_and_what_went_is_gone() -> None:
    """A finding of a lower severity does not cover one of a higher."""
    policy(severity="medium")
    known()
    policy(severity="high")
    code, result = run("--baseline", "b.json", "--new-only")
    assert code == 1
    assert (result["baseline"]["known"], result["baseline"]["worse"], result["baseline"]["gone"]) == (0, 1, 0)
    policy(severity="low")
    code, result = run("--baseline", "b.json", "--new-only", evidence=str(CERTIFICATES / "good.pem"))
    assert code == 0
    assert (result["baseline"]["known"], result["baseline"]["worse"], result["baseline"]["gone"]) == (0, 0, 1)


def test_diff_names_new_worse_gone_and_known(capsys: pytest.CaptureFixture[str]) -> None:
    policy(severity="medium")
    known()
    policy(severity="high")
    run("--save", "now")
    capsys.readouterr()
    assert main(["baseline", "diff", "b.json", "now"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("baseline of 2026-11-24, owned by pki@example.com, beside now as of 2026-11-24\nnew: 0\nworse: 1\n  F-")
    assert "(severity high, was medium)" in out
    assert out.endswith("gone: 0\nknown: 0\n")


def test_create_leaves_what_is_waived_to_its_exception_and_writes_over_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    policy()
    Path("ex.yaml").write_text(
        "exceptions:\n  - { id: EX-1, rule: p/expired, assets: { name: { glob: '*' } }, reason: R., owner: a, approved_by: b, ticket: T, created: 2026-11-01, expires: 2026-12-01 }\n"
    )
    run("--exceptions", "ex.yaml", "--save", "r")
    capsys.readouterr()
    assert main(["baseline", "create", "r", "-o", "b.json", "--owner", "o"]) == 0
    assert (
        capsys.readouterr().out == "b.json: 0 findings as of 2026-11-24, owned by o; 1 waived one is left to their exceptions\n"
    )
    assert main(["baseline", "create", "r", "-o", "b.json", "--owner", "o"]) == 2
    assert "b.json exists; --replace writes over it" in capsys.readouterr().err
    assert main(["baseline", "create", "none", "-o", "c.json", "--owner", "o"]) == 2
    assert main(["baseline", "create", "r", "-o", "c.json", "--owner", " "]) == 2
    assert not Path("c.json").exists()


def test_create_writes_no_baseline_that_no_run_would_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    policy()
    run("--save", "r")
    capsys.readouterr()
    monkeypatch.setattr(baseline, "MOST_BYTES", 300)
    assert main(["baseline", "create", "r", "-o", "b.json", "--owner", "o"]) == 2
    assert "of a baseline 300 are read" in capsys.readouterr().err
    assert not Path("b.json").exists()


def test_the_configuration_names_a_baseline() -> None:
    policy()
    known()
    Path("certgate.yaml").write_text("baseline: b.json\n", encoding="utf-8")
    assert run("--new-only")[0] == 0
    assert run()[0] == 1


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--new-only"], "--new-only has no effect without a baseline; give --baseline FILE"),
        (["--baseline", "none.json"], "--baseline none.json: No such file or directory"),
        (["--baseline", "bad.json"], "bad.json:1:2: not JSON"),
    ],
)
def test_bad_usage_is_exit_2_before_evidence_is_read(flags: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    policy()
    Path("bad.json").write_text("{")
    assert main(["check", "no-such-evidence", "--policy", "p.yaml", *flags]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert not captured.out


def expected(outcome: str, severity: str, mode: str, if_unknown: str, fail_on: str, accepted: str) -> int:
    """The page: counts = mode is block, severity at or above fail-on, not waived, not in the baseline under --new-only."""
    counts = mode == "block" and (fail_on, severity) not in {("high", "medium"), ("never", "high"), ("never", "medium")}
    if outcome == "fail":
        counts = counts and accepted not in {"waived", "known, new only"}
        return 1 if counts else 0
    counts = counts and if_unknown == "fail" and accepted != "known, new only"  # an unknown is never waived
    return 3 if counts else 0


ACCEPTED = ("nothing", "waived", "known", "known, new only")


@pytest.mark.parametrize("accepted", ACCEPTED)
@pytest.mark.parametrize("outcome", ["fail", "unknown"])
def test_the_exit_code_of_everything_that_is_accepted(outcome: str, accepted: str) -> None:
    """The whole table: outcome, severity, mode, what unknown means, --fail-on, exceptions and baseline; one check passes."""
    Path("inv.csv").write_text("name,serial,issuer,not_after\nx,01,CN=CA,\ny,02,CN=CA,2030-01-01\n", encoding="utf-8")
    Path("ex.yaml").write_text(
        "exceptions:\n  - { id: EX-1, rule: p/expired, assets: { name: { glob: '*' } }, reason: R., owner: a, approved_by: b, ticket: T, created: 2026-11-01, expires: 2026-12-01 }\n"
    )
    evidence = EXPIRED if outcome == "fail" else "inv.csv"
    flags = {
        "nothing": (),
        "waived": ("--exceptions", "ex.yaml"),
        "known": ("--baseline", "b.json"),
        "known, new only": ("--baseline", "b.json", "--new-only"),
    }
    wrong = []
    for severity, mode, if_unknown, fail_on in product(
        ("high", "medium"), ("block", "warn"), ("fail", "warn"), ("high", "medium", "never")
    ):
        policy(severity, mode, if_unknown)
        if accepted.startswith("known"):
            known(evidence)
        code, result = run("--fail-on", fail_on, *flags[accepted], evidence=evidence)
        wanted = expected(outcome, severity, mode, if_unknown, fail_on, accepted)
        if (code, result["exit"]["code"]) != (wanted, wanted):
            wrong.append((severity, mode, if_unknown, fail_on, code, wanted))
    assert wrong == []


def test_the_owner_of_a_baseline_is_printed_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """A baseline may come with a pull request."""
    policy()
    run("--save", "now")
    for command in (["create", "now", "-o", "b.json", "--owner", "a\x1b[31m\n::error::b"], ["diff", "b.json", "now"]):
        assert main(["baseline", *command]) == 0
    out = capsys.readouterr().out
    assert out.count("owned by a<U+001B>[31m ::error::b") == 2
    assert "\x1b" not in out

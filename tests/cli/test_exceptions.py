"""Exceptions as a user meets them: the exit code, every report, and the commands that keep the file."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from reports import renderers
from scanner.cli import main
from tests.conftest import SAMPLES

EXPIRED = SAMPLES / "openssl-x509" / "expired.pem"
AS_OF = ("--as-of", "2026-11-24")
RULE = "public-tls/expired"
RUN = ("check", str(EXPIRED), "--policy", "public-tls", "--only", RULE, *AS_OF)
WORDS = (
    "--owner",
    "retail@example.com",
    "--approved-by",
    "ciso@example.com",
    "--ticket",
    "RISK-1",
    "--reason",
    "Replaced in March.",
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder that is its own root."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def entry(id_: str = "EX-1", **changes: str) -> str:
    """An exception for whatever is expired."""
    words = {"id": id_, "rule": RULE, "assets": '{ name: { glob: "*" } }', "reason": "Replaced in March.", "owner": "retail@example.com",
             "approved_by": "ciso@example.com", "ticket": "RISK-1", "created": "2026-11-01", "expires": "2026-12-24"} | changes  # fmt: skip
    return "  - " + "    ".join(f"{name}: {value}\n" for name, value in words.items())


def write(*entries: str, name: str = "ex.yaml") -> None:
    Path(name).write_text("exceptions:\n" + "".join(entries), encoding="utf-8")


def strict(name: str = "strict") -> None:
    """A policy of one rule that cannot be waived, and one that can, for 30 days at most."""
    rules = "".join(
        f"  {key}:\n    title: T\n    severity: high\n    waivable: {waivable}\n    require: {{ expired: false }}\n    because: B.\n    fix: F.\n"
        "    tests: [{ pass: { expired: false }, as_of: 2026-01-01 }, { fail: { expired: true }, as_of: 2026-01-01 }]\n"
        for key, waivable in (("never", "false"), ("soon", "true"))
    )
    head = f"policy: {name}\nversion: 1.0.0\ntitle: T\nowner: o\ndefaults: {{ for: certificate }}\n"
    Path(f"{name}.yaml").write_text(
        f"{head}settings: {{ longest_exception: {{ high: 30d }} }}\nrules:\n{rules}", encoding="utf-8"
    )


def run(*more: str) -> tuple[int, Any]:
    code = main([*RUN, "-o", "json=o.json", "-q", *more])
    return code, json.loads(Path("o.json").read_text())


def test_a_waived_finding_stays_in_every_report_and_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, with the count said; the finding names its exception."""
    write(entry())
    code, result = run("--exceptions", "ex.yaml")
    assert code == 0
    assert result["exit"]["reasons"] == ["no finding at or above high is open", "1 finding is waived by exceptions"]
    (finding,) = result["findings"]
    assert (finding["waived_by"], finding["counts"], finding["outcome"]) == ("EX-1", False, "fail")
    assert [rule["waived"] for rule in result["rules"]] == [1]
    assert result["exceptions"][0]["waives"] == [finding["finding_id"]]
    assert result["exceptions"][0]["state"] == "in force"
    assert "1 finding is waived by exceptions" in capsys.readouterr().out


STATES = {
    "lapsed": (entry(created="2026-10-01", expires="2026-11-23"), 1, "certgate/exception-lapsed", "high", "block", "lapsed after 2026-11-23, 1 day ago; 1 finding that it covered is open again"),
    "unused": (entry() + entry("EX-2", assets="{ name: nobody }"), 0, "certgate/exception-unused", "low", "warn", "is unused: it covers no open finding"),
    "of no rule": (entry() + entry("EX-2", rule="public-tls/expred"), 0, "certgate/exception-unused", "low", "warn", "no rule of these policies is called public-tls/expred; nearest: 'public-tls/expired'"),
    "pending": (entry(created="2026-11-25"), 1, None, "", "", ""),
    "in force": (entry(), 0, None, "", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", STATES)
def test_what_is_wrong_with_an_exception_is_itself_a_finding(case: str) -> None:
    """With the severity and mode of the table, at the entry's own line; every report says it and renders."""
    text, code, rule, severity, mode, words = STATES[case]
    write(text)
    outputs = [part for one in renderers() for part in ("-o", f"{one.name}=o.{one.name}") if one.name != "json"]
    found, result = run("--exceptions", "ex.yaml", "--save", "r", *outputs)
    assert found == code
    own = [one for one in result["findings"] if one["rule_id"].startswith("certgate/")]
    assert [(one["rule_id"], one["severity"], one["mode"], one["counts"]) for one in own] == (
        [(rule, severity, mode, mode == "block")] if rule else []
    )
    for one in own:
        assert words in one["message"]
        assert (one["uri"], one["line"]) == ("ex.yaml", text[: text.rindex("  - id")].count("\n") + 2)
        assert one["rule_id"] in {each["id"] for each in result["rules"]}
        sarif = json.loads(Path("o.sarif").read_text())["runs"][0]
        (shown,) = [each for each in sarif["results"] if each["ruleId"] == one["rule_id"]]
        assert shown["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "ex.yaml"
        assert shown["level"] == ("error" if severity == "high" else "note")
        assert one["rule_id"] in Path("o.html").read_text(encoding="utf-8")
        assert main(["explain", f"F-{one['finding_id'][:12]}", "r"]) == 0
    assert main(["report", "r", "-o", "json=again.json", "-q"]) == 0
    assert Path("again.json").read_bytes() == Path("o.json").read_bytes()


def test_what_a_rule_forbids_is_refused_and_not_applied() -> None:
    """`waivable: false`, and a term longer than the policy's setting; the finding stays open and the refusal is one more."""
    strict()
    write(entry(rule="strict/never"), entry("EX-2", rule="strict/soon"), entry("EX-3", rule="strict/soon", expires="2026-11-30"))
    code = main(["check", str(EXPIRED), "--policy", "strict.yaml", *AS_OF, "--exceptions", "ex.yaml", "-o", "json=o.json", "-q"])
    result = json.loads(Path("o.json").read_text())
    assert code == 1
    assert [(one["id"], one["state"], one["why"]) for one in result["exceptions"]] == [
        ("EX-1", "refused", "strict/never is not waivable"),
        ("EX-2", "refused", "it runs for 54 days; at most 30 days are allowed for severity high, which strict/soon has"),
        ("EX-3", "in force", ""),
    ]
    assert [(one["rule_id"], one["place"], one["waived_by"]) for one in result["findings"] if one["counts"]] == [
        ("certgate/exception-refused", "exception:EX-1", None),
        ("certgate/exception-refused", "exception:EX-2", None),
        ("strict/never", result["findings"][-1]["place"], None),
    ]
    assert "2 exceptions are refused" in result["exit"]["reasons"]


def test_an_undecided_finding_is_never_waived() -> None:
    """Unknown is not pass, and not a risk that anybody could accept; the exception is not called unused either."""
    Path("inv.csv").write_text("name,serial,issuer\nx,01,CN=CA\n", encoding="utf-8")
    write(entry())
    code = main(
        [
            "check",
            "inv.csv",
            "--policy",
            "public-tls",
            "--only",
            RULE,
            *AS_OF,
            "--exceptions",
            "ex.yaml",
            "-o",
            "json=o.json",
            "-q",
        ]
    )
    result = json.loads(Path("o.json").read_text())
    assert code == 3
    assert [(one["outcome"], one["waived_by"]) for one in result["findings"]] == [("unknown", None)]
    assert result["exceptions"][0]["state"] == "in force"
    assert result["exceptions"][0]["why"] == "what it is for could not be judged (1 undecided)"


def test_fail_on_decides_whether_a_lapsed_exception_counts() -> None:
    """It is high: below critical it does not fail the build, but is said."""
    write(entry(created="2026-10-01", expires="2026-11-23", assets="{ name: nobody }"))
    arguments = [
        "check",
        str(EXPIRED.with_name("good.pem")),
        "--policy",
        "public-tls",
        "--only",
        RULE,
        "--exceptions",
        "ex.yaml",
        "-q",
        "--as-of",
        "2026-11-24",
    ]
    assert main(arguments) == 1
    assert main([*arguments, "--fail-on", "critical"]) == 0


def test_the_configuration_names_files_of_exceptions_and_flags_replace_them() -> None:
    write(entry(), name="conf.yaml")
    write(entry("EX-9"), name="flag.yaml")
    Path("certgate.yaml").write_text("exceptions: [conf.yaml]\n", encoding="utf-8")
    assert run()[1]["exceptions"][0]["id"] == "EX-1"
    assert [one["id"] for one in run("--exceptions", "flag.yaml")[1]["exceptions"]] == ["EX-9"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (entry(approved_by="retail@example.com"), "ex.yaml:7:18: approved_by is the owner"),
        (entry() + entry(), "ex.yaml:11:5: exception EX-1 is there twice; first at ex.yaml:2:5"),
        (entry(assets="{ host: a }"), "ex.yaml:4:15: 'host' is not a field of certificate"),
    ],
)
def test_a_malformed_file_is_exit_2_before_evidence_is_read(text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(text)
    assert main([*RUN, "--exceptions", "ex.yaml"]) == 2
    assert message in capsys.readouterr().err


# the commands --------------------------------------------------------------------------------------------------------


def test_add_writes_an_entry_for_a_finding_that_check_then_applies() -> None:
    """By its rule and place, which stays when the certificate is renewed; the id is the next one."""
    write("# kept\n", entry("EX-2026-041", rule="public-tls/lifetime", assets="{ name: nobody }"))
    before = Path("ex.yaml").read_bytes()
    _, result = run("--save", "r")
    label = f"F-{result['findings'][0]['finding_id'][:8]}"
    assert (
        main(
            [
                "exceptions",
                "add",
                "ex.yaml",
                "--finding",
                label,
                "r",
                *WORDS,
                "--expires",
                "2026-12-24",
                "-p",
                "public-tls",
                *AS_OF,
            ]
        )
        == 0
    )
    assert Path("ex.yaml").read_bytes().startswith(before)
    code, result = run("--exceptions", "ex.yaml")
    assert code == 0
    assert result["findings"][0]["waived_by"] == "EX-2026-042"


REFUSALS = {
    "nothing to except": ([], "say what is excepted"),
    "both": (["--finding", "F-1", "r", "--rule", "x"], "--finding stands instead of"),
    "no result": (["--finding", "F-1", "none"], "no such RESULT folder"),
    "no rule": (["--rule", "public-tls/expred", "--assets", "{ name: x }"], "no rule of these policies is called public-tls/expred; nearest: 'public-tls/expired'"),
    "not waivable": (["--rule", "public-tls/key", "--assets", "{ name: x }"], "refused: public-tls/key is not waivable"),
    "everything": (["--rule", RULE, "--assets", "{}"], "assets: {} would cover every asset"),
    "wrong field": (["--rule", RULE, "--assets", "{ nam: x }"], "'nam' is not a field of certificate; nearest: 'name'"),
    "owner approves": (["--rule", RULE, "--assets", "{ name: x }", "--approved-by", "RETAIL@example.com"], "somebody else must approve"),
    "past": (["--rule", RULE, "--assets", "{ name: x }", "--created", "2026-01-01", "--expires", "2026-11-23"], "expires 2026-11-23 has passed"),
    "id taken": (["--rule", RULE, "--assets", "{ name: x }", "--id", "EX-1"], "exception EX-1 is there twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_add_writes_nothing_that_lint_would_refuse(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and the file is as it was."""
    flags, message = REFUSALS[case]
    write(entry())
    before = Path("ex.yaml").read_bytes()
    assert main(["exceptions", "add", "ex.yaml", *WORDS, "--expires", "2026-12-24", "-p", "public-tls", *AS_OF, *flags]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "nothing was evaluated" not in said
    assert Path("ex.yaml").read_bytes() == before


def test_lint_lists_what_rules_forbid_and_notes_what_lapsed(capsys: pytest.CaptureFixture[str]) -> None:
    write(entry(), entry("EX-2", created="2026-01-01", expires="2026-02-01"))
    assert main(["exceptions", "lint", "ex.yaml", "-p", "public-tls", *AS_OF]) == 0
    assert capsys.readouterr().out == "ex.yaml:11:5: note: EX-2 lapsed after 2026-02-01\n2 exceptions: no fault\n"
    write(entry(rule="public-tls/key"), entry("EX-2", rule="other/rule"))
    assert main(["exceptions", "lint", "ex.yaml", "-p", "public-tls", *AS_OF]) == 2
    faults = capsys.readouterr().err
    assert "ex.yaml:2:5: EX-1: refused: public-tls/key is not waivable" in faults
    assert "ex.yaml:11:5: EX-2: no rule of these policies is called other/rule" in faults


def test_list_tells_what_lapses_in_the_quarter(capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which they end, with the days left; lapsed ones are not lapsing."""
    write(entry("FAR", expires="2027-06-01"), entry("SOON", expires="2027-01-01"), entry("PAST", expires="2026-11-02"))
    assert main(["exceptions", "list", "ex.yaml", "--lapsing", "90d", "-p", "public-tls", *AS_OF]) == 0
    out = capsys.readouterr().out
    assert "SOON  in force, to the end of 2027-01-01 (39 days left)  public-tls/expired" in out
    assert "FAR" not in out
    assert "PAST" not in out
    assert out.endswith("1 exception lapsing within 90d, as of 2026-11-24\n")
    assert main(["exceptions", "list", "ex.yaml", "--lapsing", "3months", "-p", "public-tls"]) == 2


def test_list_writes_json_csv_and_markdown_that_carry_hostile_words_safely(capsys: pytest.CaptureFixture[str]) -> None:
    """No formula for a spreadsheet, no cell that breaks a table."""
    write(entry(reason='"=1+1 | <b>"', ticket='"@x"'))
    arguments = ["exceptions", "list", "ex.yaml", "-p", "public-tls", *AS_OF, "--format"]
    main([*arguments, "json"])
    assert json.loads(capsys.readouterr().out)[0]["reason"] == "=1+1 | <b>"
    main([*arguments, "csv"])
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (row["reason"], row["ticket"], row["days_left"]) == ("'=1+1 | <b>", "'@x", "31")
    main([*arguments, "markdown"])
    assert r"=1+1 \| \<b\>" in capsys.readouterr().out


def test_prune_shows_the_difference_and_takes_out_what_lapsed_or_is_unused(capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run writes nothing; what a run called unused goes only when asked."""
    write(
        "# top\n",
        entry("PAST", created="2026-01-01", expires="2026-11-02"),
        "  # for B\n",
        entry(),
        entry("IDLE", assets="{ name: nobody }"),
    )
    before = Path("ex.yaml").read_text()
    run("--exceptions", "ex.yaml", "--save", "r")
    assert main(["exceptions", "prune", "ex.yaml", "--unused", "r", "--dry-run", *AS_OF]) == 0
    out = capsys.readouterr().out
    assert "-  - id: PAST\n" in out
    assert out.endswith("2 exceptions would be taken out; nothing was written\n")
    assert Path("ex.yaml").read_text() == before
    assert main(["exceptions", "prune", "ex.yaml", *AS_OF]) == 0
    assert Path("ex.yaml").read_text() == before.replace(entry("PAST", created="2026-01-01", expires="2026-11-02"), "")
    assert main(["exceptions", "prune", "ex.yaml", "--unused", "r", *AS_OF]) == 0
    assert Path("ex.yaml").read_text() == "exceptions:\n# top\n  # for B\n" + entry()


def test_without_a_file_the_configuration_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exceptions", "list"]) == 2
    assert "certgate.yaml names none" in capsys.readouterr().err
    write(entry())
    Path("certgate.yaml").write_text("exceptions: ex.yaml\n", encoding="utf-8")
    assert main(["exceptions", "list", *AS_OF]) == 0
    assert "EX-1  in force" in capsys.readouterr().out


GROUPED = """\
policy: g
version: 1.0.0
title: T
owner: o
rules:
  shared:
    title: A key has one owner
    for: certificate
    severity: high
    group_by: key.spki_sha256
    require: { group: { distinct: { of: owner, at_most: 1 } } }
    because: B.
    fix: F.
    tests:
      - { pass: [{ owner: a }, { owner: a }], as_of: 2026-01-01 }
      - { fail: [{ owner: a }, { owner: b }], as_of: 2026-01-01 }
"""


@pytest.mark.parametrize(
    ("assets", "waived"),
    [("{ place: { glob: 'group:key.spki_sha256=*' } }", True), ("{ owner: a }", False), ("{ team: { is_not: x } }", False)],
)
def test_a_group_is_waived_by_place_and_name_only(assets: str, waived: bool) -> None:  # noqa: FBT001 - a table
    """It is no asset: what its members declare says nothing of it, not even by absence."""
    Path("g.yaml").write_text(GROUPED)
    key = "ab" * 32
    Path("inv.json").write_text(
        json.dumps(
            [{"name": name, "serial": name, "issuer": "CN=CA", "key.spki_sha256": key, "owner": name} for name in ("a", "b")]
        )
    )
    write(entry(rule="g/shared", assets=assets))
    code = main(["check", "inv.json", "--policy", "g.yaml", *AS_OF, "--exceptions", "ex.yaml", "-o", "json=o.json", "-q"])
    result = json.loads(Path("o.json").read_text())
    shared = [one for one in result["findings"] if one["rule_id"] == "g/shared"]
    assert [(one["outcome"], one["asset_id"]) for one in shared] == [("fail", "")]
    assert (code, shared[0]["waived_by"]) == ((0, "EX-1") if waived else (1, None))


def test_explain_says_what_covers_a_finding_and_what_a_lapsed_exception_was(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads a waived finding sees by whom it was accepted; one about an exception has its facts as evidence."""
    write(entry(), entry("EX-2", expires="2026-11-02"))
    code, result = run("--exceptions", "ex.yaml", "--save", "result")
    assert code == 1
    said = {}
    for finding in result["findings"]:
        capsys.readouterr()
        assert main(["explain", f"F-{finding['finding_id']}", "result"]) == 0
        said[finding["rule_id"]] = " ".join(capsys.readouterr().out.split())
    covered = (
        "waived by EX-1, to the end of 2026-12-24: Replaced in March. (retail@example.com, approved by ciso@example.com, RISK-1)"
    )
    assert covered in said[RULE]
    lapsed = said["certgate/exception-lapsed"]
    assert f'evidence rule: {RULE} assets: {{ name: {{ glob: "*" }} }} created: 2026-11-01 expires: 2026-11-02' in lapsed
    assert "seen at ex.yaml:11" in lapsed
    assert "waived by" not in lapsed

"""What a run says of itself in SARIF: whatever makes it incomplete is a result, and no log of such a run looks clean."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import polars as pl
import pytest

from reports import sarif
from scanner import run_findings
from scanner.model import PROBLEMS, SIGHTINGS, Exit, ExitReport, Report
from tests.reports import oddities
from tests.reports.governed import governed
from tests.reports.test_sarif import SCHEMA
from tests.tools import multitool

Place = tuple[str, int | None, str | None]
SILENT, SCAN = "tls://www.example.com:443#www.example.com", "scan.json"
REASONS = ("2 inputs could not be read", "policy smime applied to no asset")


def rendered(made: Report, **options: str) -> dict[str, Any]:
    """Render a report and give its one run, which is valid by the official schema."""
    log = json.loads(sarif.render.render(made, options))
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(log)
    found: dict[str, Any] = log["runs"][0]
    return found


def problem(code: str, uri: str, message: str = "why", line: int | None = None, **more: Any) -> dict[str, Any]:
    """Make a row of problems, as bad as the table of findings says."""
    own = run_findings.ALL.get(code)
    severity = str(own.severity) if own else "high"
    spot = {"uri": uri, "line": line, "column": None, "pointer": None}
    return {"severity": severity, "code": code, **spot, "message": message, **more}


def clean(*problems: dict[str, Any], hosts: tuple[Place, ...] = ()) -> Report:
    """Make a run without finding or gap, with these problems, and endpoints that were named at these places."""
    seen = [
        {"kind": "endpoint", "asset_id": SILENT, "source": "hosts", "source_type": "network", "uri": uri, "line": line}
        | {"column": None, "pointer": pointer, "seen_at": None}
        for uri, line, pointer in hosts
    ]
    made = oddities.clean()
    sightings = pl.concat([made.sightings, pl.DataFrame(seen, schema=SIGHTINGS)])
    return replace(made, problems=pl.DataFrame(list(problems), schema=PROBLEMS, orient="row"), sightings=sightings)


def only(made: Report) -> dict[str, Any]:
    """Give the one result of a run."""
    (found,) = rendered(made)["results"]
    assert isinstance(found, dict)
    return found


def place(result: dict[str, Any]) -> tuple[str, int]:
    """Say where a result points."""
    found = result["locations"][0]["physicalLocation"]
    assert found["region"]["endLine"] == found["region"]["startLine"]
    assert found["region"]["endColumn"] == found["region"]["startColumn"] + 1
    return found["artifactLocation"]["uri"], found["region"]["startLine"]


@pytest.mark.parametrize("own", [one for one in run_findings.ALL.values() if one.incomplete], ids=lambda one: one.name)
def test_whatever_makes_a_run_incomplete_is_a_result(own: run_findings.RunFinding) -> None:
    """Level and score follow severity, and the rule says why it matters and what to do."""
    found = rendered(clean(problem(own.id, "certs/cut.der")))
    (result,), (rule,) = found["results"], found["tool"]["driver"]["rules"]
    assert (result["ruleId"], result["level"]) == (rule["id"], "error") == (own.id, "error")
    assert rule["properties"]["security-severity"] == "8.0"
    assert own.because in rule["help"]["text"]
    assert own.fix in rule["help"]["text"]


@pytest.mark.parametrize("own", [run_findings.CONFLICTING_FACTS, run_findings.EVIDENCE_AFTER_AS_OF, run_findings.POLICY_STALE])
def test_what_only_warns_is_a_note(own: run_findings.RunFinding) -> None:
    """It does not make the run incomplete, and its log says so."""
    found = rendered(clean(problem(own.id, "inventory/tls.csv", line=3)))
    assert [(one["ruleId"], one["level"], place(one)) for one in found["results"]] == [(own.id, "note", ("inventory/tls.csv", 3))]
    assert found["invocations"][0]["toolExecutionNotifications"] == []


def test_notes_on_evidence_that_was_read_stay_out() -> None:
    """What is missing because of them, evidence gaps say."""
    assert (
        rendered(clean(problem("unmapped-column", "a.csv", severity="medium"), problem("no-rows", "b.csv", severity="low")))[
            "results"
        ]
        == []
    )


def test_what_another_version_could_not_read_is_a_result_too() -> None:
    """A stored result may have codes that nobody knows; what makes the run incomplete is never left out."""
    assert only(clean(problem("no-tls-seen", "hosts.txt")))["ruleId"] == "certgate/unreadable-input"


def test_a_host_is_one_result_however_often_it_is_named() -> None:
    """Whether a stored scan names it or a file of hosts, at the first of these places; that it speaks no TLS is another matter."""
    silent = problem("certgate/unreachable", SCAN, "www.example.com:443 is silent", pointer="/server_scan_results/0")
    again = problem("certgate/unreachable", "hosts.txt", "www.example.com:443 refuses the connection", line=4)
    other = problem("certgate/no-tls", "hosts.txt", "www.example.com:443 says SSH", line=4)
    named: tuple[Place, ...] = ((SCAN, None, "/server_scan_results/0"), ("hosts.txt", 4, None))
    one, two = rendered(clean(silent, again, other, hosts=named))["results"]
    assert (one["ruleId"], two["ruleId"]) == ("certgate/unreachable", "certgate/no-tls")
    assert one["message"]["text"] == "www.example.com:443 is silent; www.example.com:443 refuses the connection."
    assert place(one) == (SCAN, 1)


def test_an_input_is_one_result_however_much_of_it_is_broken() -> None:
    """The first faults are told, at the line of the first, and the others are counted."""
    made = clean(*(problem("certgate/unreadable-input", "a.csv", f"row {line} has no name", line) for line in range(5, 12)))
    result = only(made)
    assert place(result) == ("a.csv", 5)
    assert result["message"]["text"] == "a.csv: row 5 has no name; row 6 has no name; row 7 has no name; and 4 more."


def test_its_worst_fault_says_how_bad_an_input_is() -> None:
    """A link that leads nowhere is said, and nothing is incomplete because of it; a broken file beside it counts."""
    low = problem("certgate/unreadable-input", "certs/link.pem", severity="low")
    assert only(clean(low))["level"] == "note"
    assert rendered(clean(low))["invocations"][0]["toolExecutionNotifications"] == []
    assert only(clean(problem("certgate/unreadable-input", "certs/link.pem"), low))["level"] == "error"


def test_fingerprints_do_not_change_with_counts_lines_and_times() -> None:
    """The same host or input is the same alert tomorrow, wherever its line has moved; another is another."""

    def prints(line: int, said: str, uri: str = "a.csv") -> list[str]:
        host = problem("certgate/unreachable", "hosts.txt", f"www.example.com:443 {said}", line)
        made = clean(host, problem("certgate/unreadable-input", uri, said, line), hosts=(("hosts.txt", line, None),))
        return [one["partialFingerprints"]["certgate/v1"] for one in rendered(made)["results"]]

    assert prints(3, "no answer for 4 s") == prints(9, "no answer for 10 s")
    assert len(set(prints(3, "x")) | set(prints(3, "x", "b.csv"))) == 3


@pytest.mark.parametrize(
    ("code", "uri", "expected"),
    [
        ("unreadable-input", "certs/cut me.der", "certs/cut%20me.der"),
        ("unreachable", "hosts.txt", "hosts.txt"),
        ("unreachable", "tls://www.example.com:443", "README.md"),
        ("unreadable-input", "/etc/pki/cut.der", "README.md"),
        ("unreadable-input", "../cut.der", "README.md"),
        ("unreadable-input", "-", "README.md"),
        ("unreadable-input", "live scan", "README.md"),
        ("source-missing", "certs", "README.md"),
        ("nothing-matched", "evidence", "README.md"),
        ("policy-stale", "certgate:policies/smime.yaml", "README.md"),
    ],
)
def test_results_point_at_files_inside_the_root(code: str, uri: str, expected: str) -> None:
    """At the evidence or the file of hosts; what is an address, a folder or outside has the anchor, and is named in words."""
    result = only(clean(problem(f"certgate/{code}", uri)))
    assert place(result) == (expected, 1)
    assert uri == "evidence" or "live scan" in uri or result["message"]["text"] == f"{uri}: why."


def test_they_stand_before_what_is_no_worse() -> None:
    """A run that is incomplete says so before findings of the same severity, and after worse ones."""
    found = rendered(oddities.incomplete())["results"]
    scores = [one["ruleId"].startswith("certgate/un") for one in found]
    first = scores.index(True)
    assert all(scores[first : first + 4])
    assert not any(scores[first + 4 :])


def test_more_than_code_scanning_shows_are_counted_like_all_others() -> None:
    """A network that was down is at most as many results as are shown, the last of which counts the rest."""
    hosts = [problem("certgate/unreachable", f"tls://h{index}.example.com:443") for index in range(sarif.MOST_RESULTS + 100)]
    found = rendered(clean(*hosts))["results"]
    assert len(found) == sarif.MOST_RESULTS
    assert found[-1]["message"]["text"].startswith("101 more results of certgate/unreachable are left out here")
    assert found[-1]["level"] == "error"


def test_the_log_says_how_the_run_ended() -> None:
    """Exit code and reasons in words, and that the tool came to its end: only then is there a log."""
    made = replace(clean(problem("certgate/nothing-matched", "evidence")), exit=ExitReport(Exit.INCOMPLETE, REASONS))
    (found,) = rendered(made)["invocations"]
    assert found["executionSuccessful"] is True
    assert (found["exitCode"], found["exitCodeDescription"]) == (3, "; ".join(REASONS))
    (notice,) = found["toolExecutionNotifications"]
    assert notice["level"] == "error"
    assert notice["message"]["text"].endswith("is said by the results of certgate/nothing-matched.")


def test_an_error_says_that_results_are_incomplete_whatever_the_exit_code() -> None:
    """Open findings are exit 1, beside hosts that are down and facts that are missing."""
    made = oddities.incomplete()
    assert made.exit.code is Exit.VIOLATIONS
    (found,) = rendered(made)["invocations"]
    text = found["toolExecutionNotifications"][0]["message"]["text"]
    assert text.endswith("certgate/evidence-gap, certgate/unreachable and certgate/unreadable-input.")
    assert found["exitCode"] == 1


def test_a_complete_run_has_no_notification() -> None:
    """Nor have gaps that do not count."""
    made = governed()
    quiet = replace(made, problems=made.problems.clear(), gaps=made.gaps.with_columns(counts=pl.lit(value=False)))
    assert quiet.gaps.height
    for one in (clean(), quiet):
        assert rendered(one)["invocations"][0]["toolExecutionNotifications"] == []


def test_the_multitool_accepts_incomplete_logs(tmp_path: Path) -> None:
    """No error and no warning, also where names try to act, and with suppressions."""
    runs = {"empty": oddities.empty(), "incomplete": oddities.incomplete(), "hostile": oddities.hostile()}
    for name, made in runs.items():
        assert rendered(made, suppressed="true")["results"]
        path = tmp_path / f"{name}.sarif"
        path.write_bytes(sarif.render.render(made, {"suppressed": "true"}))
        assert [one for one in multitool.validate(path) if one[1] in {"error", "warning"}] == []

"""SARIF at the limits of code scanning, and what exceptions, baselines, groups and certgate's own findings become in it."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from reports import sarif
from scanner.model import FINDINGS, Report
from tests.reports import oddities
from tests.reports.governed import GROUP, WAIVED, governed
from tests.reports.test_sarif_run import rendered
from tests.tools import multitool

if TYPE_CHECKING:
    from tests.reports.estate import Row


@pytest.fixture(scope="module")
def full() -> dict[str, Any]:
    """Give the run of a report with more findings and gaps than code scanning shows."""
    made = oddities.large(6000)
    assert made.findings.height + made.gaps.height > sarif.MOST_RESULTS
    return rendered(made)


def _results(run: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [one for one in run["results"] if one["ruleId"] == rule]


def test_no_more_results_than_are_shown(full: dict[str, Any]) -> None:
    """Results and summaries together are as many as code scanning shows."""
    assert len(full["results"]) == sarif.MOST_RESULTS


def test_the_worst_are_kept_and_the_rest_is_counted_per_rule(full: dict[str, Any]) -> None:
    """What is left out is no worse than what is kept, and each result is kept or counted."""
    made = oddities.large(6000)
    failed = made.findings.filter(pl.col("outcome") == "fail", pl.col("waived_by").is_null())
    told = _results(full, sarif.LEFT_OUT)
    counted = sum(int(one["message"]["text"].split(" ")[0].replace(",", "")) for one in told)
    kept = [one for one in full["results"] if one["ruleId"] != sarif.LEFT_OUT]
    assert len(kept) + counted == failed.height + made.gaps.height + made.problems.height
    assert len({one["message"]["text"].split(" of ")[1].split(" ")[0] for one in told}) == len(told)
    assert all(one["level"] == "error" for one in kept[:100])
    blocking = failed.filter(pl.col("counts"))["finding_id"]
    assert set(blocking) <= {one["partialFingerprints"]["certgate/v1"] for one in kept}


def test_results_that_tell_what_is_left_out_are_results_like_any(full: dict[str, Any]) -> None:
    """They have a rule, a place and fingerprints of their own, which do not change with the count."""
    told = _results(full, sarif.LEFT_OUT)
    prints = [one["partialFingerprints"]["certgate/v1"] for one in full["results"]]
    again = _results(rendered(oddities.large(6400)), sarif.LEFT_OUT)
    assert len(set(prints)) == len(prints)
    assert {one["partialFingerprints"]["certgate/v1"] for one in told} & {
        one["partialFingerprints"]["certgate/v1"] for one in again
    }
    assert full["tool"]["driver"]["rules"][told[0]["ruleIndex"]]["id"] == sarif.LEFT_OUT


def _many(count: int, **more: Any) -> Report:
    made = oddities.small()
    row: Row = made.findings.filter(outcome="fail").row(0, named=True)
    rows = [row | {"finding_id": f"{index:032x}"} | {name: give(index) for name, give in more.items()} for index in range(count)]
    return replace(made, findings=pl.DataFrame(rows, schema=FINDINGS), gaps=made.gaps.clear(), problems=made.problems.clear())


def test_more_rules_than_results_are_counted_in_one() -> None:
    """A run of 6,000 rules stays within the limit, and says how many rules it leaves out."""
    run = rendered(_many(6000, rule_id=lambda index: f"company/rule-{index}"))
    assert len(run["results"]) == sarif.MOST_RESULTS
    assert len(run["tool"]["driver"]["rules"]) <= sarif.MOST_RESULTS
    assert _results(run, sarif.LEFT_OUT)[0]["message"]["text"].startswith("1,001 more results of 1,001 rules are left out here")


def test_exactly_as_many_as_are_shown_need_no_summary() -> None:
    """The limit itself leaves nothing out."""
    assert _results(rendered(_many(sarif.MOST_RESULTS)), sarif.LEFT_OUT) == []


def test_one_more_than_is_shown_is_counted() -> None:
    """Its summary takes a place too, so two are left out."""
    run = rendered(_many(sarif.MOST_RESULTS + 1))
    assert len(run["results"]) == sarif.MOST_RESULTS
    assert _results(run, sarif.LEFT_OUT)[0]["message"]["text"].startswith("2 more results of ")


def test_the_packed_file_is_below_ten_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where results are too large to be sent, fewer are; none is lost without a word."""
    monkeypatch.setattr(sarif, "MOST_BYTES", 40_000)
    made = _many(800, message=lambda index: f"{index:x} {'.'.join(str(index * step) for step in range(7, 60))}")
    data = sarif.render.render(made, {})
    run = json.loads(data)["runs"][0]
    assert len(gzip.compress(data)) <= 40_000
    told = _results(run, sarif.LEFT_OUT)
    assert len(run["results"]) + int(told[0]["message"]["text"].split(" ")[0]) == 801


def test_no_text_grows_with_what_evidence_says() -> None:
    """Names of 10,000 characters and lists of 10,000 members are cut, with their length said."""
    made = _many(1, name=lambda _: "a" * 10_000, members=lambda _: [f"tls://h{index}:443" for index in range(10_000)])
    text = rendered(made)["results"][0]["message"]["text"]
    assert len(text) < 2200
    assert "characters" in text


def test_each_result_has_one_place_and_each_rule_few_tags(full: dict[str, Any]) -> None:
    """Code scanning reads the first place and ten tags."""
    assert all(len(one["locations"]) == 1 and "relatedLocations" not in one for one in full["results"])
    assert all(len(rule["properties"]["tags"]) <= 10 for rule in full["tool"]["driver"]["rules"])
    assert all(len(rule["name"]) <= 255 for rule in full["tool"]["driver"]["rules"])


def test_waived_and_known_findings_are_left_out_of_the_upload() -> None:
    """Code scanning sees open findings only."""
    made = governed()
    hidden = made.findings.filter(pl.col("waived_by").is_not_null() | pl.col("in_baseline"))["finding_id"]
    assert hidden.len() > 3
    assert not set(hidden) & {one["partialFingerprints"]["certgate/v1"] for one in rendered(made)["results"]}


def test_they_are_carried_as_suppressed_on_request() -> None:
    """Each says which exception covers it and why, or that it is known; open ones say that nothing does."""
    made = governed()
    run = rendered(made, suppressed="true")
    failed = made.findings.filter(pl.col("outcome") == "fail")
    by_id = {one["partialFingerprints"]["certgate/v1"]: one for one in run["results"]}
    assert set(failed["finding_id"]) <= set(by_id)
    waived = by_id[failed.filter(waived_by=WAIVED)["finding_id"][0]]["suppressions"]
    assert waived[0]["justification"].startswith(f"{WAIVED}, approved by ciso@example.com to the end of 2026-12-31: Terminal")
    known = by_id[failed.filter("in_baseline")["finding_id"][0]]["suppressions"]
    assert known == [{"kind": "external", "status": "accepted", "justification": "known: in the baseline."}]
    opened = failed.filter(pl.col("waived_by").is_null() & ~pl.col("in_baseline"))["finding_id"]
    assert all(by_id[one]["suppressions"] == [] for one in opened)
    assert [bool(one["suppressions"]) for one in run["results"]] == sorted(bool(one["suppressions"]) for one in run["results"])


def test_groups_name_their_members_with_a_count() -> None:
    """A finding of a group names the first members and counts the rest."""
    texts = [one["message"]["text"] for one in _results(rendered(governed()), GROUP)]
    assert "Members: tls://shop-0.example.com:443, " in texts[0]
    assert "and 25 more members" in texts[0]
    assert "<U+202E>gnp.exe" in texts[1]


def test_findings_of_certgate_itself_have_a_rule_with_help() -> None:
    """Lapsed, unused and refused exceptions are results like any other."""
    run = rendered(governed())
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for name in ("lapsed", "unused", "refused"):
        assert "What to do: " in rules[f"certgate/exception-{name}"]["help"]["text"]
        assert (
            _results(run, f"certgate/exception-{name}")[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            == "exceptions.yaml"
        )


def test_what_policies_loosened_stands_in_therendered() -> None:
    """Loosened and disabled rules and advisory policies are named with their reasons."""
    said = rendered(governed())["properties"]
    assert said["advisory"] == ["pqc-readiness: the deadlines are years away"]
    assert said["changedRules"][1] == ("company: public-tls/serial taken out until 2027-03-31. The private CA counts upwards.")


def test_the_multitool_accepts_suppressed_and_bounded_logs(tmp_path: Path) -> None:
    """No error and no warning, with suppressions and above the limits."""
    for name, made, options in (("a", governed(), {"suppressed": "true"}), ("b", oddities.large(6000), {})):
        path = tmp_path / f"{name}.sarif"
        path.write_bytes(sarif.render.render(made, options))
        assert [one for one in multitool.validate(path) if one[1] in {"error", "warning"}] == []

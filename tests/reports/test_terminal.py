"""The terminal summary: verdict, counts, worst findings with where and what to do, and what stands apart."""

import html
import re
from dataclasses import replace

import polars as pl
import pytest

from reports import html as page
from reports import json as whole
from reports.pdf import _document
from reports.terminal import summary
from reports.view import build
from scanner.model import FINDINGS, Exit
from tests.reports import oddities
from tests.reports.factory import report
from tests.reports.governed import governed

ESCAPE = re.compile("\x1b\\[[0-9;]*m")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("made", [report, oddities.hostile, governed], ids=["believable", "hostile", "governed"])
def test_lines_keep_to_the_terminal(made: object, width: int) -> None:
    """No line is wider than the terminal, whatever names hold; only the last, with the exit code, stays whole."""
    lines = summary(made(), width=width).splitlines()[:-1]  # type: ignore[operator]
    assert max(map(len, lines)) <= width


def test_colour_adds_nothing_but_colour() -> None:
    """With escapes taken out, the coloured summary is the plain one; the plain one has none."""
    made = governed()
    plain, coloured = summary(made, width=100), summary(made, colour=True, width=100)
    assert "\x1b" not in plain
    assert coloured != plain
    assert ESCAPE.sub("", coloured) == plain


def test_it_begins_with_the_verdict_and_ends_with_the_exit_code() -> None:
    """The first line and the last say the same thing in words and in a number."""
    lines = summary(report(), width=100).splitlines()
    assert lines[0] == "Policy not met"
    assert lines[-1].startswith(f"exit {int(Exit.VIOLATIONS)}: ")


def test_a_finding_says_what_where_and_what_to_do() -> None:
    """Each of the worst has its rule, its asset, its place, its label and a next step."""
    made = report()
    worst = made.findings.row(0, named=True)
    text = " ".join(summary(made, width=100).split())
    for said in (
        worst["rule_id"],
        f"{worst['name']}: {worst['message']}",
        f"at {worst['uri']}:{worst['line']} F-{worst['finding_id'][:8]} → ",
    ):
        assert said in text


def test_assets_of_one_name_are_told_apart() -> None:
    """Findings and gaps of two assets that differ in their path only are not the same lines."""
    made = report()
    found, gap = made.findings.row(0, named=True), made.gaps.row(0, named=True)
    twins = [found | {"finding_id": "a" * 32}, found | {"finding_id": "b" * 32, "place": "other/place"}]
    gaps = [gap | {"uri": "a/cert.pem", "line": 1}, gap | {"uri": "b/cert.pem", "line": 1}]
    text = summary(
        replace(made, findings=pl.DataFrame(twins, schema=FINDINGS), gaps=pl.DataFrame(gaps, schema=made.gaps.schema)), width=110
    )
    assert "place other/place" in text
    assert "at a/cert.pem:1: " in text
    assert "at b/cert.pem:1: " in text


def test_nothing_is_hidden_without_a_word() -> None:
    """Waived and known findings, and those below what is shown, are counted."""
    text = summary(replace(governed(new_only=True), show_from="critical"), width=110)
    assert "Apart: 3 findings under an exception, 10 known findings in the baseline." in text
    assert re.search(r"\d+ open findings below critical are not shown here\.", text)


def test_what_governs_the_result_is_said() -> None:
    """Exceptions, the baseline, advisory policies, loosened and disabled rules stand at the end, with reasons."""
    text = " ".join(summary(governed(new_only=True), width=110).split())
    for said in (
        "3 exceptions are in force and cover 3 findings; 1 ends within 31 days; 1 has lapsed; 1 is refused;",
        "Compared with the baseline baseline.json, made 1 August 2026, owned by pki@example.com.",
        "pqc-readiness is advisory and never blocks: the deadlines are years away",
        "company: public-tls/serial taken out until 2027-03-31. The private CA counts upwards.",
        "company: public-tls/lifetime loosened: at most 398 d instead of 200 d. Terminals renew by hand until March.",
    ):
        assert said in text


def test_a_run_without_them_does_not_mention_them() -> None:
    """No exception, no baseline: no heading for them."""
    assert "What governs" not in summary(report(), width=100)


def test_hostile_names_are_visible_and_bounded() -> None:
    """No control and no override reaches the terminal; names of 10,000 characters take a line or two."""
    text = summary(oddities.hostile(), width=80)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "<U+202E>" in text or "10,000 characters" in text
    assert len(text) < 20_000


def test_a_letter_of_another_script_stays_where_it_can_be_drawn() -> None:
    """Terminals and data keep it; HTML and PDF, whose fonts lack it, spell it out. What cannot be seen is spelled out by all."""
    made = report()
    name = "\u0455\u0440\u043e\u043e\u0493\u202e.example.com"
    rows = [row | {"name": name, "uri": "one.pem", "message": "it is wrong"} for row in made.findings.head(1).to_dicts()]
    made = replace(made, findings=pl.DataFrame(rows, schema=FINDINGS))
    documents = [html.unescape(_document.document(build(made), {}, {}).replace("\u200b", ""))]
    documents += [page.render.render(made, {}).decode().replace("\\u003c", "<").replace("\\u003e", ">")]
    assert "\u0455\u0440\u043e\u043e\u0493<U+202E>.example.com" in summary(made, width=110)
    assert name in whole.render.render(made, {}).decode()
    for text in documents:
        assert "<U+0455><U+0440><U+043E><U+043E><U+0493><U+202E>.example.com" in text
        assert "\u0455" not in text


def test_members_of_a_group_are_some_and_a_count() -> None:
    """A group names five members and counts the others."""
    text = " ".join(summary(governed(), width=110).split())
    assert "tls://shop-4.example.com:443 and 40 more" in text


def test_quiet_leaves_the_verdict() -> None:
    """Three lines at most."""
    assert len(summary(report(), width=110, quiet=True).splitlines()) <= 5


def test_files_that_nothing_recognised_are_counted() -> None:
    """A folder may hold evidence in a form that is not known here: nobody is to believe that it was judged."""
    said = summary(report(), width=110)
    assert "Not recognised, and not judged: 2 files of certs/." in said

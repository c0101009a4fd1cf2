"""What a run says of controls: the rules that give evidence for each, and their outcomes added up."""

from dataclasses import replace

from scanner.model import Coverage, Mode, OnUnknown, RuleReport, Severity
from scanner.rules.controls import coverage, frameworks

RULE = RuleReport(
    id="public-tls/expired", policy="public-tls", policy_version="1.0.0", policies=("public-tls",), title="", kinds=("certificate",),
    severity=Severity.HIGH, mode=Mode.BLOCK, if_unknown=OnUnknown.FAIL, because="", fix="", source={}, controls=(), limit="",
    path="", line=1, passed=5, failed=4, unknown=3, skipped=2, waived=1,
)  # fmt: skip


def test_outcomes_of_the_rules_are_added_up() -> None:
    """Rules that the map claims count, and those that name the control themselves; others do not."""
    own = replace(RULE, id="acme/renewed", controls=("dora/2024/1774 Art 7(5)",), passed=10, waived=0)
    other = replace(RULE, id="acme/other", passed=100)
    (dora,) = [one for one in coverage.find([RULE, own, other]) if one.id == "dora"]
    held = {control.id: control for control in dora.controls}
    renewal = held["2024/1774 Art 7(5)"]
    assert (renewal.rules, renewal.coverage) == (("public-tls/expired", "acme/renewed"), Coverage.AUTOMATED)
    counts = (renewal.passed, renewal.failed, renewal.unknown, renewal.skipped, renewal.waived)
    assert counts == (15, 8, 6, 4, 1)


def test_every_control_is_there_even_without_a_rule() -> None:
    """What no rule of the run answers, and what none could, is listed with its note and no counts."""
    found = coverage.find([RULE])
    assert [one.id for one in found] == list(frameworks.shipped())
    (pci,) = [one for one in found if one.id == "pci-dss-4.0.1"]
    assert [control.id for control in pci.controls] == [control.id for control in frameworks.find("pci-dss-4.0.1").controls]
    manual = next(control for control in pci.controls if control.id == "8.6.2")
    assert (manual.coverage, manual.rules, manual.passed, manual.failed) == (Coverage.MANUAL, (), 0, 0)
    assert manual.note


def test_a_run_whose_rules_concern_no_control_says_nothing() -> None:
    """A company's own policy without controls gets no empty matrix."""
    assert coverage.find([replace(RULE, id="acme/other")]) == ()
    assert coverage.find([]) == ()

"""What a run says of the controls of frameworks: the outcomes of the rules that give evidence for each."""

from collections.abc import Sequence

from scanner.model import ControlReport, FrameworkReport, RuleReport
from scanner.rules.controls import frameworks
from scanner.rules.controls.frameworks import Control, Framework
from scanner.rules.language.values import instant


def find(rules: Sequence[RuleReport]) -> tuple[FrameworkReport, ...]:
    """Count for every control of the shipped maps; nothing where no rule of the run gives evidence for any."""
    found = tuple(_framework(frameworks.find(name), rules) for name in frameworks.shipped())
    return found if any(control.rules for one in found for control in one.controls) else ()


def _framework(one: Framework, rules: Sequence[RuleReport]) -> FrameworkReport:
    checked = instant(one.checked) if one.checked else ""
    controls = tuple(_control(one.id, control, rules) for control in one.controls)
    return FrameworkReport(one.id, one.title, one.edition, checked, one.url, one.scope, controls)


def _control(framework: str, control: Control, rules: Sequence[RuleReport]) -> ControlReport:
    """Add up the rules that the map claims, and those that name the control themselves, as a company's own may."""
    claimed, name = set(control.matching(rule.id for rule in rules)), f"{framework}/{control.id}"
    chosen = [rule for rule in rules if rule.id in claimed or name in rule.controls]
    return ControlReport(
        id=control.id,
        title=control.title,
        coverage=control.status,
        note=control.note,
        rules=tuple(rule.id for rule in chosen),
        passed=sum(rule.passed for rule in chosen),
        failed=sum(rule.failed for rule in chosen),
        unknown=sum(rule.unknown for rule in chosen),
        skipped=sum(rule.skipped for rule in chosen),
        waived=sum(rule.waived for rule in chosen),
    )

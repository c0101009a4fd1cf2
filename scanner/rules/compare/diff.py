"""What changed between two states of policies, in the order an approver reads: what judges less comes first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import timedelta
from enum import StrEnum

from scanner.model import Severity
from scanner.record import record
from scanner.rules.compare import strictness
from scanner.rules.compare.strictness import Verdict
from scanner.rules.language.syntax import Policy, Rule
from scanner.rules.language.values import bounded, instant, listed


class Section(StrEnum):
    """Where an approver reads of a rule; what judges less stands first."""

    LOOSENED = "loosened"
    REMOVED = "removed"
    DISABLED = "disabled"
    TIGHTENED = "tightened"
    ADDED = "added"
    TEXTS = "texts changed"


@record
class RuleChange:
    """One rule that is not what it was."""

    id: str
    section: Section
    old: Rule | None
    new: Rule | None
    verdict: Verdict = field(default_factory=Verdict)
    notes: tuple[str, ...] = ()
    """What else is to be known: a reason, what the rule asks, texts."""

    @property
    def rule(self) -> Rule:
        """The rule as it is now, or was."""
        found = self.new or self.old
        if found is None:
            raise ValueError(f"{self.id}: neither old nor new")
        return found


@record
class Diff:
    """All that changed."""

    rules: tuple[RuleChange, ...]
    """In the order of sections, and within one of severity."""
    policies: tuple[str, ...]
    """What changed of the policies themselves."""

    @property
    def same(self) -> bool:
        """Nothing judges or says anything else."""
        return not self.rules and not self.policies

    def section(self, section: Section) -> list[RuleChange]:
        """List the rules of a section."""
        return [one for one in self.rules if one.section is section]


def diff(old: Sequence[Policy], new: Sequence[Policy]) -> Diff:
    """Compare policies with what they were."""
    before, after = _rules(old), _rules(new)
    pairs = [(rule_id, before.get(rule_id), after.get(rule_id)) for rule_id in {**before, **after}]
    changes = [change for rule_id, one, other in _renamed(pairs, old, new) for change in _changes(rule_id, one, other)]
    order = list(Section)
    changes.sort(key=lambda one: (order.index(one.section), one.rule.severity.rank, one.id))
    return Diff(tuple(changes), tuple(_policies(old, new)))


def _rules(policies: Sequence[Policy]) -> dict[str, Rule]:
    return {rule.id: rule for policy in policies for rule in policy.rules}


Pair = tuple[str, Rule | None, Rule | None]


def _renamed(pairs: Sequence[Pair], old: Sequence[Policy], new: Sequence[Policy]) -> Iterator[Pair]:
    """Where one policy is compared with one of another name, its own rules are the same by their keys."""
    was, now = ([policy.id for policy in side if policy.named] for side in (old, new))
    single = len(was) == len(now) == 1 and was != now
    come = {rule_id: rule for rule_id, one, rule in pairs if one is None and rule is not None}
    paired = set()
    for rule_id, one, other in pairs:
        policy, _, key = rule_id.partition("/")
        twin = come.get(f"{now[0]}/{key}") if single and other is None and policy == was[0] else None
        if twin is not None:
            paired.add(twin.id)
            yield rule_id, one, twin
        elif rule_id not in paired:
            yield rule_id, one, other


def _changes(rule_id: str, old: Rule | None, new: Rule | None) -> Iterator[RuleChange]:
    if old is None and new is not None:
        yield RuleChange(rule_id, Section.ADDED, None, new, notes=tuple(_off(new)))
    elif new is None and old is not None:
        yield RuleChange(rule_id, Section.REMOVED, old, None, notes=tuple(_off(old)))
    elif old is not None and new is not None:
        verdict, notes = _with_disabling(old, new, strictness.compare(old, new)), tuple(_texts(old, new))
        section = _section(old, new, verdict)
        if section is not Section.TEXTS or notes:
            reason = (f"override: {new.override}",) if verdict.loosens and new.override else ()
            yield RuleChange(rule_id, section, old, new, verdict, (*reason, *_off(new), *notes))


def _section(old: Rule, new: Rule, verdict: Verdict) -> Section:
    if new.disabled is not None and old.disabled is None:
        return Section.DISABLED
    if verdict.loosens:
        return Section.LOOSENED
    return Section.TIGHTENED if verdict.tighter else Section.TEXTS


def _off(rule: Rule) -> Iterator[str]:
    if rule.disabled is not None:
        until = rule.disabled.until
        yield (
            f"taken out{_until(rule)}: {bounded(rule.disabled.reason)}"
            if until
            else f"taken out: {bounded(rule.disabled.reason)}"
        )


def _until(rule: Rule) -> str:
    end = rule.disabled.until if rule.disabled else None
    return f" until {instant(end - timedelta(days=1))}" if end else " without end"


def _with_disabling(old: Rule, new: Rule, verdict: Verdict) -> Verdict:
    """Add what taking a rule out, or in again, does."""
    was, now = old.disabled, new.disabled
    if was is not None and now is None:
        return Verdict((f"no longer taken out (was{_until(old)})", *verdict.tighter), verdict.looser, verdict.unsure)
    if was is None or now is None or was.until == now.until:
        return verdict
    words = f"taken out{_until(new)} instead of{_until(old)}"
    later = now.until is None or (was.until is not None and now.until > was.until)
    if later:
        return Verdict(verdict.tighter, (words, *verdict.looser), verdict.unsure)
    return Verdict((words, *verdict.tighter), verdict.looser, verdict.unsure)


# texts ---------------------------------------------------------------------------------------------------------------


def _texts(old: Rule, new: Rule) -> Iterator[str]:
    """Say which words changed, that judge nothing."""
    if old.id != new.id:
        yield f"id: {new.id} instead of {old.id}; exceptions and baselines go by it"
    for name in ("title", "because", "fix"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name}: “{bounded(after)}” instead of “{bounded(before)}”"
    if old.source != new.source:
        yield f"source: {_cited(new)} instead of {_cited(old)}"
    for verb, some, others in (("also", new, old), ("no longer", old, new)):
        controls = [one for one in some.controls if one not in others.controls]
        if controls:
            yield f"controls: {verb} {listed(controls)}"
    if _tests(old) != _tests(new):
        yield f"tests: {len(new.tests)} instead of {len(old.tests)}" if len(new.tests) != len(old.tests) else "tests: others"


def _tests(rule: Rule) -> list[object]:
    return [(test.expect, test.row, test.rows, test.as_of) for test in rule.tests]


def _cited(rule: Rule) -> str:
    source = rule.source
    if source is None:
        return "none"
    clause = source.clause and f"clause {source.clause}"
    return " ".join(filter(None, (source.id, source.edition, clause, source.binding, source.confidence)))


# policies ------------------------------------------------------------------------------------------------------------


def _policies(old: Sequence[Policy], new: Sequence[Policy]) -> Iterator[str]:
    was, now = ({policy.id: policy for policy in side if policy.named} for side in (old, new))
    if len(was) == len(now) == 1 and list(was) != list(now):
        [before], [after] = was.values(), now.values()
        yield f"policy {after.id} {after.version} instead of {before.id} {before.version}"
        yield from _policy(before, after)
        return
    for policy_id in {**was, **now}:
        if policy_id not in now:
            yield f"policy {policy_id} {was[policy_id].version} is gone"
        elif policy_id not in was:
            yield f"policy {policy_id} {now[policy_id].version} is new"
        else:
            yield from _versioned(was[policy_id], now[policy_id])


def _versioned(old: Policy, new: Policy) -> Iterator[str]:
    if old.version != new.version:
        yield f"policy {new.id}: version {new.version} instead of {old.version}"
    yield from _policy(old, new)


def _policy(old: Policy, new: Policy) -> Iterator[str]:
    for name in ("title", "owner", "advisory"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"policy {new.id}: {name} “{bounded(after or 'none')}” instead of “{bounded(before or 'none')}”"
    if old.extends != new.extends:
        yield f"policy {new.id}: extends {listed(list(new.extends))} instead of {listed(list(old.extends))}"
    yield from _terms(old.longest_exception, new.longest_exception, new.id)


def _terms(old: Mapping[Severity, timedelta], new: Mapping[Severity, timedelta], policy_id: str) -> Iterator[str]:
    for severity in {**old, **new}:
        before, after = old.get(severity), new.get(severity)
        if before != after:
            said = [f"at most {term.days} d" if term is not None else "any length" for term in (after, before)]
            yield f"policy {policy_id}: the longest exception for {severity} findings is {said[0]} instead of {said[1]}"

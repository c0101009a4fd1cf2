"""A diff of policies as text, as Markdown for a pull request, and as JSON for machines."""

import json as encoding
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from reports._safe import visible
from scanner.cli._policy_impact import MOST_EXAMPLES, Effect, Impact
from scanner.rules.compare.diff import Diff, RuleChange, Section
from scanner.rules.language.syntax import Policy
from scanner.rules.language.values import instant

SCHEMA_VERSION = 1
_LESS = (Section.LOOSENED, Section.REMOVED, Section.DISABLED)


def text(found: Diff, old: Sequence[Policy], new: Sequence[Policy], effect: Impact | None) -> str:
    """Write for a terminal: `-` judges less, `?` might, `+` judges more, `·` only says otherwise."""
    lines = [f"{_named(old)}  →  {_named(new)}"]
    lines += [f"  · {visible(one)}" for one in found.policies]
    for section in Section:
        changes = found.section(section)
        if changes:
            lines += ["", f"{section} ({len(changes)})"]
            lines += [line for change in changes for line in _lines(change)]
    lines += ["", *_effect_lines(effect)] if effect is not None else []
    return "\n".join([*lines, "", *([_summary(found)])]) + "\n"


def _lines(change: RuleChange) -> Iterator[str]:
    yield f"  {visible(change.id)}  {change.rule.severity}  {visible(change.rule.title)}"
    for sign, words in _signed(change):
        yield f"    {sign} {visible(words)}"


def _signed(change: RuleChange) -> Iterator[tuple[str, str]]:
    verdict = change.verdict
    for sign, many in (("-", verdict.looser), ("?", verdict.unsure), ("+", verdict.tighter), ("·", change.notes)):
        for words in many:
            yield sign, f"{words} (cannot be compared; treated as looser)" if sign == "?" else words


def _named(policies: Sequence[Policy]) -> str:
    return ", ".join(f"{policy.id} {policy.version} ({policy.path})" for policy in policies if policy.named)


def _summary(found: Diff) -> str:
    """Say in one line how much there is of what."""
    if found.same:
        return "no difference: nothing is judged or said otherwise"
    counts = [f"{len(found.section(section))} {section}" for section in Section if found.section(section)]
    judged = any(found.section(section) for section in _LESS)
    return f"rules: {', '.join(counts) or 'none'}{'' if judged else '; nothing is judged less strictly'}"


def _effect_lines(effect: Impact) -> Iterator[str]:
    yield f"evidence: {_judged(effect)}"
    for problem in effect.problems:
        yield f"  ! {visible(problem)}"
    if not effect.effects:
        yield "  no finding is added or cleared"
    for one in effect.effects:
        yield f"  {visible(one.rule)}: {_counted(one)}"
        for verb, rows in (("adds", one.adds), ("clears", one.clears)):
            for row in rows[:MOST_EXAMPLES]:
                yield f"    {verb:6} {visible(row['place'])}: {visible(row['message'])}"
            if len(rows) > MOST_EXAMPLES:
                yield f"    {verb:6} {len(rows) - MOST_EXAMPLES:,} more"


def _judged(effect: Impact) -> str:
    before, after = effect.blocking
    assets = "1 asset" if effect.assets == 1 else f"{effect.assets:,} assets"
    return f"{assets}, as of {instant(effect.as_of)}; findings that fail the build: {before:,} → {after:,}"


def _counted(one: Effect) -> str:
    undecided = f", {abs(one.undecided):,} {'more' if one.undecided > 0 else 'fewer'} undecided" if one.undecided else ""
    return f"adds {len(one.adds):,}, clears {len(one.clears):,}{undecided}"


# Markdown ------------------------------------------------------------------------------------------------------------


def markdown(found: Diff, old: Sequence[Policy], new: Sequence[Policy], effect: Impact | None) -> str:
    """Write for the comment on a pull request."""
    lines = [f"## Policy changes: {_escaped(_summary(found))}", "", f"{_escaped(_named(old))} → {_escaped(_named(new))}", ""]
    lines += [f"- {_escaped(one)}" for one in found.policies]
    for section in Section:
        changes = found.section(section)
        if changes:
            lines += ["", f"### {str(section).capitalize()} ({len(changes)})", ""]
        for change in changes:
            lines.append(f"- **{_escaped(change.id)}** ({change.rule.severity}): {_escaped(change.rule.title)}")
            lines += [f"  - {_SIGNS[sign]}{_escaped(words)}" for sign, words in _signed(change)]
    lines += ["", *_effect_table(effect)] if effect is not None else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


_SIGNS = {"-": "looser: ", "?": "unsure: ", "+": "tighter: ", "·": ""}


def _effect_table(effect: Impact) -> Iterator[str]:
    yield "### Findings"
    yield ""
    yield f"{_judged(effect)}."
    yield ""
    if effect.effects:
        yield "| Rule | Adds | Clears | Undecided | For example |"
        yield "| --- | ---: | ---: | ---: | --- |"
    for one in effect.effects:
        example = next(iter((*one.adds, *one.clears)), None)
        said = f"{_escaped(example['place'])}: {_escaped(example['message'])}" if example else ""
        yield f"| {_escaped(one.rule)} | {len(one.adds):,} | {len(one.clears):,} | {one.undecided:+,} | {said} |"
    yield from (f"- could not be read: {_escaped(problem)}" for problem in effect.problems)


def _escaped(words: object) -> str:
    """Keep Markdown and HTML from meaning anything, and names from being called."""
    return re.sub(r"[\\`*_{}\[\]<>#|~]", r"\\\g<0>", visible(words).replace("&", "&amp;")).replace("@", "&#64;")


# JSON ----------------------------------------------------------------------------------------------------------------


def json(found: Diff, old: Sequence[Policy], new: Sequence[Policy], effect: Impact | None) -> str:
    """Write for machines; every section is there, also where it is empty."""
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "same": found.same,
        "old": [_policy(policy) for policy in old if policy.named],
        "new": [_policy(policy) for policy in new if policy.named],
        "policies": list(found.policies),
    }
    for section in Section:
        document[str(section).replace(" ", "_")] = [_change(change) for change in found.section(section)]
    if effect is not None:
        document["evidence"] = _evidence(effect)
    return encoding.dumps(document, indent=2, ensure_ascii=False, default=_encoded) + "\n"


def _policy(policy: Policy) -> dict[str, str]:
    return {"policy": policy.id, "version": policy.version, "path": policy.path, "sha256": policy.sha256}


def _change(change: RuleChange) -> dict[str, Any]:
    verdict = change.verdict
    return {
        "rule": change.id, "title": change.rule.title, "severity": str(change.rule.severity),
        "looser": list(verdict.looser), "unsure": list(verdict.unsure), "tighter": list(verdict.tighter),
        "notes": list(change.notes),
    }  # fmt: skip


def _evidence(effect: Impact) -> dict[str, Any]:
    before, after = effect.blocking
    return {
        "as_of": effect.as_of, "assets": effect.assets, "blocking": {"old": before, "new": after},
        "problems": list(effect.problems),
        "rules": [
            {
                "rule": one.rule, "adds": len(one.adds), "clears": len(one.clears), "undecided": one.undecided,
                "added": [_example(row) for row in one.adds[:MOST_EXAMPLES]],
                "cleared": [_example(row) for row in one.clears[:MOST_EXAMPLES]],
            }
            for one in effect.effects
        ],
    }  # fmt: skip


def _example(row: Any) -> dict[str, str]:
    return {name: row[name] for name in ("finding_id", "place", "name", "message")}


def _encoded(value: object) -> str:
    return f"{value.replace(microsecond=0, tzinfo=None).isoformat()}Z" if isinstance(value, datetime) else str(value)

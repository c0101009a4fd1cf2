"""The text of a policy as it is evaluated: its own file, or, where it extends others, all rules with what they inherit."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from scanner.model import Mode
from scanner.rules.asked import is_empty
from scanner.rules.syntax import (
    AllOf,
    AnyOf,
    Demand,
    Distinct,
    Elements,
    Entry,
    FieldOperand,
    InList,
    Literal,
    Members,
    Not,
    Operand,
    Policy,
    Predicate,
    Rule,
    Scalar,
    Size,
    Steps,
    Test,
)
from scanner.rules.values import instant

_BARE = frozenset({"is", "one_of"})


def text(policy: Policy) -> str:
    """Write the policy; one that extends nothing is evaluated as it stands in its file, comments included."""
    if not policy.extends:
        return policy.text
    import yaml

    head = {
        "policy": policy.id, "version": policy.version, "title": policy.title, "owner": policy.owner,
        "extends": list(policy.extends),
    } | ({"advisory": policy.advisory} if policy.advisory else {})  # fmt: skip
    body = yaml.dump(
        head | _lists(policy) | {"rules": {rule.id: _rule(rule) for rule in policy.rules}},
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        width=120,
        default_flow_style=None,
    )
    origins = dict.fromkeys(f"{rule.policy} {rule.policy_version}" for rule in policy.rules)
    said = f"the rules of {', '.join(origins)}, with defaults and parameters put in"
    return f"# {policy.id} {policy.version} as evaluated: {said}.\n{body}"


def _lists(policy: Policy) -> dict[str, Any]:
    found = {
        one.name: one.entries
        for rule in policy.rules
        for node in (rule.when, rule.require)
        if node is not None
        for one in _named(node)
    }
    return {"lists": {name: [entry(one) for one in entries] for name, entries in found.items()}} if found else {}


def _named(node: Predicate) -> Iterator[InList]:
    if isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from _named(part)
    elif isinstance(node, Not):
        yield from _named(node.part)
    elif isinstance(node, Elements):
        yield from _named(node.predicate)
    elif isinstance(node, InList):
        yield node


def _rule(rule: Rule) -> dict[str, Any]:
    source = rule.source
    cited = (
        {"id": source.id, "doc": source.doc, "edition": source.edition, "clause": source.clause, "binding": source.binding}
        if source
        else {}
    )
    written = {
        "title": rule.title,
        "for": rule.kinds[0] if len(rule.kinds) == 1 else list(rule.kinds),
        "when": predicate(rule.when) if rule.when is not None else None,
        "severity": str(rule.severity),
        "group_by": rule.group.by if rule.group else None,
        "require": {"group": _group(rule.group.demand)} if rule.group else predicate(rule.require),
        "enforce": _enforce(rule.enforce),
        "if_unknown": str(rule.if_unknown),
        "waivable": None if rule.waivable else False,
        "because": rule.because,
        "fix": rule.fix,
        "source": {name: value for name, value in cited.items() if value},
        "controls": list(rule.controls),
    }
    return {name: value for name, value in written.items() if value not in (None, {}, [])}


def _group(demand: Demand) -> dict[str, Any]:
    """Write what is asked of a group."""
    if isinstance(demand, Distinct):
        return {"distinct": {"of": demand.of, "at_most": _operand(demand.at_most)}}
    if isinstance(demand, Members):
        return {"count": _number(demand.predicate)}
    total = {"when_total": {"at_least": _operand(demand.when_total)}} if demand.when_total is not None else {}
    return {"share": {"at_most": _operand(demand.at_most)} | total}


def _number(node: Predicate) -> Any:
    """Write a predicate on a number."""
    if isinstance(node, AllOf | AnyOf):
        parts = [_number(part) for part in node.parts]
        return {"all_of" if isinstance(node, AllOf) else "any_of": parts}
    if isinstance(node, Not):
        return {"not": _number(node.part)}
    return _test(Test("", node.op, node.operands)) if isinstance(node, Size) else {}


def _enforce(steps: tuple[tuple[datetime | None, Mode], ...]) -> Any:
    if len(steps) == 1:
        return str(steps[0][1])
    return [str(mode) if start is None else {"from": instant(start), "value": str(mode)} for start, mode in steps]


def predicate(node: Predicate) -> dict[str, Any]:
    """Write a predicate as the policy language says it."""
    if isinstance(node, AllOf):
        parts = [predicate(part) for part in node.parts]
        return _together(parts) or {"all_of": parts}
    if isinstance(node, AnyOf):
        return {"any_of": [predicate(part) for part in node.parts]}
    if isinstance(node, Not):
        if isinstance(node.part, Size) and is_empty(node.part):
            return {node.part.subject: {"empty": False}}
        return {"not": predicate(node.part)}
    if isinstance(node, Test):
        return _on(node.subject, _test(node))
    if isinstance(node, InList):
        return _on(node.subject, {"in_list": node.name})
    if isinstance(node, Size):
        return {node.subject: _size(node)}
    return {node.subject: {node.quantifier: _element(node)}}


def _together(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Write parts side by side, where no two say something of the same key."""
    merged: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            held = merged.get(key)
            if key not in merged:
                merged[key] = value
            elif isinstance(held, Mapping) and isinstance(value, Mapping) and not set(held) & set(value) and key != "not":
                merged[key] = {**held, **value}
            else:
                return None
    return merged


def _on(subject: str, test: Any) -> dict[str, Any]:
    if subject:
        return {subject: test}
    return test if isinstance(test, dict) else {"one_of" if isinstance(test, list) else "is": test}


def _test(test: Test) -> Any:
    values = [_operand(one) for one in test.operands]
    value = values if test.op in {"one_of", "none_of"} else values[0]
    return value if test.op in _BARE and not isinstance(value, dict) else {test.op: value}


def _size(size: Size) -> dict[str, Any]:
    return {"empty": True} if is_empty(size) else {"count": _test(Test(size.subject, size.op, size.operands))}


def _element(test: Elements) -> Any:
    inner = test.predicate
    if isinstance(inner, Test) and not inner.subject and inner.op in _BARE:
        return _test(inner)
    return predicate(inner)


def _operand(operand: Operand) -> Any:
    if isinstance(operand, Literal):
        return _scalar(operand.value, operand.text)
    if isinstance(operand, FieldOperand):
        return {"field": operand.name}
    return _steps(operand)


def _steps(steps: Steps) -> dict[str, Any]:
    later = [{"from": instant(start), "value": _operand(value)} for start, value in steps.later]
    return {"by": steps.clock, "steps": [_operand(steps.first), *later]}


def _scalar(value: Scalar, written: str) -> Any:
    if isinstance(value, bool | int) or not written:
        return _plain(value)
    return written


def _plain(value: Scalar) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    if isinstance(value, float):
        return f"{value * 100:.9g}%"
    return value


def entry(given: Entry) -> dict[str, Any]:
    """Write an entry of a list."""
    written: dict[str, Any] = {"label": given.label} if given.label else {}
    written |= {key or "value": _plain(value) for key, value in given.keys.items()}
    ends = (("until", given.until), ("issued_until", given.issued_until))
    # NOTE: an entry holds to the end of the day that is written; kept is the instant after it.
    return written | {name: (end - timedelta(days=1)).date().isoformat() for name, end in ends if end}

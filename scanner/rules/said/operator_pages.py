"""What each operator means, for `certgate explain` and the generated page: what it fits, takes, and says of nulls."""

from collections.abc import Iterator

from scanner import tables
from scanner.rules.language.operators import OPERATORS, Operator, Takes
from scanner.tables import Type

EXAMPLES = {
    "is": "{ version: { is: 3 } }",
    "one_of": "{ key.curve: { one_of: [P-256, P-384] } }",
    "present": "{ subject.organization: { present: true } }",
    "at_least": "{ key.bits: { at_least: 3072 } }",
    "at_most": "{ lifetime: { at_most: 200d } }",
    "more_than": "{ serial_bits: { more_than: 64 } }",
    "less_than": "{ elapsed_share: { less_than: 66% } }",
    "from": "{ not_before: { from: 2026-03-15 } }",
    "before": "{ not_after: { before: 2031-01-01 } }",
    "matches": "{ subject.cn: { matches: 'srv-[0-9]+\\.example\\.com' } }",
    "glob": "{ issuer.dn: { glob: '*O=Example Trust*' } }",
    "under_domain": "{ san.dns: { all: { under_domain: example.com } } }",
    "any": "{ extended_key_usage: { any: serverAuth } }",
    "all": "{ chain: { all: { verified: true } } }",
    "is_not": "{ environment: { is_not: production } }",
    "none_of": "{ signature.hash: { none_of: [MD5, SHA-1] } }",
    "none": "{ san.dns: { none: { under_domain: corp } } }",
    "count": "{ san.dns: { count: { at_most: 100 } } }",
    "not": "{ subject.cn: { not: { glob: '*.internal' } } }",
    "empty": "{ san.dns: { empty: false } }",
    "in_list": "{ chain: { any: { in_list: approved_cas } } }",
}
"""One use of each, of a certificate; a test reads them all with the loader."""
POSITIVE = "an absent value: false; an unknown one: unknown."
NEGATIVE = "an absent value: true; an unknown one: unknown."
NULLS = {
    "present": "an absent value: false for `present: true`; an unknown one: unknown, for nobody can tell.",
    "not": "what it holds, inverted; unknown stays unknown.",
    "any": "true on a match, else unknown where the list is unknown or open; an empty list: false.",
    "all": "false on a mismatch, else unknown where the list is unknown or open; an empty list: true.",
    "none": "false on a match, else unknown where the list is unknown or open; an empty list: true.",
    "count": "an open list has as many elements as are known, or more; an unknown one any number.",
    "empty": "an open list with a known element is not empty; else unknown.",
}
"""What is said of nulls, where it is not what every comparison says."""


def nulls(operator: Operator) -> str:
    """Say what comes out where there is no value."""
    return NULLS.get(operator.name, NEGATIVE if operator.opposite_of else POSITIVE)


def fitting(operator: Operator) -> str:
    """Name the types of fields it may stand on."""
    return ", ".join(operator.types)


def operators_of(type_: Type) -> tuple[str, ...]:
    """Name the operators that fit a type."""
    return tuple(one.name for one in OPERATORS.values() if one.fits(type_))


def facts(operator: Operator) -> Iterator[tuple[str, str]]:
    """Say all that is known of an operator, as label and text."""
    yield "fits", fitting(operator)
    yield "takes", operator.takes.value
    yield "of nulls", nulls(operator)
    if operator.takes in {Takes.VALUE, Takes.VALUES}:
        yield "operands", "a value, $param, { field: NAME } or { by: CLOCK, steps: [ … ] }"
    yield "example", EXAMPLES[operator.name]


def render() -> str:
    """Write the page of all operators."""
    lines = [
        "# Operators",
        "",
        "Generated; `certgate explain OPERATOR` says the same. A bare value means `is`, a bare list `one_of`.",
        "What absent and unknown mean: [How certgate decides](how-certgate-decides.md).",
        "",
    ]
    for operator in OPERATORS.values():
        lines += [f"## `{operator.name}`", "", operator.doc, ""]
        for label, text in facts(operator):
            lines.append(f"- **{label}**: {f'`{text}`' if label == 'example' else text}")
        lines.append("")
    kinds = [tables.TEXT, tables.BOOLEAN, tables.INTEGER, tables.SHARE, tables.DURATION, tables.INSTANT, tables.many(tables.TEXT)]
    lines += ["## By type", "", "| type | operators |", "|---|---|"]
    lines += [f"| {type_.name} | {', '.join(f'`{name}`' for name in operators_of(type_))} |" for type_ in kinds]
    return "\n".join(lines) + "\n"

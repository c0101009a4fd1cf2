"""The examples of the language page are policies and rules that load and whose tests pass."""

import re
from pathlib import Path
from textwrap import indent

import pytest

from scanner.rules import proof
from scanner.rules.reader import load
from scanner.rules.reader.find import PolicyFile

PAGE = Path(__file__).parent.parent.parent / "docs" / "policy-language.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
HEAD = "policy: made-up\nversion: 1.0.0\ntitle: Made up\nowner: a@b.example\ntests_as_of: 2026-11-20\nrules:\n"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n", 1)[0])
def test_the_examples_of_the_page_load_and_prove_themselves(block: str) -> None:
    """What a reader copies works, a whole policy or a rule."""
    text = block if block.startswith("policy:") else HEAD + indent(block, "  ")
    name = text.split("\n", 1)[0].removeprefix("policy: ").split()[0]
    (policy,) = load.load([PolicyFile(f"{name}.yaml", text.encode())])
    results = proof.run(policy)
    assert [str(result) for result in results if not result.ok] == []
    assert len(results) >= 2


def test_the_page_has_examples_of_every_part() -> None:
    """A policy, one with a list, a group rule and a policy that inherits."""
    assert len(BLOCKS) == 4


FRAME = """\
policy: p
version: 1.0.0
title: A policy
owner: o
params: {{ re: {{ default: '(?i)www\\..*' }}, name: {{ default: "*.example" }}, few: {{ default: 2 }} }}
lists: {{ cas: [{{ ca_owner: Good }}], names: [a.example] }}
rules:
  r:
    title: T
    for: certificate
    severity: high
    require: {require}
    because: B
    fix: F
    tests:
      - {{ pass: {passing}, as_of: 2026-01-01 }}
      - {{ fail: {failing}, as_of: 2026-01-01 }}
"""
LEGAL = {
    "{ san.dns: { any_of: [{ empty: true }, { any: a.example }] } }": ("{}", "{ san.dns: [b.example] }"),
    "{ san.dns: { all_of: [{ count: { at_least: $few } }, { none: b.example }] } }": (
        "{ san.dns: [a.example, c.example] }",
        "{ san.dns: [a.example, b.example] }",
    ),
    "{ chain: { any: { in_list: cas, verified: true } } }": (
        "{ chain: [{ ca_owner: Good, verified: true }] }",
        "{ chain: [{ ca_owner: Good, verified: false }] }",
    ),
    "{ chain: { any: { one_of: [{ ca_owner: Good }, { ca_owner: Fine }], verified: true } } }": (
        "{ chain: [{ ca_owner: Fine, verified: true }] }",
        "{ chain: [{ ca_owner: Bad, verified: true }] }",
    ),
    "{ key: { one_of: [{ algorithm: RSA, bits: 4096 }, { algorithm: EC }], quantum_safe: false } }": (
        "{ key: { algorithm: EC, quantum_safe: false } }",
        "{ key: { algorithm: EC, quantum_safe: true } }",
    ),
    "{ key: { algorithm: RSA, not: { bits: { less_than: 3072 } } } }": (
        "{ key: { algorithm: RSA, bits: 3072 } }",
        "{ key: { algorithm: RSA, bits: 2048 } }",
    ),
    "{ labels: { zone: [dmz, inner] } }": ("{ labels.zone: dmz }", "{ labels: { zone: outer } }"),
    "{ labels.zone: { not: dmz } }": ("{ labels: { zone: inner } }", "{ labels: { zone: dmz } }"),
    "{ subject.cn: { matches: $re } }": ("{ subject.cn: WWW.example }", "{ subject.cn: $re }"),
    "{ subject.cn: { glob: $name } }": ("{ subject.cn: a.example }", '{ subject.cn: "$name" }'),
    "{ subject.cn: { matches: '\\$re' } }": ('{ subject.cn: "$re" }', "{ subject.cn: www.example }"),
    "{ subject.cn: { in_list: names } }": ("{ subject.cn: a.example }", "{ subject.cn: b.example }"),
    "{ san.dns: { all: { in_list: names } } }": ("{ san.dns: [a.example] }", "{ san.dns: [a.example, b.example] }"),
    "{ san.dns: { any: { is: { field: subject.cn } } } }": (
        "{ san.dns: [a.example], subject.cn: a.example }",
        "{ san.dns: [a.example], subject.cn: b.example }",
    ),
    "{ lifetime: { by: as_of, steps: [1d, { from: 2025-01-01, value: 2d }] } }": ("{ lifetime: 2d }", "{ lifetime: 1d }"),
    "{ lifetime: { one_of: [{ at_most: 1d }, { at_least: 9d }] } }": ("{ lifetime: 10d }", "{ lifetime: 2d }"),
    "{ any_of: [{ wildcard: false }, { not: { key: { bits: 2 } } }], is_ca: false }": (
        "{ wildcard: false, is_ca: false }",
        "{ wildcard: true, key.bits: 2, is_ca: false }",
    ),
    "{ san.dns: { not: { empty: true } } }": ("{ san.dns: [a.example] }", "{}"),
}


@pytest.mark.parametrize("require", LEGAL)
def test_what_the_page_allows_loads_and_means_it(require: str) -> None:
    """Combinations of operators, shapes, lists and parameters are read and judged as the page says."""
    passing, failing = LEGAL[require]
    text = FRAME.format(require=require, passing=passing, failing=failing)
    (policy,) = load.load([PolicyFile("p.yaml", text.encode())])
    assert [str(result) for result in proof.run(policy) if not result.ok] == []

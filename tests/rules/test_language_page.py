"""The examples of the language page are policies and rules that load and whose tests pass."""

import re
from pathlib import Path
from textwrap import indent

import pytest

from scanner.rules import load, proof
from scanner.rules.find import PolicyFile

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
    """A policy, a group rule and a policy that inherits."""
    assert len(BLOCKS) == 3

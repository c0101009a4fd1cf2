"""The example of the language page is a policy that loads and whose tests pass."""

import re
from pathlib import Path

from scanner.rules import load, proof
from scanner.rules.find import PolicyFile

PAGE = Path(__file__).parent.parent.parent / "docs" / "policy-language.md"


def test_the_example_of_the_page_loads_and_proves_itself() -> None:
    """What a reader copies works."""
    block = re.search(r"```yaml\n(policy: our-tls.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    (policy,) = load.load([PolicyFile("our-tls.yaml", block.group(1).encode())])
    results = proof.run(policy)
    assert [str(result) for result in results if not result.ok] == []
    assert len(results) >= 4

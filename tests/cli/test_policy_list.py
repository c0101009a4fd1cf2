"""`policy list` names every shipped policy, though some say one rule differently."""

import pytest

from scanner.cli import main
from scanner.rules import find


def test_every_shipped_policy_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """In order, with version, number of rules and title; a policy and its child stand beside each other."""
    assert main(["policy", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(find.shipped())
    assert len({line.index(" rules  ") for line in lines}) == 1

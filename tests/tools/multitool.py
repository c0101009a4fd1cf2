"""Judges SARIF files by Microsoft's SARIF multitool, with the rules of the format and those of GitHub code scanning."""

import json
import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.tools.program import MissingToolError, run

_PROGRAM = Path(__file__).parent / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
SCHEMA = _PROGRAM.with_name("sarif-2.1.0.json")
"""The official JSON Schema of SARIF 2.1.0, which travels in the same package."""


class Remark(NamedTuple):
    """One thing that the multitool has to say about a file."""

    rule: str
    level: str
    message: str


def validate(path: Path) -> list[Remark]:
    """Return every remark about a file; errors and warnings are faults, notes are advice."""
    if not _PROGRAM.is_file():
        msg = "the SARIF multitool is not installed; `make dev` sets up all that the tests need"
        raise MissingToolError(msg)
    _PROGRAM.chmod(_PROGRAM.stat().st_mode | stat.S_IXUSR)  # the package comes without the bit
    with TemporaryDirectory() as folder:
        log = Path(folder, "check.sarif")
        rules = ("--rule-kind", "Sarif;GHAS", "--level", "Error;Warning;Note", "--max-file-size-in-kb", "100000")
        command: list[str | Path] = [_PROGRAM, "validate", path, *rules, "-o", log, "--log", "ForceOverwrite"]
        done = run(command, environment={"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})  # else it wants libicu
        if not log.is_file():
            msg = f"the SARIF multitool gave no log: {done.stdout.strip()} {done.stderr.strip()}"
            raise RuntimeError(msg)
        return [remark for one in json.loads(log.read_bytes())["runs"] for remark in _remarks(one)]


def _remarks(one: dict[str, object]) -> list[Remark]:
    """Read one run of the log: its results, and what it says of its own troubles (a file it could not parse)."""
    # NOTE: the exit status is 0 with errors in the log, so the log is all that counts.
    rules = {rule["id"]: rule for rule in one["tool"]["driver"].get("rules", ())}  # type: ignore[index]
    found = []
    for result in one.get("results") or ():  # type: ignore[attr-defined]
        rule, message = result["ruleId"].split("/")[0], result["message"]
        text = message.get("text") or rules[rule]["messageStrings"][message["id"]]["text"].format(*message.get("arguments", ()))
        found.append(Remark(rule, result.get("level", "warning"), text))
    for invocation in one.get("invocations") or ():  # type: ignore[attr-defined]
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            found += [
                Remark(notice["descriptor"]["id"], notice.get("level", "warning"), notice["message"]["text"])
                for notice in invocation.get(kind, ())
            ]
    return found

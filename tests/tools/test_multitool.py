"""The SARIF multitool itself: its exit status is 0 with errors, so we must see it complain."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from tests.tools.multitool import SCHEMA, validate

LOG = {
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "certgate", "version": "1.0", "rules": [{"id": "a/rule", "name": "Rule"}]}},
            "results": [{"ruleId": "a/rule", "ruleIndex": 0, "message": {"text": "Something is wrong."}}],
        }
    ],
}


def _write(folder: Path, text: str) -> Path:
    path = folder / "log.sarif"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_log_without_its_version_is_an_error(tmp_path: Path) -> None:
    """What the schema demands and the file lacks is an error that names it."""
    remarks = validate(_write(tmp_path, json.dumps({key: LOG[key] for key in LOG if key != "version"})))
    assert any(remark.level == "error" and "version" in remark.message for remark in remarks)


def test_code_scanning_wants_more_than_the_schema(tmp_path: Path) -> None:
    """A log that the schema accepts still breaks GitHub's rules: its result has no location."""
    assert jsonschema_rs.is_valid(json.loads(SCHEMA.read_bytes()), LOG)
    remarks = validate(_write(tmp_path, json.dumps(LOG)))
    assert any(remark.rule.startswith("GH") and remark.level == "error" for remark in remarks)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_what_is_no_sarif_is_never_silently_fine(tmp_path: Path, text: str) -> None:
    """A file that is no SARIF log gives an error, by remark or by exception."""
    try:
        remarks = validate(_write(tmp_path, text))
    except RuntimeError as fault:
        assert "no log" in str(fault)  # noqa: PT017 - either way of complaining is right
    else:
        assert [remark for remark in remarks if remark.level == "error"]

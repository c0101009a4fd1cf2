"""Generated files are those that the code would write now."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from scanner.cli._generate import ROOT, generated

FILES = generated()


@pytest.mark.parametrize("name", FILES)
def test_generated_files_are_up_to_date(name: str) -> None:
    """`make generate` would change nothing."""
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name], "stale: run `make generate`"


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".schema.json")])
def test_schemas_are_schemas(name: str) -> None:
    """Each is valid by the draft it names."""
    jsonschema.Draft202012Validator.check_schema(json.loads(FILES[name]))


def plain(node: object) -> object:
    """Type scalars as an editor's YAML 1.2 reader does: whole numbers and booleans; dates stay text."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, str) and node in {"true", "false"}:
        return node == "true"
    return int(node) if isinstance(node, str) and node.isdigit() and len(node) < 16 else node


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_policies_are_valid_for_editors(path: Path) -> None:
    """The schema accepts every shipped policy, so that an editor marks nothing in them."""
    document = plain(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))  # noqa: S506 - text only
    jsonschema.validate(document, json.loads(FILES["schemas/policy.schema.json"]))


@pytest.mark.parametrize(
    ("old", "new"),
    [("require:", "reqire:"), ("P-384, P-521", "P-385, P-521"), ("at_most", "at_mots"), ("severity: high", "severity: hgh")],
)
def test_editors_mark_what_the_loader_refuses(old: str, new: str) -> None:
    """A misspelt key, word, operator or severity is wrong in the editor already."""
    text = (ROOT / "policies" / "public-tls.yaml").read_text(encoding="utf-8")
    head, rules = text.split("\nrules:", 1)
    document = plain(yaml.load(head + "\nrules:" + rules.replace(old, new, 1), Loader=yaml.BaseLoader))  # noqa: S506 - text only
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(FILES["schemas/policy.schema.json"]))

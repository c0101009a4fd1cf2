"""Generated files are those that the code would write now."""

import json

import jsonschema
import pytest

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

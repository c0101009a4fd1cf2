"""Laws: what users were told once holds of everything that is added later."""

import argparse
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

import reports
from reports import Renderer
from scanner import tables
from scanner.cli._main import COMMANDS, EPILOG, parser
from scanner.inventory.clock import with_time
from scanner.model import Exit, Report
from scanner.rules.engine.compile import column
from scanner.rules.language.operators import OPERATORS
from scanner.rules.language.syntax import Elements, Not, Predicate
from scanner.rules.reader import find, load
from scanner.rules.said.operator_pages import EXAMPLES, NULLS
from tests.reports import oddities
from tests.requests import AS_OF
from tests.rules.worlds import EQUAL, NUMERIC, PATTERNS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").glob("*.md")})
RENDERERS = pytest.mark.parametrize("one", reports.renderers(), ids=lambda one: one.name)
RUNS = {name: getattr(oddities, name) for name in ("small", "empty", "clean", "only_unknown", "hostile")}


# --- renderers


@RENDERERS
def test_a_renderer_describes_itself(one: Renderer) -> None:
    """Its name is its module's, what it makes and each option is said in words."""
    assert (Path(reports.__file__).parent / f"{one.name}.py").is_file() or (Path(reports.__file__).parent / one.name).is_dir()
    assert one.description.endswith(".")
    assert all(one.options.values())


def test_every_format_is_in_the_help() -> None:
    """Who reads `check --help` learns of every output there is."""
    text = subparser("check").format_help()
    assert [one.name for one in reports.renderers() if not re.search(rf"\b{one.name}\b", text)] == []


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_the_json_output_keeps_its_published_schema(make: Any) -> None:
    """Whatever ran, other programs can rely on the shape (interfaces.md, JSON output)."""
    said: Report = make()
    data = orjson.loads(next(one for one in reports.renderers() if one.name == "json").render(said, {}))
    schema = orjson.loads((ROOT / "schemas" / "result.schema.json").read_bytes())
    Draft202012Validator(schema).validate(data)
    assert set(data) >= {
        "schema_version", "tool", "as_of", "as_of_given", "exit", "policies", "sources", "summary", "rules", "findings", "exceptions",
        "evidence_gaps", "problems",
    }  # fmt: skip
    assert (data["exit"]["code"], len(data["findings"])) == (said.exit.code, said.findings.height)


# --- operators


def example(name: str) -> Predicate:
    """Give an operator's own example, read."""
    return load.predicate(EXAMPLES[name], ("certificate",))["certificate"]


def judged(predicate: Predicate, row: Mapping[str, object]) -> bool | None:
    """Say what a predicate says of one certificate."""
    table = with_time(tables.frame("certificate", [row]), "certificate", AS_OF)
    outcome: bool | None = table.select(column(predicate, "certificate", table, AS_OF)).item()
    return outcome


def subject(predicate: Predicate) -> str:
    """Name the field that an example asks."""
    if isinstance(predicate, Not):
        return subject(predicate.part)
    return str(getattr(predicate, "subject"))  # noqa: B009 - every example asks one field


NAMES = sorted(set(EXAMPLES) - {"in_list"})
"""A list's own example wants its policy; tests/rules/test_compile.py asks it."""


@pytest.mark.parametrize("name", NAMES)
def test_of_an_unknown_value_no_operator_says_true_or_false(name: str) -> None:
    """Unknown is not pass, and not fail either."""
    asked = example(name)
    assert judged(asked, {tables.UNKNOWN: [subject(asked)]}) is None


@pytest.mark.parametrize(
    "name", [name for name in NAMES if tables.FACTS["certificate"][subject(example(name))].type.name != "list"]
)
def test_of_an_absent_value_a_comparison_is_false_and_a_negation_true(name: str) -> None:
    """What is not there is not what is asked, as the operators' page says."""
    asked = example(name)
    negation = name == "not" or (name not in NULLS and OPERATORS[name].opposite_of is not None)
    assert judged(asked, {tables.ABSENT: [subject(asked)], tables.DECODED: True}) is negation


EMPTY = {"any": False, "all": True, "none": True, "count": True, "empty": False, "under_domain": True}


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(example(name), Elements) or name in EMPTY])
def test_of_an_empty_list(name: str) -> None:
    """All of nothing is true, some of nothing is false; an open list with nothing known in it tells nothing yet."""
    asked = example(name)
    assert judged(asked, {subject(asked): []}) is EMPTY[name]
    assert judged(asked, {subject(asked): [None]}) is None


def test_every_comparison_is_held_against_the_reference() -> None:
    """Random tables know the operators that policies know."""
    structure = {"any", "all", "none", "count", "empty", "not", "in_list"}
    assert {*NUMERIC, *EQUAL, *PATTERNS, "from", "before"} | structure == set(OPERATORS)


# --- what pages say


def subparser(name: str) -> argparse.ArgumentParser:
    """Give the parser of a command."""
    (tree,) = (one for one in parser()._actions if isinstance(one, argparse._SubParsersAction))
    found: argparse.ArgumentParser = tree.choices[name]
    return found


def commands(page: Path) -> Iterator[str]:
    """Give the lines of a page that are meant to be typed."""
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"\s*(?:\$ |- run: |run: )?(certgate .*)", line)
            if found and not re.match(r"certgate( \d|: )", found[1]):
                yield found[1]


LINES = sorted({(page.name, line) for page in PAGES for line in commands(page)})


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_that_a_page_shows_is_one_of_this_version(page: str, line: str) -> None:
    """Whoever copies it gets no «unrecognized arguments»."""
    words = shlex.split(re.split(r" [|>] |; | && ", line, maxsplit=1)[0], comments=True)[1:]
    code = 0
    try:
        parser().parse_args(words)
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    assert code == 0, f"{page}: {line}"


def test_pages_show_commands() -> None:
    """The test above has something to test."""
    assert {"README.md"} < {page for page, _ in LINES}
    assert len(LINES) >= 10


def test_the_exit_codes_of_readme_and_help_are_the_real_ones() -> None:
    """Nobody has to look into the program to write a build step."""
    written = [int(code) for code in re.findall(r"^\| (\d) \|", README, re.MULTILINE)]
    assert written == [int(one) for one in Exit]
    assert sorted(int(code) for code in re.findall(r" (\d)  ", EPILOG)) == written


def test_readme_names_every_shipped_policy() -> None:
    """And none that is not."""
    table = "\n".join(re.findall(r"^\| \[`.*$", README, re.MULTILINE))
    assert sorted(re.findall(r"\[`([a-z0-9.-]+)`\]\(docs/policies/\1\.md\)", table)) == sorted(find.shipped())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_every_option_says_what_it_does(name: str) -> None:
    """`--help` is the first page that anybody reads; choices speak for themselves."""

    def silent(one: argparse.ArgumentParser) -> list[str]:
        found: list[str] = []
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                found += [f"{name} {word}" for name, sub in action.choices.items() for word in silent(sub)]
            elif action.option_strings and not action.help and not action.choices:
                found.append(action.option_strings[0])
        return found

    assert silent(subparser(name)) == []

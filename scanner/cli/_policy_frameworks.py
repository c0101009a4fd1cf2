"""`certgate policy frameworks`: which rules give evidence for which control of a framework, and what remains for people."""

import argparse
import json
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from scanner.model import Exit

EPILOG = """\
A rule gives evidence for a control, and never shows that it is met. automated: the rules answer its testable part wholly;
partial: some of it; manual: none of it. The note says what is left for people.

examples:
  certgate policy frameworks
  certgate policy frameworks pci-dss-4.0.1
  certgate policy frameworks dora --json
  certgate policy frameworks our-controls.yaml --policy our-policy.yaml
  certgate policy frameworks --schema > framework.schema.json

exit codes:
  0  printed     2  no such map, or faults in it, each as file:line:column
"""
SCHEMA_VERSION = 1
WIDEST = 120
INDENT = "    "


def add(verbs: Any) -> None:
    """Add the command and its flags."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "frameworks",
        help="list the maps of frameworks, or print one: control, status, rules, note",
        description="List the maps of frameworks, or print one: control, status, rules, note.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("framework", nargs="?", metavar="MAP", help="shipped id, or a file of your own (default: list all)")
    parser.add_argument(
        "--policy", action="append", default=[], metavar="P", help="count rules of this policy; repeatable (default: all shipped)"
    )
    parser.add_argument("--json", action="store_true", help="for machines: whole maps, with the rules that their globs match")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of maps instead, for editors")
    parser.set_defaults(run=run, undone="printed")


def run(options: argparse.Namespace) -> Exit:
    """Print the list, or one map."""
    from scanner.rules.controls import framework_schema, frameworks

    if options.schema:
        print(framework_schema.text(), end="")
        return Exit.OK
    maps = [frameworks.find(name) for name in ([options.framework] if options.framework else frameworks.shipped())]
    rules = _rules(options.policy) if options.json or options.framework else []
    if options.framework:
        frameworks.check(maps[0], rules)
    if options.json:
        document = {"schema_version": SCHEMA_VERSION, "frameworks": [_plain(one, rules) for one in maps]}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print(_one(maps[0], rules) if options.framework else _listing(maps))
    return Exit.OK


def _rules(names: Sequence[str]) -> list[str]:
    """Name the rules of policies; each is loaded by itself, since two may say one rule differently."""
    from scanner.rules.reader import find, load

    files = [file for name in names or find.shipped() for file in find.find(name)]
    return sorted({rule.id for file in files for policy in load.load([file]) for rule in policy.rules})


def _print(lines: Iterable[str]) -> None:
    from reports._safe import visible

    for line in lines:
        print(visible(line))


def _listing(maps: Sequence[Any]) -> Iterable[str]:
    from scanner.model import Coverage

    wide = max(len(one.id) for one in maps)
    for one in maps:
        counts = ", ".join(f"{one.count(status):2} {status}" for status in Coverage)
        yield f"{one.id:{wide}}  {len(one.controls):3} controls: {counts}  {one.title}"


def _one(framework: Any, rules: Sequence[str]) -> Iterable[str]:
    from scanner.model import Coverage
    from scanner.rules.controls import frameworks
    from scanner.rules.language.values import instant

    wide = min(shutil.get_terminal_size((100, 24)).columns, WIDEST)
    yield f"{framework.id}  {framework.title}"
    checked = f", checked {instant(framework.checked)}" if framework.checked else ""
    yield f"{framework.edition}{checked}, {framework.url}"
    yield from textwrap.wrap(framework.scope, wide)
    widest = max(len(control.id) for control in framework.controls)
    state = max(len(status) for status in Coverage)
    for control in framework.controls:
        yield ""
        yield f"{control.id:{widest}}  {control.status:{state}}  {control.title}"
        if control.rules:
            yield from _wrapped("rules", f"{', '.join(control.rules)} ({_count(control.matching(rules))})", wide)
        yield from _wrapped("note", control.note, wide)
    yield ""
    strange = [glob for glob, _ in frameworks.idle(framework, rules)]
    if strange:
        yield from textwrap.wrap(
            f"Of policies that are not counted here (--policy): {', '.join(strange)}.", wide, break_on_hyphens=False
        )
    counts = ", ".join(f"{framework.count(status)} {status}" for status in Coverage)
    yield f"{len(framework.controls)} controls: {counts}."
    yield "Rules give evidence for controls; they never show that one is met."


def _wrapped(label: str, text: str, wide: int) -> list[str]:
    """Wrap a labelled text; globs and rule ids are not broken at their hyphens."""
    start = f"{INDENT}{label:6}"
    return textwrap.wrap(
        text, wide, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False, break_long_words=False
    )


def _count(matched: Sequence[str]) -> str:
    if not matched:
        return "no rule of these policies"
    return f"{len(matched)} {'rule' if len(matched) == 1 else 'rules'}"


def _plain(framework: Any, rules: Sequence[str]) -> dict[str, Any]:
    from scanner.rules.language.values import instant

    return {
        "id": framework.id, "title": framework.title, "edition": framework.edition,
        "checked": instant(framework.checked) if framework.checked else None, "url": framework.url, "scope": framework.scope,
        "controls": [
            {
                "id": control.id, "title": control.title, "status": str(control.status), "rules": list(control.rules),
                "matches": control.matching(rules), "note": control.note,
            }
            for control in framework.controls
        ],
    }  # fmt: skip

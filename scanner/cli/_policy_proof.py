"""`certgate policy lint` and `policy test`: every fault of every file with its place, for people and for pipelines."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree as ET

from scanner.errors import Fault, PolicyError
from scanner.model import Exit
from scanner.rules.language.syntax import Policy
from scanner.rules.proof import Result

WHICH = "shipped name, file or folder (default: all shipped)"
SCHEMA_VERSION = 1
LINT_EPILOG = """\
examples:
  certgate policy lint my-policy.yaml
  certgate policy lint policies/ --format github       marks the lines of a pull request

exit codes:
  0  no fault     2  faults, each as file:line:column with what to write instead
"""
TEST_EPILOG = """\
A false positive is a finding on a row that should have none; a false negative a row that should be found and is not.

examples:
  certgate policy test my-policy.yaml
  certgate policy test my-policy.yaml -v               also what passes, and which outcomes no test shows
  certgate policy test policies/ --format junit > policy-tests.xml

exit codes:
  0  every test came out as expected     1  one did not     2  a policy does not load
"""


def add(verbs: Any) -> None:
    """Add both commands and their flags."""
    _command(verbs, "lint", "check policies: every fault with its place, then tests and healthy rows", LINT_EPILOG, _lint)
    tests = _command(verbs, "test", "run the tests of policies", TEST_EPILOG, _test)
    tests.add_argument("-v", "--verbose", action="store_true", help="also list tests that pass, and outcomes that no test shows")


def _command(verbs: Any, name: str, text: str, epilog: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("policy", nargs="*", metavar="POLICY", help=WHICH)
    formats = ("text", "github", "json") if name == "lint" else ("text", "github", "junit", "json")
    parser.add_argument("--format", choices=formats, default="text", help="text (default), or for a pipeline")
    parser.set_defaults(run=run)
    return parser


@dataclass(slots=True)
class _Proof:
    """What was loaded of the files that were named, and what came out."""

    policies: list[Policy] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    unexercised: dict[str, list[str]] = field(default_factory=dict)

    @property
    def failed(self) -> list[Result]:
        return [result for result in self.results if not result.ok]

    def add(self, policy: Policy) -> None:
        from scanner.rules import proof

        self.policies.append(policy)
        self.results += proof.run(policy)
        self.unexercised |= proof.unexercised(policy)


def _proven(names: Iterable[str]) -> _Proof:
    """Load each file by itself, so that the faults of one do not hide those of another; then run what loads."""
    from scanner import scope
    from scanner.cli._check import default_root
    from scanner.rules.reader import find, load

    found, certificates = _Proof(), scope.listed(default_root().resolve())
    files = {file.path: replace(file, proven=False) for name in names or find.shipped() for file in find.find(name)}
    for file in files.values():
        try:
            [policy] = load.load([file], certificates)
        except PolicyError as error:
            found.faults += [fault for fault in error.faults if fault not in found.faults]
        else:
            found.add(policy)
    return found


# lint ----------------------------------------------------------------------------------------------------------------


def _lint(options: argparse.Namespace) -> Exit:
    """Load, then run healthy rows and tests; exit 2 with all faults together."""
    found = _proven(options.policy)
    faults = sorted([*found.faults, *map(_fault, found.failed)])
    if options.format == "json":
        _print_json(ok=not faults, policies=len(found.policies), faults=[_place(fault) for fault in faults])
    elif options.format == "github":
        _print_lines(_annotation("error", fault, "certgate policy lint", fault.message) for fault in faults)
    elif found.faults:
        raise PolicyError(faults)
    else:
        _print_lines(map(str, faults), sys.stderr)
        rules = sum(len(policy.rules) for policy in found.policies)
        said = many(len(faults), "fault") if faults else "no fault"
        print(f"{many(len(found.policies), 'policy')}, {many(rules, 'rule')}: {said}")
    return Exit.USAGE if faults else Exit.OK


def _fault(result: Result) -> Fault:
    return Fault(result.mark.path, result.mark.line, result.mark.column, f"{result.rule_id}: {result.said}")


# test ----------------------------------------------------------------------------------------------------------------


def _test(options: argparse.Namespace) -> Exit:
    """Run tests and healthy rows; exit 1 when one fails, 2 when a policy does not load."""
    found = _proven(options.policy)
    if options.format == "text" and found.faults:
        raise PolicyError(found.faults)
    write = {"text": _text, "github": _github, "junit": _junit, "json": _json}[options.format]
    write(found, verbose=options.verbose)
    return Exit.USAGE if found.faults else Exit.VIOLATIONS if found.failed else Exit.OK


def _text(found: _Proof, *, verbose: bool) -> None:
    _print_lines(str(result) for result in found.results if verbose or not result.ok)
    if verbose:
        _print_lines(f"{rule}: its tests do not exercise {', '.join(outcomes)}" for rule, outcomes in found.unexercised.items())
    elif found.unexercised:
        print(f"{many(len(found.unexercised), 'rule')} with outcomes that no test shows; -v lists them")
    print(_summary(found))


def _summary(found: _Proof) -> str:
    told = many(len(found.failed), "failure") if found.failed else "all pass" if found.results else _nothing(found)
    if found.faults:
        told = f"{told if found.results else 'none ran'}; {many(len(found.faults), 'fault')} in policies that do not load"
    return f"{many(len(found.results), 'test')} of {many(len(found.policies), 'policy')}: {told}"


def _nothing(found: _Proof) -> str:
    """Say why nothing was proven, which is not the same as that all is well."""
    extended = dict.fromkeys(name for policy in found.policies for name in policy.extends)
    elsewhere = f"; those of what it extends: certgate policy test {' '.join(extended)}" if extended else ""
    return f"nothing was tested, for no rule of its own brings a test{elsewhere}"


def _github(found: _Proof, *, verbose: bool) -> None:
    """Write annotations, which GitHub shows at the lines of a pull request."""
    _print_lines(_annotation("error", fault, "policy does not load", fault.message) for fault in found.faults)
    _print_lines(_annotation("error", _fault(one), f"{one.error}: {one.rule_id}", one.said) for one in found.failed)
    marks = {rule.id: rule.mark for policy in found.policies for rule in policy.rules}
    for rule, outcomes in found.unexercised.items() if verbose else ():
        at = Fault(marks[rule].path, marks[rule].line, marks[rule].column, "")
        print(_annotation("notice", at, f"outcomes without a test: {rule}", f"its tests do not exercise {', '.join(outcomes)}"))
    print(_summary(found))


def _annotation(level: str, at: Fault, title: str, text: str) -> str:
    """Write a workflow command; what would end a property or a line is escaped."""
    properties = {"file": at.path, "line": at.line, "col": at.column, "title": title}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {given}::{_data(text)}"


def _data(value: object) -> str:
    return str(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _junit(found: _Proof, *, verbose: bool) -> None:  # noqa: ARG001 - JUnit lists every test anyhow
    root = ET.Element("testsuites", name="certgate policy test", tests=str(len(found.results)), failures=str(len(found.failed)))
    for path, results in _by_path(found).items():
        suite = ET.SubElement(root, "testsuite", name=_xml(path), tests=str(len(results)))
        suite.set("failures", str(sum(not result.ok for result in results)))
        for result in results:
            name = f"line {result.mark.line}: {result.expected}"
            case = ET.SubElement(
                suite, "testcase", classname=result.rule_id, name=name, file=_xml(path), line=str(result.mark.line)
            )
            if not result.ok:
                failure = ET.SubElement(case, "failure", type=result.error, message=_xml(result.said))
                failure.text = _xml(result)
    for fault in found.faults:
        case = ET.SubElement(root, "testsuite", name=_xml(fault.path), tests="1", errors="1")
        case = ET.SubElement(case, "testcase", classname=_xml(fault.path), name="loads")
        ET.SubElement(case, "error", message=_xml(fault)).text = _xml(fault)
    ET.indent(root)
    print(f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}')


def _by_path(found: _Proof) -> dict[str, list[Result]]:
    paths: dict[str, list[Result]] = {}
    for result in found.results:
        paths.setdefault(result.mark.path, []).append(result)
    return paths


def _xml(text: object) -> str:
    """Spell out what XML 1.0 cannot hold."""
    from reports._safe import visible

    return visible(text)


def _json(found: _Proof, *, verbose: bool) -> None:  # noqa: ARG001 - machines get everything
    _print_json(
        ok=not (found.faults or found.failed),
        faults=[_place(fault) for fault in found.faults],
        tests=[_tested(result) for result in found.results],
        unexercised=found.unexercised,
    )


def _tested(result: Result) -> dict[str, Any]:
    return {
        "rule": result.rule_id, "expected": result.expected, "got": str(result.got), "ok": result.ok, "error": result.error,
        "path": result.mark.path, "line": result.mark.line, "column": result.mark.column, "as_of": result.as_of.isoformat(),
        "observed": {name: value for name, value in result.observed.items() if value is not None},
        "missing": list(result.missing), "message": result.said,
    }  # fmt: skip


def _place(fault: Fault) -> dict[str, Any]:
    return {"path": fault.path, "line": fault.line, "column": fault.column, "message": fault.message}


def _print_json(**document: Any) -> None:
    print(json.dumps({"schema_version": SCHEMA_VERSION, **document}, indent=2, ensure_ascii=False, default=str))


def _print_lines(lines: Iterable[str], stream: Any = None) -> None:
    from reports._safe import visible

    for line in lines:
        print(visible(line), file=stream)


def many(count: int, noun: str) -> str:
    """Count things in words."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"

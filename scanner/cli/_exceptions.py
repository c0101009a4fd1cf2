"""`certgate exceptions list · add · lint · prune`: accepted risk, with owner and end date."""

import argparse
import sys
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any

from scanner.errors import PolicyError, UsageError
from scanner.model import Exit

EPILOG = """\
examples:
  certgate exceptions list exceptions.yaml --lapsing 90d
  certgate exceptions lint exceptions.yaml
  certgate exceptions add exceptions.yaml --finding F-27922b71 result/ --reason "Replaced in March." \\
      --owner retail@example.com --approved-by ciso@example.com --ticket RISK-2231 --expires 2027-01-15
  certgate exceptions prune exceptions.yaml --dry-run

Without FILE, the files that certgate.yaml names under `exceptions:`.
"""


def add(commands: Any) -> None:
    """Add the command group."""
    group = commands.add_parser(
        "exceptions",
        help="list, add, check and prune accepted risks",
        description="Work with exceptions: accepted risk, with owner, approver and end date.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group.set_defaults(run=lambda _: (group.print_help(), Exit.USAGE)[1])
    verbs = group.add_subparsers(title="commands", metavar="COMMAND")
    _list_flags(_verb(verbs, "list", "list exceptions with their state and the days left", listing))
    _add_flags(_verb(verbs, "add", "write an entry at the end of a file; what lint would refuse is not written", add_entry))
    lint = _verb(verbs, "lint", "list every fault of files of exceptions, and what their rules forbid", lint_files)
    lint.add_argument("file", nargs="*", metavar="FILE")
    prune = _verb(verbs, "prune", "take out what has lapsed; all other lines stay as they are", prune_files)
    prune.add_argument("file", nargs="*", metavar="FILE")
    prune.add_argument(
        "--unused", action="append", default=[], type=Path, metavar="RESULT", help="also what every RESULT says is unused"
    )
    prune.add_argument("--dry-run", action="store_true", help="show the difference and write nothing")
    for verb in (lint, prune):
        _common(verb)
    for name in ("add", "prune"):
        verbs.choices[name].set_defaults(undone="written")


def _verb(verbs: Any, name: str, text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-p", "--policy", action="append", default=[], metavar="P", help="policies whose rules are meant")
    parser.add_argument("--as-of", metavar="DATE", help="the date that decides (default: now)")
    parser.add_argument("--root", type=Path, metavar="FOLDER", help="where certgate.yaml is looked for (default: the repository)")
    parser.add_argument("--config", metavar="FILE", help="configuration (default: certgate.yaml at the root)")


def _list_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="*", metavar="FILE|RESULT", help="files of exceptions, or results of runs that used them")
    parser.add_argument("--lapsing", metavar="DURATION", help="only those that lapse within this time: 90d")
    parser.add_argument("--format", choices=("text", "json", "csv", "markdown"), default="text", help="default: text")
    _common(parser)


def _add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="is made where there is none")
    parser.add_argument("--id", metavar="ID", help="default: the next EX-YEAR-NUMBER of the file")
    parser.add_argument("--rule", metavar="RULE", help="a rule id or a glob")
    parser.add_argument("--assets", metavar="PREDICATES", help="'{ san.dns: { any: pos.example.com } }'")
    parser.add_argument("--finding", nargs=2, metavar=("F-…", "RESULT"), help="instead of --rule and --assets: this finding")
    for name, text in (
        ("reason", "why the risk is accepted"), ("owner", "who answers for it"),
        ("approved-by", "who accepted it; not the owner"), ("ticket", "where it was discussed"),
        ("expires", "the last day on which it is in force"),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", required=True, metavar=name.upper(), help=text)
    parser.add_argument("--created", metavar="DAY", help="default: the day of --as-of")
    _common(parser)


def listing(options: argparse.Namespace) -> Exit:
    """List exceptions, those that end first first."""
    from scanner.cli import _exceptions_list as said

    as_of = _as_of(options)
    rows = said.chosen(_reports(options), said.duration(options.lapsing))
    sys.stdout.write(said.render(rows, options.format, as_of, options.lapsing))
    return Exit.OK


def _reports(options: argparse.Namespace) -> list[Any]:
    """Read files as their dates and policies have them, and results as they were judged."""
    from scanner.inventory import store
    from scanner.rules.acceptance import exception_findings, waiving

    names = _files(options)
    results = [name for name in names if Path(name).is_dir()]
    found = [one for name in results for one in store.load(Path(name)).exceptions]
    fitted = _fitted([name for name in names if name not in results], options)
    request = _request(options)
    return [*found, *(exception_findings.exception_report(waiving.by_date(one, request.as_of), request) for one in fitted)]


def lint_files(options: argparse.Namespace) -> Exit:
    """List every fault; exit 2 where there is one."""
    from scanner.model import ExceptionState
    from scanner.rules.reader import exceptions

    names, as_of = _files(options), _as_of(options)
    fitted = _fitted(names, options)
    faults = [fault for one in fitted for fault in _faults(one)]
    if faults:
        raise PolicyError(faults)
    lapsed = [one.waiver for one in fitted if exceptions.standing(one.waiver, as_of) is ExceptionState.LAPSED]
    for one in lapsed:
        print(f"{one.mark.path}:{one.mark.line}:{one.mark.column}: note: {one.id} lapsed after {one.expires}")
    count = len(fitted)
    print(f"{count:,} {'exception' if count == 1 else 'exceptions'}: no fault")
    return Exit.OK


def _faults(one: Any) -> list[Any]:
    from scanner.errors import Fault

    mark = one.waiver.mark
    if not one.rules:
        text = f"{one.waiver.id}: no rule of these policies is called {one.waiver.rule}{one.hint} (--policy names others)"
        return [Fault(mark.path, mark.line, mark.column, text)]
    return [Fault(mark.path, mark.line, mark.column, f"{one.waiver.id}: refused: {one.forbidden}")] if one.forbidden else []


def add_entry(options: argparse.Namespace) -> Exit:
    """Write an entry that lint finds right, at the end of the file."""
    from scanner.cli import _outputs
    from scanner.model import ExceptionState
    from scanner.rules.acceptance import exceptions_file, waiving
    from scanner.rules.reader import exceptions

    path, as_of = Path(options.file), _as_of(options)
    if path.is_dir():
        raise UsageError(f"{path}: a folder; name a file in it")
    data = path.read_bytes() if path.exists() else b""
    held = exceptions.read([(options.file, data)]) if data.strip() else ()
    rule, assets = _meant(options)
    texts = {
        "id": options.id or _next_id([one.id for one in held], as_of.year),
        "rule": rule, "assets": assets, "reason": options.reason, "owner": options.owner, "approved_by": options.approved_by,
        "ticket": options.ticket, "created": options.created or as_of.date().isoformat(), "expires": options.expires,
    }  # fmt: skip
    written, waiver = exceptions_file.added(options.file, data, texts)
    if exceptions.standing(waiver, as_of) is ExceptionState.LAPSED:
        raise UsageError(f"expires {waiver.expires} has passed")
    (fitted,) = waiving.fit([waiver], _policies(options))
    if faults := _faults(fitted):
        raise PolicyError(faults)
    _outputs.put(options.file, [written])
    print(
        f"{options.file}:{waiver.mark.line}: {waiver.id} added: {waiver.rule} for {waiver.assets}, to the end of {waiver.expires}"
    )
    return Exit.OK


def _meant(options: argparse.Namespace) -> tuple[str, str]:
    """Take rule and selector as given, or those of a finding: its rule and its place, which stays when it is renewed."""
    if options.finding is None:
        if not options.rule or not options.assets:
            raise UsageError("say what is excepted: --rule RULE --assets PREDICATES, or --finding F-… RESULT")
        return options.rule, _one_line(options.assets)
    if options.rule or options.assets:
        raise UsageError("--finding stands instead of --rule and --assets")
    from scanner.inventory import store
    from scanner.rules.language import flow

    label, folder = options.finding
    if not Path(folder).is_dir():
        raise UsageError(f"--finding {label} {folder}: no such RESULT folder")
    found = store.load(Path(folder)).called(label)
    if found.height != 1:
        raise UsageError(f"{label}: {found.height or 'no'} findings of {folder} begin like this")
    one = found.row(0, named=True)
    if one["outcome"] != "fail":
        raise UsageError(f"{label} could not be judged; an exception is for what fails")
    return one["rule_id"], f"{{ place: {flow.quoted(one['place'])} }}"


def _one_line(text: str) -> str:
    from scanner.rules.language import flow
    from scanner.rules.language.tree import Faults, parse

    faults = Faults("--assets")
    node = parse(text.encode(), faults)
    if node is None or faults.found:
        raise PolicyError(faults.found)
    return flow.flow(node)


def _next_id(ids: Sequence[str], year: int) -> str:
    start = f"EX-{year}-"
    numbers = [int(one.removeprefix(start)) for one in ids if one.startswith(start) and one.removeprefix(start).isdecimal()]
    return f"{start}{max(numbers, default=0) + 1:03}"


def prune_files(options: argparse.Namespace) -> Exit:
    """Take out lapsed entries, and those that every given RESULT says are unused; print the difference."""
    from scanner.cli import _outputs
    from scanner.model import ExceptionState
    from scanner.rules.acceptance import exceptions_file
    from scanner.rules.reader import exceptions

    as_of, unused, removed = _as_of(options), _unused(options.unused), 0
    for name in _files(options):
        (waivers, data) = exceptions.load([name]), Path(name).read_bytes()
        lapsed = {one.id for one in waivers if exceptions.standing(one, as_of) is ExceptionState.LAPSED}
        ids = lapsed | (unused & {one.id for one in waivers})
        if not ids:
            continue
        kept = exceptions_file.without(name, data, ids)
        before, after = (text.decode("utf-8-sig").splitlines(keepends=True) for text in (data, kept))
        sys.stdout.writelines(unified_diff(before, after, name, name))
        removed += len(ids)
        if not options.dry_run:
            _outputs.put(name, [kept])
    would = "would be taken out; nothing was written" if options.dry_run else "taken out"
    print(f"{removed:,} {'exception' if removed == 1 else 'exceptions'} {would}")
    return Exit.OK


def _unused(results: Sequence[Path]) -> set[str]:
    from scanner.inventory import store
    from scanner.model import ExceptionState

    for folder in results:
        if not folder.is_dir():
            raise UsageError(f"--unused {folder}: no such RESULT folder")
    found = [{one.id for one in store.load(folder).exceptions if one.state is ExceptionState.UNUSED} for folder in results]
    return set.intersection(*found) if found else set()


def _as_of(options: argparse.Namespace) -> Any:
    return _request(options).as_of


def _files(options: argparse.Namespace) -> list[str]:
    """Take the files given, else those of the configuration."""
    names = list(options.file) or list(_request(options).exceptions)
    if not names:
        raise UsageError("no file of exceptions given, and certgate.yaml names none under `exceptions:`")
    return names


def _policies(options: argparse.Namespace) -> Any:
    from scanner import scope

    return scope.policies(_request(options))


def _fitted(names: Sequence[str], options: argparse.Namespace) -> Any:
    from scanner.rules.acceptance import waiving
    from scanner.rules.reader import exceptions

    return waiving.fit(exceptions.load(names), _policies(options)) if names else ()


def _request(options: argparse.Namespace) -> Any:
    """Read what concerns exceptions of the configuration and the command line as `check` does."""
    from scanner.cli import _check

    return _check.governed(options)

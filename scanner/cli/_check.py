"""`certgate check`: load evidence, evaluate policies, write outputs, exit with the verdict."""

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scanner.errors import UsageError
from scanner.model import Exit, OnUnknown, Report, Severity
from scanner.request import Request
from scanner.spelling import spelled
from scanner.when import parse_instant

CONFIG = "certgate.yaml"
EPILOG = """\
examples:
  certgate check certs/ inventory.csv
  certgate check www.example.test:443 --policy public-tls --policy tls-endpoints
  certgate check --targets hosts.txt -o sarif=out.sarif -o html=out.html -o pdf=out.pdf
  certgate check certs/ --as-of 2029-03-15          what fails when 47 days is the limit
  cat bundle.pem | certgate check - --assume trust=public
"""


def add(commands: Any) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser(
        "check",
        help="judge evidence by policies (the main job)",
        description="Judge evidence by policies. Evidence: files, folders, earlier results, host:port, - for standard input.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("evidence", nargs="*", metavar="EVIDENCE", help="file, folder, RESULT folder, host, host:port or -")
    parser.add_argument("--targets", action="append", default=[], metavar="FILE", help="a file of hosts to scan, one a line")
    _policy_flags(parser)
    _gate_flags(parser)
    _evidence_flags(parser)
    _output_flags(parser)
    parser.set_defaults(run=run)


def _policy_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("policy")
    group.add_argument(
        "-p",
        "--policy",
        action="append",
        default=[],
        metavar="P",
        help="shipped policy, YAML file or folder (default: default)",
    )
    group.add_argument("--only", action="append", default=[], metavar="RULE", help="only these rules (id or glob)")
    group.add_argument("--skip", action="append", default=[], metavar="RULE", help="all but these rules (id or glob)")
    group.add_argument("--as-of", metavar="DATE", help="evaluate as of this date or instant (default: now)")


def _gate_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("gate")
    severities = [str(severity) for severity in Severity]
    group.add_argument("--fail-on", choices=[*severities, "never"], help="lowest severity that fails the build (default: high)")
    group.add_argument("--show-from", choices=severities, help="lowest severity the terminal lists (default: info)")
    group.add_argument(
        "--on-unknown",
        choices=[str(one) for one in OnUnknown],
        help="what undecided rules mean (default: as each rule says)",
    )
    group.add_argument("--exceptions", action="append", default=[], metavar="FILE", help="accepted risks (repeatable)")
    group.add_argument("--baseline", metavar="FILE", help="findings known at a date (`certgate baseline create`)")
    group.add_argument("--new-only", action="store_true", help="findings that the baseline holds do not count")
    group.add_argument(
        "--allow-empty",
        action="store_true",
        help="no assets, or no rule that applies, is no incomplete run; a folder without files is",
    )


def _evidence_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("evidence")
    group.add_argument("--where", metavar="PREDICATE", help="judge only these assets: '{team: payments}'")
    group.add_argument("--assume", action="append", default=[], metavar="FIELD=VALUE", help="value of a fact where it is unknown")
    group.add_argument("--roots", action="append", default=[], metavar="FILE", help="certificates of your own root CAs")
    group.add_argument(
        "--root", type=Path, metavar="FOLDER", help="paths in results are relative to it (default: the repository)"
    )
    group.add_argument("--mapping", metavar="FILE", help="how the columns of your inventories are called")
    group.add_argument("--config", metavar="FILE", help=f"configuration (default: {CONFIG} at the root)")
    group.add_argument("--sslyze", type=Path, metavar="PATH", help="the sslyze to run (default: the one beside certgate)")
    group.add_argument(
        "--timeout", type=float, default=10.0, metavar="SECONDS", help="longest a host may take to answer (default: 10)"
    )


def _output_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FORMAT=PATH",
        help="json, sarif, html, pdf, … (repeatable; - is standard output)",
    )
    group.add_argument("--save", type=Path, metavar="RESULT", help="keep the whole result in this folder")
    group.add_argument("-q", "--quiet", action="store_true", help="only the verdict")
    group.add_argument("--no-color", action="store_true", help="no colour (also: NO_COLOR)")


def run(options: argparse.Namespace) -> Exit:
    """Run the check; the exit code is the same for every output."""
    from scanner import pipeline
    from scanner.cli import _outputs, _terminal
    from scanner.cli._version import tool

    outputs = _outputs.parse(options.output)
    settings, config_path = settings_of(options)
    request = request_of(options, settings, config_path)
    if outputs:
        _outputs.spare(outputs, request.files_read)
    if options.save is not None:
        from scanner.inventory import store

        store.spare(options.save)
    report = pipeline.check(request, tool(), _terminal.progress(options))
    deliver(report, outputs, options.save, settings.get("report", {}))
    to_error = any(output.path == "-" for output in outputs)
    _terminal.show(report, sys.stderr if to_error else sys.stdout, quiet=options.quiet, plain=options.no_color)
    return report.exit.code


def deliver(report: Report, outputs: list[Any], save: Path | None, said: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write the outputs and the RESULT folder; `said` is what the configuration says of reports."""
    from scanner import pipeline
    from scanner.cli import _outputs

    if outputs or save is not None:
        report = pipeline.with_controls(report)
    if save is not None:
        import reports
        from scanner.inventory import store

        as_json = next(one for one in reports.renderers() if one.name == "json")
        store.save(report, save, as_json.parts(report, {}))
    _outputs.write(report, outputs, said)


def settings_of(options: argparse.Namespace) -> tuple[dict[str, Any], Path | None]:
    """Read the configuration, if there is one."""
    root = _root(options)
    config_path = _config_path(options, root)
    if config_path is None:
        return {}, None
    from scanner.rules.reader.config import load

    return load(config_path), config_path


def _root(options: argparse.Namespace) -> Path:
    root: Path = (options.root or default_root()).resolve()
    if not root.is_dir():
        raise UsageError(f"--root {options.root}: not a folder")
    return root


def request_of(options: argparse.Namespace, settings: dict[str, Any], config_path: Path | None) -> Request:
    """Check the command line and configuration, before any evidence is read."""
    root = _root(options)
    evidence = (*options.evidence, *_no_hosts(_relative(settings.get("evidence", ()), config_path)))
    if not evidence and not options.targets:
        raise UsageError("no evidence given: name files, folders or hosts, or write --targets FILE (see `certgate check --help`)")
    if evidence.count("-") > 1:
        raise UsageError("standard input (-) is given twice")
    baseline = options.baseline or next(iter(_relative(filter(None, [settings.get("baseline")]), config_path)), None)
    if options.new_only and baseline is None:
        raise UsageError(
            "--new-only has no effect without a baseline; give --baseline FILE (`certgate baseline create` writes one)"
        )
    if not 0 < options.timeout < inf:
        raise UsageError("--timeout: a number of seconds above 0")
    fail_on = options.fail_on or settings.get("fail_on", "high")
    on_unknown = options.on_unknown or settings.get("on_unknown")
    return Request(
        evidence=evidence,
        targets=tuple(options.targets),
        policies=tuple(options.policy) or _relative(settings.get("policies", ()), config_path) or ("default",),
        as_of=parse_instant(options.as_of) if options.as_of else datetime.now(UTC).replace(microsecond=0),
        as_of_given=options.as_of is not None,
        root=root,
        anchor=CONFIG if config_path is not None and config_path.parent.resolve() == root else "README.md",
        fail_on=None if fail_on == "never" else Severity(fail_on),
        show_from=Severity(options.show_from or settings.get("show_from", "info")),
        on_unknown=OnUnknown(on_unknown) if on_unknown else None,
        allow_empty=options.allow_empty,
        only=tuple(options.only),
        skip=tuple(options.skip),
        where=options.where,
        assume=dict(_assumption(text) for text in options.assume),
        roots=(*options.roots, *_relative(settings.get("roots", ()), config_path)),
        mapping=options.mapping or next(iter(_relative((settings["mapping"],), config_path)), None)
        if options.mapping or "mapping" in settings
        else None,
        exceptions=tuple(options.exceptions) or _relative(settings.get("exceptions", ()), config_path),
        baseline=baseline,
        new_only=options.new_only,
        config=spelled(config_path.name) if config_path is not None else None,
        config_path=config_path,
        sslyze=options.sslyze,
        timeout=options.timeout,
    )


def governed(options: argparse.Namespace) -> Request:
    """Read what the command line and configuration say of policies, exceptions and dates, for commands that judge nothing."""
    settings, config_path = settings_of(options)
    return Request(
        evidence=(),
        targets=(),
        policies=tuple(options.policy) or _relative(settings.get("policies", ()), config_path) or ("default",),
        as_of=parse_instant(options.as_of) if options.as_of else datetime.now(UTC).replace(microsecond=0),
        as_of_given=options.as_of is not None,
        root=_root(options),
        anchor="",
        exceptions=_relative(settings.get("exceptions", ()), config_path),
    )


def default_root() -> Path:
    """Find the nearest ancestor with certgate.yaml or .git, else the working folder."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / CONFIG).is_file() or (folder / ".git").exists()), here)


def _config_path(options: argparse.Namespace, root: Path) -> Path | None:
    if options.config:
        path = Path(options.config)
        if not path.is_file():
            raise UsageError(f"--config {options.config}: no such file")
        return path
    return root / CONFIG if (root / CONFIG).is_file() else None


def _relative(names: Any, config_path: Path | None) -> tuple[str, ...]:
    """Paths in the configuration are relative to it; a name that is no file there is taken as it stands."""
    folder = config_path.parent if config_path is not None else Path()
    return tuple(os.path.relpath(folder / name) if (folder / name.partition("#sha256=")[0]).exists() else name for name in names)


def _no_hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    """NOTE: a pull request can change the configuration; it must not choose what CI connects to."""
    missing = [name for name in names if not Path(name).exists()]
    if missing:
        from scanner.probes import targets

        for name in filter(targets.is_target, missing):
            raise UsageError(
                f"{CONFIG}, evidence {name}: no such file; hosts to scan are not read from the configuration, "
                "so name them on the command line or give --targets FILE"
            )
    return names


def _assumption(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise UsageError(f"--assume {text}: write FIELD=VALUE, for example --assume trust=public")
    return name, value

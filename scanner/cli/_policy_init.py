"""`certgate policy init`: a commented first policy that passes lint and test."""

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.errors import UsageError
from scanner.model import Exit
from scanner.rules.language.syntax import Policy

EPILOG = """\
examples:
  certgate policy init acme-tls                              writes acme-tls.yaml
  certgate policy init acme-tls --extends public-tls         builds on a shipped policy
  certgate policy init -o policies/acme-tls.yaml             the name is that of the file
  certgate policy init acme-tls -o -                         prints it
"""
NAME = "my-policy"


def add(verbs: Any) -> None:
    """Add the command and its flags."""
    parser = verbs.add_parser(
        "init",
        help="write a commented first policy that passes lint and test",
        description="Write a commented first policy that passes lint and test, with the schema that editors read beside it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"its id (default: that of the file, else {NAME})")
    parser.add_argument("--extends", action="append", default=[], metavar="POLICY", help="build on this policy (repeatable)")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: NAME.yaml; - is standard output)")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Exit:
    """Write the file; nothing that is there is overwritten without --force."""
    from scanner.rules.reader import schema, starter

    name, path = _named(options)
    parents = _parents(options.extends, path)
    text = starter.text(name, parents, datetime.now(UTC).date())
    _prove(name, text, path)
    if path is None:
        print(text, end="")
        return Exit.OK
    _write(path, text, force=options.force)
    print(f"wrote {path}: edit it, then run `certgate policy test {path}`", file=sys.stderr)
    beside = path.parent / starter.SCHEMA
    if not beside.exists():
        beside.write_text(schema.text(), encoding="utf-8")
        print(f"wrote {beside}: what editors complete and explain from", file=sys.stderr)
    return Exit.OK


def _named(options: argparse.Namespace) -> tuple[str, Path | None]:
    """Agree on id and file."""
    from scanner.rules.reader import find

    given = None if options.output in {None, "-"} else Path(options.output)
    name = options.name or (given.stem if given is not None else NAME)
    if not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name):
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or NAME
        raise UsageError(f"{name}: an id is lower-case words joined by hyphens; nearest: {near!r}")
    if name in find.shipped():
        raise UsageError(
            f"{name}: a shipped policy has this name; to build on it: certgate policy init my-{name} --extends {name}"
        )
    if given is not None and (given.stem != name or given.suffix != ".yaml"):
        raise UsageError(f"-o {given}: the file must be called like the policy: {given.with_name(f'{name}.yaml')}")
    return name, None if options.output == "-" else given or Path(f"{name}.yaml")


def _parents(names: list[str], path: Path | None) -> tuple[Policy, ...]:
    """Load what it builds on; a child finds policies beside its file, and the shipped ones."""
    from scanner.rules.language.words import nearest
    from scanner.rules.reader import find, load

    files = []
    for name in names:
        file = find.extended(name, path.parent if path is not None else Path())
        if file is None:
            where = f"{path.parent if path is not None else Path()}/{name}.yaml"
            raise UsageError(f"--extends {name}: no shipped policy, and no file {where}{nearest(name, find.shipped())}")
        files.append(file)
    return load.load(files)


def _prove(name: str, text: str, path: Path | None) -> None:
    """Load what will be written, so that nobody starts with a file that does not load."""
    from scanner.rules.reader import load
    from scanner.rules.reader.find import PolicyFile

    folder = path.parent if path is not None else Path()
    load.load([PolicyFile(f"{name}.yaml", text.encode(), folder=folder)])


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; --force overwrites it") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error

"""The command tree and the last line of defence: every way out has one of five exit codes."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from scanner.errors import CertgateError, PolicyError
from scanner.model import Exit

DESCRIPTION = "Do our machine identities comply, and can we prove it? Evidence in, policy judged; HTML, PDF and SARIF out."
EPILOG = """\
examples:
  certgate check certs/                                       judge a folder of certificates
  certgate check example.test:443 --policy tls-endpoints      scan a server
  certgate check certs/ inv.csv -o sarif=out.sarif            for code scanning
  certgate explain public-tls/lifetime                        why a rule asks what it asks

exit codes:
  0  evaluated; nothing at or above --fail-on     3  incomplete: hosts down, facts missing, nothing matched
  1  violations                                   4  internal fault
  2  bad usage, policy, exception or configuration
"""


COMMANDS = ("check", "report", "policy", "exceptions", "baseline", "explain", "demo")
"""In the order of the help; each is a module of this package."""


def parser(*commands: str) -> argparse.ArgumentParser:
    """Build the command tree, or of it what these commands need."""
    root = argparse.ArgumentParser(
        "certgate", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root.add_argument("-V", "--version", action="store_true", help="print the version and exit")
    tree = root.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in commands or COMMANDS:
        import_module(f"scanner.cli._{name}").add(tree)
    return root


def run(arguments: Sequence[str]) -> int:
    """Parse and run one command; turn every error into its exit code and a message on standard error."""
    try:
        options = parser(*(name for name in arguments[:1] if name in COMMANDS)).parse_args(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    if not getattr(options, "run", None):
        parser().print_help()
        return Exit.USAGE
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.INCOMPLETE
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was judged", Exit.INCOMPLETE)
    except PolicyError as error:
        count = len(error.faults)
        print("\n".join(map(_visible, error.faults)), file=sys.stderr)
        return _fail(
            f"{count} {'fault' if count == 1 else 'faults'}; nothing was {getattr(options, 'undone', 'evaluated')}", Exit.USAGE
        )
    except CertgateError as error:
        return _fail(str(error), Exit.USAGE)
    except Exception:  # noqa: BLE001 - whatever happens, the build must not go green
        traceback.print_exc()
        return _fail("internal fault; the lines above say where. Nothing was judged.", Exit.INTERNAL)
    return code


def _visible(text: object) -> str:
    """NOTE: a pull request chooses the names of files, and pipelines take lines that begin with `::` for commands."""
    from reports._safe import visible

    return visible(text)


def _fail(message: str, code: Exit) -> int:
    lines = "\n".join(map(_visible, message.splitlines()))
    print(f"certgate: {lines}\ncertgate: exit {int(code)}", file=sys.stderr)
    return code

"""The command line: parse, call, render, exit. Only this package imports `reports`."""

import gc
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run certgate; return the exit code (0 met, 1 violations, 2 usage, 3 incomplete, 4 internal fault)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["--version"], ["-V"]):
        from scanner.cli._version import version

        print(f"certgate {version()}")
        return 0
    from scanner.cli._main import run

    return run(arguments)


MANY = 200_000
"""Objects made before the collector looks: those of a start all stay, and looking at them takes a tenth of it."""


def entry() -> None:
    """Run as the installed command."""
    gc.set_threshold(MANY)
    code = main()
    # The process ends; looking once more for what could be freed takes another tenth.
    gc.freeze()
    sys.exit(code)

"""Run the benchmarks, or those that are named, and say of every ratio whether it keeps its limit; exit 1 if one does not."""

import argparse
import ast
import runpy
import sys
from contextlib import redirect_stdout
from pathlib import Path

from benchmarks.verdicts import Judge

BY_NAME = ("scan",)
"""Takes minutes, and has no limit."""
ALL = tuple(
    path.stem
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if path.stem not in {*BY_NAME, "__main__"} and "\ndef main(" in path.read_text(encoding="utf-8")
)
"""What else of this folder can be run."""


def main() -> int:
    """Run one after the other, in this process."""
    names = _parser().parse_args().names or ALL
    judge = Judge()
    with redirect_stdout(judge):
        for name in names:
            print(f"— {name}", flush=True)
            sys.argv = [name]
            runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    missed = [line for met, line in judge.judged if not met]
    print(f"— {len(judge.judged) - len(missed)} of {len(judge.judged)} limits met", *missed, sep="\nmissed: ")
    return int(bool(missed))


def _parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {name:<10} {_purpose(name)}" for name in (*ALL, *BY_NAME))
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description=__doc__,
        epilog=f"benchmarks:\n{about}\n\nWithout a name: {', '.join(ALL)}. The others take minutes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # NOTE: `choices` would refuse the empty list in Python 3.11.
    parser.add_argument("names", nargs="*", metavar="NAME", type=_known, help="a benchmark to run")
    return parser


def _known(name: str) -> str:
    if name not in {*ALL, *BY_NAME}:
        raise argparse.ArgumentTypeError(f"no benchmark is called {name!r}; there are {', '.join((*ALL, *BY_NAME))}")
    return name


def _purpose(name: str) -> str:
    """Take the first line of a benchmark's own words, without importing what it measures."""
    words = ast.get_docstring(ast.parse(Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())

"""Run the benchmarks, or those that are named: `python -m benchmarks [decode evaluate inventory start scan]`."""

import runpy
import sys

ALL = ("decode", "evaluate", "inventory", "start")
"""`scan` takes minutes and is run by name."""


def main() -> None:
    """Run one after the other, in this process."""
    for name in sys.argv[1:] or ALL:
        print(f"— {name}", flush=True)
        sys.argv = [name]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()

"""Cold start: `certgate --version` against a bare interpreter, a check of ten certificates against bare imports.

Whole processes on compiled bytecode, in turn, the least of many rounds; the imports are those that no check can do without.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks import certificates, timing

ROUNDS = 15
IMPORTS = "import polars, cryptography.x509, yaml"
VERSION, CHECK = 5, 2


def main() -> None:
    """Print both ratios with their limits, of wall clock and of processor time."""
    with tempfile.TemporaryDirectory() as name:
        for number, der in enumerate(certificates.make(10)):
            Path(name, f"{number}.der").write_bytes(der)
        certgate = (sys.executable, "-m", "scanner")
        version, bare, check, imports = timing.commands(
            (*certgate, "--version"),
            (sys.executable, "-c", "pass"),
            (*certgate, "check", name, "--policy", "public-tls", "--quiet"),
            (sys.executable, "-c", IMPORTS),
            rounds=ROUNDS,
        )
    say("certgate --version / bare interpreter", version, bare, VERSION)
    say("check of ten certificates / bare imports", check, imports, CHECK)


def say(what: str, ours: timing.Spent, other: timing.Spent, limit: float) -> None:
    """Print a ratio of wall clock, then of processor time."""
    print(f"{what}, wall clock {ours.wall:.2f} s: {ours.wall / other.wall:.2f} (at most {limit})")
    print(f"{what}, processor {ours.cpu:.2f} s: {ours.cpu / other.cpu:.2f} (at most {limit})")


if __name__ == "__main__":
    main()

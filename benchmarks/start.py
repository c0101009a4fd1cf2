"""Cold start: `certgate --version` against a bare interpreter, a check of ten certificates against bare imports.

Whole processes, alternating, medians; the interpreter runs compiled bytecode.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 9
IMPORTS = "import polars, cryptography.x509, yaml"


def main() -> None:
    """Print both ratios with their limits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _certificates(folder)
        certgate = (sys.executable, "-m", "scanner")
        check = (*certgate, "check", str(folder), "--policy", "public-tls", "--quiet")
        version = compare((*certgate, "--version"), (sys.executable, "-c", "pass"))
        ten = compare(check, (sys.executable, "-c", IMPORTS))
    print(f"certgate --version / bare interpreter: {version:.2f} (at most 5)")
    print(f"check of ten certificates / bare imports: {ten:.2f} (at most 2)")


def _certificates(folder: Path) -> None:
    from benchmarks import certificates

    for number, der in enumerate(certificates.make(10)):
        (folder / f"{number}.der").write_bytes(der)


def compare(ours: Sequence[str], other: Sequence[str]) -> float:
    """Run both commands in turn and return the ratio of their median times."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times: dict[Sequence[str], list[float]] = {ours: [], other: []}
    for round_ in range(ROUNDS + 1):
        for command, taken in times.items():
            start = time.perf_counter()
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if round_:
                taken.append(time.perf_counter() - start)
    return statistics.median(times[ours]) / statistics.median(times[other])


if __name__ == "__main__":
    main()

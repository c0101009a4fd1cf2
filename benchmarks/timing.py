"""How long works take against each other: in turn, several rounds, the least of each, for other work only ever adds."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spent:
    """The least that a work took in any round."""

    wall: float
    cpu: float
    """Seconds of processor time, of all threads."""


def alternately(*works: Callable[[], object], rounds: int, clock: Callable[[], float] = time.process_time) -> list[Spent]:
    """Run the works in turn, once to warm up and then for so many rounds; `clock` tells the processor time."""
    taken: list[list[Spent]] = [[] for _ in works]
    for round_ in range(rounds + 1):
        for work, times in zip(works, taken, strict=True):
            begun, used = time.perf_counter(), clock()
            work()
            if round_:
                times.append(Spent(time.perf_counter() - begun, clock() - used))
    return [Spent(min(one.wall for one in times), min(one.cpu for one in times)) for times in taken]


def commands(*given: Sequence[str], rounds: int) -> list[Spent]:
    """Run commands as whole processes, on compiled bytecode; their processor time is their children's, too."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def process(command: Sequence[str]) -> Callable[[], object]:
        return lambda: _run(command, environment)

    return alternately(*map(process, given), rounds=rounds, clock=_of_children)


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    """NOTE: 3 says that facts are missing, as they may be; 2 and 4 say that nothing was measured."""
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in {0, 1, 3}:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

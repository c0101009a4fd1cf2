"""Scan live hosts: a handshake with each, under one clock, then sslyze in small batches for those that speak TLS."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.importers import sslyze as importer
from scanner.importers._sslyze_scan import items, mapping
from scanner.inventory import hostname
from scanner.model import Problem, Record
from scanner.probes import combine
from scanner.probes import sslyze as neighbour
from scanner.probes.handshake import Handshake, shake
from scanner.probes.progress import Progress
from scanner.probes.sslyze import Pace
from scanner.probes.targets import Target

__all__ = ["Pace", "Progress", "scan"]
_PATIENCE = 1.0
"""Seconds without news of handshakes after which an idle sslyze is given a batch that is not full."""


def scan(
    targets: Sequence[Target],
    *,
    sslyze: Path | None,
    timeout: float,
    progress: Progress,
    workers: int = 50,
    pace: Pace | None = None,
) -> Iterator[Record | Problem]:
    """Yield what each host shows, in the order of the targets; a host named twice is scanned once."""
    first: dict[tuple[str, int], Target] = {}
    for one in targets:
        first.setdefault((one.host, one.port), one)
    hosts = list(first.values())
    run = _Run(neighbour.find(sslyze), timeout, asyncio.Semaphore(workers), progress, pace or Pace(), len(hosts))
    try:
        asyncio.run(run.all(hosts))
    finally:
        progress.close()
    for host in hosts:
        yield from run.found[host]


@dataclass(slots=True)
class _Run:
    """One scan: what waits, and what was found."""

    command: tuple[str, ...]
    timeout: float
    gate: asyncio.Semaphore
    progress: Progress
    pace: Pace
    total: int
    waiting: dict[str | None, list[Handshake]] = field(default_factory=lambda: defaultdict(list))
    found: dict[Target, list[Record | Problem]] = field(default_factory=dict)

    async def all(self, hosts: Sequence[Target]) -> None:
        """Shake hands with all; full batches go on as soon as there are some, the rest when news stay away."""
        news: asyncio.Queue[Handshake] = asyncio.Queue()
        slots = asyncio.Semaphore(self.pace.at_once)
        async with asyncio.TaskGroup() as group:
            for host in hosts:
                group.create_task(self._shaken(host, news))
            for _ in hosts:
                while (seen := await _next(news)) is None:
                    self._start(group, slots, 1 if not slots.locked() else self.pace.size)
                if seen.worth_more:
                    self.waiting[seen.target.starttls].append(seen)
                else:
                    self._tell(seen, seen.reason)
                self._start(group, slots, self.pace.size)
            self._start(group, slots, 1)

    async def _shaken(self, host: Target, news: "asyncio.Queue[Handshake]") -> None:
        async with self.gate:
            news.put_nowait(await shake(host, self.timeout))

    def _start(self, group: asyncio.TaskGroup, slots: asyncio.Semaphore, least: int) -> None:
        """Hand on what waits, in batches of hosts that begin TLS alike, of `least` hosts or more."""
        for held in self.waiting.values():
            while len(held) >= least and held:
                group.create_task(self._scanned(held[: self.pace.size], slots))
                del held[: self.pace.size]

    async def _scanned(self, batch: Sequence[Handshake], slots: asyncio.Semaphore) -> None:
        """Scan a batch; one that fails is halved, for a single host is to blame more often than not."""
        try:
            async with slots:
                told = await neighbour.run(self.command, batch, self.pace)
        except neighbour.BatchError as error:
            if len(batch) == 1:
                self._tell(batch[0], str(error))
                return
            middle = len(batch) // 2
            await asyncio.gather(self._scanned(batch[:middle], slots), self._scanned(batch[middle:], slots))
        else:
            for seen in batch:
                self._tell(seen, _told(told, seen.target))

    def _tell(self, seen: Handshake, told: combine.Told) -> None:
        self.found[seen.target] = list(combine.records(seen, told))
        self.progress.tell(len(self.found), self.total, seen.target.shown)


async def _next(news: "asyncio.Queue[Handshake]") -> Handshake | None:
    """Wait for the next handshake; None when patience is at its end."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await news.get()
    except TimeoutError:
        return None


def _told(scan: Mapping[str, Any], target: Target) -> combine.Told:
    """Find what a scan shows of one host, each record placed where the user named it."""
    place = combine.sighting(target)
    for entry in items(scan.get("server_scan_results")):
        location = mapping(mapping(entry).get("server_location"))
        if (hostname.normal(str(location.get("hostname"))), location.get("port")) == (target.host, target.port):
            alone = {**scan, "server_scan_results": [entry], "invalid_server_strings": []}
            return list(importer.records(alone, lambda *_: place))
    return "sslyze's result does not name it"

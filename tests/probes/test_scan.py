"""Scans of many hosts: who reaches sslyze, in what batches, what a bad host costs the others, and how it ends."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.model import Problem, Record, Spot
from scanner.probes import targets
from scanner.probes.progress import Silent
from scanner.probes.scan import Pace, scan
from scanner.probes.targets import Target
from tests.probes import listeners
from tests.probes.conftest import Fake, Served, ended
from tests.probes.listeners import serving
from tests.probes.test_handshake import closed_port
from tests.probes.test_starttls import SCRIPTS

ROOT = Path(__file__).parents[2]


class Heard:
    """Remembers the progress told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []
        self.labels: list[str] = []
        self.closed = 0

    def tell(self, done: int, total: int, label: str) -> None:
        """Remember."""
        self.labels.append(label)
        self.told.append((done, total))

    def close(self) -> None:
        """Remember."""
        self.closed += 1


@contextmanager
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every name under example.test stand for this machine."""
    real = socket.getaddrinfo

    def here(host: str, port: int, **more: int) -> object:
        return real("127.0.0.1" if host.endswith("example.test") else host, port, **more)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", here)
        yield


def hosts(*texts: str) -> list[Target]:
    """Name hosts, one a line."""
    return [targets.parse(text, Spot("hosts.txt", line)) for line, text in enumerate(texts, 1)]


def run(fake: Fake, wanted: list[Target], pace: Pace | None = None, progress: Heard | None = None) -> list[Record | Problem]:
    """Scan with the stand-in."""
    return list(scan(wanted, sslyze=fake.path, timeout=2.0, progress=progress or Silent(), pace=pace))


def endpoints(found: list[Record | Problem]) -> dict[str, Record]:
    """The endpoints by host, in order."""
    return {str(one.facts["host"]): one for one in found if isinstance(one, Record) and one.kind == "endpoint"}


@pytest.fixture
def live(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A live server under every name of example.test; its port."""
    with serving(listeners.talking([], served.context())) as port, named(monkeypatch):
        yield port


def test_dead_hosts_never_reach_sslyze(fake: Fake, live: int) -> None:
    """Refused, unresolvable, silent, dripping, not TLS: each is told by the handshake alone, and the live one is scanned."""
    with (
        serving(listeners.silent) as silent,
        serving(listeners.dripping) as dripping,
        serving(listeners.saying(b"SSH-2.0\r\n", first=True)) as other,
    ):
        dead = [f"127.0.0.1:{port}" for port in (closed_port(), silent, dripping, other)]
        found = run(fake, hosts(*dead, "nonexistent.invalid", f"live.example.test:{live}"))
    assert [batch["hosts"] for batch in fake.batches()] == [[f"live.example.test:{live}"]]
    codes = [one.code for one in found if isinstance(one, Problem) and one.incomplete]
    assert codes == ["certgate/unreachable"] * 3 + ["certgate/no-tls", "certgate/unreachable"]


def test_results_come_in_the_order_of_the_targets(fake: Fake, live: int) -> None:
    """Whoever finishes first: two runs say the same in the same order, each at its line."""
    texts = [f"{name}.example.test:{live}" for name in "dbcae"]
    found = run(fake, hosts(texts[0], "nonexistent.invalid", *texts[1:]), pace=Pace(size=2))
    assert [host[0] for host in endpoints(found)] == ["d", "n", "b", "c", "a", "e"]
    assert [one.sighting.spot.line for one in endpoints(found).values()] == [1, 2, 3, 4, 5, 6]


def test_a_host_named_twice_is_scanned_once(fake: Fake, live: int) -> None:
    """The first line that names it counts."""
    found = run(fake, hosts(f"a.example.test:{live}", f"b.example.test:{live}", f"A.example.test.:{live}"))
    assert [one.sighting.spot.line for one in endpoints(found).values()] == [1, 2]


def test_batches_are_small(fake: Fake, live: int) -> None:
    """No more hosts a time than the pace says."""
    run(fake, hosts(*(f"h{number}.example.test:{live}" for number in range(7))), pace=Pace(size=3))
    assert sorted(len(batch["hosts"]) for batch in fake.batches()) == [1, 3, 3]


def test_hosts_that_begin_tls_otherwise_are_batches_of_their_own(fake: Fake, served: Served, live: int) -> None:
    """The command line of sslyze has one --starttls for all its hosts."""
    with serving(listeners.talking(SCRIPTS["smtp"], served.context())) as mail:
        run(fake, hosts(f"a.example.test:{live}", f"smtp://b.example.test:{mail}", f"c.example.test:{live}"))
    asked = {batch["flags"].get("starttls"): sorted(batch["hosts"]) for batch in fake.batches()}
    assert asked == {None: [f"a.example.test:{live}", f"c.example.test:{live}"], "smtp": [f"b.example.test:{mail}"]}


@pytest.mark.parametrize(("bad", "said"), [("crash", "sslyze wrote no result"), ("garbage", "cannot be read")])
def test_a_batch_that_fails_is_halved_until_the_culprit_is_alone(bad: str, said: str, fake: Fake, live: int) -> None:
    """The others are scanned all the same; the culprit keeps what its handshake showed."""
    texts = ["a", "b", f"{bad}-c", "d"]
    found = run(fake, hosts(*(f"{text}.example.test:{live}" for text in texts)))
    assert sorted(len(batch["hosts"]) for batch in fake.batches()) == [1, 1, 2, 2, 4]
    whole = {host.partition(".")[0]: None not in one.facts["tls.versions"] for host, one in endpoints(found).items()}  # type: ignore[operator]
    assert whole == {"a": True, "b": True, f"{bad}-c": False, "d": True}
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.code, problem.spot.line) == ("scan-incomplete", 3)
    assert said in problem.message


def test_a_host_that_sslyze_forgets_is_missed(fake: Fake, live: int) -> None:
    """Silence about a host is not success."""
    found = run(fake, hosts(f"a.example.test:{live}", f"forgotten.example.test:{live}"))
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert problem.message.startswith(f"forgotten.example.test:{live} shook hands, but could not be scanned further")


def test_progress_counts_every_host_once(fake: Fake, live: int) -> None:
    """Dead and live ones, up to all; then it is closed."""
    heard = Heard()
    run(fake, hosts(f"a.example.test:{live}", f"b.example.test:{live}", "nonexistent.invalid"), progress=heard)
    assert [done for done, _ in heard.told] == [1, 2, 3]
    assert {total for _, total in heard.told} == {3}
    assert heard.closed == 1


def test_a_slow_host_does_not_hold_up_the_others(fake: Fake, live: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one handshake takes its time, sslyze is given what is there."""
    monkeypatch.setattr("scanner.probes.scan._PATIENCE", 0.1)
    heard = Heard()
    with serving(listeners.silent) as silent:
        run(fake, hosts(f"127.0.0.1:{silent}", f"a.example.test:{live}"), progress=heard)
    assert heard.labels == [f"a.example.test:{live}", f"127.0.0.1:{silent}"]


def test_without_sslyze_nothing_is_scanned(tmp_path: Path) -> None:
    """It is said before the first connection."""
    with pytest.raises(UsageError):
        list(scan(hosts("127.0.0.1:1"), sslyze=tmp_path / "missing", timeout=1, progress=Silent()))


def test_no_hosts_no_records(fake: Fake) -> None:
    """Nothing asked, nothing found."""
    assert run(fake, []) == []


def test_an_interrupt_leaves_no_process_behind(fake: Fake, served: Served) -> None:
    """Ctrl-C ends the scan at once and kills what was started."""
    with ExitStack() as held:
        port = held.enter_context(serving(listeners.talking([], served.context())))
        program = (
            "import signal, socket, sys; real = socket.getaddrinfo\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # test runners in the background ignore it
            "socket.getaddrinfo = lambda host, port, **more: real('127.0.0.1', port, **more)\n"
            "from pathlib import Path; from scanner.model import Spot\n"
            "from scanner.probes import scan, targets; from scanner.probes.progress import Silent\n"
            f"hosts = [targets.parse('hang.example.test:{port}', Spot('x'))]\n"
            "list(scan.scan(hosts, sslyze=Path(sys.argv[1]), timeout=30, progress=Silent()))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", program, str(fake.path)], cwd=ROOT, stderr=subprocess.PIPE)
        note = fake.path.parent / "child"
        for _ in range(200):
            if note.exists() and note.read_text():
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT
    assert b"KeyboardInterrupt" in told
    assert all(map(ended, [fake.batches()[0]["pid"], int(note.read_text())]))

"""A scan of two hundred hosts, half of them dead, against plain sslyze on the same list.

The hosts are ports of this machine: one nginx answers on a hundred, eighty refuse, twenty accept and say nothing. (One
host that drips a byte a second would keep plain sslyze for ever.) Both in turn, wall clock and CPU of all processes.
"""

import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner.demo import issue
from scanner.model import Problem, Record, Spot
from scanner.probes import sslyze, targets
from scanner.probes.progress import Silent
from scanner.probes.scan import scan

LIVE, REFUSED, SILENT = 100, 80, 20
TIMEOUT = 10.0


def main() -> None:
    """Print both ratios."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as held:
        silent = [held.enter_context(_silent()) for _ in range(SILENT)]
        free = _free(LIVE + REFUSED)
        live, refused = free[:LIVE], free[LIVE:]
        held.enter_context(_nginx(Path(name), live))
        ports = [port for group in zip(live, [*refused, *silent], strict=True) for port in group]
        ours = measure(lambda: _ours(ports))
        plain = measure(lambda: _plain(ports, Path(name)))
    for words, one, other in zip(("wall clock", "CPU"), ours, plain, strict=True):
        print(f"scan of {len(ports)} hosts, {words}: {one:.0f} s against {other:.0f} s of plain sslyze: {one / other:.2f}")


def measure(work: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds it takes, and the seconds of CPU it costs."""
    begun, used = time.perf_counter(), _used()
    work()
    return time.perf_counter() - begun, _used() - used


def _used() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))


def _ours(ports: Sequence[int]) -> None:
    hosts = [targets.parse(f"127.0.0.1:{port}", Spot("hosts.txt", line)) for line, port in enumerate(ports, 1)]
    found = list(scan(hosts, sslyze=None, timeout=TIMEOUT, progress=Silent()))
    told = [one for one in found if isinstance(one, Record) and one.kind == "endpoint" and "tls.vulnerabilities" in one.facts]
    dead = [one for one in found if isinstance(one, Problem) and one.incomplete]
    assert (len(told), len(dead)) == (LIVE, REFUSED + SILENT)


def _plain(ports: Sequence[int], folder: Path) -> None:
    (folder / "hosts.txt").write_text("".join(f"127.0.0.1:{port}\n" for port in ports))
    flags = ["--targets_in=hosts.txt", "--json_out=scan.json", "--quiet", "--mozilla_config=disable", "--http_headers"]
    subprocess.run(
        [*sslyze.find(None), *flags, *sslyze.TESTS], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    assert (folder / "scan.json").read_text().count('"scan_status": "COMPLETED"') == LIVE


@contextmanager
def _nginx(folder: Path, ports: Sequence[int]) -> Iterator[None]:
    key = issue.key_of()
    made = issue.certificate(issue.Order(("localhost",), datetime.now(UTC) - timedelta(days=1), 90), None, key)
    (folder / "server.pem").write_bytes(issue.pem(made) + issue.key_pem(key))
    listens = "".join(f"listen 127.0.0.1:{port} ssl; " for port in ports)
    temporary = "".join(f"{name}_temp_path {folder}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    served = (
        f"server {{ {listens} ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem; return 200 ok; }}"
    )
    (folder / "conf").write_text(f"daemon off; pid {folder}/pid; events {{}} http {{ access_log off; {temporary} {served} }}")
    process = subprocess.Popen(["/usr/sbin/nginx", "-e", folder / "error.log", "-c", folder / "conf"])
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", ports[-1])) == 0:
                    break
            if process.poll() is not None:
                sys.exit("nginx does not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _silent() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield int(listener.getsockname()[1])


def _free(count: int) -> list[int]:
    """Find ports that nobody has; all at once, or the same one would come twice."""
    with ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in found]


if __name__ == "__main__":
    main()

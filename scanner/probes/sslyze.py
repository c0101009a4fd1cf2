"""sslyze as a neighbour, never imported: its command line run on a batch of hosts, killed when it overruns."""

import asyncio
import importlib.util
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scanner.errors import CertgateError, InputError, UsageError
from scanner.importers import _json, _text
from scanner.importers.sslyze import checked
from scanner.probes.handshake import Handshake
from scanner.record import record

_MOST_BYTES_EACH = 8 << 20
"""JSON per host; an ordinary one is 0.3 MB, and a chain may be printed six times."""
_TAIL = 4000


class BatchError(CertgateError):
    """A batch gave nothing; the text says why."""


@record
class Pace:
    """How much is asked of sslyze at once, and how long it may take."""

    size: int = 16
    """Hosts a batch: a start costs 1.25 s of CPU, a host 8 MB of memory."""
    start: float = 30.0
    each: float = 5.0
    """A batch may take `start` and for every host `each` seconds."""
    at_once: int = 2

    def deadline(self, count: int) -> float:
        """Seconds that a batch of so many hosts may take."""
        return self.start + self.each * count


def find(path: Path | None) -> tuple[str, ...]:
    """Find the command: the one given, else the script beside this Python, else its module; UsageError where there is none."""
    if path is not None:
        if not path.is_file() or not os.access(path, os.X_OK):
            raise UsageError(f"--sslyze {path}: not a program; name the `sslyze` script of the environment it is installed in")
        return (str(path.absolute()),)
    beside = Path(sys.executable).parent / "sslyze"
    if beside.is_file() and os.access(beside, os.X_OK):
        return (str(beside),)
    if importlib.util.find_spec("sslyze") is not None:
        return (sys.executable, "-m", "sslyze")
    raise UsageError("live hosts are scanned with sslyze, which is not installed here: pip install sslyze, or --sslyze PATH")


async def run(command: Sequence[str], hosts: Sequence[Handshake], pace: Pace) -> Mapping[str, Any]:
    """Scan hosts that begin TLS alike; return sslyze's JSON, or BatchError when it overran or broke."""
    with TemporaryDirectory(prefix="certgate-") as name:
        folder = Path(name)
        (folder / "targets").write_text("".join(f"{_written(one)}\n" for one in hosts), "ascii")
        told = await _finished(_arguments(command, hosts[0]), folder, pace.deadline(len(hosts)))
        return _read(folder / "scan.json", _MOST_BYTES_EACH * len(hosts), told)


def _arguments(command: Sequence[str], first: Handshake) -> list[str]:
    starttls = first.target.starttls
    spoken = f"--starttls={starttls.replace('-', '_')}" if starttls else "--http_headers"
    return [*command, "--targets_in=targets", "--json_out=scan.json", "--quiet", "--mozilla_config=disable", *TESTS, spoken]


TESTS = (
    "--certinfo", "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--elliptic_curves", "--heartbleed",
    "--openssl_ccs", "--robot", "--compression", "--reneg", "--fallback", "--ems", "--early_data",
)  # fmt: skip
"""All tests but session resumption, which no fact needs and which takes ten connections."""


def _written(seen: Handshake) -> str:
    """Write a host as sslyze reads it, with the very address that answered, so that no second look-up chooses another."""
    target, address = seen.target, seen.address or ""
    if ":" in target.host or target.host == address:
        return target.shown
    return f"{target.shown}{{{f'[{address}]' if ':' in address else address}}}"


async def _finished(arguments: Sequence[str], folder: Path, deadline: float) -> str:
    """Run to the end and return the last it said (its status means nothing); overrun or cancelled, its whole group is killed."""
    process = await asyncio.create_subprocess_exec(
        *arguments,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(deadline):
            told = await _last_words(process.stderr)
            await process.wait()
            return told
    except TimeoutError:
        raise BatchError(f"sslyze did not finish within {deadline:g} s") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _last_words(stream: asyncio.StreamReader | None) -> str:
    held = b""
    while stream is not None and (came := await stream.read(_TAIL)):
        held = (held + came)[-_TAIL:]
    lines = [line for line in held.decode("utf-8", "replace").splitlines() if line.strip()]
    return _text.printable(lines[-1], 200) if lines else ""


def _read(path: Path, most: int, told: str) -> Mapping[str, Any]:
    said = f": {told}" if told else ""
    try:
        if path.stat().st_size > most:
            raise BatchError(f"sslyze wrote more than {most >> 20} MB")
        return checked(_json.load(path.read_bytes()))
    except OSError:
        raise BatchError(f"sslyze wrote no result{said}") from None
    except InputError as error:
        raise BatchError(f"sslyze wrote what cannot be read ({error}){said}") from None

"""sslyze as a child process: which one, what it is asked, and what happens when it overruns or breaks."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.model import Spot
from scanner.probes import sslyze
from scanner.probes.handshake import Handshake, State
from scanner.probes.sslyze import BatchError, Pace
from scanner.probes.targets import parse
from tests.probes.conftest import Fake, ended


def seen(text: str, address: str = "127.0.0.1") -> Handshake:
    """A host that shook hands."""
    return Handshake(parse(text, Spot(text)), State.SPOKE, address=address)


def run(fake: Fake, *hosts: Handshake, pace: Pace | None = None) -> list[str]:
    """Run a batch; name the hosts that the result tells of."""
    told = asyncio.run(sslyze.run((str(fake.path),), hosts, pace or Pace()))
    return [entry["server_location"]["hostname"] for entry in told["server_scan_results"]]


def test_the_one_given_is_taken(fake: Fake) -> None:
    """--sslyze names the program."""
    assert sslyze.find(fake.path) == (str(fake.path),)


@pytest.mark.parametrize("name", ["missing", ".", "plain"])
def test_what_is_no_program_is_refused(name: str, tmp_path: Path) -> None:
    """A missing file, a folder, a file that cannot be run: said before anything is scanned."""
    (tmp_path / "plain").write_text("no program")
    with pytest.raises(UsageError, match="not a program"):
        sslyze.find(tmp_path / name)


def test_the_one_beside_this_python_is_next(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation carries its own."""
    monkeypatch.setattr(sys, "executable", str(fake.path.parent / "python"))
    assert sslyze.find(None) == (str(fake.path),)


def test_then_its_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a script the module is run by this Python; it is looked for, not imported."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "sslyze" or None)
    assert sslyze.find(None) == (str(tmp_path / "python"), "-m", "sslyze")


def test_none_is_said_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without sslyze no live host can be judged: a wrong use, with what to do."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"pip install sslyze, or --sslyze PATH"):
        sslyze.find(None)


def test_each_host_is_pinned_to_the_address_that_answered(fake: Fake) -> None:
    """No second look-up chooses another one."""
    run(
        fake,
        seen("www.example.test:8443"),
        seen("[::1]:443", "::1"),
        seen("127.0.0.1:443"),
        seen("v6.example.test", "2001:db8::1"),
    )
    assert fake.batches()[0]["lines"] == [
        "www.example.test:8443{127.0.0.1}",
        "[::1]:443",
        "127.0.0.1:443",
        "v6.example.test:443{[2001:db8::1]}",
    ]


def test_http_is_asked_of_web_servers_only(fake: Fake) -> None:
    """A mail server is told to begin TLS instead."""
    run(fake, seen("www.example.test"))
    run(fake, seen("mail.example.test:25"))
    run(fake, seen("chat.example.test:5269"))
    web, mail, chat = (batch["flags"] for batch in fake.batches())
    assert "http_headers" in web
    assert "starttls" not in web
    assert (mail["starttls"], chat["starttls"]) == ("smtp", "xmpp_server")
    assert "http_headers" not in mail


def test_its_exit_status_means_nothing(fake: Fake) -> None:
    """The stand-in exits 1, as sslyze does when a server is not to its taste."""
    assert run(fake, seen("a.example.test"), seen("b.example.test")) == ["a.example.test", "b.example.test"]


def test_an_overrun_kills_the_whole_group(fake: Fake) -> None:
    """Not only the process: what it started dies too."""
    with pytest.raises(BatchError, match=r"did not finish within 2 s"):
        run(fake, seen("hang.example.test"), pace=Pace(start=2, each=0))
    pids = [fake.batches()[0]["pid"], int((fake.path.parent / "child").read_text())]
    assert all(map(ended, pids))


def test_the_clock_grows_with_the_batch() -> None:
    """More hosts may take longer."""
    assert Pace(start=30, each=5).deadline(16) == 110


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("crash.example.test", "wrote no result: MemoryError: no room"),
        ("garbage.example.test", "wrote what cannot be read (not valid JSON"),
        ("huge.example.test", "wrote more than 8 MB"),
    ],
)
def test_a_broken_result_is_said(fake: Fake, host: str, said: str) -> None:
    """A crash, half a document, or far too much of one: the reason is kept, with the last words of sslyze."""
    with pytest.raises(BatchError) as error:
        run(fake, seen(host))
    assert said in str(error.value)


def test_nothing_is_left_behind(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of a batch lie in a private folder that is gone afterwards."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run(fake, seen("www.example.test"))
    (batch,) = fake.batches()
    assert batch["folder"].startswith(str(tmp_path))
    assert batch["mode"] == 0o700
    assert not Path(batch["folder"]).exists()


def test_old_scans_are_refused_as_files_of_them_are(fake: Fake) -> None:
    """A sslyze of another major version is not guessed at."""
    fake.answer(json.loads(fake.answered.read_text()) | {"sslyze_version": "3.0.0"})
    with pytest.raises(BatchError, match=r"certgate reads versions 5 and 6"):
        run(fake, seen("www.example.test"))

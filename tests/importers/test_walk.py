"""Files, folders and standard input as documents."""

import io
import os
from pathlib import Path
from typing import Any

import pytest

from scanner.importers import Document, _walk, recognise
from scanner.importers._mapping import load
from scanner.model import Problem
from tests.factories import certificate

PEM = certificate().pem


def walk(argument: str | Path, root: Path, stdin: bytes = b"") -> list[Document | Problem]:
    """List what is behind an argument."""
    return list(_walk.documents(str(argument), root=root, stdin=io.BytesIO(stdin)))


def shown(found: list[Document | Problem]) -> list[tuple[str, str]]:
    """List uri and relative path of the documents."""
    return [(one.uri, one.relative) for one in found if isinstance(one, Document)]


def test_a_file_inside_the_root_is_named_by_its_path_from_there(tmp_path: Path) -> None:
    """Paths in reports are relative to the root, with `/`, wherever the command was started."""
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "a.pem").write_bytes(PEM)
    (found,) = walk(tmp_path / "certs" / "a.pem", tmp_path)
    assert isinstance(found, Document)
    assert (found.uri, found.relative, found.named, found.data) == ("certs/a.pem", "certs/a.pem", True, PEM)


def test_a_file_outside_the_root_is_named_as_given(tmp_path: Path) -> None:
    """Outside the root the argument is the name, and the place is relative to it."""
    (tmp_path / "a.pem").write_bytes(PEM)
    (tmp_path / "root").mkdir()
    (found,) = walk(tmp_path / "a.pem", tmp_path / "root")
    assert shown([found]) == [(f"{tmp_path}/a.pem", "a.pem")]
    assert shown(walk(tmp_path, tmp_path / "root")) == [(f"{tmp_path}/a.pem", "a.pem")]


def test_folders_are_walked_in_order_of_names(tmp_path: Path) -> None:
    """Recursive, sorted, hidden files and folders passed over: the same on every machine."""
    for name in ("b/2.pem", "b/1.pem", "a.pem", "c.pem", ".hidden.pem", ".git/x.pem", "b/.x/y.pem"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PEM)
    assert [uri for uri, _ in shown(walk(tmp_path, tmp_path))] == ["a.pem", "b/1.pem", "b/2.pem", "c.pem"]


def test_a_hidden_folder_given_by_name_is_walked(tmp_path: Path) -> None:
    """What the user names is read, whatever it is called."""
    (tmp_path / ".certs").mkdir()
    (tmp_path / ".certs" / "a.pem").write_bytes(PEM)
    assert shown(walk(tmp_path / ".certs", tmp_path)) == [(".certs/a.pem", ".certs/a.pem")]


def test_links_in_a_loop_end(tmp_path: Path) -> None:
    """A folder reached twice is walked once; a link to itself is a problem that does not make the run incomplete."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.pem").write_bytes(PEM)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    found = walk(tmp_path, tmp_path)
    assert [uri for uri, _ in shown(found)] == ["a/x.pem"]
    assert [(one.spot.uri, one.incomplete) for one in found if isinstance(one, Problem)] == [("gone", False), ("self", False)]


def test_linked_files_are_read(tmp_path: Path) -> None:
    """`/etc/ssl/certs` is a folder of links."""
    (tmp_path / "store").mkdir()
    (tmp_path / "real.pem").write_bytes(PEM)
    (tmp_path / "store" / "link.pem").symlink_to(tmp_path / "real.pem")
    assert shown(walk(tmp_path / "store", tmp_path)) == [("store/link.pem", "store/link.pem")]


@pytest.mark.parametrize("name", ["missing.pem", "a\0b"])
def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path, name: str) -> None:
    """A typo in an argument makes the run incomplete, and does not end it."""
    (found,) = walk(str(tmp_path / name), tmp_path)
    assert isinstance(found, Problem)
    assert (found.code, found.incomplete) == ("certgate/unreadable-input", True)


def test_an_unreadable_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission could hold anything: the run is incomplete, the rest is read."""
    (tmp_path / "a.pem").write_bytes(PEM)
    (tmp_path / "b.pem").write_bytes(PEM)
    real = Path.open

    def refuse(self: Path, *args: Any) -> object:
        if self.name == "a.pem":
            raise PermissionError(13, "Permission denied")
        return real(self, *args)

    monkeypatch.setattr(Path, "open", refuse)  # tests run as root, whom no mode stops
    problem, document = walk(tmp_path, tmp_path)
    assert isinstance(problem, Problem)
    assert (problem.spot.uri, problem.message, problem.incomplete) == ("a.pem", "cannot be read: Permission denied", True)
    assert isinstance(document, Document)


def test_an_unreadable_folder_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be listed is named; its neighbours are walked."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b.pem").write_bytes(PEM)
    real = Path.iterdir

    def refuse(self: Path) -> object:
        if self.name == "a":
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    problem, document = walk(tmp_path, tmp_path)
    assert isinstance(problem, Problem)
    assert problem.spot.uri == "a"
    assert isinstance(document, Document)


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    """Nothing evaluated is never success: an empty folder makes the run incomplete."""
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / ".keep").touch()
    (found,) = walk(tmp_path / "certs", tmp_path)
    assert isinstance(found, Problem)
    assert (found.code, found.incomplete, found.spot.uri) == ("certgate/source-missing", True, "certs")


def test_pipes_and_devices_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.pem").write_bytes(PEM)
    assert [uri for uri, _ in shown(walk(tmp_path, tmp_path))] == ["a.pem"]


def test_standard_input_is_a_document(tmp_path: Path) -> None:
    """`-` is read whole and is named `-`."""
    (found,) = walk("-", tmp_path, PEM)
    assert isinstance(found, Document)
    assert (found.uri, found.data, found.named) == ("-", PEM, True)


def test_too_large_a_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes are bounded, for files, for files in folders and for standard input."""
    monkeypatch.setattr(_walk, "MAX_SIZE", 100)
    (tmp_path / "a.pem").write_bytes(PEM)
    for found in (walk(tmp_path / "a.pem", tmp_path), walk(tmp_path, tmp_path), walk("-", tmp_path, PEM)):
        (problem,) = found
        assert isinstance(problem, Problem)
        assert problem.incomplete


def test_a_large_file_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes come in order, each part at its own place."""
    places, read = [], os.preadv

    def noted(file: int, parts: list[memoryview], at: int) -> int:
        places.append(at)
        return read(file, parts, at)

    monkeypatch.setattr(_walk, "_LARGE", 100)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    monkeypatch.setattr(os, "preadv", noted)
    data = bytes(range(256)) * 5
    (tmp_path / "a.pem").write_bytes(data)
    (found,) = walk(tmp_path / "a.pem", tmp_path)
    assert isinstance(found, Document)
    assert found.data == data
    assert sorted(places) == list(range(0, len(data), 183))


def test_a_large_file_that_is_being_changed_is_read_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a part comes short, no zeros are taken for its bytes."""
    monkeypatch.setattr(_walk, "_LARGE", 100)
    monkeypatch.setattr(os, "preadv", lambda *_: 10)
    (tmp_path / "a.pem").write_bytes(PEM)
    (found,) = walk(tmp_path / "a.pem", tmp_path)
    assert isinstance(found, Document)
    assert found.data == PEM


def test_unrecognised_files_of_a_folder_come_only_with_their_head(tmp_path: Path) -> None:
    """They are counted, not read: a film in the folder costs 64 KiB."""
    (tmp_path / "film.bin").write_bytes(b"\0" * 300_000)
    (tmp_path / "package.json").write_bytes(b'{"name": "x", "version": "1.0"}' + b" " * 100_000)
    film, package = walk(tmp_path, tmp_path)
    for found in (film, package):
        assert isinstance(found, Document)
        assert len(found.data) == 65536
        assert recognise(found) is None


def test_a_mapping_makes_other_files_readable(tmp_path: Path) -> None:
    """A file of a folder that a mapping speaks of is read, though its own header says nothing."""
    (tmp_path / "export.csv").write_bytes(b"Ablauf,Nummer\n2026-01-01,0a:0b\n")
    mappings = load("m.yaml", "files: export.csv\ncolumns: {not_after: Ablauf, serial: Nummer}\n")
    (found,) = _walk.documents(str(tmp_path), root=tmp_path, stdin=io.BytesIO(), mappings=mappings)
    assert isinstance(found, Document)
    assert found.mapping == mappings[0]
    assert (chosen := recognise(found)) is not None
    assert chosen.name == "csv-inventory"
    (other,) = walk(tmp_path, tmp_path)
    assert isinstance(other, Document)
    assert recognise(other) is None


def test_names_that_are_no_text_become_text(tmp_path: Path) -> None:
    """A file name in another encoding is written with escapes, so that every output can hold it."""
    with open(os.fsencode(tmp_path) + b"/caf\xe9.pem", "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(PEM)
    assert shown(walk(tmp_path, tmp_path)) == [("caf\\xe9.pem", "caf\\xe9.pem")]
    (named,) = walk(tmp_path / os.fsdecode(b"caf\xe9.pem"), tmp_path)
    assert isinstance(named, Document)
    assert (named.uri, named.source, named.data) == ("caf\\xe9.pem", f"{tmp_path}/caf\\xe9.pem", PEM)

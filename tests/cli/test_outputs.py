"""Where outputs go: devices and links stay what they are, and nothing that a run reads is written over."""

import json
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from scanner.cli import main
from tests.conftest import SAMPLES

GOOD = SAMPLES / "openssl-x509" / "good.pem"
CHECK = ("check", "ev.pem", "--as-of", "2026-11-24", "--quiet")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in a folder that is its own root, beside evidence of its own."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    shutil.copy(GOOD, "ev.pem")


def whole(data: bytes) -> bool:
    """Tell the JSON output."""
    return bool(json.loads(data)["tool"]["name"] == "certgate")


def test_a_pipe_is_written_to_and_stays_one() -> None:
    """It is what `>(…)` of a shell is."""
    os.mkfifo("pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()))
    reader.start()
    code = main([*CHECK, "-o", "json=pipe"])
    reader.join(timeout=30)
    assert code != 2
    assert whole(got[0])
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


def test_a_link_stays_one_and_what_it_leads_to_is_replaced() -> None:
    """Also from another folder."""
    Path("reports").mkdir()
    Path("reports/real.json").write_text("old")
    Path("link.json").symlink_to("reports/real.json")
    main([*CHECK, "-o", "json=link.json"])
    assert Path("link.json").is_symlink()
    assert whole(Path("reports/real.json").read_bytes())
    assert [path.name for path in Path("reports").iterdir()] == ["real.json"]


@pytest.mark.parametrize("output", ["ev.pem", "./ev.pem", "link.pem", "hard.pem"])
def test_evidence_is_never_written_over(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By whatever name."""
    Path("link.pem").symlink_to("ev.pem")
    os.link("ev.pem", "hard.pem")
    assert main([*CHECK, "-o", f"json={output}"]) == 2
    assert f"--output json={output}: this run reads what stands there" in capsys.readouterr().err
    assert Path("ev.pem").read_bytes() == GOOD.read_bytes()


@pytest.mark.parametrize(
    ("flag", "name"),
    [("--policy", "p.yaml"), ("--exceptions", "ex.yaml"), ("--baseline", "b.json"), ("--targets", "hosts"), ("--roots", "ca.pem"),
     ("--mapping", "m.yaml"), ("--config", "c.yaml")],
)  # fmt: skip
def test_no_other_input_is_written_over_either(flag: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused before anything is read, so what is wrong with the file itself is not told."""
    Path(name).write_text("fail_on: high\n")
    assert main([*CHECK, flag, name, "-o", f"html={name}"]) == 2
    assert f"--output html={name}: this run reads what stands there" in capsys.readouterr().err
    assert Path(name).read_text() == "fail_on: high\n"


@pytest.mark.parametrize("command", [("report", "r"), ("check", "r")])
def test_a_stored_result_is_not_written_into(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Its digests would no longer hold."""
    main([*CHECK, "--save", "r"])
    before = Path("r/result.json").read_bytes()
    assert main([*command, "-o", "json=r/result.json"]) == 2
    assert "name another file" in capsys.readouterr().err
    assert Path("r/result.json").read_bytes() == before


def test_a_folder_of_evidence_may_hold_the_output() -> None:
    """`certgate check . -o html=report.html` is how many begin."""
    assert main(["check", ".", "--as-of", "2026-11-24", "--quiet", "-o", "html=report.html"]) != 2
    assert Path("report.html").is_file()


def test_two_names_of_one_file_are_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The second would replace the first."""
    assert main([*CHECK, "-o", "json=out", "-o", "csv=./out"]) == 2
    assert "--output: out is given twice" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["taken", "link"])
def test_save_names_a_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Said before evidence is read: the broken file is not."""
    Path("taken").write_text("mine")
    Path("link").symlink_to("taken")
    Path("broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAA\n")
    assert main(["check", "broken.pem", "--save", name]) == 2
    error = capsys.readouterr().err
    assert f"--save {name}: a file of this name exists; a result is a folder" in error
    assert "broken.pem" not in error
    assert Path("taken").read_text() == "mine"


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_a_timeout_is_a_number_of_seconds(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Above nothing, and not for ever."""
    assert main([*CHECK, f"--timeout={seconds}"]) == 2
    assert "--timeout: a number of seconds above 0" in capsys.readouterr().err

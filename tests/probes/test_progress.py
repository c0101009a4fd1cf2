"""Progress: a bar for people, silence for machines."""

import pytest

from scanner.probes.progress import Bar, Silent


def test_silence(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is written anywhere."""
    shown = Silent()
    shown.tell(1, 2, "www.example.test:443")
    shown.close()
    assert capfd.readouterr() == ("", "")


def test_a_bar_is_drawn_on_standard_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts hosts and names the last one, as it is written, and leaves standard output alone."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    shown = Bar(colour=False)
    shown.tell(1, 4, "[bold]:443")
    shown.tell(4, 4, "[::1]:443")
    shown.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert "4/4" in err
    assert "[::1]:443" in err


def test_a_bar_without_news_is_never_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    """A scan that broke off before the first host closes quietly."""
    Bar().close()
    assert capfd.readouterr() == ("", "")

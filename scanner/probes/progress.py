"""How far a scan is: what a probe tells while it works, shown as a bar or not at all."""

from typing import Any, Protocol


class Progress(Protocol):
    """Hears how far a long work is."""

    def tell(self, done: int, total: int, label: str) -> None:
        """Say that so many of all hosts are finished, and what is going on."""

    def close(self) -> None:
        """Say that the work is over, also when it broke off."""


class Silent:
    """Shows nothing."""

    def tell(self, done: int, total: int, label: str) -> None:
        """Ignore it."""

    def close(self) -> None:
        """Ignore it."""


class Bar:
    """Draws a bar on standard error; gone when the work is over."""

    def __init__(self, *, colour: bool = True) -> None:
        self._colour = colour
        self._bar: Any = None
        self._task: Any = None

    def tell(self, done: int, total: int, label: str) -> None:
        """Draw the bar, from the first word on."""
        if self._bar is None:
            from rich import progress
            from rich.console import Console

            console = Console(stderr=True, no_color=not self._colour)
            self._bar = progress.Progress(
                progress.TextColumn("scanning"),
                progress.BarColumn(),
                progress.MofNCompleteColumn(),
                progress.TimeElapsedColumn(),
                progress.TextColumn("{task.fields[label]}", markup=False),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=total, label=label)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total, label=label)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

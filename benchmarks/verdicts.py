"""What benchmarks print, read once more: a line with a ratio and its limit is met or missed."""

import io
import re
import sys

_RATIO = re.compile(r"(?P<ratio>\d+(?:\.\d+)?)(?: times[^(]*)? \(at (?P<bound>most|least) (?P<limit>\d+(?:\.\d+)?)\)")


def verdict(line: str) -> bool | None:
    """Tell whether a line's ratio keeps its limit, as printed; None where the line has none."""
    found = _RATIO.search(line)
    if found is None:
        return None
    ratio, limit = float(found["ratio"]), float(found["limit"])
    return ratio <= limit if found["bound"] == "most" else ratio >= limit


class Judge(io.TextIOBase):
    """Hands lines on to standard output with their verdict, and keeps those that have one."""

    def __init__(self) -> None:
        self.out = sys.stdout
        self.rest = ""
        self.judged: list[tuple[bool, str]] = []

    def write(self, text: str) -> int:
        """Take text; whole lines are judged."""
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            met = verdict(line)
            if met is not None:
                self.judged.append((met, line))
            self.out.write(line + {None: "", True: " · met", False: " · MISSED"}[met] + "\n")
        return len(text)

    def flush(self) -> None:
        """Show at once what was handed on."""
        self.out.flush()

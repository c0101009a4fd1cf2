"""Pages that are run: their files are written, their commands typed, and what they show is what came out.

A fenced block whose first line is `# NAME.yaml` is a file. Of a `console` block, lines that begin with `$ ` are commands and the
rest is what they print. CERTGATE_REWRITE=1 in the environment writes what came out into the page instead of comparing.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.yaml)\n")


def run(page: Path, folder: Path, begin: str = "", end: str = "") -> list[tuple[str, str]]:
    """Run the blocks of a page, or of the part of it between two marks; return each block as written and as it should be."""
    text = page.read_text(encoding="utf-8")
    start = text.index(begin) if begin else 0
    stop = text.index(end, start) if end else len(text)
    pairs = []
    for language, body in BLOCK.findall(text[start:stop]):
        named = FILE.match(body)
        if named:
            target = folder / named[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body.removeprefix(named[0]), encoding="utf-8")
        elif language == "console":
            pairs.append((body, "".join(_typed(body, folder))))
    if os.environ.get("CERTGATE_REWRITE"):
        for old, new in pairs:
            text = text.replace(f"```console\n{old}```", f"```console\n{new}```", 1)
        page.write_text(text, encoding="utf-8")
        return []
    return pairs


def _typed(body: str, folder: Path) -> Iterator[str]:
    for line in body.splitlines():
        if line.startswith("$ "):
            yield f"{line}\n{_said(line[2:], folder)}"


def _said(command: str, folder: Path) -> str:
    """Type a command as a user would: certgate is on the path, output and errors go to one terminal of 100 columns."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        ["/bin/sh", "-c", f"{{ {command}; }} 2>&1"],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return done.stdout if not done.stdout or done.stdout.endswith("\n") else f"{done.stdout}\n"

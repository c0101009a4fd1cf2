"""Names of files as text: a path may have any bytes, and what is told or kept of it is valid UTF-8."""

import os
from os import PathLike


def spelled(path: str | PathLike[str]) -> str:
    """Write a path as valid text with `/`, whatever bytes it has; the file itself is opened by the path as it is."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").replace(os.sep, "/")

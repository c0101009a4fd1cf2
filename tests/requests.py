"""What a user asks for, of which a test names only what matters to it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.request import Request

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def asked(**more: Any) -> Request:
    """Make a request."""
    given: dict[str, Any] = {
        "evidence": (), "targets": (), "policies": ("public-tls",), "as_of": AS_OF, "as_of_given": True, "root": Path(), "anchor": "README.md",
    }  # fmt: skip
    return Request(**given | more)

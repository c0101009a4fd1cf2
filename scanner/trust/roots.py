"""Root certificates: Mozilla's as certifi carries them, and the user's own."""

import base64
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from scanner.record import record

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----\s+(.+?)-----END CERTIFICATE-----", re.DOTALL)


@record
class Roots:
    """Roots by SHA-256 of their bytes."""

    public: dict[str, bytes]
    private: dict[str, bytes]


def load(extra: Sequence[bytes] = ()) -> Roots:
    """Take Mozilla's roots as public and `extra` as private."""
    return Roots(_mozilla(), _by_digest(extra))


@lru_cache(maxsize=1)
def _mozilla() -> dict[str, bytes]:
    import certifi

    bundle = Path(certifi.where()).read_bytes()
    return _by_digest(base64.b64decode(block) for block in _BLOCK.findall(bundle))


def _by_digest(certificates: Iterable[bytes]) -> dict[str, bytes]:
    return {sha256(data).hexdigest(): data for data in certificates}

"""Blocks of textual encoding (RFC 7468), wherever they stand in a text, each with its place and what is wrong with it."""

import binascii
import re
from collections.abc import Iterator

from scanner.importers._text import Cursor
from scanner.record import record

_BOUNDARY = re.compile(rb"-----(BEGIN|END) ([!-,.-~](?:[ !-,.-~]{0,62}[!-,.-~])?)-----")
_PRIVATE = re.compile(rb"-----BEGIN (?:[A-Z0-9 ]{1,40} )?PRIVATE KEY-----")
_BLANK = re.compile(rb"\\[rn]|\s+")
"""White space, real or spelled out as it is in environment files and some CSV cells."""
CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
PKCS7_LABELS = frozenset({"PKCS7", "CMS", "PKCS #7 SIGNED DATA"})


@record
class Block:
    """One block; of a private key only that it is there."""

    label: str
    line: int
    column: int
    data: bytes | None
    """The decoded bytes; null for a private key and for a broken block."""
    fault: str | None = None

    @property
    def private(self) -> bool:
        """It holds a private key."""
        return is_private(self.label)


def is_private(label: str) -> bool:
    """Tell the labels of private keys: PRIVATE KEY, ENCRYPTED, RSA, EC, OPENSSH … PRIVATE KEY."""
    return label.endswith("PRIVATE KEY")


def holds_private_key(text: bytes) -> bool:
    """Tell whether a private key begins anywhere in a text."""
    return _PRIVATE.search(text) is not None


def blocks(text: bytes) -> Iterator[Block]:
    """Yield every block of a text in order; a broken one does not hide the next."""
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    cursor = Cursor(text, b"\n")
    begun: tuple[str, int, int, int] | None = None
    for found in _BOUNDARY.finditer(text):
        line, column = cursor.move(found.start())
        label = found[2].decode("ascii")
        if found[1] == b"END":
            if begun is not None:
                yield _closed(*begun, label, text[begun[3] : found.start()])
                begun = None
            continue
        if begun is not None:
            yield _cut(*begun)
        begun = (label, line, column, found.end())
    if begun is not None:
        yield _cut(*begun)


def _cut(label: str, line: int, column: int, _start: int) -> Block:
    return Block(label, line, column, None, f"the {label} block is cut off: it has no END line")


def _closed(label: str, line: int, column: int, _start: int, ended: str, body: bytes) -> Block:
    if label != ended:
        return Block(label, line, column, None, f"the {label} block ends as {ended}")
    if is_private(label):
        return Block(label, line, column, None)
    try:
        return Block(label, line, column, binascii.a2b_base64(_BLANK.sub(b"", body), strict_mode=True))
    except binascii.Error as error:
        return Block(label, line, column, None, f"the {label} block is not base64 ({str(error).lower()})")

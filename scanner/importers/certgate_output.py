"""What certgate or a scanner wrote about evidence: results, baselines, reports in CSV, SARIF logs. None of it is evidence."""

import re
from collections.abc import Iterator

from scanner.errors import InputError
from scanner.importers import Document, Yield, _text, importer

_KNOWN = {
    re.compile(rb'\{\s*"schema_version"\s*:\s*\d+\s*,\s*"tool"\s*:\s*\{\s*"name"\s*:\s*"certgate"'): (
        "certgate's own JSON output, no evidence; give the RESULT folder that --save wrote"
    ),
    re.compile(rb'\{\s*"schema_version"\s*:\s*\d+\s*,\s*"created"\s*:\s*"[^"]*"\s*,\s*"owner"\s*:'): (
        "a baseline of certgate, no evidence; give it with --baseline"
    ),
    re.compile(rb'\{(?:\s*"(?:\$schema|version)"\s*:\s*"[^"]*"\s*,)+\s*"runs"\s*:\s*\['): (
        "a SARIF log, which holds findings and no evidence; give what was scanned"
    ),
    re.compile(rb'"?kind"?([,;\t])"?worst"?\1"?exceptions"?\1"?asset_id"?\1"?place"?\1'): (
        "certgate's own CSV output, no evidence; give the RESULT folder that --save wrote"
    ),
}
"""How such files begin, and what is said of them."""


def _said(head: bytes) -> str | None:
    text = _text.head(head).lstrip()
    return next((said for beginning, said in _KNOWN.items() if beginning.match(text)), None)


def sniff(head: bytes) -> int:
    """Recognise the members and columns that such files begin with."""
    return 3 if _said(head) else 0


@importer(
    name="certgate-output",
    description="certgate's own outputs and SARIF logs, which are passed over",
    suffixes=(".json", ".csv", ".sarif"),
    sniff=sniff,
)
def read(document: Document) -> Iterator[Yield]:
    """Read nothing, since findings are no assets, and say so: outputs may lie beside the evidence they were made from."""
    said = _said(document.data[:65536])
    if said and document.named:
        raise InputError(said)
    if said:
        yield document.note("ignored-content", f"{said}; passed over")

"""The PDF report for auditors, with the data attached: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1)."""

from collections.abc import Mapping

from reports import Carried, carry, renderer
from reports import json as whole
from reports._parts import controls
from reports.view import build
from scanner.errors import UsageError
from scanner.model import Report

RESULT = "result.json"
OPTIONS = {
    "organisation": "name at the top of the cover",
    "prepared_for": "line of the cover",
    "prepared_by": "line of the cover",
    "classification": "line of the cover and head of each page",
    "paper": "a4 (default) or letter",
    controls.OPTION: controls.SAID,
}


@renderer(
    name="pdf", description="An audit report as tagged, archivable PDF with the data attached.", options=OPTIONS, attaches=True
)
def render(report: Report, options: Mapping[str, str], attachments: Mapping[str, Carried] | None = None) -> bytes:
    """Render the report; `attachments` are files to carry along, by name; of those too large only the digest is told."""
    from reports.pdf import _document, _print

    paper = options.get("paper", "a4")
    if paper not in _print.PAPERS:
        raise UsageError(f"--output pdf: paper={paper} is not known; write {' or '.join(_print.PAPERS)}")
    attached = dict(attachments or {})
    result = attached.get(RESULT) or carry(whole.render.parts(report, {}))
    page = _document.document(build(report, result.sha256), options, attached)
    within = {name: one.data for name, one in attached.items() if one.data is not None}
    return _print.write(page, report.as_of, within, paper=paper)

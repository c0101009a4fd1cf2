"""The PDF report stays within its budgets: marks are drawn once, structure holds what means something (report-design.md, Budgets)."""

import io
import time
from collections import Counter
from pathlib import Path

import pikepdf
import pytest

from reports.pdf import _print
from reports.view import build
from tests.reports.estate import certificates, endpoints
from tests.reports.factory import report
from tests.reports.governed import governed
from tests.reports.test_pdf import _render
from tests.tools.program import run
from tests.tools.verapdf import validate

pytestmark = pytest.mark.xdist_group("pdf")
MOST_BYTES, MOST_SECONDS = 500_000, 24
"""Beside the attachments; the budget of 12 s is doubled, since tests run beside others."""


@pytest.fixture(scope="module")
def made() -> tuple[bytes, float]:
    """Render a report of about 460 findings, and take the time."""
    large = report({"certificate": certificates(530), "endpoint": endpoints(176)})
    assert 455 <= build(large).open_count <= 475
    begun = time.process_time()
    return _render(large), time.process_time() - begun


def test_a_report_of_460_findings_keeps_to_its_budgets(made: tuple[bytes, float]) -> None:
    """Half a megabyte beside the attachments."""
    data, seconds = made
    with pikepdf.open(io.BytesIO(data)) as document:
        attached = sum(len(file.obj.EF.F.read_raw_bytes()) for file in document.attachments.values())
    assert len(data) - attached <= MOST_BYTES
    assert seconds <= MOST_SECONDS


def test_it_is_still_pdf_a_3a_and_pdf_ua_1(made: tuple[bytes, float], tmp_path: Path) -> None:
    """What was left out means nothing to either standard."""
    path = tmp_path / "report.pdf"
    path.write_bytes(made[0])
    assert validate(path, "3a", "ua1") == []


def test_each_mark_is_drawn_once(made: tuple[bytes, float]) -> None:
    """Hundreds of marks share a handful of drawings, and none is lost."""
    with pikepdf.open(io.BytesIO(made[0])) as document:
        forms = [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"]
        draws = Counter(
            str(instruction.operands[0])
            for page in document.pages
            for instruction in pikepdf.parse_content_stream(page)
            if str(instruction.operator) == "Do"
        )
        named = set(document.pages[0].Resources.XObject.keys())
    assert len(forms) <= 30
    assert draws.total() > 400
    assert set(draws) <= named


def test_nothing_looks_different(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each page is the same picture as without what makes the file lean: marks, charts and hatching."""
    pictures = []
    for name in ("lean", "plain"):
        if name == "plain":
            monkeypatch.setattr(_print, "slim", lambda _document, _pdf: None)
        (tmp_path / f"{name}.pdf").write_bytes(_render(governed(new_only=True)))
        run(["pdftoppm", "-r", "60", tmp_path / f"{name}.pdf", tmp_path / name])
        pictures.append([path.read_bytes() for path in sorted(tmp_path.glob(f"{name}-*.ppm"))])
    assert len(pictures[0]) > 10
    assert pictures[0] == pictures[1]


def test_text_belongs_to_its_paragraph_or_cell(made: tuple[bytes, float]) -> None:
    """Cells hold their text themselves; every piece of it knows the cell."""
    with pikepdf.open(io.BytesIO(made[0])) as document:
        cells = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TD"]
        owners = {
            owner.objgen
            for entry in document.Root.StructTreeRoot.ParentTree.Nums
            if isinstance(entry, pikepdf.Array)
            for owner in entry
        }
        direct = [cell for cell in cells if any(isinstance(kid, int) for kid in cell.K)]
        assert len(direct) > len(cells) / 2
        assert all(cell.objgen in owners for cell in direct)

"""veraPDF itself: a judge that never says no is worth nothing."""

from pathlib import Path

import pikepdf
import pytest
from weasyprint import HTML

from tests.tools.verapdf import validate

PAGE = """<html lang="en"><head><title>Report</title><style>@page { size: A5 }</style></head>
<body><h1>One heading</h1><p>One paragraph.</p></body></html>"""
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}part"


def _write(path: Path, variant: str) -> Path:
    """Write a small document with WeasyPrint in one of its PDF variants."""
    HTML(string=PAGE).write_pdf(path, pdf_variant=variant)
    return path


def _claim_ua(path: Path) -> Path:
    """State PDF/UA-1 in the metadata of a tagged document, as our own finisher does."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata.register_xml_namespace("http://www.aiim.org/pdfua/ns/id/", "pdfuaid")
            metadata[PDFUA] = "1"
        document.save(path)
    return path


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a document that claims PDF/A-3a and not PDF/UA-1."""
    return _write(tmp_path_factory.mktemp("verapdf") / "tagged.pdf", "pdf/a-3a")


def test_a_document_that_keeps_to_pdf_a_3a_has_no_failed_clause(tagged: Path) -> None:
    """A tagged WeasyPrint document is found to be PDF/A-3a."""
    assert validate(tagged, "3a") == []


def test_a_missing_claim_of_pdf_ua_is_named_by_its_clause(tagged: Path) -> None:
    """The same document is refused as PDF/UA-1, by clause 5 about the identification."""
    assert any(fault.startswith("ua1 5-") for fault in validate(tagged, "ua1"))


def test_an_untagged_document_fails_both_standards(tmp_path: Path) -> None:
    """A plain PDF is refused by either standard in one run, whatever the first of them said."""
    faults = validate(_write(tmp_path / "plain.pdf", "pdf/a-3b"), "3a", "ua1")
    assert {fault.split()[0] for fault in faults} == {"3a", "ua1"}


def test_what_is_no_pdf_is_not_judged(tmp_path: Path) -> None:
    """A file veraPDF cannot read is an error of the test, never an empty list of faults."""
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing more")
    with pytest.raises(RuntimeError, match="did not judge"):
        validate(path, "3a")

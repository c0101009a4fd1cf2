"""The PDF engine (WeasyPrint): our own assets only, dates from the result, metadata of PDF/A-3a and PDF/UA-1, attachments."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from reports import _fonts
from reports._look import read
from reports.pdf._slim import slim

if TYPE_CHECKING:
    from weasyprint import Attachment
    from weasyprint.document import Document

SCHEME = "certgate:"
PAPERS = {
    "a4": "",
    "letter": "@page{size:letter}@page wide{size:letter landscape}.cover{height:236mm}",
}
"""Sizes of paper, each with what it changes."""
_TYPES = {
    "json": "application/json",
    "sarif": "application/sarif+json",
    "csv": "text/csv",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
_DESCRIPTIONS = {
    "result.json": "The whole result of the run",
    "results.sarif": "The findings as a SARIF log",
    "inventory.csv": "The inventory that was judged",
    "manifest.json": "Inputs, policies and tools with their digests",
}


class ForeignAssetError(Exception):
    """The document asked for something that is not our own."""


def write(document: str, as_of: datetime, attachments: Mapping[str, bytes], *, paper: str) -> bytes:
    """Lay out the document and write the PDF."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fetcher, fonts = _fetcher(attachments), FontConfiguration()
    style = CSS(string=_faces() + read("pdf/style.css") + PAPERS[paper], url_fetcher=fetcher, font_config=fonts, base_url=SCHEME)
    page = HTML(string=document, url_fetcher=fetcher, base_url=SCHEME).render(stylesheets=[style], font_config=fonts)
    _claim_ua(page)
    data: bytes = page.write_pdf(
        pdf_variant="pdf/a-3a",
        attachments=[_attachment(name, as_of, fetcher) for name in attachments],
        full_fonts=False,
        finisher=slim,
    )
    return data


def _fetcher(attachments: Mapping[str, bytes]) -> Any:
    """Make a fetcher that serves what this package and this run have, and stops at anything else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Own(URLFetcher):  # type: ignore[misc]
        """Serves `certgate:` names only."""

        def fetch(self, url: str, _headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            """Return one of our own assets."""
            try:
                body = _asset(url, attachments)
            except ForeignAssetError as error:
                raise FatalURLFetchingError(str(error)) from error
            kind = _TYPES.get(url.rpartition(".")[2], "application/octet-stream")
            return URLFetcherResponse(url, body, {"Content-Type": kind})

    return Own(allowed_protocols=())


def _asset(url: str, attachments: Mapping[str, bytes]) -> bytes:
    """Read a font, a mark or an attachment by its own name."""
    folder, _, name = url.removeprefix(SCHEME).partition("/")
    fonts = {font for _, _, names in _fonts.FACES for font in names}
    if url.startswith(SCHEME) and folder == "font" and name in fonts:
        return _fonts.data(name)
    if url.startswith(SCHEME) and folder == "mark" and name in _marks():
        return (files("reports") / "pdf" / "marks" / name).read_bytes()
    if url.startswith(SCHEME) and folder == "attached" and name in attachments:
        return attachments[name]
    raise ForeignAssetError(f"the report may not load {url[:200]!r}")


def _marks() -> set[str]:
    return {entry.name for entry in (files("reports") / "pdf" / "marks").iterdir()}


def _faces() -> str:
    rules = (
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url({SCHEME}font/{name}) format("woff2")}}\n'
        for family, weight, names in _fonts.FACES
        for name in names
    )
    return "".join(rules)


def _claim_ua(page: "Document") -> None:
    """State PDF/UA-1 beside PDF/A-3a in the metadata; the engine writes one standard only."""
    metadata = page.metadata
    given = metadata.generate_rdf_metadata

    def both(*args: Any) -> bytes:
        rdf: bytes = given(*args)
        return rdf.replace(b"</rdf:RDF>", read("pdf/pdfua.xml").encode() + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = both


def _attachment(name: str, as_of: datetime, fetcher: Any) -> "Attachment":
    from weasyprint import Attachment

    return Attachment(
        url=f"{SCHEME}attached/{name}",
        url_fetcher=fetcher,
        name=name,
        description=_DESCRIPTIONS.get(name, name),
        relationship="Data",
        created=as_of,
        modified=as_of,
    )

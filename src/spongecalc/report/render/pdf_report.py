"""report.pdf: the document set by typst, the same bytes for the same document."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import typst

from spongecalc.report.content.document import Document
from spongecalc.report.content.institute import PLAIN, Institute, InstituteError
from spongecalc.report.render.document_data import document_data
from spongecalc.report.render.fonts import font_folders, missing_characters

FILE_NAME = "report.pdf"
LAYOUT = "report.typ"
# A PDF holds the time of its making: a fixed one, so that the same report is the same file.
FIXED_TIME_S = 946_684_800


@cache
def _fonts(with_systems: bool) -> typst.Fonts:
    folders = [str(f) for f in font_folders()]
    return typst.Fonts(include_system_fonts=with_systems, include_embedded_fonts=True, font_paths=folders)


def fonts_for(text: str) -> typst.Fonts:
    """The packages' fonts; this machine's too where the text has characters that those lack."""
    return _fonts(bool(missing_characters(text)))


def pdf_bytes(document: Document, institute: Institute = PLAIN) -> bytes:
    """The document as a PDF.

    All that the document says reaches the layout as data, never as typst's own markup.

    Raises
    ------
    InstituteError
        The institute's own layout does not compile.
    MissingFontError
        The package with the Chinese font is not installed.
    """
    data = json.dumps(document_data(document), ensure_ascii=False)
    layout = institute.layout or _layout()
    try:
        made = typst.compile(
            layout.encode("utf-8"),
            font_paths=fonts_for(data),
            ignore_system_fonts=True,
            sys_inputs={"document": data},
            format="pdf",
            timestamp=FIXED_TIME_S,
        )
    except typst.TypstError as reason:
        if not institute.layout:
            raise
        raise InstituteError("layout", reason=reason.message) from reason
    assert isinstance(made, bytes)
    return made


def _layout() -> str:
    return (resources.files("spongecalc.report.render") / "templates" / LAYOUT).read_text(encoding="utf-8")

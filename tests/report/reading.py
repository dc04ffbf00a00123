"""Reading a report's files back: the rows of their tables, and all their text."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import docx
import pypdf

from spongecalc.report.content.document import Beside, Block, Document, Group, TableBlock

# What a reader of a PDF cannot tell from nothing: spaces, and the marks that let long words break.
UNSEEN = re.compile(r"[\s\u200b]+")


def squeezed(text: str) -> str:
    """A text without anything that cannot be seen."""
    return UNSEEN.sub("", text)


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._cell = False
        self._skip = 0

    def handle_starttag(self, tag, attrs):  # noqa: ARG002  the parser passes them
        self._skip += tag in ("script", "style")
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._cell = True

    def handle_endtag(self, tag):
        self._skip -= tag in ("script", "style")
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data):
        if self._skip:
            return
        self.text += data
        if self._cell:
            self.tables[-1][-1][-1] += data


def html_tables(html: str) -> tuple[list[list[list[str]]], str]:
    """Every table of a page as rows of cells without spaces, and the page's text."""
    reader = _Tables()
    reader.feed(html)
    return [[[squeezed(c) for c in row] for row in table] for table in reader.tables], reader.text


def docx_tables(content: bytes) -> tuple[list[list[list[str]]], str]:
    """Every table of a Word file as rows of cells without spaces, and its text."""
    word = docx.Document(io.BytesIO(content))
    tables = [[[squeezed(c.text) for c in row.cells] for row in table.rows] for table in word.tables]
    # Paragraphs of the whole body, those in tables and links included.
    text = "\n".join(
        "".join(t.text or "" for t in p.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"))
        for p in word.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    )
    return tables, text


def pdf_text(content: bytes) -> str:
    """The text of all pages of a PDF."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def tables_of(document: Document) -> list[TableBlock]:
    """Every table of a document in its order, also those inside groups."""
    found: list[TableBlock] = []

    def walk(blocks: list[Block]) -> None:
        for block in blocks:
            if isinstance(block, TableBlock):
                found.append(block)
            elif isinstance(block, Group):
                walk(list(block.blocks))
            elif isinstance(block, Beside):
                walk([*block.left, *block.right])

    for chapter in document.chapters:
        walk([*chapter.blocks, *chapter.details])
    return found


def paragraphs_of(chapter) -> list[str]:
    """The sentences of a chapter, in their order."""
    return [b.text for b in chapter.blocks if b.kind == "paragraph"]


def captioned_of(chapter) -> list[tuple[str, object]]:
    """The tables of a chapter with their captions."""
    return [(b.caption, b.table) for b in chapter.blocks if b.kind == "table"]


def figures_of(chapter) -> list[object]:
    """The figures of a chapter, as data."""
    return [b.figure for b in chapter.blocks if b.kind == "drawing"]


def drawn_maps(chapter, lang: str) -> dict[str, str]:
    """The markup of a community's maps, by scenario."""
    from spongecalc.report.content.wording import Wording
    from spongecalc.report.render.drawn_figures import figure_svg

    sets = [b for b in chapter.blocks if b.kind == "maps"]
    return {s: figure_svg(m, Wording(lang)) for b in sets for s, m in b.maps.items()}


def community_chapters(review, lang: str) -> dict[str, object]:
    """The chapters of the communities by id."""
    from spongecalc.report.content.compose import compose
    from spongecalc.report.content.roles import ChapterPlace

    told = [c for c in compose(review, lang).chapters if c.place == ChapterPlace.COMMUNITY]
    return {p.community_id: c for p, c in zip(review.pages, told, strict=True)}


def table_of(chapter, name: str):
    """The table of a chapter under its name, wherever it stands; None where there is none."""
    waiting = [*chapter.blocks, *chapter.details]
    while waiting:
        b = waiting.pop(0)
        if b.kind == "table" and b.name == name:
            return b.table
        for inner in ("blocks", "left", "right"):
            waiting.extend(getattr(b, inner, ()))
    return None

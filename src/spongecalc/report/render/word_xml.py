"""Pieces of a Word document as WordprocessingML: runs, paragraphs, captions, tables, pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

from spongecalc.report.render.xml_text import clean

NAMESPACES = nsdecls("w", "r", "wp", "a", "pic")
EMU_PER_MM = 36_000
ATTENTION, SOFT = "B04A00", "59616B"
VERDICT_COLOURS = {"pass": "0B6E66", "fail": "A3141F", "conditional": ATTENTION, "undecided": "5B6067"}
MINOR, MAJOR = 'w:val="single" w:sz="4" w:color="C9CED4"', 'w:val="single" w:sz="8" w:color="1C1F23"'


def run(text: str, *, bold: bool = False, colour: str = "", half_points: int = 0) -> str:
    """A stretch of text of one look; line ends become line breaks."""
    look = ("<w:b/>" if bold else "") + (f'<w:color w:val="{colour}"/>' if colour else "")
    look += f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>' if half_points else ""
    lines = clean(text).replace("\r\n", "\n").split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{inner}</w:r>"


def link(key: str, inner: str) -> str:
    """Runs that lead to a bookmark of the document."""
    return f'<w:hyperlink w:anchor={quoteattr(key)} w:history="1">{inner}</w:hyperlink>'


def paragraph(inner: str, style: str = "", properties: str = "") -> str:
    """A paragraph in a style."""
    named = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    look = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{look}{inner}</w:p>"


def field(code: str, shown: str) -> str:
    """A field with the text that it shows until Word works it out again."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run(shown)}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def heading(text: str, level: int, key: str = "", number: int = 0, *, new_page: bool = False) -> str:
    """A heading; with a key it is a bookmark that links lead to."""
    inner = run(text)
    if key:
        inner = (
            f'<w:bookmarkStart w:id="{number}" w:name={quoteattr(key)}/>{inner}<w:bookmarkEnd w:id="{number}"/>'
        )
    return paragraph(inner, f"Heading{level}", "<w:pageBreakBefore/>" if new_page else "")


def caption(word: str, number: int, text: str, *, above: bool) -> str:
    """A numbered caption; one above a table stays with it."""
    inner = run(f"{word} ") + field(f"SEQ {word} \\* ARABIC", str(number)) + run(f"  {text}")
    return paragraph(inner, "Caption", "<w:keepNext/>" if above else "")


@dataclass(frozen=True)
class WordCell:
    """A cell: its runs, how it stands, and the room its text wants (in half-width characters)."""

    inner: str
    right: bool = False
    room: float = 0.0


def table(
    head: Sequence[WordCell],
    rows: Sequence[Sequence[WordCell]],
    *,
    foot: Sequence[WordCell] = (),
    style: str = "TableText",
    grid: bool = False,
    row_mm: float = 0.0,
    full_mm: float = 174.0,
) -> str:
    """A table of the whole width; its header row comes again on every page, rows do not break.

    Columns share the width by the room that their texts want; equally where no cell says so.
    """
    columns = len(head) or max((len(r) for r in rows), default=0)
    if not columns:
        return ""
    edges = "".join(f"<w:{e} {MAJOR}/>" for e in ("top", "bottom"))
    inside = f"<w:insideH {MINOR}/>" + (
        f"<w:left {MINOR}/><w:right {MINOR}/><w:insideV {MINOR}/>" if grid else ""
    )
    look = (
        '<w:tblPr><w:tblStyle w:val="TableNormal"/><w:tblW w:w="5000" w:type="pct"/>'
        f"<w:tblBorders>{_in_order(edges + inside)}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )
    widths = _widths([head, *rows, foot], columns, full_mm)
    shape = "<w:tblGrid>" + "".join(f'<w:gridCol w:w="{w}"/>' for w in widths) + "</w:tblGrid>"
    body = [_row(head, style, widths, header=True)] if head else []
    body += [_row(r, style, widths, row_mm=row_mm) for r in rows]
    if foot:
        body.append(_row(foot, style, widths))
    return f"<w:tbl>{look}{shape}{''.join(body)}</w:tbl>"


def _in_order(borders: str) -> str:
    """Borders in the order that the schema wants."""
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    found = re.findall(r"<w:(\w+) [^>]*/>", borders)
    parts = dict(zip(found, re.findall(r"<w:\w+ [^>]*/>", borders), strict=True))
    return "".join(parts[e] for e in order if e in parts)


# A half-width character of a table's text, the room that a cell keeps beside it, and a text that breaks badly.
CHARACTER_MM, BESIDE_CELL, SHORT_CELL = 1.55, 2.2, 22.0


def _widths(rows: Sequence[Sequence[WordCell]], columns: int, full_mm: float) -> list[int]:
    """Column widths in twips: as much as the text wants, but long ones give way to the others."""
    wants = []
    for column in range(columns):
        longest = max((r[column].room for r in rows if column < len(r)), default=0.0)
        wants.append(min(max(longest, 4.0), 44.0) + BESIDE_CELL if longest else 10.0)
    short = sum(w for w in wants if w <= SHORT_CELL)
    long = sum(w for w in wants if w > SHORT_CELL)
    left = full_mm / CHARACTER_MM - short
    if left < long and left > 0.3 * long:
        wants = [w if w <= SHORT_CELL else w * left / long for w in wants]
    return [round(full_mm * 56.69 * w / sum(wants)) for w in wants]


def _row(
    cells: Sequence[WordCell], style: str, widths: Sequence[int], *, header: bool = False, row_mm: float = 0.0
) -> str:
    look = "<w:cantSplit/>"
    look += f'<w:trHeight w:val="{round(row_mm * 56.7)}"/>' if row_mm else ""
    look += "<w:tblHeader/>" if header else ""
    inner = "".join(_cell(c, style, w, header) for c, w in zip(cells, widths, strict=False))
    return f"<w:tr><w:trPr>{look}</w:trPr>{inner}</w:tr>"


def _cell(cell: WordCell, style: str, width: int, header: bool) -> str:
    edge = f"<w:tcBorders><w:bottom {MAJOR}/></w:tcBorders>" if header else ""
    look = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{edge}</w:tcPr>'
    side = '<w:jc w:val="right"/>' if cell.right else ""
    return f"<w:tc>{look}{paragraph(cell.inner, style, side)}</w:tc>"


def picture(relation: str, number: int, width_mm: float, height_mm: float, description: str) -> str:
    """A picture in the line, with the words for those who cannot see it."""
    across, down = round(width_mm * EMU_PER_MM), round(height_mm * EMU_PER_MM)
    told = quoteattr(clean(description))
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{across}" cy="{down}"/>'
        f'<wp:docPr id="{number}" name="Figure {number}" descr={told}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Figure {number}" descr={told}/>'
        "<pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def page_break() -> str:
    """A page break: all after it begins on a new page."""
    return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def spacer() -> str:
    """A little room after a table: Word wants a paragraph between two, which must not begin a page of its own."""
    return '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="100" w:lineRule="exact"/></w:pPr></w:p>'


def section_end(*, wide: bool) -> str:
    """The end of a section of portrait or landscape pages, in a paragraph of next to no height."""
    low = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{low}{section(wide=wide)}</w:pPr></w:p>"


def section(*, wide: bool) -> str:
    """Page size and margins, A4."""
    size = ('w:w="16838" w:h="11906" w:orient="landscape"') if wide else 'w:w="11906" w:h="16838"'
    return (
        f'<w:sectPr><w:pgSz {size}/><w:pgMar w:top="1250" w:right="1020" w:bottom="1130" w:left="1020" '
        'w:header="560" w:footer="560" w:gutter="0"/></w:sectPr>'
    )

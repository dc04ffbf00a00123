"""report.docx: the document as a Word file with real headings, captions and tables, to be edited further."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml

from spongecalc.report.content.document import Document
from spongecalc.report.content.roles import CellRole, FigureRole, TextRole
from spongecalc.report.render import word_xml as xml
from spongecalc.report.render.document_data import document_data
from spongecalc.report.render.raster import png_images
from spongecalc.report.render.standalone_svg import size_px
from spongecalc.report.render.text_width import text_width
from spongecalc.report.render.verdict_signs import SIGNS
from spongecalc.report.render.word_styles import set_styles
from spongecalc.report.render.word_xml import WordCell
from spongecalc.report.render.xml_text import clean

FILE_NAME = "report.docx"
FIXED_TIME = datetime(2000, 1, 1, tzinfo=UTC)
PAGE_MM, WIDE_MM = 174.0, 261.0
# Facts no longer than this stand in one paragraph.
LONG_FACT = 40

Data = Mapping[str, Any]


def docx_bytes(document: Document) -> bytes:
    """The document as a Word file; the same document gives the same bytes."""
    data = document_data(document)
    builder = _Builder(data, _figures(data))
    word = docx.Document()
    set_styles(word, document.lang)
    builder.add_pictures(word)
    body = word.element.body
    for child in list(body):
        body.remove(child)
    content = builder.content()
    whole = parse_xml(f"<w:body {xml.NAMESPACES}>{content}{xml.section(wide=False)}</w:body>")
    for child in list(whole):
        body.append(child)
    properties = word.core_properties
    properties.title = clean(document.cover.title)
    properties.subject = clean(document.project)
    properties.author = clean(document.cover.institute)
    properties.comments = ""
    properties.created = properties.modified = FIXED_TIME.replace(tzinfo=None)
    out = io.BytesIO()
    word.save(out)
    return with_fixed_times(out.getvalue())


def with_fixed_times(archive: bytes) -> bytes:
    """An archive whose entries bear one fixed time instead of that of writing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            # A picture is packed already.
            new.writestr(entry, old.read(name), compresslevel=1 if name.endswith(".png") else 6)
    return out.getvalue()


def _figures(data: Data) -> list[tuple[str, float]]:
    """Every figure with the width it is drawn at, in the order of the document."""
    found: list[tuple[str, float]] = []

    def walk(blocks: Sequence[Data], full_mm: float) -> None:
        for b in blocks:
            match b["kind"]:
                case "drawing":
                    found.append((str(b["svg"]), _width(b, full_mm)))
                case "maps":
                    found.extend((str(m["svg"]), full_mm / 2 - 3) for m in b["maps"])
                case "legend":
                    found.extend((str(e["svg"]), 9.0) for e in b["entries"])
                case "beside":
                    walk(b["left"], full_mm)
                    walk(b["right"], full_mm)
                case "group":
                    walk(b["blocks"], full_mm)

    for chapter in data["chapters"]:
        walk(chapter["blocks"], WIDE_MM if chapter["wide"] else PAGE_MM)
        walk(chapter["details"], PAGE_MM)
    return list(dict.fromkeys(f for f in found if f[0]))


# Widths of figures in mm by their role; any other takes the text's width up to LARGEST_MM.
FIGURE_MM: Mapping[str, float] = {
    FigureRole.HYETOGRAPH: 115.0,
    FigureRole.HYDROGRAPH: 90.0,
    FigureRole.CURVE: 115.0,
    # Two long sections stand on a page.
    FigureRole.PROFILE: 104.0,
}
LARGEST_MM: Mapping[str, float] = {FigureRole.OVERVIEW: 145.0, FigureRole.MAP: 170.0}


def _width(drawing: Data, full_mm: float) -> float:
    role = str(drawing["role"])
    return FIGURE_MM[role] if role in FIGURE_MM else min(full_mm, LARGEST_MM[role])


def _room(c: Data) -> float:
    wanted = max(text_width(str(c["t"])), text_width(str(c["over"])) * 0.9)
    return wanted + (3.0 if c["badge"] else 0.0)


def _heading_room(heading: str) -> float:
    """Room of a heading: it may break once, between its words where it has any; its figures may not."""
    whole = text_width(heading)
    if whole <= 8:
        return whole
    word = max((text_width(w) * 1.1 for w in heading.split() if w.isascii()), default=0.0)
    return max(whole * 0.55, word)


@dataclass
class _Builder:
    """Turns the document's data into Word's markup, counting tables and figures."""

    data: Data
    figures: list[tuple[str, float]]
    relations: dict[tuple[str, float], tuple[str, float]] = field(default_factory=dict)
    tables: int = 0
    drawings: int = 0
    pictures: int = 0
    bookmarks: int = 0

    def add_pictures(self, word: WordDocument) -> None:
        """Put every figure into the file once."""
        for figure, image in zip(self.figures, png_images(self.figures), strict=True):
            relation, _ = word.part.get_or_add_image(io.BytesIO(image))
            across, down = size_px(figure[0])
            self.relations[figure] = (relation, figure[1] * down / across)

    def content(self) -> str:
        """The whole body."""
        parts = [self._cover(), xml.page_break(), self._contents()]
        before = ""
        chapters: Sequence[Data] = self.data["chapters"]
        last = bool(chapters) and chapters[-1]["key"] == "origin"
        for chapter in chapters:
            if last and chapter is chapters[-1]:
                parts.append(self._annex(chapters))
            parts.append(self._chapter(chapter, before))
            before = chapter["place"]
        if not last:
            parts.append(self._annex(chapters))
        return "".join(parts)

    def _word(self, key: str) -> str:
        return str(self.data["words"][key])

    def _cover(self) -> str:
        cover: Data = self.data["cover"]
        middle = '<w:jc w:val="center"/>'
        parts = [xml.paragraph("")] * 3
        for text in (cover["institute"], cover["subtitle"]):
            if text:
                parts.append(xml.paragraph(xml.run(str(text)), "", middle))
        parts.append(xml.paragraph(xml.run(str(cover["title"])), "Title", middle))
        lines = [self.data["project"], cover["document_no"], *cover["lines"]]
        parts += [xml.paragraph(xml.run(str(t)), "", middle) for t in lines if t]
        parts.append(self._pairs(cover["facts"]))
        parts.append(xml.paragraph(xml.run(str(cover["what"]))))
        return "".join(parts)

    def _contents(self) -> str:
        """A table of contents that stands without being worked out, and that Word can work out again."""
        lines = []
        before = ""
        for chapter in self.data["chapters"]:
            if chapter["place"] == "community" and before != "community":
                lines.append(xml.run(self._word("each")))
            lead = "    " if chapter["place"] == "community" else ""
            lines.append(xml.link(chapter["key"], xml.run(lead + self._named(chapter))))
            before = chapter["place"]
        detailed = [c for c in self.data["chapters"] if c["details"]]
        lines += [xml.run(self._word("annex"))] if detailed else []
        for chapter in detailed:
            lines.append(xml.link(f"{chapter['key']}-details", xml.run("    " + self._named(chapter))))
        start = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        shown = [xml.paragraph(line, "Remark") for line in lines]
        if shown:
            shown[0] = xml.paragraph(start + lines[0], "Remark")
        title = xml.paragraph(xml.run(self._word("contents"), bold=True, half_points=32))
        return title + "".join(shown) + xml.paragraph(end if shown else "")

    @staticmethod
    def _named(chapter: Data) -> str:
        return f"{chapter['heading']}  {chapter['beside']}".strip()

    def _chapter(self, chapter: Data, before: str) -> str:
        parts = []
        community = chapter["place"] == "community"
        wide = bool(chapter["wide"])
        if wide:
            parts.append(xml.section_end(wide=False))
        closing = chapter["place"] == "closing" and (before != "closing" or chapter["key"] == "origin")
        new_page = not wide and (community or closing or before in ("community", ""))
        if community and before != "community":
            parts.append(xml.heading(self._word("each"), 1, new_page=True))
            new_page = False
        self.bookmarks += 1
        level = 2 if community else 1
        parts.append(
            xml.heading(self._named(chapter), level, str(chapter["key"]), self.bookmarks, new_page=new_page)
        )
        if community:
            parts.append(xml.paragraph(self._badge(str(chapter["badge"]))))
        parts.append(self._blocks(chapter["blocks"], level, WIDE_MM if wide else PAGE_MM))
        if wide:
            parts.append(xml.section_end(wide=True))
        return "".join(parts)

    def _annex(self, chapters: Sequence[Data]) -> str:
        """Details of the communities, in front of the last page."""
        parts: list[str] = []
        for chapter in chapters:
            if not chapter["details"]:
                continue
            if not parts:
                parts.append(xml.heading(self._word("annex"), 1, new_page=True))
            self.bookmarks += 1
            mark = f"{chapter['key']}-details"
            new_page = len(parts) > 1
            parts.append(xml.heading(self._named(chapter), 2, mark, self.bookmarks, new_page=new_page))
            parts.append(self._blocks(chapter["details"], 2, PAGE_MM))
        return "".join(parts)

    def _badge(self, answer: str, words: str = "") -> str:
        said = words or str(self.data["verdicts"][answer])
        return xml.run(f"{SIGNS[answer]} {said}", bold=True, colour=xml.VERDICT_COLOURS[answer])

    def _blocks(self, blocks: Sequence[Data], level: int, full_mm: float) -> str:
        return "".join(self._block(b, level, full_mm) for b in blocks)

    def _block(self, b: Data, level: int, full_mm: float) -> str:  # noqa: PLR0912  one case for each kind
        match b["kind"]:
            case "heading":
                return xml.heading(str(b["text"]), min(level + int(b["level"]) - 1, 5))
            case "paragraph":
                return self._paragraph(b)
            case "facts" if level > 1 and all(len(text) < LONG_FACT for _, text in b["pairs"]):
                said = "\u3000".join(f"{name} {text}" for name, text in b["pairs"])
                return xml.paragraph(xml.run(said))
            case "facts" | "definitions":
                return self._pairs(b["pairs"])
            case "items":
                return "".join(xml.paragraph(xml.run(t), "ListBullet") for t in b["texts"])
            case "code":
                return xml.paragraph(xml.run(str(b["text"]), bold=True))
            case "tiles":
                return self._tiles(b["tiles"])
            case "verdicts":
                return self._verdicts(b["lines"])
            case "counts":
                return self._counts(b, level)
            case "table":
                return self._table(b, full_mm)
            case "drawing":
                return self._drawing(b, full_mm)
            case "maps":
                return self._maps(b, full_mm)
            case "legend":
                return self._legend(b["entries"])
            case "beside":
                left = self._blocks(b["left"], level, full_mm)
                return left + self._blocks(b["right"], level, full_mm)
            case "group":
                return self._blocks(b["blocks"], level, full_mm)
            case "signoff":
                return self._signoff(b)
        raise ValueError(b["kind"])

    @staticmethod
    def _paragraph(b: Data) -> str:
        text, role = str(b["text"]), b["role"]
        if role in (TextRole.REMARK, TextRole.NOTHING):
            return xml.paragraph(xml.run(text, colour=xml.SOFT), "Remark")
        return xml.paragraph(xml.run(text, bold=role == TextRole.REASON))

    @staticmethod
    def _pairs(pairs: Sequence[Sequence[str]]) -> str:
        rows = [
            [WordCell(xml.run(a, colour=xml.SOFT), room=text_width(a)), WordCell(xml.run(b), room=44.0)]
            for a, b in pairs
        ]
        return xml.table([], rows) + xml.spacer() if rows else ""

    def _tiles(self, tiles: Sequence[Data]) -> str:
        head = [WordCell(xml.run(str(t["question"]), bold=True)) for t in tiles]
        deep = max(len(t["figures"]) for t in tiles)
        rows = []
        for n in range(deep):
            cells = []
            for t in tiles:
                figures: Sequence[Data] = t["figures"]
                if n >= len(figures):
                    cells.append(WordCell(""))
                    continue
                f = figures[n]
                inner = xml.run(f"{f['name']}\n", colour=xml.SOFT, half_points=16)
                inner += xml.run(f"{f['value']}", bold=True, half_points=21)
                inner += xml.run(f" {f['unit']}" + (f"\n{f['beside']}" if f["beside"] else ""), half_points=16)
                cells.append(WordCell(inner))
            rows.append(cells)
        return xml.table(head, rows, grid=True) + xml.spacer()

    def _verdicts(self, lines: Sequence[Data]) -> str:
        head = [WordCell(xml.run(self._word(k), bold=True)) for k in ("question", "answer", "found", "limit")]
        rows = [
            [
                WordCell(xml.run(str(v["question"]), bold=True), room=12.0),
                WordCell(self._badge(str(v["answer"])), room=12.0),
                WordCell(xml.run(str(v["found"])), room=40.0),
                WordCell(xml.run(str(v["limit"]), colour=xml.SOFT, half_points=15), room=36.0),
            ]
            for v in lines
        ]
        return xml.table(head, rows) + xml.spacer()

    def _counts(self, b: Data, level: int) -> str:
        counted = "".join(self._badge(answer) + xml.run(f" {count}      ") for answer, count in b["counts"])
        parts = [xml.paragraph(counted)]
        attention: Sequence[Sequence[str]] = b["attention"]
        if attention:
            parts.append(xml.heading(self._word("attention"), min(level + 1, 5)))
            rows = [
                [
                    WordCell(xml.link(key, xml.run(community)) if key else xml.run(community)),
                    WordCell(xml.run(wrong, colour=xml.ATTENTION)),
                ]
                for key, community, wrong in attention
            ]
            parts += [xml.table([], rows), xml.spacer()]
        return "".join(parts)

    def _table(self, b: Data, full_mm: float) -> str:
        headings: Sequence[str] = b["headings"]
        numeric: Sequence[bool] = b["numeric"]
        style = "TableText" if len(headings) <= 7 else "TableSmall" if len(headings) <= 12 else "TableTiny"
        head = [
            WordCell(xml.run(h, bold=True), n, _heading_room(h)) for h, n in zip(headings, numeric, strict=True)
        ]
        rows = [[WordCell(self._cell(c), numeric[i], _room(c)) for i, c in enumerate(row)] for row in b["rows"]]
        foot = [WordCell(xml.run(t, bold=True), numeric[i], text_width(t)) for i, t in enumerate(b["foot"])]
        self.tables += 1
        named = xml.caption(self._word("table"), self.tables, str(b["caption"]), above=True)
        return named + xml.table(head, rows, foot=foot, style=style, full_mm=full_mm) + xml.spacer()

    def _cell(self, c: Data) -> str:
        over = xml.run(f"{c['over']}\n", colour=xml.SOFT) if c["over"] else ""
        if c["badge"]:
            return over + self._badge(str(c["badge"]), str(c["t"]))
        shown = xml.run(str(c["t"]), colour=xml.ATTENTION if c["role"] == CellRole.ATTENTION else "")
        return over + (xml.link(str(c["link"]), shown) if c["link"] else shown)

    def _picture(self, svg: str, width_mm: float, description: str) -> str:
        found = self.relations.get((svg, width_mm))
        if found is None:
            return xml.run("—")
        self.pictures += 1
        return xml.picture(found[0], self.pictures, width_mm, found[1], description)

    def _drawing(self, b: Data, full_mm: float) -> str:
        self.drawings += 1
        drawn = self._picture(str(b["svg"]), _width(b, full_mm), str(b["caption"]))
        named = xml.caption(self._word("figure"), self.drawings, str(b["caption"]), above=False)
        return xml.paragraph(drawn, "", "<w:keepNext/>") + named

    def _maps(self, b: Data, full_mm: float) -> str:
        maps: Sequence[Data] = b["maps"]
        rows = []
        # Two maps stand side by side, each pair under its titles.
        for start in range(0, len(maps), 2):
            beside = maps[start : start + 2]
            gap = [WordCell("")] * (2 - len(beside))
            rows.append([*(WordCell(xml.run(str(m["caption"]), bold=True)) for m in beside), *gap])
            drawn = (self._picture(str(m["svg"]), full_mm / 2 - 3, str(m["full"])) for m in beside)
            rows.append([*(WordCell(d) for d in drawn), *gap])
        self.drawings += 1
        named = xml.caption(self._word("figure"), self.drawings, str(b["caption"]), above=False)
        return xml.table(rows[0], rows[1:]) + named

    def _legend(self, entries: Sequence[Data]) -> str:
        cells = []
        for e in entries:
            text = str(e["text"])
            cells += [
                WordCell(self._picture(str(e["svg"]), 9.0, text), room=8.0),
                WordCell(xml.run(text), room=30.0),
            ]
        cells += [WordCell("", room=8.0)] * (-len(cells) % 6)
        rows = [cells[i : i + 6] for i in range(0, len(cells), 6)]
        return xml.table([], rows) + xml.spacer()

    @staticmethod
    def _signoff(b: Data) -> str:
        head = [WordCell(""), *(WordCell(xml.run(c, bold=True)) for c in b["columns"])]
        rows = [[WordCell(xml.run(r)), *[WordCell("")] * (len(head) - 1)] for r in b["roles"]]
        return xml.table(head, rows, grid=True, row_mm=15.0)

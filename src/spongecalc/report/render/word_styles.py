"""Fonts, sizes and paper of report.docx, as named styles."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

# The fonts that offices have; each language's own customs.
FONTS = {
    "zh": {"text": ("Times New Roman", "宋体"), "heading": ("Arial", "黑体")},
    "en": {"text": ("Calibri", "宋体"), "heading": ("Calibri", "黑体")},
}


def set_styles(word: WordDocument, lang: str) -> None:
    """Fonts and sizes of the document's styles, as Word's users change them: in one place."""
    # The glyphs of Chinese punctuation, and the spelling checker, go by the language.
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:eastAsia"), "zh-CN")
    fonts = FONTS[lang]
    kinds = {"Normal": ("text", 10.5), "Caption": ("heading", 9.0), "List Bullet": ("text", 10.5)}
    kinds |= {
        f"Heading {n}": ("heading", size) for n, size in ((1, 16.0), (2, 13.0), (3, 11.0), (4, 10.5), (5, 10.5))
    }
    for name, (kind, points) in kinds.items():
        style = word.styles[name]
        latin, chinese = fonts[kind]
        style.font.name, style.font.size = latin, Pt(points)
        style.font.italic = False
        style.font.color.rgb = RGBColor(0x1C, 0x1F, 0x23)
        shapes = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            shapes.attrib.pop(qn(attribute), None)
        shapes.set(qn("w:eastAsia"), chinese)
    for name, points in (("Table Text", 8.5), ("Table Small", 7.0), ("Table Tiny", 6.0), ("Remark", 9.0)):
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = word.styles["Normal"]
        style.font.size = Pt(points)
        space = Pt(0 if name == "Table Tiny" else 1)
        style.paragraph_format.space_after = style.paragraph_format.space_before = space
    word.styles["Normal"].paragraph_format.space_after = Pt(4)
    word.styles["Caption"].font.bold = False
    title = word.styles["Title"]
    title.font.size = Pt(24)
    title.font.color.rgb = RGBColor(0x1C, 0x1F, 0x23)
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)

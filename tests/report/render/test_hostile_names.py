"""Names that hold markup, formulas, marks of typesetting, emoji, rare characters or right-to-left text."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import docx
import openpyxl
import pandas as pd
import pytest
from tests.report.reading import docx_tables, html_tables, pdf_text, squeezed
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.compose import compose
from spongecalc.report.render.fonts import missing_characters
from spongecalc.report.render.html_page import html_text
from spongecalc.report.render.long_section_files import profile_files
from spongecalc.report.render.pdf_report import pdf_bytes
from spongecalc.report.render.word_report import docx_bytes
from spongecalc.report.render.workbook import xlsx_bytes

NAMES = {
    "script": "<script>alert(1)</script></title><img src=x onerror=alert(2)>",
    "formula": '=HYPERLINK("http://example.invalid","click")',
    "command": "+cmd|' /C calc'!A0 @SUM(1+1)*cmd -2+3",
    "quotes": "\"double\" 'single' “curly” `back` \\ backslash {{ 7*7 }} {% raw %}",
    "typst": '#let x = 1; #panic("no") $a^2$ *b* _c_ `d` @e <f> = heading // ~ #{ 1 + 1 }',
    "markdown": "[link](javascript:alert(1)) **bold** | pipe | # heading \\n ![](x)",
    "emoji": "幸福小区😀",
    "rare": "㙍家村㼆（䶮）",
    "beyond": "𠮷田小区🎉👨‍👩‍👧",
    "hebrew": "שלום 小区",
    "arabic": "حي الزهور 3",
    "override": "ab\u202egnp.exe\u202c cd",
    "control": "a\x07b\x0bc",
    "fields": "Word { HYPERLINK x } \\* MERGEFORMAT ]]> &amp; &lt;",
}
# Right-to-left text is laid down in the order that it is seen in; a PDF's reader gives that order back.
REORDERED = ("hebrew", "arabic", "override")


KINDS = pytest.mark.parametrize("kind", list(NAMES))


def hostile_review():
    """A community for each name, with the layers, tables and findings of the third of the synthetic review."""
    review = synthetic_review()
    (page,) = [p for p in review.pages if p.community_id == "A03"]
    pages, rows, tables = [], [], dict(review.tables)
    for number, name in enumerate(NAMES.values(), start=1):
        own = f"H{number:02d}"
        row = {**page.row, "community_id": own, "name": name, "district": name}
        quantities = page.quantities.assign(community_id=own, material=name)
        findings = page.findings.assign(community_id=own, message=name, feature_id=name[:24])
        joints = page.joints.assign(community_id=own, feature_id=name[:24])
        pages.append(
            replace(
                page,
                community_id=own,
                name=name,
                row=row,
                quantities=quantities,
                findings=findings,
                joints=joints,
            )
        )
        rows.append(row)
    tables["communities"] = pd.DataFrame([*rows, review.tables["communities"].iloc[-1].to_dict()])
    tables["findings"] = pd.concat([p.findings for p in pages], ignore_index=True)
    return replace(review, project_name=NAMES["typst"], pages=tuple(pages), tables=tables)


@pytest.fixture(scope="module")
def review():
    return hostile_review()


@pytest.fixture(scope="module")
def document(review):
    return compose(review, "zh")


@pytest.fixture(scope="module")
def page(document):
    html = html_text(document)
    return html, *html_tables(html)


@pytest.fixture(scope="module")
def pdf(document):
    return pdf_text(pdf_bytes(document))


@pytest.fixture(scope="module")
def word(document):
    content = docx_bytes(document)
    return content, *docx_tables(content)


@pytest.fixture(scope="module")
def book(review):
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, "zh")))


def as_xml_holds(name: str) -> str:
    """A control character is shown as a replacement."""
    return "".join("\ufffd" if c in "\x07\x0b" else c for c in name)


def own_id(kind: str) -> str:
    return f"H{list(NAMES).index(kind) + 1:02d}"


@KINDS
def test_page(page, kind):
    html, tables, text = page
    assert NAMES[kind] in text
    assert any(squeezed(own_id(kind) + NAMES[kind]) == row[0] for t in tables for row in t)
    assert "<script>alert" not in html and "<img" not in html
    assert "javascript:alert" not in [a for a in html.split('"') if a.startswith("javascript")]


@KINDS
def test_pdf(pdf, kind):
    name = NAMES[kind]
    if kind in REORDERED:
        assert {c for c in name if c.isalnum()} <= set(pdf)
        return
    if kind == "beyond" and missing_characters(name) and not system_fonts_have(name):
        pytest.skip("no font of this machine has these characters")
    wanted = squeezed("".join(c for c in name if c.isprintable()))
    assert wanted in squeezed("".join(c for c in pdf if c.isprintable()))


def system_fonts_have(name: str) -> bool:
    listed = shutil.which("fc-list")
    if listed is None:
        return False
    every = (
        subprocess.run([listed, f":charset={ord(c):x}"], capture_output=True, text=True, check=False).stdout
        for c in missing_characters(name)
    )
    return all(every)


@KINDS
def test_word_file(word, kind):
    _, tables, text = word
    written = as_xml_holds(NAMES[kind])
    assert squeezed(written) in squeezed(text)
    assert any(squeezed(own_id(kind) + written) == row[0] for t in tables for row in t)


def test_word_file_holds_no_foreign_link_and_no_foreign_field(word):
    content, _, _ = word
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
    assert 'TargetMode="External"' not in relations
    fields = [e.text for e in docx.Document(io.BytesIO(content)).element.iter() if e.tag.endswith("}instrText")]
    assert fields and all(f.split()[0] in ("SEQ", "TOC") for f in fields)


@KINDS
def test_workbook(book, kind):
    sheet = book["小区汇总"]
    (named,) = [row[1] for row in sheet.iter_rows(min_row=3) if row[0].value == own_id(kind)]
    assert named.value == as_xml_holds(NAMES[kind])
    assert named.data_type == "s"


def test_workbook_holds_no_formula_and_no_link_of_a_name(book):
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    formulas = [c.value for c in cells if c.data_type == "f"]
    assert formulas and all(f.startswith(("=100*(", "=SUMPRODUCT(ROUND(")) for f in formulas)
    assert not [c for c in cells if c.hyperlink is not None and c.hyperlink.target]


def test_long_sections_stay_in_their_folder(review):
    files = profile_files(review, "zh")
    assert len(files) == 4 * len(NAMES)
    for path, content in files.items():
        assert path.startswith("profiles/H") and path.count("/") == 1
        if path.endswith(".svg"):
            assert b"<script" not in content
            ElementTree.fromstring(content)

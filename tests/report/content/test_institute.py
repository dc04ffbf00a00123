"""A design institute's template: cover, logo, texts, order; and what is wrong with one."""

from __future__ import annotations

import io

import docx
import pytest
from tests.report.reading import html_tables, pdf_text, squeezed
from tests.report.synthetic_review import synthetic_review
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.report.content.chapters import ORDER
from spongecalc.report.content.compose import compose
from spongecalc.report.content.institute import InstituteError, read_institute
from spongecalc.report.render.html_page import html_text
from spongecalc.report.render.pdf_report import pdf_bytes
from spongecalc.report.render.template_folder import write_template
from spongecalc.report.render.word_report import docx_bytes

SVG = 'xmlns="http://www.w3.org/2000/svg"'
LOGO = f'<svg {SVG} viewBox="0 0 40 10"><rect width="40" height="10" fill="#0a4f8a"/></svg>'
TEMPLATE = """
institute = "某某设计院 <b>"
document_no = "SC-2026-07"
lines = ["工程编号 12"]
logo = "logo.svg"
order = ["communities", "basis", "sign"]
[text.zh]
basis = "第一段 #typst$。\\n\\n第二段。"
[heading.zh]
basis = "我院的依据"
"""


@pytest.fixture
def folder(tmp_path):
    write_template(tmp_path)
    (tmp_path / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "logo.svg").write_text(LOGO, encoding="utf-8")
    (tmp_path / "page.css").write_text("h1{color:#0a4f8a}</style><script>alert(1)</script>", encoding="utf-8")
    return tmp_path


def test_the_template_is_in_every_format(folder):
    institute = read_institute(folder)
    document = compose(synthetic_review(), "zh", institute)
    assert [c.key for c in document.chapters] == ["communities", "basis", "sign"]
    html = html_text(document, institute)
    _, page = html_tables(html)
    word = "\n".join(p.text for p in docx.Document(io.BytesIO(docx_bytes(document))).paragraphs)
    pdf = pdf_text(pdf_bytes(document, institute))
    for text in (page, word, pdf):
        for wanted in ("某某设计院<b>", "SC-2026-07", "工程编号12", "我院的依据", "第一段#typst$。", "第二段。"):
            assert wanted in squeezed(text)
        assert "总体结果" not in squeezed(text)
    assert "data:image/svg+xml;base64," in html
    assert "h1{color:#0a4f8a}" in html and "<script>alert" not in html


def test_the_package_s_own_template_changes_nothing(tmp_path):
    write_template(tmp_path)
    institute = read_institute(tmp_path)
    assert institute.order == ORDER
    plain = compose(synthetic_review(), "en")
    own = compose(synthetic_review(), "en", institute)
    assert html_text(own, institute) == html_text(plain)
    assert pdf_bytes(own, institute) == pdf_bytes(plain)


def test_an_institute_s_own_layout_sets_the_pdf(folder):
    (folder / "report.typ").write_text(
        '#let doc = json(bytes(sys.inputs.document))\n#set text(font: "Noto Sans SC")\nOWN #doc.cover.institute',
        encoding="utf-8",
    )
    institute = read_institute(folder)
    document = compose(synthetic_review(), "zh", institute)
    assert squeezed(pdf_text(pdf_bytes(document, institute))) == "OWN某某设计院<b>"
    (folder / "report.typ").write_text("#nothing-of-that-name", encoding="utf-8")
    with pytest.raises(InstituteError) as found:
        pdf_bytes(document, read_institute(folder))
    assert found.value.rule == "layout" and "report.typ" in found.value.sentence("zh")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("order = [", "not_toml"),
        ("colour = 1", "key"),
        ('order = ["nothing"]', "chapter"),
        ("order = 3", "words"),
        ("institute = 3", "word"),
        ("[text.fr]\nbasis = 'x'", "languages"),
        ("[text.zh]\nnothing = 'x'", "chapter"),
        ('logo = "../logo.svg"', "logo"),
        ('logo = "logo.exe"', "logo"),
        ('logo = "away.png"', "unreadable"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, rule):
    (tmp_path / "template.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InstituteError) as found:
        read_institute(tmp_path)
    assert found.value.rule == rule
    for lang in ("zh", "en"):
        sentence = found.value.sentence(lang)
        assert "template.toml" in sentence or "away.png" in sentence


def test_no_template_is_said(tmp_path):
    with pytest.raises(InstituteError) as found:
        read_institute(tmp_path / "none")
    assert found.value.rule == "unreadable"


def test_the_command_copies_it_once(tmp_path):
    runner = CliRunner()
    target = tmp_path / "ours"
    done = runner.invoke(app, ["template", str(target), "--lang", "en"])
    assert done.exit_code == 0 and "template.toml, report.typ" in done.output
    (target / "template.toml").write_text("institute = 'mine'", encoding="utf-8")
    again = runner.invoke(app, ["template", str(target), "--lang", "en"])
    assert again.exit_code == 0 and "nothing was changed" in again.output
    assert read_institute(target).name == "mine"

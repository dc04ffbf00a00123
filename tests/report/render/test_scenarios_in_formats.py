"""Four scenarios, and two alternatives, in every format and language."""

import io
import json
import re
from html import unescape

import docx
import ezdxf
import openpyxl
import pytest
from markupsafe import escape
from tests.report.reading import html_tables, pdf_text, squeezed
from tests.report.synthetic_review import DESIGNS, PHASES, review_of, synthetic_review

from spongecalc.report.content.compose import compose
from spongecalc.report.content.scenario_lines import OTHER, scenario_lines
from spongecalc.report.render.document_data import document_data
from spongecalc.report.render.html_page import html_text
from spongecalc.report.render.long_section_dxf import level_layer
from spongecalc.report.render.long_section_files import profile_files
from spongecalc.report.render.pdf_report import pdf_bytes
from spongecalc.report.render.plot_area import text_px
from spongecalc.report.render.scenario_looks import LEVEL, OTHERS, RUNOFF, line_look
from spongecalc.report.render.word_report import docx_bytes
from spongecalc.report.render.workbook import xlsx_bytes

TITLES = {"zh": ("各情景对比", "分期进展"), "en": ("Scenarios side by side", "Progress by phase")}


@pytest.fixture(scope="module", params=["zh", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def document(lang):
    return compose(review_of(), lang)


def test_the_page_switches_between_all_maps(document):
    html = html_text(document)
    assert html.count('<figure data-scenario="phase2">') == 2
    assert re.findall(r'type="radio" name="switch-1" value="(\w+)"', html) == ["both", *PHASES]
    words = json.loads(re.search(r'id="words">(.*?)</script>', html)[1])
    assert [(s["name"], s["line"]) for s in words["scenarios"]] == list(zip(PHASES, (0, 2, 3, 1), strict=True))
    series = json.loads(re.search(r'class="series">(.*?)</script>', html)[1])
    assert set(series["of"]) == set(PHASES)
    assert all(f".curve-{line}{{" in html and f".key-{line}{{" in html for line in range(4))
    assert "phase1期<情景>" not in html


def test_every_chart_has_a_curve_and_a_name_for_each_scenario(document):
    html = html_text(document)
    (curves, *_) = re.findall(r'<g id="c001-flow-curves">(.*?)</g></svg>', html)
    for line in range(4):
        assert f'stroke="{line_look(line)[0]}"' in curves
    labels = [str(escape(s.label)) for s in scenario_lines(document.words)]
    assert all(label in curves for label in labels)


def test_the_pdfs_data_hold_four_maps_and_the_new_chapters(document, lang):
    data = document_data(document)
    chapters = {c["key"]: c for c in data["chapters"]}
    maps = next(b for b in chapters["c001"]["blocks"] if b["kind"] == "maps")
    assert len(maps["maps"]) == 4 and all(m["svg"] for m in maps["maps"])
    assert [chapters[k]["heading"] for k in ("scenarios", "phases")] == list(TITLES[lang])


def test_the_pdf_is_set(document, lang):
    text = squeezed(pdf_text(pdf_bytes(document)))
    assert all(squeezed(t) in text for t in TITLES[lang])


def test_paper_does_not_say_what_only_a_screen_can(document):
    on_screen = document.words("map.legend_on_screen")
    assert on_screen in html_text(document)
    assert squeezed(on_screen) not in squeezed(pdf_text(pdf_bytes(document)))
    assert on_screen not in json.dumps(document_data(document), ensure_ascii=False)


def test_word_has_the_chapters_and_two_maps_in_a_row(document, lang):
    word = docx.Document(io.BytesIO(docx_bytes(document)))
    headings = [p.text for p in word.paragraphs if p.style.name.startswith("Heading")]
    assert all(any(t == h for h in headings) for t in TITLES[lang])
    label = "phase1期<情景>" if lang == "zh" else "state phase1"
    maps = [t for t in word.tables if len(t.columns) == 2 and label in [c.text for c in t.rows[0].cells]]
    assert len(maps) == 2 and all(len(t.rows) == 4 for t in maps)


def test_the_workbook_has_the_answers_and_titles_with_labels(lang):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review_of(), lang)))
    communities = book.worksheets[1]
    title, key = ([c.value for c in row] for row in communities.iter_rows(min_row=1, max_row=2))
    at = key.index("ponding_phase3_m3")
    assert title[at] == ("积水 phase3期<情景>（m³）" if lang == "zh" else "Ponded state phase3 (m³)")
    (sheet,) = [s for s in book.worksheets if s["A2"].value == "community_id" and s["D2"].value == "figure"]
    assert {sheet.cell(n, 2).value for n in range(3, sheet.max_row + 1)} == (
        {"现状", *(f"{n}期<情景>" for n in PHASES[1:])}
        if lang == "zh"
        else {"as found", *(f"state {n}" for n in PHASES[1:])}
    )


def test_the_tables_of_all_formats_say_the_same(document):
    text = squeezed(" ".join(str(part) for part in html_tables(html_text(document))))
    data = squeezed(json.dumps(document_data(document), ensure_ascii=False))
    for figure in ("441.00", "400.50", "262.50", "240.00 → 220.50"):
        assert squeezed(figure) in text and squeezed(figure) in data


def test_long_sections_have_a_level_and_a_layer_for_each_scenario(lang):
    files = profile_files(review_of(), lang)
    assert {"profiles/A01_phase2_storm.svg", "profiles/A01_before_combined.svg"} <= set(files)
    svg = files["profiles/A01_phase3_storm.svg"].decode()
    assert all(f'stroke="{line_look(n, LEVEL)[0]}"' in svg for n in range(4))
    drawing = ezdxf.read(io.StringIO(files["profiles/A01.dxf"].decode("utf-8")))
    layers = {level_layer(n) for n in PHASES}
    assert layers <= {layer.dxf.name for layer in drawing.layers}
    assert layers <= {e.dxf.layer for e in drawing.modelspace()}


def test_alternatives_go_through_every_format(lang):
    review = review_of(DESIGNS, ("design_a", "design_b"))
    document = compose(review, lang)
    html = html_text(document)
    assert html.count('<figure data-scenario="design_b">') == 2
    assert docx_bytes(document) and xlsx_bytes(review, lang) and pdf_bytes(document)
    assert "profiles/A01.dxf" in profile_files(review, lang)


def test_the_usual_pair_looks_as_ever():
    assert (line_look(0), line_look(1)) == RUNOFF == (("#8a6d3b", "6 3"), ("#005b96", ""))
    assert LEVEL == (("#b04a00", "5 3"), ("#005b96", ""))
    looks = {line_look(n) for n in range(OTHER + len(OTHERS))}
    assert len(looks) == OTHER + len(OTHERS)
    assert line_look(OTHER + len(OTHERS)) == OTHERS[0]
    html = html_text(compose(synthetic_review(), "zh"))
    assert re.findall(r'type="radio" name="switch-1" value="(\w+)"> *([^<]*)<', html) == [
        ("before", "改造前"),
        ("after", "改造后"),
    ]


def test_the_key_of_a_long_section_stays_inside_the_drawing(lang):
    svg = profile_files(review_of(), lang)["profiles/A01_phase3_storm.svg"].decode()
    width = float(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    labels = [str(escape(s.label)) for s in scenario_lines(compose(review_of(), lang).words)]
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg)
    keys = [(float(x) + text_px(unescape(t)), float(y)) for x, y, t in found if any(n in t for n in labels)]
    assert len(keys) == 4
    assert all(end <= width for end, _ in keys)
    assert len({y for _, y in keys}) > 1

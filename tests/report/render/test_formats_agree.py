"""The numbers of every format, read back out of the files, are those of the CSV files; in both languages."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
from tests.report.reading import docx_tables, html_tables, pdf_text, squeezed, tables_of
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.closed_lists import closed_list, coded
from spongecalc.report.content.compose import compose
from spongecalc.report.content.media import for_paper
from spongecalc.report.content.number_format import cell_text, grouped
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.html_page import html_text
from spongecalc.report.render.pdf_report import pdf_bytes
from spongecalc.report.render.word_report import docx_bytes
from spongecalc.report.render.workbook import FIRST_ROW, NOT_SHOWN, xlsx_bytes
from spongecalc.report.tables.csv_tables import csv_text

# Columns of the table of communities: alone, and before beside after.
PLAIN = (
    "households",
    "storm_laid_m",
    "sewage_laid_m",
    "runoff_reduction_percent",
    "peak_reduction_percent",
    "households_relieved",
    "worst_continuity_error_percent",
)
PAIRS = {
    "cross_connections": "cross_connections_{}",
    "sewage_to_storm_m3_d": "sewage_to_storm_{}_m3_d",
    "ponding_sites": "ponding_sites_{}",
    "ponding_m3": "ponding_{}_m3",
}


@pytest.fixture(scope="module")
def review():
    return synthetic_review()


@pytest.fixture(scope="module", params=["zh", "en"])
def document(review, request):
    return compose(review, request.param)


def read_csv(table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(table))))


def shown_cells(block, lang) -> list[list[str]]:
    """What a reader sees of a table's rows: the small line above, then the text, thousands set apart."""
    rows = [[(h.numeric, c) for h, c in zip(block.table.headings, r, strict=True)] for r in block.table.rows]
    if block.table.foot:
        rows.append([(h.numeric, c) for h, c in zip(block.table.headings, block.table.foot, strict=True)])
    return [
        [squeezed(c.over + sign(c) + (grouped(c.text, lang) if numeric else c.text)) for numeric, c in row]
        for row in rows
    ]


def sign(cell) -> str:
    return {"pass": "✓", "fail": "×", "conditional": "!", "undecided": "?"}.get(cell.badge, "")


def test_page_holds_every_table_of_the_document(document):
    tables, _ = html_tables(html_text(document))
    bodies = [t[1:] for t in tables]
    for block in tables_of(document):
        assert shown_cells(block, document.lang) in bodies, block.caption


def test_word_file_holds_every_table_that_paper_has(document):
    tables, _ = docx_tables(docx_bytes(document))
    bodies = [t[1:] for t in tables]
    blocks = tables_of(for_paper(document))
    assert len(blocks) > 20
    for block in blocks:
        assert shown_cells(block, document.lang) in bodies, block.caption
    # Others are for the screen: the runs of a community, for one.
    (runs,) = {b.caption for b in tables_of(document)} & {document.words("table.runs")}
    assert runs not in {b.caption for b in blocks}


def test_pdf_holds_every_row_of_every_table_that_paper_has(document):
    text = squeezed(pdf_text(pdf_bytes(document)))
    missing = [
        (block.caption, row)
        for block in tables_of(for_paper(document))
        for row in shown_cells(block, document.lang)
        if not found_in(row, text)
    ]
    assert missing == []
    # A reader that finds everything finds nothing out.
    row = ["131.25", "118.40", "77.77"]
    assert not found_in(row, text)


def found_in(row: list[str], text: str) -> bool:
    """Whether a row's figures follow one another in a text; words between them may be broken over lines."""
    if squeezed("".join(row)) in text:
        return True
    figures = [c for c in row if re.search(r"\d", c) and len(c) < 40]
    return not figures or re.search(".{0,120}?".join(map(re.escape, figures)), text) is not None


@pytest.mark.parametrize("read", ["html", "docx"])
def test_communities_are_those_of_the_csv_cell_by_cell(review, document, read):
    if read == "html":
        tables, _ = html_tables(html_text(document))
    else:
        tables, _ = docx_tables(docx_bytes(document))
    words = Wording(document.lang)
    heads = [squeezed(words("column.community")), squeezed(words("column.verdict_overall"))]
    (rows,) = [t for t in tables if t and t[0][:2] == heads]
    head, shown = rows[0], rows[1:]
    wanted = read_csv(review.tables["communities"])
    assert len(shown) == len(wanted) == 4
    for cells in shown:
        total = cells[0] == squeezed(words("table.total"))
        named = [r for r in wanted if cells[0].startswith(squeezed(r["community_id"] + r["name"]))]
        (row,) = [r for r in wanted if r["community_id"] == "TOTAL"] if total else named
        for column in PLAIN:
            assert plain(cells[head.index(squeezed(words.name("column", column)))]) == row[column], column
        for column, pattern in PAIRS.items():
            figures = [row[pattern.format(s)] for s in ("before", "after")]
            expected = "→".join(figures) if any(figures) else ""
            assert plain(cells[head.index(squeezed(words.name("column", column)))]) == expected, column


def plain(cell: str) -> str:
    """A figure without the marks between its thousands."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", cell)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pdf_states_the_figures_of_the_csv(review, lang):
    text = squeezed(pdf_text(pdf_bytes(compose(review, lang))))
    for row in read_csv(review.tables["communities"]):
        if row["community_id"] == "TOTAL":
            continue
        figures = [grouped(row[c], lang) for c in ("households", "storm_laid_m")]
        place = text.find(squeezed(row["community_id"] + row["name"]))
        assert place >= 0
        assert figures[1] in text
    total = next(r for r in read_csv(review.tables["communities"]) if r["community_id"] == "TOTAL")
    for column in ("storm_laid_m", "runoff_before_m3", "runoff_after_m3", "rainfall_m3", "ponding_before_m3"):
        assert grouped(total[column], lang) in text, column


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_workbook_holds_every_cell_of_every_csv(review, lang):
    """Figures, ids and texts as they are; codes by their words, each of which leads back to its code."""
    words = Wording(lang)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, lang)), data_only=True)
    by_key, translated = {}, 0
    for sheet in book.worksheets[1:]:
        by_key[tuple(c.value for c in sheet[2])] = sheet
    for name, table in review.tables.items():
        columns = [str(c) for c in table.columns if c not in NOT_SHOWN.get(name, ())]
        sheet = by_key[tuple(columns)]
        wanted = read_csv(table)
        assert sheet.max_row == FIRST_ROW + len(wanted)
        codes = {}
        for column in (c for c in columns if closed_list(c, name)):
            held = {row[column] for row in wanted}
            codes[column] = {coded(column, code, words, name): code for code in held}
            assert len(codes[column]) == len(held), (name, column)
            translated += sum(word != code for word, code in codes[column].items())
        for row, cells in zip(wanted, sheet.iter_rows(min_row=FIRST_ROW + 1), strict=True):
            for column, cell in zip(columns, cells, strict=True):
                expected = row[column]
                if expected.startswith("'"):
                    expected = expected[1:]  # the apostrophe of the CSV keeps a spreadsheet from calculating
                shown = cell_text(column, cell.value)
                assert codes.get(column, {}).get(shown, shown) == expected, (name, column)
                if column in codes:
                    assert shown in codes[column], (name, column)
    assert translated > (40 if lang == "zh" else 10)


def test_formulas_of_the_workbook_give_the_figures_beside_them(review):
    content = io.BytesIO(xlsx_bytes(review, "en"))
    formulas = openpyxl.load_workbook(content)["Communities"]
    values = openpyxl.load_workbook(content, data_only=True)["Communities"]
    checked = 0
    for row in formulas.iter_rows(min_row=FIRST_ROW + 1):
        for cell in row:
            if cell.data_type != "f":
                continue
            shown = values[cell.coordinate].value
            assert worked_out(cell.value, values) == pytest.approx(shown, abs=0.0051)
            checked += 1
    assert checked >= 10


def worked_out(formula: str, sheet) -> float:
    """The two kinds of formula that the workbook holds, worked out by hand."""
    found = re.fullmatch(r"=SUMPRODUCT\(ROUND\((\w+):(\w+),(\d)\)\)", formula)
    if found:
        cells = [c.value for (c,) in sheet[f"{found[1]}:{found[2]}"]]
        return sum(round(v, int(found[3])) for v in cells if v is not None)
    found = re.fullmatch(r"=100\*\((\w+)-(\w+)\)/\1", formula)
    assert found, formula
    before, after = (sheet[found[i]].value for i in (1, 2))
    return 100 * (before - after) / before


def test_both_languages_hold_the_same_numbers(review):
    zh, en = (tables_of(compose(review, lang)) for lang in ("zh", "en"))
    assert len(zh) == len(en)
    for one, other in zip(zh, en, strict=True):
        assert [h.numeric for h in one.table.headings] == [h.numeric for h in other.table.headings], one.caption
        for row, twin in zip(one.table.rows, other.table.rows, strict=True):
            for heading, a, b in zip(one.table.headings, row, twin, strict=True):
                if heading.numeric:
                    assert a.text == b.text, one.caption

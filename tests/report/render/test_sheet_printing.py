"""How the workbooks' sheets print: legible, headings whole, on paper that they fit; named in both languages."""

from __future__ import annotations

import html
import io
import re
import zipfile

import openpyxl
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.design.check import Check, Limit, Subject, checks_table
from spongecalc.language import LANGUAGES, has_text
from spongecalc.layers.feature import Feature
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.quantities_workbook import write_workbook
from spongecalc.report.render.sheet_printing import (
    WIDE,
    WIDEST,
    column_width,
    heading_height,
    heading_lines,
    is_broken,
    row_height,
)
from spongecalc.report.render.workbook import xlsx_bytes

# Landscape, in inches, less the margins that the sheets have.
ROOM_IN = {9: 11.69 - 0.8, 8: 16.54 - 0.8}


@pytest.mark.parametrize(
    ("heading", "width", "lines"),
    [
        ("Community", 12, 1),
        ("Ponded volume", 9, 2),
        # Two words of 8 letters, each on a line of its own, and one of 20 that breaks once.
        ("Rainfall measured", 11, 2),
        ("abcdefghijklmnopqrst", 13, 2),
        # Chinese: ten characters are twenty half-width ones and a tenth more when bold, 22 on lines of 11.
        ("改造前不积水重现期年", 12, 2),
        ("", 10, 1),
    ],
)
def test_lines_of_a_heading(heading, width, lines):
    assert heading_lines(heading, width) == lines


def test_a_row_of_headings_is_as_high_as_its_longest():
    low, high = heading_height(["A", "B"], [10, 10]), heading_height(["A", "one two three"], [10, 7])
    assert high == pytest.approx(low + 2 * 11 * 1.45, abs=0.2)


def test_a_column_is_as_wide_as_its_text_and_no_wider_than_paper_allows():
    assert column_width("Id", ["EY01", "EY02-HK01"]) == 11.5
    prose = ["a sentence of words that goes on " * 5]
    digest = ["0123456789abcdef" * 4]
    assert column_width("Clause", prose) == WIDE and is_broken(prose, WIDE)
    assert WIDE < column_width("Digest", digest) < WIDEST
    assert not is_broken(digest, column_width("Digest", digest))
    assert row_height(prose, [WIDE]) == pytest.approx(15.0 * heading_lines(prose[0], WIDE * 1.1))
    assert row_height(["short"], [WIDE]) is None


def feet(content: bytes) -> list[str]:
    """The foot of every sheet but the first, as the file holds it."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        names = [n for n in held.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)]
        texts = [held.read(n).decode() for n in names if not n.endswith("sheet1.xml")]
    return [html.unescape(re.search("<oddFooter>(.*?)</oddFooter>", t, re.DOTALL)[1]) for t in texts]


def sheets(book):
    return [s for s in book.worksheets if s.max_column > 1]


def widths_of(sheet, columns: int) -> list[float]:
    """Widths of the columns; neighbours of one width stand as one entry."""
    held = list(sheet.column_dimensions.values())
    return [next(d.width for d in held if d.min <= i <= d.max) for i in range(1, columns + 1)]


def printed_scale(sheet, columns: int) -> float:
    """The scale that a sheet prints with, from its columns' widths and its paper."""
    if not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage:
        return sheet.page_setup.scale / 100
    wide_px = sum(7 * w for w in widths_of(sheet, columns))
    return min(1.0, ROOM_IN[sheet.page_setup.paperSize] * 96 / wide_px)


def assert_prints_legibly(sheet, columns: int):
    assert sheet.page_setup.orientation == "landscape"
    assert printed_scale(sheet, columns) >= 0.59, sheet.title
    assert sheet.print_title_rows, sheet.title
    headings = [str(c.value or "") for c in sheet[1]]
    # Heights are kept in whole pixels, widths with the room at their sides.
    widths = [w - 5 / 7 for w in widths_of(sheet, columns)]
    assert sheet.row_dimensions[1].height >= heading_height(headings, widths) - 0.75, sheet.title


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_prints_legibly(lang):
    review = synthetic_review()
    content = xlsx_bytes(review, lang)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in sheets(book)[1:]:
        assert_prints_legibly(sheet, sheet.max_column)
    named = review.project_name.replace("&", "&&")[:20]
    assert all(f.startswith(f"&L{named}") and f.endswith("&C&A&R&P / &N") for f in feet(content))


def test_a_table_too_wide_for_paper_runs_over_pages_with_its_first_columns_on_each():
    review = synthetic_review()
    # As many columns as a county's table of communities has, and more.
    first = review.tables["communities"]
    wide = first.assign(**{f"added_{i}_m3": 1234.5 for i in range(60)})
    review.tables["communities"] = wide
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, "en")))
    sheet = book["Communities"]
    assert_prints_legibly(sheet, sheet.max_column)
    assert sheet.page_setup.paperSize == "8" or int(sheet.page_setup.paperSize) == 8
    assert sheet.print_title_cols == "$A:$B"
    assert sheet.page_setup.pageOrder == "overThenDown"


def some_checks(verdicts: str):
    """A check for each letter, two communities in turn: p passes, f fails, n cannot be made."""
    named = {"p": "pass", "f": "fail", "n": "not_checkable"}
    rows = [
        Check(
            check="capacity",
            subject=Subject(Feature("pipes", f"P{i:02}", f"A0{i % 2}"), "proposed", "storm"),
            verdict=named[v],
            applies_to="P = 3 a",
            value=2.0,
            limit=Limit(1.0, "l/s", "GB 50014-2021 5.2", "recalled"),
            excess=1.0,
        )
        for i, v in enumerate(verdicts)
    ]
    return checks_table(rows)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_checks_print_what_does_not_pass_and_hold_all(lang):
    review = synthetic_review()
    checks = review.tables["design_checks"] = some_checks("pfnppfpnpp")
    words = Wording(lang)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, lang)))[words("document.sheet.design_checks")]
    # A note, two rows of headings, and every check: what fails first, then what cannot be made.
    assert [c.value for c in sheet[3]] == list(checks.columns)
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=4)]
    at, verdict = (list(checks.columns).index(c) for c in ("feature_id", "verdict"))
    assert [r[at] for r in rows] == ["P01", "P05", "P02", "P07", "P00", "P04", "P06", "P08", "P03", "P09"]
    order = ["fail"] * 2 + ["not_checkable"] * 2 + ["pass"] * 6
    assert [r[verdict] for r in rows] == [words.name("verdict", v) for v in order]
    last = openpyxl.utils.get_column_letter(len(checks.columns))
    assert sheet.print_area == f"'{sheet.title}'!$A$1:${last}$7"
    assert sheet.auto_filter.ref == f"A3:{last}13"
    assert sheet.print_title_rows == "$1:$3"
    note = sheet["A1"].value
    assert "10" in note and " 4 " in note and " 7" in note


def test_checks_that_all_pass_print_their_headings_and_say_so():
    review = synthetic_review()
    review.tables["design_checks"] = some_checks("pp")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, "en")))["Design checks"]
    assert sheet.print_area == "'Design checks'!$A$1:$S$3"
    assert sheet["A1"].value.startswith("2 checks, none of which fails")
    assert sheet.max_row == 5


def test_sizes_are_whole_and_figures_as_in_the_csv():
    review = synthetic_review()
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, "en")))
    sheet = book["Quantities"]
    keys = [c.value for c in sheet[2]]
    cells = [c for c in (row[keys.index("diameter_mm")] for row in sheet.iter_rows(min_row=3)) if c.value]
    assert cells
    for cell in cells:
        assert cell.number_format == ("#,##0" if float(cell.value).is_integer() else "#,##0.0")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_has_a_sheet_and_every_column_a_name(lang, repository, whole_run):
    told = (repository / "docs" / "results.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^## ([a-z_]+)\.csv", told, re.MULTILINE)) | set(whole_run.review.tables)
    assert len(names) > 30
    assert [n for n in sorted(names) if not has_text(f"document.sheet.{n}", lang)] == []
    columns = {(n, str(c)) for n, t in whole_run.review.tables.items() for c in t.columns}
    words = Wording.of(whole_run.review, lang)
    assert [c for c in sorted(columns) if words.name("column", c[1]) == c[1]] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bill_prints_legibly(lang, tmp_path, whole_run):
    book = openpyxl.load_workbook(write_workbook(whole_run.review.tables, tmp_path / "bill.xlsx", lang))
    for sheet in sheets(book):
        if sheet.max_row > 3 and sheet is not book.worksheets[0]:
            assert_prints_legibly(sheet, sheet.max_column)

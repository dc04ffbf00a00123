"""Workbooks through the gate: what reaches too far is named before memory is asked for it."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from spongecalc.gate import archive, stored, workbook
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.gate.limits import Limits
from spongecalc.gate.territory import claim
from spongecalc.layers.sources.workbook import read_workbook

FAR = '<row r="1048576"><c r="XFD1048576"{style}>{value}</c></row></sheetData>'


def book() -> bytes:
    """A sheet of three rows."""
    made = openpyxl.Workbook()
    for row in (["id", "dn", None], ["a", 300, None], ["b", 400, None]):
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with words of one part replaced."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as given, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name)
            if name == part:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            made.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def rows(folder: Path, content: bytes, *, row_by_row: bool = False) -> list[tuple[object, ...]]:
    path = folder / "book.xlsx"
    path.write_bytes(content)
    with Entrance(path, "workbook", "pipes"):
        return workbook.rows_of(workbook.opened(content, row_by_row=row_by_row).worksheets[0])


def refusal(folder: Path, content: bytes) -> str:
    sentences = []
    for row_by_row in (False, True):
        with pytest.raises(UnreadableError) as refused:
            rows(folder, content, row_by_row=row_by_row)
        sentences.append(refused.value.cause.sentence("en"))
        assert refused.value.cause.sentence("zh") != sentences[-1]
    assert sentences[0] == sentences[1]
    return sentences[0]


PLAIN = [("id", "dn"), ("a", 300), ("b", 400)]


@pytest.mark.parametrize("row_by_row", [False, True])
def test_a_sheet_ends_with_its_last_value(tmp_path: Path, *, row_by_row: bool) -> None:
    assert rows(tmp_path, book(), row_by_row=row_by_row) == PLAIN
    formatted = changed(book(), SHEET, "</sheetData>", FAR.format(style=' s="0"', value=""))
    assert rows(tmp_path, formatted, row_by_row=row_by_row) == PLAIN
    overstated = changed(book(), SHEET, 'ref="A1:C3"', 'ref="A1:XFD1048576"')
    assert rows(tmp_path, overstated, row_by_row=row_by_row) == PLAIN


def test_a_value_in_the_last_cell_names_the_setting_and_the_cell(tmp_path: Path) -> None:
    content = changed(book(), SHEET, "</sheetData>", FAR.format(style="", value="<v>1</v>"))
    assert len(content) < 6000
    said = refusal(tmp_path, content)
    for part in ("XFD1048576", "17,179,869,184", "5,000,000", "cell_limit", "[security]"):
        assert part in said


BEYOND = ["1048577", "99999999", "9" * 40, "9" * 400, "+99999999", "9_999_999_999"]


@pytest.mark.parametrize("number", BEYOND)
def test_a_row_beyond_the_last_of_a_sheet_is_a_place_too(tmp_path: Path, number: str) -> None:
    """The library takes any number, and made a row of cells for each before it: it never ended."""
    claim(tmp_path, limits=Limits(cell_limit=1_000_000))
    value = f'<row><c r="A{number.lstrip("+")}"><v>1</v></c></row></sheetData>'
    assert "cell_limit" in refusal(tmp_path, changed(book(), SHEET, "</sheetData>", value))


@pytest.mark.parametrize("number", [*BEYOND, "1e9", "1.5e9"])
def test_an_empty_row_beyond_the_last_of_a_sheet_is_a_place_too(tmp_path: Path, number: str) -> None:
    """Read row by row, every row before it is made, empty as it is."""
    claim(tmp_path, limits=Limits(cell_limit=1_000_000))
    empty = f'<row r="{number}"/></sheetData>'
    assert "cell_limit" in refusal(tmp_path, changed(book(), SHEET, "</sheetData>", empty))


PLACES = ["xl/blatt/sheet1.xml", "xl/worksheets/sheet1.dat", "xl/Worksheets/Sheet1.XML", "sheet"]


def elsewhere(content: bytes, place: str) -> bytes:
    """A workbook whose sheet lies in another part, as other programs and nobody's rule have it."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as given, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name).replace(f"/{SHEET}".encode(), f"/{place}".encode())
            made.writestr(place if name == SHEET else name, data)
    return out.getvalue()


@pytest.mark.parametrize("place", PLACES)
def test_a_sheet_is_one_wherever_it_lies(tmp_path: Path, place: str) -> None:
    assert rows(tmp_path, elsewhere(book(), place)) == PLAIN
    claim(tmp_path, limits=Limits(cell_limit=5))
    for root in ("worksheet", "other"):
        told = changed(changed(book(), SHEET, "<worksheet", f"<{root}"), SHEET, "</worksheet>", f"</{root}>")
        assert "cell_limit" in refusal(tmp_path, elsewhere(told, place))
    typed = changed(book(), SHEET, "<worksheet", '<!DOCTYPE a SYSTEM "a.dtd"><worksheet')
    assert "document type" in refusal(tmp_path, elsewhere(typed, place))


@pytest.mark.parametrize("place", [SHEET, *PLACES])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formulas_are_known_wherever_a_sheet_lies(tmp_path: Path, place: str, prefix: str) -> None:
    path = tmp_path / "book.xlsx"
    given = changed(book(), SHEET, '<c r="B2" t="n"><v>300</v></c>', '<c r="B2"><f>1+1</f><v></v></c>')
    if prefix:
        with ZipFile(io.BytesIO(given)) as archive:
            sheet = archive.read(SHEET).decode()
        named = re.sub(r"(</?)(?=[a-zA-Z])", r"\1x:", sheet).replace("xmlns=", "xmlns:x=")
        given = changed(given, SHEET, sheet, named)
    path.write_bytes(elsewhere(given, place))
    assert [s.unvalued for s in read_workbook(path)] == [("B2",)]


def test_merged_cells_count_as_cells(tmp_path: Path) -> None:
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert "cell_limit" in refusal(tmp_path, changed(book(), SHEET, "</sheetData>", merged))


def test_a_merged_cell_counts_for_many_and_sheets_count_together(tmp_path: Path) -> None:
    """The library makes an object of each merged cell as soon as it opens a workbook."""
    made = openpyxl.Workbook()
    made.active.append(["a"])
    for number in range(3):
        made.create_sheet(f"S{number}").merge_cells("A1:B10")
    content = io.BytesIO()
    made.save(content)
    claim(tmp_path, limits=Limits(cell_limit=3200))
    assert rows(tmp_path, content.getvalue()) == [("a",)]
    claim(tmp_path, limits=Limits(cell_limit=2900))
    assert "cell_limit" in refusal(tmp_path, content.getvalue())


def test_the_limits_are_those_of_the_project(tmp_path: Path) -> None:
    claim(tmp_path, limits=Limits(cell_limit=5))
    assert "6 cells, and 5 are allowed" in refusal(tmp_path, book())
    claim(tmp_path, limits=Limits(cell_limit=6))
    assert rows(tmp_path, book()) == PLAIN
    claim(tmp_path, limits=Limits(unpacked_limit_mb=0.001))
    assert "unpacked_limit" in refusal(tmp_path, book())


def test_a_part_that_unpacks_to_many_times_its_size_is_named(tmp_path: Path) -> None:
    """Sixty megabytes of blanks, harmless and small."""
    content = changed(book(), SHEET, "<sheetData>", "<sheetData>" + " " * 60_000_000)
    assert "ratio_limit" in refusal(tmp_path, content)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_a_document_type_in_a_part_is_refused(tmp_path: Path, part: str) -> None:
    begin = {SHEET: "<worksheet", "xl/workbook.xml": "<workbook", "xl/styles.xml": "<styleSheet"}[part]
    content = changed(book(), part, begin, f'<!DOCTYPE a SYSTEM "a.dtd">{begin}')
    assert "document type" in refusal(tmp_path, content)


def test_a_gzip_unpacks_no_further_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "rain.csv.gz"
    content = gzip.compress(b"0" * 2_000_000)
    path.write_bytes(content)
    claim(tmp_path, limits=Limits(unpacked_limit_mb=1))
    with pytest.raises(UnreadableError) as refused, Entrance(path, "archive"):
        archive.unzipped(content)
    assert "unpacked_limit" in refused.value.cause.sentence("en")
    claim(tmp_path, limits=Limits(unpacked_limit_mb=2))
    with Entrance(path, "archive"):
        assert len(archive.unzipped(content)) == 2_000_000


def test_a_stored_table_of_repeated_values_counts_as_it_is_in_memory(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "runs.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS a FROM range(1000000)) TO '{path}' (FORMAT parquet)")
    assert path.stat().st_size < 100_000
    claim(tmp_path, limits=Limits(stored_limit_mb=7))
    with pytest.raises(UnreadableError) as refused, Entrance(tmp_path, "stored"):
        stored.parquet({"runs": path})
    assert "stored_limit" in refused.value.cause.sentence("en")
    claim(tmp_path)
    with Entrance(tmp_path, "stored"):
        assert len(stored.parquet({"runs": path})["runs"]) == 1_000_000


@pytest.mark.parametrize("with_chart", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_a_sheet_of_a_chart_is_left_out_and_its_neighbours_are_read(
    tmp_path: Path, *, with_chart: bool, first: bool
) -> None:
    """openpyxl itself leaves one without a chart behind, and refuses the workbook for it."""
    made = openpyxl.load_workbook(io.BytesIO(book()))
    table = made.active
    sheet = made.create_chartsheet("chart", index=0 if first else None)
    if with_chart:
        chart = BarChart()
        chart.add_data(Reference(table, min_col=2, min_row=1, max_row=3), titles_from_data=True)
        sheet.add_chart(chart)
    table.print_area = "A1:B3"
    more = made.create_sheet("more")
    more.append(["=1+1"])
    more.print_area = "A1:A1"
    content = io.BytesIO()
    made.save(content)
    wanted = [("id", "dn"), ("a", 300), ("b", 400)]
    for row_by_row in (False, True):
        assert [tuple(row[:2]) for row in rows(tmp_path, content.getvalue(), row_by_row=row_by_row)] == wanted
    (tmp_path / "b.xlsx").write_bytes(content.getvalue())
    assert [(s.name, s.unvalued) for s in read_workbook(tmp_path / "b.xlsx")] == [
        (table.title, ()),
        ("more", ("A1",)),
    ]

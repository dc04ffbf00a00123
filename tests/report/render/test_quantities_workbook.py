"""The workbook's formulas give its figures: by an own evaluation, and by LibreOffice where it is installed."""

import re
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest
from shapely import LineString, Point
from tests.network.bill_layers import layer_set, node, pipe, square

from spongecalc.assess.bill import bill_tables
from spongecalc.layers.price_list import Price
from spongecalc.network.ledger import AMOUNTS, KEYS
from spongecalc.project.load import load_project
from spongecalc.report.render import quantities_workbook
from spongecalc.report.render.quantities_workbook import write_workbook

RANGE = re.compile(r"'([^']+)'!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)")


@pytest.fixture(scope="module")
def tables(repository):
    pipes, nodes = [], []
    for i in range(60):
        line = LineString([(3.337 * i, 10), (3.337 * i + 11.117 + i / 7, 20.01)])
        system = "sewage" if i % 3 else "storm"
        nodes += [node(f"N{i}a", Point(line.coords[0]), 100, 98.2, system=system)]
        nodes += [node(f"N{i}b", Point(line.coords[1]), 100, 98.0 - i / 30, system=system)]
        pipes.append(
            pipe(
                f"=P{i}" if i == 7 else f"P{i}",
                line,
                "AB"[i % 2],
                system=system,
                diameter_mm=[200.0, 300.0, float("nan")][i % 3],
                material=["HDPE", None, "钢筋混凝土", ">5", "=x"][i % 5],
                from_node=f"N{i}a",
                to_node=f"N{i}b",
                invert_up_m=98.2,
                invert_down_m=98.0 - i / 30,
            )
        )
    area = {**square("A", -10, 120), "claimed_storm_m": 999.0}
    lines = [{"utility_id": "T", "utility": "telecom", "status": "proposed", "community_id": "A"}]
    layers = layer_set(
        communities=[area, square("B", 120, 300)],
        pipes=pipes,
        nodes=nodes,
        utilities=[{**lines[0], "geometry": LineString([(0, 1), (123.456, 1)])}],
    )
    prices = (Price({"item": "pipe", "system": "storm"}, "m", 123.45, "tender", 2),)
    settings = load_project(repository).settings
    return bill_tables(layers, settings, (), prices)


@pytest.fixture(scope="module")
def workbook(tables, tmp_path_factory):
    return write_workbook(tables, tmp_path_factory.mktemp("book") / "quantities.xlsx", "en")


def column_values(book, sheet, letter, first, last):
    return [book[sheet][f"{letter}{row}"].value for row in range(int(first), int(last) + 1)]


class Evaluator:
    """The few functions that the workbook uses, evaluated cell by cell from values alone."""

    def __init__(self, book):
        self.book = book

    def cell(self, sheet, address):
        value = self.book[sheet][address.replace("$", "")].value
        return (
            self.formula(sheet, value)
            if isinstance(value, str) and value.startswith("=") and self.is_formula(sheet, address)
            else value
        )

    def is_formula(self, sheet, address):
        return self.book[sheet][address.replace("$", "")].data_type == "f"

    def formula(self, sheet, text):
        body = text.lstrip("=")
        if rounded := re.fullmatch(r"ROUND\((.*),2\)", body):
            return round(self.formula(sheet, rounded[1]), 2)
        if added := re.fullmatch(r"(.*)\+0\.000000001", body):
            return self.formula(sheet, added[1]) + 1e-9
        if summed := re.fullmatch(r"SUM\(([A-Z]+)(\d+):([A-Z]+)(\d+)\)", body):
            values = [self.cell(sheet, f"{summed[1]}{r}") for r in range(int(summed[2]), int(summed[4]) + 1)]
            return sum(v for v in values if isinstance(v, (int, float)))
        if times := re.fullmatch(r"([A-Z]+\d+)\*([A-Z]+\d+)", body):
            return self.cell(sheet, times[1]) * self.cell(sheet, times[2])
        if off := re.fullmatch(r"([A-Z]+\d+)-(SUMPRODUCT\(.*\))", body):
            return self.cell(sheet, off[1]) - self.formula(sheet, off[2])
        if difference := re.fullmatch(r"([A-Z]+\d+)-([A-Z]+\d+)", body):
            return self.cell(sheet, difference[1]) - self.cell(sheet, difference[2])
        if product := re.fullmatch(r"SUMPRODUCT\((.*)\)", body):
            pairs = re.findall(r"EXACT\(('[^']+'![^,]+),([^)]+)\)", product[1])
            same = [(where, self.wanted(sheet, wanted)) for where, wanted in pairs]
            return self.summed(product[1].rpartition(",")[2], same)
        # Every other sum is by the number of a line, which is no condition to anybody.
        target, where, wanted = re.fullmatch(r"SUMIFS\((.*)\)", body)[1].split(",")
        number = self.cell(sheet, wanted)
        assert isinstance(number, (int, float)), (sheet, text, number)
        return self.summed(target, [(where, number)])

    def wanted(self, sheet, wanted):
        return wanted.strip('"') if wanted.startswith('"') else self.cell(sheet, wanted)

    def summed(self, target, same):
        name, letter, first, _, last = RANGE.fullmatch(target).groups()
        keep = [True] * (int(last) - int(first) + 1)
        for where, wanted in same:
            values = column_values(self.book, *RANGE.fullmatch(where).group(1, 2, 3, 5))
            keep = [k and v == wanted for k, v in zip(keep, values, strict=True)]
        total = 0.0
        for row, chosen in zip(range(int(first), int(last) + 1), keep, strict=True):
            if chosen:
                value = self.cell(name, f"{letter}{row}")
                total += value if isinstance(value, (int, float)) else 0.0
        return total


def formulas(book):
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_every_formula_gives_the_figure_that_stands_in_its_cell(workbook):
    """Evaluated from the ledger's values by code that shares nothing with the writer."""
    book, shown = openpyxl.load_workbook(workbook), openpyxl.load_workbook(workbook, data_only=True)
    found = formulas(book)
    assert len(found) > 150
    evaluator = Evaluator(book)
    for sheet, address, text in found:
        assert evaluator.formula(sheet, text) == pytest.approx(shown[sheet][address].value, abs=1e-6), (
            sheet,
            address,
        )


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_calculates_the_same(workbook, tmp_path):
    # openpyxl writes formulas without their results, so LibreOffice has to work them out.
    book = openpyxl.load_workbook(workbook)
    bare = tmp_path / "bare.xlsx"
    book.save(bare)
    folder = tmp_path / "out"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(folder),
            str(bare),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    calculated = openpyxl.load_workbook(folder / "bare.xlsx", data_only=True)
    shown = openpyxl.load_workbook(workbook, data_only=True)
    for sheet, address, _ in formulas(book):
        value = calculated[sheet][address].value
        assert value == pytest.approx(shown[sheet][address].value, abs=1e-6), (sheet, address)


def test_totals_and_breakdowns_agree_with_the_tables(workbook, tables):
    bill = tables["quantities"]
    shown = openpyxl.load_workbook(workbook, data_only=True)
    pipes = bill[(bill["item"] == "pipe") & (bill["status"] == "proposed")]
    for system, name in (("storm", "rain"), ("sewage", "sewage")):
        total = round(pipes.loc[pipes["system"] == system, "length_m"].sum(), 2)
        for title in ("By diameter", "By material", "By depth"):
            rows = list(shown[title].iter_rows(values_only=True))
            column = rows[0].index(name)
            parts = [r[column] for r in rows[1:-2]]
            assert sum(parts) == pytest.approx(total, abs=1e-9)
            assert rows[-2][column] == pytest.approx(total)
            assert rows[-1][column] == 0


def test_names_that_look_like_formulas_are_text(workbook):
    book = openpyxl.load_workbook(workbook)
    cells = [c for row in book["Ledger"].iter_rows() for c in row if c.value == "=P7"]
    assert cells
    assert all(c.data_type != "f" or c.quotePrefix is False for c in cells)
    assert not [f for f in formulas(book) if f[0] == "Ledger" and f[2] != "=P7"]


def test_the_same_bill_gives_the_same_bytes_in_both_languages(tables, tmp_path):
    for lang in ("zh", "en"):
        first = write_workbook(tables, tmp_path / f"1{lang}.xlsx", lang).read_bytes()
        assert write_workbook(tables, tmp_path / f"2{lang}.xlsx", lang).read_bytes() == first


def test_an_empty_bill_is_a_workbook_too(tables, tmp_path):
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    book = openpyxl.load_workbook(write_workbook(empty, tmp_path / "empty.xlsx", "zh"))
    assert book.sheetnames == ["工程量", "明细"]
    assert isinstance(tables["costs"], pd.DataFrame)


def test_headings_are_words_and_sheets_print_one_page_wide(tables, tmp_path):
    book = openpyxl.load_workbook(write_workbook(tables, tmp_path / "a.xlsx", "zh"))
    for sheet in book.worksheets:
        headings = [c.value for c in sheet[1] if c.value is not None]
        assert headings, sheet.title
        assert not [h for h in headings if re.fullmatch(r"[a-z_0-9]+", str(h))], sheet.title
        assert sheet.page_setup.fitToHeight == 0, sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title


def test_the_rows_can_be_filtered(workbook):
    book = openpyxl.load_workbook(workbook)
    for name in ("Bill", "Ledger"):
        sheet = book[name]
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).coordinate[:-1]}{sheet.max_row}"


def test_a_bill_without_new_pipes_says_so(tables, tmp_path):
    """Before, totals and breakdowns were sheets of headings, and nobody knew why."""
    old = dict(tables)
    for name in ("quantities", "quantity_features"):
        old[name] = tables[name].assign(status="existing")
    book = openpyxl.load_workbook(write_workbook(old, tmp_path / "old.xlsx", "en"))
    assert not [name for name in book.sheetnames if name.startswith("By ")]
    assert "No new pipe" in book["Totals"]["A4"].value


def test_a_ledger_beyond_a_sheet_is_cut_and_both_sheets_say_so(tables, tmp_path, monkeypatch):
    """The writer drops rows beyond a sheet's last in silence, and a sum over the rest would be a wrong bill."""
    monkeypatch.setattr(quantities_workbook, "MOST_LEDGER", 20)
    book = openpyxl.load_workbook(write_workbook(tables, tmp_path / "cut.xlsx", "en"))
    bill, ledger = book["Bill"], book["Ledger"]
    rows = len(tables["quantity_features"])
    assert ledger.max_row == 22
    for said in (ledger["A22"].value, bill.cell(bill.max_row, 1).value):
        assert f"{rows:,}" in said
        assert "20" in said
    assert not [f for f in formulas(book) if f[0] == "Bill"]
    length = 2 + [*KEYS, *AMOUNTS].index("length_m")
    listed = [bill.cell(row, length).value for row in range(2, bill.max_row)]
    assert sum(v for v in listed if v is not None) == pytest.approx(tables["quantities"]["length_m"].sum())

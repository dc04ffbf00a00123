"""Texts that a spreadsheet would calculate are kept from it in every file, and come back as they were."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spongecalc.formula_guard import guarded, is_formula, unguarded
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.report.render import quantities_workbook, workbook
from spongecalc.report.tables.csv_tables import csv_text, write_tables
from spongecalc.report.tables.stored_tables import read_tables
from tests.report.render.test_hostile_names import hostile_review

# As people and programs write them: narrow, full-width and small signs, behind a break, or behind blanks.
CALCULATED = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    "\t=1",
    "\tx",
    "\r=1",
    "\nx",
    "\n＝1",
    "\r\n+1",
    " =1+1",
    "   -1",
    "\u3000＝1",
    "\u00a0=1",
    "\ufeff=1",
    " \u200b @x",
    "\x0b=1",
    " \u200b \u200b=1",
    "\u200e=1",
    "\u2061＝1",
    "\u00ad\u3000\u202e\u200d-1",
    "\x01\x00 @x",
)
SHOWN = ("", "a=b", "1+1", "小区＝一", "'a", "''", "DN300", " A", "\u3000小区", "1-2", "（=）")


@pytest.mark.parametrize("text", CALCULATED)
def test_a_text_that_would_be_calculated_gets_an_apostrophe_and_loses_it_again(text: str) -> None:
    assert is_formula(text)
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", SHOWN)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert not is_formula(text)
    assert guarded(text) == text == unguarded(text)


@given(st.text(alphabet="'=+-@＝＋－＠\t\r\n \u3000aA1小"))
def test_every_text_comes_back_and_none_is_left_to_be_calculated(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not is_formula(guarded(text))
    # What was guarded twice was an apostrophe of the text's own once.
    assert unguarded(guarded(guarded(text))) == guarded(text)


def test_tables_on_disk_give_back_what_was_written(tmp_path: Path) -> None:
    texts = [*CALCULATED, *(f"'{t}" for t in CALCULATED), *SHOWN[1:]]
    table = pd.DataFrame({"name": texts, "＝x": texts, "left_m": [-1.0] * len(texts)})
    (path,) = write_tables({"results": table}, tmp_path)
    with Entrance(path, "stored"):
        table_again = stored.table(path, dtype=str, keep_default_na=False, lineterminator="\n")
    for back in (
        read_tables(tmp_path)["results"],
        table_again,
    ):
        assert list(back.columns) == ["name", "＝x", "left_m"]
        assert back["name"].tolist() == texts
        assert back["＝x"].tolist() == texts
        assert set(back["left_m"]) == {"-1.00"}
    header = csv_text(table).partition("\n")[0]
    assert header == "name,'＝x,left_m"


def quoted_cells(data: bytes) -> dict[tuple[str, str], bool]:
    """Whether each cell of a workbook, by sheet and place, is marked as typed with an apostrophe in front."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        styles = ElementTree.fromstring(book.read("xl/styles.xml")).find(f"{space}cellXfs")
        assert styles is not None
        marks = [style.get("quotePrefix") == "1" for style in styles]
        sheets = sorted(n for n in book.namelist() if n.startswith("xl/worksheets/sheet"))
        return {
            (Path(name).stem, str(cell.get("r"))): marks[int(cell.get("s", "0"))]
            for name in sheets
            for cell in ElementTree.fromstring(book.read(name)).iter(f"{space}c")
        }


def check_texts(data: bytes, texts: set[str]) -> None:
    """Every text of a workbook that would be calculated is marked and stands there as it was; no other is."""
    marks, seen = quoted_cells(data), set()
    book = openpyxl.load_workbook(io.BytesIO(data))
    for number, sheet in enumerate(book.worksheets, 1):
        for row in sheet.iter_rows():
            for cell in row:
                # A figure's formula is ours; a text has been written as text.
                is_text = cell.data_type in ("s", "inlineStr") and isinstance(cell.value, str)
                marked = marks.get((f"sheet{number}", cell.coordinate), False)
                if is_text and is_formula(cell.value) and not set(cell.value) <= {"-"}:
                    assert marked, (sheet.title, cell.coordinate, cell.value)
                    seen.add(cell.value)
                elif is_text:
                    assert not marked or is_formula(cell.value)
    assert texts <= seen


def test_the_workbook_of_results_marks_them() -> None:
    data = workbook.xlsx_bytes(hostile_review(), "en")
    wanted = "+cmd|' /C calc'!A0 @SUM(1+1)*cmd -2+3"
    check_texts(data, {wanted})
    table = pd.DataFrame({"community_id": list("ABCD"), "name": ["＝1+1", "\n=2", " =3", "plain"]})
    review = hostile_review()
    review.tables["design_checks"] = table
    check_texts(workbook.xlsx_bytes(review, "zh"), {"＝1+1", "\n=2", " =3"})


def test_the_bill_marks_them(tmp_path: Path) -> None:
    texts = ["＝1+1", "\n=2", " =3", "=4"]
    columns = {
        "community_id": texts,
        "item": ["pipe"] * 4,
        "system": ["storm"] * 4,
        "status": ["proposed"] * 4,
        "material": texts,
        "length_m": [1.0] * 4,
        "count": [1] * 4,
    }
    keys = [*quantities_workbook.KEYS, *quantities_workbook.AMOUNTS]
    bill = pd.DataFrame({k: columns.get(k, [None] * 4) for k in dict.fromkeys([*keys, *columns])})
    ledger = bill.assign(feature_id=texts, layer="pipes")
    tables = {"quantities": bill, "quantity_features": ledger}
    path = quantities_workbook.write_workbook(tables, tmp_path / "quantities.xlsx", "en")
    check_texts(path.read_bytes(), set(texts))

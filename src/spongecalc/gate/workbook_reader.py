"""openpyxl's reader of workbooks for their tables alone; slow to import."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.chartsheet import Chartsheet
from openpyxl.reader.excel import ExcelReader


def tables_of(content: bytes, *, row_by_row: bool, values: bool) -> Workbook:
    """A workbook out of its bytes as :func:`openpyxl.load_workbook` gives it, without its chart sheets."""
    reader = _TableReader(BytesIO(content), read_only=row_by_row, data_only=values)
    reader.read()
    book: Workbook = reader.wb
    for sheet in book.chartsheets:
        book.remove(sheet)
    return book


class _TableReader(ExcelReader):  # type: ignore[misc]
    """A reader that looks into no chart sheet: openpyxl refuses a workbook for one without a chart."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """Keep the place of a chart sheet: names of areas count the sheets, and come after it."""
        del rel
        self.wb._add_sheet(Chartsheet(parent=self.wb, title=sheet.name))

"""Workbooks by openpyxl, within an entrance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spongecalc.gate.entrance import standing_in
from spongecalc.gate.territory import limits_of
from spongecalc.gate.workbook_extent import check_workbook, has_formulas

if TYPE_CHECKING:
    from openpyxl import Workbook


def rows_of(sheet: Any) -> list[tuple[object, ...]]:
    """The values of a sheet row by row, down and across to the last cell that has one; rows are of one length.

    Cells that are only formatted lie beyond: a whole formatted column reaches to row 1048576.
    """
    if hasattr(sheet, "reset_dimensions"):
        # What a sheet that is read row by row states of its size need not be so.
        sheet.reset_dimensions()
        rows = [_without_end(row) for row in sheet.iter_rows(values_only=True)]
        while rows and not rows[-1]:
            rows.pop()
        width = max(map(len, rows), default=0)
        return [(*row, *[None] * (width - len(row))) for row in rows]
    # Not by the sheet's own rows, which makes a cell of every empty place.
    filled: dict[int, dict[int, object]] = {}
    for (row, column), cell in sheet._cells.items():
        if cell.value is not None and row > 0:
            filled.setdefault(row, {})[column] = cell.value
    last = max(filled, default=0)
    width = max((max(cells) for cells in filled.values()), default=0)
    empty: tuple[object, ...] = (None,) * width
    return [
        tuple(map(cells.get, range(1, width + 1))) if (cells := filled.get(row)) else empty
        for row in range(1, last + 1)
    ]


def formulas_of(sheet: Any) -> list[Any]:
    """The cells of a sheet that hold a formula, from the first row on."""
    return [cell for _, cell in sorted(sheet._cells.items()) if cell.data_type == "f"]


def _without_end(row: tuple[object, ...]) -> tuple[object, ...]:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def holds_formulas(content: bytes) -> bool:
    """True where a cell of a workbook, which was opened before, may hold a formula."""
    standing_in()
    return has_formulas(content)


def opened(content: bytes, *, values: bool = True, row_by_row: bool = False) -> Workbook:
    """A workbook out of its bytes; sheets of charts are left out, since they hold no table.

    Parameters
    ----------
    content
        The file.
    values
        The values that the program last worked out; False gives the formulas.
    row_by_row
        Reads rows as they are asked for; merged cells and hidden rows are then not known.
    """
    # Slow to import, and few projects have a workbook.
    from spongecalc.gate.workbook_reader import tables_of  # noqa: PLC0415

    check_workbook(content, limits_of(standing_in().path))
    return tables_of(content, row_by_row=row_by_row, values=values)

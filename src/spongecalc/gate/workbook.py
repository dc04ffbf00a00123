"""Workbooks by openpyxl, within an entrance."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from spongecalc.gate.entrance import standing_in

if TYPE_CHECKING:
    from openpyxl import Workbook


def opened(content: bytes, *, values: bool = True, row_by_row: bool = False) -> Workbook:
    """A workbook out of its bytes.

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
    from openpyxl import load_workbook  # noqa: PLC0415

    standing_in()
    return load_workbook(io.BytesIO(content), read_only=row_by_row, data_only=values)

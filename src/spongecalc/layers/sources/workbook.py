"""Sheets of a workbook as they were delivered: values, merged cells, what is hidden, formulas without a value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from spongecalc.gate import text, workbook
from spongecalc.layers.sources.raw import SourceRefusedError, source_entrance

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et")
# The first bytes of a workbook of today (a ZIP archive) and of the binary forms before 2007 (.xls, .et of WPS).
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows from the first on, what is merged, hidden, and not worked out.

    ``merged`` are vertical merges as first row, last row and column, all counted from 0; ``hidden_rows`` are rows
    counted from 1 as in the program; ``unvalued`` are cells ("F7") whose formula has no stored value.
    """

    name: str
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[tuple[int, int, int], ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    unvalued: tuple[str, ...] = ()


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """All sheets of a workbook, whatever its name ends in.

    Raises
    ------
    SourceRefusedError
        If it is one of the binary forms before 2007, or cannot be read.
    """
    with source_entrance(path, "workbook"):
        state = path.stat()
        return _sheets(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _sheets(path: Path, *_state: int) -> tuple[Sheet, ...]:
    """Sheets of a file in the state it has by now; a workbook gives several layers, and is opened once."""
    data = text.read_bytes(path)
    if not data.startswith(ZIP):
        if data.startswith(OLE) or path.suffix.lower() in (".xls", ".et"):
            raise SourceRefusedError("form.old_table")
        raise BadZipFile("not an .xlsx")
    book = workbook.opened(data)
    formulas = workbook.opened(data, values=False) if workbook.holds_formulas(data) else None
    return tuple(
        _sheet(sheet, formulas[sheet.title] if formulas is not None else None) for sheet in book.worksheets
    )


def _sheet(sheet: Any, formulas: Any) -> Sheet:
    rows = workbook.rows_of(sheet)
    tall = [m for m in sheet.merged_cells.ranges if m.max_row > m.min_row]
    merged = tuple(sorted((m.min_row - 1, m.max_row - 1, m.min_col - 1) for m in tall))
    hidden = frozenset(
        n for n, row in sheet.row_dimensions.items() if row.hidden and n <= len(rows) and any(rows[n - 1])
    )
    unvalued = []
    if formulas is not None:
        unvalued = [
            cell.coordinate for cell in workbook.formulas_of(formulas) if sheet[cell.coordinate].value is None
        ]
    return Sheet(sheet.title, tuple(rows), merged, sheet.sheet_state != "visible", hidden, tuple(unvalued))

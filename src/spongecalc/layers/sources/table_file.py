"""Tables without geometry: sheets of a workbook, and CSV in UTF-8 or GBK."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from spongecalc.layers.sources.raw import SourceRefusedError, one_line

TABLE_SUFFIXES = (".xlsx", ".xlsm", ".csv", ".txt")
# A survey's table has a title and remarks above its heading; deeper than this nobody puts it.
HEADING_ROWS = 15


def sheet_names(path: Path) -> list[str]:
    """Names of a workbook's sheets, or the file's own name for CSV; raises SourceRefusedError."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return [path.stem]
    return list(_workbook(path))


def read_cells(path: Path, sheet: str | None = None, encoding: str | None = None) -> list[list[object]]:
    """All rows of a table file.

    Parameters
    ----------
    path
        An .xlsx or a .csv.
    sheet
        The sheet's name; None takes the first.
    encoding
        Of a CSV; None tries UTF-8, then GB 18030.

    Raises
    ------
    SourceRefusedError
        If the file is no table, or has no such sheet.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        sheets = _workbook(path)
        name = sheet or next(iter(sheets), "")
        if name not in sheets:
            raise SourceRefusedError("layer.missing", layer=name, available=", ".join(sheets) or "-")
        return sheets[name]
    try:
        data = path.read_bytes()
        text = data.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as reason:
        if encoding:
            raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason
        text = data.decode("gb18030", errors="replace")
    except (OSError, LookupError) as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason
    start = text[:4096]
    delimiter = max((",", "\t", ";"), key=start.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason
    return [[cell.strip() or None for cell in row] for row in rows]


def _workbook(path: Path) -> dict[str, list[list[object]]]:
    import openpyxl  # noqa: PLC0415  only a workbook needs it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in book.worksheets}
        book.close()
    except (BadZipFile, InvalidFileException, OSError, KeyError, ValueError) as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason
    return sheets


def read_table(
    path: Path, sheet: str | None = None, encoding: str | None = None, known: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """A table as a frame of objects, empty cells as None.

    The heading is the row with the most names of ``known`` among the first rows, or the first row that has
    anything. Rows that are empty throughout are left out. ``table_row`` is the row's number in the file.
    """
    cells = read_cells(path, sheet, encoding)
    heading = _heading(cells, known)
    if heading is None:
        raise SourceRefusedError("table.no_heading")
    names: list[str] = []
    for column, cell in enumerate(cells[heading]):
        name = str(cell).strip() if cell is not None else f"column_{column + 1}"
        names.append(name if name not in names else f"{name}_{names.count(name) + 1}")
    rows = []
    for number, row in enumerate(cells[heading + 1 :], start=heading + 2):
        if any(c is not None and str(c).strip() for c in row):
            padded = [*row, *[None] * (len(names) - len(row))][: len(names)]
            rows.append([*padded, number])
    frame = pd.DataFrame(rows, columns=[*names, "table_row"], dtype=object)
    return frame.where(frame.notna(), None)


def _heading(cells: list[list[object]], known: frozenset[str]) -> int | None:
    from spongecalc.layers.field_names import folded  # noqa: PLC0415

    best, most = None, 0
    for number, row in enumerate(cells[:HEADING_ROWS]):
        filled = [c for c in row if c is not None and str(c).strip()]
        if known:
            count = sum(folded(c) in known for c in filled)
            if count > most:
                best, most = number, count
        elif filled:
            return number
    if best is None:
        return next((n for n, row in enumerate(cells[:HEADING_ROWS]) if any(c is not None for c in row)), None)
    return best

"""Tables without geometry: sheets of a workbook, and CSV in UTF-8 or GBK."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from spongecalc.layers.sources.delivered_text import delivered_text
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
        text = delivered_text(path, encoding)
    except LookupError as reason:
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
    anything; one of two rows, groups above and names below, counts as one. Rows that are empty throughout are
    left out. ``table_row`` is the row's number in the file.
    """
    cells = read_cells(path, sheet, encoding)
    found = _heading(cells, known)
    if found is None:
        raise SourceRefusedError("table.no_heading")
    heading, below = found
    names: list[str] = []
    for column, cell in enumerate(heading):
        name = str(cell).strip() if _filled(cell) else f"column_{column + 1}"
        names.append(name if name not in names else f"{name}_{names.count(name) + 1}")
    rows = []
    for number, row in enumerate(cells[below:], start=below + 1):
        if any(_filled(c) for c in row):
            padded = [*row, *[None] * (len(names) - len(row))][: len(names)]
            rows.append([*padded, number])
    frame = pd.DataFrame(rows, columns=[*names, "table_row"], dtype=object)
    return frame.where(frame.notna(), None)


def _filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def _heading(cells: list[list[object]], known: frozenset[str]) -> tuple[list[object], int] | None:
    """The heading's names, and the position of the first row below it."""
    from spongecalc.layers.field_names import folded  # noqa: PLC0415

    first = next((n for n, row in enumerate(cells[:HEADING_ROWS]) if any(_filled(c) for c in row)), None)
    if first is None:
        return None
    counts = [sum(_filled(c) and folded(c) in known for c in row) for row in cells[:HEADING_ROWS]]
    best = counts.index(max(counts)) if max(counts) else first
    for upper in (best, best - 1):
        if 0 <= upper < len(cells) - 1 and (both := _of_two_rows(cells[upper], cells[upper + 1], known)):
            return both, upper + 2
    return cells[best], best + 1


def _of_two_rows(groups: list[object], names: list[object], known: frozenset[str]) -> list[object] | None:
    """The names of a heading of two rows: groups above (X and Y under one title), names below; None if it is not.

    The lower row has names under titles that are none themselves, and nothing under a name: a row of values has
    a value there.
    """
    from spongecalc.layers.field_names import folded  # noqa: PLC0415

    width = max(len(groups), len(names))
    above = [*groups, *[None] * (width - len(groups))]
    below = [*names, *[None] * (width - len(names))]
    is_name = [_filled(c) and folded(c) in known for c in above]
    under = [c for c in below if _filled(c)]
    if not any(is_name) or not under or any(_filled(b) and n for b, n in zip(below, is_name, strict=True)):
        return None
    if not any(folded(c) in known for c in under) or any(isinstance(c, (int, float)) for c in under):
        return None
    return [b if _filled(b) else a for a, b in zip(above, below, strict=True)]

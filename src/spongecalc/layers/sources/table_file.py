"""Tables without geometry: sheets of a workbook, and CSV in UTF-8 or GBK."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.gate.fields import refuse_fields
from spongecalc.layers.field_names import base_name, folded
from spongecalc.layers.sources.delivered_text import delivered_text
from spongecalc.layers.sources.raw import Note, SourceRefusedError, source_entrance
from spongecalc.layers.sources.workbook import WORKBOOK_SUFFIXES, Sheet, read_workbook

TABLE_SUFFIXES = (*WORKBOOK_SUFFIXES, ".csv", ".txt")
# A survey's table has a title and remarks above its heading; deeper than this nobody puts it.
HEADING_ROWS = 15
SHOWN = 10


@dataclass(frozen=True)
class Table:
    """A table as a frame of objects, and what is to be said of the sheet it stands on.

    ``sheet`` is the sheet's name, "" for CSV.
    """

    frame: pd.DataFrame
    sheet: str = ""
    notes: tuple[Note, ...] = ()


def is_workbook(path: Path) -> bool:
    """True for a file whose name ends as a workbook's."""
    return path.suffix.lower() in WORKBOOK_SUFFIXES


def sheet_names(path: Path) -> list[str]:
    """Names of a workbook's sheets that hold something, or the file's own name for CSV.

    Raises
    ------
    SourceRefusedError
        The workbook cannot be read, or none of its sheets holds anything.
    """
    if not is_workbook(path):
        return [path.stem]
    # Excel and WPS add empty sheets to every workbook.
    names = [s.name for s in read_workbook(path) if any(_filled(c) for row in s.rows for c in row)]
    if not names:
        raise SourceRefusedError("table.no_heading")
    return names


def sheet_rows(path: Path, sheet: str | None = None) -> list[list[object]]:
    """All rows of a workbook's sheet, that by its name or the first that is shown; raises SourceRefusedError."""
    return [list(row) for row in _chosen(read_workbook(path), sheet).rows]


def read_table(
    path: Path, sheet: str | None = None, encoding: str | None = None, known: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """A table as a frame of objects, as :func:`read_whole_table` has it."""
    return read_whole_table(path, sheet, encoding, known).frame


def read_whole_table(
    path: Path, sheet: str | None = None, encoding: str | None = None, known: frozenset[str] = frozenset()
) -> Table:
    """A table as a frame of objects, empty cells as None, and what is to be said of its sheet.

    The heading is the row with the most names of ``known`` among the first rows, or the first row that has
    anything; one of two rows, groups above and names below, counts as one. Cells merged downward below it hold
    their value in each of their rows. Rows that are empty throughout are left out. ``table_row`` is the row's
    number in the file.

    Parameters
    ----------
    path
        A workbook or a CSV.
    sheet
        The sheet's name; None takes the first that is not hidden.
    encoding
        Of a CSV; None tries UTF-8, then GB 18030.

    Raises
    ------
    SourceRefusedError
        If the file is no table, or has no such sheet.
    """
    notes: list[Note] = []
    if is_workbook(path):
        chosen = _chosen(read_workbook(path), sheet)
        notes = _of_sheet(chosen)
    else:
        chosen = Sheet("", _csv_rows(path, encoding))
    found = _heading(chosen.rows, known)
    if found is None:
        raise SourceRefusedError("table.no_heading")
    heading, below = found
    # Spreadsheets write columns that hold nothing behind the others.
    heading = heading[: max(map(_width, (heading, *chosen.rows[below:])))]
    with source_entrance(path, "table"):
        refuse_fields(len(heading), chosen.name)
    names = _names(heading)
    cells = [list(row) for row in chosen.rows]
    for first, last, column in chosen.merged:
        if first >= below and column < len(cells[first]):
            for row in cells[first + 1 : last + 1]:
                row[column] = cells[first][column]
    rows = []
    for number, row in enumerate(cells[below:], start=below + 1):
        if any(_filled(c) for c in row):
            padded = [*row, *[None] * (len(names) - len(row))][: len(names)]
            rows.append([*padded, number])
    frame = pd.DataFrame(rows, columns=[*names, "table_row"], dtype=object)
    return Table(frame.where(frame.notna(), None), chosen.name, tuple(notes))


def _chosen(sheets: tuple[Sheet, ...], wanted: str | None) -> Sheet:
    """The sheet that is asked for; the first that is shown where none is."""
    if wanted is None:
        shown = [s for s in sheets if not s.hidden and s.rows] or [s for s in sheets if s.rows] or list(sheets)
        if not shown:
            raise SourceRefusedError("table.no_heading")
        return shown[0]
    same = [s for s in sheets if s.name == wanted] or [s for s in sheets if folded(s.name) == folded(wanted)]
    if len(same) != 1:
        available = ", ".join(s.name for s in sheets) or "-"
        raise SourceRefusedError("layer.missing", layer=wanted, available=available)
    return same[0]


def _of_sheet(sheet: Sheet) -> list[Note]:
    """Notes on what a reader of the sheet would not see, or the program never worked out."""
    notes = []
    if sheet.hidden:
        notes.append(Note("table.hidden_sheet", {"sheet": sheet.name}))
    if sheet.hidden_rows:
        rows = sorted(sheet.hidden_rows)
        words = {"sheet": sheet.name, "count": len(rows), "rows": listed(rows)}
        notes.append(Note("table.hidden_rows", words))
    if sheet.unvalued:
        words = {"sheet": sheet.name, "count": len(sheet.unvalued), "cells": listed(sheet.unvalued)}
        notes.append(Note("table.formula_unvalued", words))
    return notes


def listed(things: object) -> str:
    """The first of some things with commas between, and "..." where there are more."""
    every = [str(t) for t in things]  # type: ignore[attr-defined]
    return ", ".join(every[:SHOWN]) + (" ..." if len(every) > SHOWN else "")


def _csv_rows(path: Path, encoding: str | None) -> tuple[tuple[object, ...], ...]:
    with source_entrance(path, "table"):
        content = delivered_text(path, encoding)
        start = content[:4096]
        delimiter = max((",", "\t", ";"), key=start.count)
        rows = list(csv.reader(io.StringIO(content, newline=None), delimiter=delimiter))
    return tuple(tuple(cell.strip() or None for cell in row) for row in rows)


def _width(row: Sequence[object]) -> int:
    """Cells of a row up to the last that has something."""
    return next((n for n in range(len(row), 0, -1) if _filled(row[n - 1])), 0)


def _names(heading: Sequence[object]) -> list[str]:
    """The names of a heading's columns, told apart."""
    names: list[str] = []
    times: Counter[str] = Counter()
    for column, cell in enumerate(heading):
        name = str(cell).strip() if _filled(cell) else f"column_{column + 1}"
        names.append(name if not times[name] else f"{name}_{times[name] + 1}")
        times[names[-1]] += 1
    return names


def _filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def _heading(
    cells: tuple[tuple[object, ...], ...], known: frozenset[str]
) -> tuple[tuple[object, ...] | list[object], int] | None:
    """The heading's names, and the position of the first row below it."""
    first = next((n for n, row in enumerate(cells[:HEADING_ROWS]) if any(_filled(c) for c in row)), None)
    if first is None:
        return None
    counts = [sum(_is_known(c, known) for c in row) for row in cells[:HEADING_ROWS]]
    best = counts.index(max(counts)) if max(counts) else first
    for upper in (best, best - 1):
        if 0 <= upper < len(cells) - 1 and (both := _of_two_rows(cells[upper], cells[upper + 1], known)):
            return both, upper + 2
    return cells[best], best + 1


def _is_known(cell: object, known: frozenset[str]) -> bool:
    return _filled(cell) and (folded(cell) in known or folded(base_name(str(cell))) in known)


def _of_two_rows(
    groups: tuple[object, ...], names: tuple[object, ...], known: frozenset[str]
) -> list[object] | None:
    """The names of a heading of two rows: groups above (X and Y under one title), names below; None if it is not.

    The lower row has names under titles that are none themselves, and nothing under a name: a row of values has
    a value there.
    """
    width = max(len(groups), len(names))
    above = [*groups, *[None] * (width - len(groups))]
    below = [*names, *[None] * (width - len(names))]
    is_name = [_is_known(c, known) for c in above]
    under = [c for c in below if _filled(c)]
    if not any(is_name) or not under or any(_filled(b) and n for b, n in zip(below, is_name, strict=True)):
        return None
    if not any(_is_known(c, known) for c in under) or any(isinstance(c, (int, float)) for c in under):
        return None
    return [b if _filled(b) else a for a, b in zip(above, below, strict=True)]

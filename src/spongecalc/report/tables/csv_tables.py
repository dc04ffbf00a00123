"""results/*.csv: the review's tables as files that a spreadsheet opens rightly."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from numbers import Number
from pathlib import Path

import pandas as pd

from spongecalc.batch.own_files import refuse_files_of_others
from spongecalc.formula_guard import guarded
from spongecalc.report.content.number_format import cell_text
from spongecalc.whole_file import replace_files

ROWS_A_PART = 1000


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV text: one header row, LF line ends, rows and columns in the order given."""
    return "".join(_parts(table))


class _Lines(io.StringIO):
    """Rows with LF line ends in which a cell that holds a CR stands in quotes.

    The writer quotes cells that hold what ends its lines: with LF alone what stands behind a CR in a cell
    would be a row of its own, and what it begins with would be calculated.
    """

    BOTH = "\r\n"

    def write(self, row: str, /) -> int:
        """Take a row from the writer."""
        return super().write(f"{row.removesuffix(self.BOTH)}\n")


def _parts(table: pd.DataFrame) -> Iterator[str]:
    """The text of a table, some rows at a time."""
    out = _Lines()
    writer = csv.writer(out, lineterminator=_Lines.BOTH)
    names = [str(name) for name in table.columns]
    writer.writerow([guarded(name) for name in names])
    for number, row in enumerate(table.itertuples(index=False, name=None), 1):
        measured = _measured(names, row)
        writer.writerow([_cell(name, value) for name, value in zip(measured, row, strict=True)])
        if number % ROWS_A_PART == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _measured(names: list[str], row: Sequence[object]) -> Sequence[str]:
    """The columns' names; of a table with a figure a row, the value's is that of the figure with its unit."""
    if not {"figure", "value", "unit"} <= set(names):
        return names
    of = dict(zip(names, row, strict=True))
    return [f"{of['figure']}_{of['unit']}".removesuffix("_") if name == "value" else name for name in names]


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table to ``folder``/<name>.csv, all of them or none.

    Files are UTF-8 with a byte order mark (without it Excel takes Chinese for something else). Decimals
    follow the unit in a column's name (:mod:`spongecalc.report.content.number_format`); what is not known
    is empty. Text that a spreadsheet would calculate gets an apostrophe in front.

    Returns the files' paths in the order of ``tables``. Raises OSError where the folder cannot be written.
    """
    contents = {folder / f"{name}.csv": _bytes(table) for name, table in tables.items()}
    replace_files(contents)
    return list(contents)


def write_own_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write tables as :func:`write_tables` does, over none that is not this program's.

    Raises
    ------
    NotOursError
        A file of the user's has the name of one; nothing was written then.
    OSError
        The folder cannot be written.
    """
    refuse_tables_of_others(tables, folder)
    return write_tables(tables, folder)


def refuse_tables_of_others(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Raise NotOursError where a file of the user's has the name of a table that is about to be written."""
    lines = {
        folder / f"{name}.csv": BOM_UTF8 + csv_text(table.iloc[:0]).encode() for name, table in tables.items()
    }
    refuse_files_of_others(folder, lines, lines)


def _bytes(table: pd.DataFrame) -> Iterator[bytes]:
    """The file of a table, some rows at a time: a county's tables as texts would fill the memory."""
    yield BOM_UTF8
    for part in _parts(table):
        yield part.encode()


def _cell(column: str, value: object) -> str:
    written = cell_text(column, value)
    is_number = isinstance(value, Number) and not isinstance(value, bool)
    return written if is_number else guarded(written)

"""results/*.csv: the review's tables as files that a spreadsheet opens rightly."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from numbers import Number
from pathlib import Path

import pandas as pd

from spongecalc.report.content.number_format import cell_text
from spongecalc.whole_file import replace_files

# A spreadsheet calculates a cell that begins with one of these.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

ROWS_A_PART = 1000


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV text: one header row, LF line ends, rows and columns in the order given."""
    return "".join(_parts(table))


def _parts(table: pd.DataFrame) -> Iterator[str]:
    """The text of a table, some rows at a time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [str(name) for name in table.columns]
    writer.writerow(names)
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


def _bytes(table: pd.DataFrame) -> Iterator[bytes]:
    """The file of a table, some rows at a time: a county's tables as texts would fill the memory."""
    yield BOM_UTF8
    for part in _parts(table):
        yield part.encode()


def _cell(column: str, value: object) -> str:
    written = cell_text(column, value)
    is_number = isinstance(value, Number) and not isinstance(value, bool)
    return f"'{written}" if not is_number and written.startswith(FORMULA_STARTS) else written

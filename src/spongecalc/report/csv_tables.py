"""The result tables as CSV files that spreadsheets open as they are."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

DECIMALS_BY_SUFFIX: tuple[tuple[str, int], ...] = (
    ("_m3_d", 3),
    ("_l_s", 2),
    ("_percent", 2),
    ("_m2", 2),
    ("_m3", 2),
    ("_h", 2),
    ("_m", 3),
)
"""Decimals of a column's numbers by the unit at the end of its name."""

OTHER_DECIMALS = 2
# Shares and times stay decimals even where every row happens to be whole.
NEVER_COUNTS = ("runoff_coefficient", "seconds")
FORMULA_STARTS = ("=", "+", "-", "@", "\t")
BYTE_ORDER_MARK = "\ufeff"


def decimals_of(column: str) -> int:
    """Decimals that a column's numbers are written with, by its unit suffix."""
    for suffix, decimals in DECIMALS_BY_SUFFIX:
        if column.endswith(suffix):
            return decimals
    return OTHER_DECIMALS


def cell_text(value: object, decimals: int) -> str:
    """One cell: numbers fixed, texts guarded against being read as a formula, unknown values empty.

    A float column holding only counts is the caller's to recognise (see :func:`write_tables`); here every
    float gets ``decimals``.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        return ""
    fixed = f"{number:.{decimals}f}"
    # -0.00 says no more than 0.00 and would differ between platforms
    return fixed.removeprefix("-") if float(fixed) == 0 else fixed


def _is_count(column: str, values: pd.Series) -> bool:
    """Whether a column holds counts: whole numbers in a column whose name has no unit at its end."""
    if column in NEVER_COUNTS or any(column.endswith(suffix) for suffix, _ in DECIMALS_BY_SUFFIX):
        return False
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    return bool(len(numbers)) and bool((numbers % 1 == 0).all())


def table_text(table: pd.DataFrame) -> str:
    """A frame as CSV text: a header row, rows as given, LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    columns = []
    for name in table.columns:
        decimals = 0 if _is_count(str(name), table[name]) else decimals_of(str(name))
        columns.append([cell_text(v, decimals) for v in table[name]])
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def write_whole(path: Path, text: str) -> Path:
    """Write a file whole or not at all: to a neighbour first, which then takes its place."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(text.encode("utf-8"))
    part.replace(path)
    return path


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table to ``<stem>.csv``.

    Parameters
    ----------
    tables
        File stem to frame, a column's unit being its suffix.
    folder
        Where to write; made if it does not exist.

    Returns
    -------
    list[Path]
        The files, in the order of ``tables``. UTF-8 with a byte order mark (spreadsheets in Chinese Windows
        need it), LF line ends, fixed decimals, empty for unknown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_whole(folder / f"{stem}.csv", BYTE_ORDER_MARK + table_text(table)) for stem, table in tables.items()
    ]

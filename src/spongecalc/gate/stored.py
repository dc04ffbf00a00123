"""Tables and notes that an earlier call of the program left on disk, within an entrance.

Somebody may have edited, cut or replaced them since: they are read like anything from outside.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from spongecalc.formula_guard import unguarded_table
from spongecalc.gate import text
from spongecalc.gate.entrance import standing_in


def table(path: Path, **choices: Any) -> pd.DataFrame:
    """A table of CSV as :func:`pandas.read_csv` gives it, without the apostrophes that guard its texts."""
    standing_in()
    return unguarded_table(pd.read_csv(path, **{"encoding": "utf-8-sig", **choices}))


def rows(path: Path) -> list[list[str]]:
    """The cells of a table of CSV, as they are written."""
    return list(csv.reader(io.StringIO(text.read_text(path), newline="")))


def note(path: Path) -> Any:
    """What a file of JSON holds."""
    return json.loads(text.read_text(path))


def parquet(files: dict[str, Path]) -> dict[str, pd.DataFrame]:
    """Tables of Parquet files, by name; raises ModuleNotFoundError where DuckDB is not installed."""
    import duckdb  # noqa: PLC0415  of the extra [store]

    standing_in()
    with duckdb.connect() as connection:
        return {name: connection.read_parquet(str(file)).df() for name, file in files.items()}

"""Tables and notes that an earlier call of the program left on disk, within an entrance.

Somebody may have edited, cut or replaced them since: they are read like anything from outside.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spongecalc.formula_guard import unguarded_table
from spongecalc.gate import text
from spongecalc.gate.entrance import standing_in
from spongecalc.gate.limits import MB
from spongecalc.gate.not_admitted import TooLargeError
from spongecalc.gate.territory import limits_of
from spongecalc.sealed_json import unsealed

if TYPE_CHECKING:
    import pandas as pd

_BYTES_OF_A_VALUE = 8


def table(path: Path, **choices: Any) -> pd.DataFrame:
    """A table of CSV as :func:`pandas.read_csv` gives it, without the apostrophes that guard its texts."""
    import pandas as pd  # noqa: PLC0415  slow to import, and most commands only look at notes

    standing_in()
    return unguarded_table(pd.read_csv(path, **{"encoding": "utf-8-sig", **choices}))


def rows(path: Path) -> list[list[str]]:
    """The cells of a table of CSV, as they are written."""
    return list(csv.reader(io.StringIO(text.read_text(path), newline="")))


def note(path: Path) -> Any:
    """What a file of JSON holds."""
    return json.loads(text.read_text(path))


def sealed(path: Path) -> dict[str, Any]:
    """The document in a file of JSON with a seal; raises ValueError where a byte is not what was written."""
    return unsealed(text.read_bytes(path))


def parquet(files: dict[str, Path]) -> dict[str, pd.DataFrame]:
    """Tables of Parquet files, by name; raises ModuleNotFoundError where DuckDB is not installed."""
    import duckdb  # noqa: PLC0415  of the extra [store]

    allowed_mb = limits_of(standing_in().path).stored_limit_mb
    with duckdb.connect() as connection:
        for file in files.values():
            # Values that repeat take no place in the file, but in memory each takes its own.
            size, rows, columns = connection.execute(
                "SELECT max(size), max(rows), max(columns) FROM (SELECT sum(total_uncompressed_size) AS size, "
                "0 AS rows, count(DISTINCT column_id) AS columns FROM parquet_metadata(?) UNION ALL "
                "SELECT 0, sum(num_rows), 0 FROM parquet_file_metadata(?))",
                [str(file), str(file)],
            ).fetchall()[0]
            size = max(int(size or 0), int(rows or 0) * int(columns or 0) * _BYTES_OF_A_VALUE)
            if size > allowed_mb * MB:
                raise TooLargeError.of_megabytes("stored_limit", size, allowed_mb)
        return {name: connection.read_parquet(str(file)).df() for name, file in files.items()}

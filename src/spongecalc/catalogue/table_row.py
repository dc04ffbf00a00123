"""Rows of the catalogue's tables as objects: every cell is there and of its type, or loading names the cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from spongecalc.language import text
from spongecalc.standards.tables import rows

NOTHING = "none"
"""A cell that says there is nothing; an empty one was forgotten."""
_TRUTH = {"yes": True, "no": False}


class CellError(ValueError):
    """A cell of a table that is missing or cannot be read; names table, row and column."""

    def __init__(self, table: str, row: str, column: str, found: str) -> None:
        self.table, self.row, self.column, self.found = table, row, column, found
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """The mistake in words."""
        rule = "cell_improper" if self.found else "cell_missing"
        found = {"table": self.table, "row": self.row, "column": self.column, "found": self.found}
        return text(f"catalogue.{rule}", language, **found)


def _texts(cell: str) -> tuple[str, ...]:
    return () if cell == NOTHING else tuple(t.strip() for t in cell.split(";"))


def _sizes(cell: str) -> tuple[float, ...]:
    return () if cell in (NOTHING, "any") else tuple(float(t) for t in cell.split())


def _pairs(cell: str) -> tuple[tuple[float, float], ...]:
    parts = () if cell == NOTHING else tuple(t.partition(":") for t in cell.split())
    return tuple((float(a), float(b)) for a, _, b in parts)


_READ: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    float: float,
    bool: lambda cell: _TRUTH[cell],
    tuple[str, ...]: _texts,
    tuple[float, ...]: _sizes,
    tuple[tuple[float, float], ...]: _pairs,
}


def objects_of[Row](kind: type[Row], table: str) -> Iterator[Row]:
    """An object for each row of a table; its first column names the row.

    Parameters
    ----------
    kind
        A dataclass whose fields without a default are columns of the table.
    table
        Name of the table.

    Raises
    ------
    CellError
        A cell is empty, its column is missing, or it is not of the field's type.
    """
    hints = get_type_hints(kind)
    columns = [f.name for f in fields(kind) if f.default is MISSING]  # type: ignore[arg-type]
    for number, row in enumerate(rows(table), 2):
        name = next(iter(row.values()), "") or f"#{number}"
        values = {}
        for column in columns:
            cell = (row.get(column) or "").strip()
            if not cell:
                raise CellError(table, name, column, "")
            try:
                values[column] = _READ[hints[column]](cell)
            except (ValueError, KeyError):
                raise CellError(table, name, column, cell) from None
        yield kind(**values)

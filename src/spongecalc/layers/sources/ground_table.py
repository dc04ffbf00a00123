"""Ground points out of a table: XYZ in text files of any separator, CASS point files, sheets of a workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.gate import text
from spongecalc.gate.cause import on_one_line
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.field_names import recognised_fields
from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.sources.delivered_text import delivered_text
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError, source_entrance
from spongecalc.layers.sources.table_file import is_workbook, sheet_rows
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.quantity import factor

GROUND_TEXTS = (".csv", ".txt", ".xyz", ".dat", ".tsv", ".asc", ".pts")
# Nothing but a raster ends so; of anything else a raster in it is looked for first, then layers.
RASTERS = (".tif", ".tiff", ".img", ".vrt", ".jp2", ".adf", ".grd", ".hgt", ".dem", ".bil", ".nc")
# A grid of numbers in text, whatever its ending: Esri's and Surfer's.
GRID_STARTS = ("ncols", "nrows", "dsaa")
HEADING_ROWS = 15
QUOTED = 10
# Coordinates of a grid of the country; numbers of points are smaller, or no whole ones.
COORDINATE_M = 10_000.0
X, Y, LEVEL = "x", "y", "level_m"


def is_grid_text(path: Path) -> bool:
    """True for a text that is a raster: it begins as an Esri or Surfer grid does."""
    try:
        with Entrance(path, "text", "dem"):
            start = text.read_beginning(path, 200)
    except InputRefusedError:
        return False
    return start.decode("latin-1").lstrip("\ufeff \t\r\n").lower().startswith(GRID_STARTS)


def read_ground_table(path: Path, source: LayerSource) -> RawLayer:
    """The points of a table, with their level as Z.

    Parameters
    ----------
    path
        A text with one point a line, separated by commas, semicolons, tabs or blanks, or a workbook.
    source
        Its ``fields`` may name the columns ``x``, ``y`` and ``level_m``, ``units`` the unit of the latter,
        ``layer`` a sheet.

    Returns
    -------
    Points in the order of the file, X as the first coordinate. Lines that hold no point are named and left out.

    Notes
    -----
    With a heading the columns are known by their names. Without one, three columns are X, Y and level; of more, a
    number (and a code) may stand first, as CASS writes them.

    Raises
    ------
    SourceRefusedError
        There are no three columns of numbers, or a named field is missing.
    """
    with source_entrance(path, "table", "dem"):
        return _points(_rows(path, source), source)


def _points(rows: Sequence[tuple[int, Row]], source: LayerSource) -> RawLayer:
    heading, below = _heading(rows, source)
    body = [(number, row) for number, row in rows if number > below]
    columns = _named(heading, source) if heading is not None else None
    picked = columns or _by_place([row for _, row in body])
    if picked is None:
        available = ", ".join(heading or []) or "-"
        raise SourceRefusedError("dem.no_columns", available=available)
    texts = pd.DataFrame(
        [[_cell(row, c) for c in picked] for _, row in body], columns=[X, Y, LEVEL], dtype=object
    )
    numbers = {name: numbers_of(texts[name], "m")[0].to_numpy(float) for name in (X, Y)}
    unit = source.units.get(LEVEL, "m")
    numbers[LEVEL] = numbers_of(texts[LEVEL], unit)[0].to_numpy(float) * factor(unit, LEVEL)
    # An empty level is a void; anything else that is no number makes the line no point.
    void = texts[LEVEL].map(lambda v: v is None or str(v).strip() == "").to_numpy(bool)
    good = np.isfinite(numbers[X]) & np.isfinite(numbers[Y]) & (np.isfinite(numbers[LEVEL]) | void)
    bad = [_quoted(*body[n]) for n in np.flatnonzero(~good)]
    if not good.any():
        raise SourceRefusedError("dem.no_points")
    points = shapely.points(numbers[X][good], numbers[Y][good], numbers[LEVEL][good])
    notes = (Note("dem.bad_lines", {"count": len(bad), "lines": ", ".join(bad[:QUOTED])}),) if bad else ()
    return RawLayer(gpd.GeoDataFrame(geometry=points), notes=notes)


type Row = Sequence[object]


def _quoted(number: int, row: Row) -> str:
    return f"{number} ({on_one_line(' '.join(str(c) for c in row if c is not None))[:40]})"


def _cell(row: Row, column: int) -> object:
    return row[column] if -len(row) <= column < len(row) else None


def _rows(path: Path, source: LayerSource) -> list[tuple[int, Row]]:
    """The lines of a file that say anything, by their numbers, each as its cells."""
    if is_workbook(path):
        cells = sheet_rows(path, source.layer)
        return [(n, row) for n, row in enumerate(cells, start=1) if any(c not in (None, "") for c in row)]
    try:
        content = delivered_text(path, source.encoding)
    except LookupError as reason:
        raise SourceRefusedError("encoding.unknown", encoding=source.encoding) from reason
    lines = content.replace("，", ",").replace("；", ";").replace("\u3000", " ").splitlines()
    told = [(n, line) for n, line in enumerate(lines, start=1) if line.strip(" ,;\t\x1a\0")]
    return [(n, _cells(line)) for n, line in told if not line.lstrip().startswith("#")]


def _cells(line: str) -> list[str]:
    """The cells of a line; where commas do not separate and no point stands in it, they are decimal points."""
    if "." not in line and (";" in line or "\t" in line):
        line = line.replace(",", ".")
    for separator in (";", "\t", ","):
        if separator in line:
            return [cell.strip().strip('"') for cell in line.split(separator)]
    return re.split(r"\s+", line.strip())


def _numeric(cell: object) -> bool:
    return bool(np.isfinite(_numbers([cell])[0]))


def _numbers(cells: Sequence[object]) -> np.ndarray:
    found: np.ndarray = numbers_of(pd.Series(cells, dtype=object), "m")[0].to_numpy(float)
    return found


def _heading(rows: Sequence[tuple[int, Row]], source: LayerSource) -> tuple[list[str] | None, int]:
    """The names of the columns and the line that they stand in; None and 0 without a heading.

    It is the first line that names a level, an X and a Y.
    """
    for number, row in rows[:HEADING_ROWS]:
        names = [str(c).strip() if c is not None else "" for c in row]
        if sum(_numeric(c) for c in row) < 3 and _named(names, source, quiet=True) is not None:
            return names, number
    if source.fields and rows:
        return [str(c).strip() if c is not None else "" for c in rows[0][1]], rows[0][0]
    return None, 0


def _named(heading: Sequence[str], source: LayerSource, *, quiet: bool = False) -> list[int] | None:
    """The columns of X, Y and level by their names; None where one is not there."""
    own = {c: f for c, f in source.fields.items() if f in heading}
    missing = [f for f in source.fields.values() if f not in heading]
    if missing:
        if quiet:
            return None
        raise SourceRefusedError("field.missing", fields=", ".join(missing), available=", ".join(heading))
    known = recognised_fields("dem", [h for h in heading if h], [*own, *own.values()])
    fields = {**known, **own}
    if not all(c in fields for c in (X, Y, LEVEL)):
        return None
    return [list(heading).index(fields[c]) for c in (X, Y, LEVEL)]


def _by_place(rows: Sequence[Row]) -> list[int] | None:
    """The columns of X, Y and level of a file without heading.

    The first two neighbours that are coordinates of a national grid; in a local grid the last three of four or
    five columns, behind number and code, else the first three. Behind a number and a code columns are counted
    from the end: where blanks separate, a point without a code has one less.
    """
    widths = pd.Series([len(r) for r in rows])
    width = int(widths.mode().iloc[0]) if len(widths) else 0
    if width < 3:
        return None
    sample = [r for r in rows if len(r) == width][:1000]
    columns = [_numbers([r[c] for r in sample]) for c in range(width)]
    filled = [float(np.isfinite(c).mean()) > 0.5 for c in columns]
    starts = [s for s in range(min(3, width - 2)) if filled[s] and filled[s + 1]]
    large = [
        bool(f) and float(np.nanmedian(np.abs(c))) > COORDINATE_M for f, c in zip(filled, columns, strict=True)
    ]
    national = [s for s in starts if large[s] and large[s + 1]]
    behind = width - 3
    if national:
        start = national[0]
    elif width in (4, 5) and behind in starts:
        start = behind
    elif starts:
        start = starts[0]
    else:
        return None
    return [-3, -2, -1] if 0 < start == behind else [start, start + 1, start + 2]

"""The point file of CASS (.dat): a line for each point with its number, code, east, north and height.

The file has no heading, and unlike a survey's table it has east before north:
``12,YSJ,541010.25,2675018.40,1623.11``.
"""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.layers.sources.delivered_text import delivered_text
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError

# Field of the code; usual names of kinds may stand in it.
NUMBER, CODE, HEIGHT = "点号", "编码", "高程"
FIELDS = 5
QUOTED = 20


def read_cass(path: Path, layer: str, encoding: str | None = None) -> RawLayer:
    """The points of a CASS file.

    Parameters
    ----------
    path
        A .dat.
    layer
        A layer of the contract that takes points.
    encoding
        Of its codes; None tries UTF-8, then GB 18030.

    Returns
    -------
    Points with the fields 点号, 编码, 高程 (m, kept as Z as well) and ``table_row``; for nodes and trees the
    number is the id too, and for nodes the height the ground's. Lines that hold no point are named and left out;
    a file without any is refused.
    """
    if "Point" not in SCHEMAS[layer].geometry:
        raise SourceRefusedError("table.no_geometry", layer=layer)
    rows, bad = _rows(path, encoding)
    if not rows:
        raise SourceRefusedError("cass.no_points")
    frame = pd.DataFrame(rows, columns=[NUMBER, CODE, "_east", "_north", HEIGHT, "table_row"])
    east, north = frame.pop("_east"), frame.pop("_north")
    level = frame[HEIGHT].astype(float).fillna(0.0)
    frame = frame.astype(object).where(frame.notna(), None)
    columns = {SCHEMAS[layer].id_column}
    frame[SCHEMAS[layer].id_column] = frame[NUMBER]
    if layer == "nodes":
        frame["ground_m"] = frame[HEIGHT]
        columns.add("ground_m")
    notes = (Note("cass.bad_lines", {"count": len(bad), "lines": ", ".join(bad[:QUOTED])}),) if bad else ()
    return RawLayer(
        gpd.GeoDataFrame(frame, geometry=shapely.points(east, north, level)), frozenset(columns), notes
    )


def _rows(path: Path, encoding: str | None) -> tuple[list[tuple[object, ...]], list[str]]:
    """The points of a file, and the lines that hold none, each as its number and what it says."""
    try:
        text = delivered_text(path, encoding)
    except LookupError as reason:
        raise SourceRefusedError("encoding.unknown", encoding=encoding) from reason
    rows: list[tuple[object, ...]] = []
    bad: list[str] = []
    # Full-width commas come from a Chinese keyboard.
    for number, line in enumerate(text.replace("，", ",").splitlines(), start=1):
        if not line.strip(" ,\t\x1a\0"):
            continue
        point = _point(_cells(line))
        if point is None:
            bad.append(f"{number} ({line.strip()[:40]})")
        else:
            rows.append((*point, number))
    return rows, bad


def _cells(line: str) -> list[str]:
    if "," in line:
        cells = next(csv.reader(io.StringIO(line)))
    else:
        cells = re.split(r"\s+", line.strip())
        # Separated by blanks a point without a code has one field less.
        if len(cells) == FIELDS - 1:
            cells.insert(1, "")
    return [cell.strip() for cell in cells]


def _point(cells: list[str]) -> tuple[str, str | None, float, float, float] | None:
    """Number, code, east, north and height in m (NaN where it is empty) of a line; None where it is no point."""
    if len(cells) not in (FIELDS - 1, FIELDS) or not cells[0]:
        return None
    east, north = _number(cells[2]), _number(cells[3])
    height = _number(cells[4]) if len(cells) == FIELDS and cells[4] else math.nan
    if east is None or north is None or height is None:
        return None
    return cells[0], cells[1] or None, east, north, height


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None

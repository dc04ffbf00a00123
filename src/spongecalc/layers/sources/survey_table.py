"""The tables of an underground pipe survey (CJJ 61-2017): points with what they connect to, and lines.

In a survey X is north and Y is east. A point table has a row for each point and each point it connects to,
so that every line stands in it twice, seen from either end, with the depth or level of that end.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.field_names import folded, recognised_fields
from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError
from spongecalc.layers.sources.table_file import read_table
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.quantity import column_unit
from spongecalc.standards.tables import table

SURVEY = "survey"


def read_survey(path: Path, layer: str, source: LayerSource, folder: Path) -> RawLayer:
    """Nodes or pipes out of survey tables.

    Parameters
    ----------
    path
        The point table, or a line table that names points; ``source.points`` is then the point table.
    layer
        "nodes" or "pipes".
    source
        Its ``fields`` may name the fields of point, connected, x and y besides the contract's columns.
    folder
        The project's folder.

    Raises
    ------
    SourceRefusedError
        If the table has no points or no coordinates.
    """
    if layer not in ("nodes", "pipes"):
        raise SourceRefusedError("table.no_geometry", layer=source.layer or layer)
    frame = read_table(path, source.layer, source.encoding, _known())
    if layer == "nodes":
        return _nodes(frame, source)
    if source.points is not None:
        points = read_table(folder / source.points, source.points_layer, source.encoding, _known())
        return _lines(frame, points, source)
    return _lines_of_points(frame, source)


def _known() -> frozenset[str]:
    return frozenset(folded(n) for n in table("field_names")["name"])


def survey_fields(frame: pd.DataFrame, source: LayerSource, layer: str = SURVEY) -> dict[str, str]:
    """Fields of a survey table by what they hold: the project's own names first, then the known ones."""
    own = {c: f for c, f in source.fields.items() if f in frame.columns}
    known = recognised_fields(layer, frame.columns, [*own, *own.values()])
    return {**known, **own}


def _coordinates(frame: pd.DataFrame, fields: dict[str, str]) -> np.ndarray:
    """East and north of each row, NaN where one is not a number."""
    if "x" not in fields or "y" not in fields:
        raise SourceRefusedError(
            "field.missing", fields="X, Y", available=", ".join(str(c) for c in frame.columns[:-1])
        )
    north = pd.to_numeric(frame[fields["x"]], errors="coerce").to_numpy(float)
    east = pd.to_numeric(frame[fields["y"]], errors="coerce").to_numpy(float)
    return np.column_stack([east, north])


def _point_names(frame: pd.DataFrame, fields: dict[str, str]) -> pd.Series:
    """The point of each row; a row that leaves it empty speaks of the point above it."""
    if "point" not in fields:
        raise SourceRefusedError(
            "field.missing", fields="点号", available=", ".join(str(c) for c in frame.columns[:-1])
        )
    return frame[fields["point"]].map(name_of).ffill()


def name_of(value: object) -> str | None:
    """A point's name as text: 12.0 of a workbook is "12"."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def _nodes(frame: pd.DataFrame, source: LayerSource) -> RawLayer:
    fields = survey_fields(frame, source)
    names, places = _point_names(frame, fields), _coordinates(frame, fields)
    out = frame.assign(node_id=names)
    columns = {"node_id"}
    depth_field, invert_field = fields.get("depth_m"), fields.get("invert_m")
    if "well_depth_m" in fields and "depth_m" not in source.fields:
        out["depth_m"] = frame[fields["well_depth_m"]]
        columns.add("depth_m")
    elif depth_field and "depth_m" not in source.fields:
        # A point's depth is that of its lowest pipe: rows of one point differ by the pipe they speak of.
        out["depth_m"] = _of_points(frame[depth_field], names, "depth_m", source, "max")
        columns.add("depth_m")
    if invert_field and "invert_m" not in source.fields:
        out["invert_m"] = _of_points(frame[invert_field], names, "invert_m", source, "min")
        columns.add("invert_m")
    if "ground_m" in fields:
        out["ground_m"] = frame[fields["ground_m"]]
        columns.add("ground_m")
    if "attachment" in fields or "feature" in fields:
        seen = frame[fields["attachment"]] if "attachment" in fields else pd.Series(None, index=frame.index)
        if "feature" in fields:
            seen = seen.where(seen.notna(), frame[fields["feature"]])
        out["kind"] = seen
        columns.add("kind")
    out = out.assign(_east=places[:, 0], _north=places[:, 1])
    first = out[names.notna()].groupby("node_id", sort=False).first().reset_index()
    first = first.astype(object).where(first.notna(), None)
    points = shapely.points(first.pop("_east").astype(float), first.pop("_north").astype(float))
    points = np.where([np.isfinite(shapely.get_coordinates(p)).all() for p in points], points, None)
    return RawLayer(gpd.GeoDataFrame(first, geometry=list(points)), frozenset(columns))


def _of_points(values: pd.Series, names: pd.Series, column: str, source: LayerSource, which: str) -> pd.Series:
    """The least or greatest of each point's numbers; a text that is no number stays, for the reader to name."""
    numbers = _numbers(values, column, source)
    wrong = values.where(values.notna() & numbers.isna()).groupby(names).transform("first")
    return wrong.where(wrong.notna(), numbers.groupby(names).transform(which))


def _numbers(values: pd.Series, column: str, source: LayerSource) -> pd.Series:
    """Numbers in the unit that the project states for the column, or in the column's own."""
    return numbers_of(values, source.units.get(column) or column_unit(column))[0]


def _places(points: pd.DataFrame, source: LayerSource) -> dict[str, np.ndarray]:
    fields = survey_fields(points, source)
    names, places = _point_names(points, fields), _coordinates(points, fields)
    found: dict[str, np.ndarray] = {}
    for name, place in zip(names, places, strict=True):
        if isinstance(name, str) and name not in found and np.isfinite(place).all():
            found[name] = place
    return found


def _drawn(frame: pd.DataFrame, places: dict[str, np.ndarray]) -> gpd.GeoDataFrame:
    lines = [
        shapely.LineString([places[a], places[b]]) if a in places and b in places and a != b else None
        for a, b in zip(frame["from_node"], frame["to_node"], strict=True)
    ]
    return gpd.GeoDataFrame(frame, geometry=lines)


def _lines(frame: pd.DataFrame, points: pd.DataFrame, source: LayerSource) -> RawLayer:
    """The rows of a line table, drawn between the points they name."""
    fields = survey_fields(frame, source, "pipes")
    missing = [c for c in ("from_node", "to_node") if c not in fields]
    if missing:
        available = ", ".join(str(c) for c in frame.columns[:-1])
        raise SourceRefusedError("field.missing", fields="起点点号, 终点点号", available=available)
    named = frame.assign(
        from_node=frame[fields["from_node"]].map(name_of), to_node=frame[fields["to_node"]].map(name_of)
    )
    return RawLayer(_drawn(named, _places(points, source)), frozenset({"from_node", "to_node"}))


def _lines_of_points(frame: pd.DataFrame, source: LayerSource) -> RawLayer:
    """The lines of a point table: each pair of points once, with what either end says of it.

    Nobody states the direction of flow in such a table: a line runs from the end whose pipe lies higher, and
    as it is listed first where the ends do not tell.
    """
    fields = survey_fields(frame, source)
    if "connected" not in fields:
        raise SourceRefusedError(
            "field.missing", fields="连接点号", available=", ".join(str(c) for c in frame.columns[:-1])
        )
    names = _point_names(frame, fields)
    others = frame[fields["connected"]].map(name_of)
    nothing = pd.Series(np.nan, index=frame.index)
    numbers, given = {}, {}
    for key in ("invert_m", "depth_m", "ground_m"):
        values = frame[fields[key]] if key in fields else nothing
        numbers[key] = _numbers(values, key, source)
        # A text that is no number stays, for the reader to name.
        given[key] = numbers[key].where(numbers[key].notna(), values)
    ground = numbers["ground_m"].groupby(names).transform("first")
    level = numbers["invert_m"].fillna(ground - numbers["depth_m"])
    has = {(a, b) for a, b in zip(names, others, strict=True) if isinstance(a, str) and isinstance(b, str)}
    ends = {
        (a, b): (position, inv, dep, lev)
        for position, (a, b, inv, dep, lev) in enumerate(
            zip(names, others, given["invert_m"], given["depth_m"], level, strict=True)
        )
        if (a, b) in has
    }
    rows, turned = [], 0
    for (a, b), (position, inv_a, dep_a, lev_a) in ends.items():
        back = ends.get((b, a))
        if back is not None and back[0] < position:
            continue
        inv_b, dep_b, lev_b = back[1:] if back is not None else (np.nan, np.nan, np.nan)
        row: dict[str, object] = {str(k): v for k, v in frame.iloc[position].items()}
        if back is not None:
            other = frame.iloc[back[0]]
            row = {k: v if v is not None else other[k] for k, v in row.items()}
        upper, lower = (a, inv_a, dep_a), (b, inv_b, dep_b)
        if lev_b > lev_a:
            upper, lower, turned = lower, upper, turned + 1
        rows.append(
            {
                **row,
                "pipe_id": f"{upper[0]}-{lower[0]}",
                "from_node": upper[0],
                "to_node": lower[0],
                "invert_up_m": upper[1],
                "invert_down_m": lower[1],
                "depth_up_m": upper[2],
                "depth_down_m": lower[2],
            }
        )
    made = ("pipe_id", "from_node", "to_node", "invert_up_m", "invert_down_m", "depth_up_m", "depth_down_m")
    out = pd.DataFrame(rows, columns=[*[c for c in frame.columns if c not in made], *made], dtype=object)
    notes = (Note("survey.direction", {"count": len(out), "turned": turned}),)
    return RawLayer(_drawn(out, _places(frame, source)), frozenset(made), notes)

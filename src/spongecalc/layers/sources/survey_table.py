"""The tables of an underground pipe survey (CJJ 61-2017): points with what they connect to, and lines.

In a survey X is north and Y is east. A point table has a row for each point and each point it connects to,
so that every line stands in it twice, seen from either end, with the depth or level of that end.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.id_text import by_case
from spongecalc.layers.sources.delivery import Delivery, places_of
from spongecalc.layers.sources.point_table import (
    PointTable,
    known_names,
    missing_field,
    name_of,
    survey_fields,
    without_foot,
)
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError
from spongecalc.layers.sources.survey_lines import lines_of_points
from spongecalc.layers.sources.table_file import listed, read_whole_table
from spongecalc.project.layer_source import LayerSource

# Two rows of one point that are farther apart are two points of one number; closer, a rounding.
TWO_PLACES_M, SAME_PLACE_M = 1.0, 0.01
SAME_LEVEL_M = 0.0005


def read_survey(
    path: Path,
    layer: str,
    source: LayerSource,
    folder: Path,
    delivery: Delivery | None = None,
    nodes: Mapping[str, np.ndarray] | None = None,
) -> RawLayer:
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
    delivery
        All survey tables of the project; None takes this one alone.
    nodes
        East and north in m of the project's nodes by id, where the tables count in its coordinates.

    Raises
    ------
    SourceRefusedError
        If the table has no points or no coordinates.
    """
    if layer not in ("nodes", "pipes"):
        raise SourceRefusedError("table.no_geometry", layer=source.layer or layer)
    known = delivery or Delivery(folder, (source,), (source,))
    if layer == "nodes":
        return _nodes(source, known)
    places = {**(nodes or {}), **places_of(known.beside(source))}
    if source.points is not None:
        return _lines(path, source, known, places)
    own = known.points(source)
    if "connected" not in own.fields:
        raise missing_field(own.frame, "连接点号")
    raw, ends = lines_of_points(own, known.beside(source, lines=True), places, _points_of(known, source))
    return _drawn(raw, ends, own.sheet, places, _points_of(known, source))


def _points_of(delivery: Delivery, source: LayerSource) -> frozenset[str]:
    """Every point that a table of the delivery has a row of."""
    return frozenset(n for one in delivery.beside(source) for n in one.names.dropna().unique())


def _nodes(source: LayerSource, delivery: Delivery) -> RawLayer:
    own = delivery.points(source)
    frame, fields, names = own.frame, own.fields, own.names
    out = frame.assign(node_id=names)
    origin = {"node_id": fields["point"]}
    depth_field, invert_field = fields.get("depth_m"), fields.get("invert_m")
    if "well_depth_m" in fields and "depth_m" not in source.fields:
        out["depth_m"] = frame[fields["well_depth_m"]]
        origin["depth_m"] = fields["well_depth_m"]
    elif depth_field and "depth_m" not in source.fields:
        # A point's depth is that of its lowest pipe: rows of one point differ by the pipe they speak of.
        out["depth_m"] = _of_points(frame[depth_field], own.numbers_m("depth_m"), names, "max")
        origin["depth_m"] = depth_field
    if invert_field and "invert_m" not in source.fields:
        out["invert_m"] = _of_points(frame[invert_field], own.numbers_m("invert_m"), names, "min")
        origin["invert_m"] = invert_field
    if "ground_m" in fields:
        out["ground_m"] = frame[fields["ground_m"]]
        origin["ground_m"] = fields["ground_m"]
    if "attachment" in fields or "feature" in fields:
        seen = frame[fields["attachment"]] if "attachment" in fields else pd.Series(None, index=frame.index)
        if "feature" in fields:
            seen = seen.where(seen.notna(), frame[fields["feature"]])
        out["kind"] = seen
        origin["kind"] = fields.get("attachment") or fields["feature"]
    out = out.assign(_east=own.east_north[:, 0], _north=own.east_north[:, 1])
    first = out[names.notna()].groupby("node_id", sort=False).first().reset_index()
    again = _told_before(first, own, source, delivery)
    first = first[~first["node_id"].isin(again)].reset_index(drop=True)
    first = first.astype(object).where(first.notna(), None)
    points = shapely.points(first.pop("_east").astype(float), first.pop("_north").astype(float))
    placed = np.isfinite(shapely.get_coordinates(points)).all(axis=1) if len(first) else np.zeros(0, dtype=bool)
    notes = [*own.notes, *_written(frame[fields["point"]]), *_disagreeing(own), *delivery.unread_sheets(source)]
    for row in first[~placed].itertuples():
        notes.append(Note("point.no_place", {"row": row.table_row, "sheet": own.sheet}, str(row.node_id)))
    if again:
        notes.append(Note("survey.point_again", {"count": len(again), "points": listed(sorted(again))}))
    geometry = list(np.where(placed, points, None)) if len(first) else []
    return RawLayer(gpd.GeoDataFrame(first, geometry=geometry), frozenset(origin), tuple(notes), origin=origin)


def _of_points(values: pd.Series, numbers: pd.Series, names: pd.Series, which: str) -> pd.Series:
    """The least or greatest of what each point's rows say; a text that is no number goes first, to be named."""
    wrong = values.where(values.notna() & numbers.isna()).groupby(names).transform("first")
    wanted = numbers.groupby(names).transform(which)
    chosen = values.where(numbers == wanted).groupby(names).transform("first")
    return wrong.where(wrong.notna(), chosen)


def _written(values: pd.Series) -> list[Note]:
    """A note of ids that are written otherwise than they are compared."""
    changed = {v: name_of(v) for v in values.dropna().unique() if isinstance(v, str) and v != name_of(v)}
    pairs = sorted(f"{v!r} = {n}" for v, n in changed.items())
    return [Note("id.read_as", {"count": len(pairs), "pairs": ", ".join(pairs[:10])})] if pairs else []


def _disagreeing(own: PointTable) -> list[Note]:
    """Points whose rows give them two places, or two grounds."""
    notes = []
    about = pd.DataFrame(
        {
            "name": own.names,
            "east": own.east_north[:, 0],
            "north": own.east_north[:, 1],
            "ground": own.numbers_m("ground_m"),
            "row": own.frame["table_row"],
        }
    ).dropna(subset=["name"])
    groups = about.groupby("name", sort=False)[["east", "north", "ground"]]
    spans = groups.max() - groups.min()
    for name in spans.index[(spans.fillna(0) > SAME_LEVEL_M).any(axis=1)]:
        rows = about[about["name"] == name]
        placed = rows.dropna(subset=["east", "north"])
        apart = np.hypot(placed["east"] - placed["east"].iloc[0], placed["north"] - placed["north"].iloc[0])
        words: dict[str, object] = {"sheet": own.sheet, "rows": listed(dict.fromkeys(rows["row"]))}
        if len(apart) and apart.max() > SAME_PLACE_M:
            rule = "point.two_places" if apart.max() > TWO_PLACES_M else "point.places_differ"
            notes.append(Note(rule, {**words, "distance": f"{apart.max():.2f}"}, str(name)))
        grounds = sorted({f"{g:.3f}" for g in rows["ground"].dropna()})
        if len(grounds) > 1:
            kept = f"{rows['ground'].dropna().iloc[0]:.3f}"
            words |= {"values": ", ".join(grounds), "kept": kept}
            notes.append(Note("point.grounds_differ", words, str(name)))
    return notes


def _told_before(first: pd.DataFrame, own: PointTable, source: LayerSource, delivery: Delivery) -> set[str]:
    """Points of this sheet that another sheet of the same system has at the same place and level.

    Sheets by street repeat the points where they meet. The sheet whose name comes first keeps them.
    """
    again: set[str] = set()
    system = source.constants.get("system")
    for other in delivery.beside(source):
        if other.sheet >= own.sheet or other.source.constants.get("system") != system or system is None:
            continue
        grounds = dict(zip(other.names[::-1], other.numbers_m("ground_m")[::-1], strict=True))
        places = other.places
        own_grounds = dict(zip(own.names[::-1], own.numbers_m("ground_m")[::-1], strict=True))
        for name, east, north in zip(first["node_id"], first["_east"], first["_north"], strict=True):
            if name not in places:
                continue
            ground, here = grounds[name], own_grounds[name]
            level = np.isnan(ground) or np.isnan(here) or abs(ground - here) <= SAME_LEVEL_M
            if np.hypot(*(places[name] - (east, north))) <= SAME_PLACE_M and level:
                again.add(name)
    return again


def _lines(path: Path, source: LayerSource, delivery: Delivery, places: Mapping[str, np.ndarray]) -> RawLayer:
    """The rows of a line table, drawn between the points they name."""
    read = read_whole_table(path, source.layer, source.encoding, known_names())
    frame = read.frame
    fields = survey_fields(frame, source, "pipes")
    if any(c not in fields for c in ("from_node", "to_node")):
        raise missing_field(frame, "起点点号, 终点点号")
    delivery.points(source)  # without its points nothing can be drawn, and it says why
    ends = [fields["from_node"], fields["to_node"]]
    frame, _, notes = without_foot(frame, frame[ends[0]].map(name_of), ends, ends[0])
    named = frame.assign(from_node=frame[ends[0]].map(name_of), to_node=frame[ends[1]].map(name_of))
    sheet = f"{source.source}|{read.sheet}" if read.sheet else source.source
    written = [*_written(frame[ends[0]]), *_written(frame[ends[1]])]
    ids = fields.get("pipe_id")
    labels = (frame[ids].map(name_of) if ids else pd.Series([None] * len(frame), dtype=object)).tolist()
    origin = {"from_node": ends[0], "to_node": ends[1]}
    raw = RawLayer(named, frozenset(origin), (*read.notes, *notes, *written), origin=origin)
    return _drawn(raw, labels, sheet, places, _points_of(delivery, source))


def _drawn(
    raw: RawLayer,
    labels: list[str | None],
    sheet: str,
    places: Mapping[str, np.ndarray],
    points: frozenset[str],
) -> RawLayer:
    """Lines between the points that they name; one whose point is not there is named with its row and sheet."""
    frame = pd.DataFrame(raw.frame)
    named = {n for column in ("from_node", "to_node") for n in frame[column].dropna()}
    meant = by_case(named - set(places), set(places))
    frame = frame.assign(**{c: [meant.get(n, n) for n in frame[c]] for c in ("from_node", "to_node")})
    notes = list(raw.notes)
    if meant:
        pairs = ", ".join(f"{a} = {b}" for a, b in sorted(meant.items())[:10])
        notes.append(Note("id.read_as", {"count": len(meant), "pairs": pairs}))
    lines: list[shapely.LineString | None] = []
    for number, (label, a, b, row) in enumerate(
        zip(labels, frame["from_node"], frame["to_node"], frame["table_row"], strict=True), 1
    ):
        lost = [n for n in dict.fromkeys((a, b)) if isinstance(n, str) and n not in places]
        to_itself = isinstance(a, str) and a == b
        drawn = not lost and not to_itself and isinstance(a, str) and isinstance(b, str)
        lines.append(shapely.LineString([places[a], places[b]]) if drawn else None)
        words: dict[str, object] = {"row": row, "sheet": sheet}
        identifier = label or f"#{number}"
        if to_itself:
            notes.append(Note("line.to_itself", {**words, "point": a}, identifier))
            continue
        for point in lost:
            rule = "line.point_no_place" if point in points else "line.unknown_point"
            notes.append(Note(rule, {**words, "point": point}, identifier))
    return RawLayer(gpd.GeoDataFrame(frame, geometry=lines), raw.columns, tuple(notes), origin=raw.origin)

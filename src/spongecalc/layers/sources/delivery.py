"""The point tables of one delivery: points that a sheet connects to stand on any of its sheets and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from spongecalc.layers.field_names import folded
from spongecalc.layers.sources.point_table import PointTable, known_names, read_points, survey_fields
from spongecalc.layers.sources.raw import Note, SourceRefusedError
from spongecalc.layers.sources.table_file import is_workbook, read_table, sheet_names
from spongecalc.project.layer_source import LayerSource

type System = tuple[str | None, str | None, float, float, str]
"""The coordinates and numbers that a source counts in: CRS, axes, offsets and prefix."""


class Delivery:
    """The point tables among a project's sources, each read once.

    Parameters
    ----------
    folder
        The project's folder.
    nodes, pipes
        The sources of those layers that are survey tables.
    """

    def __init__(self, folder: Path, nodes: Sequence[LayerSource], pipes: Sequence[LayerSource]) -> None:
        self.folder = folder
        self._nodes, self._pipes = nodes, pipes
        self._read: dict[tuple[object, ...], PointTable] = {}

    def points(self, source: LayerSource) -> PointTable:
        """The point table of a source, or that of its line table; raises SourceRefusedError."""
        if source.points is not None:
            named = {"source": source.points, "layer": source.points_layer, "points": None}
            source = source.model_copy(update=named)
        said = tuple(str(part) for part in (source.fields, source.units, source.constants))
        key = (source.source, source.layer, source.encoding, *said, *_system(source))
        if key not in self._read:
            self._read[key] = read_points(self.folder, source)
        return self._read[key]

    def beside(self, source: LayerSource, *, lines: bool = False) -> tuple[PointTable, ...]:
        """The point tables that count in the same coordinates and numbers, by file and sheet, the source's too.

        ``lines`` leaves those of which pipes are made.
        """
        given = self._pipes if lines else (*self._nodes, *self._pipes)
        found: dict[str, PointTable] = {}
        for one in (source, *given):
            if _system(one) != _system(source) or (lines and one.points is not None):
                continue
            try:
                read = self.points(one)
            except SourceRefusedError:
                continue  # said where that source is read itself
            found.setdefault(read.sheet, read)
        return tuple(found[sheet] for sheet in sorted(found))

    def unread_sheets(self, source: LayerSource) -> tuple[Note, ...]:
        """A note on the sheets of a workbook that hold points, and that no source of the project names."""
        path = self.folder / source.source
        own = [s for s in (*self._nodes, *self._pipes) if source.source in (s.source, s.points)]
        if not is_workbook(path) or next(s for s in own) is not source:
            return ()
        named = {folded(n) for s in own for n in (s.layer, s.points_layer) if n}
        if any(s.layer is None or (s.points and s.points_layer is None) for s in own):
            named |= {folded(t.sheet.partition("|")[2]) for t in self._read.values()}
        left = []
        for sheet in sheet_names(path):
            if folded(sheet) in named:
                continue
            try:
                frame = read_table(path, sheet, None, known_names())
            except SourceRefusedError:
                continue
            fields = survey_fields(frame, LayerSource(source=source.source))
            if "point" in fields and ("x" in fields or "connected" in fields):
                left.append(sheet)
        return (Note("table.sheets_unread", {"sheets": ", ".join(left), "count": len(left)}),) if left else ()


def _system(source: LayerSource) -> System:
    return source.crs, source.axes, source.offset_x_m, source.offset_y_m, source.prefix


def places_of(tables: Iterable[PointTable]) -> dict[str, np.ndarray]:
    """East and north in m of every point of some tables; of one that stands in several, by the first."""
    found: dict[str, np.ndarray] = {}
    for one in tables:
        for name, place in one.places.items():
            found.setdefault(name, place)
    return found


def places_of_nodes(nodes: gpd.GeoDataFrame | None, source: LayerSource, target: CRS) -> Mapping[str, np.ndarray]:
    """East and north in m of the project's nodes, for a source that counts in the project's own coordinates."""
    moved = source.offset_x_m or source.offset_y_m or source.axes not in (None, "north_east")
    if nodes is None or nodes.empty or moved or (source.crs and CRS.from_user_input(source.crs) != target):
        return {}
    sound = nodes["node_id"].notna() & nodes.geometry.notna() & (nodes.geom_type == "Point")
    ids = nodes.loc[sound, "node_id"].astype(str)
    places = shapely.get_coordinates(nodes.geometry[sound].to_numpy())
    start = len(source.prefix)
    return {i[start:]: p for i, p in zip(ids, places, strict=True) if i.startswith(source.prefix)}

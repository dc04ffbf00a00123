"""Layers made by hand, to be written as networks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from shapely import LineString, Point
from shapely import box as rectangle

from spongecalc.contract import SCHEMAS
from spongecalc.export.network import ExportedNetwork, exported_network
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.project.scenario_settings import Scenario

GRID = CRS.from_epsg(4543)
ORIGIN_X, ORIGIN_Y = 540000.0, 2674000.0
EVERYTHING = Scenario(name="after", statuses=("existing", "proposed", "removed"))
Row = Mapping[str, Any]


def frame(layer: str, rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Rows as a layer, with every column of the contract."""
    if not rows:
        return empty_frame(layer, GRID)
    columns: dict[str, Any] = {"file": "made.gpkg", "file_row": range(1, len(rows) + 1)}
    for column in SCHEMAS[layer].columns:
        is_number = column.kind == "number"
        cells = [row.get(column.name, math.nan if is_number else None) for row in rows]
        columns[column.name] = pd.Series(cells, dtype=float if is_number else object)
    return gpd.GeoDataFrame(columns, geometry=[row["geometry"] for row in rows], crs=GRID)


def layers(nodes: Sequence[Row], pipes: Sequence[Row], communities: Sequence[str] = ("C",)) -> LayerSet:
    """Nodes and pipes, and communities that hold them; no other layer has a row."""
    ground = rectangle(ORIGIN_X - 1e4, ORIGIN_Y - 1e4, ORIGIN_X + 1e4, ORIGIN_Y + 1e4)
    made = {name: empty_frame(name, GRID) for name in SCHEMAS}
    made["communities"] = frame("communities", [{"community_id": c, "geometry": ground} for c in communities])
    return LayerSet(GRID, {**made, "nodes": frame("nodes", nodes), "pipes": frame("pipes", pipes)}, None)


def network(nodes: Sequence[Row], pipes: Sequence[Row], communities: Sequence[str] = ("C",)) -> ExportedNetwork:
    """The network of all that was made."""
    return exported_network("测试 & <test>", layers(nodes, pipes, communities), EVERYTHING, communities)


def node(name: str, x: float, y: float = 0.0, **columns: Any) -> Row:
    """A manhole for rain, 2 m deep; x and y in m from the origin."""
    usual = {"system": "storm", "kind": "manhole", "ground_m": 102.0, "invert_m": 100.0, "status": "proposed"}
    place = Point(ORIGIN_X + x, ORIGIN_Y + y)
    return {"node_id": name, "community_id": "C", **usual, "geometry": place, **columns}


def pipe(name: str, start: Row, end: Row, **columns: Any) -> Row:
    """A rain pipe of DN300 concrete straight between two nodes."""
    usual = {
        "system": "storm",
        "shape": "circular",
        "diameter_mm": 300.0,
        "material": "钢筋混凝土",
        "roughness": 0.013,
        "invert_up_m": 100.0,
        "invert_down_m": 99.9,
        "status": "proposed",
    }
    ends = {"from_node": start["node_id"], "to_node": end["node_id"]}
    line = LineString([start["geometry"], end["geometry"]])
    return {"pipe_id": name, "community_id": "C", **ends, **usual, "geometry": line, **columns}


def box(name: str, start: Row, end: Row, shape: str, width_mm: float, **columns: Any) -> Row:
    """A box or channel."""
    return pipe(name, start, end, **{"shape": shape, "diameter_mm": math.nan, "width_mm": width_mm, **columns})

"""Layers for tests of quantities: frames with every column of the contract, filled from a few rows."""

from __future__ import annotations

import geopandas as gpd
from pyproj import CRS
from shapely import box

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet, empty_frame

CRS_4543 = CRS.from_epsg(4543)


def layer_set(**rows: list[dict]) -> LayerSet:
    """A LayerSet of rows by layer name; what a row does not say is missing."""
    frames = {}
    for layer, schema in SCHEMAS.items():
        if not rows.get(layer):
            frames[layer] = empty_frame(layer, CRS_4543)
            continue
        frame = gpd.GeoDataFrame(rows[layer], geometry="geometry", crs=CRS_4543)
        for column in schema.columns:
            if column.name not in frame:
                frame[column.name] = float("nan") if column.kind == "number" else None
        for name in ("community_id", "file"):
            if name not in frame:
                frame[name] = None
        frame["file_row"] = range(1, len(frame) + 1)
        frames[layer] = frame
    return LayerSet(CRS_4543, frames, None)


def square(name: str, x0: float, x1: float) -> dict:
    """A community from x0 to x1, 100 m high."""
    return {"community_id": name, "phase": "1", "name": name, "geometry": box(x0, 0, x1, 100)}


def pipe(name: str, line: object, community: str | None = "A", **values: object) -> dict:
    """A new rain pipe of HDPE DN300."""
    return {
        "pipe_id": name,
        "system": "storm",
        "diameter_mm": 300.0,
        "material": "HDPE",
        "status": "proposed",
        "community_id": community,
        "geometry": line,
        **values,
    }


def node(
    name: str, point: object, ground_m: float, invert_m: float, community: str = "A", **values: object
) -> dict:
    """A new rain manhole."""
    return {
        "node_id": name,
        "system": "storm",
        "kind": "manhole",
        "ground_m": ground_m,
        "invert_m": invert_m,
        "status": "proposed",
        "community_id": community,
        "geometry": point,
        **values,
    }

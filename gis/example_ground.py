"""The ground of the worked example: a town that falls to the south, and a raster of it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import rasterio
from example_layout import DISTRICT_WIDTH_M, ORIGIN_X, ORIGIN_Y, STREET_SPACING_M, Layout
from rasterio.transform import from_origin

BASE_M = 1536.0
TOWN_SLOPE_NORTH, TOWN_SLOPE_EAST = 0.016, -0.003
LOW_SPOT_M, LOW_SPOT_RADIUS_M = 0.28, 5.0
# How far the shaped ground of a community reaches beyond its outline.
EDGE_M = 4.0


def town_m(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The town's ground without its communities, in m."""
    return BASE_M + TOWN_SLOPE_NORTH * (y - ORIGIN_Y) + TOWN_SLOPE_EAST * (x - ORIGIN_X)


def community_m(layout: Layout, x: np.ndarray, y: np.ndarray, sunken: dict[int, float]) -> np.ndarray:
    """The ground within a community: it rises from its gate, falls a little to its lane, and has low spots.

    ``sunken`` gives by community number how much of the usual depth its low spots have.
    """
    v, u = layout.local(x, y)
    gate = layout.place(layout.lane_v, 0.0)
    ground = town_m(np.array(gate.x), np.array(gate.y)) + 0.10
    ground = ground + layout.slope * u + 0.008 * np.abs(v - layout.lane_v)
    if layout.kind == "terrace":
        # Two steps up the slope, each flattened towards its middle.
        ground = ground + 0.25 * np.tanh((u - layout.length_m * 0.5) / 2.0)
    for low_v, low_u in layout.low:
        depth = LOW_SPOT_M * sunken.get(layout.number, 1.0)
        distance = np.hypot(v - low_v, u - low_u)
        ground = ground - depth * np.exp(-((distance / LOW_SPOT_RADIUS_M) ** 2))
    return ground


def inside(layout: Layout, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which places lie in a community or within its edge."""
    v, u = layout.local(x, y)
    return (v >= -EDGE_M) & (v <= layout.width_m + EDGE_M) & (u >= 0) & (u <= layout.length_m + EDGE_M)


def ground_m(layouts: tuple[Layout, ...], x: np.ndarray, y: np.ndarray, sunken: dict[int, float]) -> np.ndarray:
    """Ground at any places of the town, in m, to the centimetre."""
    ground = np.array(town_m(x, y), dtype=float)
    for layout in layouts:
        mask = inside(layout, x, y)
        ground = np.where(mask, community_m(layout, x, y, sunken), ground)
    return np.round(ground, 2)


def write_dem(path: Path, layouts: tuple[Layout, ...], sunken: dict[int, float], crs: str) -> None:
    """The ground as a raster of 1 m cells."""
    # Two columns of districts a phase, with as much room beside them.
    columns = round(2 * DISTRICT_WIDTH_M + 60) * len({p.phase.name for p in layouts})
    rows = math.ceil(3 * STREET_SPACING_M + 90)
    top = ORIGIN_Y + rows
    x, y = np.meshgrid(ORIGIN_X + np.arange(columns) + 0.5, top - np.arange(rows) - 0.5)
    data = ground_m(layouts, x, y, sunken).astype("float32")
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=crs,
        transform=from_origin(ORIGIN_X, top, 1.0, 1.0),
        nodata=-9999.0,
        compress="deflate",
        predictor=3,
        tiled=True,
    ) as dem:
        dem.write(data, 1)

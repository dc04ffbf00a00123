"""What is said of the ground of a community, by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from spongecalc.contract import SCHEMAS
from spongecalc.layers.dem import Dem
from spongecalc.layers.ground_quality import GROUND_COLUMNS, ground_quality
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.layers.measured_ground import measured_ground

GRID = CRS.from_epsg(4543)


def layers_with(dem: Dem | None) -> LayerSet:
    frames = {name: empty_frame(name, GRID) for name in SCHEMAS}
    shapes = [shapely.box(0, 0, 20, 20), shapely.box(60, 0, 120, 20)]
    frames["communities"] = gpd.GeoDataFrame({"community_id": ["A", "B"]}, geometry=shapes, crs=GRID)
    return LayerSet(GRID, frames, dem)


def test_distances_are_those_of_the_cells_of_the_community() -> None:
    # Points every 10 m from -10 to 30: in each square of 10 m a cell lies from its nearest corner as the 25 of
    # a quarter do, at (i + 0.5, j + 0.5) for i and j from 0 to 4.
    points = [shapely.Point(x, y, 5 + x / 100) for x in range(-10, 31, 10) for y in range(-10, 31, 10)]
    dem = Dem("p.csv", GRID, measured=measured_ground(points, 1.0, 8.0).ground)
    a, b = ground_quality(layers_with(dem)).to_dict("records")
    middles = np.arange(5) + 0.5
    quarter = np.hypot(*np.meshgrid(middles, middles))
    assert (a["community_id"], a["file"], a["point_count"], a["cell_m"]) == ("A", "p.csv", 25, 1.0)
    assert a["distance_median_m"] == pytest.approx(np.median(quarter))
    assert a["distance_max_m"] == pytest.approx(np.hypot(4.5, 4.5))
    assert (a["void_percent"], a["refused"]) == (0.0, "")
    assert b["refused"] == "dem.far"
    assert pd.isna(b["distance_max_m"])


def test_without_a_dem_there_are_no_rows() -> None:
    assert ground_quality(layers_with(None)).columns.tolist() == GROUND_COLUMNS
    assert ground_quality(layers_with(None)).empty

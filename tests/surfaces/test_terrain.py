"""Slope and ponded area on a small DEM whose every cell is known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import CRS
from rasterio.transform import from_origin
from shapely import Point, box

from spongecalc.layers.dem import GroundError, raster_dem
from spongecalc.surfaces.terrain import Terrain

ROWS, COLUMNS, CELL_M = 60, 80, 0.5
WIDE = (0.0, 0.0, 40.0, 30.0)


def cells_of(dem: Path, bounds: tuple[float, float, float, float], margin_m: float) -> Terrain:
    west, south, east, north = bounds
    whole = (west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    piece = raster_dem(dem).piece(whole, CRS.from_epsg(4543))
    return Terrain(piece.elevation_m, piece.transform)


@pytest.fixture
def dem(tmp_path: Path) -> Path:
    """Falls 2 % to the west; a basin of 4 x 3 m, 0.5 m below; one cell without data."""
    x = (np.arange(COLUMNS) + 0.5) * CELL_M
    ground = np.tile(100 + 0.02 * x, (ROWS, 1))
    ground[30:36, 20:28] = 99.0
    ground[0, 0] = -9999
    path = tmp_path / "dem.tif"
    profile = {"driver": "GTiff", "height": ROWS, "width": COLUMNS, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:4543", "transform": from_origin(0, 30, CELL_M, CELL_M), "nodata": -9999}
    with rasterio.open(path, "w", **profile, **place) as out:
        out.write(ground.astype("float32"), 1)
    return path


@pytest.fixture
def terrain(dem: Path) -> Terrain:
    return cells_of(dem, WIDE, 0)


def test_elevations_are_those_of_the_cells(terrain: Terrain) -> None:
    assert terrain.at(5.1, 3.0) == pytest.approx(100.105, abs=1e-4)
    assert terrain.at(11.0, 14.0) == pytest.approx(99.0)
    assert math.isnan(terrain.at(0.1, 29.9))
    assert math.isnan(terrain.at(-1, 5))
    assert math.isnan(terrain.at(41, 5))


def test_a_part_of_the_dem_has_its_cells_at_the_same_places(dem: Path, terrain: Terrain) -> None:
    part = cells_of(dem, (9.9, 11.9, 14.1, 15.1), 1.0)
    assert part.elevation_m.size < terrain.elevation_m.size
    for x, y in ((10.1, 12.1), (13.9, 14.9), (9.2, 11.2)):
        assert part.at(x, y) == terrain.at(x, y)


def test_a_margin_beyond_the_dem_is_cut_off(dem: Path, terrain: Terrain) -> None:
    found = cells_of(dem, WIDE, 7.3)
    assert found.transform == terrain.transform
    assert np.array_equal(found.elevation_m, terrain.elevation_m, equal_nan=True)


def test_the_slope_is_that_of_the_plane(terrain: Terrain) -> None:
    # from (39.75, 5.25) to (1.25, 5.25) along the fall
    area = box(1.25, 5.25, 39.75, 5.75)
    assert terrain.slope_percent(Point(1.25, 5.25), area) == pytest.approx(2.0, abs=0.01)


def test_water_stands_in_the_basin_only(terrain: Terrain) -> None:
    # rim 0.1 m below the lowest of the plane around it, 0.15 m of depth: nothing but the basin's 12 m2
    (area,) = terrain.ponded_areas_m2([Point(12, 13.5)], [99.0], 0.15, 10.0)
    assert area == pytest.approx(4 * 3)


def test_a_house_takes_its_ground_out_of_the_pond(terrain: Terrain) -> None:
    (area,) = terrain.ponded_areas_m2([Point(12, 13.5)], [99.0], 0.15, 10.0, [box(10, 12, 11, 15)])
    assert area == pytest.approx(3 * 3)


def test_the_search_ends_at_its_radius(terrain: Terrain) -> None:
    (area,) = terrain.ponded_areas_m2([Point(20, 8)], [200.0], 0.15, 5.0)
    assert area == pytest.approx(math.pi * 25, rel=0.02)


def test_no_ground_is_given_to_two_nodes(terrain: Terrain) -> None:
    # both reach all 12 m2 of the basin, whose middle line is at x = 12
    areas = terrain.ponded_areas_m2([Point(11, 13.5), Point(13, 13.5)], [99.0, 99.0], 0.15, 10.0)
    assert areas.tolist() == pytest.approx([6, 6])
    discs = terrain.ponded_areas_m2([Point(18, 8), Point(20, 8)], [200.0, 200.0], 0.15, 5.0)
    union = Point(18, 8).buffer(5).union(Point(20, 8).buffer(5)).area
    assert discs.sum() == pytest.approx(union, rel=0.02)


def test_water_stands_on_the_communitys_own_ground(terrain: Terrain) -> None:
    own = box(0, 0, 20, 30)
    (half,) = terrain.ponded_areas_m2([Point(20 - 1e-6, 8)], [200.0], 0.15, 5.0, ground=own)
    assert half == pytest.approx(math.pi * 25 / 2, rel=0.05)
    (outside,) = terrain.ponded_areas_m2([Point(25, 8)], [200.0], 0.15, 5.0, ground=own)
    assert outside == pytest.approx(math.pi * 25, rel=0.02)


def test_a_rim_off_the_dem_is_taken_at_the_dems_level(terrain: Terrain) -> None:
    basin, plane, void = Point(12, 13.5), Point(5.1, 3.0), Point(0.1, 29.9)
    # basin at 99.00 m, surveyed 5 cm off: the survey's; half a metre off either way: the DEM's
    assert terrain.rims_m([basin] * 3, [99.05, 99.5, 98.5], 0.15) == pytest.approx([99.05, 99.0, 99.0])
    assert terrain.rims_m([plane, void, Point(500, 0)], [100.1, 7.0, 8.0], 0.15) == pytest.approx([100.1, 7, 8])
    for surveyed_m in (98.5, 99.5):
        (rim_m,) = terrain.rims_m([basin], [surveyed_m], 0.15)
        (area,) = terrain.ponded_areas_m2([basin], [rim_m], 0.15, 10.0)
        assert area == pytest.approx(4 * 3)


def test_where_the_dem_has_no_elevation_there_is_none(terrain: Terrain) -> None:
    assert terrain.ponded_areas_m2([Point(0.1, 29.9)], [100.0], 0.15, 5.0).tolist() == [0.0]


def test_outside_of_the_dem_there_is_none(dem: Path, terrain: Terrain, tmp_path: Path) -> None:
    assert terrain.ponded_areas_m2([Point(500, 500)], [100.0], 0.15, 5.0).tolist() == [0.0]
    with pytest.raises(GroundError) as outside:
        cells_of(dem, (500, 500, 510, 510), 1.0)
    assert outside.value.rule == "dem.not_covering"
    (tmp_path / "broken.tif").write_bytes(b"II*\0nothing")
    with pytest.raises(GroundError) as broken:
        cells_of(tmp_path / "broken.tif", WIDE, 1.0)
    assert broken.value.rule == "dem.unreadable"

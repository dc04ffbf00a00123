"""One judgement of the DEM at each community, on which all that rests on ground depends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS
from rasterio.transform import from_origin
from tests.planting import X, Y
from tests.small_project import SmallProject

from spongecalc.layers.dem import Dem, GroundError
from spongecalc.layers.dem_judgement import judged_piece
from spongecalc.layers.measured_ground import measured_ground
from spongecalc.project.load import load_project
from spongecalc.steps.intake import intake_of
from spongecalc.steps.pipeline import build, check

# The default, and a manhole's own area where a gutter takes what ponds.
ASSUMED_M2 = {0.0, 1.2, 50.0}
GRID = CRS.from_epsg(4543)


def write(path: Path, levels: np.ndarray, north: float = Y + 100) -> None:
    shape = {
        "driver": "GTiff",
        "height": levels.shape[0],
        "width": levels.shape[1],
        "count": 1,
        "dtype": "float64",
    }
    with rasterio.open(path, "w", **shape, crs=GRID, transform=from_origin(X - 150, north, 1, 1)) as out:
        out.write(levels, 1)


def fall(rows: int = 250, columns: int = 350, level_m: float = 100.0) -> np.ndarray:
    """Ground that falls by 0.5 % to the west, at ``level_m`` in the middle."""
    return level_m + 0.005 * (np.arange(columns) - columns / 2) + np.zeros((rows, 1))


def with_dem(project: SmallProject, levels: np.ndarray, north: float = Y + 100) -> SmallProject:
    write(project.folder / "dem.tif", levels, north)
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + '\n[layers.dem]\nsource = "dem.tif"\n', encoding="utf-8")
    return project


def slopes_and_ponds(project: SmallProject) -> tuple[set[float], set[float], set[tuple[str, str]]]:
    """Slopes of the ground, ponded areas, and rules on the DEM with their severity."""
    built = build(check(load_project(project.folder / "spongecalc.toml")))
    slopes = {a.slope_percent for m in built.models for a in m.areas if a.name.startswith("S_")}
    ponds = {float(r[5]) for m in built.models for r in m.sections["JUNCTIONS"] if len(r) > 5}
    return slopes, ponds, {(f.rule, f.severity) for f in built.findings if f.rule.startswith("dem.")}


def test_ground_that_will_do_gives_slopes(small_project: Callable[..., SmallProject]) -> None:
    slopes, ponds, rules = slopes_and_ponds(with_dem(small_project(), fall()))
    assert not ponds <= ASSUMED_M2
    assert slopes != {1.0}
    assert all(0.3 <= s <= 0.51 for s in slopes)
    assert rules <= {("dem.spikes", "info")}


@pytest.mark.parametrize("form", ["scattered", "ascending"])
def test_points_give_the_slopes_of_the_raster_of_their_plane(
    small_project: Callable[..., SmallProject], form: str
) -> None:
    """0.9 % to the east: a path to an inlet falls by 0.009 dx over its length, never the default 1 %."""
    project = small_project()
    rows = np.random.default_rng(4)
    if form == "scattered":
        places = np.column_stack([rows.uniform(X - 120, X + 80, 3000), rows.uniform(Y - 40, Y + 80, 3000)])
    else:
        places = np.array([(X - 120 + 5.0 * i, Y - 40 + 5.0 * j) for j in range(25) for i in range(41)])
    lines = [f"{x:.3f},{y:.3f},{100 - 0.009 * (x - X):.5f}" for x, y in places]
    (project.folder / "points.csv").write_text("X,Y,Z\n" + "\n".join(lines) + "\n", encoding="utf-8")
    page = project.folder / "spongecalc.toml"
    source = '\n[layers.dem]\nsource = "points.csv"\ncrs = "EPSG:4543"\n'
    page.write_text(page.read_text(encoding="utf-8") + source, encoding="utf-8")
    built = build(check(load_project(page)))
    assert not [f for f in built.findings if f.severity == "error"]
    # Inlets stand 10 m from the western border and 8 or 10 m from the southern one; the farthest
    # corner of a square of 40 m is the north-eastern: 30 m east of 30 or 32 m north,
    # 0.009 x 30 / sqrt(30^2 + 32^2) = 0.62 %.
    slopes = {
        area.name[2:]: area.slope_percent for m in built.models for area in m.areas if area.name.startswith("S_")
    }
    assert len(slopes) >= 6
    # Points a metre or two apart are met to a centimetre, cells of 5 m to half a cell at both ends.
    off = 0.02 if form == "scattered" else 0.12
    for name, slope in slopes.items():
        north_m = 32 if name.endswith("R1") else 30
        assert slope == pytest.approx(100 * 0.009 * 30 / np.hypot(30, north_m), abs=off)


def test_ground_that_does_not_reach_gives_nothing_and_says_so(small_project: Callable[..., SmallProject]) -> None:
    # Its northern half alone: at level 1 slopes and ponded areas were read of it none the less.
    slopes, ponds, rules = slopes_and_ponds(with_dem(small_project(), fall(rows=85)))
    assert slopes == {1.0}
    assert 50.0 in ponds
    assert ponds <= ASSUMED_M2
    assert ("dem.not_covering", "warning") in rules


def test_ground_that_contradicts_the_survey_is_an_error(small_project: Callable[..., SmallProject]) -> None:
    project = with_dem(small_project(), fall(level_m=120.0))
    checked = check(load_project(project.folder / "spongecalc.toml"))
    errors = [f for f in checked.findings if f.severity == "error"]
    assert {f.rule for f in errors} == {"dem.other_levels"}
    assert {f.feature.file for f in errors} == {"dem.tif"}
    assert checked.systems == ()


def test_ground_that_cannot_be_read_leaves_nothing_to_model(small_project: Callable[..., SmallProject]) -> None:
    project = with_dem(small_project(), fall())
    (project.folder / "dem.tif").write_bytes(b"II*\0nothing")
    checked = check(load_project(project.folder / "spongecalc.toml"))
    errors = {f.rule for f in checked.findings if f.severity == "error"}
    assert errors == {"dem.unreadable", "layer.lost"}
    assert checked.systems == ()
    ledger = intake_of(build(checked))
    assert ledger.closes
    assert "dem" not in set(ledger.table["layer"])


def test_points_too_far_apart_are_said_with_the_distance() -> None:
    corners = [shapely.Point(x, y, 5.0) for x in (0, 100) for y in (0, 100)]
    dem = Dem("p.csv", GRID, measured=measured_ground(corners, 1.0, 30.0).ground)
    with pytest.raises(GroundError) as refused:
        judged_piece(dem, GRID, [shapely.box(1, 1, 99, 99)], 0.0)
    assert refused.value.rule == "dem.far"
    # A quarter of a circle of 30 m at each corner of 98 x 98 m is known, short of 1 m either side: 70 % are not.
    assert 69 <= float(str(refused.value.found["percent"])) <= 73
    assert refused.value.found["farthest"] == "70"

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

"""What a DEM becomes: low spots kept, buildings and walls raised; and what is said of one that will not do."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS
from rasterio.transform import Affine, from_origin

from spongecalc.ground.grid import Barrier, lowest_rim_m, read_ground, resampled
from spongecalc.language import text
from spongecalc.layers.dem import GroundError, raster_dem

X, Y, CRS_4543 = 540000.0, 2674000.0, CRS.from_epsg(4543)
AREA = shapely.box(X + 20, Y + 20, X + 60, Y + 60)


def slope(rows: int = 80, columns: int = 80) -> np.ndarray:
    """Ground that falls 4 % to the south; its first row is the north."""
    return 1500 + 0.04 * (rows - 1 - np.arange(rows))[:, None] + np.zeros((1, columns))


def write(path: Path, data: np.ndarray, *, crs: object = "EPSG:4543", transform: Affine | None = None) -> Path:
    transform = transform or from_origin(X, Y + 80, 1.0, 1.0)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=data.shape[1],
        height=data.shape[0],
        count=1,
        dtype="float64",
        crs=crs,
        transform=transform,
        nodata=-9999.0,
    ) as out:
        out.write(np.where(np.isnan(data), -9999.0, data), 1)
    return path


def read(path: Path, **options: object):
    return read_ground(raster_dem(path), CRS_4543, [AREA], **{"cell_m": 1.0, "margin_m": 10.0, **options})


LEVELS = [(X + x, Y + y, 1500 + 0.04 * (y - 0.5)) for x in (25, 40, 55) for y in (25.5, 40.5, 55.5)]


def test_places_and_levels(tmp_path: Path) -> None:
    ground = read(write(tmp_path / "dem.tif", slope()), levels=LEVELS)
    cell = ground.cell(X + 40.2, Y + 30.2)
    assert cell is not None
    assert ground.elevation_m[cell] == pytest.approx(1500 + 0.04 * 30)
    assert ground.place(*cell) == (X + 40.5, Y + 30.5)
    assert ground.notes == ()
    assert ground.cell(X - 100, Y) is None


def test_buildings_walls_and_openings(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif", slope())
    house = shapely.box(X + 30, Y + 30, X + 40, Y + 40)
    wall = shapely.LineString([(X + 22, Y + 50.5), (X + 58, Y + 50.5)])
    gate = shapely.LineString([(X + 44, Y + 50.5), (X + 46, Y + 50.5)])
    plain = read(path)
    built = read(path, buildings=[house], barriers=[Barrier(gate, "opening"), Barrier(wall, "wall", 2.0)])
    raised = built.elevation_m - plain.elevation_m
    assert raised[built.cell(X + 35, Y + 35)] == pytest.approx(3.0)
    assert raised[built.cell(X + 25, Y + 50.5)] == pytest.approx(2.0)
    assert raised[built.cell(X + 45, Y + 50.5)] == pytest.approx(0.0)
    assert built.building.sum() == 100
    # an inlet drawn on the wall of the house stands beside it
    assert not built.building[built.low_cell(X + 39.5, Y + 35.5)]


def test_resampling_keeps_low_spots() -> None:
    ground = slope(20, 20)
    ground[11, 7] -= 0.5
    coarse = resampled(ground, 2)
    assert coarse.shape == (10, 10)
    assert coarse[5, 3] == pytest.approx(ground[11, 7])
    assert coarse[2, 2] == pytest.approx(ground[4:6, 4:6].mean())


def test_lowest_rim_by_hand() -> None:
    ground = np.full((5, 5), 3.0)
    ground[2, 2], ground[2, 3], ground[2, 4] = 0.0, 1.0, 0.5
    assert lowest_rim_m(ground)[2].tolist() == [3.0, 3.0, 1.0, 1.0, 0.5]


def test_spikes_and_small_voids_are_mended_and_told(tmp_path: Path) -> None:
    data = slope()
    data[40, 40] += 5
    data[45:47, 30:32] = np.nan
    ground = read(write(tmp_path / "dem.tif", data), levels=LEVELS)
    assert dict(ground.notes).keys() == {"dem.spikes", "dem.voids_filled"}
    assert dict(ground.notes)["dem.voids_filled"]["cells"] == 4
    assert np.abs(ground.elevation_m - read(write(tmp_path / "whole.tif", slope())).elevation_m).max() < 0.05


def test_south_up_raster_is_turned(tmp_path: Path) -> None:
    path = write(tmp_path / "dem.tif", slope()[::-1], transform=Affine(1, 0, X, 0, 1, Y))
    ground = read(path, levels=LEVELS)
    assert [rule for rule, _ in ground.notes] == ["dem.turned"]
    assert ground.elevation_m[ground.cell(X + 40.5, Y + 30.5)] == pytest.approx(1500 + 0.04 * 30, abs=0.05)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("dem.no_crs", lambda p: write(p, slope(), crs=None)),
        ("dem.upside_down", lambda p: write(p, (slope() - 1500)[::-1] * 20 + 1500)),
        ("dem.other_levels", lambda p: write(p, slope() + 20)),
        ("dem.coarse", lambda p: write(p, slope(8, 8), transform=from_origin(X, Y + 80, 10.0, 10.0))),
        ("dem.not_covering", lambda p: write(p, slope(), transform=from_origin(X + 35, Y + 80, 1.0, 1.0))),
        ("dem.not_covering", lambda p: write(p, slope(), transform=from_origin(X + 5000, Y + 80, 1.0, 1.0))),
        ("dem.voids", lambda p: write(p, np.where(np.arange(80)[None, :] < 30, np.nan, slope()))),
        ("dem.unreadable", lambda p: (p.write_text("not a raster"), p)[1]),
    ],
)
def test_a_dem_that_will_not_do(tmp_path: Path, rule: str, change: object) -> None:
    path = change(tmp_path / "dem.tif")  # type: ignore[operator]
    levels = [(x, y, 20 * (z - 1500) + 1500) for x, y, z in LEVELS] if rule == "dem.upside_down" else LEVELS
    with pytest.raises(GroundError) as caught:
        read(path, levels=levels)
    assert caught.value.rule == rule
    for language in ("zh", "en"):
        sentence = text(f"findings.{rule}.message", language, **caught.value.found)
        action = text(f"findings.{rule}.action", language, **caught.value.found)
        assert "dem.tif" in sentence
        assert ("assumed" if language == "en" else "假定") in action


def test_another_crs_is_warped(tmp_path: Path) -> None:
    transform = from_origin(102.3, 24.3, 1e-5, 1e-5)
    path = write(tmp_path / "dem.tif", np.full((300, 300), 1500.0), crs="EPSG:4490", transform=transform)
    from pyproj import Transformer

    x, y = Transformer.from_crs(4490, 4543, always_xy=True).transform(102.3015, 24.2985)
    ground = read_ground(raster_dem(path), CRS_4543, [shapely.Point(x, y).buffer(30)], cell_m=1.0, margin_m=5.0)
    assert "dem.warped" in dict(ground.notes)
    assert ground.elevation_m.min() == pytest.approx(1500.0)

"""The ground of a project out of every form, held against a plane of 0.45 % that is known everywhere."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS
from rasterio.transform import Affine, from_origin

from spongecalc.layers.dem import Dem
from spongecalc.layers.finding import Finding
from spongecalc.layers.ground_sources import read_dem
from spongecalc.project.ground_settings import GroundSettings
from spongecalc.project.layer_source import LayerSource

GRID = CRS.from_epsg(4543)
X, Y = 541_000.0, 2_675_000.0
AREA = gpd.GeoDataFrame({"community_id": ["Q"]}, geometry=[shapely.box(X, Y, X + 100, Y + 60)], crs=GRID)
PLACES = shapely.points([(X + 10, Y + 8), (X + 50.3, Y + 31.7), (X + 99, Y + 59)])


def plane(x: float, y: float) -> float:
    return 1600 - 0.002 * (x - X) + 0.004 * (y - Y)


LEVELS = [plane(p.x, p.y) for p in PLACES]


def scattered(count: int = 400) -> list[tuple[float, float, float]]:
    rows = random.Random(3)
    places = [(X + rows.uniform(-30, 130), Y + rows.uniform(-30, 90)) for _ in range(count)]
    return [(round(x, 3), round(y, 3), plane(round(x, 3), round(y, 3))) for x, y in places]


def text_of(points: list[tuple[float, ...]], heading: str = "X,Y,Z\n") -> str:
    return heading + "".join(f"{x},{y},{z:.6f}\n" for x, y, z in points)


def read(folder: Path, *sources: dict[str, object]) -> tuple[Dem | None, list[Finding]]:
    given = [LayerSource(**s) for s in sources]
    labels = [s.source for s in given]
    dem, found, _ = read_dem(folder, given, labels, GRID, AREA, GroundSettings(), stated=True)
    return dem, list(found)


def levels_of(dem: Dem | None) -> list[float]:
    assert dem is not None
    return dem.levels_at(PLACES, GRID).tolist()


def write_grid(folder: Path, key: Callable[[tuple[float, ...]], object]) -> None:
    points = [(X + 5.0 * i, Y + 5.0 * j) for i in range(-4, 25) for j in range(-4, 17)]
    levels = [(x, y, plane(x, y)) for x, y in points]
    (folder / "grid.xyz").write_text(text_of(sorted(levels, key=key), ""))


def test_points_make_the_plane(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text_of(scattered()))
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4543"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-5)
    assert found == []
    piece = dem.piece((X, Y, X + 100, Y + 60), GRID)
    assert piece.elevation_m.shape == (60, 100)
    assert np.isfinite(piece.elevation_m).all()


def test_without_a_crs_points_are_placed_as_layers_are(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text_of(scattered()))
    dem, found = read(tmp_path, {"source": "p.csv"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-5)
    assert [f.rule for f in found] == ["crs.guessed"]


def test_points_of_another_crs_are_brought_to_the_projects(tmp_path: Path) -> None:
    frame = gpd.GeoSeries(shapely.points([p[:2] for p in scattered()]), crs=GRID).to_crs("EPSG:4490")
    points = [(p.x, p.y, z) for p, (_, _, z) in zip(frame, scattered(), strict=True)]
    (tmp_path / "p.csv").write_text(
        "经度,纬度,高程\n" + "".join(f"{x:.12f},{y:.12f},{z:.6f}\n" for x, y, z in points)
    )
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4490"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-4)
    assert found == []


def test_swapped_axes_are_named_with_the_line_to_write(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text_of([(y, x, z) for x, y, z in scattered()]))
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4543"})
    assert dem is None
    assert [(f.rule, f.severity, f.feature.file) for f in found] == [("dem.elsewhere_line", "error", "p.csv")]
    assert found[0].found["line"] == 'axes = "north_east"'
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4543", "axes": "north_east"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-5)


def test_a_grid_of_points_is_the_same_in_every_order(tmp_path: Path) -> None:
    orders = (lambda p: (-p[1], p[0]), lambda p: (p[1], p[0]), lambda p: (p[0], p[1]), hash)
    cells = []
    for order in orders:
        write_grid(tmp_path, order)
        dem, found = read(tmp_path, {"source": "grid.xyz", "crs": "EPSG:4543"})
        assert found == []
        assert dem is not None and dem.cell_m == 5.0 and dem.points == 29 * 21
        cells.append(dem.piece((X, Y, X + 100, Y + 60), GRID))
    for other in cells[1:]:
        assert np.array_equal(cells[0].elevation_m, other.elevation_m)
        assert cells[0].transform == other.transform
    # Each point is the middle of its cell, which has its level.
    assert (cells[0].transform.c % 5, cells[0].transform.f % 5) == (2.5, 2.5)
    assert cells[0].elevation_m[0, 0] == pytest.approx(plane(X, Y + 60))


def test_spot_heights_of_a_layer(tmp_path: Path) -> None:
    points = scattered()
    flat = gpd.GeoDataFrame(
        {"高程": [f"{z:.5f}" for *_, z in points]}, geometry=shapely.points([p[:2] for p in points]), crs=GRID
    )
    flat.to_file(tmp_path / "s.gpkg", layer="spot")
    gpd.GeoDataFrame(geometry=shapely.points(np.array(points)), crs=GRID).to_file(tmp_path / "z.shp")
    for source in ({"source": "s.gpkg", "layer": "spot"}, {"source": "s.gpkg"}, {"source": "z.shp"}):
        dem, found = read(tmp_path, source)
        assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-4)
        assert found == []
    flat.rename(columns={"高程": "mark"}).to_file(tmp_path / "m.gpkg")
    dem, found = read(tmp_path, {"source": "m.gpkg"})
    assert (dem, [f.rule for f in found], found[0].found["available"]) == (None, ["dem.no_levels"], "mark")
    dem, _ = read(tmp_path, {"source": "m.gpkg", "fields": {"level_m": "mark"}})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-4)


def contours() -> list[tuple[float, shapely.LineString]]:
    """Lines of the plane at every 0.1 m: y = Y + (level - 1600 + 0.002 (x - X)) / 0.004."""
    found = []
    for number in range(-6, 9):
        level = 1600 + number / 10
        ends = [(x, Y + (level - 1600 + 0.002 * (x - X)) / 0.004) for x in (X - 40, X + 140)]
        found.append((level, shapely.LineString(ends)))
    return found


def test_contours_with_a_field_of_levels(tmp_path: Path) -> None:
    levels, lines = zip(*contours(), strict=True)
    gpd.GeoDataFrame({"elev": levels}, geometry=list(lines), crs=GRID).to_file(tmp_path / "c.gpkg")
    dem, found = read(tmp_path, {"source": "c.gpkg"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-3)
    assert dem.measured.interval_m == pytest.approx(0.1)
    assert found == []


def drawing() -> tuple[ezdxf.document.Drawing, object]:
    document = ezdxf.new()
    return document, document.modelspace()


def test_contours_of_a_drawing_have_their_elevation_alone(tmp_path: Path) -> None:
    document, model = drawing()
    for number, (level, line) in enumerate(contours()):
        given = {"layer": "DGX"}
        if number % 2:
            model.add_lwpolyline(list(line.coords), dxfattribs={**given, "elevation": level})
        else:
            model.add_polyline2d(list(line.coords), dxfattribs={**given, "elevation": (0, 0, level)})
    model.add_line((X, Y), (X + 100, Y + 60), dxfattribs={"layer": "JMD"})
    document.saveas(tmp_path / "c.dxf")
    dem, found = read(tmp_path, {"source": "c.dxf", "crs": "EPSG:4543"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-3)
    assert [f.rule for f in found if f.severity != "info"] == []


def test_spot_heights_and_faces_of_a_drawing(tmp_path: Path) -> None:
    corners = [(X - 30, Y - 30), (X + 130, Y - 30), (X + 130, Y + 90), (X - 30, Y + 90)]
    solid = [(x, y, plane(x, y)) for x, y in corners]
    document, model = drawing()
    model.add_3dface([solid[0], solid[1], solid[2], solid[2]], dxfattribs={"layer": "SJW"})
    mesh = model.add_polyface(dxfattribs={"layer": "SJW"})
    mesh.append_face([solid[0], solid[2], solid[3]])
    document.saveas(tmp_path / "tin.dxf")
    dem, _ = read(tmp_path, {"source": "tin.dxf", "crs": "EPSG:4543"})
    assert dem.measured.faces.shape == (2, 3, 3)
    # The corners are too far off for a ground without faces; on them it is known up to the reach alone.
    wide, _, _ = read_dem(
        tmp_path,
        [LayerSource(source="tin.dxf", crs="EPSG:4543")],
        ["tin.dxf"],
        GRID,
        AREA,
        GroundSettings(reach="200 m"),
        stated=True,
    )
    assert levels_of(wide) == pytest.approx(LEVELS)

    document, model = drawing()
    block = document.blocks.new("GC200")
    block.add_circle((0, 0), 0.3)
    for number, (x, y, z) in enumerate(scattered()):
        if number % 3 == 0:
            model.add_point((x, y, z), dxfattribs={"layer": "GCD"})
        elif number % 3 == 1:
            model.add_blockref("GC200", (x, y, z), dxfattribs={"layer": "GCD"})
        else:
            model.add_blockref("GC200", (x, y), dxfattribs={"layer": "GCD"}).add_attrib("HEIGHT", f"{z:.5f}")
    document.saveas(tmp_path / "spot.dxf")
    dem, _ = read(tmp_path, {"source": "spot.dxf", "crs": "EPSG:4543"})
    assert dem.points == 400
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-4)
    dem, found = read(tmp_path, {"source": "spot.dxf", "layer": "NONE", "crs": "EPSG:4543"})
    assert (dem, [f.rule for f in found]) == (None, ["layer.missing"])
    assert "GCD" in str(found[0].found["available"])


def test_points_and_breaklines_make_one_ground(tmp_path: Path) -> None:
    points = [p for p in scattered() if abs(p[0] - X - 50) > 5]
    (tmp_path / "p.csv").write_text(text_of([(x, y, 10.0 if x < X + 50 else 11.0) for x, y, _ in points]))
    foot, head = (
        shapely.LineString([(X + x, Y - 40, z), (X + x, Y + 100, z)]) for x, z in ((49.95, 10.0), (50.05, 11.0))
    )
    gpd.GeoDataFrame(geometry=[foot, head], crs=GRID).to_file(tmp_path / "wall.gpkg")
    asked = ({"source": "p.csv", "crs": "EPSG:4543"}, {"source": "wall.gpkg"})
    dem, found = read(tmp_path, *asked)
    places = shapely.points([(X + 48, Y + 30), (X + 49.9, Y + 30), (X + 50.1, Y + 30), (X + 52, Y + 30)])
    assert dem.name == "p.csv, wall.gpkg"
    assert found == []
    if not dem.measured.interval_m:
        assert dem.levels_at(places, GRID) == pytest.approx([10, 10, 11, 11])
    back, _ = read(tmp_path, *asked[::-1])
    assert np.array_equal(back.levels_at(places, GRID), dem.levels_at(places, GRID))


def raster(path: Path, crs: str | None, levels: np.ndarray | None = None, **more: object) -> None:
    x, y = np.meshgrid(X - 29.5 + np.arange(160), Y + 89.5 - np.arange(120))
    data = plane(x, y) if levels is None else levels
    shape = {"driver": "GTiff", "height": 120, "width": 160, "count": 1, "dtype": "float64"}
    with rasterio.open(path, "w", **shape, crs=crs, transform=from_origin(X - 30, Y + 90, 1, 1), **more) as out:
        out.write(data, 1)


def test_the_crs_of_a_raster_is_handled_as_a_layers(tmp_path: Path) -> None:
    raster(tmp_path / "own.tif", "EPSG:4543")
    raster(tmp_path / "none.tif", None)
    for source, said in (
        ({"source": "own.tif"}, []),
        ({"source": "none.tif"}, ["crs.guessed"]),
        ({"source": "none.tif", "crs": "EPSG:4543"}, []),
    ):
        dem, found = read(tmp_path, source)
        assert [f.rule for f in found] == said
        # The level of a raster is that of its cell, half a metre off at most.
        assert levels_of(dem) == pytest.approx(LEVELS, abs=0.0031)
        assert dem.piece((X, Y, X + 100, Y + 60), GRID).elevation_m.shape == (60, 100)
    dem, found = read(tmp_path, {"source": "own.tif", "crs": "EPSG:4544"})
    assert (dem, [f.rule for f in found]) == (None, ["dem.elsewhere_line"])
    assert found[0].found["line"] == 'crs = "EPSG:4543"'


def test_a_raster_in_whole_centimetres_is_read_by_the_scale_it_declares(tmp_path: Path) -> None:
    """Its cells were taken for metres, and all of them for no ground."""
    for offset_m in (0.0, 1600.0):
        centimetres = np.round(100 * (plane(*np.meshgrid(X - 29.5 + np.arange(160), Y + 89.5 - np.arange(120)))))
        centimetres[80, 40] = -9999
        path = tmp_path / "cm.tif"
        raster(path, "EPSG:4543", centimetres)
        with rasterio.open(path, "r+") as out:
            out.scales, out.offsets = (0.01,), (offset_m,)
        dem, _ = read(tmp_path, {"source": "cm.tif"})
        assert levels_of(dem) == pytest.approx([level + offset_m for level in LEVELS], abs=0.01)
        cut = dem.piece((X, Y, X + 100, Y + 60), GRID).elevation_m
        assert np.isnan(cut).sum() == 1
        with rasterio.open(path, "r+") as out:  # with its south edge first it is turned before it is cut
            out.write(centimetres[::-1], 1)
            out.transform = Affine(1, 0, X - 30, 0, 1, Y - 30)
        turned, _ = read(tmp_path, {"source": "cm.tif"})
        assert np.array_equal(turned.piece((X, Y, X + 100, Y + 60), GRID).elevation_m, cut, equal_nan=True)


def test_voids_that_a_raster_does_not_declare(tmp_path: Path) -> None:
    for void in (-32767.0, -9999.0, 0.0):
        levels = np.full((120, 160), 1600.0)
        levels[80, 40] = void  # the cell of (X + 10.5, Y + 9.5)
        raster(tmp_path / "v.tif", "EPSG:4543", levels)
        dem, _ = read(tmp_path, {"source": "v.tif"})
        at = dem.levels_at(shapely.points([(X + 10.5, Y + 9.5), (X + 11.5, Y + 9.5), (X + 20, Y + 20)]), GRID)
        assert np.isnan(at).tolist() == [True, False, False]
        assert np.isnan(dem.piece((X, Y, X + 100, Y + 60), GRID).elevation_m).sum() == 1


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.tif", b"II*\0nothing", "dem.unreadable"),
        ("a.csv", b"X,Y,Z\n541000,2675000,\n541001,2675001,-9999\n", "dem.all_void"),
        ("a.csv", b"X,Y,Z\n541000,2675000,1\n541010,2675010,1\n541050,2675050,2\n", "dem.one_line"),
        ("a.csv", b"no\nground\n", "dem.no_columns"),
        ("a.dxf", b"nothing", "drawing.none"),
        ("a.gpkg", b"nothing", "file.unreadable"),
        (None, b"", "file.missing"),
    ],
)
def test_ground_that_cannot_be_used_is_an_error_at_its_file(
    tmp_path: Path, name: str | None, content: bytes, rule: str
) -> None:
    if name is not None:
        (tmp_path / name).write_bytes(content)
    dem, found = read(tmp_path, {"source": name or "gone.tif", "crs": "EPSG:4543"})
    errors = [f for f in found if f.severity == "error"]
    assert dem is None
    assert [(f.rule, f.feature.layer, f.feature.file) for f in errors] == [(rule, "dem", name or "gone.tif")]
    for language in ("zh", "en"):
        assert errors[0].message(language) and errors[0].action(language)


def test_two_rasters_are_refused_and_no_one_is_dropped(tmp_path: Path) -> None:
    raster(tmp_path / "a.tif", "EPSG:4543")
    raster(tmp_path / "b.tif", "EPSG:4543")
    dem, found = read(tmp_path, {"source": "a.tif"}, {"source": "b.tif"})
    assert (dem, [f.rule for f in found]) == (None, ["dem.several"])


def test_points_without_level_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = text_of(scattered()) + f"{X + 10},{Y + 8},0\n{X + 50.3},{Y + 31.7},-9999\n{X + 20},{Y + 20},\n"
    (tmp_path / "p.csv").write_text(rows)
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4543"})
    assert levels_of(dem) == pytest.approx(LEVELS, abs=1e-5)
    assert [(f.rule, f.found["count"], f.found["total"]) for f in found] == [("dem.without_level", 3, 403)]


def test_two_levels_at_one_place_are_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text_of([*scattered(), (X + 10, Y + 8, 1600.0), (X + 10, Y + 8, 1601.0)]))
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4543"})
    assert [(f.rule, f.found["count"], f.found["difference"]) for f in found] == [("dem.twice", 1, "1.00")]
    assert levels_of(dem)[0] == pytest.approx(1600.5)


def test_ground_that_lies_nowhere_near_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text_of([(x + 90_000, y + 5_000, z) for x, y, z in scattered()]))
    dem, found = read(tmp_path, {"source": "p.csv", "crs": "EPSG:4543"})
    assert (dem, [(f.rule, f.severity) for f in found]) == (None, [("dem.elsewhere", "error")])
    assert float(str(found[0].found["km"])) == pytest.approx(90.1, abs=0.1)


def test_keys_that_a_raster_cannot_follow_are_named(tmp_path: Path) -> None:
    raster(tmp_path / "a.tif", "EPSG:4543")
    dem, found = read(tmp_path, {"source": "a.tif", "offset_x": "100 m"})
    assert (dem, [(f.rule, f.found["keys"]) for f in found]) == (None, [("dem.raster_key", "offset_x")])


def test_what_tells_no_level_in_a_drawing_is_counted(tmp_path: Path) -> None:
    document, model = drawing()
    for x, y, z in scattered():
        model.add_point((x, y, z), dxfattribs={"layer": "GCD"})
    model.add_hatch(dxfattribs={"layer": "GCD"})
    document.saveas(tmp_path / "g.dxf")
    _, found = read(tmp_path, {"source": "g.dxf", "crs": "EPSG:4543"})
    assert [f.found["count"] for f in found if f.rule == "dem.drawing_left"] == [1]

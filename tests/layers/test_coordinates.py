"""Coordinates that are swapped, carry a zone's number, or are degrees: recognised, named, mended when asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from tests.small_project import Frames, SmallProject

from spongecalc.layers.check import check_coordinates
from spongecalc.layers.coordinates import guess_crs, transformation_accuracy_m, zone_of
from spongecalc.layers.read import read_layers
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

TO_DEGREES = Transformer.from_crs("EPSG:4543", "EPSG:4490", always_xy=True)


def swapped(xy: np.ndarray) -> np.ndarray:
    return xy[:, ::-1]


def with_zone(xy: np.ndarray) -> np.ndarray:
    return xy + np.array([34_000_000.0, 0.0])


def as_degrees(xy: np.ndarray) -> np.ndarray:
    return np.column_stack(TO_DEGREES.transform(xy[:, 0], xy[:, 1]))


WAYS = {"crs.axes_swapped": swapped, "crs.zone_prefix": with_zone, "crs.degrees": as_degrees}


def moved(way: Callable[[np.ndarray], np.ndarray]):
    """The nodes delivered in other coordinates, which still claim to be the project's."""

    def change(frames: Frames) -> None:
        nodes = frames["nodes"]
        frames["nodes"] = nodes.set_geometry(
            gpd.GeoSeries(shapely.transform(nodes.geometry.to_numpy(), way), crs=nodes.crs)
        )

    return change


@pytest.mark.parametrize("rule", WAYS)
def test_wrong_coordinates_are_named_and_mended_only_when_asked(
    small_project: Callable[..., SmallProject], rule: str
) -> None:
    project = small_project(second=moved(WAYS[rule]))
    loaded = load_project(project.folder)
    checked = pipeline.check(loaded)
    own = [f for f in checked.findings if f.rule.startswith("crs.")]
    assert [(f.rule, f.feature.layer, f.feature.file, f.severity) for f in own] == [
        (rule, "nodes", "c.gpkg", "error")
    ]
    # Its names tie the layer to its community, which must not be modelled with nodes that lie elsewhere.
    assert own[0].feature.community_id == "C"
    assert not [s for s in checked.systems if "C" in s.communities]
    assert [s for s in checked.systems if "A" in s.communities]
    assert own[0].message("zh")
    assert own[0].action("en")
    # Nothing was moved: the nodes are where the file has them.
    given = checked.layers["nodes"].set_index("node_id").geometry["C-R1"]
    sound = shapely.Point(540090.0, 2674008.0)
    assert given.distance(sound) > 1000
    before = project.second.read_bytes()
    fixed, mended = pipeline.fix(loaded)
    changes = mended.changes
    assert [f.rule for f in changes if f.feature.layer == "nodes" and f.rule == "repair.moved"] == [
        "repair.moved"
    ]
    # To the millimetre; degrees lose a little on their way through the file.
    assert fixed.layers["nodes"].set_index("node_id").geometry["C-R1"].distance(sound) < 0.01
    assert not [f for f in fixed.findings if f.severity == "error"]
    assert project.second.read_bytes() == before


def test_an_easting_tells_its_zone() -> None:
    """39 500 000 is zone 39 of 3 degrees (central meridian 117), 20 500 000 zone 20 of 6 degrees (117)."""
    assert zone_of(39_500_000) == 39
    assert zone_of(20_500_000) == 20
    assert zone_of(500_000) == 0
    assert zone_of(46_500_000) == 0


@pytest.mark.parametrize(
    ("point", "code", "meridian"),
    [((39_500_000, 4_400_000), "EPSG:4527", 117.0), ((20_500_000, 4_400_000), "EPSG:4498", 117.0)],
)
def test_a_missing_crs_is_guessed_from_the_zone(point, code: str, meridian: float) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(point)])
    assert guess_crs(frame, CRS.from_epsg(4543), None) == (code, "zone")
    params = {p.name: p.value for p in CRS.from_user_input(code).coordinate_operation.params}
    assert params["Longitude of natural origin"] == meridian


def test_a_missing_crs_in_degrees_is_guessed() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(102.4, 24.17)])
    assert guess_crs(frame, CRS.from_epsg(4543), None) == ("EPSG:4490", "degrees")
    assert guess_crs(gpd.GeoDataFrame(geometry=[shapely.Point(1, 2)]), CRS.from_epsg(4543), None) is None


def test_another_datum_is_inexact_and_the_same_is_not() -> None:
    """Beijing 1954 (EPSG:2412) and Xian 1980 (EPSG:2361) against CGCS2000."""
    target = CRS.from_epsg(4543)
    assert transformation_accuracy_m(CRS.from_epsg(4490), target) == 0
    for code in (2412, 2361):
        accuracy = transformation_accuracy_m(CRS.from_epsg(code), target)
        assert not accuracy <= 1.0


def test_north_first_and_a_local_offset_are_settings(small_project: Callable[..., SmallProject]) -> None:
    def local(frames: Frames) -> None:
        nodes = frames["nodes"]
        turned = shapely.transform(nodes.geometry.to_numpy(), lambda xy: (xy - np.array([5e5, 2.6e6]))[:, ::-1])
        frames["nodes"] = nodes.set_geometry(gpd.GeoSeries(turned, crs=nodes.crs))

    project = small_project(second=local)
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8").replace(
        'source = "c.gpkg"\nlayer = "nodes"',
        'source = "c.gpkg"\nlayer = "nodes"\naxes = "north_east"\noffset_x = "500 km"\noffset_y = "2600 km"',
    )
    page.write_text(text, encoding="utf-8")
    checked = pipeline.check(load_project(project.folder))
    assert {f.severity for f in checked.findings} == {"info"}
    assert checked.layers["nodes"].set_index("node_id").geometry["C-R1"].equals(shapely.Point(540090, 2674008))


def test_swapped_coordinates_without_a_system_are_named_as_swapped(
    small_project: Callable[..., SmallProject],
) -> None:
    def change(frames: Frames) -> None:
        moved(swapped)(frames)
        frames["nodes"] = gpd.GeoDataFrame(frames["nodes"].set_crs(None, allow_override=True))

    checked = pipeline.check(load_project(small_project(second=change).folder))
    rules = {f.rule for f in checked.findings if f.feature.layer == "nodes" and f.feature.file == "c.gpkg"}
    assert {"crs.guessed", "crs.axes_swapped"} <= rules
    assert "crs.missing" not in rules


POINTS_EAST_FIRST = "点号,X,Y,地面高程\nY1,540010,2674010,100\nY2,540040,2674010,100\n"


@pytest.mark.parametrize(
    ("axes", "easting"), [(None, 2674010.0), ("north_east", 2674010.0), ("east_north", 540010.0)]
)
def test_axes_say_what_x_is_in_a_survey_table_too(tmp_path: Path, axes: str | None, easting: float) -> None:
    (tmp_path / "points.csv").write_text(POINTS_EAST_FIRST, encoding="utf-8")
    constants: dict[str, str | float] = {"system": "storm", "status": "existing", "kind": "manhole"}
    source = LayerSource.model_validate(
        {"source": "points.csv", "crs": "EPSG:4543", "axes": axes, "constants": constants}
    )
    layers, _ = read_layers(tmp_path, {"nodes": [source]}, "EPSG:4543")
    assert layers["nodes"].set_index("node_id").geometry["Y1"].x == easting
    said = [f for f in check_coordinates(layers) if f.rule == "crs.axes_swapped"]
    assert [('axes = "east_north"' in f.action("zh")) for f in said] == ([] if axes == "east_north" else [True])
